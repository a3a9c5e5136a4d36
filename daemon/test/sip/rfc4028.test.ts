/** RFC 4028: the gateway asks for session timers and answers 422 by itself. */
import t from 'tap';
import { AUDIO, bench, connected, describe, outgoing } from './bench.ts';
import { next } from './kit.ts';

t.test('RFC 4028 7.1: half an hour, to be refreshed by the called', async (t) => {
  const b = await bench(t);
  const { invite } = await outgoing(b);
  t.match(invite.headers, {
    supported: '100rel, timer',
    'session-expires': '1800;refresher=uas',
    'min-se': undefined,
  });
});

t.test(
  'RFC 4028 7.3: 422 is answered with a longer interval, the same Call-ID and the next CSeq',
  async (t) => {
    const b = await bench(t);
    const { leg, invite } = await outgoing(b);
    b.peer.reply(invite, 422, { extra: 'Min-SE: 3600\r\n' });
    const again = await b.peer.expect('INVITE');
    t.match(again.headers, {
      'session-expires': '3600;refresher=uas',
      'min-se': '3600',
      'call-id': invite.headers['call-id'],
      from: invite.headers.from,
      cseq: `${Number.parseInt(invite.headers.cseq!, 10) + 1} INVITE`,
    });
    const up = next(leg, 'answered');
    b.peer.reply(again, 200, {
      body: describe(AUDIO),
      extra: 'Session-Expires: 3600;refresher=uas\r\nRequire: timer\r\n',
    });
    await up;
  },
);

t.test(
  'RFC 4028 7.3: a peer that asks again for what it got, or for nonsense, is not asked for ever',
  async (t) => {
    const b = await bench(t);
    for (const lines of ['Min-SE: 99999999\r\n', 'Min-SE: x\r\n', '']) {
      const { leg, invite } = await outgoing(b);
      const released = next(leg, 'released');
      b.peer.reply(invite, 422, { extra: lines });
      t.match((await released)[0], { sip: 422 }, lines);
    }
    const { leg, invite } = await outgoing(b);
    const released = next(leg, 'released');
    b.peer.reply(invite, 422, { extra: 'Min-SE: 2000\r\n' });
    b.peer.reply(await b.peer.expect('INVITE'), 422, { extra: 'Min-SE: 2000\r\n' });
    t.match((await released)[0], { sip: 422 });
  },
);

t.test('RFC 4028 7.4: hold goes on with the timer; 422 to it is answered too', async (t) => {
  const b = await bench(t);
  const { leg } = await connected(b, { extra: 'Session-Expires: 1800;refresher=uas\r\nRequire: timer\r\n' });
  const holding = leg.hold(true);
  const first = await b.peer.expect('INVITE');
  t.match(first.headers, { 'session-expires': '1800;refresher=uas', supported: /timer/ });
  b.peer.reply(first, 422, { extra: 'Min-SE: 7200\r\n' });
  const second = await b.peer.expect('INVITE');
  t.match(second.headers, { 'session-expires': '7200;refresher=uas', 'min-se': '7200' });
  b.peer.reply(second, 200, {
    extra: 'Session-Expires: 7200;refresher=uas\r\nRequire: timer\r\n',
    body: describe([...AUDIO, 'a=recvonly'], 2),
  });
  await holding;
});

t.test('RFC 4028 7.1 (ruling 5): no timer may end an emergency call', async (t) => {
  const b = await bench(t, { emergencyShortCodes: true });
  const { invite } = await outgoing(b, { number: '112', emergency: true });
  t.equal(invite.headers['session-expires'], undefined);
});
