import t, { type Test } from 'tap';
import { toneLevel } from '../simulator/sound/level.ts';
import { openOffice } from './office.ts';

t.jobs = 3;

const near = (t: Test, measured: number, wanted: number, what: string) =>
  t.ok(Math.abs(measured - wanted) <= 1, `${what}: ${measured.toFixed(1)} dBm0, wanted ${wanted}`);

t.test('1 kHz at -10 dBm0 passes a line as the gains say, and +3 dBm0 is not clipped', async (t) => {
  const { simulator, host } = await openOffice(t);
  const line = simulator.line(5);
  await host.command({ type: 'seize', port: 5 });
  await line.next('dial-tone');
  line.hush();
  await host.command({ type: 'audio', port: 5, on: true });
  const heard = async (): Promise<number> => {
    await line.hear(300);
    return toneLevel(host.ears(5).last(200), 1000);
  };
  for (const [rxGainDb, txGainDb] of [
    [0, 0],
    [-15, 12],
    [3.5, -0.1],
  ] as const) {
    await host.command({ type: 'configure', port: 5, country: 'ru', rxGainDb, txGainDb });
    void line.speak({ tone: 1000, level: -10 });
    near(t, await heard(), -10 + rxGainDb, `in with ${rxGainDb} dB`);
    line.hush();
    void host.voice(5).play([{ type: 'tone', frequencies: [700], level: -15, ms: 1500 }]);
    near(t, await line.waitForTone(700, -40, 3000), -15 + txGainDb, `out with ${txGainDb} dB`);
    host.voice(5).stop();
  }
  await host.command({ type: 'configure', port: 5, country: 'ru', rxGainDb: 0, txGainDb: 0 });
  void line.speak({ tone: 1000, level: 3 });
  near(t, await heard(), 3, 'as loud as G.711 goes');
  t.ok(toneLevel(host.ears(5).last(200), 3000) < -40, 'and clean');
});

t.test('the termination decides how much comes back', async (t) => {
  const { simulator, host } = await openOffice(t);
  const line = simulator.line(5);
  await host.command({ type: 'seize', port: 5 });
  await line.next('dial-tone');
  line.hush();
  await host.command({ type: 'audio', port: 5, on: true });
  void host.voice(5).play([{ type: 'tone', frequencies: [1000], level: -10, ms: 10_000 }]);
  await line.waitForTone(1000, -20, 3000);
  const loss = async (): Promise<number> => {
    await line.hear(400);
    return -10 - toneLevel(host.ears(5).last(200), 1000);
  };
  near(t, await loss(), 26, 'as usual in the country, on a line of 600 ohms');
  await host.command({ type: 'impedance', port: 5, termination: 'tbr21' });
  near(t, await loss(), 12, 'TBR 21 there');
  line.feed.impedance = 'tbr21';
  near(t, await loss(), 26, 'TBR 21 on a line that is so');
  await host.command({ type: 'configure', port: 5, country: 'ru', rxGainDb: 0, txGainDb: 0 });
  near(t, await loss(), 12, 'configure puts the country’s own back');
});
