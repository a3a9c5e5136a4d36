/** Call records (cdr frames) as drachtio-srf gets them: who did what, in which part, and how it ended. */
import t from 'tap';
import { type Any, at, client, QUICK, sdp, startEngine, until, within } from './kit.ts';
import { udpPeer } from './peer.ts';

async function bench(t: Any) {
  const engine = await startEngine({ timers: QUICK });
  const [srf, watcher] = await Promise.all([client(engine), client(engine)]);
  const peer = await udpPeer(t);
  t.teardown(async () => {
    srf.disconnect();
    watcher.disconnect();
    await engine.close();
  });
  /** `event source role-or-reason, start line` of each record. */
  const records: string[] = [];
  const line = (m: Any): string => m.raw.slice(0, m.raw.indexOf('\r\n')).split(' ').slice(0, 2).join(' ');
  watcher.on('cdr:attempt', (source: string, _time: string, m: Any) =>
    records.push(`attempt ${source}: ${line(m)}`),
  );
  for (const event of ['start', 'stop'])
    watcher.on(`cdr:${event}`, (source: string, _time: string, what: string, m: Any) =>
      records.push(`${event} ${source} ${what}: ${line(m)}`),
    );
  await new Promise((resolve) => setTimeout(resolve, 30));
  /** The records, their addresses left out, once there are as many. */
  const seen = async (count: number): Promise<string[]> => {
    await until(() => records.length >= count, 3000, `record ${count} of ${records.join(' / ')}`);
    return records.map((r) => r.replace(/sip:\S+/, 'URI').replace('SIP/2.0 ', ''));
  };
  return { engine, srf, peer, seen };
}

t.jobs = 5;
t.test('a call that comes in and is ended by the caller', { buffered: true }, async (t) => {
  const { engine, srf, peer, seen } = await bench(t);
  srf.invite((req: Any, res: Any) => srf.createUAS(req, res, { localSdp: sdp(5000) }).catch(() => {}));
  await new Promise((resolve) => setTimeout(resolve, 30));
  peer.request(at(engine), 'INVITE', { callId: 'in', fromTag: 'f', body: sdp() });
  const ok = await peer.response(200);
  const toTag = /tag=(\w+)/.exec(ok.headers.to!)![1]!;
  peer.request(at(engine), 'ACK', { callId: 'in', fromTag: 'f', toTag });
  peer.request(at(engine), 'BYE', { callId: 'in', fromTag: 'f', toTag, cseq: 2 });
  t.same(await seen(3), [
    'attempt network: INVITE URI',
    'start application uas: 200',
    'stop network normal-release: BYE URI',
  ]);
});

t.test('a call that comes in and is refused, and one that is cancelled', { buffered: true }, async (t) => {
  const { engine, srf, peer, seen } = await bench(t);
  srf.invite((req: Any, res: Any) => res.send(req.get('Call-ID') === 'busy' ? 486 : 180));
  await new Promise((resolve) => setTimeout(resolve, 30));
  peer.request(at(engine), 'INVITE', { callId: 'busy' });
  await peer.response(486);
  const invite = { callId: 'gone', branch: 'z9hG4bKgone', fromTag: 'g' };
  peer.request(at(engine), 'INVITE', invite);
  await peer.response(180);
  peer.request(at(engine), 'CANCEL', invite);
  t.same(await seen(4), [
    'attempt network: INVITE URI',
    'stop application call-rejected: 486',
    'attempt network: INVITE URI',
    'stop network call-canceled: CANCEL URI',
  ]);
});

