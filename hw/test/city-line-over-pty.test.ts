import t, { type Test } from 'tap';
import type { LineOptions } from '../simulator/office/line.ts';
import { readDtmf, readFsk } from '../simulator/sound/caller-id.ts';
import { dtmfSounds } from '../simulator/sound/dtmf.ts';
import { toneLevel } from '../simulator/sound/level.ts';
import { openOffice, plainOffice } from './office.ts';

async function office(t: Test, line: LineOptions = {}) {
  const { simulator, host } = await openOffice(t, { layout: plainOffice({ 5: line }) });
  await host.told('line-state', 5);
  await host.command({ type: 'audio', port: 5, on: true });
  return { simulator, host, line: simulator.line(5) };
}

const DTMF = { onMs: 80, offMs: 80, level: -9 };

// Each has an office of its own and mostly waits.
t.jobs = 4;

t.test(
  'a call out: dial tone, DTMF, ringback, answer by polarity, release by current break',
  { buffered: true },
  async (t) => {
    const { host, line } = await office(t, { otherwise: { result: 'answer', ringMs: 700 } });
    const tone = line.next('dial-tone');
    t.equal(await host.command({ type: 'seize', port: 5 }), 'ack');
    const current = await host.told('loop-current', 5);
    t.ok((current.milliamps as number) > 18 && (current.milliamps as number) < 70, `${current.milliamps} mA`);
    await tone;
    t.ok(Math.abs(toneLevel(await host.ears(5).next(300), 425) - -10) < 6, 'dial tone heard');
    void host.voice(5).play(dtmfSounds('84951234567', DTMF));
    const dialed = await line.next('dialed');
    t.equal(dialed.digits, '84951234567');
    await line.next('answered');
    t.equal((await host.told('polarity', 5)).reversed, true);
    void line.speak({ tone: 700, level: -10 });
    await host.ears(5).next(100);
    const far = toneLevel(await host.ears(5).next(300), 700);
    t.ok(Math.abs(far - -10) < 0.3, `far end heard at ${far.toFixed(2)} dBm0`);
    void host.voice(5).play([{ type: 'tone', frequencies: [1000], level: -10, ms: 2000 }]);
    await line.waitForTone(1000, -11);
    line.hangup();
    t.equal((await host.told('loop-break', 5)).ms, 500);
    await host.command({ type: 'release', port: 5 });
    await line.next('released');
    t.equal(line.lineState, 'idle');
  },
);

t.test("pulse dialing is the card's, and the exchange counts it", { buffered: true }, async (t) => {
  const { host, line } = await office(t, { rules: [{ pattern: '..', result: 'busy' }] });
  const pulse = { type: 'pulse-dial', port: 5, digits: '20', breakMs: 60, makeMs: 40, interDigitMs: 800 };
  t.equal(await host.command(pulse), 'wrong-state', 'not before seizing');
  await host.causes({ type: 'seize', port: 5 }, line.next('dial-tone'));
  t.equal(await host.command(pulse), 'ack');
  t.equal(await host.command(pulse), 'busy', 'not while dialing');
  t.equal(await host.command({ type: 'flash', port: 5, ms: 100 }), 'busy');
  const digits = [await line.next('digit'), await line.next('digit')];
  t.same(
    digits.map((d) => [d.digit, d.by]),
    [
      ['2', 'pulse'],
      ['0', 'pulse'],
    ],
  );
  await host.told('pulses-sent', 5);
  t.ok(toneLevel(await host.ears(5).next(350), 425) > -20, 'busy tone');
  t.equal(host.indications.filter((i) => i.type === 'loop-break').length, 0, 'own breaks are not told');
});

t.test('a flash of 150 ms is seen as one by the exchange', { buffered: true }, async (t) => {
  const { host, line } = await office(t);
  await host.causes({ type: 'seize', port: 5 }, line.next('seized'));
  const flash = await host.causes({ type: 'flash', port: 5, ms: 150 }, line.next('flash'));
  t.equal(flash.ms, 150);
});

t.test('a call in with FSK caller ID; answered; the far end keys digits', { buffered: true }, async (t) => {
  const { host, line } = await office(t, { ringCadence: [300, 1500] });
  const message = { number: '9161234567', name: 'IVANOV', time: '11222015' };
  line.ringIn(message);
  const on = await host.told('ring', 5);
  t.equal(on.on, true);
  t.equal((await host.told('ring', 5)).on, false);
  const burst = await host.ears(5).next(1300);
  t.match(readFsk(burst), { ...message, scheme: 'fsk-v23' });
  await host.causes({ type: 'seize', port: 5 }, line.next('picked-up'));
  const heard = host.ears(5).next(1200);
  await line.dial('A1234C');
  t.equal(readDtmf(await heard)?.number, '1234');
  await host.command({ type: 'release', port: 5 });
  await line.next('released');
});

