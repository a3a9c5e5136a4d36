import type { Said } from './contract.ts';

/** Something that is wrong, why, and what to do about it. */
export interface Finding {
  /** `audio/one-way`, `sip/alg`, `alarm/port-3`… */
  code: string;
  severity: 'info' | 'warning' | 'critical';
  /** What is wrong. */
  said: Said;
  /** What to do. */
  cure: Said;
  /** `trunk:acme`, `port:3`, `call:ID`, `card`; missing: the box as a whole. */
  about?: string;
  /** When it was seen, wall-clock ms since 1970. */
  at: number;
  /** What it rests on, in English: addresses, headers, figures. */
  technical?: string;
}

/** A step of work that takes a while, for its progress. */
export interface WorkStep {
  id: string;
  said: Said;
  state: 'waiting' | 'running' | 'done' | 'failed';
}

/** GET /api/v1/diagnosis. */
export interface DiagnosisView {
  /** The gravest first. */
  findings: Finding[];
  /** The last active check, or the one that runs. */
  run?: { state: 'running' | 'done'; startedAt: number; endedAt?: number; steps: WorkStep[] };
}
