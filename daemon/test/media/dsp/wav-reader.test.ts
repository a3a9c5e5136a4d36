import t from 'tap';
import { levelDbm0, toneLevelDbm0 } from '../../../src/media/dsp/level.ts';
import { readWav } from '../../../src/media/dsp/wav-reader.ts';

/** A WAV file of a sine wave; `other`: what the second channel has. */
function file(hertz: number, rate: number, bits: 8 | 16, channels: 1 | 2, peak = 8000): Buffer {
  const count = rate;
  const data = Buffer.alloc((count * channels * bits) / 8);
  for (let i = 0; i < count; i++)
    for (let c = 0; c < channels; c++) {
      const value = Math.round(peak * Math.sin((2 * Math.PI * hertz * i) / rate));
      const at = ((i * channels + c) * bits) / 8;
      if (bits === 16) data.writeInt16LE(value, at);
      else data[at] = 128 + Math.round(value / 256);
    }
  const head = Buffer.alloc(54);
  head.write('RIFF', 0);
  head.writeUInt32LE(46 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE((rate * channels * bits) / 8, 28);
  head.writeUInt16LE((channels * bits) / 8, 32);
  head.writeUInt16LE(bits, 34);
  // A chunk of odd length that nobody knows comes before the sound.
  head.write('LIST', 36);
  head.writeUInt32LE(1, 40);
  head.write('data', 46);
  head.writeUInt32LE(data.length, 50);
  return Buffer.concat([head, data]);
}

t.test('every kind that is taken comes out at 8 kHz at its level', (t) => {
  for (const rate of [8000, 16_000, 44_100, 48_000])
    for (const bits of [8, 16] as const)
      for (const channels of [1, 2] as const) {
        const samples = readWav(file(1000, rate, bits, channels));
        t.equal(samples.length, 8000, `${rate} Hz, ${bits} bit, ${channels}: a second`);
        const expected = toneLevelDbm0(readWav(file(1000, 8000, 16, 1)).subarray(400, 7600), 1000);
        t.ok(Math.abs(toneLevelDbm0(samples.subarray(400, 7600), 1000) - expected) < 0.3);
      }
  t.end();
});

t.test('nothing above the band folds back into it', (t) => {
  for (const rate of [16_000, 44_100, 48_000]) {
    const level = levelDbm0(readWav(file(5500, rate, 16, 1)).subarray(400, 7600));
    t.ok(level < levelDbm0(readWav(file(1000, rate, 16, 1)).subarray(400, 7600)) - 40, `${rate}: ${level}`);
  }
  t.end();
});

t.test('what is not taken is told apart', (t) => {
  const good = file(1000, 8000, 16, 1);
  const changed = (at: number, value: number): Buffer => {
    const copy = Buffer.from(good);
    copy.writeUInt16LE(value, at);
    return copy;
  };
  t.throws(() => readWav(Buffer.from('ID3')), { code: 'media/music-not-wav' });
  t.throws(() => readWav(good.subarray(0, 40)), { code: 'media/music-not-wav' });
  t.throws(() => readWav(changed(20, 85)), { code: 'media/music-not-pcm' });
  t.throws(() => readWav(changed(34, 24)), { code: 'media/music-not-pcm' });
  t.throws(() => readWav(changed(24, 11_025)), { code: 'media/music-rate' });
  t.throws(() => readWav(good.subarray(0, 60)), { code: 'media/music-empty' });
  t.end();
});
