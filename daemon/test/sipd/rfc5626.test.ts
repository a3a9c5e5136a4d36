import { createServer, type Socket } from 'node:net';
import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { start } from '../../src/sipd/engine.ts';
import { DEFAULT_LIMITS, LenienceCounter } from '../../src/sipd/message/limits.ts';
import type { SipMessage } from '../../src/sipd/message/message.ts';
import { parse } from '../../src/sipd/message/parse.ts';
import type { NetworkEvent } from '../../src/sipd/network.ts';
import type { Flow } from '../../src/sipd/transport/flow.ts';
import { Keepalives } from '../../src/sipd/transport/keepalive.ts';
import { bindingAnswer, bindingRequest, bindingResult, isStun } from '../../src/sipd/transport/stun.ts';
import { type Any, client, QUICK, SECRET, until, within } from './kit.ts';
import { read, udpPeer } from './peer.ts';

const okTo = (via: string, extra = ''): SipMessage => {
  const text = `SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx;rport=5060${via}\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: x\r\nCSeq: 1 REGISTER\r\n${extra}Content-Length: 0\r\n\r\n`;
  const result = parse(Buffer.from(text, 'latin1'), new LenienceCounter(), DEFAULT_LIMITS);
  if (!result.ok) throw new Error(result.code);
  return result.message;
};

function bench(proto: 'udp' | 'tcp' = 'udp') {
  const clock = new FakeClock();
  const sent: Buffer[] = [];
  const failed: string[] = [];
  const pings: number[] = [];
  const flow: Flow & { ping(ms: number): void } = {
    proto,
    local: { host: '10.0.0.1', port: 5060 },
    remote: { host: '192.0.2.1', port: 5060 },
    open: true,
    connected: true,
    send() {},
    ping: () => void pings.push(clock.now()),
  };
  const keepalives = new Keepalives({
    clock,
    random: () => 0.5,
    failed: (_flow, reason) => failed.push(reason),
    sendStun: (_flow, bytes) => sent.push(bytes),
  });
  return { clock, sent, failed, pings, flow, keepalives };
}

t.test('RFC 6223 4.2: keepalives only for who agrees, at the pace he names', async (t) => {
  const pace = (via: string, extra?: string, proto: 'udp' | 'tcp' = 'udp'): number | undefined => {
    const { clock, sent, pings, flow, keepalives } = bench(proto);
    keepalives.registered(okTo(via, extra), flow, false);
    for (let ms = 0; ms < 1_000_000; ms += 100) {
      clock.advance(100);
      if (sent.length + pings.length > 0) return clock.now();
    }
    return undefined;
  };
  t.equal(pace(''), undefined, 'no keep, no Flow-Timer');
  t.equal(pace(';keep'), undefined, 'our own flag, sent back without a value');
  t.equal(pace(';keep=30'), 27_000, 'between 80 and 100 percent of it');
  t.equal(pace(';keep=0'), 26_100, 'RFC 6223 8: no interval named: 24 to 29 s on UDP (RFC 5626 4.4.2)');
  t.equal(pace(';keep=1'), 4500, 'nobody has us ping each second');
  t.equal(pace('', 'Flow-Timer: 60\r\n'), 54_000, 'RFC 5626 4.4: Flow-Timer');
  t.equal(pace(';keep=0', '', 'tcp'), 108_000, '95 to 120 s on streams (4.4.1)');
});

t.test(
  'RFC 5626 4.4.2: STUN on UDP: repeated, given up after 15.5 s, dead when the address is another',
  async (t) => {
    const { clock, sent, failed, flow, keepalives } = bench();
    keepalives.registered(okTo(';keep=30'), flow, false);
    const answer = (host = '198.51.100.7', port = 40_000): void =>
      keepalives.stun(bindingAnswer(sent.at(-1)!, { host, port })!, flow);
    clock.advance(27_000);
    t.equal(sent.length, 1);
    answer();
    clock.advance(27_000);
    t.equal(sent.length, 2);
    const times: number[] = [];
    for (let ms = 0; ms < 15_400; ms += 100) {
      const before = sent.length;
      clock.advance(100);
      if (sent.length > before) times.push(ms + 100);
    }
    t.same(times, [500, 1500, 3500, 7500]);
    t.equal(new Set(sent.slice(1).map((b) => b.toString('hex'))).size, 1, 'the same request');
    t.same(failed, []);
    clock.advance(200);
    t.same(failed, ['no answer to STUN']);
    clock.advance(600_000);
    t.equal(failed.length, 1);
    t.equal(keepalives.size, 0);

    keepalives.registered(okTo(';keep=30'), flow, false);
    for (const port of [40_000, 40_000, 40_001]) {
      clock.advance(27_000);
      answer('198.51.100.7', port);
    }
    t.equal(failed.length, 2);
    t.match(failed[1], /seen at/);
    keepalives.registered(okTo(';keep=30'), flow, false);
    keepalives.registered(okTo(';keep=30'), flow, true);
    t.equal(keepalives.size, 0, 'a binding taken back needs no flow');
    t.equal(clock.pending, 0);
  },
);

