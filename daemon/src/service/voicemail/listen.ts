import { cause, localCause } from '../../call/cause.ts';
import type { Announcement } from '../announcing.ts';
import type { ServiceContext } from '../context.ts';
import type { HostedService, Next, Visit } from '../hosted.ts';
import type { KeyedSecrets } from '../keyed-secret.ts';
import { limitCall, lineToLineMinutes } from '../longest-call.ts';
import { moment } from '../saying/saying.ts';
import { ofTheOffice, whoAt } from '../whose-call.ts';
import { type Mailbox, mailboxAt, mailboxesAtHome, mailboxOf } from './mailbox.ts';
import { countsOf, type MessageShelf, type VoiceMessage } from './shelf.ts';
import { take } from './take.ts';
import { spokenCaller, spokenCounts } from './words.ts';

/** How long a choice is waited for after everything was said, ms. */
const CHOICE_MS = 10_000;
/** How often in a row nothing is chosen before the box says goodbye. */
const MOST_SILENT = 2;
/** Longest greeting, ms. */
const GREETING_MS = 60_000;
/** Longest extension that is asked for. */
const LONGEST_BOX = 24;
const longestPin = 12;

/** What the keys mean, while a message plays and after it. */
type Choice =
  | 'again'
  | 'save'
  | 'delete'
  | 'previous'
  | 'next'
  | 'envelope'
  | 'call-back'
  | 'options'
  | 'leave';

const keys: Record<string, Choice> = {
  '1': 'again',
  '2': 'save',
  '3': 'delete',
  '4': 'previous',
  '6': 'next',
  '7': 'envelope',
  '8': 'call-back',
  '0': 'options',
  '*': 'leave',
  '#': 'next',
};

/**
 * Whoever a mailbox belongs to hears its messages: from the own telephone at once, from elsewhere with extension and
 * PIN (A12). Reached as `mailbox:any`, `mailbox:anna`, or by `*` during a greeting.
 */
export class MailboxDesk implements HostedService {
  readonly #context: ServiceContext;
  readonly #shelf: MessageShelf;
  readonly #secrets: KeyedSecrets;

  constructor(context: ServiceContext, shelf: MessageShelf, secrets: KeyedSecrets) {
    this.#context = context;
    this.#shelf = shelf;
    this.#secrets = secrets;
  }

  async serve(visit: Visit): Promise<Next> {
    return this.open(visit, visit.id === 'any' ? undefined : visit.id);
  }

  /** Lets the caller hear a mailbox; undefined: that of the telephone, or the one whose extension is keyed. */
  async open(visit: Visit, wanted: string | undefined): Promise<Next> {
    if (!(await visit.answer())) return done();
    if (!ofTheOffice(visit.leg)) limitCall(visit.call, lineToLineMinutes, this.#context, [visit.leg]);
    const config = this.#context.config();
    const atHome = visit.origin?.kind === 'on-site' ? mailboxesAtHome(config, visit.leg) : [];
    const boxes = wanted === undefined ? atHome : atHome.filter(({ id }) => id === wanted);
    const open = boxes.length > 0 ? boxes : await this.#byPin(visit, wanted);
    if (visit.gone) return done();
    if (!open) return done(cause.rejected, 'the PIN of the mailbox was not given');
    visit.dialog.language = open[0]!.language;
    for (const [i, box] of open.entries()) {
      // Of a person's groups only those with something new are gone through.
      if (i > 0 && countsOf(this.#shelf, box.id).fresh === 0) continue;
      const ended = await new Listening(visit, box, this.#context, this.#shelf).run(i > 0);
      if (visit.gone) return done();
      if (ended !== 'heard' && ended !== 'left') return ended;
      if (ended === 'left') break;
    }
    await visit.dialog.announce({ prompt: 'voicemail-bye' }, { keys: false });
    return done();
  }

  /** Who does not sit at the telephone says whose box it is, and the PIN; one that does not exist sounds no different. */
  async #byPin(visit: Visit, wanted: string | undefined): Promise<Mailbox[] | undefined> {
    const config = this.#context.config();
    let box = wanted === undefined ? undefined : mailboxOf(config, wanted);
    let name = wanted ?? '';
    if (wanted === undefined) {
      void visit.dialog.announce({ prompt: 'voicemail-box' });
      const extension = await visit.dialog.entry({ maxLength: LONGEST_BOX });
      if (!extension || visit.gone) return undefined;
      box = mailboxAt(config, extension);
      name = box?.id ?? 'unknown';
    }
    const pin = box?.settings.pin ?? '';
    // A stranger outside must not lock out who keys the PIN inside (ruling 9).
    const inside = visit.origin?.kind === 'on-site';
    const found = await this.#secrets.ask(visit.dialog, {
      place: visit.leg.place,
      opens: `voicemail${inside ? '' : '-outside'}:${name}`,
      match: (digits) => (this.#context.pins.opens(digits.slice(0, longestPin), pin) && box) || undefined,
    });
    if (!found && !visit.gone)
      this.#context.audit?.note({
        who: visit.caller.number ?? visit.leg.place,
        from: visit.leg.place,
        act: 'voicemail-refused',
        callId: visit.call.id,
        detail: name,
      });
    return found && [found];
  }
}

