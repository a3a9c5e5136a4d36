import type { accountRoles } from '../config/schema/account.ts';
import type { Language } from './contract.ts';

/** What an account may do on the page (M25). */
export type Role = (typeof accountRoles)[number];

/** In GET /api/v1/session: who is signed in. */
export interface SignedInView {
  /** Name of the account; `admin` for the administrator without one. */
  account: string;
  role: Role;
  /** Whose account it is. */
  person?: { id: string; name: string; extension?: string };
}

/** GET /api/v1/session: what the page needs before anybody has signed in. No secret, no number. */
export interface SessionView {
  claimed: boolean;
  signedIn: boolean;
  /** True while the button of the box allows claiming without the code (ruling 19). */
  buttonPressed: boolean;
  language: Language;
  name: string;
  version: string;
  /** A session ends after this long without anybody at the page, ms. */
  idleMs: number;
  /** Who is signed in. */
  who?: SignedInView;
}

/** POST /api/v1/claim: the first visit. */
export interface ClaimRequest {
  /** From the label; empty if the button was pressed. */
  code: string;
  /** 8 characters or more, not the code. */
  password: string;
  language?: Language;
}

/** POST /api/v1/login. */
export interface LoginRequest {
  /** Name of an account; empty or missing: the administrator without a name. */
  account?: string;
  password: string;
}

/** POST /api/v1/password. */
export interface PasswordRequest {
  current: string;
  next: string;
}

/** GET /api/v1/accounts. The password is nowhere. */
export interface AccountView {
  /** The sign-in name. */
  id: string;
  role: Role;
  person?: string;
  groups: string[];
  queues: string[];
  enabled: boolean;
  /** Nobody can sign in while there is none. */
  hasPassword: boolean;
}

/** PUT /api/v1/accounts/NAME: makes the account, or replaces it. Its sessions end if anything changes. */
export interface AccountRequest {
  role: Role;
  person?: string;
  groups?: string[];
  queues?: string[];
  enabled: boolean;
  /** An initial or a new password; missing: the present one stays. */
  password?: string;
}
