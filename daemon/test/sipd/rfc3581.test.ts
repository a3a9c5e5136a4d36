import { createSocket } from 'node:dgram';
import t from 'tap';
import { type Any, client, QUICK, SECRET, startEngine, until } from './kit.ts';
import { read, type Seen, udpPeer } from './peer.ts';

const listen = (host: string) => [
  { transport: 'udp' as const, host, port: 0 },
  { transport: 'tcp' as const, host, port: 0 },
];

async function engineOn(t: Any, host = '127.0.0.1') {
  const engine = await startEngine({
    listen: listen(host),
    control: { host: '127.0.0.1', port: 0, secret: SECRET },
    timers: QUICK,
  });
  const srf = await client(engine);
  t.teardown(async () => {
    srf.disconnect();
    await engine.close();
  });
  return { engine, srf, port: engine.sip[0]!.port };
}

const options = (via: string, id: string): string =>
  `OPTIONS sip:x@y SIP/2.0\r\nVia: SIP/2.0/UDP ${via};branch=z9hG4bK${id}\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:x@y>\r\n` +
  `Call-ID: ${id}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n`;

/** A bare socket of either family that tells from where each answer came. */
async function sender(t: Any, host: string) {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  await new Promise<void>((resolve) => socket.bind(0, host, resolve));
  t.teardown(() => socket.close());
  const seen: (Seen & { port: number })[] = [];
  socket.on('message', (bytes, from) => seen.push({ ...read(bytes.toString('latin1')), port: from.port }));
  return {
    port: socket.address().port,
    seen,
    send: (text: string, port: number) => socket.send(text, port, host),
  };
}

t.test(
  'RFC 3581 3: our requests ask for rport, and their answers are taken from wherever they come',
  async (t) => {
    const { srf } = await engineOn(t);
    const [peer, other] = [await udpPeer(t), await udpPeer(t)];
    const answer = new Promise<Any>((resolve) =>
      srf.request(`sip:1@${peer.address}`, { method: 'OPTIONS' }, (_e: Any, req: Any) =>
        req.on('response', resolve),
      ),
    );
    const asked = await peer.expect('OPTIONS');
    t.match(asked.headers.via, /;rport$/);
    other.reply(
      { ...asked, headers: { ...asked.headers, via: `${asked.headers.via}=4711;received=203.0.113.9` } },
      200,
    );
    const response = await answer;
    t.equal(response.status, 200, 'a NAT may answer from another port');
    t.match(
      response.get('Via'),
      /rport=4711;received=203\.0\.113\.9/,
      'the application sees where it is seen',
    );
  },
);

for (const host of ['127.0.0.1', '::1'])
  t.test(`RFC 3581 4, RFC 3261 18.2: rport and received, over ${host}`, async (t) => {
    const { port } = await engineOn(t, host);
    const [near, named] = [await sender(t, host), await sender(t, host)];
    const written = host.includes(':') ? `[${host}]` : host;
    const elsewhere = host.includes(':') ? '[2001:db8::7]' : '192.0.2.7';
    near.send(options(`${elsewhere}:${named.port};rport`, 'a'), port);
    await until(() => near.seen.length === 1, 2000, 'to the source');
    t.equal(
      near.seen[0]!.headers.via,
      `SIP/2.0/UDP ${elsewhere}:${named.port};rport=${near.port};branch=z9hG4bKa;received=${host}`,
      'received without brackets (RFC 3261 25.1: via-received)',
    );
    t.equal(near.seen[0]!.port, port, 'from the port that the request came to: a NAT lets nothing else in');
    near.send(options(`${written}:${near.port};rport`, 'b'), port);
    await until(() => near.seen.length === 2, 2000, 'equal');
    t.match(near.seen[1]!.headers.via, `;received=${host}`, 'with rport received is always added');
    near.send(options(`${elsewhere}:${named.port}`, 'c'), port);
    await until(() => named.seen.length === 1, 2000, 'to the source address, at the port of Via');
    t.match(named.seen[0]!.headers.via, new RegExp(`;received=${host}$`));
    near.send(options(`some.host.test:${named.port}`, 'd'), port);
    await until(() => named.seen.length === 2, 2000, 'a name is not looked up');
    near.send(options(`${written}:${named.port}`, 'e'), port);
    await until(() => named.seen.length === 3, 2000, 'as it says');
    t.notMatch(named.seen[2]!.headers.via, 'received', 'nothing to be added');
    t.equal(near.seen.length, 2);
  });

t.test('RFC 5118 4.1 to 4.5: IPv6 in Request-URI and Via, with and without brackets', async (t) => {
  const { srf, port } = await engineOn(t, '::1');
  const uris: string[] = [];
  srf.options((req: Any, res: Any) => {
    uris.push(req.uri);
    res.send(200);
  });
  await new Promise((resolve) => setTimeout(resolve, 30));
  const near = await sender(t, '::1');
  near.send(
    options(`[::1]:${near.port};rport`, 'a').replace('sip:x@y SIP', 'sip:x@[2001:DB8::10]:5070 SIP'),
    port,
  );
  await until(() => near.seen.length === 1, 2000, 'answer');
  t.equal(near.seen[0]!.status, 200);
  t.same(uris, ['sip:x@[2001:DB8::10]:5070'], 'as it was written (4.1)');
  near.send(
    options(`[::1]:${near.port};rport`, 'b').replace('sip:x@y SIP', 'sip:x@2001:db8::10:5070 SIP'),
    port,
  );
  await until(() => near.seen.length === 2, 2000, '400');
  t.equal(near.seen[1]!.status, 400, 'brackets left out of a Request-URI (4.2)');
  near.send(options('2001:db8::9;rport', 'c'), port);
  near.send(options(`[::1]:${near.port};received=[2001:db8::9];rport`, 'd'), port);
  await until(() => near.seen.length === 3, 2000, 'received in brackets');
  t.equal(
    near.seen[2]!.headers['call-id'],
    'd',
    'a received with brackets is forgiven (4.5), a bare sent-by is not',
  );
  t.equal(near.seen[2]!.status, 200);
});