t.test('DTMF caller ID comes before the first ring', { buffered: true }, async (t) => {
  const { host, line } = await office(t, { callerIdScheme: 'dtmf', ringCadence: [300, 1500] });
  line.ringIn({ number: '123' }, 1);
  const heard = await host.ears(5).next(900);
  t.equal(readDtmf(heard)?.number, '123');
  t.equal((await host.told('ring', 5)).on, true);
  await line.next('abandoned', 4000);
});

t.test('a ring shorter than 150 ms is none', { buffered: true }, async (t) => {
  const { host, line } = await office(t, { ringCadence: [100, 300] });
  line.ringIn({}, 2);
  await line.next('abandoned', 4000);
  t.equal(host.indications.filter((i) => i.type === 'ring').length, 0);
});

t.test('glare: the ring that meets our seizing is told', { buffered: true }, async (t) => {
  const { host, line } = await office(t);
  line.armGlare({ number: '555' });
  const picked = await host.causes({ type: 'seize', port: 5 }, line.next('picked-up'));
  t.equal(picked.glare, true);
  t.equal((await host.told('ring', 5)).on, true);
});

t.test('dead, idle and in-use lines are told with their volts', { buffered: true }, async (t) => {
  const { simulator, host, line } = await office(t);
  const dead = await host.told('line-state', 8);
  t.match(dead, { state: 'dead', volts: 0 });
  line.parallel = true;
  const inUse = await host.told('line-state', 5);
  t.equal(inUse.state, 'in-use');
  t.ok((inUse.volts as number) > 3 && (inUse.volts as number) < 20, `${inUse.volts} V`);
  line.parallel = false;
  t.match(await host.told('line-state', 5), { state: 'idle', volts: 60 });
  line.dead = true;
  t.match(await host.told('line-state', 5), { state: 'dead', volts: 0 });
  t.equal(await host.command({ type: 'seize', port: 8 }), 'ack');
  t.equal((await host.told('loop-current', 8)).milliamps, 0, 'seized, and no line');
  t.equal(simulator.line(8).lineState, 'idle');
});

t.test("the exchange's dial tone can be late or never come", { buffered: true }, async (t) => {
  const { host, line } = await office(t, { dialToneDelayMs: 1200 });
  const seized = await host.causes({ type: 'seize', port: 5 }, line.next('seized'));
  const tone = await line.next('dial-tone');
  t.equal(Math.round((tone.at - seized.at) / 100), 12);
  await host.command({ type: 'release', port: 5 });
  await line.next('released');
  line.options.dialToneDelayMs = null;
  await host.causes({ type: 'seize', port: 5 }, line.next('seized'));
  t.ok(toneLevel(await host.ears(5).next(600), 425) < -60, 'silence');
});

t.test('release by polarity, and a line that releases nobody', { buffered: true }, async (t) => {
  const { host, line } = await office(t, {
    release: 'polarity',
    rules: [{ pattern: '1', result: 'answer', ringMs: 100 }],
  });
  await host.causes({ type: 'seize', port: 5 }, line.next('dial-tone'));
  void host.voice(5).play(dtmfSounds('1', DTMF));
  t.equal((await host.told('polarity', 5)).reversed, true, 'answer');
  line.hangup();
  t.equal((await host.told('polarity', 5)).reversed, false, 'release');
  t.ok(toneLevel(await host.ears(5).next(300), 425) < -60, 'without a tone');
  t.equal(host.indications.filter((i) => i.type === 'loop-break').length, 0);
});

t.test(
  "an operator's access number answers with dial tone and takes PIN and number",
  { buffered: true },
  async (t) => {
    const { host, line } = await office(t, {
      rules: [{ pattern: '7700', result: 'answer', ringMs: 100, says: 'dial' }],
    });
    await host.causes({ type: 'seize', port: 5 }, line.next('dial-tone'));
    const answered = line.next('answered');
    void host.voice(5).play(dtmfSounds('7700', DTMF));
    await answered;
    await host.ears(5).next(100);
    t.ok(toneLevel(await host.ears(5).next(300), 425) > -11, 'second dial tone');
    await host.voice(5).play(dtmfSounds('12345678,88121234567', { onMs: 50, offMs: 50, level: -9 }));
    await line.hear(100);
    t.equal(line.talkDigits, '1234567888121234567');
    t.equal(line.digits, '7700');
    t.ok(toneLevel(host.ears(5).last(300), 425) < -50, 'the dial tone stopped at the first digit');
  },
);
