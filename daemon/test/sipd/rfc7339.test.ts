/** RFC 7339, the server's part: while calls are rationed, whoever announces that it listens is told how many to leave out. */
import t from 'tap';
import { Governor } from '../../src/sipd/guard/governor.ts';
import { OverloadWord } from '../../src/sipd/guard/overload-word.ts';
import { LenienceCounter } from '../../src/sipd/message/limits.ts';
import type { SipMessage } from '../../src/sipd/message/message.ts';
import { parseText } from '../../src/sipd/message/parse.ts';

function request(via: string): SipMessage {
  const parsed = parseText(
    `INVITE sip:1@a SIP/2.0\r\nVia: ${via}\r\nMax-Forwards: 70\r\nFrom: <sip:b@b>;tag=1\r\nTo: <sip:1@a>\r\n` +
      'Call-ID: c\r\nCSeq: 1 INVITE\r\nContact: <sip:b@b>\r\nContent-Length: 0\r\n\r\n',
    new LenienceCounter([]),
  );
  if (!parsed.ok) throw new Error(parsed.text);
  return parsed.message;
}

const TOP = 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1';
const answer = (via: string): string => `SIP/2.0 503 X\r\nVia: ${via}\r\nCSeq: 1 INVITE\r\n\r\n`;

t.test('RFC 7339 4, 5: said to who listens, and to nobody else', (t) => {
  let now = 0;
  let loss = 0;
  const word = new OverloadWord({ now: () => now, wall: () => 1_282_321_615_782 + now, loss: () => loss });
  const told = (via: string): string => word.written(request(via), answer(via)).split('\r\n')[1]!;
  const asks = `${TOP};oc;oc-algo="loss,A"`;
  t.equal(told(asks), `Via: ${asks}`, 'nothing while there is nothing to say');
  loss = 20;
  t.equal(
    told(asks),
    `Via: ${TOP};oc=20;oc-algo="loss";oc-validity=500;oc-seq=1282321615.782`,
    '4.2: with the one algorithm that is in force',
  );
  t.match(
    told(`${asks};rport=5060, SIP/2.0/UDP 192.0.2.2;branch=z;oc;oc-algo="loss"`),
    /^Via: [^,]*;oc=20[^,]*, .*;oc;oc-algo="loss"$/,
  );
  for (const silent of [TOP, `${TOP};oc`, `${TOP};oc;oc-algo="rate"`, `${TOP};ocx;oc-algo="loss"`])
    t.equal(told(silent), `Via: ${silent}`, silent);
  const seq = (line: string): number => Number(/oc-seq=([\d.]+)/.exec(line)?.[1]);
  const [first, second] = [told(asks), told(asks)];
  t.ok(seq(first) < seq(second), '4.5: growing');
  loss = 0;
  now = 900;
  t.match(told(asks), /;oc=0;oc-algo="loss"/, 'that it is over');
  now = 1100;
  t.equal(told(asks), `Via: ${asks}`, 'and then nothing');
  t.end();
});

t.test('RFC 7339 5.3: as many percent as calls are refused', (t) => {
  const governor = new Governor();
  t.equal(governor.loss, 0);
  let now = 0;
  const round = (utilization: number): void => {
    now += 250;
    for (let i = 0; i < 100; i++) governor.admit('call', now);
    governor.sample({ utilization, lagMs: 0, waiting: 0, filled: 0 }, now);
  };
  for (let i = 0; i < 10; i++) round(0);
  t.equal(governor.loss, 0, 'calm');
  for (let i = 0; i < 20; i++) round(1);
  t.equal(governor.level, 'saturated');
  const { loss, perSecond } = governor;
  t.ok(Math.abs(loss - 100 * (1 - perSecond / 400)) <= 2, `${loss} % of 400 a second leave ${perSecond}`);
  for (let i = 0; i < 40; i++) round(0);
  t.equal(governor.loss, 0, 'over');
  t.end();
});
