import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import t from 'tap';
import { WebSocket } from 'ws';
import type { EngineConfig } from '../../src/sipd/config.ts';
import { Authority } from '../peers/authority.ts';
import { type Any, client, next, QUICK, sdp, startEngine, until, within } from './kit.ts';
import { udpPeer } from './peer.ts';
import { WebPeer } from './web-peer.ts';

async function web(t: Any, config: Partial<EngineConfig> = {}) {
  const engine = await startEngine({
    listen: [
      { transport: 'udp', host: '127.0.0.1', port: 0 },
      { transport: 'ws', host: '127.0.0.1', port: 0 },
      { transport: 'wss', host: '127.0.0.1', port: 0 },
    ],
    tls: new Authority(t.testdir()).selfSigned('DNS:box'),
    timers: QUICK,
    guard: { lan: ['127.0.0.1'] },
    ...config,
  });
  t.teardown(() => engine.close());
  const port = (proto: string): number => engine.sip.find((a) => a.transport === proto)!.port;
  return {
    engine,
    port,
    url: `ws://127.0.0.1:${port('ws')}`,
    secureUrl: `wss://127.0.0.1:${port('wss')}`,
    udp: `127.0.0.1:${port('udp')}`,
  };
}

async function application(t: Any, engine: Any): Promise<Any> {
  const srf = await client(engine);
  t.teardown(() => srf.disconnect());
  return srf;
}

/** Status of an HTTP request to the port. */
const status = (port: number, headers: Record<string, string>): Promise<number> =>
  new Promise((resolve, reject) => {
    const req = httpRequest({ host: '127.0.0.1', port, headers, agent: false }, (res) => {
      res.resume();
      resolve(res.statusCode ?? 0);
    });
    req.on('upgrade', (res, socket) => {
      socket.destroy();
      resolve(res.statusCode ?? 0);
    });
    req.on('error', reject);
    req.end();
  });

t.test('RFC 7118 4.1: the sub-protocol is sip, and nothing else gets in', async (t) => {
  const { url, port } = await web(t);
  const peer = await WebPeer.open(t, url);
  t.equal(peer.ws.protocol, 'sip');
  const handshake = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  t.equal(await status(port('ws'), handshake), 400, 'without a sub-protocol');
  t.equal(await status(port('ws'), { ...handshake, 'Sec-WebSocket-Protocol': 'chat' }), 400);
  t.equal(await status(port('ws'), { ...handshake, 'Sec-WebSocket-Protocol': 'chat, sip' }), 101);
  t.equal(await status(port('ws'), {}), 426, 'an ordinary HTTP request');
});

