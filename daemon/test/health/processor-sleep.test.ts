import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { Emitter } from '../../src/base/emitter.ts';
import type { Call } from '../../src/call/call.ts';
import { processorSleep } from '../../src/health/processor-sleep.ts';
import { awakeInCalls } from '../../src/main/awake-in-calls.ts';

/** Whether this process has the file open. */
const held = (path: string): boolean =>
  readdirSync('/proc/self/fd').some((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      return false;
    }
  });

t.test('the wish is four bytes of zero in a file that stays open', async (t) => {
  const path = join(t.testdir(), 'latency');
  writeFileSync(path, '');
  const sleep = processorSleep(() => t.fail('nothing is wrong'), path);
  sleep.forbid();
  sleep.forbid();
  t.same(readFileSync(path), Buffer.alloc(4));
  t.ok(held(path));
  sleep.allow();
  t.notOk(held(path));
  sleep.allow();
});

t.test('where it is not permitted, one line says so, and nothing else changes', async (t) => {
  const said: string[] = [];
  const sleep = processorSleep((message) => said.push(message), join(t.testdir(), 'no', 'device'));
  sleep.forbid();
  sleep.forbid();
  sleep.allow();
  t.equal(said.length, 1);
  t.match(said[0], /deep sleep.*ENOENT/);
});

t.test('the real device takes it', { skip: !existsSync('/dev/cpu_dma_latency') }, async (t) => {
  const said: string[] = [];
  const sleep = processorSleep((message) => said.push(message));
  sleep.forbid();
  t.ok(held('/dev/cpu_dma_latency') || /EACCES|EPERM/.test(said[0] ?? ''), said[0] ?? 'held');
  sleep.allow();
  t.notOk(held('/dev/cpu_dma_latency'));
});

t.test('processors stay awake while there are calls, and some seconds longer', async (t) => {
  class Calls extends Emitter<{ changed: [call: Call] }> {
    size = 0;
    set(size: number): void {
      this.size = size;
      this.emit('changed', {} as Call);
    }
  }
  const calls = new Calls();
  const clock = new FakeClock();
  const log: string[] = [];
  const end = awakeInCalls(clock, calls, {
    forbid: () => log.push('forbid'),
    allow: () => log.push('allow'),
  });
  calls.set(0);
  t.same(log, []);
  calls.set(1);
  calls.set(2);
  t.same(log, ['forbid']);
  clock.advance(60_000);
  calls.set(0);
  t.same(log, ['forbid'], 'the next call may come at once');
  clock.advance(5000);
  t.same(log, ['forbid', 'allow']);
  calls.set(1);
  t.same(log, ['forbid', 'allow', 'forbid']);
  end();
  t.same(log, ['forbid', 'allow', 'forbid', 'allow']);
  t.equal(clock.pending, 0);
  calls.set(2);
  t.equal(log.length, 4);
});
