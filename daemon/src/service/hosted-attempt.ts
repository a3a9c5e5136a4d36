import { messageOf } from '../base/error.ts';
import { type Attempt, AttemptBase } from '../call/attempt.ts';
import { LimitedAttempt } from '../call/attempt-limits.ts';
import type { Call } from '../call/call.ts';
import { cause, localCause } from '../call/cause.ts';
import type { Leg, Party, ReleaseCause } from '../call/leg.ts';
import type { Origin, Rights, ServiceContext } from './context.ts';
import { Dialog } from './dialog.ts';
import { DigitSource } from './digit-source.ts';
import type { HostedRequest, HostedService, Next, RingOptions, RingOutcome, Visit } from './hosted.ts';

/** Which service, and for whom. */
export interface Hosting {
  kind: string;
  id: string;
  service: HostedService;
  request: HostedRequest;
  /** Whether the call may come to yet another service. */
  admit(call: Call): boolean;
}

/**
 * A hosted service as an attempt: it takes the caller of the call that runs it, and ends as any attempt does. Whom the
 * service rings is a part of it, so that hang-up, pick-up and record go the way they always go.
 */
export class HostedAttempt extends AttemptBase {
  readonly #hosting: Hosting;
  readonly #context: ServiceContext;
  #call: Call | undefined;
  /** Whether the caller heard another service before. */
  #kept = false;
  #visit: HostedVisit | undefined;
  /** Whom the service rings, or where it has sent the caller. */
  #part: Attempt | undefined;
  #partOver: ((outcome: RingOutcome) => void) | undefined;

  constructor(hosting: Hosting, context: ServiceContext) {
    super();
    this.#hosting = hosting;
    this.#context = context;
  }

  start(): void {
    this.emit('hosted', (call) => {
      this.#call = call;
    });
    const call = this.#call;
    if (!call) {
      this.fail(localCause(cause.temporary, 'nobody is there to be served'));
      return;
    }
    if (!this.#hosting.admit(call)) {
      this.fail(localCause(cause.exchangeRouting, 'the call has come to too many services'));
      return;
    }
    this.#kept = call.keepsSound;
    this.emit('step', 'at', `${this.#hosting.kind}:${this.#hosting.id}`);
    this.#visit = new HostedVisit(this.#hosting, call, this, this.#context);
    void this.#serve(this.#visit);
  }

  async #serve(visit: HostedVisit): Promise<void> {
    const { kind, id, service } = this.#hosting;
    let next: Next;
    try {
      next = await service.serve(visit);
    } catch (error) {
      this.#context.log('error', () => `${kind}:${id}: ${messageOf(error)}`);
      next = { kind: 'next-step', cause: localCause(cause.temporary, `${kind}:${id} failed`) };
    }
    if (this.over) return;
    visit.leave();
    // What it still rings is rung for nobody.
    this.stopPart(localCause(cause.normal));
    this.#call!.keepsSound = this.#kept;
    if (next.kind === 'done') this.#call!.end(next.cause ?? localCause(cause.normal));
    else if (next.kind === 'next-step')
      this.fail(next.cause ?? localCause(cause.normal, `${kind}:${id} passed on`));
    else this.#goOn(visit.attempt(next.target, { pressOne: next.pressOne ?? true }));
  }

  #goOn(part: Attempt): void {
    this.#part = part;
    this.relay(part);
    part.on('answered', (leg) => this.answer(leg));
    part.on('failed', (failed) => this.fail(failed));
    part.start();
  }

  /** Rings `part` for the visit. */
  ring(part: Attempt, own: boolean): Promise<RingOutcome> {
    const call = this.#call!;
    const visit = this.#visit!;
    if (this.over || this.#part) return Promise.resolve({ kind: 'gone' });
    this.#part = part;
    if (!own) visit.dialog.hush();
    call.keepsSound = own;
    return new Promise((resolve) => {
      this.#partOver = resolve;
      this.relay(part);
      // Another service may be what was rung: it has the caller to itself until it gives up.
      part.on('hosted', () => visit.dialog.pause(true));
      part.on('answered', (leg) => {
        visit.leave();
        call.on('ended', (_released, by) => resolve({ kind: 'talked', leg, by }));
        this.answer(leg);
      });
      part.on('failed', (failed) => this.#partFailed(failed));
      part.start();
    });
  }

  #partFailed(failed: ReleaseCause): void {
    const over = this.#partOver;
    this.#part = undefined;
    this.#partOver = undefined;
    if (this.over) return;
    this.#visit?.dialog.pause(false);
    this.#call?.servedAgain();
    over?.({ kind: 'failed', cause: failed });
  }

  /** Gives up whoever is rung. */
  stopPart(released: ReleaseCause): void {
    const part = this.#part;
    if (!part) return;
    part.cancel(released);
    this.#partFailed(released);
  }

  protected stop(released: ReleaseCause): void {
    this.#visit?.leave();
    this.#part?.cancel(released);
    this.#partOver?.({ kind: 'gone' });
  }
}

