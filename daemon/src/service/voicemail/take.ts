import type { RecordingFormat, RecordingOutcome } from '../../media/api.ts';
import type { ServiceContext } from '../context.ts';
import type { Visit } from '../hosted.ts';
import { beep } from './beep.ts';
import type { MessageShelf } from './shelf.ts';

/** A key is waited for while somebody speaks; the recording's own limits are what ends it, ms. */
const KEY_MS = 60_000;

/** What somebody has said after the tone. */
export interface Take {
  id: string;
  format: RecordingFormat;
  outcome: RecordingOutcome;
  /** Whether there is enough of it to be something. */
  good: boolean;
  /** What ended it: a key, silence, its longest time, the caller who is gone, or the disk. */
  by: 'key' | 'silence' | 'length' | 'gone' | 'failed';
}

/** Sounds the tone and records what the caller says, until `#`, silence, the limit or the end of the call. */
export async function take(
  visit: Visit,
  order: { box: string; longestMs: number },
  context: ServiceContext,
  shelf: MessageShelf,
): Promise<Take | undefined> {
  const { media, config } = context;
  const { format, silenceSeconds, shortestSeconds, minFreeMegabytes } = config().voicemail;
  visit.dialog.hush();
  visit.dialog.digits.flush();
  const { endpoint } = visit.leg;
  if (visit.gone || !endpoint) return undefined;
  await media.play(endpoint, beep).catch(() => false);
  if (visit.gone) return undefined;
  const id = context.newId();
  let over: RecordingOutcome | undefined;
  const ended = new Promise<RecordingOutcome>((resolve) => {
    const off = media.on('recording', (which, outcome) => {
      if (which !== id) return;
      off();
      over = outcome;
      visit.dialog.digits.interrupt();
      resolve(outcome);
    });
    const failed = (): void => {
      off();
      over = { durationMs: 0, bytes: 0, gapMs: 0, kept: false, failed: 'recorder-lost' };
      visit.dialog.digits.interrupt();
      resolve(over);
    };
    media
      .record(endpoint, {
        id,
        ...shelf.place(order.box, id, format),
        format,
        minFreeBytes: minFreeMegabytes * 1_000_000,
        alone: true,
        silenceMs: silenceSeconds * 1000,
        longestMs: order.longestMs,
      })
      .catch(failed);
  });
  // Whoever a transfer puts in the caller's place goes on with the message.
  const off = visit.call.on('replaced', () => {
    const next = visit.leg.endpoint;
    if (next) void media.moveRecording(id, next).catch(() => {});
  });
  const keyed = await untilDone(visit, () => over !== undefined);
  off();
  void media.stopRecording(id).catch(() => {});
  const outcome = await ended;
  const by = outcome.failed ? 'failed' : (outcome.by ?? (keyed ? 'key' : 'gone'));
  const good = outcome.kept && outcome.durationMs >= shortestSeconds * 1000 && outcome.sounded !== false;
  if (!good) shelf.discard(order.box, id);
  return { id, format, outcome, good, by };
}

/** @returns whether `#` was keyed; other keys are none of ours. */
async function untilDone(visit: Visit, over: () => boolean): Promise<boolean> {
  while (!over() && !visit.gone && !visit.dialog.gone) {
    const key = await visit.dialog.digits.next(KEY_MS);
    if (key === '#') return true;
  }
  return false;
}
