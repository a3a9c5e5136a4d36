import { join } from 'node:path';
import type {
  EventsAccess,
  EventsPage,
  WebhooksAccess,
  WebhookTest,
  WebhookView,
} from '../api/program-contract.ts';
import type { Clock } from '../base/clock.ts';
import type { CallRegistry } from '../call/registry.ts';
import type { EventKind } from '../config/schema/webhook.ts';
import type { Config, WebhookConfig } from '../config/schema.ts';
import type { AlarmBoard } from '../health/alarm-board.ts';
import { EventLog } from '../programs/event-log.ts';
import { type CallMarks, callNews, type EventData, party } from '../programs/program-event.ts';
import { type Post, type PostResult, Webhooks } from '../programs/webhooks.ts';
import type { CallRecord } from '../records/call-record.ts';
import { missedBy } from '../service/missed-calls.ts';
import type { Voicemail } from '../service/voicemail/voicemail.ts';

export interface EventDeskParts {
  clock: Clock;
  config(): Config;
  calls: Pick<CallRegistry, 'on'>;
  alarms: AlarmBoard;
  record(id: string): CallRecord | undefined;
  /** Whether any program asks for events by itself. */
  asked(): boolean;
  post: Post;
  random?(): number;
  log(level: 'info' | 'warn', message: () => string): void;
}

/**
 * Takes down what programs are told of, and tells those that are to be told by themselves. While no program wants to know,
 * nothing is written and no file is open.
 */
export class EventDesk {
  readonly webhooks: WebhooksAccess;
  /** What has happened, for programs that ask. */
  readonly access: EventsAccess;
  readonly #path: string;
  readonly #parts: EventDeskParts;
  readonly #offs: (() => void)[] = [];
  #log: EventLog | undefined;
  #sender: Webhooks | undefined;
  #marks = new Map<string, CallMarks>();
  #alarms = new Set<string>();
  #followers = new Set<() => void>();

  constructor(data: string, parts: EventDeskParts) {
    this.#path = join(data, 'events.sqlite');
    this.#parts = parts;
    const { calls, alarms } = parts;
    this.#offs.push(
      calls.on('changed', ({ record }) => this.note(record)),
      alarms.on('raised', (alarm) => {
        if (isOwn(alarm.id) || this.#alarms.has(alarm.id)) return;
        this.#alarms.add(alarm.id);
        this.#tell('alarm.raised', { ...alarm });
      }),
      alarms.on('cleared', (alarm) => {
        if (this.#alarms.delete(alarm.id)) this.#tell('alarm.cleared', { ...alarm });
      }),
    );
    this.webhooks = {
      list: () => parts.config().webhooks.map((webhook) => this.#view(webhook)),
      test: (id) => this.#test(id),
      deliveries: (id, { limit, state, before }) => {
        if (!this.#find(id)) return undefined;
        const query = {
          limit,
          ...(state === undefined ? {} : { state }),
          ...(before === undefined ? {} : { before }),
        };
        const deliveries = this.#opened().deliveries(id, query);
        const last = deliveries.at(-1);
        return { deliveries, ...(deliveries.length === limit && last ? { next: last.number } : {}) };
      },
      replay: (id, order) => {
        if (!this.#find(id)) return undefined;
        const replayed = this.#opened().replay(
          id,
          'number' in order ? { number: order.number } : { since: order.since + 1 },
        );
        this.#sender?.hurry(id);
        return replayed;
      },
    };
    this.access = {
      page: (since, limit) => this.#page(since, limit),
      follow: (fn) => {
        this.#followers.add(fn);
        return () => void this.#followers.delete(fn);
      },
    };
    this.apply();
    this.#resume();
  }

  /** The configuration, or who may ask, has changed. */
  apply(): void {
    const { webhooks } = this.#parts.config();
    if (!this.#wanted && !this.#sender) return;
    this.#opened();
    this.#sender?.apply(webhooks);
  }

  /** What is left there is told of. */
  follow(voicemail: Voicemail): void {
    this.#offs.push(
      voicemail.on('left', (_mailbox, { id, box, callId, at, ms, number, name, absence }) =>
        this.#tell('voicemail.left', {
          ...{ id, box, callId, at, seconds: Math.round(ms / 1000) },
          caller: party(number, name, absence),
        }),
      ),
    );
  }

  /** A call's record as it is now. */
  note(record: CallRecord): void {
    let marks = this.#marks.get(record.id);
    if (!marks) {
      // Of a call that is over when it is first heard of, all has been told already.
      if (record.state !== 'active' || !this.#wanted) return;
      marks = {};
      this.#marks.set(record.id, marks);
    }
    const config = this.#parts.config();
    const found = callNews(record, marks, config, (one) => isMissed(one, config));
    if (found.marks) this.#marks.set(record.id, found.marks);
    else this.#marks.delete(record.id);
    if (found.news.length > 0) this.#append(found.news, { id: record.id, marks: found.marks });
  }

  /** Events that wait for programs, and that were given up, of all together. */
  get backlog(): { pending: number; dead: number } {
    const all = { pending: 0, dead: 0 };
    for (const { id } of this.#log ? this.#parts.config().webhooks : []) {
      const { pending, dead } = this.#log?.counts(id) ?? all;
      all.pending += pending;
      all.dead += dead;
    }
    return all;
  }

  async close(): Promise<void> {
    for (const off of this.#offs) off();
    this.#sender?.close();
    await this.#log?.close();
    this.#log = undefined;
  }

  #page(since: number, limit: number): EventsPage {
    const log = this.#opened();
    const { first, last } = log.bounds();
    const gap = first > since + 1 ? { gapBefore: first } : {};
    return { events: log.since(since, limit), last, ...gap };
  }

  get #wanted(): boolean {
    return this.#parts.config().webhooks.some(({ enabled }) => enabled) || this.#parts.asked();
  }

  #opened(): EventLog {
    if (this.#log) return this.#log;
    const { clock, log, alarms, post, random = Math.random, config } = this.#parts;
    const opened = new EventLog(this.#path, clock, (message) => log('warn', () => message));
    this.#log = opened;
    opened.on('appended', () => {
      for (const fn of this.#followers) fn();
    });
    this.#sender = new Webhooks({
      ...{ clock, post, random, alarms, log: opened },
      note: (message) => log('info', () => message),
    });
    this.#sender.apply(config().webhooks);
    return opened;
  }

  /** Calls that were told of and not to their end: the daemon died meanwhile. */
  #resume(): void {
    for (const { id, marks } of this.#log?.openCalls() ?? []) {
      const record = this.#parts.record(id);
      if (record) {
        this.#marks.set(id, marks);
        this.note(record);
        this.#marks.delete(id);
      }
      this.#log?.append([], { id, marks: undefined });
    }
  }

