import t from 'tap';
import { patient } from '../../../hw/simulator/office/patience.ts';
import { type Any, at, client, next, QUICK, sdp, startEngine, until, within } from './kit.ts';
import { udpPeer } from './peer.ts';

async function one(t: Any, config = {}) {
  const engine = await startEngine({ timers: QUICK, ...config });
  const srf = await client(engine);
  t.teardown(async () => {
    srf.disconnect();
    await engine.close();
  });
  return { engine, srf };
}

const request = (srf: Any, uri: string, options: Any): Promise<Any> =>
  within(
    new Promise((resolve, reject) => {
      srf.request(uri, options, (error: Any, req: Any) =>
        error ? reject(error) : req.on('response', (res: Any) => resolve({ req, res })),
      );
    }),
    6000,
    options.method,
  );

t.test('REGISTER goes out with the headers given, and comes in whole', async (t) => {
  const { srf } = await one(t);
  const { engine: registrar, srf: server } = await one(t);
  server.register((req: Any, res: Any) => {
    t.equal(req.get('Contact'), '<sip:100@192.0.2.7:5070>;expires=60');
    t.equal(req.get('X-Box'), 'linegate');
    t.match(req.get('Via'), /^SIP\/2\.0\/UDP 127\.0\.0\.1:\d+;branch=z9hG4bK[0-9a-f]{32};rport;keep$/);
    res.send(200, { headers: { Contact: req.get('Contact'), Expires: 60 } });
  });
  const { res, req } = await request(srf, `sip:${at(registrar)}`, {
    method: 'REGISTER',
    headers: {
      To: 'sip:100@example.ru',
      From: 'sip:100@example.ru',
      Contact: '<sip:100@192.0.2.7:5070>;expires=60',
      'X-Box': 'linegate',
      'User-Agent': 'box',
    },
  });
  t.equal(res.status, 200);
  t.equal(
    res.get('Contact'),
    '<sip:100@192.0.2.7:5070>;expires=60',
    'a registrar names the bindings in its answer',
  );
  t.equal(req.get('Call-ID'), res.get('Call-ID'));
  t.match(req.get('From'), /^<sip:100@example\.ru>;tag=[0-9a-f]{32}$/);
});

t.test('OPTIONS is answered; a method no client asked for is 503, an unknown one 405', async (t) => {
  const { srf } = await one(t);
  const { engine, srf: server } = await one(t);
  server.options((_req: Any, res: Any) => res.send(200, { headers: { Allow: 'INVITE' } }));
  t.equal((await request(srf, `sip:${at(engine)}`, { method: 'OPTIONS' })).res.status, 200);
  t.equal(
    (
      await request(srf, `sip:${at(engine)}`, {
        method: 'MESSAGE',
        headers: { 'Content-Type': 'text/plain' },
        body: 'hi',
      })
    ).res.status,
    503,
  );
  const peer = await udpPeer(t);
  peer.request(at(engine), 'FROBNICATE');
  t.match(await peer.response(), { status: 405, headers: { allow: /INVITE/ } });
});

t.test('a dead peer is 408 after 64*T1, a closed TCP port 503 at once', async (t) => {
  const { srf } = await one(t, { timers: { ...QUICK, T1: 20 } });
  const silent = await udpPeer(t);
  const began = Date.now();
  const { res } = await request(srf, `sip:1@${silent.address}`, { method: 'INVITE', body: sdp() });
  t.equal(res.status, 408);
  const took = Date.now() - began;
  t.ok(took > 1200 && took < patient(2500), `after ${took} ms`);
  t.ok(silent.count('INVITE') >= 6, 'sent again and again');
  const refused = await request(srf, `sip:1@127.0.0.1:1;transport=tcp`, { method: 'OPTIONS' });
  t.equal(refused.res.status, 503);
});

