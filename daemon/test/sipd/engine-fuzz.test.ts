/** Hostile messages against a whole engine whose client answers everything. */
import t from 'tap';
import { start } from '../../src/sipd/engine.ts';
import { control } from './control.ts';
import { type Any, at, idle, QUICK, SECRET, sdp, until } from './kit.ts';
import { udpPeer } from './peer.ts';

function random(seed: number): (below: number) => number {
  let s = seed;
  return (below) => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    return Math.floor((s / 2 ** 32) * below);
  };
}

const TOKENS = [
  '\r\n',
  ' ',
  ':',
  ';',
  ',',
  '<',
  '>',
  '"',
  '@',
  '=',
  '[',
  ']',
  '%',
  '\0',
  '99999999999',
  ';tag=x',
  ';lr',
  ';transport=tcp',
  '\xff',
];

t.test('thousands of mangled requests and responses: no failure inside, and calls still work', async (t) => {
  const errors: unknown[] = [];
  const engine = await start(
    {
      listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }],
      control: { host: '127.0.0.1', port: 0, secret: SECRET },
      timers: QUICK,
    },
    { onError: (e) => errors.push(e), load: idle },
  );
  t.teardown(() => engine.close());
  const c = await control(t, engine);
  for (const verb of ['invite', 'options', 'info', 'message', 'subscribe', 'notify', 'register', 'refer'])
    await c.reply(c.send(`route|${verb}`));
  const rnd = random(7);
  const answers = [
    '200 OK',
    '180 Ringing',
    '183 Progress',
    '486 Busy',
    '401 Unauthorized',
    '302 Moved',
    '999 Odd',
  ];
  const timer = setInterval(() => {
    for (const f of c.frames.splice(0)) {
      if (f.words[1] !== 'sip' || f.sip.startsWith('SIP/')) continue;
      const body = rnd(2) === 0 ? `Content-Type: application/sdp\r\n\r\n${sdp()}` : '\r\n';
      const require = rnd(3) === 0 ? 'Require: 100rel\r\n' : '';
      c.send(`sip|${f.words[8]}|`, `SIP/2.0 ${answers[rnd(answers.length)]}\r\n${require}${body}`);
      if (f.words[9])
        c.send(
          `sip||${f.words[9]}`,
          `${['BYE', 'INFO', 'INVITE', 'UPDATE', 'ACK', 'PRACK'][rnd(6)]} sip:placeholder SIP/2.0\r\nRAck: 1 1 INVITE\r\n\r\n`,
        );
    }
  }, 2);
  t.teardown(() => clearInterval(timer));
  const peer = await udpPeer(t);
  const methods = [
    'INVITE',
    'ACK',
    'CANCEL',
    'BYE',
    'OPTIONS',
    'PRACK',
    'UPDATE',
    'INFO',
    'NOTIFY',
    'SUBSCRIBE',
    'REFER',
    'ODD',
  ];
  let sent = 0;
  for (let round = 0; round < 60; round++) {
    for (let i = 0; i < 60; i++) {
      const last = peer.seen.at(-1 - rnd(8));
      const tag = last ? /;tag=([^;>\s]+)/.exec(last.headers.to ?? '')?.[1] : undefined;
      let text = peer.request('127.0.0.1:9', methods[rnd(methods.length)]!, {
        callId: `c${rnd(20)}`,
        fromTag: `f${rnd(4)}`,
        branch: `z9hG4bK${rnd(60)}`,
        cseq: rnd(6),
        uri: `sip:x@${at(engine)}`,
        ...(rnd(2) === 0 && tag ? { toTag: tag } : {}),
        extra: [
          '',
          'Supported: 100rel, timer\r\nSession-Expires: 100\r\n',
          `Route: <sip:${at(engine)};lr>\r\n`,
          'Record-Route: <sip:p;lr>, x\r\n',
          'RAck: 1 1 INVITE\r\n',
          'Require: 100rel\r\n',
        ][rnd(6)]!,
        body: rnd(2) === 0 ? sdp() : '',
      }); // prettier-ignore
      // Half of what the peer answers are responses to what the engine sent.
      if (last && last.method !== '' && rnd(2) === 0)
        text = peer.reply(last, [100, 180, 200, 302, 401, 487, 503, 603][rnd(8)]!, {
          tag: `t${rnd(3)}`,
          extra: 'RSeq: 1\r\n',
        });
      for (let k = rnd(3); k > 0; k--) {
        const where = rnd(text.length);
        text =
          rnd(2) === 0
            ? text.slice(0, where) + TOKENS[rnd(TOKENS.length)] + text.slice(where)
            : text.slice(0, where) + text.slice(where + rnd(12));
      }
      peer.send(at(engine), text);
      sent++;
    }
    await new Promise((resolve) => setTimeout(resolve, 8));
    peer.seen.splice(0, Math.max(0, peer.seen.length - 50));
  }
  clearInterval(timer);
  t.same(errors, [], `none of ${sent} made the engine fail`);
  await until(() => (engine.stats().counts['sip/header'] ?? 0) > 10, 1000, 'bad ones were counted');
  t.notOk(c.closed);
  peer.seen.length = 0;
  peer.request(at(engine), 'OPTIONS', { callId: 'sound' });
  const asked = await c.next((f: Any) => f.sip.includes('Call-ID: sound'));
  c.send(`sip|${asked.words[8]}|`, 'SIP/2.0 200 OK\r\n\r\n');
  await peer.next((m) => m.status === 200 && m.headers['call-id'] === 'sound');
});
