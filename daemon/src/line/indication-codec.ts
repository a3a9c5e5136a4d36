import type { CardIndication, LineState, Measurable } from './card.ts';
import { MalformedPayload, type PayloadReader } from './payload.ts';

const LINE_STATES: readonly LineState[] = ['dead', 'idle', 'in-use'];

/** By number from 1. */
const MEASURABLE: readonly Measurable[] = [
  'feed-voltage',
  'loop-current',
  'loop-resistance',
  'foreign-voltage',
  'insulation',
  'ringer-load',
  'line-voltage',
];

type Body = CardIndication extends infer I
  ? I extends CardIndication
    ? Omit<I, 'port' | 'at'>
    : never
  : never;

/** Reads the fields of each indication by its number (hw/protocol/indications.json). */
const FIELDS: Record<number, (payload: PayloadReader) => Body> = {
  1: () => ({ type: 'off-hook' }),
  2: () => ({ type: 'on-hook' }),
  3: (p) => ({ type: 'flash', ms: p.within(p.u16(), 20, 2000) }),
  4: (p) => ({ type: 'pulse-digit', digit: String.fromCharCode(p.within(p.u8(), 0x30, 0x39)) }),
  5: (p) => ({ type: 'ring-phase', on: p.bool() }),
  6: (p) => ({ type: 'ring', on: p.bool() }),
  7: (p) => ({ type: 'polarity', reversed: p.bool() }),
  8: (p) => ({ type: 'loop-break', ms: p.within(p.u16(), 40, 2000) }),
  9: (p) => ({
    type: 'line-state',
    state: LINE_STATES[p.within(p.u8(), 0, LINE_STATES.length - 1)]!,
    volts: p.within(p.u16() / 10, 0, 200),
  }),
  10: (p) => ({ type: 'loop-current', milliamps: p.within(p.u16() / 10, 0, 200) }),
  11: () => ({ type: 'pulses-sent' }),
  12: (p) => ({ type: 'foreign-voltage', present: p.bool(), volts: p.within(p.u16() / 10, 0, 400) }),
  13: (p) => ({ type: 'lifeline', engaged: p.bool() }),
  14: (p) => ({
    type: 'measured',
    item: MEASURABLE[p.within(p.u8(), 1, MEASURABLE.length) - 1]!,
    value: p.u16() / 10,
  }),
  15: () => ({ type: 'line-test-done' }),
};

/**
 * The meaning of an indication frame's payload; `at` is the raw 32-bit clock still.
 * @throws MalformedPayload
 */
export function decodeIndication(payload: PayloadReader): CardIndication {
  const at = payload.u32();
  const id = payload.u8();
  const port = payload.within(payload.u8(), 1, 16);
  const fields = FIELDS[id];
  if (!fields) throw new MalformedPayload(`indication ${id}`);
  const body = fields(payload);
  payload.end();
  return { ...body, port, at } as CardIndication;
}
