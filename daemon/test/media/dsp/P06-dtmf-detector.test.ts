import { execFileSync, spawnSync } from 'node:child_process';
import t from 'tap';
import {
  DtmfDetector,
  type DtmfDetectorOptions,
  type DtmfEvent,
} from '../../../src/media/dsp/dtmf-detector.ts';
import { DTMF_COLUMNS, DTMF_KEYS, DTMF_ROWS, DtmfGenerator } from '../../../src/media/dsp/dtmf-generator.ts';
import { PCMA } from '../../../src/media/dsp/g711.ts';
import { inFrames, randomOf, Signal } from './signal.ts';

function hear(pcm: Int16Array, options?: DtmfDetectorOptions): DtmfEvent[] {
  const events: DtmfEvent[] = [];
  const detector = new DtmfDetector((e) => events.push(e), options);
  inFrames(pcm, (f) => detector.process(f));
  inFrames(new Int16Array(640), (f) => detector.process(f));
  return events;
}

const digitsOf = (events: DtmfEvent[]): string =>
  events
    .filter((e) => e.kind === 'start')
    .map((e) => e.digit)
    .join('');

interface Digit {
  onMs?: number;
  low?: number;
  high?: number;
  rowError?: number;
  columnError?: number;
  snr?: number;
  dialTone?: number;
}

/** How many of the sixteen digits, each at `places` places against the detector's blocks, come out as sent. */
function accepted(digit: Digit, options?: DtmfDetectorOptions, places = 4): number {
  const { onMs = 50, low = -10, high = -10, rowError = 0, columnError = 0, snr, dialTone } = digit;
  let right = 0;
  for (let k = 0; k < 16; k++) {
    for (let place = 0; place < places; place++) {
      const at = 100 + (place * 5) / places + 0.3 * k;
      const signal = new Signal(250, k * 31 + place + 1);
      signal.sine(DTMF_ROWS[k >> 2]! * (1 + rowError), low, at, onMs);
      signal.sine(DTMF_COLUMNS[k & 3]! * (1 + columnError), high, at, onMs);
      if (snr !== undefined) signal.noise(Math.max(low, high) + 3 - snr);
      if (dialTone !== undefined) signal.sine(425, dialTone);
      const heard = digitsOf(hear(signal.pcm(), options));
      if (heard === DTMF_KEYS[k]) right++;
      else if (heard !== '') return -1;
    }
  }
  return right;
}
const ALL = 64;

t.test('ITU-T Q.24: what must be accepted', async (t) => {
  const rows: [string, Digit][] = [
    ['40 ms', { onMs: 40 }],
    ['+1.5 % on both', { rowError: 0.015, columnError: 0.015 }],
    ['-1.5 % on both', { rowError: -0.015, columnError: -0.015 }],
    [
      '+1.5 % and -1.5 %, 40 ms, 15 dB over noise',
      { onMs: 40, rowError: 0.015, columnError: -0.015, snr: 15 },
    ],
    ['high group 4 dB louder', { low: -12, high: -8 }],
    ['low group 8 dB louder', { low: -6, high: -14 }],
    ['-25 dBm0', { low: -25, high: -25 }],
    ['loud: 0 dBm0', { low: -3, high: -3 }],
    ['15 dB over noise, 40 ms', { onMs: 40, snr: 15 }],
  ];
  for (const [name, digit] of rows) t.equal(accepted(digit), ALL, name);
});

t.test('ITU-T Q.24: what must be refused', async (t) => {
  const rows: [string, Digit][] = [
    ['23 ms', { onMs: 23 }],
    ['+3.5 % on both', { rowError: 0.035, columnError: 0.035 }],
    ['-3.5 % on both', { rowError: -0.035, columnError: -0.035 }],
    ['row 3.5 % high', { rowError: 0.035 }],
    ['row 3.5 % low', { rowError: -0.035 }],
    ['column 3.5 % high', { columnError: 0.035 }],
    ['column 3.5 % low', { columnError: -0.035 }],
    ['-55 dBm0', { low: -55, high: -55 }],
    ['one tone alone', { high: -60 }],
    ['high group 9 dB louder', { low: -17, high: -8 }],
  ];
  for (const [name, digit] of rows) t.equal(accepted(digit), 0, name);
});

