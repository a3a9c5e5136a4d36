/** What the simulated operator does with a call. */
export interface Treatment {
  /** Final status; 200 answers. 0: no answer of any kind, as a dead server. */
  status: number;
  /** How long it rings before that, ms; 0: no 180 at all. */
  ringMs: number;
  /** Ringback is sent as early media (183). */
  earlyMedia?: boolean;
  /** Q.850 cause in a Reason header. */
  q850?: number;
  /** The operator hangs up this long after answering, ms. */
  hangupMs?: number;
}

/** Last digits of a number, and what happens to calls to it: for people who want to try what the box does. */
export const SCENARIOS: readonly { suffix: string; treatment: Treatment; what: string }[] = [
  { suffix: '0486', treatment: { status: 486, ringMs: 0, q850: 17 }, what: 'busy' },
  { suffix: '0180', treatment: { status: 200, ringMs: 600_000 }, what: 'rings and is never answered' },
  {
    suffix: '0183',
    treatment: { status: 200, ringMs: 4_000, earlyMedia: true },
    what: 'ringback as early media, then answers',
  },
  { suffix: '0404', treatment: { status: 404, ringMs: 0, q850: 1 }, what: 'number not in use' },
  { suffix: '0408', treatment: { status: 0, ringMs: 0 }, what: 'the operator does not answer at all' },
  { suffix: '0480', treatment: { status: 480, ringMs: 3_000, q850: 19 }, what: 'rings, then nobody answers' },
  { suffix: '0503', treatment: { status: 503, ringMs: 0 }, what: 'the operator is out of order' },
  { suffix: '0603', treatment: { status: 603, ringMs: 1_500, q850: 21 }, what: 'rings, then is declined' },
  {
    suffix: '0487',
    treatment: { status: 200, ringMs: 1_000, hangupMs: 5_000 },
    what: 'answers and hangs up after 5 s',
  },
];

/** What happens to a call to `number`; `usual` for every number without a scenario. */
export function treatmentOf(number: string, usual: Treatment): Treatment {
  return SCENARIOS.find(({ suffix }) => number.endsWith(suffix))?.treatment ?? usual;
}
