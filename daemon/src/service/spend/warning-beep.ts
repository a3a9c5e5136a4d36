import type { PlaySource } from '../../media/api.ts';

const rate = 8000;
/** Not a frequency of call progress, nor of DTMF: nobody takes it for the end of the call. */
const hz = 1400;
/** -13 dBm0; full scale is +3.14 dBm0 (G.711). */
const peak = 32_767 * 10 ** ((-13 - 3.14) / 20);
const beepMs = 200;
const pauseMs = 150;

let made: PlaySource | undefined;

/** Three short beeps that a caller hears in the conversation: the budget is about to end. */
export function warningBeep(): PlaySource {
  if (made) return made;
  const beep = (beepMs * rate) / 1000;
  const samples = new Int16Array(3 * beep + (2 * pauseMs * rate) / 1000);
  for (let n = 0; n < 3; n++) {
    const at = n * (beep + (pauseMs * rate) / 1000);
    for (let i = 0; i < beep; i++) {
      // Ends are rounded off, or they would click.
      const edge = Math.min(1, i / 40, (beep - 1 - i) / 40);
      samples[at + i] = Math.round(peak * edge * Math.sin((2 * Math.PI * hz * i) / rate));
    }
  }
  made = { type: 'pcm', samples };
  return made;
}
