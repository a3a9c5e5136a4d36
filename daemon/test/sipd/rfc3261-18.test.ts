import { spawn } from 'node:child_process';
import { connect, createServer, type Socket } from 'node:net';
import t from 'tap';
import { patient } from '../../../hw/simulator/office/patience.ts';
import { type Any, at, client, QUICK, startEngine, until, within } from './kit.ts';
import { udpPeer } from './peer.ts';

async function app(t: Any, config = {}) {
  const engine = await startEngine({ timers: QUICK, ...config });
  const srf = await client(engine);
  t.teardown(async () => {
    srf.disconnect();
    await engine.close();
  });
  return { engine, srf };
}

async function tcpServer(t: Any, port = 0): Promise<{ port: number; text: () => string; sockets: Socket[] }> {
  let text = '';
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (data) => (text += data.toString('latin1')));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as Any).port, text: () => text, sockets };
}

/**
 * A listener that takes no connection and refuses none, as behind a firewall that drops: its process is stopped,
 * and its queue full.
 */
async function deaf(t: Any, port: number): Promise<void> {
  const code = `require('net').createServer().listen({port:${port},host:'127.0.0.1',backlog:1},()=>console.log('up'))`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'ignore'] });
  t.teardown(() => child.kill('SIGKILL'));
  await within(new Promise((resolve) => child.stdout.once('data', resolve)), 5000, 'the deaf listener');
  child.kill('SIGSTOP');
  for (let full = false; !full; ) {
    const filler = connect(port, '127.0.0.1');
    filler.on('error', () => {});
    t.teardown(() => filler.destroy());
    full = await Promise.race([
      new Promise<boolean>((resolve) => filler.once('connect', () => resolve(false))),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 300)),
    ]);
  }
}

/** A peer that listens on one port by UDP and TCP; the first that UDP gets may be taken there. */
async function bothPeer(t: Any) {
  for (let tries = 1; ; tries++) {
    const peer = await udpPeer(t);
    try {
      return { peer, tcp: await tcpServer(t, peer.port) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || tries === 20) throw error;
    }
  }
}

const options = (via: string, id: string, more = 'Content-Length: 0\r\n\r\n'): string =>
  `OPTIONS sip:x@y SIP/2.0\r\nVia: SIP/2.0/${via};branch=z9hG4bK${id}\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:x@y>\r\n` +
  `Call-ID: ${id}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n${more}`;

t.test('RFC 3261 18.1.1: 1300 bytes is the limit, to the byte', async (t) => {
  const { srf } = await app(t);
  const { peer, tcp } = await bothPeer(t);
  const send = (body: number): void =>
    srf.request(
      `sip:1@${peer.address}`,
      {
        method: 'MESSAGE',
        headers: {
          'Content-Type': 'text/plain',
          'Call-ID': 'fixed',
          From: '<sip:a@b>;tag=t',
          CSeq: '7 MESSAGE',
        },
        body: 'x'.repeat(body),
      },
      () => {},
    );
  send(1000);
  const seen = await peer.expect('MESSAGE');
  peer.reply(seen, 200);
  const left = 1300 - seen.text.length;
  send(1000 + left);
  const full = await peer.next((m) => m.method === 'MESSAGE' && m.text.length > seen.text.length);
  peer.reply(full, 200);
  t.equal(full.text.length, 1300);
  send(1001 + left);
  await until(() => tcp.text().includes('MESSAGE'), 2000, 'by TCP');
  t.match(tcp.text(), /^MESSAGE .*\r\nVia: SIP\/2\.0\/TCP /);
});

t.test(
  'RFC 3261 18.1.1, ruling 16: where TCP leads nowhere the request goes by UDP within a second',
  async (t) => {
    const { srf, engine } = await app(t);
    const peer = await udpPeer(t);
    await deaf(t, peer.port);
    const began = performance.now();
    srf.request(
      `sip:1@${peer.address}`,
      { method: 'MESSAGE', headers: { 'Content-Type': 'text/plain' }, body: 'x'.repeat(1500) },
      () => {},
    );
    const seen = await peer.expect('MESSAGE', 2500);
    t.ok(performance.now() - began < patient(1500));
    t.match(seen.headers.via, /UDP/);
    peer.reply(seen, 200);
    t.ok(engine.stats().lenient['udp-over-mtu']! > 0, 'counted');
  },
);

