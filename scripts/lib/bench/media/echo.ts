/**
 * The whole channel tick of a port, part by part, and what the echo canceller takes away: of speech at every tail,
 * over A-law, and through double talk.
 */
import { readFileSync } from 'node:fs';
import { AnswerTone } from '../../../../daemon/src/media/dsp/echo/answer-tone.ts';
import { echoCancellers } from '../../../../daemon/src/media/dsp/echo/echo-cancellers.ts';
import { ScalarKernel } from '../../../../daemon/src/media/dsp/echo/scalar-kernel.ts';
import { PCMA } from '../../../../daemon/src/media/dsp/g711.ts';
import { clip16 } from '../../../../daemon/src/media/dsp/level.ts';
import { parseProfile } from '../../../../daemon/src/media/dsp/profile.ts';
import { EchoControl } from '../../../../daemon/src/media/echo-control.ts';
import { Listener } from '../../../../daemon/src/media/listener.ts';
import type { Figure } from '../../bench.ts';
import { echoOf, hybridsFor, noiseAt, speechAt, throughCanceller } from '../../corpus/echo.ts';
import { speaks } from '../../corpus/speech.ts';
import { quantile, round } from '../usage.ts';
import { emitTiming, referenceUs } from './reference.ts';

type Emit = (figure: Figure) => void;

const FRAME = 80;
const TAILS = [16, 32, 48, 64];
const SECONDS = 12;
/** How often each case is measured; the median counts. */
const ROUNDS = 9;

const make = echoCancellers((message) => {
  throw new Error(message);
});

const profile = parseProfile(
  JSON.parse(readFileSync(new URL('../../../../hw/profile/ru.json', import.meta.url), 'utf8')),
);

const nobody = {
  digit(): void {},
  tone(): void {},
  ringbackStopped(): void {},
  voice(): void {},
  silence(): void {},
  callerIdBegun(): void {},
  callerId(): void {},
  aonRequest(): void {},
};

/** CPU of `work` for each 20 ms of the call that `frames` blocks of 10 ms make, us: the median of {@link ROUNDS}. */
function perFrame(frames: number, work: (at: number) => void): number {
  const times: number[] = [];
  for (let r = 0; r < ROUNDS + 1; r++) {
    const before = process.cpuUsage();
    for (let f = 0; f < frames; f++) work(f * FRAME);
    const used = process.cpuUsage(before);
    // The first round warms up, and lets the canceller learn the line.
    if (r > 0) times.push((used.user + used.system) / (frames / 2));
  }
  return quantile(times, 0.5);
}

/** Figures of the tick and its parts: speech both ways, as in a call. */
function measureTick(emit: Emit, far: Int16Array, near: Int16Array): void {
  const frames = Math.floor(far.length / FRAME);
  const noise = noiseAt(-65, far.length, 1);
  const echo = echoOf(far, hybridsFor(16)[1]!);
  // Each speaks half the time, and both now and then.
  const received = Int16Array.from(far, (_, i) =>
    clip16(echo[i]! + noise[i]! + (i % 64_000 < 24_000 ? near[i]! : 0)),
  );
  const coded = new Uint8Array(received.length);
  PCMA.encode(received, coded);
  const frame = new Int16Array(FRAME);
  const bytes = new Uint8Array(FRAME);
  const out = new Int16Array(far.length);
  const decode = (at: number): void => PCMA.decode(coded.subarray(at, at + FRAME), frame);

  const note = 'of 20 ms of speech both ways, one channel';
  for (const tailMs of [16, 64]) {
    const listener = new Listener(profile, nobody);
    listener.set({ dtmf: true, tones: 'after-answer' }, true);
    const control = new EchoControl(make(tailMs));
    const us = perFrame(frames, (at) => {
      decode(at);
      const reference = far.subarray(at, at + FRAME);
      const key = listener.hearRaw(frame, reference);
      control.process(reference, frame, key);
      listener.process(frame, false);
      PCMA.encode(frame, bytes);
    });
    control.close();
    const whole = 'A-law both ways, keys before and behind the canceller, echo, comfort noise, CED, tones';
    emitTiming(emit, tick(`media.tickUs${tailMs}ms`, us, `${whole}; ${note}`, frames));
  }
  for (const tailMs of TAILS) {
    const control = new EchoControl(make(tailMs));
    const us = perFrame(frames, (at) => {
      frame.set(received.subarray(at, at + FRAME));
      control.process(far.subarray(at, at + FRAME), frame, false);
    });
    control.close();
    emitTiming(emit, tick(`media.echoUs${tailMs}ms`, us, `canceller, comfort noise, CED; ${note}`, frames));
  }
  for (const work of ['learn', 'idle'] as const) {
    const { kernel } = make(64);
    const us = perFrame(frames, (at) => kernel.block(far, received, out, at, work));
    kernel.close();
    emit(
      tick(
        `media.echoKernel${work === 'learn' ? 'Learn' : 'Idle'}Us64ms`,
        us,
        `the WASM kernel alone; ${note}`,
        frames,
      ),
    );
  }
  const scalar = new ScalarKernel(128);
  const few = Math.min(frames, 200);
  const scalarUs = perFrame(few, (at) => scalar.block(far, received, out, at, 'learn'));
  emit(
    tick(
      'media.echoScalarUs16ms',
      scalarUs,
      `the scalar kernel alone, where there is no WASM SIMD; ${note}`,
      few,
    ),
  );
  const tone = new AnswerTone();
  const toneUs = perFrame(frames, (at) => tone.process(received.subarray(at, at + FRAME)));
  emit(tick('media.answerToneUs', toneUs, `2100 Hz and its reversals, one direction; ${note}`, frames));
}