t.test('a digit is heard over dial tone as loud as itself', async (t) => {
  const notch = { notchHz: [425] };
  t.equal(accepted({ dialTone: -10 }, notch), ALL, 'at -10 dBm0');
  t.equal(accepted({ dialTone: -20 }, notch), ALL, 'at -20 dBm0');
  t.equal(
    accepted({ onMs: 40, rowError: 0.015, columnError: -0.015, snr: 15 }, notch),
    ALL,
    'and the notch costs nothing',
  );
});

t.test('a drop-out of up to 10 ms does not split a digit, a pause of 40 ms does', async (t) => {
  for (const [gap, expected] of [
    [4, '5'],
    [8, '5'],
    [10, '5'],
    [40, '55'],
    [60, '55'],
  ] as const) {
    for (let shift = 0; shift < 5; shift += 0.5) {
      const signal = new Signal(400)
        .sine(770, -10, 50 + shift, 200 + gap)
        .sine(1336, -10, 50 + shift, 200 + gap);
      signal.gap(150 + shift, gap);
      t.equal(digitsOf(hear(signal.pcm())), expected, `${gap} ms at ${shift} ms`);
    }
  }
});

t.test('start and length are told within 8 ms', async (t) => {
  for (let shift = 0; shift < 10; shift += 0.7) {
    const signal = new Signal(400).sine(852, -10, 100 + shift, 120).sine(1477, -10, 100 + shift, 120);
    const [start, end] = hear(signal.pcm());
    t.equal(start?.kind, 'start');
    t.equal(end?.kind, 'end');
    t.ok(
      Math.abs(start!.startSample / 8 - 100 - shift) < 8,
      `start ${start!.startSample / 8 - 100 - shift} ms off`,
    );
    t.ok(Math.abs(end!.durationMs - 120) < 8, `length ${end!.durationMs}`);
  }
});

t.test(
  'muted on suspicion, what leaks of a digit is too short to be one (C03: no digit twice)',
  async (t) => {
    for (const frame of [80, 160]) {
      for (let shift = 0; shift < 20; shift += 1.3) {
        const pcm = new Signal(400)
          .sine(770, -10, 100 + shift, 90)
          .sine(1209, -10, 100 + shift, 90)
          .pcm();
        const detector = new DtmfDetector(() => {});
        inFrames(
          pcm,
          (f) => {
            detector.process(f);
            if (detector.suspect) f.fill(0);
          },
          frame,
        );
        const leaked = pcm.filter((v) => Math.abs(v) > 100).length / 8;
        t.ok(leaked < 23, `${leaked.toFixed(1)} ms`);
        t.equal(digitsOf(hear(pcm)), '');
      }
    }
  },
);

t.test('a PBX burst of 70 ms on, 70 ms off arrives whole, clean and through A-law with noise', async (t) => {
  const dialled = '17*4837#88121234567ABCD0';
  for (const noise of [undefined, -30]) {
    for (let lead = 0; lead < 5; lead++) {
      const generator = new DtmfGenerator({ onMs: 70, offMs: 70 });
      generator.enqueue(dialled);
      const pcm = new Int16Array(dialled.length * 1120 + 800);
      generator.process(pcm.subarray(lead * 9));
      if (noise !== undefined) {
        const hiss = new Signal(pcm.length / 8, lead + 1).noise(noise).pcm();
        for (let i = 0; i < pcm.length; i++) pcm[i] = pcm[i]! + hiss[i]!;
        const law = new Uint8Array(pcm.length);
        PCMA.encode(pcm, law);
        PCMA.decode(law, pcm);
      }
      t.equal(digitsOf(hear(pcm, { notchHz: [425] })), dialled);
    }
  }
});

t.test('500 digits of 40 ms on and off, 15 dB over noise, none lost and none added', async (t) => {
  const random = randomOf(7);
  const dialled = Array.from({ length: 500 }, () => DTMF_KEYS[Math.floor(random() * 16)]).join('');
  const generator = new DtmfGenerator({ onMs: 40, offMs: 40, levelDbm0: -10, twistDb: 0 });
  generator.enqueue(dialled);
  const pcm = new Int16Array(500 * 640 + 400);
  generator.process(pcm);
  const hiss = new Signal(pcm.length / 8, 3).noise(-22).pcm();
  for (let i = 0; i < pcm.length; i++) pcm[i] = pcm[i]! + hiss[i]!;
  t.equal(digitsOf(hear(pcm)), dialled);
});