t.test('RFC 3261 18.2.2: the answer goes back on its connection; gone, to the port of Via', async (t) => {
  const { srf, engine } = await app(t);
  const held: Any[] = [];
  srf.options((_req: Any, res: Any) => held.push(res));
  await new Promise((resolve) => setTimeout(resolve, 30));
  const back = await tcpServer(t);
  const [host, port] = at(engine, 'tcp').split(':');
  const socket = connect(Number(port), host);
  let got = '';
  socket.on('data', (data) => (got += data.toString('latin1')));
  socket.write(options(`TCP 127.0.0.1:${back.port}`, 'a') + options(`TCP 127.0.0.1:${back.port}`, 'b'));
  await until(() => held.length === 2, 2000, 'two requests');
  held[0].send(200);
  await until(() => got.includes('200 OK'), 2000, 'on the connection');
  t.equal(back.text(), '');
  socket.destroy();
  await until(() => engine.stats().connections === 0, 2000, 'gone');
  held[1].send(200);
  await until(() => back.text().includes('200 OK'), 2000, 'a new one, to the sent-by port');
  t.match(back.text(), /Call-ID: b\r\n/);
});

t.test('RFC 3261 18.3: Content-Length rules a stream; a datagram ends where it ends', async (t) => {
  const { srf, engine } = await app(t);
  const bodies: string[] = [];
  srf.options((req: Any, res: Any) => {
    bodies.push(req.body);
    res.send(200);
  });
  await new Promise((resolve) => setTimeout(resolve, 30));
  const [host, port] = at(engine, 'tcp').split(':');
  const stream = (): { socket: Socket; closed: Promise<unknown> } => {
    const socket = connect(Number(port), host);
    socket.on('error', () => {});
    socket.resume();
    return { socket, closed: within(new Promise((resolve) => socket.on('close', resolve)), 3000, 'closed') };
  };
  const type = 'Content-Type: text/plain\r\n';
  const good = stream();
  const one = options('TCP h:1', 'a', `${type}Content-Length: 5\r\n\r\nhello`);
  good.socket.write(one + options('TCP h:1', 'b', `${type}l: 2\r\n\r\nyo`));
  await until(() => bodies.length === 2, 2000, 'both');
  t.same(bodies, ['hello', 'yo']);
  good.socket.destroy();
  for (const bad of [
    '\r\n',
    'Content-Length: -1\r\n\r\n',
    'Content-Length: 5\r\nContent-Length: 6\r\n\r\n',
  ]) {
    const { socket, closed } = stream();
    socket.write(options('TCP h:1', 'c', bad));
    await closed;
  }
  t.pass('without a sound length nobody knows where the next message begins');
  const peer = await udpPeer(t);
  peer.send(at(engine), options('UDP h:1;rport', 'd', `${type}Content-Length: 3\r\n\r\nabcdef`));
  t.equal((await peer.response()).status, 200);
  t.equal(bodies[2], 'abc', 'what is over is dropped');
  peer.send(at(engine), options('UDP h:1;rport', 'e', `${type}Content-Length: 9\r\n\r\nabc`));
  t.equal((await peer.response()).status, 400, 'what is cut off is refused');
  peer.send(at(engine), options('UDP h:1;rport', 'f', `${type}\r\nabcdef`));
  t.equal((await peer.response()).status, 200);
  t.equal(bodies[3], 'abcdef', 'without a length it goes to the end');
});

t.test('RFC 3261 18.4: a connection that ends under a request fails it at once', async (t) => {
  const { srf } = await app(t);
  const server = createServer((socket) => socket.once('data', () => socket.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const began = performance.now();
  const response = await within(
    new Promise<Any>((resolve) =>
      srf.request(
        `sip:127.0.0.1:${(server.address() as Any).port};transport=tcp`,
        { method: 'OPTIONS' },
        (_e: Any, req: Any) => req.on('response', resolve),
      ),
    ),
    3000,
    'failure',
  );
  t.equal(response.status, 503);
  t.match(response.get('Reason'), /^SIP;cause=503;text="/);
  t.ok(performance.now() - began < patient(1000), 'and not after 64*T1');
});
