import { CodedError } from '../../base/error.ts';
import type { ProgressTone } from '../../media/api.ts';
import type { PortEvent } from '../../port/effect.ts';
import type { FxoOptions } from '../../port/options.ts';
import type { LineFindings, ReleaseFound, ToneFound } from './findings.ts';
import { toneFound } from './findings.ts';
import type { LineWatch } from './line-watch.ts';

/** A step that is under way; the page has words for each. */
export type LearnStep =
  | 'on-hook'
  | 'dial-tone'
  | 'tones-taken'
  | 'rest'
  | 'calling'
  | 'ringing'
  | 'answer'
  | 'levels'
  | 'far-release'
  | 'own-release'
  | 'busy'
  | 'call-in'
  | 'pick-up'
  | 'hang-up';

/** What the lessons need to know of a line. */
export interface Pupil {
  watch: LineWatch;
  found: LineFindings;
  dialMethod: FxoOptions['dialMethod'];
  role: FxoOptions['role'];
}

export type Tell = (step: LearnStep) => void;

/** Longest waits, ms. A person needs time to find his telephone. */
const limits = {
  dialTone: 10_000,
  current: 1000,
  ringing: 20_000,
  /** Two bursts make a ringback: at its slowest 2 s in 6 s, after a pause of the same; more costs only where none comes. */
  ringback: 30_000,
  answer: 3000,
  signals: 12_000,
  /** How long more after the first tone: a second sign may follow. */
  afterTone: 1500,
  person: 90_000,
};

/** A call is answered for so long before it is hung up again, ms. */
const settleMs = 1500;

/** How long the line stays released between two seizures; the exchange has let go after the first that is enough, ms. */
const rests = [600, 1200, 2000, 4000] as const;

const testTone = { frequencyHz: 1000, levelDbm0: -10 } as const;
const dtmf = { onMs: 100, offMs: 100 } as const;
const pulse = { breakMs: 60, makeMs: 40, interDigitMs: 800 } as const;

/** Waits for one of these tones. */
function tone(
  watch: LineWatch,
  which: readonly ProgressTone[],
  since: number,
  ms: number,
): Promise<ToneFound | undefined> {
  return watch.find((event, at) => {
    if (event.type !== 'tone' || !which.includes(event.tone) || !event.evidence) return undefined;
    return toneFound(event.tone, event.evidence, at - since);
  }, ms);
}

/** The line by itself: current, dial tone, whether it takes tones, and how long it rests. */
export async function alone({ watch, found, dialMethod, role }: Pupil, tell: Tell): Promise<void> {
  tell('dial-tone');
  const seized = await watch.seize({ tones: 'after-seize' });
  const current = await watch.indication('loop-current', limits.current);
  if (current) found.loopMilliamps = Math.round(current.indication.milliamps * 10) / 10;
  if (current?.indication.milliamps === 0)
    throw new CodedError('learning/no-current', 'no current flows in the loop');
  found.dialTone = (await tone(watch, ['dial'], seized, limits.dialTone)) ?? null;
  found.turnsAtSeizure = watch.shown.some(
    ({ event }) => event.type === 'indication' && event.indication.type === 'polarity',
  );
  // On a PBX one digit may be a number already.
  const silences = found.dialTone && role === 'city-line' && dialMethod === 'dtmf';
  if (silences) {
    tell('tones-taken');
    found.tonesTaken = await silenced(watch, found.dialTone?.frequencyHz ?? 425);
  }
  await watch.release();
  if (found.tonesTaken) {
    tell('rest');
    found.idleAfterMs = await restNeeded(watch, found.dialTone?.afterMs ?? 0);
  }
  // Whatever follows finds the line free.
  await watch.pause((found.idleAfterMs ?? 1700) + 300);
}

