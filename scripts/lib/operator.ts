/*
 * The simulated SIP operator, as a library and as a program:
 *
 *   node --import=tsx scripts/lib/operator.ts --listen 127.0.0.1:5080 --user office:secret
 *
 * It imports nothing of the daemon.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { SCENARIOS } from './operator/dialplan.ts';
import { Operator, type OperatorOptions } from './operator/operator.ts';
import type { Sound } from './operator/rtp.ts';

export { SCENARIOS, type Treatment } from './operator/dialplan.ts';
export { type CallReport, Operator, type OperatorOptions } from './operator/operator.ts';
export type { RtpReport, Sound } from './operator/rtp.ts';

const USAGE = `Usage: operator [options]

A SIP operator to try the box with: accepts registrations and calls, rings, answers, sends back what it
hears, and calls the box when told to.

  --listen HOST:PORT   where it listens, UDP (127.0.0.1:5080); port 0 takes a free one
  --user NAME:PASSWORD an account; may be repeated; without any, nobody has to prove anything
  --challenge-calls    calls must carry digest credentials too
  --digest LIST        algorithms offered (SHA-256,MD5)
  --ring MS            how long it rings before it answers (1500)
  --sound WHAT         after the answer: echo, voice, silence, or a tone as tone:HZ:DBM0 (echo)
  --http HOST:PORT     control over HTTP: GET /state, POST /do with one order as JSON
  --help

Orders, one JSON object a line on standard input, or the body of POST /do:
  {"do":"state"}
  {"do":"call","to":"office","number":"+74951112233","caller":"+79161234567"}
  {"do":"hangup","id":"..."}   {"do":"digits","id":"...","keys":"1"}
  {"do":"play","id":"...","sound":"tone:1000:-10"}   {"do":"level","id":"...","hz":1000}
  {"do":"silent","on":true}    {"do":"usual","status":200,"ringMs":1500}   {"do":"quit"}

Numbers that end in these digits are treated so:
${SCENARIOS.map(({ suffix, what }) => `  ...${suffix}   ${what}`).join('\n')}
`;

/** Reads `echo`, `voice`, `silence`, `ringback` or `tone:HZ:DBM0`. */
export function readSound(text: string): Sound {
  const [type, hz, dbm0] = text.split(':');
  if (type === 'tone') return { type, frequency: Number(hz ?? 1000), dbm0: Number(dbm0 ?? -10) };
  if (type === 'voice') return { type, dbm0: Number(hz ?? -15) };
  if (type === 'echo' || type === 'silence' || type === 'ringback') return { type };
  throw new Error(`no such sound: ${text}`);
}

type Order = Record<string, unknown> & { do?: string };

/** Carries out one order and returns what is to be told. */
export async function obey(operator: Operator, order: Order): Promise<unknown> {
  const text = (name: string): string => (typeof order[name] === 'string' ? (order[name] as string) : '');
  switch (order.do) {
    case 'state':
      return { registrations: operator.registrations(), calls: operator.calls(), requests: operator.counts };
    case 'call': {
      const sound = text('sound');
      const id = await operator.call({
        to: text('to'),
        number: text('number'),
        ...(text('caller') ? { caller: text('caller') } : {}),
        ...(text('name') ? { name: text('name') } : {}),
        ...(sound ? { sound: readSound(sound) } : {}),
      });
      return { id };
    }
    case 'hangup':
      await operator.hangUp(text('id'));
      return {};
    case 'digits':
      await operator.digits(text('id'), text('keys'));
      return {};
    case 'play':
      operator.play(text('id'), readSound(text('sound')));
      return {};
    case 'level':
      return { dbm0: operator.level(text('id'), Number(order.hz ?? 1000)) };
    case 'silent':
      operator.silent = order.on === true;
      return {};
    case 'usual':
      operator.usual = { status: Number(order.status ?? 200), ringMs: Number(order.ringMs ?? 1500) };
      return {};
    default:
      throw new Error(`no such order: ${String(order.do)}`);
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > 10_000) throw new Error('order too long');
  }
  return text;
}

function serve(operator: Operator, where: string): Promise<string> {
  const { host, port } = hostPort(where);
  const server = createServer((request, response) => {
    const carried =
      request.url === '/state'
        ? obey(operator, { do: 'state' })
        : bodyOf(request).then((text) => obey(operator, JSON.parse(text) as Order));
    carried.then(
      (result) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(`${JSON.stringify(result)}\n`),
      (error: Error) => response.writeHead(400).end(`${JSON.stringify({ error: error.message })}\n`),
    );
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address() as { address: string; port: number };
      resolve(`${address.address}:${address.port}`);
    });
  });
}

function hostPort(text: string): { host: string; port: number } {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon) || '127.0.0.1', port: Number(text.slice(colon + 1)) };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      listen: { type: 'string', default: '127.0.0.1:5080' },
      user: { type: 'string', multiple: true, default: [] },
      'challenge-calls': { type: 'boolean', default: false },
      digest: { type: 'string', default: 'SHA-256,MD5' },
      ring: { type: 'string', default: '1500' },
      sound: { type: 'string', default: 'echo' },
      http: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const accounts: Record<string, string> = {};
  for (const user of values.user)
    accounts[user.slice(0, user.indexOf(':'))] = user.slice(user.indexOf(':') + 1);
  const options: OperatorOptions = {
    ...hostPort(values.listen),
    accounts,
    challengeCalls: values['challenge-calls'],
    algorithms: values.digest.split(',') as ('SHA-256' | 'MD5')[],
    usual: { status: 200, ringMs: Number(values.ring) },
    sound: readSound(values.sound),
  };
  const operator = await Operator.start(options);
  const http = values.http ? ` http=${await serve(operator, values.http)}` : '';
  process.stdout.write(`ready sip=${operator.host}:${operator.port}${http} pid=${process.pid}\n`);
  const say = (what: unknown): void => void process.stdout.write(`${JSON.stringify(what)}\n`);
  operator.on('call', (call) => say({ event: 'call', call }));
  operator.on('registered', (user) => say({ event: 'registered', user }));
  const stop = (): void => void operator.close().then(() => process.exit(0));
  process.on('SIGTERM', stop).on('SIGINT', stop).on('disconnect', stop);
  for await (const line of createInterface({ input: process.stdin })) {
    if (!line.trim()) continue;
    try {
      const order = JSON.parse(line) as Order;
      if (order.do === 'quit') return stop();
      say({ ok: await obey(operator, order) });
    } catch (error) {
      say({ error: (error as Error).message });
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
