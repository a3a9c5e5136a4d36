import type { Clock, Timer } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { messageOf } from '../base/error.ts';
import { orderedId } from '../base/ordered-id.ts';
import type { Said } from '../dialplan/route-plan.ts';
import { type MailFault, wordsOf } from './fault.ts';
import type { Enclosure, Letter, PostedLetter } from './letter.ts';
import { type Mailer, type MailSettings, senderOf } from './smtp.ts';
import type { Spool } from './spool.ts';

export type OutboxEvents = {
  /** The server has taken it. */
  sent: [letter: PostedLetter];
  /** It will never go out. */
  dropped: [letter: PostedLetter, why: 'refused' | 'too-old' | 'too-many'];
};

/** What the outbox stands on. */
export interface OutboxParts {
  clock: Clock;
  spool: Spool;
  mailer: Mailer;
  settings(): MailSettings;
  /** What an attachment is made of; undefined: it is gone, and the letter goes without it. */
  open(from: string): Promise<Buffer | undefined>;
  alarms: {
    raise(alarm: { id: string; severity: 'warning'; said: Said; cure: Said }): void;
    clear(id: string): void;
  };
  log(level: 'info' | 'warn', message: () => string): void;
}

/** More than a month of busy days; whoever posts more has something else wrong. */
const MOST_WAITING = 500;
/** How long a letter is tried for: what RFC 5321 4.5.4.1 asks, four to five days. */
const LONGEST_MS = 4 * 86_400_000;
const MINUTE = 60_000;
/** Between two tries, min; the last stands for all that follow. */
const PAUSES = [1, 2, 5, 10, 20, 30, 60];
/** So many tries in a row before it is told that the server cannot be reached: a router that restarts is no news. */
const TELL_AFTER = 3;
/** How long it stands that a letter was dropped, ms. */
const DROPPED_SHOWN_MS = 86_400_000;

const failing = 'mail-failing';
const dropped = 'mail-dropped';

/**
 * Letters on their way out (S04, A13): each is on the disk before it is said to be posted, and is tried until the server
 * has taken it, refuses it for good, or four days have gone by. One at a time; while the server cannot be used at all,
 * all wait together.
 */
export class Outbox extends Emitter<OutboxEvents> {
  readonly #parts: OutboxParts;
  #waiting: PostedLetter[] = [];
  #timer: Timer | undefined;
  #busy = false;
  #closed = false;
  /** How often in a row the server could not be used, and when it is tried again, wall-clock ms. */
  #server = { tries: 0, nextAt: 0 };
  #shown: Timer | undefined;

  constructor(parts: OutboxParts) {
    super();
    this.#parts = parts;
    this.#waiting = parts.spool.read();
    this.#wind();
  }