/** Keys one digit, and listens whether the dial tone goes. */
async function silenced(watch: LineWatch, frequencyHz: number): Promise<boolean> {
  watch.mark();
  await watch.line.play({ type: 'dtmf', digits: '2', ...dtmf });
  await watch.line.detect({ levelHz: frequencyHz });
  await watch.pause(300);
  watch.mark();
  const quiet = await watch.find((event) => (event.type === 'level' ? event.toneDbm0 < -40 : undefined), 600);
  return quiet === true;
}

/** Tries shorter rests first: a line that has not been let go of gives no dial tone after the digit. */
async function restNeeded(watch: LineWatch, dialToneMs: number): Promise<number | null> {
  for (const ms of rests) {
    await watch.pause(ms);
    const at = await watch.seize({ tones: 'after-seize' });
    // Not much later than before: what comes then may be a ringback, which begins like a dial tone.
    const heard = await tone(watch, ['dial'], at, dialToneMs + 700);
    const steady = heard && (await goesOn(watch, heard.frequencyHz));
    await watch.release();
    if (steady) return ms;
  }
  return null;
}

/** Whether a tone sounds on for longer than a ringback would. */
async function goesOn(watch: LineWatch, frequencyHz: number): Promise<boolean> {
  await watch.line.detect({ levelHz: frequencyHz });
  await watch.pause(1300);
  watch.mark();
  const loud = await watch.find((event) => (event.type === 'level' ? event.toneDbm0 > -40 : undefined), 600);
  return loud === true;
}

/** Seizes, waits for the dial tone as far as one comes, and dials. Returns when the last digit was out. */
async function dial({ watch, found, dialMethod }: Pupil, digits: string): Promise<number> {
  const at = await watch.seize({ tones: 'after-seize' });
  const heard = await tone(watch, ['dial'], at, limits.dialTone);
  found.dialTone ??= heard ?? null;
  if (!heard) throw new CodedError('learning/no-dial-tone', 'no dial tone');
  await watch.pause(200);
  await watch.line.detect({});
  for (const part of digits.split(/(,)/).filter(Boolean)) {
    if (part === ',') await watch.pause(1000);
    else if (dialMethod === 'dtmf') await watch.line.play({ type: 'dtmf', digits: part, ...dtmf });
    else {
      await watch.line.command({ type: 'pulse-dial', digits: part, ...pulse });
      await watch.indication('pulses-sent', 2000 + 2000 * part.length);
    }
  }
  const out = watch.mark();
  await watch.line.detect({ tones: 'after-digits' });
  return out;
}

/** Gives the exchange time to let go of a line. */
async function rest(watch: LineWatch): Promise<void> {
  await watch.release();
  await watch.pause(2000);
}

/**
 * A line calls another of ours, whose number is given: how it rings, what an answer and a release look like from both
 * sides, how loud each hears the other, and what busy sounds like.
 */
export async function together(a: Pupil, b: Pupil, number: string, tell: Tell): Promise<void> {
  tell('calling');
  b.watch.mark();
  b.watch.expectsRing = true;
  await b.watch.line.detect({ callerId: true });
  const dialed = await dial(a, number);
  await ringing(a, b, dialed, number, tell);
  tell('answer');
  a.watch.mark();
  await a.watch.line.detect({});
  const answeredAt = await b.watch.seize({});
  const turned = await a.watch.indication('polarity', limits.answer);
  a.found.answerPolarityMs = turned ? Math.round(turned.at - answeredAt) : null;
  tell('levels');
  const [loudA, loudB] = [await loudness(b, a), await loudness(a, b)];
  if (loudA !== undefined) a.found.lossDb = loudA;
  if (loudB !== undefined) b.found.lossDb = loudB;
  tell('far-release');
  await a.watch.line.detect({ tones: 'after-answer' });
  const let_go = await b.watch.release();
  a.found.release = await signals(a.watch, let_go);
  await rest(a.watch);

  tell('own-release');
  b.watch.mark();
  const again = await dial(a, number);
  await rungAt(b.watch, again);
  await b.watch.seize({ tones: 'after-answer' });
  await a.watch.pause(settleMs);
  b.watch.mark();
  const gone = await a.watch.release();
  b.found.release = await signals(b.watch, gone);
  await rest(b.watch);

  tell('busy');
  const lifted = await b.watch.seize({ tones: 'after-seize' });
  b.found.dialTone ??= (await tone(b.watch, ['dial'], lifted, 4000)) ?? null;
  const third = await dial(a, number);
  const busy = await tone(a.watch, ['busy', 'congestion', 'sit'], third, limits.signals);
  if (busy) a.found.busy = busy;
  await Promise.all([a.watch.release(), b.watch.release()]);
}

