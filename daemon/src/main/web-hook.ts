import { lookup } from 'node:dns/promises';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import * as z from 'zod';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/error.ts';
import type { Config } from '../config/schema.ts';
import type { AlarmBoard } from '../health/alarm-board.ts';
import type { HookAnswer } from '../service/flow/flow-step.ts';
import type { Hook, HookRequest } from '../service/flow/flows.ts';
import { hookAddress, pinnedTo } from './hook-address.ts';

/** Requests under way at once; more fail at once, and their calls go on. */
const mostAtOnce = 32;

/** Failures in a row after which a program is left alone, and for how long, ms: no call waits for what is down. */
const mostFailures = 3;
const restMs = 30_000;

/** Largest answer that is read, bytes. */
const longestAnswer = 16_384;

const text = z.union([z.string(), z.number(), z.boolean()]).transform((value) =>
  String(value)
    .replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, ' ')
    .slice(0, 64),
);

const answerBody = z.object({
  answer: text.optional(),
  set: z.record(z.string().regex(/^[a-z][a-z0-9-]{0,31}$/), text).optional(),
});

interface Parts {
  clock: Clock;
  config(): Config;
  alarms: Pick<AlarmBoard, 'set'>;
  log(message: string): void;
  /** Addresses of a name; of this machine's resolver unless given. */
  resolve?: (host: string) => Promise<string[]>;
  /** Which of its addresses a host is asked at; {@link hookAddress} unless given. */
  choose?: typeof hookAddress;
}

/** A program as it has answered so far. */
interface Health {
  failures: number;
  restsUntil: number;
}

/**
 * Asks programs of the office over HTTP. Only hosts of the settings are asked, at addresses that {@link hookAddress}
 * allows, and at the very address that was looked at; a redirection is a failure. Whatever happens, an answer or
 * undefined comes within the time that was given.
 */
export function webHook(parts: Parts): Hook {
  const health = new Map<string, Health>();
  let underWay = 0;
  return async (request) => {
    const { origin } = new URL(request.url);
    const known = health.get(origin) ?? { failures: 0, restsUntil: 0 };
    if (underWay >= mostAtOnce || known.restsUntil > parts.clock.now()) return undefined;
    underWay++;
    let failure: string | undefined;
    try {
      return understood(await ask(request, parts));
    } catch (error) {
      failure = messageOf(error);
      // The origin alone: what follows it may hold a key of the program's own.
      parts.log(`no answer from ${origin}: ${failure}`);
      return undefined;
    } finally {
      underWay--;
      judge(origin, known, failure !== undefined);
    }
  };

  function judge(origin: string, before: Health, failed: boolean): void {
    const failures = failed ? before.failures + 1 : 0;
    const down = failures >= mostFailures;
    health.set(origin, { failures, restsUntil: down ? parts.clock.now() + restMs : 0 });
    parts.alarms.set(down, {
      id: `hook:${origin}`,
      severity: 'warning',
      said: {
        ru: `Программа ${origin} не отвечает голосовому меню.`,
        en: `The program ${origin} does not answer the voice menu.`,
      },
      cure: {
        ru: 'Звонящие идут по ветке «Не ответила». Проверьте программу и раздел «Запросы к вашим программам».',
        en: 'Callers take the branch "No answer". Look at the program, and at "Requests to your programs".',
      },
    });
  }
}

async function ask({ url, seconds, body }: HookRequest, parts: Parts): Promise<string> {
  const target = new URL(url);
  const controller = new AbortController();
  const timer = parts.clock.after(seconds * 1000, () => controller.abort(new Error('it took too long')));
  const late = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason));
  });
  try {
    return await Promise.race([late, exchange(target, JSON.stringify(body), controller.signal, parts)]);
  } finally {
    timer.cancel();
    controller.abort();
  }
}

async function exchange(target: URL, body: string, signal: AbortSignal, parts: Parts): Promise<string> {
  const host = target.hostname.replace(/^\[(.*)\]$/, '$1');
  const addresses = isIP(host) ? [host] : await (parts.resolve ?? resolved)(host);
  const address = (parts.choose ?? hookAddress)(host, addresses, parts.config().hooks.hosts, ownAddresses());
  if (address === undefined) throw new Error('the address is not one that requests may go to');
  const options: RequestOptions = {
    method: 'POST',
    lookup: pinnedTo(address),
    agent: false,
    signal,
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      accept: 'application/json',
      'user-agent': 'linegate',
    },
  };
  const open = target.protocol === 'https:' ? (await import('node:https')).request : httpRequest;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = open(target, options, resolve);
    request.on('error', reject);
    request.end(body);
  });
  if (response.statusCode !== 200) {
    response.destroy();
    throw new Error(`it answered ${response.statusCode}`);
  }
  return bodyOf(response);
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > longestAnswer) throw new Error('its answer is too long');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function understood(body: string): HookAnswer {
  const parsed = answerBody.safeParse(body.trim() === '' ? {} : JSON.parse(body));
  if (!parsed.success) throw new Error('its answer is no such JSON as is documented');
  const { answer, set } = parsed.data;
  return { ...(answer === undefined ? {} : { answer }), ...(set === undefined ? {} : { set }) };
}

const resolved = async (host: string): Promise<string[]> =>
  (await lookup(host, { all: true })).map(({ address }) => address);

const ownAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
