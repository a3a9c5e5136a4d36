/**
 * Writes the golden vectors: `npx tsx hw/protocol/vectors/make.ts`. The bytes come from bodies.ts, laid
 * out by hand; CRC and COBS are done here bit by bit and run by run as the prose of frame.md says
 * them, without any codec of the project, so that a mistake shared by two codecs cannot pass.
 */
import { writeFileSync } from 'node:fs';
import { dropped, goldens, refusedCommands } from './bodies.ts';
import { droppedMeasuring, measuring, refusedMeasuring } from './bodies-measuring.ts';

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const hexOf = (bytes: Iterable<number>) => Buffer.from([...bytes]).toString('hex');

/** CRC-16/CCITT, one bit at a time (frame.md section 1). */
function crc(bytes: Iterable<number>): number {
  let r = 0xffff;
  for (const b of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      const out = (r >> 15) & 1;
      r = (r << 1) & 0xffff;
      if (out !== ((b >> bit) & 1)) r ^= 0x1021;
    }
  }
  return r;
}

/** COBS: cut at zeros, each run with its length before it. */
function cobs(body: Uint8Array): number[] {
  const runs: number[][] = [[]];
  for (const b of body) {
    if (b === 0) runs.push([]);
    else runs.at(-1)!.push(b);
  }
  const out: number[] = [];
  runs.forEach((run, i) => {
    const last = i === runs.length - 1;
    let rest = run;
    let full = false;
    while (rest.length >= 254) {
      out.push(255, ...rest.slice(0, 254));
      rest = rest.slice(254);
      full = true;
    }
    // The virtual zero after a last run of exactly 254 (or a multiple) is not coded.
    if (last && full && rest.length === 0) return;
    out.push(rest.length + 1, ...rest);
  });
  return out;
}

function seal(hex: string, spoil = 0): { body: string; wire: string } {
  const bare = bytesOf(hex);
  const c = crc(bare) ^ spoil;
  const body = Uint8Array.from([...bare, c & 0xff, c >> 8]);
  return { body: hexOf(body), wire: hexOf([...cobs(body), 0]) };
}

const write = (name: string, content: unknown) =>
  writeFileSync(new URL(name, import.meta.url), `${JSON.stringify(content, null, 1)}\n`);

const frames = [...goldens, ...measuring].map(({ name, bytes, frame, coding }) => ({
  name,
  ...(coding ? { coding } : {}),
  frame,
  ...seal(bytes),
}));
const wire = (name: string) => {
  const found = frames.find((f) => f.name === name);
  if (!found) throw new Error(`no golden frame named ${name}`);
  return found.wire;
};

const off = wire('off-hook at clock 0');
const ack = wire('ack');
const keep = wire('keepalive of the host');
const audio = wire('audio, one port, linear silence');
/** `hex` with bit `bit` of byte `at` turned. */
const turned = (hex: string, at: number, bit: number) => {
  const b = bytesOf(hex);
  b[at] = b[at]! ^ (1 << bit);
  return hexOf(b);
};

const refused = [
  { name: 'CRC wrong by one bit', wire: seal('11 05', 1).wire, reason: 'checksum' },
  {
    name: 'CRC bytes in the wrong order',
    wire: hexOf([
      ...cobs(bytesOf(`1105${seal('11 05').body.slice(6, 8)}${seal('11 05').body.slice(4, 6)}`)),
      0,
    ]),
    reason: 'checksum',
  },
  { name: 'one bit of the payload turned', wire: turned(keep, 4, 3), reason: 'checksum' },
  { name: 'body of three bytes', wire: '0411020300', reason: 'too-short' },
  { name: 'body of one byte', wire: '021100', reason: 'too-short' },
  { name: 'code byte that points past the end', wire: '09110203040500', reason: 'cobs' },
  { name: '2601 coded bytes', wire: `${'01'.repeat(2601)}00`, reason: 'too-long' },
  { name: '9000 coded bytes of noise', wire: `${'a7'.repeat(9000)}00`, reason: 'too-long' },
  ...[...dropped, ...droppedMeasuring].map(({ name, bytes, reason, coding }) => ({
    name,
    wire: seal(bytes).wire,
    reason,
    ...(coding ? { coding } : {}),
  })),
];

