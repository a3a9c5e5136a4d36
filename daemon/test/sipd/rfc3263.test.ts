import { createServer } from 'node:net';
import t from 'tap';
import { patient } from '../../../hw/simulator/office/patience.ts';
import { FakeClock } from '../../src/base/clock.ts';
import { start } from '../../src/sipd/engine.ts';
import { parseUri } from '../../src/sipd/message/uri.ts';
import { cachedDns } from '../../src/sipd/resolve/cache.ts';
import { systemDns } from '../../src/sipd/resolve/dns.ts';
import { type LocateContext, locate, orderSrv } from '../../src/sipd/resolve/locate.ts';
import { Quarantine } from '../../src/sipd/resolve/quarantine.ts';
import type { Target } from '../../src/sipd/transport/flow.ts';
import { FakeDns, type RecordOf } from '../peers/dns.ts';
import { type Any, client, QUICK, sdp, until, within } from './kit.ts';
import { udpPeer } from './peer.ts';

const zone = (text: string): RecordOf[] =>
  text
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', ttl, type, ...data] = line.trim().split(/\s+/);
      return { name, ttl: Number(ttl), type: type as RecordOf['type'], data: data.join(' ') };
    });

const OPERATOR = zone(`
  op.test              300 NAPTR 20 50 s SIP+D2U _sip._udp.op.test
  op.test              300 NAPTR 10 50 s SIP+D2T _sip._tcp.op.test
  op.test              300 NAPTR 5  50 s SIPS+D2T _sips._tcp.op.test
  op.test              300 NAPTR 1  50 s SIP+D2S _sip._sctp.op.test
  op.test              300 NAPTR 1  50 u E2U+sip _sip._udp.wrong.test
  _sip._udp.op.test    300 SRV 20 0 5070 b.op.test
  _sip._udp.op.test    300 SRV 10 0 5060 a.op.test
  _sip._tcp.op.test    300 SRV 10 0 5062 a.op.test
  _sips._tcp.op.test   300 SRV 10 0 5063 a.op.test
  a.op.test            300 A 192.0.2.1
  a.op.test            300 AAAA 2001:db8::1
  b.op.test            300 A 192.0.2.2
  b.op.test            300 A 192.0.2.3
  op.test              300 A 192.0.2.80
  host.test            300 A 192.0.2.9
  flag.test            300 NAPTR 10 10 a SIP+D2U host.test
  gone.test            300 A 192.0.2.66
  _sip._udp.gone.test  300 SRV 0 0 0 .
  six.test             300 AAAA 2001:db8::6
`);

function finder(dns: FakeDns, change: Partial<LocateContext> = {}) {
  const ctx: LocateContext = {
    dns: systemDns([dns.address]),
    has: () => true,
    v6: false,
    random: () => 0.5,
    ...change,
  };
  return async (uri: string): Promise<string[]> =>
    (await locate(parseUri(uri)!, ctx)).map((x) => `${x.proto}/${x.host}:${x.port}`);
}

t.test('RFC 3263 4.1: NAPTR names the transport, in its order, of those that we speak', async (t) => {
  const dns = await FakeDns.start(t, OPERATOR);
  t.same(await finder(dns)('sip:op.test'), ['tls/192.0.2.1:5063'], 'all: the lowest order that is ours');
  t.same(dns.asked, ['NAPTR op.test', 'SRV _sips._tcp.op.test', 'A a.op.test'], 'no question too many');
  const [udp, plain] = [finder(dns, { has: (p) => p === 'udp' }), finder(dns, { has: (p) => p !== 'tls' })];
  t.same(await plain('sip:op.test'), ['tcp/192.0.2.1:5062']);
  t.same(await udp('sip:op.test'), ['udp/192.0.2.1:5060', 'udp/192.0.2.2:5070', 'udp/192.0.2.3:5070']);
  t.same(await finder(dns)('sips:op.test'), ['tls/192.0.2.1:5063'], 'sips: TLS and nothing else');
  t.same(await udp('sips:op.test'), ['tls/192.0.2.80:5061'], 'not even where we have no TLS');
  t.same(await finder(dns)('sip:flag.test'), ['udp/192.0.2.9:5060'], 'flag a: a host follows (RFC 3403 6.2)');
});

