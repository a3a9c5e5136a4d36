import t from 'tap';
import { callerIdSounds } from '../simulator/sound/caller-id.ts';
import { powerLevel, toneLevel } from '../simulator/sound/level.ts';
import { exchangeTone } from '../simulator/sound/tones.ts';
import { openOffice, plainOffice } from './office.ts';

// Each has an office of its own and mostly waits.
t.jobs = 4;

t.test(
  'a telephone is lifted, dials by tones and by pulses, flashes and hangs up',
  { buffered: true },
  async (t) => {
    const { simulator, host } = await openOffice(t);
    t.equal(host.welcome?.coding, 'linear');
    t.equal(host.welcome?.ports.length, 8);
    await host.told('on-hook', 1);
    const phone = simulator.telephone(1);

    phone.lift();
    const off = await host.told('off-hook', 1);
    const current = await host.told('loop-current', 1);
    t.match(current.milliamps, 25);
    t.ok((current.at as number) - (off.at as number) >= 100 * 8, 'current is told after it settled');
    t.equal(await host.command({ type: 'audio', port: 1, on: true }), 'ack');

    const dialed = phone.dial('1590', { onMs: 60, offMs: 60 });
    const listened = host.ears(1).next(60);
    t.ok(toneLevel(await listened, 697) > -20, 'the host hears the 1');
    await dialed;

    void phone.pulse('20', { interDigitMs: 400 });
    t.equal((await host.told('pulse-digit', 1)).digit, '2');
    t.equal((await host.told('pulse-digit', 1)).digit, '0');

    await phone.flash(200);
    t.match((await host.told('flash', 1)).ms, 200);
    phone.hangup();
    await host.told('on-hook', 1);
  },
);

t.test('tone levels are the same at both ends', { buffered: true }, async (t) => {
  const { simulator, host } = await openOffice(t);
  const phone = simulator.telephone(2);
  phone.lift();
  await host.told('off-hook', 2);
  await host.command({ type: 'audio', port: 2, on: true });
  void host.voice(2).play(exchangeTone.dial, true);
  await phone.waitForTone(425, -12);
  const dial = await phone.hear(400, 425);
  t.ok(Math.abs(dial - -10) < 0.3, `telephone hears dial tone at ${dial.toFixed(2)} dBm0`);

  host.voice(2).stop();
  void phone.speak({ tone: 1000, level: -10 });
  await host.ears(2).next(100);
  const up = toneLevel(await host.ears(2).next(400), 1000);
  t.ok(Math.abs(up - -10) < 0.3, `host hears 1 kHz at ${up.toFixed(2)} dBm0`);
  phone.hush();
  t.equal(host.audioLost, 0);
  const steps = host.stamps.slice(1).map((s, i) => (s - host.stamps[i]! + 0x1_0000_0000) % 0x1_0000_0000);
  t.ok(
    steps.every((s) => s === 80),
    'every frame is 80 samples after the one before',
  );
  // A busy machine may hold either process up for a moment; stamped wrongly, every frame would be late.
  const late = simulator.card.counters.audioLate;
  t.ok(late < host.stamps.length / 4, `what the host sent came in time, but for ${late} frames`);
});

t.test('A-law is chosen on a slow link, and carries tones', { buffered: true }, async (t) => {
  const { simulator, host } = await openOffice(t, {}, { bandwidth: 921600 });
  t.equal(host.welcome?.coding, 'alaw');
  const phone = simulator.telephone(1);
  phone.lift();
  await host.told('off-hook', 1);
  await host.command({ type: 'audio', port: 1, on: true });
  void host.voice(1).play(exchangeTone.dial, true);
  await phone.waitForTone(425, -12);
  void phone.speak({ tone: 1000, level: -10 });
  await host.ears(1).next(100);
  const up = toneLevel(await host.ears(1).next(400), 1000);
  t.ok(Math.abs(up - -10) < 0.5, `${up.toFixed(2)} dBm0`);
});

t.test('audio beyond the link is refused', { buffered: true }, async (t) => {
  const { host } = await openOffice(t, {}, { bandwidth: 115200 });
  t.equal(host.welcome?.coding, 'alaw');
  t.equal(await host.command({ type: 'audio', port: 1, on: true }), 'ack');
  t.equal(await host.command({ type: 'audio', port: 2, on: true }), 'bandwidth');
});

