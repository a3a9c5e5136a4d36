import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { configSchema } from '../../src/config/schema.ts';
import { hookAddress } from '../../src/main/hook-address.ts';
import { webHook } from '../../src/main/web-hook.ts';
import type { Hook } from '../../src/service/flow/flows.ts';

const allowed = ['192.168.1.10', '10.5.0.0/16', 'crm.example.ru', 'fd00:1::/64', '2001:db8::7'];

const address = (host: string, ...resolved: string[]): string | undefined =>
  hookAddress(host, resolved.length ? resolved : [host], allowed, ['192.168.1.1', '10.5.0.1']);

t.test('a request goes to what the admin has named, and nowhere else', async (t) => {
  t.equal(address('192.168.1.10'), '192.168.1.10');
  t.equal(address('10.5.200.3'), '10.5.200.3');
  t.equal(address('fd00:1::9'), 'fd00:1::9');
  t.equal(
    address('crm.example.ru', '203.0.114.5'),
    '203.0.114.5',
    'a public address of a name that is named',
  );
  t.equal(address('CRM.example.RU', '203.0.114.5'), '203.0.114.5');
  t.equal(address('server', '192.168.1.10'), '192.168.1.10', 'a name of an address that is named');
  for (const [host, ...resolved] of [
    ['192.168.1.11'],
    ['10.6.0.1'],
    ['203.0.114.5'],
    ['other.example.ru', '203.0.114.5'],
    ['crm.example.ru.evil.example', '203.0.114.5'],
  ] as const)
    t.equal(address(host, ...resolved), undefined, host);
});

t.test('a name that is named does not open the office, the box, or what clouds hide (SSRF)', async (t) => {
  const inside = ['192.168.7.7', '172.20.0.1', '10.9.9.9', '100.64.0.1', 'fd00:2::1'];
  const never = [
    '127.0.0.1',
    '0.0.0.0',
    '169.254.169.254',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
  ];
  const disguised = [
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '::ffff:a9fe:a9fe',
  ];
  for (const one of [...inside, ...never, ...disguised, '192.168.1.1', '::ffff:192.168.1.1', 'no-address'])
    t.equal(address('crm.example.ru', one), undefined, one);
  t.equal(
    address('crm.example.ru', '127.0.0.1', '203.0.114.5'),
    '203.0.114.5',
    'of several addresses one that may be asked',
  );
  // Not even where somebody has named them.
  for (const one of never) t.equal(hookAddress(one, [one], [one, '0.0.0.0/0', '::/0'], []), undefined, one);
  t.equal(
    hookAddress('192.168.1.1', ['192.168.1.1'], ['192.168.1.0/24'], ['192.168.1.1']),
    undefined,
    'ourselves',
  );
});

async function program(t: Test, answer: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/call` };
}

interface Asking {
  hook: Hook;
  clock: FakeClock;
  alarms: Map<string, boolean>;
  log: string[];
}

function asking(choose = (_host: string, addresses: readonly string[]) => addresses[0]): Asking {
  const clock = new FakeClock();
  const alarms = new Map<string, boolean>();
  const log: string[] = [];
  const hook = webHook({
    clock,
    config: () => configSchema.parse({ version: 1 }),
    alarms: { set: (standing, { id }) => void alarms.set(id, standing) },
    log: (message) => void log.push(message),
    choose,
  });
  return { hook, clock, alarms, log };
}

const body = {
  flow: 'main',
  step: 'ask',
  call: 'c1',
  caller: '+79031112233',
  language: 'ru',
  values: { contract: '77' },
};

t.test('the program is told of the call, and its answer and values come back', async (t) => {
  let got: unknown;
  const { url } = await program(t, (request, response) => {
    let text = '';
    request.on('data', (part) => (text += part));
    request.on('end', () => {
      got = { method: request.method, type: request.headers['content-type'], body: JSON.parse(text) };
      response.end(
        JSON.stringify({ answer: 'gold', set: { balance: 12, name: 'A\u0007nna', long: 'x'.repeat(500) } }),
      );
    });
  });
  const { hook, alarms } = asking();
  const answer = await hook({ url, seconds: 5, body });
  t.same(got, { method: 'POST', type: 'application/json', body });
  t.equal(answer?.answer, 'gold');
  t.same({ ...answer?.set, long: answer?.set?.long?.length }, { balance: '12', name: 'A nna', long: 64 });
  t.notOk([...alarms.values()].some(Boolean));
});

t.test('whatever else a program does is no answer, and delays nobody', async (t) => {
  const answers: Record<string, RequestListener> = {
    'a redirection to somewhere else': (_, response) => {
      response.writeHead(302, { location: 'http://169.254.169.254/' });
      response.end();
    },
    'no JSON': (_, response) => response.end('<html>'),
    'a list': (_, response) => response.end('[1]'),
    'values that are no names': (_, response) => response.end('{"set":{"__proto__x":"1","A B":"2"}}'),
    'an answer without end': (_, response) => {
      const more = (): void => void (response.write('x'.repeat(8192)) && setImmediate(more));
      response.on('drain', more);
      response.on('error', () => {});
      more();
    },
    'an error': (_, response) => {
      response.statusCode = 500;
      response.end('{}');
    },
    'a line that is cut': (request) => request.socket.destroy(),
  };
  for (const [name, answer] of Object.entries(answers)) {
    const { url } = await program(t, answer);
    const { hook, log } = asking();
    t.equal(await hook({ url, seconds: 5, body }), undefined, name);
    t.equal(log.length, 1);
    t.notMatch(log[0], '/call', 'the path of a request stands in no log');
  }
});

t.test('a program that is silent is given up in its time; then it is left alone for a while', async (t) => {
  let asked = 0;
  const { url } = await program(t, () => void asked++);
  const { hook, clock, alarms } = asking();
  for (let i = 1; i <= 3; i++) {
    const answer = hook({ url, seconds: 3, body });
    while (asked < i) await new Promise((resolve) => setTimeout(resolve, 5));
    clock.advance(3000);
    t.equal(await answer, undefined);
  }
  t.same([...alarms.values()], [true], 'an alarm tells of it');
  t.equal(await hook({ url, seconds: 3, body }), undefined, 'at once, without being asked');
  t.equal(asked, 3);
  clock.advance(30_000);
  const again = hook({ url, seconds: 3, body });
  while (asked < 4) await new Promise((resolve) => setTimeout(resolve, 5));
  clock.advance(3000);
  await again;
  t.equal(asked, 4, 'after that it has another chance');
});

t.test('an address that may not be asked is not connected to', async (t) => {
  let asked = 0;
  const { url } = await program(t, () => void asked++);
  const { hook, log } = asking(hookAddress as never);
  t.equal(await hook({ url, seconds: 1, body }), undefined);
  t.equal(asked, 0);
  t.match(log[0], /may go to/);
});
