import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { start } from '../../src/sipd/engine.ts';
import { parseUri } from '../../src/sipd/message/uri.ts';
import { cachedDns } from '../../src/sipd/resolve/cache.ts';
import type { Dns, Naptr, Srv } from '../../src/sipd/resolve/dns.ts';
import { type LocateContext, locate, orderSrv } from '../../src/sipd/resolve/locate.ts';
import { Quarantine } from '../../src/sipd/resolve/quarantine.ts';
import type { Target } from '../../src/sipd/transport/flow.ts';
import { type Any, client, QUICK, sdp, within } from './kit.ts';
import { udpPeer } from './peer.ts';

interface Zone {
  naptr?: Record<string, Naptr[]>;
  srv?: Record<string, Srv[]>;
  a?: Record<string, string[]>;
  aaaa?: Record<string, string[]>;
}

function zone(z: Zone): Dns & { asked: string[] } {
  const asked: string[] = [];
  const look = <T>(what: string, from: Record<string, T[]> | undefined, name: string): Promise<T[]> => {
    asked.push(`${what} ${name}`);
    return Promise.resolve(from?.[name] ?? []);
  };
  return {
    asked,
    naptr: (n) => look('naptr', z.naptr, n),
    srv: (n) => look('srv', z.srv, n),
    addresses: (n, f) => look(f === 4 ? 'a' : 'aaaa', f === 4 ? z.a : z.aaaa, n),
  };
}

const context = (z: Zone, o: Partial<LocateContext> = {}): LocateContext => ({
  dns: zone(z),
  has: () => true,
  v6: false,
  random: () => 0.5,
  ...o,
});

const find = async (uri: string, z: Zone, o: Partial<LocateContext> = {}): Promise<string[]> =>
  (await locate(parseUri(uri)!, context(z, o))).map(
    (x) => `${x.proto}/${x.host}:${x.port}${x.pinned ? '!' : ''}`,
  );

const srv = (priority: number, weight: number, port: number, name: string): Srv => ({
  priority,
  weight,
  port,
  name,
});

t.test('RFC 3263 4.1, 4.2: what the URI says is taken, the rest asked for', async (t) => {
  t.same(await find('sip:192.0.2.1', {}), ['udp/192.0.2.1:5060']);
  t.same(await find('sip:192.0.2.1:5070;transport=tcp', {}), ['tcp/192.0.2.1:5070!']);
  t.same(await find('sips:192.0.2.1', {}), ['tls/192.0.2.1:5061']);
  t.same(await find('sip:[2001:db8::1];transport=udp', {}), ['udp/2001:db8::1:5060!']);
  t.same(await find('sip:x;maddr=192.0.2.9', {}), ['udp/192.0.2.9:5060']);
  const z: Zone = {
    naptr: {
      'ex.ru': [
        { order: 20, preference: 1, service: 'SIP+D2U', replacement: '_sip._udp.ex.ru' },
        { order: 10, preference: 2, service: 'SIP+D2T', replacement: '_sip._tcp.ex.ru' },
        { order: 10, preference: 1, service: 'SIPS+D2T', replacement: '_sips._tcp.ex.ru' },
        { order: 1, preference: 1, service: 'SIP+D2S', replacement: '_sip._sctp.ex.ru' },
      ],
    },
    srv: {
      '_sip._udp.ex.ru': [srv(2, 0, 5060, 'b.ex.ru'), srv(1, 0, 5062, 'a.ex.ru')],
      '_sip._tcp.ex.ru': [srv(1, 0, 5064, 'a.ex.ru')],
      '_sip._udp.srvonly.ru': [srv(1, 0, 5066, 'a.ex.ru')],
    },
    a: { 'a.ex.ru': ['192.0.2.1', '192.0.2.2'], 'b.ex.ru': ['192.0.2.3'], 'plain.ru': ['192.0.2.4'] },
    aaaa: { 'plain.ru': ['2001:db8::4'] },
  };
  const udpOnly = { has: (p: string) => p === 'udp' };
  t.same(await find('sip:ex.ru', z, udpOnly), [
    'udp/192.0.2.1:5062',
    'udp/192.0.2.2:5062',
    'udp/192.0.2.3:5060',
  ]);
  t.same(
    await find('sip:ex.ru', z, { has: (p) => p !== 'tls' }),
    ['tcp/192.0.2.1:5064', 'tcp/192.0.2.2:5064'],
    'NAPTR order',
  );
  t.same(
    await find('sip:ex.ru;transport=tcp', z),
    ['tcp/192.0.2.1:5064!', 'tcp/192.0.2.2:5064!'],
    'SRV of that transport, no NAPTR',
  );
  t.same(
    await find('sip:a.ex.ru:5099', z),
    ['udp/192.0.2.1:5099', 'udp/192.0.2.2:5099'],
    'a port: addresses only',
  );
  t.same(await find('sip:srvonly.ru', z), ['udp/192.0.2.1:5066', 'udp/192.0.2.2:5066']);
  t.same(await find('sip:plain.ru', z), ['udp/192.0.2.4:5060']);
  t.same(await find('sip:plain.ru', z, { v6: true }), ['udp/192.0.2.4:5060', 'udp/2001:db8::4:5060']);
  t.same(await find('sip:nobody.ru', z), []);
  t.same(await find('sip:plain.ru;transport=sctp', z), []);
});