t.test(
  'a telephone rings with the cadence, shows caller ID, and trips the ring',
  { buffered: true },
  async (t) => {
    const { simulator, host } = await openOffice(t);
    const phone = simulator.telephone(1);
    await host.command({ type: 'audio', port: 1, on: true });
    t.equal(await host.command({ type: 'ring', port: 1, cadence: [300, 1200] }), 'ack');
    const on = await host.told('ring-phase', 1);
    const off = await host.told('ring-phase', 1);
    t.same([on.on, off.on], [true, false]);
    t.equal((off.at as number) - (on.at as number), 300 * 8, "the burst is 300 ms by the card's clock");
    const shown = phone.next('caller-id');
    const message = { number: '84951234567', name: 'TEST', time: '11221959' };
    void host.voice(1).play(callerIdSounds(message, 'fsk-v23'));
    t.match(await shown, { ...message, scheme: 'fsk-v23' });
    await phone.next('ring-burst');
    phone.lift();
    t.equal((await host.told('ring-phase', 1, 1000, (m) => m.on === true)).on, true);
    t.equal((await host.told('ring-phase', 1)).on, false, 'ring trip ends the burst');
    await host.told('off-hook', 1);
    t.equal(phone.offHook, true);
    t.equal(await host.command({ type: 'ring', port: 1, cadence: [300, 1200] }), 'wrong-state');
  },
);

t.test(
  'polarity and current break reach the telephone and are no hook event',
  { buffered: true },
  async (t) => {
    const { simulator, host } = await openOffice(t);
    const phone = simulator.telephone(4);
    phone.lift();
    await host.told('off-hook', 4);
    const turned = phone.next('polarity');
    await host.command({ type: 'polarity', port: 4, reversed: true });
    t.equal((await turned).reversed, true);
    const lost = phone.next('current-lost');
    await host.command({ type: 'current-break', port: 4, ms: 400 });
    const gone = await lost;
    const back = await phone.next('current');
    t.ok(Math.abs(back.at - gone.at - 400) <= 1, `away for ${back.at - gone.at} ms`);
    phone.hangup();
    await host.told('on-hook', 4);
    t.equal(host.indications.filter((i) => i.port === 4 && i.type === 'flash').length, 0);
  },
);

t.test("hook windows are the host's to set, and may not overlap", { buffered: true }, async (t) => {
  const { simulator, host } = await openOffice(t);
  const hook = {
    pulseDialing: false,
    pulseBreakMin: 20,
    pulseBreakMax: 110,
    interDigit: 250,
    flashMin: 80,
    flashMax: 300,
  };
  const configure = { type: 'configure', port: 1, country: 'ru', rxGainDb: 0, txGainDb: 0 };
  t.equal(await host.command({ ...configure, hook: { ...hook, pulseDialing: true } }), 'out-of-range');
  t.equal(await host.command({ ...configure, hook }), 'ack');
  const phone = simulator.telephone(1);
  phone.lift();
  await host.told('off-hook', 1);
  await phone.flash(90);
  t.equal((await host.told('flash', 1)).ms, 90, '90 ms is a flash where pulses are off');
  await host.told('on-hook', 1);
  void phone.flash(400);
  t.equal((await host.told('on-hook', 1)).type, 'on-hook', '400 ms is a hang-up');
  await host.told('off-hook', 1);
});

t.test("gains are the card's", { buffered: true }, async (t) => {
  const { simulator, host } = await openOffice(t);
  await host.command({ type: 'configure', port: 1, country: 'ru', rxGainDb: -6, txGainDb: 3 });
  const phone = simulator.telephone(1);
  phone.lift();
  await host.told('off-hook', 1);
  await host.command({ type: 'audio', port: 1, on: true });
  void phone.speak({ tone: 1000, level: -10 });
  void host.voice(1).play([{ type: 'tone', frequencies: [500], level: -20, ms: 5000 }]);
  await phone.waitForTone(500, -19);
  const down = await phone.hear(300, 500);
  const up = toneLevel(host.ears(1).last(300), 1000);
  t.ok(Math.abs(up - -16) < 0.5, `up ${up.toFixed(1)}`);
  t.ok(Math.abs(down - -17) < 0.5, `down ${down.toFixed(1)}`);
});

t.test(
  'a hybrid echo comes back as strong as the layout says, at the stamped sample',
  { buffered: true },
  async (t) => {
    const { simulator, host } = await openOffice(t, { layout: { ...plainOffice(), echoLossDb: 20 } });
    const phone = simulator.telephone(1);
    phone.lift();
    await host.told('off-hook', 1);
    await host.command({ type: 'audio', port: 1, on: true });
    void host.voice(1).play([{ type: 'tone', frequencies: [800], level: -10, ms: 1500 }]);
    await phone.waitForTone(800, -12);
    const echo = toneLevel(await host.ears(1).next(400), 800);
    t.ok(Math.abs(echo - -30) < 0.5, `echo at ${echo.toFixed(1)} dBm0`);
    t.ok(powerLevel(host.ears(1).last(20)) < -25);
  },
);
