import type { dropped, Golden } from './bodies.ts';

const command = (seq: number, c: Record<string, unknown>) => ({ type: 'command', seq, command: c });
const told = (seq: number, i: Record<string, unknown>) => ({ type: 'indication', seq, indication: i });

/** Power denial, impedance and line tests; laid out by hand as those of bodies.ts. */
export const measuring: Golden[] = [
  {
    name: 'power denied',
    bytes: '10 20 0c 01 01',
    frame: command(32, { type: 'power-denial', port: 1, denied: true }),
  },
  {
    name: 'power given back',
    bytes: '10 21 0c 02 00',
    frame: command(33, { type: 'power-denial', port: 2, denied: false }),
  },
  { name: 'line test', bytes: '10 22 0d 05', frame: command(34, { type: 'line-test', port: 5 }) },
  {
    name: 'impedance of 600 ohms',
    bytes: '10 23 0e 05 01',
    frame: command(35, { type: 'impedance', port: 5, termination: '600r' }),
  },
  {
    name: 'impedance of TBR 21',
    bytes: '10 24 0e 10 03',
    frame: command(36, { type: 'impedance', port: 16, termination: 'tbr21' }),
  },
  {
    name: 'feed of 48.3 V measured',
    bytes: '20 11 09000000 0e 01 01 e301',
    frame: told(17, { type: 'measured', port: 1, at: 9, item: 'feed-voltage', value: 48.3 }),
  },
  {
    name: 'insulation as high as can be told',
    bytes: '20 12 0a000000 0e 01 05 ffff',
    frame: told(18, { type: 'measured', port: 1, at: 10, item: 'insulation', value: 6553.5 }),
  },
  {
    name: 'ringers of 1.2 REN',
    bytes: '20 13 0b000000 0e 02 06 0c00',
    frame: told(19, { type: 'measured', port: 2, at: 11, item: 'ringer-load', value: 1.2 }),
  },
  {
    name: 'line of 60 V',
    bytes: '20 14 0c000000 0e 05 07 5802',
    frame: told(20, { type: 'measured', port: 5, at: 12, item: 'line-voltage', value: 60 }),
  },
  {
    name: 'line test done',
    bytes: '20 15 0d000000 0f 05',
    frame: told(21, { type: 'line-test-done', port: 5, at: 13 }),
  },
];

/** Commands that the card refuses, as in bodies.ts. */
export const refusedMeasuring = [
  { name: 'power denial, bool 2', bytes: '10 0c 0c 01 02', seq: 12, nack: 'malformed' },
  { name: 'line test with a byte too many', bytes: '10 0d 0d 01 00', seq: 13, nack: 'malformed' },
  { name: 'impedance of no kind', bytes: '10 0e 0e 05 04', seq: 14, nack: 'out-of-range' },
];

/** Frames to be dropped, as in bodies.ts. */
export const droppedMeasuring: typeof dropped = [
  { name: 'indication, measured nothing known', bytes: '20 00 00000000 0e 05 08 0000', reason: 'malformed' },
  { name: 'indication, measured without its value', bytes: '20 00 00000000 0e 05 01', reason: 'malformed' },
];
