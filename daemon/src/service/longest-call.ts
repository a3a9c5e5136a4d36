import type { Timer } from '../base/clock.ts';
import type { Call } from '../call/call.ts';
import { cause, localCause } from '../call/cause.ts';
import type { Leg } from '../call/leg.ts';
import type { ServiceContext } from './context.ts';

/** Time to press a key when the longest call time is reached (ruling 10), ms. */
const goOnMs = 20_000;

/** Longest call between two lines, whose ends may both be deaf to a release, min (ruling 10). */
export const lineToLineMinutes = 60;

const limited = new WeakSet<Call>();

/** Limits a call whose parties were put together and both are outside: nobody here would notice that it goes on. */
export function limitIfOutside(call: Call, context: ServiceContext): void {
  const inside = (leg: Leg): boolean => leg.kind === 'fxs' || leg.place.startsWith('device:');
  const { caller, called } = call;
  if (limited.has(call) || (called && (inside(caller) || inside(called)))) return;
  if (!called) {
    call.once('answered', () => limitIfOutside(call, context));
    return;
  }
  limited.add(call);
  limitCall(call, lineToLineMinutes, context, [caller, called]);
}

/**
 * Asks every `minutes` of an answered call whether anybody is still there, so that two forgotten lines do not
 * talk for a weekend (ruling 10). A key from any of `asked` keeps the call; without one it ends.
 */
export function limitCall(call: Call, minutes: number, context: ServiceContext, asked: readonly Leg[]): void {
  const { clock, media, prompts } = context;
  let timer: Timer;
  let offs: (() => void)[] = [];
  const stop = (): void => {
    timer.cancel();
    for (const off of offs) off();
    offs = [];
  };
  const wait = (): Timer => clock.after(minutes * 60_000, ask);
  const ask = (): void => {
    for (const leg of asked) {
      offs.push(
        leg.on('digit', () => {
          stop();
          timer = wait();
        }),
      );
      const { endpoint } = leg;
      if (endpoint) void media.play(endpoint, prompts.source('still-there')).catch(() => {});
    }
    timer = clock.after(goOnMs, () => call.end(localCause(cause.normal, 'longest call time reached')));
  };
  timer = wait();
  call.on('ended', stop);
}
