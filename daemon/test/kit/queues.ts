import { FakeLeg } from './fake-leg.ts';
import { settle } from './fake-ports.ts';
import { office } from './office.ts';
import { Bench } from './services.ts';

/** Members of a queue in their order, all of one tier unless said. */
export const members = (...people: (string | object)[]): object[] =>
  people.map((one) => (typeof one === 'string' ? { person: one } : one));

/** An office of agents at telephones 1 to 4 and a queue, `sales`, that its number leads to. */
export function queueOffice(sales: object, ...others: object[]): Record<string, unknown> {
  const person = (id: string, port: number): object => ({
    ...{ id, name: id[0]!.toUpperCase() + id.slice(1), extension: `2${port}`, ports: [port] },
    classOfService: 'staff',
    forwarding: { noAnswerSeconds: 60 },
  });
  return {
    ...office,
    ports: [
      ...[1, 2, 3, 4].map((number) => ({
        ...{ kind: 'fxs', number, name: `Desk ${number}`, extension: `1${number}`, classOfService: 'staff' },
      })),
      { kind: 'fxo', number: 5, name: 'City 1', proven: true, incoming: 'reception' },
      { kind: 'fxo', number: 6, name: 'City 2', proven: true },
    ],
    people: [person('anna', 1), person('boris', 2), person('vera', 3), person('gleb', 4)],
    queues: [{ id: 'sales', name: 'Sales', wrapUpSeconds: 0, ...sales }, ...others],
    destinations: [
      {
        ...{ id: 'reception', name: 'Reception', classOfService: 'staff' },
        steps: [{ targets: ['queue:sales'], seconds: 30 }],
      },
      {
        ...{ id: 'second', name: 'Second', classOfService: 'staff' },
        steps: [{ targets: [others.length > 0 ? 'queue:second' : 'queue:sales'], seconds: 30 }],
      },
    ],
    incomingNumbers: [
      ...office.incomingNumbers,
      { id: 'other', number: '+74951110001', trunk: 'alpha', destination: 'second' },
    ],
  };
}

/** A box with queues, and callers from a trunk. */
export class QueueBench extends Bench {
  #callers = 0;

  /** Somebody calls the office's number; `second`: the one that leads to the second queue. */
  async call(of: { number?: string; second?: boolean; absence?: 'private' } = {}): Promise<FakeLeg> {
    const leg = new FakeLeg('incoming', 'trunk:alpha');
    leg.state = 'trying';
    const number = of.number ?? `+7903${String(++this.#callers).padStart(7, '0')}`;
    this.services.trunkCall(leg, {
      trunkId: 'alpha',
      calledNumber: of.second ? '+74951110001' : '+74951110000',
      caller: { number, ...(of.absence ? { absence: of.absence } : {}) },
    });
    await settle();
    return leg;
  }

  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1000) {
      this.clock.advance(Math.min(1000, left));
      await settle();
    }
  }

  async lift(port: number): Promise<void> {
    this.port(port).lift();
    await settle();
  }

  async hangUp(port: number): Promise<void> {
    this.port(port).hangUp();
    await settle();
  }

  /** A caller's keys. */
  async key(leg: FakeLeg, keys: string): Promise<void> {
    for (const key of keys) {
      leg.emit('digit', key);
      await settle();
    }
  }

  /** What plays toward an endpoint now. */
  plays(leg: FakeLeg): string | undefined {
    return this.media.playing.get(leg.endpoint)?.type;
  }

  /** Whom an endpoint talks to. */
  talksTo(port: number): string | undefined {
    return this.media.joined.get(this.port(port).endpoint);
  }

  /** Steps of a call's path that are of queues, as `what detail`. */
  path(caller: FakeLeg): string[] {
    const record = [...this.records.values()].find(({ legs }) => legs.some(({ id }) => id === caller.id));
    const going = record && this.context.calls.get(record.id);
    return ((going?.record ?? record)?.events ?? [])
      .filter(({ what }) => what.startsWith('queue'))
      .map(({ what, detail }) => `${what} ${detail ?? ''}`.trim());
  }
}
