import { cause, localCause } from '../call/cause.ts';
import type { Config } from '../config/schema.ts';
import type { ServiceContext } from './context.ts';
import type { HostedService, Next, Visit } from './hosted.ts';
import type { KeyedSecrets } from './keyed-secret.ts';
import { limitCall, lineToLineMinutes } from './longest-call.ts';
import { type Member, Room } from './room.ts';
import { ofTheOffice } from './whose-call.ts';

type RoomConfig = Config['rooms'][number];

/** The conference rooms (M17): number, PIN, and all who are in hear each other. */
export class Rooms implements HostedService {
  readonly #context: ServiceContext;
  readonly #secrets: KeyedSecrets;
  readonly #open = new Map<string, Room>();

  constructor(context: ServiceContext, secrets: KeyedSecrets) {
    this.#context = context;
    this.#secrets = secrets;
  }

  /** Who is in a room now. */
  members(id: string): readonly Member[] {
    return this.#open.get(id)?.members ?? [];
  }

  async serve(visit: Visit): Promise<Next> {
    const config = this.#config(visit.id);
    if (!config) return done(cause.unallocated, 'there is no such room');
    if (!(await visit.answer())) return done();
    if (config.pin !== '' && !(await this.#admitted(visit, config)))
      return done(cause.rejected, 'the PIN of the room was not given');
    if (visit.gone) return done();
    if (this.members(config.id).length >= config.maxPeople) {
      await visit.dialog.sayAll('room-full');
      return done(cause.busy, 'the room is full');
    }
    if (this.members(config.id).length === 0) await visit.dialog.sayAll('room-first');
    visit.dialog.hush();
    if (visit.gone) return done();
    await this.#stay(visit, config.id);
    return done();
  }

  async #admitted(visit: Visit, { id, pin }: RoomConfig): Promise<boolean> {
    // As it is stored: how many digits, and their fingerprint.
    const length = Number(pin.split(':', 1)[0]);
    const right = await this.#secrets.ask(visit.dialog, {
      place: visit.leg.place,
      opens: `room:${id}`,
      length,
      match: (digits) => this.#context.pins.opens(digits, pin) || undefined,
    });
    return right === true;
  }

  async #stay(visit: Visit, id: string): Promise<void> {
    const room = this.#room(id);
    const { leg } = visit;
    const leave = room.enter({
      call: visit.call,
      leg: () => visit.leg,
      since: this.#context.clock.wall(),
    });
    visit.note('room', String(room.members.length));
    // Nobody here would notice a line that hangs in the room (ruling 10).
    if (!ofTheOffice(leg)) limitCall(visit.call, lineToLineMinutes, this.#context, [leg]);
    try {
      await over(visit);
    } finally {
      leave();
      if (room.members.length === 0) this.#open.delete(id);
    }
  }

  #room(id: string): Room {
    const known = this.#open.get(id);
    if (known) return known;
    const manner = () => this.#config(id) ?? { chimes: true, music: true };
    const room = new Room(id, manner, this.#context);
    this.#open.set(id, room);
    return room;
  }

  #config(id: string): RoomConfig | undefined {
    return this.#context.config().rooms.find((room) => room.id === id && room.enabled);
  }
}

const done = (q850: number = cause.normal, text?: string): Next => ({
  kind: 'done',
  cause: localCause(q850, text),
});

/** The caller is gone, or somebody else has it. */
function over(visit: Visit): Promise<void> {
  return new Promise((resolve) => {
    const offs = [visit.call.on('ended', end), visit.call.on('changed', () => visit.gone && end())];
    function end(): void {
      for (const off of offs) off();
      resolve();
    }
  });
}