const tick = (metric: string, us: number, note: string, frames: number): Figure => ({
  metric,
  value: round(us, 2),
  unit: 'us',
  n: (ROUNDS * frames) / 2,
  note: `${note}; reference ${round(referenceUs(), 1)} us`,
});

/** What the filter takes away, the non-linear processor off; the worst of both languages, all tails and hybrids. */
async function measureErle(emit: Emit): Promise<void> {
  let worst = Number.POSITIVE_INFINITY;
  let worstAlaw = Number.POSITIVE_INFINITY;
  let worstTalk = Number.POSITIVE_INFINITY;
  let cases = 0;
  for (const [language, other] of [
    ['ru', 'en'],
    ['en', 'ru'],
  ] as const) {
    const far = await speechAt(language, -16, SECONDS, 1);
    const voice = await speechAt(other, -16, SECONDS, 2);
    const near = Float64Array.from(voice, (v, i) => (i >= 6 * 8000 && i < 10 * 8000 ? v : 0));
    for (const tailMs of TAILS) {
      for (const hybrid of hybridsFor(tailMs)) {
        const echo = echoOf(far, hybrid);
        const call = (options: { near?: Float64Array; alaw?: boolean }) => {
          const canceller = make(tailMs);
          const done = throughCanceller((x, frame) => canceller.process(x, frame, frame), {
            ...{ far, echo, noiseDbm0: -70 },
            ...options,
          });
          canceller.kernel.close();
          return done;
        };
        worst = Math.min(worst, call({}).erle(1, SECONDS));
        worstAlaw = Math.min(worstAlaw, call({ alaw: true }).erle(1, SECONDS));
        worstTalk = Math.min(worstTalk, call({ near }).erle(6, 10));
        cases++;
      }
    }
  }
  const note = `worst of ${cases}: Russian and English, tails 16 to 64 ms, three hybrids each; no suppressor, noise -70 dBm0`;
  const dB = (metric: string, value: number, what: string): void =>
    emit({ metric, value: round(value, 1), unit: 'dB', n: cases, note: `${what}; ${note}` });
  dB('media.echoErleDb', worst, `speech at -16 dBm0 from 1 s to ${SECONDS} s`);
  dB('media.echoErleDbAlaw', worstAlaw, 'the same over A-law');
  dB('media.doubleTalkErleDb', worstTalk, 'through 4 s of double talk, as loud as the far end');
}

export async function measureEcho(emit: Emit): Promise<void> {
  if (!speaks()) throw new Error('espeak-ng is not installed; run scripts/setup');
  measureTick(emit, await speechAt('ru', -16, SECONDS, 1), await speechAt('en', -16, SECONDS, 2));
  await measureErle(emit);
}