  #tell(type: EventKind, data: EventData): void {
    if (this.#wanted) this.#append([{ type, data }]);
  }

  #append(
    news: readonly { type: EventKind; data: EventData }[],
    call?: { id: string; marks: CallMarks | undefined },
  ): void {
    const { webhooks } = this.#parts.config();
    const wanting = (type: EventKind): string[] =>
      webhooks
        .filter(({ enabled, kinds }) => enabled && (kinds.length === 0 || kinds.includes(type)))
        .map(({ id }) => id);
    this.#opened().append(
      news.map((one) => ({ ...one, webhooks: wanting(one.type) })),
      call,
    );
  }

  #find(id: string): WebhookConfig | undefined {
    return this.#parts.config().webhooks.find((one) => one.id === id);
  }

  #view({ id, name, url, enabled, kinds }: WebhookConfig): WebhookView {
    const [last] = this.#log?.deliveries(id, { limit: 1 }) ?? [];
    return {
      ...{ id, name, url, enabled, kinds },
      ...(this.#log?.counts(id) ?? { pending: 0, dead: 0 }),
      ...(last ? { last } : {}),
    };
  }

  async #test(id: string): Promise<WebhookTest | undefined> {
    const webhook = this.#find(id);
    if (!webhook) return undefined;
    this.#opened();
    const result = (await this.#sender?.test(webhook)) ?? { error: 'unreachable' as const };
    return wordsOf(result);
  }
}

/** About the telling itself: telling of that would never end. */
const isOwn = (alarm: string): boolean => alarm.startsWith('webhook:');

/** Somebody outside has called and was not spoken to: by people, by a group, or by nobody at all. */
function isMissed(record: CallRecord, config: Config): boolean {
  const { people, groups } = missedBy(record, config);
  if (people.length + groups.length > 0) return true;
  return record.direction === 'incoming' && record.service !== 'emergency' && record.servedAt === undefined;
}

function wordsOf(result: PostResult): WebhookTest {
  if ('status' in result) {
    const { status } = result;
    if (status >= 200 && status < 300)
      return {
        ok: true,
        status,
        said: { ru: 'Программа приняла сообщение.', en: 'The program took the message.' },
      };
    return {
      ...{ ok: false, status },
      said: {
        ru: `Программа ответила ${status} и сообщение не приняла. Проверьте адрес и проверку подписи в ней.`,
        en: `The program answered ${status} and did not take the message. Check the address, and its check of the signature.`,
      },
    };
  }
  return { ok: false, said: errors[result.error] };
}

const errors = {
  address: {
    ru: 'На этот адрес устройство не отправляет. Имени из вашей сети нужен адрес или подсеть в разделе «Запросы к вашим программам».',
    en: 'The box does not send to this address. A name of your own network needs its address or subnet under "Requests to your programs".',
  },
  unreachable: {
    ru: 'По этому адресу никто не отвечает. Проверьте имя, порт и что программа запущена.',
    en: 'Nobody answers at this address. Check the name, the port, and that the program runs.',
  },
  late: {
    ru: 'Программа не ответила за 10 секунд. Она должна принимать сообщение сразу, а обрабатывать потом.',
    en: 'The program has not answered within 10 seconds. It should take a message at once, and work on it later.',
  },
  certificate: {
    ru: 'Сертификату программы нельзя верить. Установите настоящий или выключите проверку для этой программы.',
    en: 'The certificate of the program is not to be trusted. Install a real one, or switch the check off for this program.',
  },
} as const;