t.test('SRV: by priority, by lot within one (RFC 2782)', async (t) => {
  const records = [
    srv(2, 5, 1, 'last'),
    srv(1, 0, 1, 'zero'),
    srv(1, 90, 1, 'heavy'),
    srv(1, 10, 1, 'light'),
  ];
  t.equal(orderSrv(records, () => 0.99)[3]!.name, 'last');
  let heavy = 0;
  for (let i = 0; i < 1000; i++) if (orderSrv(records, () => (i + 0.5) / 1000)[0]!.name === 'heavy') heavy++;
  t.ok(heavy > 850 && heavy < 950, `${heavy} of 1000`);
  t.same(
    orderSrv([srv(0, 0, 0, '.')], () => 0),
    [],
    'a lone dot: no such service',
  );
});

t.test('answers are kept a minute, absences ten seconds, failures two', async (t) => {
  const clock = new FakeClock();
  const source = zone({ a: { 'a.ru': ['192.0.2.1'] } });
  const dns = cachedDns(source, clock);
  const ask = async (name: string, times: number): Promise<number> => {
    for (let i = 0; i < times; i++) await dns.addresses(name, 4).catch(() => {});
    return source.asked.length;
  };
  t.equal(await ask('a.ru', 3), 1);
  clock.advance(59_000);
  t.equal(await ask('a.ru', 1), 1);
  clock.advance(2000);
  t.equal(await ask('a.ru', 1), 2);
  t.equal(await ask('none.ru', 3), 3);
  clock.advance(11_000);
  t.equal(await ask('none.ru', 1), 4);
});

t.test('a service is kept no longer than its hosts: their TTL is told, its own is not', async (t) => {
  const clock = new FakeClock();
  const asked: string[] = [];
  let ttl = 20;
  let dead = false;
  const dns = cachedDns(
    {
      naptr: async () => [],
      srv: async (name) => {
        asked.push(name);
        if (dead) throw new Error('SERVFAIL');
        return [{ priority: 1, weight: 0, port: 5060, name: 'h.ru' }];
      },
      addresses: async () => ({ hosts: ['192.0.2.1'], ttl }),
    },
    clock,
  );
  const look = async (): Promise<number> => {
    const [record] = await dns.srv('_sip._udp.op.ru');
    await dns.addresses(record!.name, 4);
    return asked.length;
  };
  t.equal(await look(), 1);
  clock.advance(19_000);
  t.equal(await look(), 1);
  clock.advance(2000);
  t.equal(await look(), 2, 'after 20 s and not 60');
  // While DNS is down nobody asks more often than before.
  clock.advance(21_000);
  dead = true;
  t.equal(await look(), 3);
  clock.advance(10_000);
  t.equal(await look(), 3, 'the last answer stands in for half a minute');
  dead = false;
  clock.advance(21_000);
  t.equal(await look(), 4);
  ttl = 3600;
  clock.advance(21_000);
  t.equal(await look(), 5);
  clock.advance(59_000);
  t.equal(await look(), 5);
  clock.advance(2000);
  t.equal(await look(), 6, 'and never longer than a minute');
});

t.test('targets that failed are tried last for a while', async (t) => {
  const clock = new FakeClock();
  const q = new Quarantine(() => clock.now());
  const [a, b] = ['1', '2'].map(
    (h) => ({ proto: 'udp', host: h, port: 5060, pinned: false, name: '' }) as Target,
  );
  q.add(a!);
  t.same(q.order([a!, b!]), [b, a]);
  t.same(q.order([a!]), [a], 'better a doubtful one than none');
  clock.advance(32_001);
  t.same(q.order([a!, b!]), [a, b]);
});

t.test('a call to a name moves on from a dead and a 503 target to one that answers', async (t) => {
  const [dead, busy, live] = [await udpPeer(t), await udpPeer(t), await udpPeer(t)];
  const engine = await start(
    {
      listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }],
      control: { host: '127.0.0.1', port: 0, secret: 'cymru' },
      // 64 times this is what a target is given: enough for the one that answers on a machine that stalls.
      timers: { ...QUICK, T1: 30 },
    },
    {
      dns: zone({
        srv: {
          '_sip._udp.trunk.ru': [
            srv(1, 0, dead.port, 'h'),
            srv(2, 0, busy.port, 'h'),
            srv(3, 0, live.port, 'h'),
          ],
        },
        a: { h: ['127.0.0.1'] },
      }),
    },
  );
  const srf = await client(engine);
  t.teardown(async () => {
    srf.disconnect();
    await engine.close();
  });
  const provisional: number[] = [];
  const call = srf.createUAC(
    'sip:1@trunk.ru',
    { localSdp: sdp() },
    { cbProvisional: (r: Any) => provisional.push(r.status) },
  );
  const atBusy = await busy.expect('INVITE');
  busy.reply(atBusy, 503, { extra: 'Retry-After: 30\r\n' });
  await busy.expect('ACK');
  const atLive = await live.expect('INVITE');
  t.equal(atLive.headers['call-id'], dead.seen[0]!.headers['call-id']);
  t.equal(atLive.headers.cseq, dead.seen[0]!.headers.cseq);
  t.not(atLive.headers.via, dead.seen[0]!.headers.via, 'a transaction of its own');
  live.reply(atLive, 200, { body: sdp(5000) });
  await within(call, 8000, 'answer');
  const before = busy.count('INVITE') + dead.count('INVITE');
  t.ok(dead.count('INVITE') >= 5, 'given its whole time');
  const second = srf.createUAC('sip:1@trunk.ru', { localSdp: sdp() });
  const again = await live.expect('INVITE');
  live.reply(again, 200, { body: sdp(5000) });
  await within(second, 2000, 'second answer');
  t.equal(busy.count('INVITE') + dead.count('INVITE'), before, 'the next call does not wait for them again');
});
