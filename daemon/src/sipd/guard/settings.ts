/** What the engine is told of who is who. All of it may change while it runs. */
export interface GuardSettings {
  /** Whether sources are banned at all; true by default. Load is shed all the same. */
  bans?: boolean;
  /** Addresses and subnets of trunks: never banned, refused last. */
  trunks?: readonly string[];
  /** Subnets of the office; without it, those this machine stands in. Never banned unless `banLan`. */
  lan?: readonly string[];
  banLan?: boolean;
  /** Further addresses and subnets that are never banned, the office's router say. */
  neverBan?: readonly string[];
  /** User parts that are emergency numbers: an INVITE to one from the office's network is never refused. */
  emergency?: readonly string[];
  /** Further names of scanners in User-Agent. */
  scanners?: readonly string[];
  /** New requests a second that one stranger may send; 20. Twice as many may come at once. */
  perSource?: number;
  /** New requests a second of all strangers together; 100. */
  strangers?: number;
}

/** New requests of one stranger a second. */
export const PER_SOURCE = 20;
/** New requests of all strangers a second: an office has no reason to hear from more. */
export const STRANGERS = 100;
