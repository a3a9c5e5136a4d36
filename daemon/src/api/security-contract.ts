import * as z from 'zod';
import type { Role } from './account-contract.ts';
import type { Said } from './contract.ts';

/** GET /api/v1/sessions: browsers that are signed in; an admin sees all, everybody else the own ones. */
export interface SessionRow {
  id: string;
  account: string;
  role: Role;
  /** Address of the browser. */
  from: string;
  /** What the browser says it is, in a few words: `Firefox, Windows`. It may lie. */
  browser: string;
  /** The page came over HTTPS. */
  secure: boolean;
  startedAt: number;
  seenAt: number;
  /** It is the one that asks. */
  current: boolean;
}

/** Somebody whom the box does not listen to for a while. */
export interface LockoutView {
  /** To be given to POST /api/v1/lockouts/lift. */
  id: string;
  /** Wrong passwords at the page, wrong PINs, or a banned address of SIP. */
  kind: 'page' | 'pin' | 'sip';
  /** Who or what, in words. */
  said: Said;
  /** `port:3`, `trunk:acme`, where there is a place. */
  place?: string;
  /** Wall-clock ms since 1970. */
  until: number;
}

/** POST /api/v1/lockouts/lift. */
export const lockoutLift = z.strictObject({
  id: z.string().min(1).max(160).describe('Of GET /api/v1/lockouts'),
});

/** GET /api/v1/certificate: how the page is served over HTTPS. */
export interface CertificateView {
  /** Where the page is served over HTTPS; missing: it is not. */
  port?: number;
  /** The box's own authority has made it, or it has been uploaded. */
  kind: 'box' | 'own';
  /** SHA-256 of the certificate, as browsers show it: `AB:CD:…`. */
  fingerprint: string;
  /** Names and addresses that it is good for. */
  names: string[];
  issuer: string;
  notBefore: number;
  notAfter: number;
  /** The box's own authority, to be taken into browsers. */
  authority: { fingerprint: string; notAfter: number; file: string };
  /** HTTP leads to HTTPS. */
  httpsOnly: boolean;
}

/** PUT /api/v1/certificate: one's own certificate. */
export const ownCertificate = z.strictObject({
  certificate: z.string().max(64_000).describe('PEM: the certificate, then those above it'),
  key: z.string().max(16_000).describe('PEM, not encrypted; it is never given out again'),
});
export type OwnCertificate = z.infer<typeof ownCertificate>;