t.test('RFC 3263 4.1: a transport or a port in the URI, an address: nothing else is asked', async (t) => {
  const dns = await FakeDns.start(t, OPERATOR);
  const find = finder(dns);
  t.same(await find('sip:op.test;transport=udp'), [
    'udp/192.0.2.1:5060',
    'udp/192.0.2.2:5070',
    'udp/192.0.2.3:5070',
  ]);
  t.equal(dns.asked[0], 'SRV _sip._udp.op.test', 'no NAPTR');
  dns.asked.length = 0;
  t.same(await find('sip:a.op.test:5099'), ['udp/192.0.2.1:5099']);
  t.same(await find('sips:a.op.test:5099'), ['tls/192.0.2.1:5099']);
  t.same(dns.asked, ['A a.op.test', 'A a.op.test']);
  dns.asked.length = 0;
  t.same(await find('sip:192.0.2.5'), ['udp/192.0.2.5:5060']);
  t.same(await find('sip:op.test;maddr=192.0.2.5;transport=tcp'), ['tcp/192.0.2.5:5060']);
  t.same(dns.asked, []);
});

t.test('RFC 3263 4.2: SRV without NAPTR, addresses without SRV, a service that is not there', async (t) => {
  const dns = await FakeDns.start(t, [
    ...OPERATOR,
    ...zone('_sip._tcp.tcponly.test 60 SRV 1 0 5065 a.op.test\ntcponly.test 60 A 192.0.2.99'),
  ]);
  const find = finder(dns);
  t.same(await find('sip:tcponly.test'), ['tcp/192.0.2.1:5065'], 'the transport that has records');
  t.same(await find('sip:host.test'), ['udp/192.0.2.9:5060'], 'no records at all: UDP to the host');
  t.same(await find('sips:host.test'), ['tls/192.0.2.9:5061']);
  t.same(await find('sip:gone.test'), [], 'RFC 2782: a lone dot, and the host is not asked instead');
  t.same(await find('sip:nobody.test'), [], 'NXDOMAIN');
  const both = finder(dns, { v6: true });
  t.same(await both('sip:a.op.test:5060'), ['udp/192.0.2.1:5060', 'udp/2001:db8::1:5060']);
  t.same(await both('sip:six.test'), ['udp/2001:db8::6:5060']);
  t.same(await finder(dns, { v6: true, v4: false })('sip:a.op.test:5060'), ['udp/2001:db8::1:5060']);
});

t.test('RFC 3263 4.2: one question that fails does not take the others with it', async (t) => {
  const dns = await FakeDns.start(t, OPERATOR);
  const find = finder(dns, { has: (p) => p === 'udp' });
  dns.silent.add('NAPTR op.test');
  dns.failing.add('A a.op.test');
  const began = performance.now();
  t.same(await find('sip:op.test'), ['udp/192.0.2.2:5070', 'udp/192.0.2.3:5070']);
  t.ok(performance.now() - began < patient(4000), 'a router that swallows NAPTR costs one short wait');
  dns.failing.add('SRV _sip._udp.op.test');
  dns.silent.delete('NAPTR op.test');
  t.same(await find('sip:op.test'), ['udp/192.0.2.80:5060'], 'SERVFAIL for SRV: the host may still be known');
  dns.mood = 'failing';
  await t.rejects(find('sip:op.test'), 'all fail: no answer is not the same as no such name');
});

t.test('RFC 2782: weights are shares of the load, zero a small one, priority stands above', async (t) => {
  // A generator with a seed, so that the figures are the same in each run (Park and Miller).
  let seed = 42;
  const random = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const record = (priority: number, weight: number, name: string) => ({ priority, weight, port: 5060, name });
  const records = [
    record(2, 100, 'last'),
    record(1, 0, 'zero'),
    record(1, 60, 'a'),
    record(1, 30, 'b'),
    record(1, 10, 'c'),
  ];
  const first: Record<string, number> = {};
  const second: Record<string, number> = {};
  const N = 20_000;
  for (let i = 0; i < N; i++) {
    const order = orderSrv(records, random).map((r) => r.name);
    first[order[0]!] = (first[order[0]!] ?? 0) + 1;
    if (order[0] === 'a') second[order[1]!] = (second[order[1]!] ?? 0) + 1;
    if (order.length !== 5 || order[4] !== 'last') t.fail(`order ${order}`);
  }
  const share = (of: Record<string, number>, name: string, total = N): number => (of[name] ?? 0) / total;
  t.ok(Math.abs(share(first, 'a') - 0.594) < 0.02, `a ${share(first, 'a')}`);
  t.ok(Math.abs(share(first, 'b') - 0.297) < 0.02, `b ${share(first, 'b')}`);
  t.ok(Math.abs(share(first, 'c') - 0.099) < 0.02, `c ${share(first, 'c')}`);
  t.ok(first.zero! > 0 && share(first, 'zero') < 0.02, `zero ${first.zero}`);
  const afterA = first.a!;
  t.ok(Math.abs(share(second, 'b', afterA) - 0.73) < 0.03, 'among the rest by their shares again');
});

