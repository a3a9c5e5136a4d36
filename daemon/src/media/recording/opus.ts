import { randomInt } from 'node:crypto';
import { RECORDING_RATE, type RecordingEncoder } from './file.ts';
import { OggPager } from './ogg.ts';
import { OpusPair } from './opus-library.ts';

/** 20 ms. */
const FRAME = RECORDING_RATE / 50;
/** Granule positions count samples at 48 kHz, whatever the codec works at (RFC 7845 4). */
const GRANULE_PER_SAMPLE = 48_000 / RECORDING_RATE;
/** Packets of a page, 1 s: what a crash may take away (RFC 7845 6 recommends no more). */
const PAGE_PACKETS = 50;

/** Writes Ogg Opus (RFC 7845), each side in a stream of its own. @throws CodedError `media/no-opus` */
export class OpusEncoder implements RecordingEncoder {
  readonly #pair = new OpusPair();
  readonly #pager = new OggPager(randomInt(2 ** 31));
  readonly #frame = new Int16Array(2 * FRAME);
  #held = 0;
  #samples = 0;
  #encoded = 0;

  head(): Buffer {
    // RFC 7845 5.1; mapping family 1 with two streams, none of them coupled, mapped left and right (5.1.1.2).
    const head = Buffer.alloc(23);
    head.write('OpusHead', 0, 'latin1');
    head[8] = 1;
    head[9] = 2;
    head.writeUInt16LE(this.#pair.preSkip, 10);
    head.writeUInt32LE(RECORDING_RATE, 12);
    head[18] = 1;
    head[19] = 2;
    head[20] = 0;
    head[21] = 0;
    head[22] = 1;
    // RFC 7845 5.2: who made it, and no comments.
    const vendor = Buffer.from('linegate');
    const tags = Buffer.alloc(8 + 4 + vendor.length + 4);
    tags.write('OpusTags', 0, 'latin1');
    tags.writeUInt32LE(vendor.length, 8);
    vendor.copy(tags, 12);
    this.#pager.add(head);
    const first = this.#pager.page(0);
    this.#pager.add(tags);
    return Buffer.concat([first, this.#pager.page(0)]);
  }

  encode(samples: Int16Array): Buffer {
    const done: Buffer[] = [];
    this.#samples += samples.length / 2;
    for (let at = 0; at < samples.length; ) {
      const count = Math.min(samples.length - at, this.#frame.length - this.#held);
      this.#frame.set(samples.subarray(at, at + count), this.#held);
      at += count;
      this.#held += count;
      if (this.#held === this.#frame.length) this.#packet(done);
    }
    return Buffer.concat(done);
  }

  tail(): Buffer {
    const done: Buffer[] = [];
    // What the codec holds back comes out behind some silence; the last page tells where the sound ends (RFC 7845 4.4).
    const end = this.#samples * GRANULE_PER_SAMPLE + this.#pair.preSkip;
    while (this.#encoded * GRANULE_PER_SAMPLE < end || this.#pager.packets === 0) {
      this.#frame.fill(0, this.#held);
      this.#packet(done);
    }
    done.push(this.#pager.page(end, true));
    this.#pair.close();
    return Buffer.concat(done);
  }

  patch(): { at: number; data: Buffer }[] {
    return [];
  }

  #packet(done: Buffer[]): void {
    const packet = this.#pair.encode(this.#frame);
    this.#held = 0;
    if (this.#pager.packets === PAGE_PACKETS || !this.#pager.fits(packet.length))
      done.push(this.#pager.page(this.#encoded * GRANULE_PER_SAMPLE));
    this.#encoded += FRAME;
    this.#pager.add(packet);
  }
}