t.test('digest: srf answers the challenge with the same Call-ID and CSeq + 1', async (t) => {
  const { srf } = await one(t);
  const { engine, srf: server } = await one(t);
  const seen: Any[] = [];
  server.invite((req: Any, res: Any) => {
    seen.push(req);
    if (!req.has('Authorization'))
      res.send(401, { headers: { 'WWW-Authenticate': 'Digest realm="x", nonce="n1", qop="auth"' } });
    else server.createUAS(req, res, { localSdp: sdp(5000) });
  });
  const dialog = await within(
    srf.createUAC(`sip:2@${at(engine)}`, { localSdp: sdp(), auth: { username: 'u', password: 'p' } }),
    3000,
    'answer',
  );
  t.equal(seen.length, 2);
  t.equal(seen[1].get('Call-ID'), seen[0].get('Call-ID'));
  t.equal(seen[1].get('From'), seen[0].get('From'));
  t.equal(Number.parseInt(seen[1].get('CSeq'), 10), Number.parseInt(seen[0].get('CSeq'), 10) + 1);
  await dialog.destroy();
  await until(() => engine.stats().dialogs === 0, 1000, 'dialog gone');
});

t.test('digest by hand: a second INVITE with the same Call-ID and From tag is a new call', async (t) => {
  const { srf } = await one(t);
  const { engine, srf: server } = await one(t);
  server.invite((req: Any, res: Any) => {
    if (req.has('Proxy-Authorization')) server.createUAS(req, res, { localSdp: sdp(5000) });
    else
      res.send(407, { headers: { 'Proxy-Authenticate': 'Digest realm="x", nonce="n", algorithm=SHA-256' } });
  });
  const first = await request(srf, `sip:2@${at(engine)}`, { method: 'INVITE', body: sdp() });
  t.equal(first.res.status, 407);
  const cseq = Number.parseInt(first.req.get('CSeq'), 10);
  const dialog = await within(
    srf.createUAC(`sip:2@${at(engine)}`, {
      localSdp: sdp(),
      headers: {
        'Call-ID': first.req.get('Call-ID'),
        From: first.req.get('From'),
        CSeq: `${cseq + 1} INVITE`,
        'Proxy-Authorization': 'Digest username="u"',
      },
    }),
    3000,
    'answer',
  );
  t.equal(dialog.sip.callId, first.req.get('Call-ID'));
  await dialog.destroy();
});

t.test(
  'wrong things are refused with words: to ourselves, no transport, bad URI, unknown dialog',
  async (t) => {
    const { engine, srf } = await one(t, { listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }] });
    const refusal = (uri: string, options: Any): Promise<Any> =>
      request(srf, uri, options).then(
        () => 'sent',
        (e: Any) => e,
      );
    t.match(await refusal(`sip:1@${at(engine)}`, { method: 'OPTIONS' }), { message: /myself/ });
    t.match(await refusal('sip:1@127.0.0.1:9;transport=tcp', { method: 'OPTIONS' }), {
      message: /protocol\/transport not available/,
    });
    t.match(await refusal('http:1', { method: 'OPTIONS' }), { code: 'EDRACHTIO' });
    t.match(await refusal('sip:1@127.0.0.1', { method: 'MESSAGE', body: 'hi' }), {
      message: 'missing content-type',
    });
    t.match(await refusal('', { method: 'BYE', stackDialogId: 'nobody;from-tag=x' }), { code: 'ENODIALOG' });
  },
);

t.test('a call over TCP uses one connection each way and names the transport in Contact', async (t) => {
  const { engine: a, srf } = await one(t);
  const { engine, srf: server } = await one(t);
  const answered = new Promise<Any>((resolve) => {
    server.invite(async (req: Any, res: Any) => {
      t.equal(req.protocol, 'tcp');
      t.match(req.get('Contact'), /;transport=tcp>$/);
      resolve(await server.createUAS(req, res, { localSdp: sdp(5000) }));
    });
  });
  const uac = await within(
    srf.createUAC(`sip:2@${at(engine, 'tcp')};transport=tcp`, { localSdp: sdp() }),
    3000,
    'answer',
  );
  const uas = await answered;
  const gone = next(uac, 'destroy');
  await within(uas.destroy(), 3000, 'BYE');
  await gone;
  t.equal(a.stats().connections, 1, 'the BYE came by the connection of the INVITE');
});