t.test(
  'RFC 8767: while DNS is down the last answers stand in; TTL and negative answers are kept',
  async (t) => {
    const clock = new FakeClock();
    const dns = await FakeDns.start(
      t,
      zone('h.test 20 A 192.0.2.1\n_sip._udp.h.test 20 SRV 1 0 5070 h.test'),
    );
    const cached = cachedDns(systemDns([dns.address]), clock);
    const find = finder(dns, { dns: cached, has: (p) => p === 'udp' });
    const asked = async (): Promise<number> => {
      const before = dns.asked.length;
      await find('sip:h.test');
      return dns.asked.length - before;
    };
    t.equal(await asked(), 3, 'NAPTR, SRV, A');
    t.equal(await asked(), 0);
    clock.advance(10_001);
    t.equal(await asked(), 1, 'NAPTR was absent: asked again after 10 s');
    clock.advance(10_001);
    t.equal(await asked(), 3, 'A lives 20 s by its TTL, and what it serves no longer');
    dns.mood = 'failing';
    clock.advance(3_600_000);
    t.same(await find('sip:h.test'), ['udp/192.0.2.1:5070'], 'an hour later, and DNS fails');
    const before = dns.asked.length;
    t.same(await find('sip:h.test'), ['udp/192.0.2.1:5070']);
    t.equal(dns.asked.length, before, 'a server in trouble is not asked for each call');
    dns.mood = 'silent';
    clock.advance(31_000);
    const waiting = find('sip:h.test');
    let found: string[] | undefined;
    void waiting.then((list) => (found = list));
    for (let step = 0; step < 3; step++) {
      await until(() => dns.asked.length > before + step || found !== undefined, 2000, 'a question');
      clock.advance(1800);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    t.same(await within(waiting, 1000, 'stale answer'), ['udp/192.0.2.1:5070'], 'silence costs 1.8 s, not 6');
    dns.mood = 'well';
    dns.set(zone('h.test 20 A 192.0.2.7\n_sip._udp.h.test 20 SRV 1 0 5070 h.test'));
    // The questions that were swallowed still wait their real time; then the new answers are taken.
    for (const end = Date.now() + 10_000; ; ) {
      clock.advance(31_000);
      const [place] = await find('sip:h.test');
      if (place === 'udp/192.0.2.7:5070') break;
      if (Date.now() > end) throw new Error(`still ${place}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    dns.mood = 'failing';
    clock.advance(3 * 86_400_000 + 1);
    await t.rejects(find('sip:h.test'), 'three days are the limit');
  },
);

t.test('C05: quarantine 32 s, one trial, twice the time if that fails, back when it answers', async (t) => {
  const clock = new FakeClock();
  const q = new Quarantine(() => clock.now());
  const [a, b] = ['192.0.2.1', '192.0.2.2'].map(
    (host): Target => ({ proto: 'udp', host, port: 5060, pinned: false, name: '' }),
  );
  const first = (): string => q.order([a!, b!])[0]!.host;
  q.add(a!);
  q.add(a!);
  t.match(
    q.troubled,
    [{ target: 'udp/192.0.2.1:5060', failures: 1, restsMs: 32_000 }],
    'a burst counts once',
  );
  clock.advance(31_999);
  t.equal(first(), '192.0.2.2');
  clock.advance(2);
  t.equal(first(), '192.0.2.1', 'one request tries it');
  t.equal(first(), '192.0.2.2', 'the others wait for its outcome');
  q.add(a!);
  clock.advance(63_999);
  t.equal(first(), '192.0.2.2', 'failed again: 64 s');
  clock.advance(2);
  t.equal(first(), '192.0.2.1');
  q.worked(a!);
  t.equal(first(), '192.0.2.1');
  t.same(q.troubled, []);
  q.add(a!, 5000);
  clock.advance(4999);
  t.equal(first(), '192.0.2.2', 'Retry-After is kept');
  clock.advance(2);
  t.equal(first(), '192.0.2.1');
  t.same(q.order([a!]), [a], 'better a doubtful one than none');
});

/** An engine whose only name service is the fake one. */
async function engineOn(t: Any, dns: FakeDns) {
  const engine = await start({
    listen: [
      { transport: 'udp', host: '127.0.0.1', port: 0 },
      { transport: 'tcp', host: '127.0.0.1', port: 0 },
    ],
    control: { host: '127.0.0.1', port: 0, secret: 'cymru' },
    timers: { ...QUICK, T1: 30 },
    dns: [dns.address],
  });
  const srf = await client(engine);
  t.teardown(async () => {
    srf.disconnect();
    await engine.close();
  });
  return { engine, srf };
}

t.test(
  'RFC 3263 4.3: silence, 503 and a refused connection: EVERY request goes on to the next',
  async (t) => {
    const [dead, busy, live] = [await udpPeer(t), await udpPeer(t), await udpPeer(t)];
    const closed = await new Promise<number>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const { port } = server.address() as Any;
        server.close(() => resolve(port));
      });
    });
    const goesOn = async (method: string): Promise<void> => {
      const dns = await FakeDns.start(
        t,
        zone(`
        _sip._udp.m.test 60 SRV 1 0 ${dead.port} h.test
        _sip._udp.m.test 60 SRV 2 0 ${busy.port} h.test
        _sip._udp.m.test 60 SRV 3 0 ${live.port} h.test
        h.test 60 A 127.0.0.1
      `),
      );
      const { srf, engine } = await engineOn(t, dns);
      const answer = new Promise<Any>((resolve) =>
        srf.request('sip:m.test', { method, headers: { Event: 'x' } }, (_e: Any, req: Any) =>
          req.on('response', resolve),
        ),
      );
      busy.reply(await busy.expect(method, 4000), 503, { extra: 'Retry-After: 7\r\n' });
      const arrived = await live.expect(method);
      live.reply(arrived, 200, { extra: 'Expires: 60\r\n' });
      t.equal((await within(answer, 3000, 'answer')).status, 200, method);
      const tried = dead.seen.find((m) => m.headers['call-id'] === arrived.headers['call-id'])!;
      t.equal(tried.headers.cseq, arrived.headers.cseq, 'the same request');
      t.not(tried.headers.via, arrived.headers.via, 'in a transaction of its own');
      const { troubled } = engine.stats();
      t.match(troubled, [
        { target: `udp/127.0.0.1:${dead.port}`, failures: 1 },
        { target: `udp/127.0.0.1:${busy.port}`, failures: 1 },
      ]);
      t.ok(troubled[0]!.restsMs > 20_000 && troubled[1]!.restsMs <= 7000, 'Retry-After in place of the 32 s');
    };
    await Promise.all(['REGISTER', 'OPTIONS', 'MESSAGE', 'SUBSCRIBE', 'PUBLISH'].map(goesOn));
    const dns = await FakeDns.start(
      t,
      zone(`
      _sip._tcp.c.test 60 SRV 1 0 ${closed} h.test
      _sip._tcp.c.test 60 SRV 2 0 ${live.port} h.test
      h.test 60 A 127.0.0.1
    `),
    );
    const { srf } = await engineOn(t, dns);
    const listener = createServer((s) => s.once('data', () => s.destroy()));
    await new Promise<void>((resolve) => listener.listen(live.port, '127.0.0.1', resolve));
    t.teardown(() => listener.close());
    const began = performance.now();
    const refusal = await new Promise<Any>((resolve) =>
      srf.request('sip:c.test;transport=tcp', { method: 'OPTIONS' }, (_e: Any, req: Any) =>
        req.on('response', resolve),
      ),
    );
    t.equal(refusal.status, 503);
    t.ok(
      performance.now() - began < patient(1500),
      'a refused and a broken connection are known at once, not after 64*T1',
    );
  },
);

t.test('RFC 3263 4.3: a call, and the requests within it by the name in Contact', async (t) => {
  const [dead, live] = [await udpPeer(t), await udpPeer(t)];
  const dns = await FakeDns.start(
    t,
    zone(`
      _sip._udp.m.test 60 SRV 1 0 ${dead.port} h.test
      _sip._udp.m.test 60 SRV 2 0 ${live.port} h.test
      h.test 60 A 127.0.0.1
    `),
  );
  const { srf } = await engineOn(t, dns);
  const call = srf.createUAC('sip:1@m.test', { localSdp: sdp() });
  const invite = await live.expect('INVITE', 4000);
  const record = 'Record-Route: <sip:m.test;lr;transport=udp>\r\n';
  live.reply(invite, 200, { extra: record, body: sdp(5000) });
  const dialog = await within(call, 3000, 'answer');
  await live.expect('ACK');
  dns.mood = 'silent';
  const ended = dialog.destroy();
  live.reply(await live.expect('BYE'), 200);
  await within(ended, 2000, 'BYE, with DNS dead');
  t.equal(dead.count('BYE'), 0, 'what failed for the INVITE is not tried first for the BYE');
});
