import { Emitter } from '../../base/emitter.ts';
import type { Call } from '../../call/call.ts';
import { cause, localCause } from '../../call/cause.ts';
import type { ServiceContext } from '../context.ts';
import type { HostedService, Next, Visit } from '../hosted.ts';
import { type Mailbox, mailboxOf } from './mailbox.ts';
import { messagesRefused } from './refused-alarm.ts';
import type { MessageShelf, VoiceMessage } from './shelf.ts';
import { type Take, take } from './take.ts';

/** How often somebody may record a message anew: who stays on the line for ever records nothing else. */
const MOST_TAKES = 5;
/** How long a choice is waited for, ms; without one the message is kept. */
const CHOICE_MS = 6000;

export type VoicemailEvents = {
  /** A message was left and is kept. */
  left: [box: Mailbox, message: VoiceMessage];
};

/** Takes messages for people and groups (A12): greeting, tone, message, and keys to hear it and record it again. */
export class Voicemail extends Emitter<VoicemailEvents> implements HostedService {
  readonly #context: ServiceContext;
  readonly #shelf: MessageShelf;
  readonly #listen: (visit: Visit, box: string) => Promise<Next>;
  readonly #done = new WeakMap<Call, Promise<boolean>>();
  /** Visits whose caller was not here in vain. */
  readonly #served = new WeakSet<Visit>();

  /** @param listen serves the owner, who keys `*` during the greeting. */
  constructor(
    context: ServiceContext,
    shelf: MessageShelf,
    listen: (visit: Visit, box: string) => Promise<Next>,
  ) {
    super();
    this.#context = context;
    this.#shelf = shelf;
    this.#listen = listen;
  }

  /**
   * Whether a message was left in a call, or its owner was here; known only once it is on the disk, which may be after
   * the caller has hung up. Undefined: the call has been to no mailbox.
   */
  leftIn(call: Call): Promise<boolean> | undefined {
    return this.#done.get(call);
  }

  async serve(visit: Visit): Promise<Next> {
    const before = this.#done.get(visit.call);
    const serving = this.#serve(visit);
    const over = serving.then(
      () => this.#served.has(visit),
      () => false,
    );
    this.#done.set(visit.call, before ? Promise.all([before, over]).then(([a, b]) => a || b) : over);
    return serving;
  }

  async #serve(visit: Visit): Promise<Next> {
    const box = mailboxOf(this.#context.config(), visit.id);
    if (!box) return onward('there is no such mailbox');
    if (!(await visit.answer())) return done();
    visit.dialog.language = box.language;
    const room = this.#shelf.room(box.id);
    if (room !== 'free') return this.#refuse(visit, room);
    await this.#greet(visit, box);
    while (visit.dialog.digits.pending && !visit.gone) {
      const key = await visit.dialog.key(1);
      if (key === '*') return this.#owner(visit, box.id);
      if (key === '#') break;
    }
    if (visit.gone) return done();
    await this.#message(visit, box);
    return done();
  }

  async #owner(visit: Visit, box: string): Promise<Next> {
    const next = await this.#listen(visit, box);
    if (next.kind !== 'done' || next.cause?.q850 !== cause.rejected) this.#served.add(visit);
    return next;
  }

  async #greet(visit: Visit, box: Mailbox): Promise<void> {
    const own = await this.#shelf.greeting(box.id);
    const { greeting } = box.settings;
    if (own) await visit.dialog.announce({ sound: own });
    else if (greeting === '') await visit.dialog.announce({ prompt: 'voicemail-greeting' });
    else await visit.dialog.announce(greeting);
  }

  async #refuse(visit: Visit, room: 'box-full' | 'disk-full'): Promise<Next> {
    visit.note('voicemail-full', room);
    if (room === 'disk-full') messagesRefused(this.#context, true);
    await visit.dialog.announce({ prompt: 'voicemail-full' }, { keys: false });
    return onward(room === 'box-full' ? 'the mailbox is full' : 'the disk has no space for messages');
  }

  async #message(visit: Visit, box: Mailbox): Promise<void> {
    for (let times = 1; ; times++) {
      const order = { box: box.id, longestMs: box.settings.maxSeconds * 1000 };
      const taken = await take(visit, order, this.#context, this.#shelf);
      if (!taken) return;
      messagesRefused(this.#context, taken.outcome.failed === 'disk-full');
      if (!taken.good) {
        visit.note('voicemail-dropped', taken.outcome.failed ?? taken.by);
        if (visit.gone || times === MOST_TAKES || taken.by !== 'key') {
          // Who has said nothing hears nothing; whose words are lost is told.
          if (taken.by === 'failed') await visit.dialog.announce({ prompt: 'voicemail-lost' });
          return;
        }
        await visit.dialog.announce({ prompt: 'voicemail-short' });
        continue;
      }
      const asked = !visit.gone && times < MOST_TAKES && taken.by !== 'failed';
      const again = asked && (await this.#review(visit, box, taken)) === 'again';
      if (again) {
        this.#shelf.discard(box.id, taken.id);
        if (visit.gone) return;
        continue;
      }
      await this.#keep(visit, box, taken);
      return;
    }
  }

  /** The caller hears the message again, records it anew, or leaves it at that; who hangs up has left it, too. */
  async #review(visit: Visit, box: Mailbox, taken: Take): Promise<'keep' | 'again'> {
    for (let times = 0; times < MOST_TAKES && !visit.gone; times++) {
      void visit.dialog.announce({ prompt: 'voicemail-review' });
      const key = await visit.dialog.key(CHOICE_MS + promptMs);
      if (key === '2') return 'again';
      if (key !== '1') return 'keep';
      const sound = await this.#shelf.sound(box.id, taken.id);
      if (sound && !visit.gone) await visit.dialog.announce({ sound });
    }
    return 'keep';
  }

  async #keep(visit: Visit, box: Mailbox, { id, format, outcome }: Take): Promise<void> {
    const { number, name, absence } = visit.caller;
    const message: VoiceMessage = {
      id,
      box: box.id,
      at: this.#context.clock.wall(),
      ms: outcome.durationMs,
      bytes: outcome.bytes,
      format,
      ...(number === undefined || absence === 'private' ? {} : { number }),
      ...(name === undefined || absence === 'private' ? {} : { name }),
      ...(absence === undefined ? {} : { absence }),
      callId: visit.call.id,
    };
    const kept = await this.#shelf.keep(message);
    // The caller has hung up, most of the time, and the record is closed; it is renewed.
    visit.call.keeper.event(kept ? 'voicemail-left' : 'voicemail-dropped', kept ? id : 'write');
    if (kept) this.#served.add(visit);
    if (kept) this.emit('left', box, message);
    else messagesRefused(this.#context, true);
    if (!visit.gone)
      await visit.dialog.announce({ prompt: kept ? 'voicemail-kept' : 'voicemail-lost' }, { keys: false });
  }
}

/** How long the choice takes to be said, ms. */
const promptMs = 8000;

const done = (): Next => ({ kind: 'done', cause: localCause(cause.normal) });

const onward = (text: string): Next => ({ kind: 'next-step', cause: localCause(cause.noAnswer, text) });
