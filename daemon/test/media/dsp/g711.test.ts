import t from 'tap';
import { codecOfPayloadType, PCMA, PCMU } from '../../../src/media/dsp/g711.ts';
import { levelDbm0, toneLevelDbm0 } from '../../../src/media/dsp/level.ts';
import { Signal } from './signal.ts';

const decode = (codec: typeof PCMA, bytes: Uint8Array): Int16Array => {
  const out = new Int16Array(bytes.length);
  codec.decode(bytes, out);
  return out;
};
const encode = (codec: typeof PCMA, pcm: Int16Array): Uint8Array => {
  const out = new Uint8Array(pcm.length);
  codec.encode(pcm, out);
  return out;
};

t.test('the digital milliwatt of ITU-T G.711 tables 5 and 6 is 1 kHz at 0 dBm0', async (t) => {
  const alaw = [0x34, 0x21, 0x21, 0x34, 0xb4, 0xa1, 0xa1, 0xb4];
  const ulaw = [0x1e, 0x0b, 0x0b, 0x1e, 0x9e, 0x8b, 0x8b, 0x9e];
  for (const [codec, period] of [
    [PCMA, alaw],
    [PCMU, ulaw],
  ] as const) {
    const bytes = Uint8Array.from({ length: 1600 }, (_, i) => period[i % 8]!);
    const pcm = decode(codec, bytes);
    t.ok(Math.abs(levelDbm0(pcm)) < 0.1, `${codec.name} ${levelDbm0(pcm)}`);
    t.ok(Math.abs(toneLevelDbm0(pcm, 1000)) < 0.1);
    t.same(encode(codec, pcm), bytes, 'and codes to the same bytes again');
  }
});

t.test('values of the tables of ITU-T G.711', async (t) => {
  const cases: [typeof PCMA, number, number, number][] = [
    [PCMA, 0, 0xd5, 8],
    [PCMA, -1, 0x55, -8],
    [PCMA, 32767, 0xaa, 32256],
    [PCMA, -32768, 0x2a, -32256],
    [PCMA, 1000, 0xfa, 1008],
    [PCMA, -1000, 0x7a, -1008],
    [PCMU, 0, 0xff, 0],
    [PCMU, 32767, 0x80, 32124],
    [PCMU, -32768, 0x00, -32124],
    [PCMU, 1000, 0xce, 988],
    [PCMU, -1000, 0x4e, -988],
  ];
  for (const [codec, sample, byte, back] of cases) {
    t.equal(encode(codec, Int16Array.of(sample))[0], byte, `${codec.name} of ${sample}`);
    t.equal(decode(codec, Uint8Array.of(byte))[0], back, `${codec.name} back from 0x${byte.toString(16)}`);
  }
  t.equal(PCMA.silence, 0xd5);
  t.equal(PCMU.silence, 0xff);
});

t.test('every byte comes back, every sample within half a step, the order kept', async (t) => {
  for (const codec of [PCMA, PCMU]) {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const again = encode(codec, decode(codec, bytes));
    // mu-law has a second zero, which codes to the first.
    const differing = [...again].filter((b, i) => b !== i);
    t.same(differing, codec === PCMU ? [0xff] : []);
    let last = -Infinity;
    let worst = 0;
    for (let s = -32768; s < 32768; s++) {
      const back = decode(codec, encode(codec, Int16Array.of(s)))[0]!;
      if (back < last) t.fail(`${codec.name}: ${s} codes below ${s - 1}`);
      last = back;
      // Half of the step where the value lies; a little more for rounding on the 13- and 14-bit scales.
      const half = codec === PCMA ? Math.max(Math.abs(s) / 32, 8) : (Math.abs(s) + 132) / 32;
      if (Math.abs(s) < 32000) worst = Math.max(worst, Math.abs(back - s) / (half + 1));
    }
    t.ok(worst <= 1, `${codec.name} worst error ${worst} half steps`);
  }
});

t.test('signal to quantising noise of speech-level tones is that of the standard', async (t) => {
  // ITU-T G.712 figure 11: 33 dB or more from -30 to 0 dBm0.
  for (const codec of [PCMA, PCMU]) {
    for (const level of [0, -10, -20, -30]) {
      const pcm = new Signal(1000).sine(1013, level).pcm();
      const back = decode(codec, encode(codec, pcm));
      const error = Int16Array.from(pcm, (v, i) => v - back[i]!);
      t.ok(levelDbm0(pcm) - levelDbm0(error) > 33, `${codec.name} at ${level}`);
    }
  }
});

t.test('codes at an offset, and by payload type', async (t) => {
  const packet = new Uint8Array(16).fill(1);
  PCMA.encode(Int16Array.of(0, 0), packet, 12, 2);
  t.same([...packet.subarray(11)], [1, 0xd5, 0xd5, 1, 1]);
  const out = new Int16Array(4);
  PCMA.decode(packet, out, 12, 2);
  t.same([...out], [8, 8, 0, 0]);
  t.equal(codecOfPayloadType(8), PCMA);
  t.equal(codecOfPayloadType(0), PCMU);
  t.equal(codecOfPayloadType(9), undefined);
});
