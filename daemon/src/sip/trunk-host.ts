import type { Clock } from '../base/clock.ts';
import type { SrtpSuite } from '../media/api.ts';
import { type RegistrationTimes, registrationTimes } from './registration.ts';
import type { SrfFacade } from './srf-facade.ts';
import type { Resolver } from './targets.ts';
import type { Trunk } from './trunk.ts';

/** Times of a trunk besides the configured ones, ms; tests shorten them. */
export interface TrunkTimes {
  registration: (expiresSeconds: number) => RegistrationTimes;
  /** How long an answer to OPTIONS may take; a live server answers in a round trip. */
  optionsAnswerMs: number;
  /** How soon a silent server is asked again, if the configured interval is longer. */
  optionsRetryMs: number;
  /** Scales the configured OPTIONS interval. */
  optionsScale: number;
  /**
   * Longest pause between two requests through a router, so that its mapping for us stays open (RFC 4787 5
   * knows of 30 s for UDP), and that its having another address is known within 30 s (V05).
   */
  keepOpenMs: number;
  /**
   * How long one registrar of several may keep silent before the next is asked: four transmissions
   * (RFC 3261 17.1.2.2) and not the whole of timer F, as the trunk is out of service meanwhile.
   */
  nextRegistrarMs: number;
  /** How long a stop waits for the registrar. */
  unregisterMs: number;
}

export const trunkTimes: TrunkTimes = {
  registration: registrationTimes,
  optionsAnswerMs: 5_000,
  optionsRetryMs: 5_000,
  optionsScale: 1,
  keepOpenMs: 20_000,
  nextRegistrarMs: 8_000,
  unregisterMs: 2_000,
};

/** What a trunk needs from the gateway. */
export interface TrunkHost {
  facade: SrfFacade;
  clock: Clock;
  resolver: Resolver;
  times: TrunkTimes;
  /** Local address from which packets to `remote` leave; rejects if there is no way. */
  routed?: (remote: string) => Promise<string>;
  /** URN of this box, the same over restarts (RFC 5626 4.1). */
  instance: string;
  /** 0 to under 1. */
  random(): number;
  /** Numbers that lead to us on a trunk by the configuration, E.164. */
  numbers(trunkId: string): readonly string[];
  /** Suites of SRTP that work here, the preferred first; empty: the library for it is missing. */
  srtpSuites(): readonly SrtpSuite[];
  /** State, last exchange or number of calls is another. */
  changed(trunk: Trunk): void;
  /** Media toward the trunk will be bound here. */
  mediaReady(address: string): void;
  /** Its server sees us at another address than before. */
  seenElsewhere(trunk: Trunk, seenAt: { host: string; port: number }): void;
}