  /** How many letters wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Whether there is a server to send through. */
  get ready(): boolean {
    return senderOf(this.#parts.settings()) !== undefined;
  }

  /**
   * Posts a letter. Resolves with its id once it is safe on the disk; undefined: mail is not set up, or the disk takes
   * nothing. Too many letters push out the oldest.
   */
  async post(letter: Letter): Promise<string | undefined> {
    const { clock, spool, log } = this.#parts;
    if (!this.ready || this.#closed) return undefined;
    const at = clock.wall();
    const posted: PostedLetter = { ...letter, id: orderedId(at), at, tries: 0, nextAt: at };
    try {
      await spool.write(posted);
    } catch (error) {
      log('warn', () => `a letter could not be posted: ${messageOf(error)}`);
      this.#tellDropped(posted, { ru: 'на диске нет места', en: 'the disk takes nothing' });
      return undefined;
    }
    this.#waiting.push(posted);
    while (this.#waiting.length > MOST_WAITING) this.#drop(this.#waiting[0]!, 'too-many');
    this.#wind();
    return posted.id;
  }

  /** Sends one letter at once, past the others, and says what came of it. Nothing of it is kept. */
  async try(letter: Letter): Promise<MailFault | undefined> {
    const { clock } = this.#parts;
    const at = clock.wall();
    return this.#send({ ...letter, id: orderedId(at), at, tries: 0, nextAt: at });
  }

  /** The settings have changed: what waits is tried with them at once. */
  apply(): void {
    this.#server = { tries: 0, nextAt: 0 };
    this.#parts.alarms.clear(failing);
    this.#wind();
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#shown?.cancel();
  }

  /** Sets the timer for whatever is due first. */
  #wind(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#closed || this.#busy || !this.ready || this.#waiting.length === 0) return;
    const now = this.#parts.clock.wall();
    const first = Math.min(...this.#waiting.map(({ nextAt }) => nextAt));
    // A clock that was set meanwhile must not put a letter off for months.
    const due = Math.min(Math.max(first, this.#server.nextAt), now + PAUSES.at(-1)! * MINUTE);
    this.#timer = this.#parts.clock.after(Math.max(0, due - now), () => void this.#round());
  }

  async #round(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (const letter of [...this.#waiting]) {
        const now = this.#parts.clock.wall();
        if (this.#closed || !this.ready) return;
        if (!this.#waiting.includes(letter)) continue;
        if (now - letter.at > LONGEST_MS) {
          this.#drop(letter, 'too-old');
          continue;
        }
        if (letter.nextAt > now + PAUSES.at(-1)! * MINUTE) letter.nextAt = now;
        if (letter.nextAt > now) continue;
        if (!(await this.#deliver(letter))) return;
      }
    } finally {
      this.#busy = false;
      this.#wind();
    }
  }

  /** @returns whether the server can be used for the next one. */
  async #deliver(letter: PostedLetter): Promise<boolean> {
    const { log, alarms, clock } = this.#parts;
    const fault = await this.#send(letter);
    if (this.#closed) return false;
    if (!fault) {
      this.#server = { tries: 0, nextAt: 0 };
      alarms.clear(failing);
      this.#forget(letter);
      log('info', () => `letter ${letter.id} (${letter.kind}) was sent`);
      this.emit('sent', letter);
      return true;
    }
    log('warn', () => `letter ${letter.id} (${letter.kind}) was not sent: ${fault.kind}: ${fault.detail}`);
    if (fault.server) {
      this.#server.tries++;
      this.#server.nextAt = clock.wall() + pauseAfter(this.#server.tries);
      const lasting = fault.kind === 'login' || fault.kind === 'sender' || fault.kind === 'certificate';
      if (lasting || this.#server.tries >= TELL_AFTER) this.#tellFailing(fault);
      return false;
    }
    this.#server = { tries: 0, nextAt: 0 };
    alarms.clear(failing);
    if (fault.permanent) this.#drop(letter, 'refused', fault);
    else {
      letter.tries++;
      letter.nextAt = clock.wall() + pauseAfter(letter.tries);
      // What is written is only when it is tried next: that it is lost in a crash does no harm.
      await this.#parts.spool.write(letter).catch(() => {});
    }
    return true;
  }

  async #send(letter: PostedLetter): Promise<MailFault | undefined> {
    const { settings, mailer, open } = this.#parts;
    const using = settings();
    const from = senderOf(using);
    if (from === undefined)
      return { kind: 'sender', permanent: false, server: true, detail: 'mail is not set up' };
    const enclosures: Enclosure[] = [];
    for (const { name, type, from: source } of letter.attachments ?? []) {
      const data = await open(source).catch(() => undefined);
      if (data) enclosures.push({ name, type, data });
    }
    const { to, subject, at, id, without } = letter;
    const gone = enclosures.length < (letter.attachments?.length ?? 0);
    const text = gone && without !== undefined ? `${letter.text}\n${without}\n` : letter.text;
    const messageId = `<${id}@${from.slice(from.indexOf('@') + 1)}>`;
    return mailer.send({ from, to, subject, text, at, messageId, enclosures }, using);
  }

  #drop(letter: PostedLetter, why: 'refused' | 'too-old' | 'too-many', fault?: MailFault): void {
    this.#forget(letter);
    this.#parts.log('warn', () => `letter ${letter.id} (${letter.kind}) is dropped: ${why}`);
    this.#tellDropped(letter, fault ? lowered(wordsOf(fault).said) : reasons[why]);
    this.emit('dropped', letter, why);
  }

  #forget(letter: PostedLetter): void {
    this.#waiting = this.#waiting.filter((one) => one !== letter);
    this.#parts.spool.remove(letter.id);
  }

  #tellFailing(fault: MailFault): void {
    const { said, cure } = wordsOf(fault);
    const count = this.#waiting.length;
    this.#parts.alarms.raise({
      id: failing,
      severity: 'warning',
      said: {
        ru: `Письма не уходят (ждут: ${count}). ${said.ru}`,
        en: `Letters do not go out (${count} waiting). ${said.en}`,
      },
      cure,
    });
  }

  #tellDropped({ to }: Letter, why: Said): void {
    const { alarms, clock } = this.#parts;
    alarms.raise({
      id: dropped,
      severity: 'warning',
      said: {
        ru: `Письмо на ${to} не отправлено и больше не ждёт: ${why.ru}`,
        en: `A letter to ${to} was not sent and waits no longer: ${why.en}`,
      },
      cure: {
        ru: 'Проверьте адрес и настройки почты. Сообщение исчезнет через сутки.',
        en: 'Check the address and the settings of mail. This message goes away after a day.',
      },
    });
    this.#shown?.cancel();
    this.#shown = clock.after(DROPPED_SHOWN_MS, () => alarms.clear(dropped));
  }
}

const reasons: Record<'refused' | 'too-old' | 'too-many', Said> = {
  refused: { ru: 'сервер не принял его.', en: 'the server did not accept it.' },
  'too-old': { ru: 'четыре дня сервер его не принимал.', en: 'for four days the server did not take it.' },
  'too-many': { ru: 'писем накопилось слишком много.', en: 'too many letters had piled up.' },
};

const pauseAfter = (tries: number): number => PAUSES[Math.min(tries, PAUSES.length) - 1]! * MINUTE;

const lowered = ({ ru, en }: Said): Said => ({
  ru: ru.charAt(0).toLowerCase() + ru.slice(1),
  en: en.charAt(0).toLowerCase() + en.slice(1),
});
