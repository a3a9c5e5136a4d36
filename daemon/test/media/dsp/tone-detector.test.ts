import t from 'tap';
import type { ToneContext, ToneSpec } from '../../../src/media/api.ts';
import { PCMA } from '../../../src/media/dsp/g711.ts';
import { ToneDetector, type ToneEvent } from '../../../src/media/dsp/tone-detector.ts';
import { type Tone, ToneGenerator } from '../../../src/media/dsp/tone-generator.ts';
import { VoiceDetector } from '../../../src/media/dsp/voice-detector.ts';
import { profileOf } from './profiles.ts';
import { inFrames, randomOf, Signal } from './signal.ts';

interface Heard extends ToneEvent {
  ms: number;
}

/** What is heard in `pcm`, with silence before and after it. */
function listen(pcm: Int16Array, context: ToneContext, country = 'ru', learntHz?: number): Heard[] {
  const heard: Heard[] = [];
  let samples = 0;
  const options = learntHz === undefined ? {} : { learntHz };
  const detector = new ToneDetector(
    profileOf(country).detect,
    (e) => heard.push({ ...e, ms: samples / 8 }),
    options,
  );
  detector.context = context;
  const take = (frame: Int16Array): void => {
    samples += frame.length;
    detector.process(frame);
  };
  inFrames(pcm, take, 80);
  inFrames(new Int16Array(8 * 6000), take, 80);
  return heard;
}

function tone(spec: Tone, ms: number, noiseDbm0 = -60, leadMs = 33): Int16Array {
  const pcm = new Signal(leadMs + ms, 5).noise(noiseDbm0).pcm();
  const generator = new ToneGenerator();
  generator.start(spec);
  const part = new Int16Array(ms * 8);
  generator.process(part);
  for (let i = 0; i < part.length; i++) pcm[leadMs * 8 + i] = pcm[leadMs * 8 + i]! + part[i]!;
  return pcm;
}

const on425 = (cadence: number[], frequency = 425, levelDbm0 = -15): ToneSpec => ({
  frequencies: [frequency],
  levelDbm0,
  cadence,
});

const names = (heard: Heard[]): string[] => [
  ...new Set(heard.filter((e) => e.kind === 'detected').map((e) => e.tone)),
];

t.test('every country hears its own tones, after any digit', async (t) => {
  for (const country of ['ru', 'eu', 'us']) {
    const { tones } = profileOf(country);
    for (const name of ['dial', 'ringback', 'busy', 'congestion', 'sit'] as const) {
      t.same(names(listen(tone(tones[name], 7000), 'after-digits', country)), [name], `${country} ${name}`);
    }
    t.same(names(listen(tone(tones.stutter, 5000), 'after-seize', country)), ['dial'], `${country} stutter`);
    t.same(
      names(listen(tone(tones.callWaiting, 12_000), 'after-answer', country)),
      [],
      `${country} call waiting`,
    );
  }
});

t.test('Russian cadences at both ends of the norm, drifted, weak, noisy and through A-law', async (t) => {
  const cases: [string, number[]][] = [
    ['busy', [300, 300]],
    ['busy', [400, 400]],
    ['busy', [350, 350]],
    ['congestion', [150, 150]],
    ['congestion', [200, 200]],
    ['ringback', [900, 3600]],
    ['ringback', [1100, 4400]],
    ['ringback', [800, 3200]],
  ];
  for (const [expected, cadence] of cases) {
    for (const [frequency, level, noise] of [
      [425, -5, -60],
      [385, -15, -50],
      [475, -15, -50],
      [410, -30, -55],
      [460, -20, -38],
    ] as const) {
      const pcm = tone(on425(cadence, frequency, level), 7000, noise);
      const law = new Uint8Array(pcm.length);
      PCMA.encode(pcm, law);
      PCMA.decode(law, pcm);
      const heard = listen(pcm, 'after-answer');
      t.same(
        names(heard),
        [expected],
        `${cadence.join('/')} at ${frequency} Hz, ${level} dBm0 over ${noise}`,
      );
      const { frequencyHz, levelDbm0 } = heard[0]!.evidence;
      t.ok(Math.abs(frequencyHz - frequency) < 4, `measured ${frequencyHz.toFixed(1)} Hz`);
      t.ok(Math.abs(levelDbm0 - level) < 1.5, `measured ${levelDbm0.toFixed(1)} dBm0`);
    }
  }
});

t.test(
  'continuous 425 Hz is dial tone after 0.4 s when just seized, after 3 s once dialled, after 5 s in a call (ruling 11)',
  async (t) => {
    const at = (ms: number, context: ToneContext): number | undefined =>
      listen(tone(on425([ms, 4000]), ms + 100), context).find(
        (e) => e.tone === 'dial' && e.kind === 'detected',
      )?.ms;
    t.equal(at(390, 'after-seize'), undefined, 'a busy tone of the norm is never dial tone');
    t.ok(at(600, 'after-seize')! < 550);
    t.equal(at(2500, 'after-digits'), undefined);
    t.ok(at(3500, 'after-digits')! > 3000);
    t.equal(at(4500, 'after-answer'), undefined);
    t.ok(at(5500, 'after-answer')! > 5000);
    t.same(listen(tone(on425([]), 5000), 'off'), [], 'and nothing is heard when nothing is listened for');
  },
);