t.test(
  'calls that go out: a challenged one, an answered one, a cancelled one, a silent one',
  { buffered: true },
  async (t) => {
    const { srf, peer, seen } = await bench(t);
    const options = { localSdp: sdp(), auth: { username: 'u', password: 'p' } };
    const call = srf.createUAC(`sip:1@${peer.address}`, options);
    peer.reply(await peer.expect('INVITE'), 401, {
      extra: 'WWW-Authenticate: Digest realm="r", nonce="n", algorithm=MD5, qop="auth"\r\n',
    });
    const again = await peer.next((m) => m.method === 'INVITE' && m.headers.authorization !== undefined);
    peer.reply(again, 200, { body: sdp(5000) });
    const dialog = await within(call, 3000, 'answer');
    const ended = dialog.destroy();
    peer.reply(await peer.expect('BYE'), 200);
    await ended;
    t.same(await seen(5), [
      'attempt application: INVITE URI',
      'stop network call-rejected: 401',
      'attempt application: INVITE URI',
      'start network uac: 200',
      'stop application normal-release: BYE URI',
    ]);
    let sent: Any;
    const cancelled = srf.createUAC(
      `sip:2@${peer.address}`,
      { localSdp: sdp() },
      { cbRequest: (_: Any, r: Any) => (sent = r), cbProvisional: () => sent.cancel() },
    );
    const invite = await peer.next((m) => m.text.startsWith('INVITE sip:2@'));
    peer.reply(invite, 180);
    peer.reply(await peer.expect('CANCEL'), 200);
    peer.reply(invite, 487);
    await t.rejects(cancelled, { status: 487 } as Any);
    t.same((await seen(7)).slice(5), ['attempt application: INVITE URI', 'stop network call-canceled: 487']);
    await t.rejects(srf.createUAC('sip:127.0.0.1:9', { localSdp: sdp() }), { status: 408 } as Any);
    t.same((await seen(9)).slice(7), [
      'attempt application: INVITE URI',
      'stop application call-rejected: INVITE URI',
    ]);
  },
);

t.test('a call that the engine ends itself is told apart', { buffered: true }, async (t) => {
  const { engine, srf, peer, seen } = await bench(t);
  srf.invite((req: Any, res: Any) => srf.createUAS(req, res, { localSdp: sdp(5000) }).catch(() => {}));
  await new Promise((resolve) => setTimeout(resolve, 30));
  peer.request(at(engine), 'INVITE', { body: sdp() });
  peer.reply(await peer.expect('BYE', 8000), 200);
  t.same((await seen(3)).slice(2), ['stop application system-initiated-termination: BYE URI']);
});

t.test('a call that is passed on has two parts', { buffered: true }, async (t) => {
  const { engine, srf, peer, seen } = await bench(t);
  srf.invite((req: Any) =>
    srf.proxyRequest(req, [`sip:b@${peer.address}`], { remainInDialog: true }).catch(() => {}),
  );
  await new Promise((resolve) => setTimeout(resolve, 30));
  const caller = await udpPeer(t);
  caller.request(at(engine), 'INVITE', { callId: 'p', fromTag: 'f', body: sdp() });
  const invite = await peer.expect('INVITE');
  const route = invite.headers['record-route']!;
  peer.reply(invite, 200, { extra: `Record-Route: ${route}\r\n`, body: sdp(5000) });
  await caller.response(200);
  caller.request(at(engine), 'BYE', {
    uri: `sip:peer@${peer.address}`,
    callId: 'p',
    fromTag: 'f',
    toTag: 'peer',
    cseq: 2,
    extra: `Route: ${route}\r\n`,
  });
  peer.reply(await peer.expect('BYE'), 200);
  t.same(await seen(6), [
    'attempt network: INVITE URI',
    'attempt application: INVITE URI',
    'start network proxy-uac: 200',
    'start application proxy-uas: 200',
    'stop network normal-release: BYE URI',
    'stop application normal-release: BYE URI',
  ]);
  caller.request(at(engine), 'INVITE', { callId: 'q', body: sdp() });
  // The first one may have come again meanwhile.
  peer.reply(await peer.next((m) => m.method === 'INVITE' && m.headers['call-id'] === 'q'), 486);
  await caller.response(486);
  t.same((await seen(10)).slice(8), [
    'stop network call-rejected: 486',
    'stop application call-rejected: 486',
  ]);
});