/** Waits until the other line rings, and learns how it does and what the caller hears meanwhile. */
async function ringing(a: Pupil, b: Pupil, dialed: number, number: string, tell: Tell): Promise<void> {
  const [rung, refused] = await Promise.all([
    rungAt(b.watch, dialed),
    Promise.race([
      tone(a.watch, ['busy', 'congestion', 'sit'], dialed, limits.ringing),
      rungAt(b.watch, dialed).then(() => undefined),
    ]),
  ]);
  if (rung === undefined) {
    if (refused) a.found.busy = refused;
    throw new CodedError('learning/not-rung', `${number} did not ring the other line`);
  }
  a.found.reached = number;
  b.found.wasReached = true;
  tell('ringing');
  const end = await b.watch.indication('ring', 6000, ({ on }) => !on);
  b.found.ring = { onMs: Math.round((end?.at ?? rung) - rung) };
  const ringback = await tone(a.watch, ['ringback'], dialed, limits.ringback);
  if (ringback) a.found.ringback = ringback;
  const second = await b.watch.find((event, at) => {
    const ring = event.type === 'indication' && event.indication.type === 'ring' && event.indication.on;
    return ring && end && at > end.at ? at : undefined;
  }, 6000);
  if (second !== undefined && end) b.found.ring.offMs = Math.round(second - end.at);
  const caller = await b.watch.find((event) => (event.type === 'caller-id' ? event.way : undefined), 10);
  if (caller) b.found.ring.callerId = caller;
}

/** When the line began to ring; undefined: it did not. */
async function rungAt(watch: LineWatch, since: number): Promise<number | undefined> {
  const ring = await watch.indication('ring', limits.ringing, ({ on }) => on);
  return ring && Math.max(ring.at, since);
}

/** Plays a tone on one line and measures it on the other: how many dB are lost. */
async function loudness(from: Pupil, to: Pupil): Promise<number | undefined> {
  to.watch.mark();
  await to.watch.line.detect({ levelHz: testTone.frequencyHz });
  const { frequencyHz, levelDbm0 } = testTone;
  const playing = from.watch.line.play({
    type: 'tone',
    tone: { frequencies: [frequencyHz], levelDbm0, cadence: [] },
  });
  // The first moments have the path's delay in them, and the echo canceller's learning.
  await to.watch.pause(800);
  to.watch.mark();
  await to.watch.pause(900);
  await from.watch.line.stop();
  await playing;
  await to.watch.line.detect({});
  const heard = to.watch.shown
    .flatMap(({ event }) => (event.type === 'level' ? [event.toneDbm0] : []))
    .sort((x, y) => x - y);
  const level = heard[heard.length >> 1];
  return level === undefined || level < -60 ? undefined : Math.round((levelDbm0 - level) * 10) / 10;
}

/** Everything that a line shows after the far end hung up at `since`. */
async function signals(watch: LineWatch, since: number): Promise<ReleaseFound> {
  const heard = await tone(watch, ['busy', 'congestion', 'dial', 'sit'], since, limits.signals);
  if (heard) await watch.pause(limits.afterTone);
  const found: ReleaseFound = heard ? { tone: heard } : {};
  for (const { event, at } of watch.shown) {
    if (event.type !== 'indication') continue;
    const { indication } = event;
    if (indication.type === 'polarity') found.polarityMs ??= Math.max(0, Math.round(at - since));
    if (indication.type === 'loop-break' && found.breakMs === undefined) {
      found.breakMs = indication.ms;
      found.breakAfterMs = Math.max(0, Math.round(at - since));
    }
  }
  return found;
}

