import { renameSync, rmSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from '../../base/error.ts';
import {
  RECORDING_RATE,
  type RecordingEncoder,
  type RecordingFailure,
  type RecordingOrder,
  type RecordingOutcome,
} from './file.ts';
import { OpusEncoder } from './opus.ts';
import { PlainSheet, SealedSheet, type Sheet } from './sheet.ts';
import { WavEncoder } from './wav.ts';

/** Name of a file while it is being written. */
export const PART = '.part';
/** How often the file is written to, samples: twice a second. */
const WRITE_SAMPLES = RECORDING_RATE / 2;
/** What a power cut may take away, samples: 10 s. */
const SYNC_SAMPLES = 10 * RECORDING_RATE;
/** How often it is looked what the disk has left, samples: 2 s. */
const LOOK_SAMPLES = 2 * RECORDING_RATE;
/** RIFF counts in 32 bits. */
const MAX_BYTES = 2 ** 32 - 65_536;

/** One file being written. All of it may wait for the disk: it lives in a thread where nothing else is. */
export class RecordingWriter {
  readonly #order: RecordingOrder;
  readonly #encoder: RecordingEncoder;
  readonly #sheet: Sheet;
  #waiting: Buffer[] = [];
  /** Bytes that are in the file, whole. */
  #bytes = 0;
  #samples = 0;
  #gap = 0;
  #sync = SYNC_SAMPLES;
  #look = 0;
  #write = WRITE_SAMPLES;

  /** @throws CodedError `media/no-opus`, or the error of the file system. */
  constructor(order: RecordingOrder) {
    this.#order = order;
    const channels = order.alone ? 1 : 2;
    this.#encoder = order.format === 'opus' ? new OpusEncoder(channels) : new WavEncoder(channels);
    const path = order.file + PART;
    this.#sheet = order.seal ? new SealedSheet(path, order.seal) : new PlainSheet(path);
    this.#wait(this.#encoder.head());
  }

  /** Takes interleaved samples, before which `gap` samples of each side are missing. @throws as the file system does. */
  write(samples: Int16Array, gap: number): void {
    if (gap > 0) this.#gap += gap;
    for (let left = gap; left > 0; left -= RECORDING_RATE)
      this.#encode(new Int16Array(2 * Math.min(left, RECORDING_RATE)));
    this.#encode(samples);
    const count = samples.length / 2;
    this.#write -= count;
    if (this.#write <= 0) this.#drain();
    this.#look -= count;
    if (this.#look <= 0) this.#lookAtDisk();
    this.#sync -= count;
    if (this.#sync <= 0) {
      this.#sheet.sync();
      this.#sync = SYNC_SAMPLES;
    }
  }

  /** Ends the file as well as it can be; never throws. `failed`: why it ends before its time. */
  close(failed?: RecordingFailure): RecordingOutcome {
    let why = failed;
    try {
      if (!why) {
        this.#wait(this.#encoder.tail());
        this.#drain();
      }
    } catch (error) {
      why = failureOf(error);
    }
    const kept = this.#finish(why === undefined);
    return {
      durationMs: Math.round((this.#samples * 1000) / RECORDING_RATE),
      bytes: kept ? this.#bytes : 0,
      gapMs: Math.round((this.#gap * 1000) / RECORDING_RATE),
      kept,
      ...(why === undefined ? {} : { failed: why }),
    };
  }

  #encode(samples: Int16Array): void {
    this.#samples += samples.length / 2;
    this.#wait(this.#encoder.encode(this.#order.alone ? leftOf(samples) : samples));
  }

  #wait(data: Buffer): void {
    if (data.length > 0) this.#waiting.push(data);
  }

  #drain(): void {
    const data = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#write = WRITE_SAMPLES;
    if (this.#bytes + data.length > MAX_BYTES) throw new RangeError('too long');
    this.#sheet.append(data);
    this.#bytes += data.length;
  }

  #lookAtDisk(): void {
    this.#look = LOOK_SAMPLES;
    const { bavail, bsize } = statfsSync(dirname(this.#order.file));
    if (bavail * bsize < this.#order.minFreeBytes)
      throw Object.assign(new Error('the disk has too little left'), { code: 'ENOSPC' });
  }

  /** Makes a sound file of what is there; without any audio in it there is none. */
  #finish(whole: boolean): boolean {
    const { file } = this.#order;
    try {
      this.#sheet.finish(whole, this.#bytes === 0 ? [] : this.#encoder.patch(this.#bytes));
      if (this.#bytes === 0) {
        rmSync(file + PART, { force: true });
        return false;
      }
      renameSync(file + PART, file);
      return true;
    } catch {
      return false;
    }
  }
}

const leftOf = (samples: Int16Array): Int16Array =>
  Int16Array.from({ length: samples.length / 2 }, (_, i) => samples[2 * i]!);

/** What an error of encoder or file system means. */
export function failureOf(error: unknown): RecordingFailure {
  const code = codeOf(error) ?? (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'media/no-opus') return 'no-opus';
  // EFBIG is what a limit on the size of files gives.
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') return 'disk-full';
  return error instanceof RangeError ? 'too-long' : 'write';
}
