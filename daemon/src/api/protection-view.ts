import type { Said } from '../dialplan/route-plan.ts';

/** A source that is not listened to. Times are wall-clock ms since 1970. */
export interface BanView {
  /** IPv4 address or IPv6 /64. */
  source: string;
  reason: string;
  said: Said;
  since: number;
  until: number;
  /** How often it has been banned, this time included. */
  times: number;
  /** Packets and connections dropped. */
  dropped: number;
}

/** An error of a peer's SIP that was forgiven or refused. */
export interface LeaningView {
  peer: string;
  /** Name of the trunk the address belongs to, if it is one's. */
  trunk?: string;
  what: string;
  said: Said;
  forgiven: number;
  refused: number;
}

/** GET /api/v1/protection. */
export interface ProtectionView {
  /** False with a drachtio-server as engine, which has its own defences. */
  available: boolean;
  bans: BanView[];
  leanings: LeaningView[];
  /** How pressed the SIP engine is. */
  load: 'calm' | 'busy' | 'saturated';
  /** Requests since the start. */
  figures: { shed: number; dropped: number; malformed: number; strangers: number };
}
