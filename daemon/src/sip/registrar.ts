import { randomBytes, randomInt } from 'node:crypto';
import type { Clock, Timer } from '../base/clock.ts';
import { Machine } from '../base/machine.ts';
import { parseNameAddress, parseUri, splitHeader } from './address.ts';
import { type FlowName, flowParameters } from './outbound.ts';
import {
  initialRegistration,
  type RegistrationEffect,
  type RegistrationEvent,
  type RegistrationState,
  type RegistrationTimes,
  registration,
} from './registration.ts';
import type { Headers, SrfResponse } from './srf-types.ts';
import type { Target } from './targets.ts';
import { registrationFields, type TrunkAnswer, type TrunkRequest } from './trunk-request.ts';

/** What a registration needs from its trunk. */
export interface RegistrarHost {
  readonly clock: Clock;
  readonly times: RegistrationTimes;
  /** 0 to under 1. */
  random(): number;
  /** Address of record, a SIP URI. */
  readonly account: string;
  /** All numbers of the account at once (RFC 6140). */
  readonly bulk: boolean;
  /** Our Contact as a name-addr; undefined while no address of ours is known. */
  contact(): string | undefined;
  /** Where requests go now. */
  target(): Target | undefined;
  /** How long the answer of a registrar is waited for before the next is asked, ms; undefined: there is no other. */
  readonly answerMs: number | undefined;
  /** Longest pause between two REGISTERs, ms: they keep a router's mapping open where nothing else does. */
  readonly refreshMs: number;
  /** Sends, answers challenges, and notes how it ended. `waitMs`: how long an answer is worth waiting for. */
  ask(target: Target, request: TrunkRequest, waitMs?: number): Promise<TrunkAnswer>;
  /** The flow that this is (RFC 5626); undefined: a registration without outbound. */
  flow(): FlowName | undefined;
  /** Pause after so many failures in a row, ms; undefined: as registrations without outbound have it. */
  flowPause(failures: number): number | undefined;
  /** Takes a final answer in; true if `flow` is another now because of it, so that it has to be asked again at once. */
  turned(response: SrfResponse, target: Target): boolean;
  /** State, Service-Route or associated numbers may be others. */
  changed(): void;
}

/** Entries of Service-Route and P-Associated-URI that are kept. */
const MAX_ENTRIES = 64;

/** What a registrar may say to a REGISTER with two contacts if it takes one only. */
const REFUSES_TWO: ReadonlySet<number> = new Set([400, 403, 406, 488, 500]);

const keyOf = (target: Target): string => `${target.address} ${target.port}`;

/** The registration of one trunk: the machine, and what goes over the wire for it. */
export class Registrar {
  readonly #host: RegistrarHost;
  readonly #machine: Machine<RegistrationState, RegistrationEvent, RegistrationEffect>;
  // RFC 3261 10.2.4: one Call-ID for all, so that the registrar can order them.
  readonly #callId = randomBytes(16).toString('hex');
  readonly #tag = randomBytes(8).toString('hex');
  #sequence = randomInt(1, 10_000);
  #timer: Timer | undefined;
  /** Contact URI that the registrar holds, as it was sent. */
  #bound: string | undefined;
  #serviceRoute: readonly string[] = [];
  #associated: readonly string[] = [];
  #failure: 'failed' | 'refused' = 'failed';
  #ended: (() => void) | undefined;
  #silent = false;
  #halted = false;

