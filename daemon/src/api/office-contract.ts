import type { Said } from '../dialplan/route-plan.ts';

/** Another office of ours as the page shows it. */
export interface OfficeLive {
  id: string;
  name: string;
  state: 'off' | 'untried' | 'up' | 'down';
  said: Said;
  cure?: Said;
  calls: number;
  /** Wall-clock ms since when it is so. */
  since?: number;
  latencyMs?: number;
  /** Who came from its address lately and was not it. `fingerprint`: of what was shown; missing: nothing was. */
  refused?: { at: number; address: string; fingerprint?: string };
}

/** Answer of `GET /api/v1/offices`. */
export interface OfficesView {
  /** SHA-256 of this box's certificate: what other offices have to enter. Missing where the SIP engine is not ours. */
  fingerprint?: string;
  /** Where other offices reach this box over TLS. */
  port?: number;
  offices: OfficeLive[];
}
