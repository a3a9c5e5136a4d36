import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeClock } from '../../src/base/clock.ts';
import { CodedError } from '../../src/base/error.ts';
import { AlarmBoard } from '../../src/health/alarm-board.ts';
import type { BundleFacts, Serving } from '../../src/health/update.ts';
import { UpdateDesk } from '../../src/main/update-desk.ts';
import type { Offer } from '../../src/main/update-source.ts';

export const BOARD = 'linegate-test';

/** A box with two halves: what is installed, what is started next, and what of it serves. */
export interface UpdateBench {
  desk: UpdateDesk;
  clock: FakeClock;
  alarms: AlarmBoard;
  /** The half that runs, and the versions in both. */
  slot: 'A' | 'B';
  versions: Record<'A' | 'B', string>;
  /** What the bootloader starts next. */
  next: 'A' | 'B';
  serving: Serving & { trunks: string[] };
  busy: boolean;
  settings: { automatic: boolean; url: string; window: { from: number; to: number }; minute: number };
  offer: Offer | Error | undefined;
  /** What a bundle at the offered address is. */
  offered: Bundle;
  /** How many times the address was asked, and how many bundles were fetched. */
  asked: number;
  fetched: number;
  activates: boolean;
  log: string[];
  run: string;
  /** Whether a restart of the box was asked for. */
  restartAsked(): boolean;
  verdict(): string;
  /** The box's own service has read back that the system is kept. */
  confirm(): void;
  /** The box starts again, from `slot`. */
  boot(slot: 'A' | 'B'): Promise<void>;
  /** Lets files and promises come to their end. */
  settle(): Promise<void>;
  close(): void;
}

/** A bundle as the tests' updater reads it: JSON where a real one has a signature. */
export interface Bundle extends Partial<BundleFacts> {
  signed?: boolean;
  damaged?: boolean;
}

export const bundle = (of: Bundle = {}): Buffer =>
  Buffer.from(JSON.stringify({ compatible: BOARD, version: '1.1.0', signed: true, ...of }));

export async function* pieces(data: Buffer, size = 16): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}

/** Opens the desk of a box that runs 1.0.0 from A. */
export async function updateBench(folder: string): Promise<UpdateBench> {
  const data = join(folder, 'data');
  const run = join(folder, 'run');
  for (const path of [data, run]) mkdirSync(path, { recursive: true });
  const bench: UpdateBench = {
    ...{ desk: undefined as unknown as UpdateDesk, alarms: undefined as unknown as AlarmBoard },
    clock: new FakeClock(),
    ...{ slot: 'A', next: 'A', versions: { A: '1.0.0', B: '' } },
    serving: { card: true, trunks: ['alpha'], page: true },
    busy: false,
    settings: { automatic: false, url: '', window: { from: 120, to: 300 }, minute: 600 },
    ...{ offer: undefined, offered: {}, asked: 0, fetched: 0, activates: true, log: [], run },
    restartAsked: () => existsSync(join(run, 'restart')),
    verdict: () =>
      existsSync(join(run, 'verdict')) ? readFileSync(join(run, 'verdict'), 'utf8').trim() : '',
    confirm: () => writeFileSync(join(run, 'kept'), ''),
    async boot(slot) {
      bench.close();
      await bench.desk?.settled();
      bench.slot = slot;
      bench.clock = new FakeClock(bench.clock.wall());
      bench.alarms = new AlarmBoard(bench.clock);
      bench.desk = open();
      bench.desk.begin();
      await bench.settle();
    },
    async settle() {
      // Files of a few bytes: what is begun is over within a few turns, and what is not is waited for by its own promise.
      for (let turns = 0; turns < 5; turns++) {
        await bench.desk.installed();
        await bench.desk.settled();
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    close: () => bench.desk?.close(),
  };
  const open = (): UpdateDesk =>
    new UpdateDesk({
      ...{ data, run, clock: bench.clock, alarms: bench.alarms },
      system: { version: bench.versions[bench.slot], slot: bench.slot, compatible: BOARD, lowest: '0.9.0' },
      updater: {
        async facts(file) {
          let read: Bundle;
          try {
            read = JSON.parse(readFileSync(file, 'utf8'));
          } catch {
            throw new CodedError('update/broken', 'no bundle');
          }
          if (!read.signed) throw new CodedError('update/unsigned', 'no signature');
          return { compatible: read.compatible ?? '', version: read.version ?? '' };
        },
        async install(file, progress) {
          const read: Bundle = JSON.parse(readFileSync(file, 'utf8'));
          progress(40);
          if (read.damaged) throw new CodedError('update/broken', 'block 7 is corrupted');
          progress(100);
          bench.versions[bench.slot === 'A' ? 'B' : 'A'] = read.version ?? '';
        },
        async activate(slot) {
          if (!bench.activates) throw new CodedError('update/not-activated', 'read back: the old one');
          bench.next = slot as 'A' | 'B';
        },
      },
      source: {
        async offer() {
          bench.asked++;
          if (bench.offer instanceof Error) throw bench.offer;
          return bench.offer;
        },
        async open() {
          bench.fetched++;
          const made = bundle(bench.offered);
          return { content: pieces(made), size: made.length };
        },
      },
      settings: () => bench.settings,
      serving: () => ({ card: bench.serving.card, trunks: bench.serving.trunks }),
      page: async () => bench.serving.page,
      busy: () => bench.busy,
      log: (_level, message) => bench.log.push(message),
    });
  await bench.boot('A');
  return bench;
}