for (const secure of [false, true])
  t.test(`RFC 7118 5.2, 5.3: ${secure ? 'wss' : 'ws'}: a registration, and calls both ways`, async (t) => {
    const { engine, url, secureUrl } = await web(t);
    const proto = secure ? 'wss' : 'ws';
    const srf = await application(t, engine);
    const options = secure ? { rejectUnauthorized: false } : {};
    const peer = await WebPeer.open(t, secure ? secureUrl : url, options);
    const registered = new Promise<Any>((resolve) => {
      srf.register((req: Any, res: Any) => {
        res.send(200, { headers: { Contact: req.get('Contact'), Expires: '600' } });
        resolve(req);
      });
    });
    peer.request('REGISTER', { uri: 'sip:box.test', extra: 'Supported: path, outbound\r\n' });
    const req = await within(registered, 3000, 'REGISTER');
    t.equal(req.protocol, proto);
    t.equal(req.source_address, '127.0.0.1');
    const ok = await peer.response(200);
    t.match(
      ok.headers.via,
      new RegExp(`^SIP/2\\.0/${proto.toUpperCase()} ${peer.name};.*received=127\\.0\\.0\\.1`),
    );
    t.notOk(ok.binary, 'text, as a browser likes it');

    // The web client calls.
    const called = new Promise<Any>((resolve) => {
      srf.invite(async (req: Any, res: Any) =>
        resolve(await srf.createUAS(req, res, { localSdp: sdp(5000) })),
      );
    });
    const from = '<sip:web@box.test>;tag=w1';
    peer.request('INVITE', { callId: 'web-1', from, body: sdp() });
    const answer = await peer.response(200);
    t.match(answer.headers.contact, /;transport=ws>/, '5.2.1: ws in a URI, be it plain or secure');
    const dialog = { callId: 'web-1', from, to: answer.headers.to!, uri: 'sip:127.0.0.1;transport=ws' };
    peer.request('ACK', dialog);
    const uas = await within(called, 3000, 'dialog');
    const ended = uas.destroy();
    const bye = await peer.expect('BYE');
    t.match(bye.headers.via, new RegExp(`^SIP/2\\.0/${proto.toUpperCase()} 127\\.0\\.0\\.1`));
    t.match(bye.text, new RegExp(`^BYE sip:web@${peer.name};transport=ws SIP`));
    peer.reply(bye, 200);
    await within(ended, 3000, 'BYE answered');

    // And hangs up by itself.
    const again = { callId: 'web-2', from: '<sip:web@box.test>;tag=w2' };
    peer.request('INVITE', { ...again, body: sdp() });
    const accepted = await peer.next((m) => m.status === 200 && m.headers['call-id'] === 'web-2');
    peer.request('ACK', { ...again, to: accepted.headers.to!, uri: dialog.uri });
    peer.request('BYE', { ...again, to: accepted.headers.to!, uri: dialog.uri, cseq: 2 });
    await peer.next((m) => m.status === 200 && m.headers.cseq === '2 BYE');

    // The application calls it, by its name, and by where it came from.
    const ways: Any[] = [
      [`sip:web@${peer.name};transport=ws`, {}],
      [
        `sip:web@${peer.name};transport=ws`,
        { proxy: `sip:${req.source_address}:${req.source_port};transport=${proto}` },
      ],
      [`sip:web@${req.source_address}:${req.source_port};transport=ws`, {}],
    ];
    for (const [uri, options] of ways) {
      const calling = srf.createUAC(uri, { ...options, localSdp: sdp() });
      const invite = await peer.expect('INVITE');
      t.match(invite.headers.via, new RegExp(`^SIP/2\\.0/${proto.toUpperCase()} `));
      peer.reply(invite, 200, { body: sdp(6000) });
      const uac = await within(calling, 3000, 'answer');
      await peer.expect('ACK');
      const over = next(uac, 'destroy');
      const h = invite.headers;
      const to = h.from!;
      const mine = `${h.to};tag=web`;
      peer.request('BYE', { callId: h['call-id']!, from: mine, to, uri: dialog.uri });
      await over;
      await peer.next((m) => m.status === 200 && m.headers['call-id'] === h['call-id']);
    }
    t.equal(engine.stats().connections, 1, 'all of it over one connection');
  });

t.test(
  'RFC 7118 5.2: a client whose connection broke comes back under its name, and its call goes on',
  async (t) => {
    const { engine, url } = await web(t);
    const srf = await application(t, engine);
    const peer = await WebPeer.open(t, url);
    srf.options((_: Any, res: Any) => res.send(200));
    peer.request('OPTIONS');
    await peer.response(200);
    const calling = srf.createUAC(`sip:web@${peer.name};transport=ws`, { localSdp: sdp() });
    peer.reply(await peer.expect('INVITE'), 200, { body: sdp(6000) });
    const uac = await within(calling, 3000, 'answer');
    await peer.expect('ACK');
    peer.ws.terminate();
    await until(() => engine.stats().connections === 0, 3000, 'gone');
    await t.rejects(
      srf.createUAC(`sip:web@${peer.name};transport=ws`, { localSdp: sdp() }),
      'nobody is there',
    );

    const back = await WebPeer.open(t, url, {}, peer.name);
    back.request('OPTIONS');
    await back.response(200);
    const ended = uac.destroy();
    back.reply(await back.expect('BYE'), 200);
    await within(ended, 3000, 'BYE');
  },
);

t.test('RFC 7118 5: text and binary, and a body that is no UTF-8', async (t) => {
  const { engine, url, udp } = await web(t);
  const srf = await application(t, engine);
  const peer = await WebPeer.open(t, url);
  const bodies: string[] = [];
  srf.message((req: Any, res: Any) => {
    bodies.push(req.body);
    res.send(200);
  });
  const plain = 'Content-Type: text/plain\r\n';
  for (const binary of [false, true]) {
    peer.request('MESSAGE', { extra: plain, body: 'caf\xc3\xa9', binary });
    await peer.response(200);
  }
  t.same(bodies, ['café', 'café']);
  const send = (body: string) =>
    srf.request(`sip:web@${peer.name};transport=ws`, {
      method: 'MESSAGE',
      headers: { 'Content-Type': 'text/plain' },
      body,
    });
  await send('café');
  const text = await peer.expect('MESSAGE');
  t.notOk(text.binary);
  t.match(text.text, /caf\xc3\xa9$/);
  peer.reply(text, 200);

  const far = await udpPeer(t);
  srf.info((req: Any) => {
    srf.proxyRequest(req, [`sip:web@${peer.name};transport=ws`]).catch(() => {});
  });
  far.request(udp, 'INFO', { body: '\xff\xfe' });
  const bytes = await peer.expect('INFO');
  t.ok(bytes.binary, 'a text message must be UTF-8, so this is none');
  t.match(bytes.body, '\xff\xfe');
});

