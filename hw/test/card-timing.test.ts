import t from 'tap';
import { FxoCircuit } from '../simulator/card/fxo.ts';
import { HOOK_DEFAULTS, HookWatch } from '../simulator/card/hook.ts';
import { Timeline } from '../simulator/office/timeline.ts';
import { deadFeed } from '../simulator/office/wire.ts';
import { Simulator, startSimulator } from '../simulator/simulator.ts';
import { plainOffice } from './office.ts';

/** Feeds a loop as [closed, ms] and gathers what is told, without times. */
function watch(plan: [boolean, number][], timing = HOOK_DEFAULTS): string[] {
  const hook = new HookWatch();
  hook.timing = timing;
  const told: string[] = [];
  for (const [closed, ms] of plan) {
    for (let i = 0; i < ms; i++) {
      const event = hook.tick(closed);
      if (event)
        told.push(
          event.type === 'pulse-digit'
            ? event.digit
            : event.type === 'flash'
              ? `flash ${event.ms}`
              : event.type,
        );
    }
  }
  return told;
}

t.test('a break of every length from 1 to 1500 ms is one thing and one only', (t) => {
  for (const pulseDialing of [true, false]) {
    const timing = pulseDialing
      ? HOOK_DEFAULTS
      : { ...HOOK_DEFAULTS, pulseDialing, flashMin: 80, flashMax: 600 };
    for (let ms = 1; ms <= 1500; ms++) {
      const told = watch(
        [
          [true, 500],
          [false, ms],
          [true, 500],
        ],
        timing,
      ).slice(1);
      const expected =
        ms > timing.flashMax
          ? ['on-hook', 'off-hook']
          : ms >= timing.flashMin
            ? [`flash ${ms}`]
            : pulseDialing && ms >= 20 && ms <= 110
              ? ['1']
              : [];
      t.strictSame(told, expected, `${ms} ms, pulses ${pulseDialing ? 'on' : 'off'}`);
    }
  }
  t.end();
});

t.test('pulses of 8 to 12 a second, 33 to 75 % break, with jitter, are counted right', (t) => {
  let seed = 3;
  const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
  for (let pps = 8; pps <= 12; pps++) {
    for (const ratio of [0.33, 0.5, 0.6, 0.66, 0.75]) {
      for (const digit of '1234567890') {
        const period = 1000 / pps;
        const plan: [boolean, number][] = [[true, 400]];
        for (let i = 0; i < (digit === '0' ? 10 : Number(digit)); i++) {
          const jitter = Math.round((random() - 0.5) * 8);
          plan.push(
            [false, Math.round(period * ratio) + jitter],
            [true, Math.round(period * (1 - ratio)) - jitter],
          );
        }
        plan.push([true, 400]);
        t.strictSame(watch(plan).slice(1), [digit], `${pps} pps, ${ratio * 100} %, ${digit}`);
      }
    }
  }
  t.strictSame(
    watch([
      [true, 100],
      ...Array.from(
        { length: 11 },
        () =>
          [
            [false, 60],
            [true, 40],
          ] as [boolean, number][],
      ).flat(),
      [true, 400],
    ]),
    ['off-hook'],
    'eleven pulses are no digit',
  );
  t.end();
});

t.test('contact bounce is neither off-hook nor a pulse', (t) => {
  t.strictSame(
    watch([
      [true, 8],
      [false, 3],
      [true, 10],
      [false, 5],
      [true, 19],
      [false, 50],
    ]),
    [],
  );
  t.strictSame(
    watch([
      [true, 100],
      [false, 6],
      [true, 3],
      [false, 9],
      [true, 400],
    ]),
    ['off-hook'],
  );
  t.end();
});

