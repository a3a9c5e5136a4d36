import type { CallRecord } from '../../src/records/call-record.ts';
import { FakeLeg } from './fake-leg.ts';
import { settle } from './fake-ports.ts';
import { office } from './office.ts';
import type { Bench } from './services.ts';

/** The office with these flows, the first of which answers its number; whom it passes on comes to the store. */
export function flowOffice(...flows: object[]): typeof office & { flows: object[] } {
  const first = (flows[0] as { id: string }).id;
  return {
    ...office,
    flows,
    destinations: [
      {
        id: 'reception',
        name: 'Reception',
        classOfService: 'staff',
        steps: [
          { targets: [`flow:${first}`], seconds: 5 },
          { targets: ['port:2'], seconds: 30 },
        ],
      },
    ],
  };
}

/** A caller from outside who comes to a number of the office. */
export async function trunkCaller(
  b: Bench,
  caller: { number?: string; name?: string; absence?: 'private' | 'unavailable' } = {
    number: '+79031112233',
  },
): Promise<FakeLeg> {
  const leg = new FakeLeg('incoming', 'trunk:alpha');
  leg.state = 'trying';
  b.services.trunkCall(leg, { trunkId: 'alpha', calledNumber: '+74951110000', caller });
  await settle();
  return leg;
}

/** Presses keys, one after the other. */
export async function press(leg: FakeLeg, keys: string): Promise<void> {
  for (const key of keys) {
    leg.emit('digit', key);
    await settle();
  }
}

/** The path of a call as its record tells it, the steps of what rings left out. */
export function pathOf({ events }: CallRecord): string[] {
  return events
    .filter(({ what }) => !['tried', 'answered', 'leg-released', 'at', 'served'].includes(what))
    .map(({ what, detail }) => `${what} ${detail ?? ''}`.trim());
}

/** Moves the clock on, in steps that let everything take its course. */
export async function pass(b: Bench, ms: number): Promise<void> {
  b.clock.advance(ms);
  await settle();
}
