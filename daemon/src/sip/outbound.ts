import { splitHeader } from './address.ts';
import type { SrfResponse } from './srf-types.ts';
import type { Target } from './targets.ts';

/*
 * RFC 5626, "outbound", as the PBX of an operator: several registrations of one instance at once, each over a way
 * of its own, so that calls to us need no name, no open port and no single server.
 */

/** One of the ways that we are registered by (RFC 5626 4.2). */
export interface FlowName {
  /** URN of this box (RFC 5626 4.1). */
  instance: string;
  /** 1 and up; the same over a restart, so that the binding of before is replaced. */
  regId: number;
  /** The only server that it goes to; undefined while it is not known whether the operator has outbound. */
  edge?: Target;
}

/** Times of RFC 5626 4.5, ms. */
export interface FlowTimes {
  /** Base of the pause where no flow works. */
  allFailedMs: number;
  /** Base of the pause where another works. */
  othersUpMs: number;
  maxMs: number;
}

export const flowTimes: FlowTimes = { allFailedMs: 30_000, othersUpMs: 90_000, maxMs: 1_800_000 };

/** Ways at once: two are what RFC 5626 3.3 asks for, more cost the operator's servers a keepalive each. */
export const MAX_FLOWS = 4;

/** Pause before a flow that failed `failures` times in a row is tried again (RFC 5626 4.5): half of it is chance. */
export function flowPause(failures: number, othersUp: boolean, times: FlowTimes, random: number): number {
  const base = othersUp ? times.othersUpMs : times.allFailedMs;
  return Math.min(times.maxMs, base * 2 ** Math.min(failures, 20)) * (0.5 + 0.5 * random);
}

/** Parameters that a Contact of a REGISTER gets (RFC 5626 4.2.1). */
export const flowParameters = ({ instance, regId }: FlowName): string =>
  `;reg-id=${regId};+sip.instance="<${instance}>"`;

const has = (response: SrfResponse, header: string, tag: string): boolean =>
  splitHeader(response.get(header) ?? '').some((word) => word.trim().toLowerCase() === tag);

/** RFC 5626 6: by this the registrar says that it has done as outbound wants it. */
export const inForce = (response: SrfResponse): boolean =>
  response.status < 300 && has(response, 'Require', 'outbound');

/** A registrar that has outbound says so by itself, whatever we asked for: in a 2xx, or in 421. */
export const announces = (response: SrfResponse): boolean =>
  response.status < 300
    ? has(response, 'Supported', 'outbound')
    : response.status === 421 && has(response, 'Require', 'outbound');

/** 439: a proxy before the registrar cannot do it (RFC 5626 11.6). */
export const LACKS_OUTBOUND = 439;

/**
 * What else a registrar that stumbles over `reg-id` may say; where nobody asked for outbound, the plain
 * registration of before is tried again after it.
 */
export const STUMBLES: ReadonlySet<number> = new Set([400, 406, LACKS_OUTBOUND, 488, 500, 501]);