t.test('RFC 7118 6, RFC 5626 3.5.1: pings of WebSocket and CRLF pings are answered', async (t) => {
  const { url } = await web(t);
  const peer = await WebPeer.open(t, url);
  const pong = new Promise<Buffer>((resolve) => peer.ws.once('pong', resolve));
  peer.ws.ping('here?');
  t.equal(String(await within(pong, 3000, 'pong')), 'here?');
  peer.ws.send('\r\n\r\n');
  await until(() => peer.bare.length === 1, 3000, 'a CRLF');
  t.same(peer.bare, ['\r\n']);
});

t.test(
  'a proxied call between UDP and a web client: each side hears the other by its own transport',
  async (t) => {
    const { engine, url, udp } = await web(t);
    const srf = await application(t, engine);
    const peer = await WebPeer.open(t, url);
    const far = await udpPeer(t);
    srf.options((_: Any, res: Any) => res.send(200));
    peer.request('OPTIONS');
    await peer.response(200);
    srf.invite((req: Any) => {
      srf.proxyRequest(req, [`sip:web@${peer.name};transport=ws`], { recordRoute: true }).catch(() => {});
    });
    const callId = 'far-1';
    far.request(udp, 'INVITE', { callId, fromTag: 'f1', body: sdp() });
    const invite = await peer.expect('INVITE');
    t.match(invite.headers['record-route'], `<sip:${udp};lr>`, 'what the far side can reach');
    peer.reply(invite, 200, { body: sdp(6000) });
    const ok = await far.response(200);
    const extra = `Route: ${ok.headers['record-route']}\r\n`;
    const uri = `sip:web@${peer.name};transport=ws`;
    far.request(udp, 'ACK', { callId, fromTag: 'f1', toTag: 'web', extra, uri });
    await peer.expect('ACK');
    far.request(udp, 'INFO', { callId, fromTag: 'f1', toTag: 'web', extra, uri, cseq: 2 });
    const info = await peer.expect('INFO');
    peer.reply(info, 200);
    await far.next((m) => m.status === 200 && m.headers.cseq === '2 INFO');
    peer.request('BYE', {
      callId,
      from: `${invite.headers.to};tag=web`,
      to: invite.headers.from!,
      uri: `sip:peer@${far.address}`,
      extra: `Route: ${invite.headers['record-route']}\r\n`,
    });
    far.reply(await far.expect('BYE'), 200);
    await peer.next((m) => m.status === 200 && m.headers.cseq === '1 BYE');
  },
);

/** A client that knows no manners, frame by frame. */
async function raw(t: Any, port: number) {
  const socket = connect({ host: '127.0.0.1', port });
  let closed = false;
  socket.on('error', () => {});
  socket.on('close', () => {
    closed = true;
  });
  t.teardown(() => socket.destroy());
  const heard: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => heard.push(chunk));
  socket.write(
    'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: sip\r\n\r\n',
  );
  await until(() => Buffer.concat(heard).includes('\r\n\r\n'), 3000, 'handshake');
  return {
    socket,
    closed: () => closed,
    text: () => Buffer.concat(heard).toString('latin1'),
    /** A frame with the mask 0, which leaves the bytes as they are; `masked` false is forbidden to clients. */
    frame(opcode: number, payload: string | Buffer, final = true, masked = true) {
      const body = Buffer.from(payload as string, 'latin1');
      const head = [(final ? 0x80 : 0) | opcode, (masked ? 0x80 : 0) | Math.min(body.length, 126)];
      if (body.length >= 126) head.push(body.length >> 8, body.length & 255);
      socket.write(Buffer.concat([Buffer.from(head), Buffer.alloc(masked ? 4 : 0), body]));
    },
  };
}

const options = (n: number): string =>
  `OPTIONS sip:x@y SIP/2.0\r\nVia: SIP/2.0/WS h.invalid;branch=z9hG4bK${n}\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:x@y>\r\n` +
  `Call-ID: c${n}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n`;