const streams = [
  {
    name: 'frames back to back',
    chunks: [off + ack + keep],
    frames: ['off-hook at clock 0', 'ack', 'keepalive of the host'],
    refused: [],
  },
  {
    name: 'one byte at a time',
    chunks: (off + ack).match(/../g)!,
    frames: ['off-hook at clock 0', 'ack'],
    refused: [],
  },
  {
    name: 'extra zeros before, between and after',
    chunks: [`0000${ack}000000${off}00`],
    frames: ['ack', 'off-hook at clock 0'],
    refused: [],
  },
  {
    name: 'begins in the middle of a frame',
    chunks: [audio.slice(100) + ack],
    frames: ['ack'],
    refusedCount: 1,
  },
  {
    name: 'line noise without a zero spoils one frame only',
    chunks: ['c3a55a', ack, off],
    frames: ['off-hook at clock 0'],
    refusedCount: 1,
  },
  {
    name: "line noise ended by the sender's extra zero spoils none",
    chunks: ['c3a55a', `00${ack}`, off],
    frames: ['ack', 'off-hook at clock 0'],
    refusedCount: 1,
  },
  {
    name: 'a lost delimiter joins two frames; the third is good',
    chunks: [ack.slice(0, -2), off, keep],
    frames: ['keepalive of the host'],
    refusedCount: 1,
  },
  {
    name: 'a byte lost in the middle',
    chunks: [keep.slice(0, 6) + keep.slice(8), ack],
    frames: ['ack'],
    refusedCount: 1,
  },
  {
    name: 'a byte turned into a zero makes two broken pieces',
    chunks: [`${keep.slice(0, 8)}00${keep.slice(10)}`, ack],
    frames: ['ack'],
    refusedCount: 2,
  },
  {
    name: 'cut over two reads inside the CRC',
    chunks: [off.slice(0, -6), off.slice(-6) + ack],
    frames: ['off-hook at clock 0', 'ack'],
    refused: [],
  },
  {
    name: 'too long, then good',
    chunks: [`${'11'.repeat(3000)}00`, ack],
    frames: ['ack'],
    refused: ['too-long'],
  },
  {
    name: 'repetition is delivered twice: it is the link that drops it',
    chunks: [off + off],
    frames: ['off-hook at clock 0', 'off-hook at clock 0'],
    refused: [],
  },
  {
    name: 'the longest frame in pieces of 64 bytes',
    chunks: wire('audio, sixteen ports, linear: the longest frame').match(/.{1,128}/g)!,
    coding: 'linear',
    frames: ['audio, sixteen ports, linear: the longest frame'],
    refused: [],
  },
];

/** Edges of COBS itself: raw bytes and what they become, without delimiter. */
const runs = [1, 253, 254, 255, 508, 509].map((n) => Uint8Array.from({ length: n }, (_, i) => (i % 255) + 1));
const cobsCases = [
  { raw: '00' },
  { raw: '0000' },
  { raw: '1100' },
  { raw: '0011' },
  { raw: '11220033' },
  ...runs.map((r) => ({ raw: hexOf(r) })),
  ...runs.slice(1, 4).map((r) => ({ raw: hexOf([...r, 0]) })),
  ...runs.slice(1, 4).map((r) => ({ raw: hexOf([0, ...r]) })),
].map(({ raw }) => ({ raw, coded: hexOf(cobs(bytesOf(raw))) }));

/**
 * A-law pairs worked out on paper from G.711 table 1a: 13-bit decision and output values times 8 for
 * the 16-bit scale, character signals with even bits inverted.
 */
const alaw = [
  { decodes: 8, code: 'd5', encodes: [0, 1, 8, 15] },
  { decodes: -8, code: '55', encodes: [-1, -8, -15] },
  { decodes: 24, code: 'd4', encodes: [16, 24, 31] },
  { decodes: -24, code: '54', encodes: [-17, -24, -31] },
  { decodes: 504, code: 'ca', encodes: [496, 504, 511] },
  { decodes: 528, code: 'f5', encodes: [512, 528, 543] },
  { decodes: 1008, code: 'fa', encodes: [992, 1008, 1023] },
  { decodes: 1056, code: 'e5', encodes: [1024, 1056, 1087] },
  { decodes: 16896, code: 'a5', encodes: [16384, 16896, 17407] },
  { decodes: -16896, code: '25', encodes: [-16385, -16896, -17407] },
  { decodes: 32256, code: 'aa', encodes: [31744, 32256, 32767] },
  { decodes: -32256, code: '2a', encodes: [-31745, -32256, -32767] },
];

write('frames.json', {
  $comment: 'Every frame type: meaning, body (with CRC) and wire. Made by make.ts.',
  frames,
});
write('refused.json', {
  $comment:
    'Wire bytes a receiver drops, with the reason counted; and whole command frames the card answers with nack. Made by make.ts.',
  refused,
  commands: [...refusedCommands, ...refusedMeasuring].map(({ name, bytes, seq, nack }) => ({
    name,
    seq,
    nack,
    ...seal(bytes),
  })),
});
write('streams.json', {
  $comment:
    'Reads of a byte stream, the golden frames (by name) that come out in order, and the reasons, or the number, of refusals. Made by make.ts.',
  streams: streams.map((s) => ({ coding: 'linear', ...s })),
});
write('coding.json', {
  $comment: 'COBS edges, the CRC check value and A-law pairs (G.711). Made by make.ts.',
  crc: [{ text: '123456789', crc: '29b1' }],
  cobs: cobsCases,
  alaw,
});
