import t from 'tap';
import { speak, speaks, voiceOf } from '../../../scripts/lib/corpus/speech.ts';
import { rmsOf } from '../../src/media/dsp/level.ts';
import { engine } from './support/engine.ts';
import { LineDouble } from './support/line-double.ts';
import { sine } from './support/rtp-peer.ts';

/** Frames of 10 ms in a second. */
const second = 100;
/** One cycle of busy tone, samples. */
const CYCLE = 5600;

/**
 * Somebody goes on talking into a line whose far end has hung up: the hybrid returns the speech 10 dB down, the canceller
 * takes most of it out, and what is left must neither hide busy tone nor be taken for one (ruling 10).
 */
t.test(
  'busy tone releases under the echo of our own talker, whatever is said, and speech alone never',
  { skip: speaks() ? false : 'espeak-ng is not installed' },
  async (t) => {
    for (const [k, dbm0] of [-10, -20, -30].entries()) {
      const clip = await speak(voiceOf(k), 8);
      let energy = 0;
      for (const v of clip) energy += v * v;
      const gain = rmsOf(-14) / Math.sqrt(energy / clip.length);
      const line = new LineDouble();
      const media = engine(t, {}, line);
      await media.connect('line:1', 'line:2');
      await media.detect('line:1', { tones: 'after-answer', dtmf: true });
      const heard: string[] = [];
      media.on('tone', (endpoint, tone, evidence) =>
        heard.push(`${endpoint} ${tone} ${Math.round(evidence!.frequencyHz / 10)}`),
      );
      const talk = (n: number): number => Math.round((clip[n % clip.length] ?? 0) * gain);
      const echo = (n: number): number => {
        const frames = line.played.get(1) ?? [];
        const wanted = n - 16;
        for (let i = frames.length - 1; i >= 0 && i >= frames.length - 8; i--) {
          const { at, samples } = frames[i]!;
          if (wanted >= at && wanted < at + 80) return Math.round(samples[wanted - at]! / 3.2);
        }
        return 0;
      };
      for (let i = 0; i < 12 * second; i++)
        line.frame(
          new Map([
            [1, echo],
            [2, talk],
          ]),
        );
      t.same(heard, [], `speech alone, clip ${k}`);
      const begin = line.at;
      const busy = (n: number): number => ((n - begin) % CYCLE < CYCLE / 2 ? sine(428, dbm0)(n) : 0);
      while (heard.length === 0 && line.at < begin + 12 * CYCLE)
        line.frame(
          new Map([
            [1, (n) => echo(n) + busy(n)],
            [2, talk],
          ]),
        );
      t.same(heard, ['line:1 busy 43'], `busy tone at ${dbm0} dBm0`);
      t.comment(`${dbm0} dBm0: after ${((line.at - begin) / CYCLE).toFixed(1)} cycles`);
    }
  },
);
