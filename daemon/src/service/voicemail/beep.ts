import type { PlaySource } from '../../media/api.ts';

/** What an answering machine is expected to sound like; no multiple of 425 Hz, which lines listen for. */
const HZ = 1000;
const MS = 400;
const LEVEL_DBM0 = -14;
/** 0 dBm0 of a sine is 3.14 dB below full scale (ITU-T G.711, table 5). */
const FULL_SCALE_DBM0 = 3.14;
const RATE = 8000;

/** The tone after which a message begins. */
export const beep: PlaySource = { type: 'pcm', samples: sound() };

function sound(): Int16Array {
  const peak = 32_767 * 10 ** ((LEVEL_DBM0 - FULL_SCALE_DBM0) / 20);
  const count = (MS * RATE) / 1000;
  return Int16Array.from({ length: count }, (_, n) => {
    // Faded in and out, or each edge would be a click.
    const shape = Math.min(1, n / 80, (count - 1 - n) / 80);
    return Math.round(peak * shape * Math.sin((2 * Math.PI * HZ * n) / RATE));
  });
}
