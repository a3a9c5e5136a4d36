/** What connections may hold: places, buffers, time; TLS handshakes that never end among them. */
import { EventEmitter } from 'node:events';
import { connect, type Socket } from 'node:net';
import t from 'tap';
import { start } from '../../src/sipd/engine.ts';
import { ConnectionGate } from '../../src/sipd/transport/connection-gate.ts';
import { Authority } from '../peers/authority.ts';
import { control } from './control.ts';
import { type Any, idle, QUICK, SECRET, until } from './kit.ts';

class FakeSocket extends EventEmitter {
  destroyed = false;
  readonly remoteAddress: string;
  constructor(remoteAddress: string) {
    super();
    this.remoteAddress = remoteAddress;
  }
  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

t.test('strangers get few connections and three quarters of all; the banned get none', async (t) => {
  const gate = new ConnectionGate({ connections: 100, connectionsPerPeer: 30 }, (host) =>
    host.startsWith('10.') ? 'known' : host === '203.0.113.66' ? 'banned' : 'stranger',
  );
  const open = (host: string): FakeSocket => {
    const socket = new FakeSocket(host);
    gate.admit(socket as unknown as Socket);
    return socket;
  };
  t.ok(open('203.0.113.66').destroyed);
  t.equal(gate.open, 0);
  const one = Array.from({ length: 25 }, () => open('198.51.100.1'));
  t.equal(one.filter((s) => !s.destroyed).length, 20, 'one stranger');
  const v6 = Array.from({ length: 25 }, (_, i) => open(`2001:db8::${i + 1}`));
  t.equal(v6.filter((s) => !s.destroyed).length, 20, 'a /64 is one stranger');
  for (let i = 0; i < 100; i++) open(`192.0.2.${i}`);
  t.equal(gate.open, 75, 'all strangers');
  const known = Array.from({ length: 40 }, (_, i) => open(`10.0.${i % 2}.1`));
  t.equal(known.filter((s) => !s.destroyed).length, 25, 'the rest is for those we know');
  t.equal(gate.open, 100);
  for (const socket of [...one, ...v6]) if (!socket.destroyed) socket.destroy();
  t.equal(gate.open, 60, 'places come free again');
  t.notOk(open('198.51.100.1').destroyed);
});

interface Limits {
  firstMessageMs?: number;
  wholeMessageMs?: number;
  connections?: number;
  connectionsPerPeer?: number;
}

async function engine(t: Any, limits: Limits, lan: string[] = ['127.0.0.1']) {
  const made = await start(
    {
      listen: [
        { transport: 'tcp', host: '127.0.0.1', port: 0 },
        { transport: 'tls', host: '127.0.0.1', port: 0 },
      ],
      control: { host: '127.0.0.1', port: 0, secret: SECRET },
      timers: QUICK,
      tls: new Authority(t.testdir()).selfSigned('DNS:box'),
      limits,
      guard: { lan },
    },
    { load: idle },
  );
  t.teardown(() => made.close());
  const app = await control(t, made);
  await app.reply(app.send('route|options'));
  const timer = setInterval(() => {
    for (const f of app.frames.splice(0))
      if (f.words[1] === 'sip' && f.words[8]) app.send(`sip|${f.words[8]}|`, 'SIP/2.0 200 OK\r\n\r\n');
  }, 2);
  t.teardown(() => clearInterval(timer));
  return made;
}

/** A raw connection; `closed` is set when the other side has ended it, `heard` is what came. */
function dial(t: Any, port: number, localAddress = '127.0.0.1') {
  const socket = connect({ host: '127.0.0.1', port, localAddress });
  const state = { socket, closed: false, heard: '' };
  socket.on('data', (chunk) => {
    state.heard += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    state.closed = true;
  });
  t.teardown(() => socket.destroy());
  return state;
}

const options = (n: number): string =>
  `OPTIONS sip:x@y SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK${n}\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:x@y>\r\n` +
  `Call-ID: c${n}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n`;

t.test('who connects and says nothing is let go; keepalives alone do not count', async (t) => {
  const made = await engine(t, { firstMessageMs: 250 });
  const { port } = made.sip[0]!;
  const [mute, pinging, talking] = [dial(t, port), dial(t, port), dial(t, port)];
  const pings = setInterval(() => pinging.socket.write('\r\n\r\n'), 50);
  t.teardown(() => clearInterval(pings));
  talking.socket.write(options(1));
  await until(() => mute.closed && pinging.closed, 3000, 'both closed');
  t.match(pinging.heard, /^(\r\n)+$/, 'though it was answered');
  await until(() => talking.heard.includes('200 OK'), 2000, 'the answer');
  talking.socket.write(options(2));
  await until(() => talking.heard.includes('Call-ID: c2'), 2000, 'still open');
  t.notOk(talking.closed);
});

t.test('a message that drips in is given up; one after the other, however slowly, is not', async (t) => {
  const made = await engine(t, { wholeMessageMs: 300 });
  const { port } = made.sip[0]!;
  const dripping = dial(t, port);
  dripping.socket.write(options(1));
  await until(() => dripping.heard.includes('200 OK'), 2000, 'a first answer');
  const text = options(2);
  let at = 0;
  const drops = setInterval(() => dripping.socket.write(text.charAt(at++ % 20)), 20);
  t.teardown(() => clearInterval(drops));
  await until(() => dripping.closed, 3000, 'closed');

  // Each write ends in the middle of the next message, so that there is always a part in the buffer.
  const steady = dial(t, port);
  const stream = Array.from({ length: 12 }, (_, i) => options(100 + i)).join('');
  const step = Math.ceil(stream.length / 12) + 7;
  for (let from = 0; from < stream.length; from += step) {
    steady.socket.write(stream.slice(from, from + step));
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  await until(() => steady.heard.includes('Call-ID: c111'), 2000, 'the last answer');
  t.notOk(steady.closed, 'more than twice the time of one message has passed');
});

t.test('TLS handshakes that never end hold places, and no more than a stranger may have', async (t) => {
  const made = await engine(t, {}, []);
  const { port } = made.sip[1]!;
  const half = Array.from({ length: 30 }, () => dial(t, port, '127.0.0.66'));
  await until(() => half.filter((s) => s.closed).length === 10, 3000, 'ten were turned away');
  t.equal(half.filter((s) => !s.closed).length, 20);
  const other = dial(t, made.sip[0]!.port, '127.0.0.67');
  other.socket.write(options(3));
  await until(() => other.heard.includes('200 OK'), 2000, 'others are served');
});