t.test('hostile: too long, unmasked, reserved, in too many pieces, floods of pings', async (t) => {
  const { engine, port, url } = await web(t, { limits: { messageBytes: 4096 } });
  const srf = await application(t, engine);
  srf.options((_: Any, res: Any) => res.send(200));
  const honest = await WebPeer.open(t, url);

  const long = await WebPeer.open(t, url);
  long.ws.send(options(1).padEnd(5000, 'x'));
  await until(() => long.closed !== undefined, 3000, 'too long');

  const ends = async (what: string, write: (one: Awaited<ReturnType<typeof raw>>) => void) => {
    const one = await raw(t, port('ws'));
    write(one);
    await until(one.closed, 3000, what);
  };
  await ends('pieces that are too long together', (one) => {
    one.frame(1, 'x'.repeat(3000), false);
    one.frame(0, 'x'.repeat(3000), true);
  });
  await ends('unmasked', (one) => one.frame(1, options(2), true, false));
  await ends('reserved opcode', (one) => one.frame(5, 'x'));
  await ends('text that is no UTF-8', (one) => one.frame(1, '\xff\xfe'));
  await ends('a thousand pieces', (one) => {
    one.frame(1, 'O', false);
    for (let i = 0; i < 1000; i++) one.frame(0, 'P', false);
  });
  await ends('a flood of pings', (one) => {
    for (let i = 0; i < 500; i++) one.frame(9, 'x');
  });
  await ends('a flood of CRLFs', (one) => {
    for (let i = 0; i < 500; i++) one.frame(1, '\r\n\r\n');
  });
  await ends('a close frame that is wrong', (one) => one.frame(8, 'x'));

  // In pieces that make a message, with a ping among them.
  const split = await raw(t, port('ws'));
  const text = options(3);
  split.frame(1, text.slice(0, 50), false);
  split.frame(9, 'here?');
  split.frame(0, text.slice(50, 120), false);
  split.frame(0, text.slice(120));
  await until(() => split.text().includes('Call-ID: c3'), 3000, 'an answer');
  honest.request('OPTIONS');
  await honest.response(200);
  t.equal(engine.stats().connections, 2, 'the honest ones are still there');
});

t.test('hostile: binary junk is counted as such, and bans a stranger', async (t) => {
  const { engine, url } = await web(t, { guard: { lan: ['192.0.2.0/24'] } });
  const junk = await WebPeer.open(t, url);
  for (let i = 0; i < 60 && !junk.closed; i++) junk.ws.send(Buffer.from(`\0\x01junk ${i}\r\n\r\n`));
  await until(() => junk.closed !== undefined, 3000, 'hung up');
  t.match(engine.stats().guard.bans, [{ source: '127.0.0.1', reason: 'malformed' }]);
  const again = new WebSocket(url, ['sip']);
  again.on('error', () => {});
  await new Promise((resolve) => again.on('close', resolve));
  t.pass('and gets no further connection');
});

t.test('hostile: silence, a message that drips in, a handshake that never ends', async (t) => {
  const { engine, port } = await web(t, { limits: { firstMessageMs: 400, wholeMessageMs: 300 } });
  const srf = await application(t, engine);
  srf.options((_: Any, res: Any) => res.send(200));
  const [mute, pinging, talking] = [
    await raw(t, port('ws')),
    await raw(t, port('ws')),
    await raw(t, port('ws')),
  ];
  talking.frame(1, options(1));
  await until(() => talking.text().includes('Call-ID: c1'), 2000, 'the answer');
  const pings = setInterval(() => pinging.frame(9, 'x'), 80);
  t.teardown(() => clearInterval(pings));
  const http = connect({ host: '127.0.0.1', port: port('ws') });
  let httpClosed = false;
  http
    .on('error', () => {})
    .on('close', () => {
      httpClosed = true;
    });
  http.write('GET / HTTP/1.1\r\nHost: x\r\n');
  await until(() => mute.closed() && pinging.closed() && httpClosed, 5000, 'all closed');
  t.notOk(talking.closed());

  talking.frame(1, options(2).slice(0, 30), false);
  const drops = setInterval(() => talking.frame(0, 'x', false), 50);
  t.teardown(() => clearInterval(drops));
  await until(talking.closed, 3000, 'given up');
});

t.test('hostile: connections of one stranger', async (t) => {
  const { engine, port } = await web(t, { guard: { lan: ['192.0.2.0/24'] } });
  const all = Array.from({ length: 30 }, () => {
    const socket = connect({ host: '127.0.0.1', port: port('ws') });
    socket.on('error', () => {});
    t.teardown(() => socket.destroy());
    return socket;
  });
  await until(() => all.filter((s) => s.destroyed).length === 10, 3000, 'ten of thirty were turned away');
  t.equal(engine.stats().connections, 0);
});
