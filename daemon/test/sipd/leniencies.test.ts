/** Each lenience by its name: refused and counted when strict, accepted and counted when allowed. */
import t from 'tap';
import { start } from '../../src/sipd/engine.ts';
import { FORGIVEN, LENIENCES, type Lenience, LenienceCounter } from '../../src/sipd/message/limits.ts';
import { parseText } from '../../src/sipd/message/parse.ts';
import { control } from './control.ts';
import { at, QUICK, SECRET } from './kit.ts';
import { udpPeer } from './peer.ts';

interface Parts {
  start?: string;
  via?: string;
  from?: string;
  to?: string;
  more?: string;
  end?: string;
}

const text = (p: Parts = {}): string =>
  `${p.start ?? 'OPTIONS sip:a@b SIP/2.0'}\r\n${p.via ?? 'Via: SIP/2.0/UDP h;branch=z9hG4bK1'}\r\n` +
  `${p.from ?? 'From: <sip:a@b>;tag=1'}\r\n${p.to ?? 'To: <sip:a@b>'}\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n` +
  `${p.more ?? ''}Content-Length: 0\r\n\r\n${p.end ?? ''}`;

/** A message that leans on it and on nothing else. */
const leaning: Record<Exclude<Lenience, 'udp-over-mtu'>, string[]> = {
  'start-line-space': [
    text({ start: 'OPTIONS  sip:a@b SIP/2.0' }),
    text({ start: 'OPTIONS sip:a@b SIP/2.0 ' }),
  ],
  'bare-lf': [text().replace('Call-ID: x\r\n', 'Call-ID: x\n')],
  'addr-spec-spaces': [text({ to: 'To: < sip:a@b >' })],
  'addr-spec-unbracketed': [text({ to: 'To: sip:a@b?x=y' }), text({ to: 'To: sip:a,b@c' })],
  'display-name': [text({ from: 'From: Иван (офис) <sip:a@b>;tag=1' })],
  'duplicate-header': [
    text({ more: 'Call-ID: x\r\n' }),
    text({ more: 'Max-Forwards: 7\r\nMax-Forwards: 7\r\n' }),
  ],
  'no-branch': [text({ via: 'Via: SIP/2.0/UDP h' }), text({ via: 'Via: SIP/2.0/UDP h;branch=1' })],
  'trailing-body': [text({ end: 'more' })],
};

for (const [what, messages] of Object.entries(leaning) as [Lenience, string[]][]) {
  t.test(`${what}: refused when strict, accepted when allowed, counted either way`, async (t) => {
    const strict = new LenienceCounter(LENIENCES.filter((l) => l !== what));
    const lenient = new LenienceCounter([what]);
    for (const counter of [strict, lenient]) counter.peer = '192.0.2.1';
    for (const message of messages) {
      const refused = parseText(Buffer.from(message, 'utf8').toString('latin1'), strict);
      t.match(refused, { ok: false, status: 400 }, JSON.stringify(message.slice(0, 60)));
      t.ok(!refused.ok && refused.partial, 'and can be answered');
      t.ok(parseText(Buffer.from(message, 'utf8').toString('latin1'), lenient).ok);
    }
    const n = messages.length;
    t.same([strict.refused.get(what), strict.counts.size], [n, 0]);
    t.same([lenient.counts.get(what), lenient.refused.size], [n, 0]);
    t.same(strict.leanings(), [{ peer: '192.0.2.1', what, forgiven: 0, refused: n }]);
    t.same(lenient.leanings(), [{ peer: '192.0.2.1', what, forgiven: n, refused: 0 }]);
  });
}

t.test('a sound message leans on nothing', async (t) => {
  const counter = new LenienceCounter([]);
  t.ok(parseText(text(), counter).ok);
  t.same([counter.counts.size, counter.refused.size], [0, 0]);
});

t.test('strict by default: only what the RFC or a ruling asks of a receiver is forgiven', async (t) => {
  const counter = new LenienceCounter();
  for (const [what, messages] of Object.entries(leaning) as [Lenience, string[]][])
    t.equal(
      parseText(Buffer.from(messages[0]!, 'utf8').toString('latin1'), counter).ok,
      FORGIVEN.includes(what),
      what,
    );
});

t.test('the list of who leans on what is bounded', async (t) => {
  const counter = new LenienceCounter([]);
  for (let i = 0; i < 5000; i++) {
    counter.peer = `h${i}`;
    counter.forgives('bare-lf');
  }
  t.ok(counter.leanings().length <= 300);
  t.equal(counter.refused.get('bare-lf'), 5000);
});

t.test('a running engine takes another list, and shows who leans on what', async (t) => {
  const engine = await start({
    listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }],
    control: { host: '127.0.0.1', port: 0, secret: SECRET },
    timers: QUICK,
  });
  t.teardown(() => engine.close());
  const app = await control(t, engine);
  await app.reply(app.send('route|options'));
  const peer = await udpPeer(t);
  const ask = (): void => void peer.request(at(engine), 'OPTIONS', { extra: 'Max-Forwards: 70\r\n' });
  ask();
  t.equal((await peer.response()).status, 400);
  engine.protect({ guard: {}, lenient: ['duplicate-header'] });
  ask();
  const asked = await app.next((f) => f.words[1] === 'sip');
  app.send(`sip|${asked.words[8]}|`, 'SIP/2.0 200 OK\r\n\r\n');
  t.equal((await peer.response()).status, 200);
  t.same(engine.stats().leanings, [{ peer: '127.0.0.1', what: 'duplicate-header', forgiven: 1, refused: 1 }]);
});

t.test(
  'udp-over-mtu: ruling 16 lets a pinned request be fragmented; without it, it is not sent',
  async (t) => {
    for (const lenient of [['udp-over-mtu'] as const, []]) {
      const engine = await start({
        listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }],
        control: { host: '127.0.0.1', port: 0, secret: SECRET },
        timers: QUICK,
        lenient,
      });
      t.teardown(() => engine.close());
      const app = await control(t, engine);
      const peer = await udpPeer(t);
      const id = app.send(
        'sip||',
        `OPTIONS sip:x@${peer.address};transport=udp SIP/2.0\r\nFrom: <sip:a@b>\r\nTo: <sip:x@y>\r\nX: ${'a'.repeat(2000)}\r\n\r\n`,
      );
      if (lenient.length > 0) {
        peer.reply(await peer.expect('OPTIONS'), 200);
        t.match((await app.next((f) => f.words[1] === 'sip')).sip, /^SIP\/2.0 200/);
        t.ok(engine.stats().lenient['udp-over-mtu']! > 0);
      } else {
        t.same(await app.reply(id), ['NOK', 'request longer than UDP may carry']);
        t.equal(peer.seen.length, 0);
        t.match(engine.stats().leanings, [{ what: 'udp-over-mtu', refused: 1, peer: '127.0.0.1' }]);
      }
    }
  },
);
