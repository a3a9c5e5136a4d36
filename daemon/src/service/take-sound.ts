import type { RecordingOrder, RecordingOutcome } from '../media/api.ts';
import type { ServiceContext } from './context.ts';
import type { Dialog } from './dialog.ts';
import { beep } from './voicemail/beep.ts';

/** Where sound that is needed for moments only is written, one file for each taking. */
export interface SoundTakes {
  /** Absolute path of a WAV file that is not there yet. */
  place(id: string): string;
  /** What was written there, at the level of prompts, and no file any more; undefined: it cannot be read. */
  read(id: string): Promise<Int16Array | undefined>;
  discard(id: string): void;
}

/** Keys are waited for while somebody speaks; the recording's own limits are what ends it, ms. */
const keyMs = 60_000;
/** Shorter is a cough, ms. */
const shortestMs = 400;

/**
 * Sounds the tone and takes what the party says, until `#`, a silence or the limit.
 * @returns undefined if nothing was said, or the party is gone, or it could not be written
 */
export async function takeSound(
  dialog: Dialog,
  limits: { longestMs: number; silenceMs: number },
  context: ServiceContext,
): Promise<Int16Array | undefined> {
  const { media, takes } = context;
  dialog.hush();
  dialog.digits.flush();
  const { endpoint } = dialog.leg;
  if (!takes || dialog.gone || !endpoint) return undefined;
  await media.play(endpoint, beep).catch(() => false);
  if (dialog.gone) return undefined;
  const id = context.newId();
  let over: RecordingOutcome | undefined;
  const ended = new Promise<RecordingOutcome>((resolve) => {
    const end = (outcome: RecordingOutcome): void => {
      off();
      over = outcome;
      dialog.digits.interrupt();
      resolve(outcome);
    };
    const off = media.on('recording', (which, outcome) => {
      if (which === id) end(outcome);
    });
    const file = takes.place(id);
    const order: RecordingOrder = {
      ...{ id, file, format: 'wav', alone: true, minFreeBytes: 10_000_000 },
      ...limits,
    };
    media
      .record(endpoint, order)
      .catch(() => end({ durationMs: 0, bytes: 0, gapMs: 0, kept: false, failed: 'recorder-lost' }));
  });
  while (!over && !dialog.gone) if ((await dialog.digits.next(keyMs)) === '#') break;
  void media.stopRecording(id).catch(() => {});
  const { kept, durationMs, sounded } = await ended;
  if (kept && durationMs >= shortestMs && sounded !== false && !dialog.gone) return takes.read(id);
  takes.discard(id);
  return undefined;
}