/** The visit as its service sees it. */
class HostedVisit implements Visit {
  readonly call: Call;
  readonly dialog: Dialog;
  readonly #hosting: Hosting;
  readonly #attempt: HostedAttempt;
  readonly #context: ServiceContext;
  readonly #off: () => void;
  #left = false;

  constructor(hosting: Hosting, call: Call, attempt: HostedAttempt, context: ServiceContext) {
    this.#hosting = hosting;
    this.call = call;
    this.#attempt = attempt;
    this.#context = context;
    this.dialog = new Dialog(call.caller, new DigitSource(call.caller, context.clock), context);
    this.dialog.language = hosting.request.language;
    // A transfer may put somebody else in the caller's place, who is in the middle of things then.
    this.#off = call.on('replaced', (leaving, next) => {
      if (leaving === this.dialog.leg) this.dialog.move(next);
    });
  }

  get id(): string {
    return this.#hosting.id;
  }

  get leg(): Leg {
    return this.dialog.leg;
  }

  get caller(): Party {
    return this.#hosting.request.caller;
  }

  get calledNumber(): string | undefined {
    return this.#hosting.request.divertedFrom;
  }

  get destination(): string | undefined {
    return this.#hosting.request.destination;
  }

  get origin(): Origin | undefined {
    return this.#hosting.request.from;
  }

  get rights(): Rights {
    return this.#hosting.request.rights;
  }

  get gone(): boolean {
    return this.#left;
  }

  async answer(): Promise<boolean> {
    if (this.#left) return false;
    const by = `${this.#hosting.kind}:${this.#hosting.id}`;
    if (this.call.record.servedBy === by && this.call.state === 'served') return true;
    await this.call.serve(by).catch(() => {});
    return !this.#left;
  }

  ring(who: string | Attempt, options: RingOptions = {}): Promise<RingOutcome> {
    if (this.#left) return Promise.resolve({ kind: 'gone' });
    const part = typeof who === 'string' ? this.attempt(who, options) : who;
    const { seconds } = options;
    const limited =
      seconds === undefined ? part : new LimitedAttempt(part, this.#context.clock, seconds * 1000);
    return this.#attempt.ring(limited, options.sound === 'own');
  }

  stopRinging(): void {
    this.#attempt.stopPart(localCause(cause.normal, 'not to be rung any more'));
  }

  attempt(target: string, options: RingOptions = {}): Attempt {
    const { pressOne = true, asMember = false, announced, label } = options;
    const { language } = this.dialog;
    return this.#hosting.request.reach(target, {
      pressOne,
      ...(asMember ? { asMember } : {}),
      ...(announced ? { announced } : {}),
      ...(label === undefined ? {} : { label }),
      ...(language === undefined ? {} : { language }),
    });
  }

  note(what: string, detail?: string): void {
    if (this.call.state !== 'ended') this.call.keeper.event(what, detail);
  }

  /** The service has nothing more to say and to hear. */
  leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#off();
    this.dialog.close();
  }
}