t.test(
  'RFC 5626 4.5: a flow that dies right after each registration is told of every 30 s at most',
  async (t) => {
    const { clock, failed, flow, keepalives } = bench('tcp');
    for (let i = 0; i < 3; i++) {
      keepalives.registered(okTo(';keep=30'), flow, false);
      keepalives.closed(flow, 'tcp/ECONNRESET');
      t.equal(failed.length, i);
      clock.advance(30_000);
      t.equal(failed.length, i + 1);
    }
    keepalives.registered(okTo(''), flow, false);
    clock.advance(40_000);
    keepalives.closed(flow, 'tcp/ECONNRESET');
    t.equal(
      failed.length,
      4,
      'after that at once, and without keep too: the connection is what the registrar knows',
    );
  },
);

t.test('RFC 8489: requests and answers in both families; what is no STUN, or broken, is none', async (t) => {
  for (const from of [
    { host: '192.0.2.17', port: 54_321 },
    { host: '2001:db8::17', port: 1 },
  ]) {
    const { id, bytes } = bindingRequest();
    t.ok(isStun(bytes));
    t.equal(bytes.length, 20);
    t.same(bindingResult(bindingAnswer(bytes, from)!), { id, seen: from });
  }
  // RFC 5769 2.2: the response of the test vectors, with its integrity and fingerprint.
  const vector = Buffer.from(
    '0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a64300080014' +
      '2b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96',
    'hex',
  );
  t.match(bindingResult(vector), { seen: { host: '192.0.2.1', port: 32_853 } });
  const { bytes } = bindingRequest();
  const odd = Buffer.concat([bytes, Buffer.from([0x7f, 0x01, 0, 0])]);
  odd.writeUInt16BE(4, 2);
  const refusal = bindingAnswer(odd, { host: '192.0.2.1', port: 1 })!;
  t.equal(refusal.readUInt16BE(0), 0x0111, '420 to an attribute that must be understood');
  t.equal(bindingResult(refusal), undefined);
  odd.writeUInt16BE(8, 2);
  t.equal(bindingAnswer(odd, { host: '192.0.2.1', port: 1 }), undefined, 'a length that is not so');
  t.notOk(isStun(Buffer.from('OPTIONS sip:a SIP/2.0\r\n')));
  t.notOk(isStun(bytes.subarray(0, 19)));
  t.equal(
    bindingAnswer(bindingAnswer(bytes, { host: '1.2.3.4', port: 5 })!, { host: '1.2.3.4', port: 5 }),
    undefined,
  );
});

async function engine(t: Any, config = {}) {
  const clock = new FakeClock();
  const news: NetworkEvent[] = [];
  const made = await start(
    {
      listen: [
        { transport: 'udp', host: '127.0.0.1', port: 0 },
        { transport: 'tcp', host: '127.0.0.1', port: 0 },
      ],
      control: { host: '127.0.0.1', port: 0, secret: SECRET },
      timers: QUICK,
      ...config,
    },
    { clock, onNetwork: (event) => news.push(event) },
  );
  const srf = await client(made);
  t.teardown(async () => {
    srf.disconnect();
    await made.close();
  });
  return { engine: made, srf, clock, news };
}

t.test('RFC 6223 4.3: who asks us is told that we answer, and how often is enough', async (t) => {
  const { engine: made } = await engine(t);
  const peer = await udpPeer(t);
  const { port } = made.sip[0]!;
  const ask = async (params: string): Promise<string> => {
    const text = peer.request(`127.0.0.1:${port}`, 'REGISTER', {
      branch: `z9hG4bKk${params.length}${params}`,
    });
    void text;
    return (await peer.response()).headers.via!;
  };
  t.match(await ask(';rport;keep'), /;keep=30/);
  t.notMatch(await ask(';rport'), /keep/);
});

t.test('RFC 5626 8: the SIP port answers STUN; SIP goes on beside it', async (t) => {
  const { engine: made } = await engine(t);
  const peer = await udpPeer(t);
  const { port } = made.sip[0]!;
  const { id, bytes } = bindingRequest();
  peer.send(`127.0.0.1:${port}`, bytes);
  await until(() => peer.seen.length > 0, 2000, 'an answer');
  const raw = Buffer.from(peer.seen[0]!.raw ?? Buffer.alloc(0));
  t.same(bindingResult(raw), { id, seen: { host: '127.0.0.1', port: peer.port } });
});

