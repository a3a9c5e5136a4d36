import type { MailTestResult, MailView, NoteRequest } from '../api/voicemail-contract.ts';
import type { MailAccess } from '../api/voicemail-deps.ts';
import type { Clock } from '../base/clock.ts';
import type { Call } from '../call/call.ts';
import type { CallRegistry } from '../call/registry.ts';
import type { Config } from '../config/schema.ts';
import { wordsOf } from '../mail/fault.ts';
import type { Letter } from '../mail/letter.ts';
import { Outbox, type OutboxParts } from '../mail/outbox.ts';
import { type Mailer, SmtpMailer } from '../mail/smtp.ts';
import { Spool } from '../mail/spool.ts';
import {
  type Language,
  type LetterContext,
  missedCallLetter,
  noteLetter,
  testLetter,
  voicemailLetter,
} from '../mail/words.ts';
import type { CallRecord } from '../records/call-record.ts';
import { missedBy } from '../service/missed-calls.ts';
import type { Mailbox } from '../service/voicemail/mailbox.ts';
import { mailboxOf } from '../service/voicemail/mailbox.ts';
import type { VoiceMessage } from '../service/voicemail/shelf.ts';
import type { Voicemail } from '../service/voicemail/voicemail.ts';
import type { VoicemailStore } from './voicemail-store.ts';

const types = { wav: 'audio/wav', opus: 'audio/ogg' } as const;
const gone = {
  ru: 'Запись уже удалена, поэтому к письму она не приложена.',
  en: 'The recording was deleted meanwhile, so it is not attached.',
} as const;

/** What the letters of the office are written from. */
export interface MailDeskParts {
  clock: Clock;
  config(): Config;
  store: VoicemailStore;
  calls: CallRegistry;
  alarms: OutboxParts['alarms'];
  record(id: string): Promise<CallRecord | undefined> | CallRecord | undefined;
  log: OutboxParts['log'];
  mailer?: Mailer;
}

/** Letters to the people of the office: voice messages, missed calls, notes (S04). */
export class MailDesk implements MailAccess {
  /** For whoever else has something to say by mail. */
  readonly outbox: Outbox;
  readonly #parts: MailDeskParts;
  #settings: string;
  #voicemail: Voicemail | undefined;

