import { derive, SUITES, seal } from '../../../../scripts/lib/operator/srtp.ts';
import type { SrtpKey, SrtpSuite } from '../../../src/media/api.ts';
import { SrtpGuard } from '../../../src/media/srtp/guard.ts';

export const hex = (text: string): Buffer => Buffer.from(text.replace(/\s+/g, ''), 'hex');

/** An RTP packet of A-law silence with a header extension and one contributing source, so that both count as header. */
export function packet(sequence: number, ssrc = 0xcafebabe): Buffer {
  const data = Buffer.alloc(12 + 4 + 8 + 160, 0xd5);
  data[0] = 0x91;
  data[1] = 8;
  data.writeUInt16BE(sequence, 2);
  data.writeUInt32BE(sequence * 160, 4);
  data.writeUInt32BE(ssrc, 8);
  data.writeUInt32BE(0x01020304, 12);
  data.writeUInt32BE(0xbede0001, 16);
  return data;
}

export const keyOf = (suite: SrtpSuite, master: Buffer): SrtpKey => ({
  suite,
  key: master.toString('base64'),
});

/** What the library makes of a packet, and what the book does with the session keys of the same master key. */
export function both(suite: SrtpSuite, master: Buffer, sequence: number): { ours: Buffer; book: Buffer } {
  const key = keyOf(suite, master);
  const guard = new SrtpGuard({ send: key, receive: key });
  const ours = Buffer.from(guard.protect(packet(sequence)) ?? []);
  guard.close();
  const shape = SUITES[suite]!;
  return { ours, book: seal(shape, derive(shape, master), packet(sequence), 0) };
}
