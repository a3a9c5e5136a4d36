import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { PCMA, PCMU } from '../../src/media/dsp/g711.ts';
import { levelDbm0, toneLevelDbm0 } from '../../src/media/dsp/level.ts';
import { decodeSound } from '../../src/media/sound/decode.ts';
import { activeLevelDbm0, levelled, PROMPT_LEVEL_DBM0, trimmed } from '../../src/media/sound/loudness.ts';
import { narrowWav } from '../../src/media/sound/narrow.ts';
import { writeWav } from '../../src/media/sound/wav.ts';
import { decodeAside } from '../../src/worker/sound-thread.ts';
import { wavFile } from '../kit/wav.ts';

const terms = { longest: 10, levelDbm0: PROMPT_LEVEL_DBM0 };
const sounds = join(import.meta.dirname, '../kit/sounds');
const made = (name: string): Buffer => readFileSync(join(sounds, name));

/** A second of a tone. */
function tone(hz: number, rate: number, amplitude = 3000): Int16Array {
  return Int16Array.from({ length: rate }, (_, i) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hz * i) / rate)),
  );
}

/** A WAV file of any coding, written apart from the product's own. */
function coded(
  samples: Int16Array,
  of: { rate: number; tag: number; bits: number; channels?: number; endless?: boolean; guid?: boolean },
): Buffer {
  const { rate, tag, bits, channels = 1 } = of;
  const width = bits / 8;
  const data = Buffer.alloc(samples.length * width * channels);
  const law = new Uint8Array(samples.length);
  if (tag === 6) PCMA.encode(samples, law);
  if (tag === 7) PCMU.encode(samples, law);
  for (const [i, sample] of samples.entries())
    for (let c = 0; c < channels; c++) {
      const at = (i * channels + c) * width;
      if (tag > 3) data[at] = law[i]!;
      else if (tag === 3 && bits === 64) data.writeDoubleLE(sample / 32_768, at);
      else if (tag === 3) data.writeFloatLE(sample / 32_768, at);
      else if (bits === 8) data[at] = (sample >> 8) + 128;
      else data.writeIntLE(sample * 2 ** (bits - 16), at, width);
    }
  const format = Buffer.alloc(of.guid ? 40 : 16);
  format.writeUInt16LE(of.guid ? 0xfffe : tag, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(rate, 4);
  format.writeUInt32LE(rate * width * channels, 8);
  format.writeUInt16LE(width * channels, 12);
  format.writeUInt16LE(bits, 14);
  if (of.guid) format.writeUInt16LE(tag, 24);
  const chunk = (name: string, body: Buffer, length = body.length): Buffer => {
    const head = Buffer.alloc(8);
    head.write(name, 0, 'latin1');
    head.writeUInt32LE(length, 4);
    return Buffer.concat([head, body, Buffer.alloc(body.length & 1)]);
  };
  return Buffer.concat([
    Buffer.from('RIFF\0\0\0\0WAVE', 'latin1'),
    chunk('LIST', Buffer.from('odd')),
    chunk('fmt ', format),
    chunk('data', data, of.endless ? 0x7ffff000 : data.length),
  ]);
}

t.test('WAV of every width, coding and rate becomes the same tone at the level of prompts', async (t) => {
  const kinds = [
    { rate: 8000, tag: 1, bits: 16 },
    { rate: 8000, tag: 6, bits: 8 },
    { rate: 8000, tag: 7, bits: 8 },
    { rate: 11_025, tag: 1, bits: 8 },
    { rate: 16_000, tag: 1, bits: 24, channels: 2 },
    { rate: 22_050, tag: 1, bits: 16, endless: true },
    { rate: 22_254, tag: 1, bits: 16 },
    { rate: 32_000, tag: 3, bits: 32, channels: 6 },
    { rate: 44_100, tag: 3, bits: 64 },
    { rate: 48_000, tag: 1, bits: 32, channels: 2, guid: true },
    { rate: 96_000, tag: 1, bits: 16, guid: true },
    { rate: 6000, tag: 1, bits: 16 },
  ];
  for (const kind of kinds) {
    const samples = await decodeSound(coded(tone(700, kind.rate), kind), terms);
    const name = JSON.stringify(kind);
    t.ok(Math.abs(samples.length - 8000) <= 2, `${name}: ${samples.length}`);
    const middle = samples.subarray(800, 7200);
    t.ok(
      Math.abs(toneLevelDbm0(middle, 700) - PROMPT_LEVEL_DBM0) < 0.4,
      `${name}: ${toneLevelDbm0(middle, 700)}`,
    );
  }
});

t.test('what is above 4 kHz does not fold back, what speech needs stays', async (t) => {
  for (const rate of [11_025, 16_000, 22_050, 44_100, 48_000]) {
    const level = (hz: number): number => {
      const narrow = narrowWav(wavFile(tone(hz, rate), rate), 10);
      return levelDbm0(Int16Array.from(narrow.subarray(800, 7200), Math.round));
    };
    const at1000 = level(1000);
    for (const hz of [300, 2000, 3000, 3400])
      t.ok(Math.abs(level(hz) - at1000) < 0.5, `${rate}: ${hz} Hz stays, ${level(hz) - at1000} dB`);
    for (const hz of [4050, 4600, 5000])
      t.ok(level(hz) < at1000 - 55, `${rate}: ${hz} Hz is gone, ${level(hz) - at1000} dB`);
  }
});

t.test('MP3, Opus and Vorbis are read, in a thread of their own', async (t) => {
  for (const name of ['tone-700.mp3', 'tone-700.opus', 'tone-700.ogg']) {
    const samples = await decodeAside(made(name), terms);
    t.ok(Math.abs(samples.length - 8000) < 800, `${name}: ${samples.length}`);
    const middle = samples.subarray(1600, 6400);
    const level = toneLevelDbm0(middle, 700);
    t.ok(Math.abs(level - PROMPT_LEVEL_DBM0) < 1, `${name}: ${level}`);
    t.ok(levelDbm0(middle) - level < 0.3, `${name}: nothing but the tone`);
  }
});

t.test('garbage is refused by name, and takes nothing with it', async (t) => {
  const bad: [string, Buffer, string][] = [
    ['noise', randomBytes(20_000), 'unknown'],
    ['a picture', Buffer.from('\x89PNG\r\n\x1a\n0000', 'latin1'), 'unknown'],
    ['nothing', Buffer.alloc(0), 'unknown'],
    ['WAV without sound', Buffer.from('RIFF\0\0\0\0WAVEfmt ', 'latin1'), 'broken'],
    ['ADPCM', coded(tone(700, 8000), { rate: 8000, tag: 1, bits: 16 }).fill(2, 32, 33), 'format'],
    ['a rate of nothing', coded(tone(700, 8000), { rate: 1, tag: 1, bits: 16 }), 'format'],
    ['a moment', wavFile(tone(700, 400)), 'empty'],
    ['silence', wavFile(new Int16Array(16_000)), 'empty'],
    ['too long', wavFile(new Int16Array(8000 * 11)), 'long'],
    [
      'noise behind ID3',
      Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\0\0'), Buffer.alloc(5000, 7)]),
      'broken',
    ],
    ['MP3 with noise', Buffer.concat([made('tone-700.mp3').subarray(0, 300), randomBytes(60_000)]), 'broken'],
    [
      'Ogg with noise',
      Buffer.concat([made('tone-700.ogg').subarray(0, 120), Buffer.alloc(9000, 5)]),
      'broken',
    ],
    ['Opus cut short', made('tone-700.opus').subarray(0, 150), 'broken'],
  ];
  for (const [name, data, code] of bad)
    await t.rejects(
      (name.startsWith('MP3') ? decodeAside : decodeSound)(data, terms),
      { code: `media/sound-${code}` },
      name,
    );
  const long = { ...terms, longest: 0.5 };
  await t.rejects(decodeAside(made('tone-700.mp3'), long), { code: 'media/sound-long' }, 'long MP3');
  t.ok((await decodeAside(made('tone-700.mp3'), terms)).length > 0, 'and the next is read');
});

t.test('loudness counts speech, not its pauses, and one click does not leave all of it quiet', async (t) => {
  const speech = new Float32Array(16_000);
  speech.set(Float32Array.from(tone(500, 8000, 400)), 4000);
  t.ok(Math.abs(activeLevelDbm0(speech) - levelDbm0(tone(500, 8000, 400))) < 0.3);
  const loud = levelled(speech, PROMPT_LEVEL_DBM0);
  t.ok(Math.abs(activeLevelDbm0(loud) - PROMPT_LEVEL_DBM0) < 0.1);
  speech[1000] = 30_000;
  const clicked = levelled(speech, PROMPT_LEVEL_DBM0);
  const kept = activeLevelDbm0(clicked.subarray(4000, 12_000));
  t.ok(Math.abs(kept - PROMPT_LEVEL_DBM0) < 1.5, `${kept}`);
  t.ok(Math.max(...clicked) <= 32_767 && clicked[1000]! > 20_000);
  const offset = levelled(
    speech.map((v) => v + 5000),
    PROMPT_LEVEL_DBM0,
  );
  t.ok(Math.abs(activeLevelDbm0(offset.subarray(4000, 12_000)) - kept) < 1, 'an offset is no sound');
});

t.test('what somebody says at a telephone loses the silence around it', async (t) => {
  const said = new Int16Array(40_000).map((_, i) => (i % 7) - 3);
  said.set(tone(500, 8000, 2000), 10_000);
  const whole = trimmed(said);
  t.ok(whole.length > 8000 + 2000 && whole.length < 8000 + 3000, `${whole.length}`);
  t.ok(Math.abs(levelDbm0(whole.subarray(1400, 9000)) - levelDbm0(tone(500, 8000, 2000))) < 0.5);
});

t.test('the level of prompts is that of the recordings which come with the box', async (t) => {
  const folder = join(import.meta.dirname, '../../prompts');
  const levels = ['ru', 'en'].flatMap((language) =>
    readdirSync(join(folder, language)).map((name) => {
      const bytes = readFileSync(join(folder, language, name));
      const samples = new Int16Array(bytes.length);
      PCMA.decode(bytes, samples);
      return activeLevelDbm0(samples);
    }),
  );
  const mean = levels.reduce((a, b) => a + b, 0) / levels.length;
  t.ok(Math.abs(mean - PROMPT_LEVEL_DBM0) < 2, `${mean}`);
});

t.test('what is written is read back bit by bit', async (t) => {
  const samples = tone(700, 8000);
  const back = narrowWav(writeWav(samples), 10);
  t.ok(Buffer.from(Int16Array.from(back).buffer).equals(Buffer.from(samples.buffer)));
});
