import { request } from 'node:http';
import type { Clock } from '../base/clock.ts';
import type { CallRegistry } from '../call/registry.ts';
import type { Config } from '../config/schema.ts';
import type { AlarmBoard } from '../health/alarm-board.ts';
import type { Ports } from '../port/ports.ts';
import { officeTime } from '../schedule/office-time.ts';
import type { SipGateway } from '../sip/index.ts';
import type { HostPort } from './arguments.ts';
import type { CardState } from './card-state.ts';
import { raucUpdater, runningSystem } from './rauc.ts';
import { UpdateDesk } from './update-desk.ts';
import { webSource } from './update-source.ts';

/** A page that takes longer to answer does not answer, ms. */
const pagePatienceMs = 10_000;

interface Parts {
  data: string;
  clock: Clock;
  config: () => Config;
  calls: Pick<CallRegistry, 'size'>;
  link: Pick<CardState, 'up'>;
  ports: Pick<Ports, 'fxs'>;
  sip: Pick<SipGateway, 'trunks'>;
  alarms: Pick<AlarmBoard, 'set'>;
  /** Where the page is, once it is there. */
  http(): HostPort;
  log(level: 'info' | 'warn', message: string): void;
}

/** The system that runs, as updates tell them apart; LINEGATE_SYSTEM is a root to read it from, for tests. */
export const thisSystem = (): ReturnType<typeof runningSystem> => runningSystem(process.env.LINEGATE_SYSTEM);

/** Updates of the system, where it is an image of ours. LINEGATE_RAUC is another updater's program, for tests. */
export function updates(parts: Parts): UpdateDesk | undefined {
  const system = thisSystem();
  if (!system) return undefined;
  const { calls, link, sip, clock, config, ports } = parts;
  return new UpdateDesk({
    ...parts,
    // systemd names the folder of RuntimeDirectory=.
    run: process.env.RUNTIME_DIRECTORY ?? '/run/linegate',
    system,
    updater: raucUpdater([process.env.LINEGATE_RAUC ?? 'rauc']),
    source: webSource,
    settings: () => {
      const { automatic, url, from, to } = config().update;
      const minute = officeTime(clock.wall(), config().site.timeZone);
      return { automatic, url, minute, window: { from: minuteOf(from), to: minuteOf(to) } };
    },
    serving: () => ({
      card: link.up,
      trunks: sip
        .trunks()
        .filter(({ state }) => state === 'registered' || state === 'up')
        .map(({ trunkId }) => trunkId),
    }),
    page: () => answers(parts.http().port),
    busy: () => calls.size > 0 || [...ports.fxs.values()].some((p) => p.offHook && !p.leftOffHook),
  });
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
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