/** How somebody has left a mailbox: all was heard, it was enough, or the call goes on elsewhere. */
type Ended = 'heard' | 'left' | Next;

/** One mailbox being heard. */
class Listening {
  readonly #visit: Visit;
  readonly #box: Mailbox;
  readonly #context: ServiceContext;
  readonly #shelf: MessageShelf;
  #silent = 0;

  constructor(visit: Visit, box: Mailbox, context: ServiceContext, shelf: MessageShelf) {
    this.#visit = visit;
    this.#box = box;
    this.#context = context;
    this.#shelf = shelf;
  }

  /** `named`: the box is told apart from one before it. */
  async run(named: boolean): Promise<Ended> {
    const { fresh, old } = countsOf(this.#shelf, this.#box.id);
    const title: Announcement[] = named ? [{ ru: this.#box.name, en: this.#box.name }] : [];
    if (fresh + old === 0) {
      await this.#visit.dialog.announce([...title, { prompt: 'voicemail-none' }]);
      return this.#options();
    }
    await this.#visit.dialog.announce([...title, spokenCounts(fresh, old)]);
    return this.#messages();
  }

  async #messages(): Promise<Ended> {
    const visit = this.#visit;
    // The order is that of the beginning: what is heard meanwhile does not change places.
    const ids = inOrder(this.#shelf.list(this.#box.id)).map(({ id }) => id);
    let at = 0;
    while (!visit.gone && !visit.dialog.gone) {
      const present = ids.filter((id) => this.#message(id));
      if (present.length === 0 || at >= ids.length) {
        await visit.dialog.announce({ prompt: present.length === 0 ? 'voicemail-none' : 'voicemail-end' });
        return this.#options();
      }
      const message = this.#message(ids[at]!);
      if (!message) {
        at++;
        continue;
      }
      const choice = await this.#hear(message);
      if (visit.gone || choice === 'leave') return 'left';
      switch (choice) {
        case 'again':
          break;
        case 'save':
          await this.#shelf.mark(this.#box.id, message.id, { heard: true, saved: true });
          await visit.dialog.announce({ prompt: 'voicemail-saved' });
          at++;
          break;
        case 'delete':
          this.#note('voicemail-deleted', message);
          this.#shelf.remove(this.#box.id, message.id);
          await visit.dialog.announce({ prompt: 'voicemail-deleted' });
          at++;
          break;
        case 'previous':
          do at--;
          while (at > 0 && !this.#message(ids[at]!));
          at = Math.max(0, at);
          break;
        case 'call-back': {
          const target = this.#callBack(message);
          if (target !== undefined) return { kind: 'to', target, pressOne: false };
          await visit.dialog.announce({ prompt: 'voicemail-no-number' });
          break;
        }
        case 'options': {
          await this.#options();
          break;
        }
        default:
          at++;
      }
    }
    return 'left';
  }

  #message(id: string): VoiceMessage | undefined {
    return this.#shelf.list(this.#box.id).find((message) => message.id === id);
  }

  /** Plays a message and asks what is to become of it. A key is taken at any time; who hears it out has heard it. */
  async #hear(message: VoiceMessage): Promise<Choice> {
    const { dialog } = this.#visit;
    const { clock, config } = this.#context;
    const sound = await this.#shelf.sound(this.#box.id, message.id);
    const when = moment(message.at, clock.wall(), config().site.timeZone);
    const intro: Announcement[] = [
      { prompt: message.heardAt === undefined ? 'voicemail-new' : 'voicemail-old' },
      when,
      spokenCaller(message),
    ];
    // `#` goes past what is said of a message to the message itself.
    if (!(await dialog.announce(intro)) && dialog.digits.pending) {
      const key = await dialog.key(1);
      const early = key === '#' ? undefined : keys[key ?? ''];
      if (early && early !== 'envelope') return early;
    }
    if (!this.#gone) {
      const heard = sound === undefined || (await dialog.announce({ sound }));
      // Whoever is cut off in the middle finds it new; whoever keys something has made up his mind.
      if (!this.#gone && sound && message.heardAt === undefined && (heard || dialog.digits.pending)) {
        this.#note('voicemail-heard', message);
        await this.#shelf.mark(this.#box.id, message.id, { heard: true });
      }
    }
    for (;;) {
      const choice = await this.#choice();
      if (choice !== 'envelope') return choice;
      await dialog.announce([when, spokenCaller(message)]);
    }
  }

  /** What is keyed, ahead or after the menu; `leave` when nothing is for too long. */
  async #choice(): Promise<Choice> {
    const { dialog } = this.#visit;
    for (;;) {
      if (!dialog.digits.pending) await dialog.announce({ prompt: 'voicemail-menu' });
      const key = await dialog.key(CHOICE_MS);
      if (this.#gone) return 'leave';
      if (key === undefined && ++this.#silent >= MOST_SILENT) return 'leave';
      const choice = keys[key ?? ''];
      if (key !== undefined) this.#silent = 0;
      if (choice) return choice;
    }
  }

  /** The greeting: record, hear, or back to the standard one. */
  async #options(): Promise<'heard'> {
    const visit = this.#visit;
    for (let times = 0; times < MOST_SILENT && !this.#gone; ) {
      if (!visit.dialog.digits.pending) await visit.dialog.announce({ prompt: 'voicemail-options' });
      const key = await visit.dialog.key(CHOICE_MS);
      if (this.#gone || key === '#' || key === '*') break;
      if (key === '1') await this.#record();
      else if (key === '2') {
        const sound = await this.#shelf.greeting(this.#box.id);
        await visit.dialog.announce(
          sound ? { sound } : this.#box.settings.greeting || { prompt: 'voicemail-greeting' },
        );
      } else if (key === '3') {
        this.#shelf.removeGreeting(this.#box.id);
        this.#noteGreeting('standard');
        await visit.dialog.announce({ prompt: 'voicemail-greeting-standard' });
      } else times++;
    }
    return 'heard';
  }

  async #record(): Promise<void> {
    const visit = this.#visit;
    await visit.dialog.announce({ prompt: 'voicemail-speak' });
    const taken = await take(
      visit,
      { box: this.#box.id, longestMs: GREETING_MS },
      this.#context,
      this.#shelf,
    );
    if (!taken) return;
    const kept = taken.good && !this.#gone && this.#shelf.keepGreeting(this.#box.id, taken.id);
    if (!kept && taken.good) this.#shelf.discard(this.#box.id, taken.id);
    if (kept) this.#noteGreeting('recorded');
    await visit.dialog.announce({
      prompt: kept ? 'voicemail-greeting-kept' : taken.by === 'failed' ? 'voicemail-lost' : 'voicemail-short',
    });
  }

  /** Only from a telephone of the office: a stranger who knows a PIN calls nobody at our cost (ruling 8). */
  #callBack({ number }: VoiceMessage): string | undefined {
    if (number === undefined || this.#visit.origin?.kind !== 'on-site') return undefined;
    return number.startsWith('+') ? `number:${number}` : number;
  }

  get #gone(): boolean {
    return this.#visit.gone || this.#visit.dialog.gone;
  }

  #note(act: 'voicemail-heard' | 'voicemail-deleted', message: VoiceMessage): void {
    const { audit, config } = this.#context;
    audit?.note({
      who: whoAt(this.#visit.leg, this.#visit.call, config()),
      from: this.#visit.leg.place,
      act,
      callId: message.callId,
      detail: `${message.box}/${message.id}`,
    });
  }

  #noteGreeting(what: string): void {
    const { audit, config } = this.#context;
    audit?.note({
      who: whoAt(this.#visit.leg, this.#visit.call, config()),
      from: this.#visit.leg.place,
      act: 'voicemail-greeting',
      detail: `${this.#box.id}: ${what}`,
    });
  }
}

/** New ones first, each kind oldest first. */
function inOrder(messages: readonly VoiceMessage[]): VoiceMessage[] {
  const isNew = ({ heardAt }: VoiceMessage): boolean => heardAt === undefined;
  return [...messages.filter(isNew), ...messages.filter((message) => !isNew(message))];
}

const done = (q850: number = cause.normal, text?: string): Next => ({
  kind: 'done',
  cause: localCause(q850, text),
});
