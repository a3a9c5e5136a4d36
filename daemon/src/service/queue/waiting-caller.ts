import { messageOf } from '../../base/error.ts';
import { type Attempt, ForkAttempt } from '../../call/attempt.ts';
import { cause } from '../../call/cause.ts';
import type { ReleaseCause } from '../../call/leg.ts';
import { toneSource } from '../../call/tones.ts';
import type { QueueConfig } from '../../config/schema.ts';
import type { Announcement } from '../announcing.ts';
import type { CallbackOrder, CallbackRefusal } from '../callback.ts';
import type { ServiceContext } from '../context.ts';
import type { Next, Visit } from '../hosted.ts';
import type { MissKind } from './terms.ts';
import {
  noCallbackNowWords,
  notThisNumberWords,
  numberWords,
  offerWords,
  orderedWords,
  positionWords,
  waitWords,
} from './words.ts';

/** A number that a caller keys is no longer than this. */
const longestNumber = 20;

/** What a waiting caller needs of the queues. */
export interface CallerDesk {
  /** The queue in which the caller waits now: a supervisor may have moved it. */
  config(): QueueConfig | undefined;
  /** Where the caller stands, and how long it may take. */
  place(): { position: number; expectedMs?: number } | undefined;
  missed(agent: string, offer: number, how: MissKind): void;
  offerOver(offer: number): void;
  /** Somebody has the caller; undefined: nobody of the queue (a pick-up). */
  answered(agent: string | undefined): void;
  talkOver(agent: string | undefined): void;
  /** The caller has hung up. */
  gone(): void;
  /** The number as it would be called back, or why not. */
  callable(number: string | undefined): { number: string } | CallbackRefusal;
  /** The caller keeps the place without the line. */
  callBack(number: string): Promise<CallbackOrder | CallbackRefusal>;
}

/** Somebody who waits on the line: what is heard, what is keyed, and who is rung for it. */
export class WaitingCaller {
  readonly id: string;
  readonly #visit: Visit;
  readonly #desk: CallerDesk;
  readonly #context: ServiceContext;
  readonly #offs: (() => void)[];
  readonly over: Promise<Next>;
  #finish: (next: Next) => void = () => {};
  #done = false;
  /** The position that the caller was told last. */
  #told: number | undefined;
  /** Who has it. */
  #with: { agent: string | undefined } | undefined;

  constructor(id: string, visit: Visit, desk: CallerDesk, context: ServiceContext) {
    this.id = id;
    this.#visit = visit;
    this.#desk = desk;
    this.#context = context;
    this.over = new Promise((resolve) => {
      this.#finish = resolve;
    });
    const look = (): void => {
      if (visit.gone) this.#gone();
    };
    this.#offs = [visit.call.on('changed', look), visit.call.on('ended', () => this.#gone())];
  }

  get visit(): Visit {
    return this.#visit;
  }

