import type { RecordingSeal } from './seal.ts';

/** How a recording is kept. */
export type RecordingFormat = 'wav' | 'opus';

/** What is to be recorded where. */
export interface RecordingOrder {
  id: string;
  /** Absolute; while it is being written it has `.part` behind its name. */
  file: string;
  format: RecordingFormat;
  /** What the party says is on the right, and what it hears on the left. */
  mirrored?: boolean;
  /** The recording ends while the disk has less than this left. */
  minFreeBytes: number;
  /** The file is encrypted with that; missing: it is not. */
  seal?: RecordingSeal;
  /** Only what the party says, in one channel: a message that somebody leaves. */
  alone?: true;
  /** It ends by itself after so long without any sound but noise, ms; the outcome then tells whether there was any. */
  silenceMs?: number;
  /** It ends by itself when it is so long, ms. */
  longestMs?: number;
}

/** Why a recording ended before it was told to. */
export type RecordingFailure =
  /** The disk is full, or has less left than is to be kept free. */
  | 'disk-full'
  /** The file cannot be written. */
  | 'write'
  /** The longest file that the format can hold. */
  | 'too-long'
  /** The thread that writes is gone. */
  | 'recorder-lost'
  /** Opus was asked for, and libopus is not there. */
  | 'no-opus';

/** How a recording ended. */
export interface RecordingOutcome {
  durationMs: number;
  bytes: number;
  /** Of that: silence in the place of audio that the disk was too slow for, ms. */
  gapMs: number;
  /** Undefined: it ended because it was told to. */
  failed?: RecordingFailure;
  /** Whether there is a file. */
  kept: boolean;
  /** What it ended by where that was in its order: `silence` or `length`. */
  by?: RecordingLimit;
  /** Where silence was listened for: whether there was anything but that. */
  sounded?: boolean;
}

/** A limit of its order that a recording has come to. */
export type RecordingLimit = 'silence' | 'length';

/** Sample rate of all recordings, Hz: what telephones carry. */
export const RECORDING_RATE = 8000;

/** Turns audio, of one channel or two, into the bytes of a file. */
export interface RecordingEncoder {
  /** What the file begins with. */
  head(): Buffer;
  /** Interleaved samples in; what of the file is done so far. */
  encode(samples: Int16Array): Buffer;
  /** The rest; `bytes`: length of the file so far. */
  tail(): Buffer;
  /** What is to be put right at the file's beginning, once its length is known. */
  patch(bytes: number): { at: number; data: Buffer }[];
}