t.test('busy is reported at the third cycle, then each further one, and its end', async (t) => {
  const heard = listen(tone(on425([350, 350]), 3500), 'after-answer');
  t.same(
    heard.map((e) => `${e.kind} ${e.evidence.count}`),
    ['detected 3', 'cycle 4', 'ended 4'],
  );
  t.ok(heard[0]!.ms < 2300, `after ${heard[0]!.ms} ms`);
});

t.test('ringback is known by its second burst, and over when the next one does not come', async (t) => {
  const heard = listen(tone(on425([1000, 4000]), 12_000), 'after-digits');
  t.same(
    heard.map((e) => e.kind),
    ['detected', 'cycle', 'ended'],
  );
  t.ok(heard[0]!.ms > 6000 && heard[0]!.ms < 6200, `after ${heard[0]!.ms} ms`);
  const [cycle] = heard[0]!.evidence.cycles;
  t.ok(Math.abs(cycle!.onMs - 1000) < 30 && Math.abs(cycle!.offMs - 4000) < 30, 'measured whole');
  const end = heard.at(-1)!.ms;
  t.ok(end > 15_800 && end < 17_500, `over at ${end} ms, the last burst ended at 11033`);
});

t.test('what is not a tone of the network is not heard as one', async (t) => {
  const speech = new Signal(20_000, 3);
  const random = randomOf(5);
  for (let at = 0; at < 20_000; at += 120) {
    if (random() < 0.3) continue;
    const f0 = 90 + random() * 120;
    for (let h = 1; h < 20; h++) speech.sine(f0 * h, -16 - h - random() * 8, at, 60 + random() * 60);
  }
  const cases: [string, Int16Array][] = [
    ['noise', new Signal(10_000, 4).noise(-15).pcm()],
    ['speech-like bursts', speech.pcm()],
    ['busy cadence at 520 Hz', tone(on425([350, 350], 520), 6000)],
    ['an uneven cadence', tone(on425([300, 550]), 6000)],
    ['beats too short', tone(on425([60, 60]), 6000)],
    ['two cycles of busy', tone([{ ...on425([350, 350]), repeat: 2 }], 1400)],
    ['busy too weak', tone(on425([350, 350], 425, -45), 6000)],
    [
      'music on the frequency, changing length',
      tone([on425([300, 300]), on425([500, 500]), on425([260, 260])], 6000),
    ],
  ];
  for (const [name, pcm] of cases) t.same(names(listen(pcm, 'after-answer')), [], name);
});

t.test('speech over the tone stops the count', async (t) => {
  const pcm = tone(on425([350, 350]), 2000);
  const voice = new Signal(2033, 8)
    .sine(210, -8, 900, 300)
    .sine(640, -10, 900, 300)
    .sine(1270, -12, 900, 300)
    .pcm();
  for (let i = 0; i < pcm.length; i++) pcm[i] = pcm[i]! + voice[i]!;
  t.same(names(listen(pcm, 'after-answer')), []);
});

t.test('a learnt frequency narrows what counts', async (t) => {
  t.same(names(listen(tone(on425([350, 350], 460), 4000), 'after-answer', 'ru', 460)), ['busy']);
  t.same(names(listen(tone(on425([350, 350], 425), 4000), 'after-answer', 'ru', 460)), []);
});

t.test('voice is told from tones, noise and silence', async (t) => {
  const hear = (pcm: Int16Array): boolean => {
    const detector = new VoiceDetector();
    let voice = false;
    inFrames(pcm, (f) => (voice = detector.process(f) || voice));
    return voice;
  };
  const { tones } = profileOf('ru');
  const us = profileOf('us').tones;
  for (const spec of [
    tones.dial,
    tones.ringback,
    tones.busy,
    tones.congestion,
    us.ringback,
    us.busy,
    us.congestion,
  ]) {
    t.equal(hear(tone(spec, 10_000)), false, JSON.stringify(spec));
  }
  t.equal(hear(new Signal(10_000, 2).noise(-40).pcm()), false, 'noise of the line');
  const hello = new Signal(2000, 3).noise(-55);
  for (const [at, level] of [
    [500, -20],
    [560, -14],
    [640, -11],
    [730, -17],
    [800, -24],
    [860, -13],
    [930, -18],
  ] as const) {
    for (let h = 1; h < 12; h++) hello.sine(130 * h, level - h, at, 75);
  }
  t.equal(hear(hello.pcm()), true, 'half a second of speech');
  const detector = new VoiceDetector();
  inFrames(new Signal(3000, 2).noise(-50).pcm(), (f) => detector.process(f));
  t.ok(Math.abs(detector.noiseFloorDbm0 + 50) < 2.5, `learnt ${detector.noiseFloorDbm0}`);
  t.equal(detector.active, false);
  inFrames(new Signal(200, 2).sine(425, -10).pcm(), (f) => detector.process(f));
  t.equal(detector.active, true, 'a tone is sound, though no voice');
  t.ok(Math.abs(detector.levelDbm0 + 10) < 0.5);
});
