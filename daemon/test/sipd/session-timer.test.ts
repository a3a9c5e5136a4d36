import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { start } from '../../src/sipd/engine.ts';
import { type Any, at, client, next, SECRET, sdp, until, within } from './kit.ts';
import { type Seen, udpPeer } from './peer.ts';

async function bench(t: Any) {
  const clock = new FakeClock();
  const engine = await start(
    {
      listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }],
      control: { host: '127.0.0.1', port: 0, secret: SECRET },
    },
    { clock },
  );
  const srf = await client(engine);
  const peer = await udpPeer(t);
  t.teardown(async () => {
    srf.disconnect();
    await engine.close();
  });
  return { clock, engine, srf, peer };
}

const tagOf = (value: string): string => /;tag=([^;>]+)/.exec(value)![1]!;

async function called(t: Any, extra: string) {
  const b = await bench(t);
  const uas = new Promise<Any>((resolve) => {
    b.srf.invite((req: Any, res: Any) => b.srf.createUAS(req, res, { localSdp: sdp(5000) }).then(resolve));
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  b.peer.request(at(b.engine), 'INVITE', { callId: 'st', fromTag: 'p', extra, body: sdp() });
  const ok = await b.peer.response(200);
  const ids = { callId: 'st', fromTag: 'p', toTag: tagOf(ok.headers.to!) };
  b.peer.request(at(b.engine), 'ACK', { ...ids, cseq: 1 });
  await new Promise((resolve) => setTimeout(resolve, 20));
  return { ...b, ok, ids, uas: await uas };
}

t.test('too short an interval is 422 with Min-SE, to a peer that understands', async (t) => {
  const { engine, srf, peer } = await bench(t);
  srf.invite(() => t.fail('the client is not asked'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  peer.request(at(engine), 'INVITE', { extra: 'Supported: timer\r\nSession-Expires: 60\r\n', body: sdp() });
  t.match(await peer.response(), { status: 422, headers: { 'min-se': '90' } });
});

t.test('the caller refreshes; if it does not, BYE before the end, and the client is told', async (t) => {
  const { clock, engine, peer, ok, ids, uas } = await called(
    t,
    'Supported: timer\r\nSession-Expires: 180\r\n',
  );
  t.match(ok.headers, { 'session-expires': '180;refresher=uac', require: 'timer' });
  clock.advance(140_000);
  peer.request(at(engine), 'UPDATE', {
    ...ids,
    cseq: 2,
    extra: 'Supported: timer\r\nSession-Expires: 180;refresher=uac\r\n',
  });
  const refreshed = await peer.next((m) => m.headers.cseq === '2 UPDATE');
  t.match(refreshed, { status: 200, headers: { 'session-expires': '180;refresher=uac' } });
  clock.advance(147_000);
  t.equal(peer.count('BYE'), 0);
  const destroyed = next(uas, 'destroy');
  clock.advance(1500);
  const bye = await peer.expect('BYE');
  t.match(bye.headers.reason, /Session expired/);
  t.equal((await destroyed)[1], 'Session expired');
});

t.test('we refresh at half time: UPDATE where the peer takes it', async (t) => {
  const { clock, engine, peer, ok } = await called(
    t,
    'Allow: INVITE, ACK, UPDATE\r\nSupported: timer\r\nSession-Expires: 100;refresher=uas\r\n',
  );
  t.equal(ok.headers['session-expires'], '100;refresher=uas');
  clock.advance(50_000);
  const update = await peer.expect('UPDATE');
  t.match(update.headers, { 'session-expires': '100;refresher=uac', 'content-length': '0' });
  peer.reply(update, 200, { extra: 'Session-Expires: 100;refresher=uac\r\n' });
  await until(() => engine.trace('UPDATE').length >= 2, 1000, 'answer');
  clock.advance(50_000);
  const again = await peer.expect('UPDATE');
  peer.reply(again, 481);
  await peer.expect('BYE');
});

t.test('we refresh a call we made by re-INVITE with the last offer, without the client', async (t) => {
  const { clock, engine, srf, peer } = await bench(t);
  const idle = clock.pending;
  const call = srf.createUAC(`sip:1@${peer.address}`, {
    localSdp: sdp(4444),
    headers: { Supported: 'timer', 'Session-Expires': '90' },
  });
  const reply = (invite: Seen): string =>
    peer.reply(invite, 200, {
      extra: 'Session-Expires: 90;refresher=uac\r\nRequire: timer\r\n',
      body: sdp(5000),
    });
  reply(await peer.expect('INVITE'));
  const dialog = await within(call, 1000, 'answer');
  await peer.expect('ACK');
  clock.advance(45_000);
  const refresh = await peer.expect('INVITE');
  t.equal(refresh.body, sdp(4444));
  reply(refresh);
  t.equal((await peer.expect('ACK')).headers.cseq, refresh.headers.cseq!.replace('INVITE', 'ACK'));
  clock.advance(20_000);
  t.equal(peer.count('BYE'), 0);
  const ended = dialog.destroy();
  peer.reply(await peer.expect('BYE'), 200);
  await ended;
  clock.advance(200_000);
  t.equal(engine.stats().dialogs, 0);
  t.equal(clock.pending, idle, 'no timer is left');
});
