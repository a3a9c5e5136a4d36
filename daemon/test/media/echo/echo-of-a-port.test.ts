import t, { type Test } from 'tap';
import { buildWasm } from '../../../../scripts/lib/build/wasm.ts';
import { noiseAt } from '../../../../scripts/lib/corpus/echo.ts';
import { FakeClock } from '../../../src/base/clock.ts';
import type { EchoFigures } from '../../../src/media/api.ts';
import { echoCancellers } from '../../../src/media/dsp/echo/echo-cancellers.ts';
import { PCMA } from '../../../src/media/dsp/g711.ts';
import { levelDbm0 } from '../../../src/media/dsp/level.ts';
import { MediaEngine } from '../../../src/media/engine.ts';
import { russia } from '../support/engine.ts';
import { LineDouble } from '../support/line-double.ts';

t.before(() => buildWasm());

/**
 * Two ports joined; port 1 sends back what it is sent `delayMs` late and 12 dB weaker, port 2 speaks noise. `coding`: as
 * what the card gets it, and so sends it back; what the card sends is not coded here.
 */
function call(t: Test, delayMs: number, coding: 'linear' | 'alaw' = 'linear') {
  const clock = new FakeClock();
  const line = new LineDouble(coding);
  const media = new MediaEngine({ clock, profile: russia, line, echoCanceller: echoCancellers(t.fail) });
  t.teardown(() => media.close());
  const told: [string, EchoFigures][] = [];
  media.on('echo', (endpoint, figures) => told.push([endpoint, figures]));
  const noise = noiseAt(-16, 80_000, 4);
  const played = (samples: Int16Array): Int16Array => {
    if (coding === 'linear') return samples;
    const [coded, out] = [new Uint8Array(samples.length), new Int16Array(samples.length)];
    PCMA.encode(samples, coded);
    PCMA.decode(coded, out);
    return out;
  };
  const sent = (n: number): number => {
    const frames = line.played.get(1) ?? [];
    for (let i = frames.length - 1; i >= 0; i--) {
      const { at, samples } = frames[i]!;
      if (n >= at) return n < at + 80 ? played(samples)[n - at]! : 0;
    }
    return 0;
  };
  const signals = new Map([
    [1, (n: number) => Math.round(sent(n - delayMs * 8) / 4)],
    [2, (n: number) => Math.round(noise[(n - 1_000_000) % noise.length]!)],
  ]);
  const run = (frames: number): void => {
    for (let i = 0; i < frames; i++) {
      line.frame(signals);
      clock.advance(10);
    }
  };
  return { media, line, told, run };
}

t.test('figures of a port are told while its call goes on', async (t) => {
  const { media, told, run } = call(t, 5);
  await media.connect('line:1', 'line:2');
  run(500);
  const ofOne = told.filter(([endpoint]) => endpoint === 'line:1').map(([, figures]) => figures);
  t.ok(ofOne.length >= 2 && ofOne.length <= 3, `${ofOne.length} times in 5 s`);
  const { erlDb = 0, erleDb = 0, ...rest } = ofOne.at(-1)!;
  t.match(rest, { tailMs: 64, converged: true, disabled: undefined });
  t.ok(Math.abs(erlDb - 12) < 0.5, `loss ${erlDb} dB`);
  t.ok(erleDb > 30, `enhancement ${erleDb} dB`);
  const before = told.length;
  run(500);
  t.ok(told.length - before <= 2, 'what does not change is not told again');
});

t.test('tail and suppressor of a port can be set; they hold from its next call on', async (t) => {
  const { media, line, told, run } = call(t, 40);
  await media.setEcho('line:1', { tailMs: 16, suppress: false });
  await media.connect('line:1', 'line:2');
  run(400);
  const left = (): number => levelDbm0(line.heard(2, line.played.get(2)!.length - 100));
  t.ok(left() > -32, `an echo 40 ms late is beyond 16 ms: ${left().toFixed(1)} dBm0`);
  await media.setEcho('line:1', { tailMs: 64 });
  run(200);
  t.ok(left() > -32, 'not in the midst of a call');
  await media.disconnect('line:1');
  run(50);
  await media.connect('line:1', 'line:2');
  run(400);
  t.ok(left() < -55, `it is gone with 64 ms: ${left().toFixed(1)} dBm0`);
  t.equal(told.filter(([endpoint]) => endpoint === 'line:1').at(-1)?.[1].tailMs, 64);
});

t.test(
  'over a link with A-law the echo of what the card plays is taken out, coding noise and all',
  async (t) => {
    const { media, line, run } = call(t, 5, 'alaw');
    await media.setEcho('line:1', { suppress: false });
    await media.connect('line:1', 'line:2');
    run(500);
    const left = levelDbm0(line.heard(2, line.played.get(2)!.length - 100));
    // The echo is at -28 dBm0, and 37 dB below it the noise that coding has made of what was sent.
    t.ok(left < -70, `${left.toFixed(1)} dBm0`);
  },
);

t.test('only ports have an echo', async (t) => {
  const { media } = call(t, 5);
  const { endpoint } = await media.openRtp('127.0.0.1');
  await t.rejects(media.setEcho(endpoint, {}), { code: 'media/no-endpoint' });
  await t.rejects(media.setEcho('line:99', {}), { code: 'media/no-endpoint' });
});