/** An FXO circuit alone with its line; `run` moves both by milliseconds. */
function fxo() {
  const time = new Timeline();
  const told: string[] = [];
  const circuit = new FxoCircuit(1, time, (type, values) =>
    told.push([type, ...Object.values(values ?? {})].join(' ')),
  );
  const feed = { ...deadFeed(), volts: 60, ohms: 1000, limitMa: 60 };
  const run = (ms: number) => {
    for (let i = 0; i < ms; i++) {
      time.tick();
      circuit.tick(feed);
    }
    return told.splice(0);
  };
  return { circuit, feed, run };
}

t.test('loop breaks: glitches below 40 ms are nothing, 40 to 2000 ms are told, longer is no line', (t) => {
  for (const ms of [5, 20, 39, 40, 90, 500, 1500, 2000, 2001, 3000]) {
    const { circuit, feed, run } = fxo();
    circuit.execute({ type: 'seize' });
    run(500);
    feed.volts = 0;
    run(ms);
    feed.volts = 60;
    const told = run(50);
    const before = ms > 2000;
    t.strictSame(told, ms >= 40 && !before ? [`loop-break ${ms}`] : [], `${ms} ms`);
  }
  const { circuit, feed, run } = fxo();
  circuit.execute({ type: 'seize' });
  run(500);
  feed.volts = 0;
  t.strictSame(run(2500), ['loop-current 0']);
  t.end();
});

t.test('a weak line is a lower current, not a hang-up', (t) => {
  const { circuit, feed, run } = fxo();
  feed.ohms = 3500;
  circuit.execute({ type: 'seize' });
  const [told] = run(500);
  const milliamps = Number(told?.split(' ')[1]);
  t.ok(milliamps > 14 && milliamps < 18, `${milliamps} mA`);
  feed.ohms = 1000;
  t.match(run(300)[0], /^loop-current 4[0-9]/);
  t.end();
});

t.test('pulse dialing opens the loop as ordered, to the millisecond', (t) => {
  const { circuit, run } = fxo();
  circuit.execute({ type: 'seize' });
  run(300);
  circuit.execute({ type: 'pulse-dial', digits: '13', breakMs: 67, makeMs: 33, interDigitMs: 800 });
  const runs: number[] = [];
  let state = true;
  let length = 0;
  const told: string[] = [];
  for (let i = 0; i < 3000; i++) {
    told.push(...run(1));
    if (circuit.load.closed === state) length++;
    else {
      runs.push(length);
      state = circuit.load.closed;
      length = 1;
    }
  }
  t.strictSame(runs.slice(1), [67, 800, 67, 33, 67, 33, 67]);
  t.strictSame(
    told.filter((x) => x === 'pulses-sent'),
    ['pulses-sent'],
  );
  circuit.execute({ type: 'pulse-dial', digits: '9', breakMs: 60, makeMs: 40, interDigitMs: 800 });
  run(100);
  circuit.execute({ type: 'release' });
  t.notOk(run(1500).includes('pulses-sent'), 'release ends dialing without a word');
  t.equal(circuit.load.closed, false);
  t.end();
});

t.test('the office runs without real time, and two runs are the same', (t) => {
  const once = () => {
    const office = new Simulator({ layout: plainOffice(), pty: false, realTime: false });
    const seen: string[] = [];
    office.onEvent((e) => seen.push(`${e.at} ${e.device} ${e.type}`));
    office.line(5).ringIn({ number: '123' }, 2);
    office.advance(11000);
    office.telephone(1).lift();
    office.advance(500);
    return seen;
  };
  const first = once();
  t.ok(first.length > 4);
  t.ok(first.some((e) => e.endsWith('city-5 abandoned')));
  t.strictSame(once(), first);
  t.end();
});

t.test('the card keeps to the wall clock within a few blocks', async (t) => {
  const office = await startSimulator({ layout: plainOffice(), pty: false });
  const began = performance.now();
  await office.time.sleep(1000);
  const wall = performance.now() - began;
  await office.stop();
  t.ok(wall > 960 && wall < 1100 + office.slips * 200, `1000 ms of office took ${wall.toFixed(0)} ms`);
});
