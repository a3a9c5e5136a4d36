import { readFileSync } from 'node:fs';
import t from 'tap';
import { type Coding, decodeFrame, encodeFrame, type Frame, FrameFault } from '../simulator/link/frames.ts';
import { crc16, FrameReader, type FramingFault, seal, stuff, unstuff } from '../simulator/link/framing.ts';
import { alawDecode, alawEncode } from '../simulator/sound/alaw.ts';

const load = (name: string) =>
  JSON.parse(readFileSync(new URL(`../protocol/vectors/${name}.json`, import.meta.url), 'utf8'));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));

/** Audio as the vectors write it: hexadecimal instead of bytes. */
const plain = (frame: Frame): unknown =>
  frame.type === 'audio'
    ? { ...frame, channels: frame.channels.map((c) => ({ port: c.port, data: hex(c.data) })) }
    : frame;
const fromPlain = (frame: Record<string, unknown>): Frame =>
  (frame.type === 'audio'
    ? {
        ...frame,
        channels: (frame.channels as { port: number; data: string }[]).map((c) => ({
          port: c.port,
          data: bytes(c.data),
        })),
      }
    : frame) as unknown as Frame;

/** Reads a stream; returns what came out and what was refused. */
function read(chunks: string[], coding: Coding) {
  const frames: unknown[] = [];
  const refused: string[] = [];
  const reader = new FrameReader(
    (bare) => {
      try {
        frames.push(plain(decodeFrame(bare, coding)));
      } catch (error) {
        refused.push(error instanceof FrameFault ? error.reason : String(error));
      }
    },
    (fault: FramingFault) => refused.push(fault),
  );
  for (const chunk of chunks) reader.push(bytes(chunk));
  return { frames, refused };
}

const golden = load('frames').frames as {
  name: string;
  coding?: Coding;
  frame: Record<string, unknown>;
  body: string;
  wire: string;
}[];

t.test('every golden frame reads as written, and is written as it reads', (t) => {
  t.ok(golden.length >= 40, `${golden.length} frames`);
  for (const g of golden) {
    const { frames, refused } = read([g.wire], g.coding ?? 'linear');
    t.strictSame(refused, [], g.name);
    t.strictSame(frames, [g.frame], g.name);
    // A frame with bytes of a later version cannot be written back.
    if (g.name.includes('later version')) continue;
    t.equal(hex(seal(encodeFrame(fromPlain(g.frame)))), g.wire, `${g.name}: written`);
  }
  t.end();
});

t.test('every broken frame is dropped for the stated reason', (t) => {
  for (const v of load('refused').refused) {
    const { frames, refused } = read([v.wire], v.coding ?? 'linear');
    t.strictSame(refused, [v.reason], v.name);
    t.strictSame(frames, [], v.name);
  }
  t.end();
});

t.test('commands the card must refuse carry the right nack', (t) => {
  for (const v of load('refused').commands) {
    const bare = bytes(v.body).subarray(0, -2);
    try {
      decodeFrame(bare, 'linear');
      t.fail(`${v.name} was taken`);
    } catch (error) {
      t.ok(error instanceof FrameFault, v.name);
      t.equal((error as FrameFault).nack, v.nack, v.name);
      t.equal((error as FrameFault).seq, v.seq, v.name);
    }
  }
  t.end();
});

t.test('streams resynchronise', (t) => {
  for (const s of load('streams').streams) {
    const { frames, refused } = read(s.chunks, s.coding);
    const expected = s.frames.map((name: string) => golden.find((g) => g.name === name)?.frame);
    t.strictSame(frames, expected, s.name);
    if (s.refused) t.strictSame(refused, s.refused, s.name);
    else t.equal(refused.length, s.refusedCount, s.name);
  }
  t.end();
});

t.test('COBS, CRC and A-law at their edges', (t) => {
  const coding = load('coding');
  for (const v of coding.crc) t.equal(crc16(new TextEncoder().encode(v.text)).toString(16), v.crc);
  for (const v of coding.cobs) {
    t.equal(hex(stuff(bytes(v.raw))), v.coded, `${v.raw.length / 2} bytes`);
    t.equal(hex(unstuff(bytes(v.coded))!), v.raw, `${v.raw.length / 2} bytes back`);
  }
  for (const v of coding.alaw) {
    t.equal(alawDecode(Number.parseInt(v.code, 16)), v.decodes, `${v.code} decodes`);
    for (const value of v.encodes) t.equal(alawEncode(value).toString(16), v.code, `${value} encodes`);
  }
  t.end();
});

t.test('a turned bit anywhere in a frame is never taken for another frame', (t) => {
  const wire = bytes(golden.find((g) => g.name === 'pulse-dial')!.wire);
  for (let i = 0; i < wire.length * 8; i++) {
    const bad = wire.slice();
    bad[i >> 3]! ^= 1 << (i & 7);
    const { frames } = read([hex(bad), '00'], 'linear');
    t.strictSame(frames, [], `bit ${i}`);
  }
  t.end();
});