/** A person calls the line: how it rings, and what it shows when that person hangs up first. */
export async function calledByPerson(pupil: Pupil, tell: Tell): Promise<void> {
  const { watch, found } = pupil;
  tell('call-in');
  watch.mark();
  watch.expectsRing = true;
  await watch.line.detect({ callerId: true });
  const ring = await watch.indication('ring', limits.person, ({ on }) => on);
  if (!ring) throw new CodedError('learning/nobody', 'nobody called');
  found.wasReached = true;
  const end = await watch.indication('ring', 6000, ({ on }) => !on);
  found.ring = { onMs: Math.round((end?.at ?? ring.at) - ring.at) };
  // Caller ID comes between the first ring and the second.
  const caller = await watch.find((event) => (event.type === 'caller-id' ? event.way : undefined), 3500);
  if (caller) found.ring.callerId = caller;
  await watch.seize({});
  // The exchange may turn the polarity when we answer: that is none of the release.
  await watch.pause(2500);
  await untilHungUp(pupil, tell);
}

/** A person is called from the line, answers, and hangs up first. */
export async function callsPerson(pupil: Pupil, number: string, tell: Tell): Promise<void> {
  const { watch, found } = pupil;
  tell('calling');
  const dialed = await dial(pupil, number);
  tell('pick-up');
  await watch.line.detect({ tones: 'after-digits', voice: true });
  const first = await watch.find<'ringback' | 'answered' | ToneFound>((event, at) => {
    // Whoever sits beside the telephone answers before a ringback can have been told from other tones.
    if (answerSign(event)) return 'answered';
    if (event.type !== 'tone' || !event.evidence || event.tone === 'dial') return undefined;
    const heard = toneFound(event.tone, event.evidence, at - dialed);
    if (event.tone !== 'ringback') return heard;
    found.ringback = heard;
    return 'ringback';
  }, limits.ringing);
  if (typeof first === 'object') {
    found.busy = first;
    throw new CodedError('learning/not-rung', `${number} gave ${first.tone}`);
  }
  const answer = await watch.find(answerSign, limits.person);
  if (!answer) throw new CodedError('learning/nobody', 'nobody answered');
  found.reached = number;
  // Polarity that comes at all comes with the answer, which is heard later.
  if (answer === 'guess') await watch.pause(1000);
  const turn = watch.shown.find(
    ({ event }) => event.type === 'indication' && event.indication.type === 'polarity',
  );
  found.answerPolarityMs = turn ? 0 : null;
  await watch.pause(2000);
  await untilHungUp(pupil, tell);
}

/** What tells that somebody has answered: for certain, or by a guess. */
function answerSign(event: PortEvent): 'polarity' | 'guess' | undefined {
  if (event.type === 'indication') return event.indication.type === 'polarity' ? 'polarity' : undefined;
  return event.type === 'ringback-stopped' || event.type === 'voice' ? 'guess' : undefined;
}

/** Asks the person to hang up, and takes down what the line then shows. */
async function untilHungUp({ watch, found }: Pupil, tell: Tell): Promise<void> {
  tell('hang-up');
  const since = watch.mark();
  await watch.line.detect({ tones: 'after-answer' });
  // Whatever comes first is the release; when it was, nobody told.
  const first = await watch.find((event, at) => {
    const hard =
      event.type === 'indication' &&
      (event.indication.type === 'polarity' || event.indication.type === 'loop-break');
    return hard || (event.type === 'tone' && event.tone !== 'ringback') ? at : undefined;
  }, limits.person);
  if (first === undefined) throw new CodedError('learning/no-release', 'nothing told of a release');
  found.release = await signals(watch, Math.max(since, first));
  await watch.release();
}