  constructor(host: RegistrarHost) {
    this.#host = host;
    this.#machine = new Machine(
      initialRegistration(host.times),
      registration(
        host.times,
        () => host.random(),
        (failures) => host.flowPause(failures),
      ),
      (effect) => this.#carryOut(effect),
      () => host.clock.now(),
    );
  }

  /** How it stands. A further attempt after a failure is no news: it stays failed until the answer. */
  get phase(): RegistrationState['phase'] {
    const { phase, failures } = this.#machine.state;
    return phase === 'registering' && failures > 0 ? this.#failure : phase;
  }

  /** Registered, and nothing says that the way there has failed since. */
  get live(): boolean {
    return this.phase === 'registered' && !this.#silent;
  }

  /** Wall-clock ms at which the binding runs out; undefined without one. */
  get expiresAt(): number | undefined {
    const { validUntil } = this.#machine.state;
    const { clock } = this.#host;
    return validUntil === undefined ? undefined : clock.wall() + validUntil - clock.now();
  }

  /** Route entries that requests of ours take (RFC 3608), while registered. */
  get serviceRoute(): readonly string[] {
    return this.phase === 'registered' ? this.#serviceRoute : [];
  }

  /** Users of the identities that the operator associates with the account (RFC 7315 4.1), the default one first. */
  get associated(): readonly string[] {
    return this.#associated;
  }

  start(): void {
    this.#halted = false;
    this.#machine.send({ type: 'start' });
  }

  /** Our address or connection is another: the registrar must hear of it now. */
  renew(): void {
    this.#machine.send({ type: 'transportChanged' });
  }

  /** Takes the binding back; resolves with the registrar's answer, or after `ms`. */
  async stop(ms: number): Promise<void> {
    const bound = this.#machine.state.validUntil !== undefined;
    let late: Timer | undefined;
    const done = new Promise<void>((resolve) => {
      this.#ended = resolve;
      if (bound) late = this.#host.clock.after(ms, resolve);
      else resolve();
    });
    this.#machine.send({ type: 'stop' });
    await done;
    late?.cancel();
    this.halt();
  }

  /** No further REGISTER by itself; the binding stays. */
  halt(): void {
    this.#halted = true;
    this.#timer?.cancel();
  }

  #carryOut(effect: RegistrationEffect): void {
    this.#timer?.cancel();
    // An answer that was on its way sets nothing going any more.
    if (this.#halted) return;
    if (effect.type === 'timer') {
      const ms = this.phase === 'registered' ? Math.min(effect.ms, this.#host.refreshMs) : effect.ms;
      this.#timer = this.#host.clock.after(ms, () => this.#machine.send({ type: 'timer' }));
    } else if (effect.type === 'send') void this.#register(effect.expires);
  }

  async #register(expires: number): Promise<void> {
    const contact = this.#host.contact();
    let response: SrfResponse | undefined;
    if (contact !== undefined) response = await this.#send(contact, expires);
    if (expires === 0) {
      this.#ended?.();
      this.#bound = undefined;
    }
    this.#silent = response === undefined;
    if (response === undefined) this.#machine.send({ type: 'lost' });
    else {
      if (response.status < 300 && expires > 0) this.#accepted(response);
      this.#machine.send({ type: 'answered', status: response.status, ...registrationFields(response) });
    }
    const { phase } = this.#machine.state;
    if (phase === 'failed' || phase === 'refused') this.#failure = phase;
    this.#host.changed();
  }

  /** Asks one registrar after the other (RFC 3263 4.3), and without the old binding's removal where that is not understood. */
  async #send(contact: string, expires: number): Promise<SrfResponse | undefined> {
    const own = parseNameAddress(contact)?.uri;
    const stale = this.#bound !== undefined && this.#bound !== own ? this.#bound : undefined;
    let removed = expires > 0 ? stale : undefined;
    const tried = new Set<string>();
    for (let target = this.#host.flow()?.edge ?? this.#host.target(); target; ) {
      const flow = this.#host.flow();
      if (flow?.edge) target = flow.edge;
      tried.add(keyOf(target));
      // RFC 5626 4.2.1: one contact, and what had the same number before is replaced by it.
      if (flow) removed = undefined;
      const response = await this.#ask(target, this.#contacts(contact, expires, stale, removed), expires);
      if (expires > 0 && response && this.#host.turned(response, target)) {
        // The binding without a flow would stay beside the new one, and calls come twice.
        if (response.status < 300) await this.#ask(target, contact, 0);
      } else if (removed !== undefined && response && REFUSES_TWO.has(response.status)) removed = undefined;
      else if (flow?.edge || (response !== undefined && response.status !== 503)) return response;
      else {
        target = this.#host.target();
        if (!target || tried.has(keyOf(target))) return response;
      }
    }
    return undefined;
  }

  /** Contact of a REGISTER. What is to be taken back is what was registered, wherever we are now. */
  #contacts(
    contact: string,
    expires: number,
    stale: string | undefined,
    removed: string | undefined,
  ): string {
    const flow = this.#host.flow();
    if (flow) return `${contact}${flowParameters(flow)}`;
    const wanted = expires === 0 && stale !== undefined ? `<${stale}>` : contact;
    return removed === undefined ? wanted : `${wanted}, <${removed}>;expires=0`;
  }

  async #ask(target: Target, contact: string, expires: number): Promise<SrfResponse | undefined> {
    const request = { method: 'REGISTER' as const, headers: this.#headers(contact, expires) };
    const { response, sequence } = await this.#host.ask(
      target,
      { ...request, callId: this.#callId, sequence: this.#sequence },
      this.#host.answerMs,
    );
    this.#sequence = sequence + 1;
    return response;
  }

  #headers(contact: string, expires: number): Headers {
    const { account, bulk } = this.#host;
    return {
      From: `<${account}>;tag=${this.#tag}`,
      To: `<${account}>`,
      Contact: contact,
      Expires: String(expires),
      // RFC 3327 4: proxies on the way may put themselves into the path of calls to us. RFC 6140 5.1, 5.2: and must know bulk numbers.
      // RFC 5626 4.2.1: both, where this is one of several flows.
      Supported: ['path', ...(this.#host.flow() ? ['outbound'] : []), ...(bulk ? ['gin'] : [])].join(', '),
      ...(bulk ? { Require: 'gin', 'Proxy-Require': 'gin' } : {}),
    };
  }

  #accepted(response: SrfResponse): void {
    const sent = splitHeader(response.req.get('Contact') ?? '')[0] ?? '';
    this.#bound = parseNameAddress(sent)?.uri;
    this.#serviceRoute = splitHeader(response.get('Service-Route') ?? '').slice(0, MAX_ENTRIES);
    this.#associated = splitHeader(response.get('P-Associated-URI') ?? '')
      .slice(0, MAX_ENTRIES)
      .flatMap((value) => parseUri(parseNameAddress(value)?.uri ?? '')?.user || []);
  }
}
