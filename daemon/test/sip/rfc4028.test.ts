/** RFC 4028: the gateway asks for session timers and answers 422 by itself. */
import t from 'tap';
import { systemClock } from '../../src/base/clock.ts';
import { udpPeer } from '../sipd/peer.ts';
import { AUDIO, type Bench, bench, closing, connected, describe, outgoing } from './bench.ts';
import { next, sipAddress, startEngine, startGateway, trunkConfig } from './kit.ts';

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

/** A gateway whose refreshes at 45 % of 90 s are a tenth of a second away, and its operator. */
async function hurried(t: Parameters<typeof startEngine>[0]): Promise<Bench> {
  const engine = await startEngine(t);
  const peer = await udpPeer(t);
  const real = systemClock({ unref: true });
  const clock = { ...real, after: (ms: number, fn: () => void) => real.after(ms === 40_500 ? 100 : ms, fn) };
  const trunk = trunkConfig({ server: peer.address, user: 'acc', password: 'secret' });
  const { gateway, media } = await startGateway(t, engine, [trunk], { clock });
  closing(t, gateway, [peer]);
  return { peer, gateway, media, to: sipAddress(engine) };
}

const CHALLENGE = 'Digest realm="operator", nonce="n1", algorithm=MD5, qop="auth"';
const OURS = 'Session-Expires: 90;refresher=uac\r\nRequire: timer\r\n';

/** A call whose INVITE was challenged, so that the operator's realm is known; `extra`: of its 200. */
async function challenged(b: Bench, extra: string) {
  const { leg, invite } = await outgoing(b);
  b.peer.reply(invite, 401, { extra: `WWW-Authenticate: ${CHALLENGE}\r\n` });
  const again = await b.peer.expect('INVITE');
  const up = next(leg, 'answered');
  b.peer.reply(again, 200, { body: describe(AUDIO), extra });
  await up;
  await b.peer.expect('ACK');
  return leg;
}

t.test('RFC 4028 7.4: a refresh of ours that is challenged is sent again with the password', async (t) => {
  const b = await hurried(t);
  const leg = await challenged(b, `${OURS}Allow: INVITE, ACK, BYE, UPDATE\r\n`);
  for (const nonce of ['n2', 'n3']) {
    const bare = await b.peer.expect('UPDATE');
    t.match(bare.headers, { 'session-expires': '90;refresher=uac', supported: /timer/ });
    t.equal(bare.headers['proxy-authorization'], undefined);
    b.peer.reply(bare, 407, { extra: `Proxy-Authenticate: ${CHALLENGE.replace('n1', nonce)}\r\n` });
    const signed = await b.peer.expect('UPDATE');
    t.match(signed.headers['proxy-authorization'], new RegExp(`username="acc".*nonce="${nonce}".*response=`));
    t.equal(Number.parseInt(signed.headers.cseq!, 10), Number.parseInt(bare.headers.cseq!, 10) + 1);
    b.peer.reply(signed, 200, { extra: OURS });
  }
  t.equal(leg.state, 'answered');
});

t.test('RFC 4028 7.4: a peer without UPDATE is refreshed by re-INVITE, challenged or not', async (t) => {
  const b = await hurried(t);
  const leg = await challenged(b, `${OURS}Allow: INVITE, ACK, BYE\r\n`);
  b.peer.reply(await b.peer.expect('INVITE'), 401, { extra: `WWW-Authenticate: ${CHALLENGE}\r\n` });
  const signed = await b.peer.expect('INVITE');
  t.match(signed.headers.authorization, /response=/);
  t.match(signed.body, /^m=audio /m, 'the session as it is');
  b.peer.reply(signed, 200, { body: describe(AUDIO, 2), extra: OURS });
  await b.peer.expect('ACK');
  const third = await b.peer.expect('INVITE');
  b.peer.reply(third, 481);
  await next(leg, 'released');
});

t.test('RFC 4028 7.2: where the called refreshes, we do not', async (t) => {
  const b = await hurried(t);
  await challenged(b, 'Session-Expires: 90;refresher=uas\r\nRequire: timer\r\nAllow: UPDATE\r\n');
  await new Promise((resolve) => setTimeout(resolve, 300));
  t.equal(b.peer.count('UPDATE'), 0);
});

t.test('RFC 4028 9: the peer hands the refreshing over to us by an UPDATE of its own', async (t) => {
  const b = await hurried(t);
  const { leg, invite, ids } = await outgoing(b);
  const up = next(leg, 'answered');
  b.peer.reply(invite, 200, {
    body: describe(AUDIO),
    extra: 'Session-Expires: 90;refresher=uas\r\nRequire: timer\r\nAllow: UPDATE\r\n',
  });
  await up;
  await b.peer.expect('ACK');
  b.peer.request(b.to, 'UPDATE', {
    ...ids,
    extra: 'Supported: timer\r\nSession-Expires: 90;refresher=uas\r\n',
  });
  t.match((await b.peer.response(200)).headers['session-expires'], '90;refresher=uas');
  b.peer.reply(await b.peer.expect('UPDATE'), 200, { extra: OURS });
});
