import { request } from 'node:http';
import type { Clock } from '../base/clock.ts';
import type { CallRegistry } from '../call/registry.ts';
import type { SipGateway } from '../sip/index.ts';
import type { HostPort } from './arguments.ts';
import type { CardState } from './card-state.ts';
import { rauc, runningSystem } from './rauc.ts';
import { UpdateDesk } from './update-desk.ts';

/** A page that takes longer to answer does not answer, ms. */
const pagePatienceMs = 10_000;

interface Parts {
  data: string;
  clock: Clock;
  calls: Pick<CallRegistry, 'size'>;
  link: Pick<CardState, 'up'>;
  sip: Pick<SipGateway, 'trunks'>;
  /** Where the page is, once it is there. */
  http(): HostPort;
  log(level: 'info' | 'warn', message: string): void;
}

/** Updates of the system, where it is an image of ours. */
export function updates(parts: Parts): UpdateDesk | undefined {
  const system = runningSystem();
  if (!system) return undefined;
  const { calls, link, sip } = parts;
  return new UpdateDesk({
    ...parts,
    ...{ run: '/run/linegate', system, updater: rauc },
    serving: () => ({
      card: link.up,
      trunks: sip
        .trunks()
        .filter(({ state }) => state === 'up')
        .map(({ trunkId }) => trunkId),
    }),
    page: () => answers(parts.http().port),
    busy: () => calls.size > 0,
  });
}

/** Whether the page answers on this very machine; its guard may refuse, which is an answer, too. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ host: '127.0.0.1', port, path: '/', timeout: pagePatienceMs }, (response) => {
      response.resume();
      resolve((response.statusCode ?? 500) < 500);
    });
    asked.on('timeout', () => asked.destroy(new Error('too slow')));
    asked.on('error', () => resolve(false));
    asked.end();
  });
}
