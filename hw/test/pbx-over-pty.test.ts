import t from 'tap';
import { DtmfReceiver, dtmfSounds } from '../simulator/sound/dtmf.ts';
import { toneLevel } from '../simulator/sound/level.ts';
import { openOffice } from './office.ts';

t.jobs = 4;

/** Access number, PIN and number as the PBX of issue 2, point 5 (c) sends them. */
const BURST = '770' + '12345678' + '88121234567' + '#';

/** Times between beginnings of 425 Hz, ms. */
function onsets(samples: Int16Array): number[] {
  const at: number[] = [];
  let on = true;
  for (let i = 0; i + 80 <= samples.length; i += 80) {
    const loud = toneLevel(samples.subarray(i, i + 80), 425) > -20;
    if (loud && !on) at.push(i / 8);
    on = loud;
  }
  return at.slice(1).map((ms, i) => ms - at[i]!);
}

t.test(
  'wire A: a burst of 70/70 ms 300 ms after seizing; billing by polarity; release by current',
  { buffered: true },
  async (t) => {
    const { simulator, host } = await openOffice(t);
    await host.command({ type: 'audio', port: 3, on: true });
    const pbx = simulator.pbxTrunk(3);
    const keys: { key: string; at: number }[] = [];
    let blocks = 0;
    const receiver = new DtmfReceiver((key) => keys.push({ key, at: blocks * 10 }));
    host.ears(3).tap((block) => {
      blocks++;
      receiver.push(block);
    });
    const sent = pbx.seizeAndDial({ digits: BURST });
    const off = await host.told('off-hook', 3);
    t.ok(off, 'seized');
    await sent;
    await host.ears(3).next(50);
    t.equal(keys.map((k) => k.key).join(''), BURST);
    const gaps = keys.slice(1).map((k, i) => k.at - keys[i]!.at);
    t.ok(
      gaps.every((g) => g === 140),
      `a digit every 140 ms: ${[...new Set(gaps)].join(', ')}`,
    );

    t.equal(pbx.billing, false);
    const billing = pbx.answered();
    await host.command({ type: 'polarity', port: 3, reversed: true });
    await billing;
    t.equal(pbx.state().billing, true);
    const ended = pbx.next('hung-up');
    await host.command({ type: 'current-break', port: 3, ms: 500 });
    await ended;
    await host.told('on-hook', 3);
    t.same(
      pbx.log.map((e) => e.type).filter((type) => /bill|released|hung/.test(type)),
      ['billing-started', 'released-by-line', 'hung-up', 'billing-stopped'],
    );
  },
);

t.test(
  'wire A: a break of 60 ms does not release, and the PBX answers ringing by itself',
  { buffered: true },
  async (t) => {
    const { simulator, host } = await openOffice(t);
    const pbx = simulator.pbxTrunk(3);
    pbx.autoAnswerBursts = 2;
    await host.command({ type: 'ring', port: 3, cadence: [200, 400] });
    await host.told('off-hook', 3);
    t.equal(pbx.bursts, 2);
    await host.command({ type: 'current-break', port: 3, ms: 60 });
    await pbx.next('current');
    t.equal(pbx.offHook, true);
  },
);

t.test(
  'wire B: the extension gives late dial tone, takes digits, rings and is busy',
  { buffered: true },
  async (t) => {
    const { simulator, host } = await openOffice(t);
    const extension = simulator.line(7);
    t.equal(extension.kind, 'pbx-extension');
    await host.command({ type: 'audio', port: 7, on: true });
    const seized = await host.causes({ type: 'seize', port: 7 }, extension.next('seized'));
    const tone = await extension.next('dial-tone');
    t.equal(tone.at - seized.at, 600);
    void host.voice(7).play(dtmfSounds('305', { onMs: 80, offMs: 80, level: -9 }));
    t.equal((await extension.next('dialed')).digits, '305');
    const cadence = onsets(await host.ears(7).next(2200));
    t.ok(cadence.length >= 2 && cadence.every((ms) => Math.abs(ms - 700) <= 20), `busy tone: ${cadence} ms`);
    await host.command({ type: 'release', port: 7 });
    await extension.next('released');

    extension.options.dialToneDelayMs = 100;
    await host.causes({ type: 'seize', port: 7 }, extension.next('dial-tone'));
    void host.voice(7).play(dtmfSounds('9', { onMs: 80, offMs: 80, level: -9 }));
    await extension.next('dial-tone', 2000);
    void host.voice(7).play(dtmfSounds('201', { onMs: 80, offMs: 80, level: -9 }));
    await extension.next('answered');
    t.equal(
      host.indications.filter((i) => i.type === 'polarity' && i.port === 7).length,
      0,
      'no polarity on answer',
    );
    extension.hangup();
    t.ok(onsets(await host.ears(7).next(1600)).length >= 1, 'release by busy tone');
  },
);

t.test('DTMF is told from speech-like tones and read down to 40/40 ms', { buffered: true }, async (t) => {
  const { simulator, host } = await openOffice(t);
  const phone = simulator.telephone(1);
  phone.lift();
  await host.told('off-hook', 1);
  await host.command({ type: 'audio', port: 1, on: true });
  let keys = '';
  const receiver = new DtmfReceiver((key) => {
    keys += key;
  });
  host.ears(1).tap((block) => receiver.push(block));
  await phone.dial('0123456789*#ABCD', { onMs: 40, offMs: 40, level: -20 });
  await host.ears(1).next(100);
  t.equal(keys, '0123456789*#ABCD');
  keys = '';
  for (const freq of [425, 697, 1209, 1000]) {
    void phone.speak({ tone: freq, level: -10 });
    await host.ears(1).next(150);
  }
  t.equal(keys, '');
});