t.test('no digit is heard in what is none', async (t) => {
  t.equal(digitsOf(hear(new Signal(20_000, 5).noise(-10).pcm())), '', 'noise');
  t.equal(digitsOf(hear(new Signal(5000, 5).sine(425, -10).pcm())), '', 'dial tone');
  t.equal(digitsOf(hear(new Signal(5000, 5).sine(440, -10).sine(480, -10).pcm())), '', 'ringback of the USA');
  const buzz = digitsOf(hear(speechLike(60_000).pcm()));
  t.ok(buzz.length <= 1, `a minute of two gliding formants gave ${buzz.length} digits`);
});

const espeak = spawnSync('espeak-ng', ['--version']).status === 0;

t.test(
  'no digit is heard in synthetic speech',
  { skip: espeak ? false : 'espeak-ng is not installed' },
  async (t) => {
    const texts: [string, string][] = [
      [
        'ru',
        'Здравствуйте, вы позвонили в нашу компанию. Пожалуйста, оставайтесь на линии, вам ответит первый освободившийся сотрудник. ',
      ],
      [
        'en',
        'Thank you for calling. Please listen carefully as our menu options have changed. Your call is important to us. ',
      ],
    ];
    const speech = texts.flatMap(([voice, text]) =>
      [120, 175, 260].map((speed) => speak(voice, text.repeat(2), speed)),
    );
    for (const pcm of speech) {
      t.ok(pcm.length > 8000 * 5, 'the voice spoke');
      t.equal(digitsOf(hear(pcm)), '');
    }
  },
);

/** Harmonics of a gliding pitch under two gliding formants, a voice without words: 60 s of it provoke a loose detector (0.6 of the energy, two hits) to dozens of digits. */
function speechLike(ms: number): Signal {
  const signal = new Signal(ms, 11);
  const random = randomOf(13);
  const glide = (now: number, by: number, least: number, largest: number): number =>
    Math.max(least, Math.min(largest, now + (random() - 0.5) * by));
  let phase = 0;
  let pitch = 120;
  let pitchStep = 0;
  let formant1 = 500;
  let formant2 = 1500;
  for (let i = 0; i < signal.samples.length; i++) {
    if (i % 400 === 0) {
      pitchStep = (glide(pitch, 60, 80, 180) - pitch) / 400;
      formant1 = glide(formant1, 300, 300, 950);
      formant2 = glide(formant2, 300, 1000, 1700);
    }
    pitch += pitchStep;
    phase += pitch / 8000;
    let v = 0;
    for (let h = 1; h * pitch < 3400; h++) {
      const f = h * pitch;
      const weight = 1 / (1 + ((f - formant1) / 90) ** 2) + 1 / (1 + ((f - formant2) / 90) ** 2);
      v += weight * Math.sin(2 * Math.PI * h * phase);
    }
    // Some breath, and a pause after every second of it.
    signal.samples[i] = (v * 6000 + (random() - 0.5) * 1500) * (Math.floor(i / 4000) % 3 === 2 ? 0 : 1);
  }
  return signal;
}

/** espeak-ng's voice at 8 kHz, at about -15 dBm0. */
function speak(voice: string, text: string, wordsPerMinute: number): Int16Array {
  const wav = execFileSync('espeak-ng', ['-v', voice, '-s', String(wordsPerMinute), '--stdout', text], {
    maxBuffer: 32e6,
  });
  const rate = wav.readUInt32LE(24);
  const data = wav.subarray(44);
  const source = new Int16Array(data.buffer.slice(data.byteOffset, data.byteOffset + (data.length & ~1)));
  const step = rate / 8000;
  const out = new Int16Array(Math.floor(source.length / step) - 4);
  for (let i = 0; i < out.length; i++) {
    // The mean over one output sample is low-pass enough to keep what matters below 4 kHz.
    let sum = 0;
    const from = Math.floor(i * step);
    const to = Math.floor((i + 1) * step);
    for (let k = from; k < to; k++) sum += source[k]!;
    out[i] = sum / (to - from) / 2;
  }
  return out;
}
