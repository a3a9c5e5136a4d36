import type { Call } from '../call/call.ts';
import type { Leg } from '../call/leg.ts';
import type { PlaySource } from '../media/api.ts';
import { chime } from './chime.ts';
import { roundTable } from './conference.ts';
import type { ServiceContext } from './context.ts';

/** Somebody in a room. */
export interface Member {
  readonly call: Call;
  /** Whoever has the place now: a transfer may put another there. */
  leg(): Leg;
  /** Wall-clock ms at which it came. */
  readonly since: number;
}

/** How a room treats those in it. */
export interface RoomManner {
  chimes: boolean;
  music: boolean;
}

interface Seat extends Member {
  /** It has put us on hold, and what it plays to whom it holds is not for the room. */
  away: boolean;
  offs: (() => void)[];
}

/** One conference room while people are in it: all hear each other. */
export class Room {
  readonly #context: ServiceContext;
  readonly #id: string;
  readonly #manner: () => RoomManner;
  readonly #seats = new Set<Seat>();
  /** Who hears music for want of company. */
  #alone: string | undefined;

  constructor(id: string, manner: () => RoomManner, context: ServiceContext) {
    this.#id = `room:${id}`;
    this.#manner = manner;
    this.#context = context;
  }

  get members(): readonly Member[] {
    return [...this.#seats];
  }

  /** @returns what takes the member out again. */
  enter(member: Member): () => void {
    const seat: Seat = { ...member, away: false, offs: [] };
    const look = (): void => queueMicrotask(() => this.#arrange());
    const follow = (): void => {
      const off = member.leg().on('held', (on) => {
        seat.away = on;
        look();
      });
      seat.offs.push(off);
    };
    follow();
    seat.offs.push(
      member.call.on('replaced', () => {
        seat.away = false;
        follow();
        look();
      }),
    );
    this.#seats.add(seat);
    this.#arrange();
    this.#ring('join');
    return () => {
      if (!this.#seats.delete(seat)) return;
      for (const off of seat.offs) off();
      const { endpoint } = seat.leg();
      if (endpoint && seat.leg().state !== 'released') {
        void this.#context.media.disconnect(endpoint).catch(() => {});
        if (this.#alone === endpoint) void this.#context.media.stop(endpoint).catch(() => {});
      }
      this.#arrange();
      this.#ring('leave');
    };
  }

  #arrange(): void {
    const { media } = this.#context;
    const present = [...this.#seats].flatMap((seat) => (seat.away ? [] : (seat.leg().endpoint ?? [])));
    const alone = present.length === 1 && this.#seats.size === 1 ? present[0] : undefined;
    const before = this.#alone;
    this.#alone = alone;
    if (before !== undefined && before !== alone && present.includes(before))
      void media.stop(before).catch(() => {});
    void media.mix(this.#id, present.length > 1 ? roundTable(present) : []).catch(() => {});
    if (alone !== undefined && before !== alone && this.#manner().music) this.#play(alone, { type: 'music' });
  }

  /** All hear that somebody has come or left; whoever waits alone hears who comes by his voice. */
  #ring(what: 'join' | 'leave'): void {
    if (!this.#manner().chimes || this.#seats.size < 2) return;
    for (const seat of this.#seats) {
      const { endpoint } = seat.leg();
      if (endpoint && !seat.away) this.#play(endpoint, chime(what));
    }
  }

  #play(endpoint: string, source: PlaySource): void {
    void this.#context.media.play(endpoint, source).catch(() => {});
  }
}
