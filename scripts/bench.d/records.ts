/**
 * Area `records` (V12): a million calls, searched and counted up. Prints how long a question takes in the thread of the
 * index, how long the main thread is held up by its answer, and what the index costs.
 *
 *   scripts/bench records --calls 1000000
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { FakeClock, systemClock } from '../../daemon/src/base/clock.ts';
import { CallSearch } from '../../daemon/src/records/call-search.ts';
import type { RecordFilter } from '../../daemon/src/records/query.ts';
import { openRecords } from '../../daemon/src/records/records.ts';
import { SearchStore } from '../../daemon/src/records/search/store.ts';
import { generated, random } from '../../daemon/test/records/generated.ts';
import type { Figure, Options } from '../lib/bench.ts';

const yearMs = 365 * 86_400_000;
const begin = Date.UTC(2026, 0, 1);

const questions: Record<string, RecordFilter> = {
  number: { search: '8 (916) 123-45' },
  rareNumber: { search: '+7 916 123-45-67' },
  commonDigits: { search: '916' },
  extension: { search: '21' },
  name: { search: 'ромашка' },
  twoWords: { search: 'елкина анна' },
  missed: { outcome: 'missed' },
  personMissedLong: { person: 'anna', direction: 'incoming', leastTalkMs: 1_500_000 },
  dearest: { leastPrice: 29.5 },
  nothing: { direction: 'internal', trunk: 'acme', outcome: 'missed' },
  recordedByCentre: { recorded: true, costCentre: 'sales', search: '495' },
};

export async function run(emit: (figure: Figure) => void, options: Options): Promise<void> {
  const calls = options.number('calls', 1_000_000);
  const folder = mkdtempSync(join(tmpdir(), 'records-'));
  try {
    const path = join(folder, 'records.sqlite');
    await fill(path, calls);
    const started = performance.now();
    const store = new SearchStore(`${path}-index`, path);
    store.follow(calls + 1);
    emit({
      metric: 'records.firstIndex',
      value: (performance.now() - started) / 1000,
      unit: 's',
      n: calls,
      note: 'the whole index made anew',
    });
    store.db.pragma('wal_checkpoint(TRUNCATE)');
    store.close();
    emit({
      metric: 'records.indexBytesPerCall',
      value: statSync(`${path}-index`).size / calls,
      unit: 'B',
      n: calls,
      note: 'of the index alone',
    });
    await ask(emit, path, calls);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fill(path: string, calls: number): Promise<void> {
  const next = random(1);
  const records = openRecords({ path, clock: new FakeClock() });
  for (let n = 0; n < calls; n++) {
    records.end(generated(n, begin + Math.floor((n / calls) * yearMs), next));
    if (n % 5000 === 4999) records.flush();
  }
  await records.close();
}

async function ask(emit: (figure: Figure) => void, path: string, calls: number): Promise<void> {
  const search = new CallSearch({ path, clock: systemClock({ unref: true }), flush: () => {} });
  await search.page({ direction: 'internal', limit: 50 });
  const held = monitorEventLoopDelay({ resolution: 1 });
  held.enable();
  for (const [name, filter] of Object.entries(questions)) {
    const times: number[] = [];
    for (let n = 0; n < 9; n++) {
      const started = performance.now();
      await search.page({ ...filter, limit: 50 });
      times.push(performance.now() - started);
    }
    emit({
      metric: `records.search.${name}`,
      value: median(times),
      unit: 'ms',
      n: times.length,
      note: `${calls} calls, first page and count`,
    });
  }
  emit({
    metric: 'records.mainThreadHeld',
    value: held.max / 1e6,
    unit: 'ms',
    n: 1,
    note: 'longest turn while it asked',
  });
  const times: number[] = [];
  for (let n = 0; n < 5; n++) {
    const started = performance.now();
    await search.figures({ from: begin, to: begin + yearMs, timeZone: 'Europe/Berlin' });
    times.push(performance.now() - started);
  }
  emit({
    metric: 'records.figuresOfAYear',
    value: median(times),
    unit: 'ms',
    n: times.length,
    note: `${calls} calls`,
  });
  await search.close();
}

const median = (times: number[]): number => times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!;
