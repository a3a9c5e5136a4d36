import type { Call } from '../call/call.ts';
import type { Leg } from '../call/leg.ts';
import type { MixSeat } from '../media/api.ts';
import type { ServiceContext } from './context.ts';
import { ofTheOffice } from './whose-call.ts';

/** Seats in which everybody hears everybody else. */
export function roundTable(endpoints: readonly string[]): MixSeat[] {
  return endpoints.map((endpoint) => ({
    endpoint,
    hears: endpoints.filter((other) => other !== endpoint).map((from) => ({ from })),
  }));
}

/**
 * Three at one table (M17): `starter` has two calls, and all hear each other. Each call keeps its record. When one of the
 * others leaves, or holds, the starter talks to the one who is left. When the starter leaves, the other two go on if one of
 * them is of the office; two outside lines would have nobody who notices that they hang.
 */
export class Conference {
  readonly #context: ServiceContext;
  readonly #first: Call;
  readonly #second: Call;
  readonly #starter: Leg;
  readonly #id: string;
  readonly #off: (() => void)[];
  #over = false;

  constructor(first: Call, second: Call, starter: Leg, context: ServiceContext) {
    this.#context = context;
    this.#first = first;
    this.#second = second;
    this.#starter = starter;
    this.#id = `conference:${second.id}`;
    for (const [call, other] of [
      [first, second],
      [second, first],
    ] as const) {
      call.keeper.set({ conferenceWith: other.id });
      call.keeper.event('conference');
      const third = other.other(starter);
      if (third) context.recordings?.joins(call, third);
    }
    const look = (): void => queueMicrotask(() => this.#arrange());
    this.#off = [
      first.on('changed', look),
      second.on('changed', look),
      first.on('replaced', look),
      second.on('replaced', look),
      first.on('ended', () => this.#end(second)),
      second.on('ended', () => this.#end(first)),
    ];
    if (ofTheOffice(first.other(starter)) || ofTheOffice(second.other(starter)))
      first.leaveTo(starter, second, starter);
    void first.hold(false, starter);
    this.#arrange();
    context.log('info', () => `conference of ${starter.place}: ${first.id} and ${second.id}`);
  }

  #arrange(): void {
    if (this.#over) return;
    const { media } = this.#context;
    const [one, other] = [this.#first, this.#second].map((call) => call.other(this.#starter)?.endpoint);
    const own = this.#starter.endpoint;
    if (!one || !other || !own) return;
    const talking = [this.#first, this.#second].filter(({ state }) => state === 'talking');
    if (talking.length === 2) void media.mix(this.#id, roundTable([own, one, other])).catch(() => {});
    else if (talking[0]) {
      // Who holds us hears music or nothing of ours; the tone of that is not for the ear that talks on.
      void media.stop(own).catch(() => {});
      void media.connect(own, talking[0] === this.#first ? one : other).catch(() => {});
    }
  }

  /** Back to two: the starter and whoever is left in `remaining`, unless it has left as well. */
  #end(remaining: Call): void {
    if (this.#over) return;
    this.#over = true;
    for (const off of this.#off) off();
    const { media } = this.#context;
    this.#first.leaveTo(this.#starter, undefined, this.#starter);
    void media.mix(this.#id, []).catch(() => {});
    const [own, party] = [this.#starter.endpoint, remaining.other(this.#starter)?.endpoint];
    if (remaining.state === 'talking' && own && party) void media.connect(own, party).catch(() => {});
  }
}