t.test(
  'RFC 5626 4.4, RFC 6223: REGISTER asks; STUN to the registrar; one that is silent is told of',
  async (t) => {
    const { engine: made, srf, clock, news } = await engine(t);
    const registrar = await udpPeer(t);
    srf.request(`sip:${registrar.address}`, { method: 'REGISTER' }, () => {});
    const asked = await registrar.expect('REGISTER');
    t.match(asked.headers.via, /;rport;keep$/);
    registrar.reply({ ...asked, headers: { ...asked.headers, via: `${asked.headers.via}=20` } }, 200);
    await until(() => made.stats().keptAlive === 1, 2000, 'kept alive');
    srf.request(`sip:${registrar.address}`, { method: 'OPTIONS' }, () => {});
    t.notMatch((await registrar.expect('OPTIONS')).headers.via, /keep/, 'registrations only');
    clock.advance(20_000);
    await until(() => registrar.seen.some((m) => m.raw && isStun(m.raw)), 2000, 'STUN');
    clock.advance(15_000);
    clock.advance(15_000);
    await until(() => news.length > 0, 1000, 'news');
    t.match(news, [{ kind: 'flow-failed', protocol: 'udp', host: '127.0.0.1', port: registrar.port }]);
  },
);

t.test('RFC 5626 4.4.1: CRLF pings on streams, a pong within 10 s or the flow is dead', async (t) => {
  const { engine: made, srf, clock, news } = await engine(t);
  const sockets: Socket[] = [];
  let text = '';
  let pongs = true;
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (data) => {
      const arrived = data.toString('latin1');
      text += arrived;
      if (arrived === '\r\n\r\n') {
        if (pongs) socket.write('\r\n');
        return;
      }
      const m = read(arrived);
      if (m.method !== 'REGISTER') return;
      socket.write(
        `SIP/2.0 200 OK\r\nVia: ${m.headers.via}=60\r\nFrom: ${m.headers.from}\r\nTo: ${m.headers.to};tag=x\r\nCall-ID: ${m.headers['call-id']}\r\nCSeq: ${m.headers.cseq}\r\nContent-Length: 0\r\n\r\n`,
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as Any;
  const register = (): void =>
    srf.request(`sip:127.0.0.1:${port};transport=tcp`, { method: 'REGISTER' }, () => {});
  register();
  await until(() => made.stats().keptAlive === 1, 2000, 'kept alive');
  for (let i = 1; i <= 3; i++) {
    clock.advance(60_000);
    await until(() => text.split('\r\n\r\n').length >= 2 + i && text.endsWith('\r\n\r\n'), 2000, `ping ${i}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  t.equal(made.stats().connections, 1, 'pongs keep it');
  pongs = false;
  sockets[0]!.destroy();
  await until(() => news.length === 1, 2000, 'the end of the connection is told at once');
  t.match(news, [{ kind: 'flow-failed', protocol: 'tcp', host: '127.0.0.1', port }]);
  register();
  await until(() => sockets.length === 2 && made.stats().keptAlive === 1, 2000, 'registered again');
});

t.test('RFC 5626 4.4.1: who does not answer a ping is cut off; a lone CRLF harms nobody', async (t) => {
  const { StreamListener } = await import('../../src/sipd/transport/stream.ts');
  const { TlsProfiles } = await import('../../src/sipd/transport/tls.ts');
  const limits: Any = { ...DEFAULT_LIMITS, connections: 10, connectionsPerPeer: 10 };
  const closed: string[] = [];
  const handler = { received() {}, closed: (_f: Flow, reason: string) => void closed.push(reason) };
  const listener = await StreamListener.listen(
    'tcp',
    '127.0.0.1',
    0,
    limits,
    handler,
    new TlsProfiles(undefined),
  );
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket.resume()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await listener.close();
  });
  const { port } = server.address() as Any;
  const flow = listener.connect({ proto: 'tcp', host: '127.0.0.1', port, pinned: true, name: '' }, port);
  await until(() => sockets.length === 1 && flow.connected, 2000, 'connected');
  flow.ping(150);
  sockets[0]!.write('\r\n');
  await new Promise((resolve) => setTimeout(resolve, 300));
  t.ok(flow.open, 'a pong');
  const began = performance.now();
  flow.ping(150);
  await within(new Promise((resolve) => sockets[0]!.on('close', resolve)), 2000, 'cut off');
  t.ok(performance.now() - began >= 140);
  await until(() => closed.length === 1, 1000, 'told');
  t.same(closed, ['tcp/no-pong']);
});
