import type { DiagnosisView } from './diagnosis-contract.ts';
import type { CertificateView, LockoutView, OwnCertificate } from './security-contract.ts';
import type { SupportOrder, SupportView } from './support-contract.ts';

/** Lock-outs of telephones and of SIP; those of the page are the API's own. */
export interface LockoutAccess {
  list(): Promise<LockoutView[]>;
  /** False: there is none of that id. */
  lift(id: string): Promise<boolean>;
}

/** The certificate of the page. */
export interface CertificateAccess {
  view(): CertificateView;
  /** Names in an uploaded certificate: under these the page may be opened, too. */
  readonly ownNames: readonly string[];
  /** The certificate of the box's own authority, PEM. */
  authority(): string;
  /** @throws CodedError `certificate/...` with `said` that says what is wrong with it */
  use(own: OwnCertificate): Promise<void>;
  /** Back to the box's own; false: it was in use. */
  restore(): Promise<boolean>;
}

export interface DiagnosisAccess {
  view(): Promise<DiagnosisView>;
  /** Begins active checks; false: some are under way. */
  run(): boolean;
}

export interface SupportAccess {
  view(): SupportView;
  /** Begins to make a bundle; false: one is being made. */
  make(order: SupportOrder, by: string): boolean;
  /** The bundle that is ready. */
  file(): { path: string; name: string } | undefined;
  /** False: there is none. */
  remove(): boolean;
}

/** Help and security: what the page's diagnosis, support and security stand on. */
export interface HelpAccess {
  lockouts: LockoutAccess;
  certificate: CertificateAccess;
  diagnosis: DiagnosisAccess;
  support: SupportAccess;
}
