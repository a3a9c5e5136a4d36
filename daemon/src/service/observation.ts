import type { Attempt } from '../call/attempt.ts';
import type { Call } from '../call/call.ts';
import { cause, localCause } from '../call/cause.ts';
import type { Leg } from '../call/leg.ts';
import type { EndpointId, MixSeat } from '../media/api.ts';
import type { AuditAct } from '../records/audit.ts';
import type { ServiceContext } from './context.ts';
import type { Reach } from './reach.ts';
import { ofTheOffice, peopleIn } from './whose-call.ts';

/** How somebody takes part in another's call: `listen`: heard by nobody; `whisper`: by one of them; `barge`: by both. */
export type ObservationMode = 'listen' | 'whisper' | 'barge';

/** What is asked for. */
export interface ObservationOrder {
  mode: ObservationMode;
  /** The telephone that is rung to take part, or has called for it. */
  extension: string;
  /** Who hears a whisper; by default the party that is of the office, of two the called one. */
  toward?: 'caller' | 'called';
  /** Who asks, for the record and the log. */
  by: string;
}

/** Why somebody may not take part. */
export type ObservationRefusal = 'no-call' | 'not-this-call' | 'busy';

/** Takes part in calls of others (Q07). Each time stands in the log and in the call's record. */
export class Observations {
  readonly #context: ServiceContext;
  readonly #reach: Reach;
  readonly #running = new Map<Call, Observation>();

  constructor(context: ServiceContext, reach: Reach) {
    this.#context = context;
    this.#reach = reach;
  }

