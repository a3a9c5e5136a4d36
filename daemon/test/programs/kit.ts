import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, FakeClock } from '../../src/base/clock.ts';
import { Emitter } from '../../src/base/emitter.ts';
import { type Config, configSchema } from '../../src/config/schema.ts';
import { AlarmBoard } from '../../src/health/alarm-board.ts';
import { EventDesk } from '../../src/main/event-desk.ts';
import { webhookPost } from '../../src/main/webhook-post.ts';
import type { CallRecord } from '../../src/records/call-record.ts';

export const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

export interface Message {
  headers: IncomingMessage['headers'];
  body: string;
  json: { type: string; number: number; data: { call?: { id: string; outcome?: string } } };
}

/** A program of the office that keeps what it is told. */
export interface Receiver {
  url: string;
  messages: Message[];
  /** How it answers; by default it takes everything. */
  answer: (response: ServerResponse, message: Message) => void;
  server: Server;
}

export async function receiver(t: { teardown(fn: () => unknown): void }): Promise<Receiver> {
  const made: Receiver = {
    ...{ url: '', messages: [], server: undefined as unknown as Server },
    answer: (response) => response.writeHead(204).end(),
  };
  made.server = createServer((request, response) => {
    let body = '';
    request.on('data', (data) => (body += data));
    request.on('end', () => {
      const message = { headers: request.headers, body, json: JSON.parse(body) };
      made.messages.push(message);
      made.answer(response, message);
    });
  });
  await new Promise<void>((done) => made.server.listen(0, '127.0.0.1', done));
  made.url = `http://127.0.0.1:${(made.server.address() as AddressInfo).port}/hook`;
  t.teardown(() => {
    made.server.closeAllConnections();
    return new Promise((done) => made.server.close(done));
  });
  return made;
}

/** Waits for the condition, however slow the machine is; the test's own limit ends it. */
export async function until<T>(ask: () => T | undefined | false): Promise<T> {
  for (;;) {
    const found = ask();
    if (found !== undefined && found !== false) return found;
    await new Promise((done) => setTimeout(done, 5));
  }
}

export interface Desk {
  desk: EventDesk;
  clock: FakeClock;
  config: Config;
  alarms: AlarmBoard;
  lines: string[];
  records: Map<string, CallRecord>;
  asked: boolean;
  /** Changes the programs. */
  hooks(webhooks: object[]): void;
  /** A daemon that starts again over the same files; kill -9 if the old one was not closed. */
  again(): Desk;
}

/** The events of an office on a fake clock, with requests that may go to this machine. */
export function eventDesk(
  t: { teardown(fn: () => unknown): void },
  data: string,
  options: {
    webhooks?: object[];
    config?: object;
    clock?: FakeClock;
    records?: Map<string, CallRecord>;
  } = {},
): Desk {
  const { webhooks = [], clock = new FakeClock(), records = new Map() } = options;
  const parse = (list: object[]): Config =>
    configSchema.parse({ version: 1, ...options.config, webhooks: list.map((one) => ({ secret, ...one })) });
  const made = {
    ...{ clock, lines: [] as string[], records, asked: false, alarms: new AlarmBoard(clock) },
    config: parse(webhooks),
  } as unknown as Desk;
  made.desk = new EventDesk(data, {
    clock: clock as Clock,
    config: () => made.config,
    calls: new Emitter(),
    alarms: made.alarms,
    record: (id) => records.get(id),
    asked: () => made.asked,
    post: webhookPost({ clock, hosts: () => [], choose: (_host, [first]) => first }),
    random: () => 0.5,
    log: (level, message) => made.lines.push(`${level} ${message()}`),
  });
  made.hooks = (list) => {
    made.config = parse(list);
    made.desk.apply();
  };
  made.again = () => eventDesk(t, data, { ...options, clock, records, webhooks: made.config.webhooks });
  t.teardown(() => made.desk.close());
  return made;
}

/** A call from outside to Anna, as its record stands at a moment. */
export function callAt(
  moment: 'begun' | 'ringing' | 'answered' | 'ended' | 'lost',
  id = 'call-1',
): CallRecord {
  const rings = moment !== 'begun';
  const talks = moment === 'answered' || moment === 'ended';
  const over = moment === 'ended' || moment === 'lost';
  return {
    ...{ id, state: over ? 'ended' : 'active', direction: 'incoming', service: 'incoming', startedAt: 1000 },
    ...{ callerNumber: '+74951234567', callerName: 'ООО Ромашка', calledNumber: '201', trunkId: 'acme' },
    ...{ pinId: 'pin-of-anna', accounts: ['pin:secret'] },
    ...(talks ? { answeredAt: 3000, answeredBy: 'anna' } : {}),
    ...(over ? { endedAt: 9000, q850: 16, releasedBy: 'caller' as const } : {}),
    legs: [
      { id: `${id}-a`, kind: 'sip', place: 'trunk:acme', direction: 'incoming', startedAt: 1000 },
      {
        ...{ id: `${id}-b`, kind: 'fxs', place: 'port:1', direction: 'outgoing', startedAt: 1100 },
        ...(rings ? { alertedAt: 1200 } : {}),
        ...(talks ? { answeredAt: 3000 } : {}),
        ...(over ? { endedAt: 9000 } : {}),
      },
    ],
    events: [],
  };
}