  /** Begins to speak to the caller, who has been answered. */
  begin(): void {
    this.#wait().catch((error: unknown) => {
      this.#context.log('error', () => `queue, ${this.id}: ${messageOf(error)}`);
    });
  }

  /** Goes somewhere else, or nowhere. */
  leave(next: Next): void {
    if (this.#done) return;
    this.#done = true;
    for (const off of this.#offs) off();
    this.#finish(next);
  }

  /** The caller has hung up, or somebody from outside of the queue has picked the call up. */
  #gone(): void {
    if (this.#done) return;
    if (this.#with) return;
    const { call } = this.#visit;
    const pickedUp = call.called !== undefined;
    if (pickedUp) {
      this.#with = { agent: undefined };
      this.#desk.answered(undefined);
      call.on('ended', () => this.#talkOver());
      return;
    }
    this.#desk.gone();
    this.leave({ kind: 'done' });
  }

  #talkOver(): void {
    if (!this.#with || this.#done) return;
    this.#desk.talkOver(this.#with.agent);
    this.leave({ kind: 'done' });
  }

  /** Rings agents while the caller goes on hearing what it hears. */
  ring(agents: readonly string[], offer: number): void {
    const visit = this.#visit;
    const { pressOne = true, ringSeconds = 20 } = this.#desk.config() ?? {};
    visit.note('queue-offered', agents.join(' '));
    const parts = agents.map((person): Attempt => {
      const part = visit.attempt(`person:${person}`, { pressOne, asMember: true });
      part.on('failed', (failed) => this.#desk.missed(person, offer, missOf(failed)));
      part.on('answered', () => {
        if (this.#done || this.#with) return;
        this.#with = { agent: person };
        this.#desk.answered(person);
      });
      return part;
    });
    const all = parts.length === 1 ? parts[0]! : new ForkAttempt(parts);
    void visit.ring(all, { sound: 'own', seconds: ringSeconds }).then((outcome) => {
      if (outcome.kind === 'failed') this.#desk.offerOver(offer);
      else if (outcome.kind === 'talked') this.#talkOver();
      else if (visit.gone) this.#gone();
      else this.#desk.offerOver(offer);
    });
  }

  withdraw(): void {
    if (!this.#visit.gone) this.#visit.stopRinging();
  }

  async #wait(): Promise<void> {
    const { clock } = this.#context;
    const { dialog } = this.#visit;
    let holding = false;
    let told = clock.now();
    await this.#say([this.#desk.config()?.greeting ?? '', ...this.#words()]);
    while (!this.#done && !dialog.gone) {
      const config = this.#desk.config();
      if (!holding) dialog.play(this.#sound(config));
      holding = true;
      const left = told + (config?.announceSeconds ?? 60) * 1000 - clock.now();
      const key = left > 0 || dialog.digits.pending ? await dialog.digits.next(Math.max(0, left)) : undefined;
      if (this.#done || dialog.gone) return;
      if (key !== undefined) {
        if (!config?.callback || key !== config.callback.key) continue;
        dialog.hush();
        holding = false;
        if (await this.#callBack()) return;
        continue;
      }
      told = clock.now();
      const words = this.#words();
      if (words.every((one) => one === '')) continue;
      holding = false;
      await this.#say(words);
    }
  }

  #sound(config: QueueConfig | undefined) {
    return config?.sound === 'ringback'
      ? toneSource(this.#context.tones, 'ringback')
      : ({ type: 'music' } as const);
  }

  async #say(what: readonly Announcement[]): Promise<void> {
    const said = what.filter((one) => one !== '');
    if (said.length > 0) await this.#visit.dialog.announce(said);
  }

  /** What is said each time. */
  #words(): Announcement[] {
    const config = this.#desk.config();
    const place = this.#desk.place();
    if (!config || !place) return [];
    const { position, expectedMs } = place;
    if (config.announcePosition && position !== this.#told) {
      this.#told = position;
      this.#visit.note('queue-position', String(position));
    }
    const { callback } = config;
    return [
      ...(config.announcePosition ? [positionWords(position)] : []),
      ...(config.announceWait && expectedMs !== undefined ? [waitWords(expectedMs)] : []),
      config.announcement,
      ...(callback && callback.key !== '' ? [callback.offer || offerWords(callback.key)] : []),
    ];
  }

  /** @returns whether the caller will be called back, and need not wait on the line. */
  async #callBack(): Promise<boolean> {
    const { dialog, caller } = this.#visit;
    // Ruling 8, and whoever withholds his number is not called by it: he has to key one.
    let to = this.#desk.callable(caller.absence === 'private' ? undefined : caller.number);
    if (to === 'not-this-number') {
      dialog.digits.flush();
      await dialog.announce(numberWords);
      const keyed = await dialog.entry({ maxLength: longestNumber });
      if (this.#done || dialog.gone) return false;
      if (keyed === undefined || keyed === '') return false;
      to = this.#desk.callable(keyed);
    }
    const order = typeof to === 'string' ? to : await this.#desk.callBack(to.number);
    if (this.#done || dialog.gone) return typeof order !== 'string';
    if (typeof order === 'string') {
      await dialog.announce(order === 'not-this-number' ? notThisNumberWords : noCallbackNowWords);
      return false;
    }
    await dialog.announce(orderedWords, { keys: false });
    this.leave({ kind: 'done' });
    return true;
  }
}

/** A telephone that rang and was not answered, or was refused, counts as a miss; one that could not ring does not. */
export const missOf = ({ q850 }: ReleaseCause): MissKind =>
  q850 === cause.noAnswer || q850 === cause.rejected ? 'no-answer' : 'unreachable';