  /**
   * Rings a telephone, which then takes part in the call; asked again for the same telephone, it changes how.
   * @returns why not, or undefined.
   */
  begin(callId: string, order: ObservationOrder): ObservationRefusal | undefined {
    const call = this.#context.calls.get(callId);
    const running = call && this.#running.get(call);
    if (running?.extension === order.extension) {
      running.change(order);
      return undefined;
    }
    const refusal = call ? this.#refusal(call) : 'no-call';
    if (!call || refusal) return refusal;
    const attempt = this.#reach.extension(order.extension, {
      caller: { name: call.record.callerName ?? call.record.callerNumber ?? '' },
      ring: 'internal',
      pressOne: false,
      rights: { classOfService: '' },
    });
    const observation = this.#open(call, order);
    observation.ring(attempt);
    return undefined;
  }

  /** The same with a party that has called for it, and is answered: it is its owner's to release when all is over. */
  join(call: Call, leg: Leg, order: ObservationOrder): ObservationRefusal | JoinedObservation {
    const refusal = this.#refusal(call);
    if (refusal) return refusal;
    const observation = this.#open(call, order);
    observation.seat(leg);
    return observation;
  }

  #open(call: Call, order: ObservationOrder): Observation {
    const observation = new Observation(call, order, this.#context);
    this.#running.set(call, observation);
    observation.whenOver(() => this.#running.delete(call));
    return observation;
  }

  #refusal(call: Call): ObservationRefusal | undefined {
    if (!call.called || (call.state !== 'talking' && call.state !== 'held')) return 'no-call';
    // Nothing is added to a dispatcher's call or a fax, and three at a table need no fourth.
    const { service, fax, conferenceWith } = call.record;
    if (service === 'emergency' || fax || conferenceWith) return 'not-this-call';
    if (peopleIn(call, this.#context.config()).some(({ observable }) => !observable)) return 'not-this-call';
    return this.#running.has(call) ? 'busy' : undefined;
  }

  /** Ends it; false: nobody takes part in that call. */
  end(callId: string): boolean {
    const call = this.#context.calls.get(callId);
    const running = call && this.#running.get(call);
    running?.end();
    return running !== undefined;
  }
}

/** Part of somebody in a call, as who called for it holds it. */
export interface JoinedObservation {
  change(order: ObservationOrder): void;
  end(): void;
  whenOver(fn: () => void): void;
}

class Observation implements JoinedObservation {
  readonly extension: string;
  readonly #call: Call;
  readonly #context: ServiceContext;
  readonly #off: (() => void)[];
  /** Rings the telephone; undefined where it has called by itself. */
  #attempt: Attempt | undefined;
  #order: ObservationOrder;
  #leg: Leg | undefined;
  #over = false;
  readonly #told: (() => void)[] = [];

  constructor(call: Call, order: ObservationOrder, context: ServiceContext) {
    this.#call = call;
    this.#context = context;
    this.#order = order;
    this.extension = order.extension;
    // What the call does with its own two is done when it has told of it.
    const look = (): void => queueMicrotask(() => this.#arrange());
    this.#off = [call.on('changed', look), call.on('replaced', look), call.on('ended', () => this.end())];
    context.log('info', () => `${order.mode} to call ${call.id} on ${order.extension}, by ${order.by}`);
  }

  ring(attempt: Attempt): void {
    this.#attempt = attempt;
    attempt.on('answered', (leg) => this.seat(leg));
    attempt.on('failed', () => this.end());
    attempt.start();
  }

  whenOver(fn: () => void): void {
    this.#told.push(fn);
    if (this.#over) fn();
  }

  change(order: ObservationOrder): void {
    this.#order = order;
    this.#note();
    this.#arrange();
  }

  end(): void {
    if (this.#over) return;
    this.#over = true;
    for (const off of this.#off) off();
    this.#attempt?.cancel(localCause(cause.normal, 'not wanted any more'));
    const { media } = this.#context;
    const [a, b] = [this.#call.caller.endpoint, this.#call.called?.endpoint];
    if (this.#leg) {
      void media.mix(this.#id, []).catch(() => {});
      // The call goes on as a call of two.
      if (this.#call.state === 'talking' && a && b) void media.connect(a, b).catch(() => {});
      this.#call.keeper.event('observed-no-more', this.#leg.place);
      this.#audit('observed-no-more', this.#leg);
      if (this.#attempt) this.#leg.release(localCause(cause.normal));
    }
    for (const fn of this.#told) fn();
  }

  get #id(): string {
    return `observation:${this.#call.id}`;
  }

  /** The telephone takes part from now on. */
  seat(leg: Leg): void {
    this.#leg = leg;
    this.#off.push(leg.on('released', () => this.end()));
    this.#note();
    this.#arrange();
  }

  #note(): void {
    const { mode, by } = this.#order;
    if (!this.#leg) return;
    this.#call.keeper.event(`observed-${mode}`, `${this.#leg.place}, ${by}`);
    this.#audit(`observed-${mode}`, this.#leg);
    if (mode !== 'listen') this.#context.recordings?.joins(this.#call, this.#leg);
    this.#context.log('info', () => `${this.#leg?.place} takes part in call ${this.#call.id}: ${mode}`);
  }

  #audit(act: AuditAct, { place }: Leg): void {
    this.#context.audit?.note({ who: this.#order.by, from: place, act, callId: this.#call.id });
  }

  #arrange(): void {
    const call = this.#call;
    const [a, b, own] = [call.caller.endpoint, call.called?.endpoint, this.#leg?.endpoint];
    if (this.#over || !a || !b || !own || call.state !== 'talking') return;
    const { mode } = this.#order;
    const hearers =
      mode === 'barge' ? [a, b] : mode === 'whisper' ? [this.#toward() === 'caller' ? a : b] : [];
    void this.#context.media.mix(this.#id, observed(a, b, own, hearers)).catch(() => {});
  }

  /** Who hears a whisper. */
  #toward(): 'caller' | 'called' {
    const { toward } = this.#order;
    if (toward) return toward;
    const { caller, called } = this.#call;
    return ofTheOffice(caller) && !ofTheOffice(called) ? 'caller' : 'called';
  }
}

/** Seats of two who talk and a third who hears them, heard by `hearers`. */
function observed(
  a: EndpointId,
  b: EndpointId,
  third: EndpointId,
  hearers: readonly EndpointId[],
): MixSeat[] {
  const heard = (endpoint: EndpointId, other: EndpointId): MixSeat => ({
    endpoint,
    hears: [{ from: other }, ...(hearers.includes(endpoint) ? [{ from: third }] : [])],
  });
  return [heard(a, b), heard(b, a), { endpoint: third, hears: [{ from: a }, { from: b }] }];
}
