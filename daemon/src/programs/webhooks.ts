import { randomUUID } from 'node:crypto';
import type { Clock, Timer } from '../base/clock.ts';
import type { WebhookConfig } from '../config/schema.ts';
import type { Said } from '../dialplan/route-plan.ts';
import type { EventLog } from './event-log.ts';
import type { ProgramEvent } from './program-event.ts';
import { signedHeaders } from './signature.ts';

/** How a program has answered: a status, or why there is none. */
export type PostResult = { status: number } | { error: PostError };
export type PostError = 'address' | 'unreachable' | 'late' | 'certificate';

/** Sends one message; never rejects, and always comes to an end. */
export type Post = (message: {
  url: string;
  verify: boolean;
  headers: Record<string, string>;
  body: string;
}) => Promise<PostResult>;

interface Parts {
  clock: Clock;
  log: EventLog;
  post: Post;
  /** 0 up to 1; spreads tries of many boxes that lost the same program. */
  random(): number;
  alarms: {
    raise(alarm: { id: string; severity: 'warning'; said: Said; cure: Said }): void;
    clear(id: string): void;
  };
  note(message: string): void;
}

/** How long an event is tried for, ms. */
const longestMs = 24 * 3_600_000;
/** Between two tries, s; the last stands for all that follow. */
const pauses = [5, 15, 60, 300, 900, 1800, 3600];
/** So many tries in a row before it is told of: a program that restarts is no news. */
const tellAfter = 4;
/** Answers that find fault with this very message: it must not hold up those behind it for a day. */
const faulty = new Set([400, 413, 422]);
const mostFaulty = 5;
/** RFC 9110 15.5.11: what was there is gone for good. */
const gone = 410;

/**
 * Tells programs of events, each in order and at its own pace: one message at a time, and the next only when the one
 * before it was taken (2xx) or given up. No program waits for another, and no call for any.
 */
export class Webhooks {
  readonly #parts: Parts;
  #pumps = new Map<string, Pump>();

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.log.on('appended', () => {
      for (const pump of this.#pumps.values()) pump.look();
    });
  }

  /** These are the programs from now on. What waits is tried at once where a program has changed. */
  apply(webhooks: readonly WebhookConfig[]): void {
    const kept = new Map<string, Pump>();
    for (const webhook of webhooks) {
      const pump = this.#pumps.get(webhook.id);
      if (pump?.is(webhook)) kept.set(webhook.id, pump);
      else {
        pump?.close();
        this.#parts.alarms.clear(alarmOf(webhook.id));
        const made = new Pump(webhook, this.#parts);
        kept.set(webhook.id, made);
        made.hurry();
      }
      this.#pumps.delete(webhook.id);
    }
    for (const [id, pump] of this.#pumps) {
      pump.close();
      this.#parts.alarms.clear(alarmOf(id));
    }
    this.#pumps = kept;
    this.#parts.log.keepOnly(webhooks.map(({ id }) => id));
  }

  /** Tries what waits for a program at once. */
  hurry(id: string): void {
    this.#pumps.get(id)?.hurry();
  }

  /** Sends a message that says nothing, past those that wait; nothing of it is kept. */
  async test(webhook: WebhookConfig): Promise<PostResult> {
    const at = this.#parts.clock.wall();
    return send(webhook, { id: `msg_${randomUUID()}`, type: 'test', at, data: {} }, this.#parts);
  }

  close(): void {
    for (const pump of this.#pumps.values()) pump.close();
    this.#pumps.clear();
  }
}

/** What one program is told, one after the other. */
class Pump {
  readonly #webhook: WebhookConfig;
  readonly #text: string;
  readonly #parts: Parts;
  #timer: Timer | undefined;
  #busy = false;
  #closed = false;
  #failures = 0;

  constructor(webhook: WebhookConfig, parts: Parts) {
    this.#webhook = webhook;
    this.#text = JSON.stringify(webhook);
    this.#parts = parts;
  }

  is(webhook: WebhookConfig): boolean {
    return JSON.stringify(webhook) === this.#text;
  }

  /** Does what is due, and sets the timer for what will be. */
  look(hurry = false): void {
    if (this.#busy || this.#closed || !this.#webhook.enabled) return;
    const { clock, log } = this.#parts;
    const head = log.head(this.#webhook.id);
    this.#timer?.cancel();
    this.#timer = undefined;
    if (!head) return;
    // A clock that was set meanwhile must not put it off for longer than the longest pause.
    const wait = hurry ? 0 : Math.min(head.nextAt - clock.wall(), pauses.at(-1)! * 1300);
    if (wait > 0) this.#timer = clock.after(wait, () => this.look(true));
    else void this.#deliver(head);
  }

  hurry(): void {
    this.look(true);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  async #deliver({ event, tries }: { event: ProgramEvent; tries: number }): Promise<void> {
    const { clock, log } = this.#parts;
    const { id } = this.#webhook;
    this.#busy = true;
    const result = await send(this.#webhook, event, this.#parts).catch(
      (): PostResult => ({ error: 'unreachable' }),
    );
    this.#busy = false;
    if (this.#closed) return;
    const now = clock.wall();
    const status = 'status' in result ? result.status : undefined;
    const taken = status !== undefined && status >= 200 && status < 300;
    const pause = pauses[Math.min(tries, pauses.length - 1)]! * 1000 * (0.8 + 0.4 * this.#parts.random());
    const over =
      now + pause - event.at > longestMs ||
      status === gone ||
      (status !== undefined && faulty.has(status) && tries + 1 >= mostFaulty);
    log.tried(id, event.number, {
      state: taken ? 'done' : over ? 'dead' : 'pending',
      tries: tries + 1,
      nextAt: taken || over ? now : Math.round(now + pause),
      ...(status === undefined ? {} : { status }),
      ...('error' in result ? { error: result.error } : {}),
    });
    this.#judge(taken, result);
    this.look();
  }

  #judge(taken: boolean, result: PostResult): void {
    const { alarms, note } = this.#parts;
    const { id, name } = this.#webhook;
    if (taken) {
      if (this.#failures > 0) alarms.clear(alarmOf(id));
      this.#failures = 0;
      return;
    }
    this.#failures++;
    // Its address may hold a key of the program's own, and so is in no log.
    note(`program ${id} has not taken an event: ${'status' in result ? result.status : result.error}`);
    if (this.#failures === tellAfter)
      alarms.raise({
        id: alarmOf(id),
        severity: 'warning',
        said: {
          ru: `Программа «${name}» не принимает сообщения о вызовах.`,
          en: `The program "${name}" does not take messages about calls.`,
        },
        cure: {
          ru: 'Проверьте адрес и саму программу в разделе «Программы»; сообщения ждут сутки и не теряются.',
          en: 'Check the address, and the program itself, under Programs; messages wait for a day and are not lost.',
        },
      });
  }
}

const alarmOf = (id: string): string => `webhook:${id}`;

async function send(
  { url, secret, verify }: WebhookConfig,
  { id, type, at, data, number }: { id: string; type: string; at: number; data: unknown; number?: number },
  { clock, post }: Pick<Parts, 'clock' | 'post'>,
): Promise<PostResult> {
  const body = JSON.stringify({ type, timestamp: new Date(at).toISOString(), number, data });
  const headers = signedHeaders(secret, id, Math.floor(clock.wall() / 1000), body);
  return post({ url, verify, headers, body });
}
