import { randomInt } from 'node:crypto';
import { RECORDING_RATE, type RecordingEncoder } from './file.ts';
import { OggPager } from './ogg.ts';
import { OpusStreams } from './opus-library.ts';

/** 20 ms. */
const FRAME = RECORDING_RATE / 50;
/** Granule positions count samples at 48 kHz, whatever the codec works at (RFC 7845 4). */
const GRANULE_PER_SAMPLE = 48_000 / RECORDING_RATE;
/** Packets of a page, 1 s: what a crash may take away (RFC 7845 6 recommends no more). */
const PAGE_PACKETS = 50;

/** Writes Ogg Opus (RFC 7845), each channel in a stream of its own. @throws CodedError `media/no-opus` */
export class OpusEncoder implements RecordingEncoder {
  readonly #channels: 1 | 2;
  readonly #streams: OpusStreams;
  readonly #pager = new OggPager(randomInt(2 ** 31));
  readonly #frame: Int16Array;
  #held = 0;
  #samples = 0;
  #encoded = 0;

  constructor(channels: 1 | 2) {
    this.#channels = channels;
    this.#streams = new OpusStreams(channels);
    this.#frame = new Int16Array(channels * FRAME);
  }

  head(): Buffer {
    // RFC 7845 5.1; mapping family 0 for one channel (5.1.1.1), family 1 with two streams, none of them coupled, mapped
    // left and right, for two (5.1.1.2).
    const stereo = this.#channels === 2;
    const head = Buffer.alloc(stereo ? 23 : 19);
    head.write('OpusHead', 0, 'latin1');
    head[8] = 1;
    head[9] = this.#channels;
    head.writeUInt16LE(this.#streams.preSkip, 10);
    head.writeUInt32LE(RECORDING_RATE, 12);
    if (stereo) head.set([1, 2, 0, 0, 1], 18);
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
    this.#samples += samples.length / this.#channels;
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
    const end = this.#samples * GRANULE_PER_SAMPLE + this.#streams.preSkip;
    while (this.#encoded * GRANULE_PER_SAMPLE < end || this.#pager.packets === 0) {
      this.#frame.fill(0, this.#held);
      this.#packet(done);
    }
    done.push(this.#pager.page(end, true));
    this.#streams.close();
    return Buffer.concat(done);
  }

  patch(): { at: number; data: Buffer }[] {
    return [];
  }

  #packet(done: Buffer[]): void {
    const packet = this.#streams.encode(this.#frame);
    this.#held = 0;
    if (this.#pager.packets === PAGE_PACKETS || !this.#pager.fits(packet.length))
      done.push(this.#pager.page(this.#encoded * GRANULE_PER_SAMPLE));
    this.#encoded += FRAME;
    this.#pager.add(packet);
  }
}
