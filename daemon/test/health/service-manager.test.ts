import { spawn } from 'node:child_process';
import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { serviceManager } from '../../src/health/service-manager.ts';
import { EarnedWatchdog } from '../../src/health/watchdog.ts';
import { NotifySocket } from '../kit/notify-socket.ts';

const name = { ru: 'часть', en: 'part' };

t.test('ready, status and pings reach a real notify socket', async (t) => {
  const socket = new NotifySocket();
  t.teardown(() => socket.close());
  // sd_notify(3) reads the environment of the process itself, so the service is one of its own.
  const code = `
    import { serviceManager } from ${JSON.stringify(new URL('../../src/health/service-manager.ts', import.meta.url).href)};
    const m = serviceManager(process.env, (w) => console.error(w));
    console.log(m.watchdogMs);
    m.ready('serving 3 calls'); m.ping(); m.status('serving 4 calls');
    setTimeout(() => m.stopping(), 300);`;
  const child = spawn(process.execPath, ['--import=tsx', '--input-type=module', '-e', code], {
    env: { ...process.env, NOTIFY_SOCKET: socket.path, WATCHDOG_USEC: '6000000' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  await socket.wait('WATCHDOG=1', 10_000);
  await socket.wait('READY=1', 10_000);
  await socket.wait('STATUS=serving 4 calls', 10_000);
  await socket.wait('STOPPING=1', 10_000);
  t.match(out, '6000');
  const pid = socket.heard.find(({ line }) => line.startsWith('MAINPID='));
  t.equal(pid?.line, `MAINPID=${child.pid}`, 'readiness speaks for the service, not for the tool');
});

t.test('without a supervisor nothing is said and nothing fails', async (t) => {
  const manager = serviceManager({}, () => t.fail('no warning is due'));
  manager.ready('x');
  manager.ping();
  t.equal(manager.watchdogMs, undefined);
});

t.test('a ping is sent only if every part has moved since the last look', async (t) => {
  const clock = new FakeClock();
  const ticks = { a: 0, b: 0 };
  let pings = 0;
  const watchdog = new EarnedWatchdog(
    clock,
    [
      { id: 'a', name, tick: () => ticks.a },
      {
        id: 'b',
        name,
        tick: () => {
          if (ticks.b < 0) throw new Error('gone');
          return ticks.b;
        },
      },
    ],
    () => pings++,
  );
  watchdog.start(1000);
  t.equal(pings, 1, 'the first look has nothing to compare with');
  const step = (a: number, b: number): number => {
    ticks.a += a;
    ticks.b += b;
    clock.advance(1000);
    return pings;
  };
  t.equal(step(1, 1), 2);
  t.equal(step(1, 0), 2, 'b stands still');
  t.same(
    watchdog.states.map((state) => state.ok),
    [true, false],
  );
  t.equal(step(1, 1), 3, 'b moves again');
  ticks.b = -10;
  t.equal(step(1, 0), 3, 'a probe that throws is a part in trouble');
  watchdog.stop();
  t.equal(clock.pending, 0);
});
