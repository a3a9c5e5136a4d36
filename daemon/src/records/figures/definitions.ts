/*
 * What each figure means, once: the very SQL that computes it, over a row of `fact` (search/fact.ts). The tests count the
 * same from the records by themselves.
 */

/** A caller who gave up before anybody could have answered, ms: such calls are short, not lost. */
export const shortMs = 5000;

/** SQL conditions over `fact`. Each call that is over and came from outside is exactly one of answered, lost and short. */
export const is = {
  /** It is over. One in progress counts for nothing yet; one that a crash cut off counts. */
  over: "state <> 'active'",
  incoming: "state <> 'active' AND direction = 'incoming'",
  outgoing: "state <> 'active' AND direction = 'outgoing'",
  /** A person has answered; menu, music and voicemail are nobody. */
  answered: "state <> 'active' AND direction = 'incoming' AND answered IS NOT NULL",
  /** From outside, answered by nobody, although there were 5 s or more to do so. */
  lost: `state <> 'active' AND direction = 'incoming' AND answered IS NULL AND (ended IS NULL OR ended - started >= ${shortMs})`,
  /** From outside, answered by nobody, and over within 5 s. */
  short: `state <> 'active' AND direction = 'incoming' AND answered IS NULL AND ended IS NOT NULL AND ended - started < ${shortMs}`,
  /** To the outside, and somebody there has answered. */
  reached: "state <> 'active' AND direction = 'outgoing' AND answered IS NOT NULL",
} as const;

/** SQL amounts over `fact`; all times in ms. */
export const amount = {
  /** From the beginning of a call from outside to the answer: what the caller waited, menus included. */
  answerMs: 'answered - started',
  /** How long telephones rang for it. */
  ringMs: 'coalesce(ring_ms, 0)',
  talkMs: 'talk_ms',
  /** In the office's currency; four decimals. */
  price: 'price',
} as const;

/**
 * Line load, over the pieces of legs in a quarter of an hour: `busyMs` is the time that legs stood on the port or trunk, each
 * for itself; over an hour, busyMs / 3,600,000 is the load in Erlang. `most` is how many stood at the same time at most.
 */
export const load = { busyMs: 'sum(until - since)' } as const;
