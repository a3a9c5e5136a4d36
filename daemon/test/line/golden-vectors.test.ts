import { readFileSync } from 'node:fs';
import t from 'tap';
import { alawToLinear, linearToAlaw } from '../../src/line/alaw.ts';
import type { CardCommand } from '../../src/line/card.ts';
import { encodeCommand } from '../../src/line/command-codec.ts';
import type { AudioCoding, CardFrame, HostFrame } from '../../src/line/frame.ts';
import { decodeFrame, encodeAudio, encodeFrame } from '../../src/line/frame-codec.ts';
import { cobsDecode, cobsEncode, crc16, FrameReader } from '../../src/line/framing.ts';

const load = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../hw/protocol/vectors/${name}.json`, import.meta.url), 'utf8'));

interface Vector {
  name: string;
  frame: { type: string; [field: string]: unknown };
  coding?: AudioCoding;
  body: string;
  wire: string;
}

const vectors: Vector[] = load('frames').frames;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const raw = (text: string): Buffer => Buffer.from(text, 'hex');
const FROM_HOST = ['hello', 'keepalive', 'command', 'indication-ack'];

/** What comes out of wire bytes: frames, and reasons of what was dropped. */
function receive(chunks: readonly string[], coding: AudioCoding): { frames: CardFrame[]; refused: string[] } {
  const frames: CardFrame[] = [];
  const refused: string[] = [];
  const reader = new FrameReader(
    (body) => {
      const frame = decodeFrame(body, coding);
      if (typeof frame === 'string') refused.push(frame);
      else if (frame.type === 'unreadable-indication') refused.push('malformed');
      else frames.push(frame);
    },
    (fault) => refused.push(fault),
  );
  for (const chunk of chunks) reader.push(raw(chunk));
  return { frames, refused };
}

const samplesOf = (data: string, coding: AudioCoding): Int16Array => {
  const bytes = raw(data);
  if (coding === 'alaw') return Int16Array.from(bytes, alawToLinear);
  return Int16Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(2 * i));
};

/** A vector's meaning in the shape that this codec gives. */
function meaning(vector: Vector): unknown {
  const { frame } = vector;
  if (frame.type !== 'audio') return frame;
  const channels = (frame.channels as { port: number; data: string }[]).map(({ port, data }) => ({
    port,
    samples: samplesOf(data, vector.coding!),
  }));
  return { ...frame, channels };
}

t.test('crc, stuffing and A-law agree with the tables', async (t) => {
  const { crc, cobs, alaw } = load('coding');
  for (const { text, crc: value } of crc)
    t.equal(crc16(Buffer.from(text)).toString(16), value, `crc of ${text}`);
  for (const { raw: plain, coded } of cobs) {
    t.equal(hex(cobsEncode(raw(plain))), coded, `stuffing of ${plain.length / 2} bytes`);
    t.equal(hex(cobsDecode(raw(coded))!), plain, `and back`);
  }
  for (const { code, decodes, encodes } of alaw) {
    t.equal(alawToLinear(Number.parseInt(code, 16)), decodes, `A-law ${code}`);
    for (const sample of encodes)
      t.equal(linearToAlaw(sample).toString(16).padStart(2, '0'), code, `${sample}`);
  }
});

t.test('what the host sends is byte for byte the golden frame', async (t) => {
  let seen = 0;
  for (const vector of vectors.filter(({ frame }) => FROM_HOST.includes(frame.type))) {
    const { frame } = vector;
    const wire =
      frame.type === 'command'
        ? encodeFrame({
            type: 'command',
            seq: frame.seq as number,
            payload: encodeCommand(frame.command as CardCommand),
          })
        : encodeFrame(frame as HostFrame);
    seen++;
    if (vector.name.includes('later version')) {
      // The golden frame has more fields than this version writes: ours must be its beginning.
      const body = hex(cobsDecode(wire.subarray(0, -1))!);
      t.ok(vector.body.startsWith(body.slice(0, -4)), vector.name);
    } else t.equal(hex(wire), vector.wire, vector.name);
  }
  t.ok(seen >= 20, 'all host frames were tried');
});

t.test('what the card sends is read as the golden frame means it', async (t) => {
  let seen = 0;
  for (const vector of vectors.filter(({ frame }) => !FROM_HOST.includes(frame.type))) {
    const { frames, refused } = receive([vector.wire], vector.coding ?? 'linear');
    t.strictSame(refused, [], vector.name);
    t.strictSame(frames, [meaning(vector)], vector.name);
    seen++;
  }
  t.ok(seen >= 25, 'all card frames were tried');
});

t.test('audio toward the card is byte for byte the golden frame', async (t) => {
  let seen = 0;
  for (const vector of vectors.filter(({ frame }) => frame.type === 'audio')) {
    const { seq, timestamp } = vector.frame as unknown as { seq: number; timestamp: number };
    const { channels } = meaning(vector) as { channels: { port: number; samples: Int16Array }[] };
    t.equal(hex(encodeAudio(seq, timestamp, channels, vector.coding!)), vector.wire, vector.name);
    seen++;
  }
  t.ok(seen >= 4, 'all audio frames were tried');
});

t.test('what is no frame is dropped and counted for its reason', async (t) => {
  const { refused } = load('refused');
  for (const vector of refused as { name: string; wire: string; reason: string; coding?: AudioCoding }[]) {
    // Frames of the host's own kind are refused here for their direction, by the card for their content.
    const got = receive([vector.wire], vector.coding ?? 'linear');
    t.strictSame(got, { frames: [], refused: [vector.reason] }, vector.name);
  }
  t.ok(refused.length > 20);
});

t.test('a stream is cut into its frames and goes on after damage', async (t) => {
  const { streams } = load('streams');
  const byName = new Map(vectors.map((vector) => [vector.name, vector]));
  for (const stream of streams) {
    const got = receive(stream.chunks, stream.coding);
    const expected = stream.frames
      .map((name: string) => byName.get(name)!)
      .filter((vector: Vector) => !FROM_HOST.includes(vector.frame.type))
      .map(meaning);
    t.strictSame(got.frames, expected, stream.name);
    const fromHost = stream.frames.length - expected.length;
    t.equal(
      got.refused.length - fromHost,
      stream.refusedCount ?? stream.refused.length,
      `${stream.name}: refused`,
    );
    if (stream.refused && fromHost === 0) t.strictSame(got.refused, stream.refused, stream.name);
  }
  t.ok(streams.length >= 10);
});
