import type { HeardCallerId } from '../media/api.ts';
import { AON_REQUEST_HZ } from '../media/dsp/aon.ts';
import type { FxoContext } from './fxo-call.ts';
import { cancel, detect, stay, timer } from './fxo-call.ts';
import type { FxoEffect, FxoState, FxoStep } from './fxo-state.ts';
import type { AonRequest } from './options.ts';

/*
 * Classic АОН: the exchange tells the number only to a line that has answered and asks with 500 Hz. So the
 * loop is closed (the caller pays from here on), the number is asked for, and the caller hears ringback
 * from us while the telephones ring. For call control the line is ringing all the while.
 */

/** A whole reply: three packets of 360 ms, and what the exchange takes to begin, ms. */
const REPLY_MS = 1500;

const askTag = (state: FxoState): string => `ask:${state.call}:${state.asked}`;

/** Closes the loop to ask. */
export function ask(context: FxoContext, state: FxoState): FxoStep {
  return stay(
    { ...state, phase: 'asking', asked: 0, loopClosed: false },
    cancel('ring', 'caller'),
    detect({ aon: true, tones: 'after-answer' }),
    context.command({ type: 'seize' }, `seize:${state.call}`),
  );
}

/** The card has closed the loop. */
export function askSeized(request: AonRequest, state: FxoState): FxoStep {
  return stay({ ...state, loopClosed: true }, timer('ask', request.delayMs));
}

/** It is time for a request, or for the reply to have come. */
export function askTimer(request: AonRequest, state: FxoState): FxoStep {
  if (state.asked >= request.requests) return told(request, state, undefined);
  const next: FxoState = { ...state, asked: state.asked + 1 };
  const tone = {
    frequencies: [AON_REQUEST_HZ],
    levelDbm0: request.levelDbm0,
    cadence: [request.toneMs, 0],
    repeat: 1,
  };
  return stay(next, { type: 'play', source: { type: 'tone', tone }, tag: askTag(next) });
}

/** A request has gone out. */
export function asked(state: FxoState, tag: string): FxoStep {
  return tag === askTag(state) ? stay(state, timer('ask', REPLY_MS)) : stay(state);
}

/** The exchange has replied, or nothing came of it: the caller is told of, and hears ringback. */
export function told(request: AonRequest, state: FxoState, caller: HeardCallerId | undefined): FxoStep {
  if (state.callerTold) return stay(state);
  const effects: FxoEffect[] = [
    cancel('ask'),
    detect({ tones: 'after-answer' }),
    { type: 'play', source: { type: 'tone', tone: request.ringback } },
    { type: 'emit-caller', caller: caller && plainCaller(caller) },
  ];
  return stay({ ...state, callerTold: true }, ...effects);
}

/** What call control is told of a caller: who, not how it came. */
export function plainCaller(heard: HeardCallerId) {
  const { number, name, absence, category } = heard;
  return {
    ...(number === undefined ? {} : { number }),
    ...(name === undefined ? {} : { name }),
    ...(absence === undefined ? {} : { absence }),
    ...(category === undefined ? {} : { category }),
  };
}