  constructor(data: string, parts: MailDeskParts) {
    this.#parts = parts;
    const { clock, config, store, alarms, log } = parts;
    this.outbox = new Outbox({
      ...{ clock, alarms, log },
      spool: new Spool(data),
      mailer: parts.mailer ?? new SmtpMailer(),
      settings: () => config().mail,
      open: async (from) => {
        const [box = '', id = ''] = (/^voicemail:(.+)$/.exec(from)?.[1] ?? '').split('/');
        return store.bytes(box, id);
      },
    });
    this.#settings = JSON.stringify(config().mail);
    this.outbox.on('sent', (letter) => this.#sent(letter));
    parts.calls.on('changed', (call) => {
      if (call.state === 'ended') void this.#ended(call);
    });
  }

  /** From now on what is left there is told by mail. */
  follow(voicemail: Voicemail): void {
    this.#voicemail = voicemail;
    voicemail.on('left', (box, message) => this.#left(box, message));
  }

  /** The configuration has changed. */
  apply(): void {
    const settings = JSON.stringify(this.#parts.config().mail);
    if (settings === this.#settings) return;
    this.#settings = settings;
    this.outbox.apply();
  }

  close(): void {
    this.outbox.close();
  }

  view(): MailView {
    return { ready: this.outbox.ready, waiting: this.outbox.waiting };
  }

  async test(to: string, language: Language): Promise<MailTestResult | undefined> {
    if (!this.outbox.ready) return undefined;
    const fault = await this.outbox.try({ kind: 'test', to, ...testLetter(this.#context(language)) });
    return fault ? { ok: false, ...wordsOf(fault), detail: fault.detail } : { ok: true };
  }

  async note(
    personId: string,
    { text, from, callId }: NoteRequest,
  ): Promise<'posted' | 'no-address' | 'not-posted' | undefined> {
    const { config, record, clock } = this.#parts;
    const person = config().people.find(({ id }) => id === personId);
    const call = callId === undefined ? undefined : await record(callId);
    if (!person || (callId !== undefined && !call)) return undefined;
    if (person.email === undefined) return 'no-address';
    const words = noteLetter(
      {
        text,
        at: call?.startedAt ?? clock.wall(),
        ...(from === undefined ? {} : { from }),
        ...(call ? { caller: callerOf(call) } : {}),
      },
      this.#context(person.language),
    );
    return (await this.outbox.post({ kind: 'note', to: person.email, ...words })) ? 'posted' : 'not-posted';
  }

  #left(box: Mailbox, message: VoiceMessage): void {
    const { email, language, settings, kind, name } = box;
    if (email === undefined || settings.mail === 'none') return;
    const attached = settings.mail === 'attached';
    const { dialing, voicemail } = this.#parts.config();
    const words = voicemailLetter(
      {
        caller: message,
        at: message.at,
        ms: message.ms,
        attached,
        code: voicemail.extension ?? dialing.codes.voicemail,
        ...(kind === 'group' ? { box: name } : {}),
      },
      this.#context(language),
    );
    const about = `voicemail:${message.box}/${message.id}`;
    const stamp = new Date(message.at).toISOString().slice(0, 16).replace(/[:T]/g, '-');
    this.#post({
      kind: 'voicemail',
      to: email,
      ...words,
      about,
      ...(attached
        ? {
            attachments: [
              { name: `voicemail-${stamp}.${message.format}`, type: types[message.format], from: about },
            ],
            without: gone[language],
          }
        : {}),
    });
  }

  /** A message that went out as a recording, and is not to be kept here. */
  #sent({ about, attachments }: Letter): void {
    const [box = '', id = ''] = (/^voicemail:(.+)$/.exec(about ?? '')?.[1] ?? '').split('/');
    if (id === '' || !attachments?.length) return;
    if (mailboxOf(this.#parts.config(), box)?.settings.deleteAfterMail) this.#parts.store.remove(box, id);
  }

  async #ended(call: Call): Promise<void> {
    if (!(await this.#voicemail?.leftIn(call))) this.#missed(call.record);
  }

  #missed(record: CallRecord): void {
    const config = this.#parts.config();
    // Nothing is worked out at the end of each call where nobody wants to know.
    const wanted = (entry: { missedCalls: string; email?: string | undefined }): boolean =>
      entry.email !== undefined &&
      (entry.missedCalls === 'all' || (entry.missedCalls === 'outside' && record.direction === 'incoming'));
    if (![...config.people, ...config.groups].some(wanted)) return;
    const { people, groups } = missedBy(record, config);
    const call = {
      caller: callerOf(record),
      at: record.startedAt,
      ...(record.ringMs === undefined ? {} : { rungMs: record.ringMs }),
      ...(record.calledNumber === undefined ? {} : { called: record.calledNumber }),
    };
    for (const person of people)
      if (wanted(person))
        this.#post({
          kind: 'missed-call',
          to: person.email!,
          ...missedCallLetter(call, this.#context(person.language)),
        });
    for (const group of groups)
      if (wanted(group))
        this.#post({
          kind: 'missed-call',
          to: group.email!,
          ...missedCallLetter({ ...call, box: group.name }, this.#context(undefined)),
        });
  }

  #post(letter: Letter): void {
    void this.outbox.post(letter);
  }

  #context(language: Language | undefined): LetterContext {
    const { site } = this.#parts.config();
    return { language: language ?? site.language, timeZone: site.timeZone, site: site.name };
  }
}

function callerOf({ callerNumber, callerName, callerAbsence }: CallRecord): {
  number?: string;
  name?: string;
  absence?: 'private' | 'unavailable';
} {
  return {
    ...(callerNumber === undefined ? {} : { number: callerNumber }),
    ...(callerName === undefined ? {} : { name: callerName }),
    ...(callerAbsence === undefined ? {} : { absence: callerAbsence }),
  };
}
