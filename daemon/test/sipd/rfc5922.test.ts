import { X509Certificate } from 'node:crypto';
import { createServer, type TlsOptions, connect as tlsConnect } from 'node:tls';
import t from 'tap';
import type { EngineConfig } from '../../src/sipd/config.ts';
import { identitiesOf, speaksFor } from '../../src/sipd/transport/identity.ts';
import { Authority, type Issued } from '../peers/authority.ts';
import { type Any, at, client, QUICK, SECRET, sdp, startEngine, within } from './kit.ts';
import { read } from './peer.ts';

const authority = new Authority(t.testdir());
const domain = 'sip.operator.test';
/** What OpenSSL 3 needs to be told before it speaks TLS 1.1. */
const OLD = 'DEFAULT:@SECLEVEL=0';

async function secureEngine(t: Any, config: Partial<EngineConfig>) {
  const engine = await startEngine({
    listen: [{ transport: 'tls', host: '127.0.0.1', port: 0 }],
    control: { host: '127.0.0.1', port: 0, secret: SECRET },
    timers: QUICK,
    ...config,
  });
  const srf = await client(engine);
  t.teardown(async () => {
    srf.disconnect();
    await engine.close();
  });
  return { engine, srf };
}

/** An operator that answers every call, and shows the certificate given. */
async function operator(t: Any, issued: Issued, accept: (req: Any) => void = () => {}) {
  const { engine, srf } = await secureEngine(t, { tls: issued });
  await new Promise<void>(
    (resolve) =>
      srf.invite((req: Any, res: Any) => {
        accept(req);
        srf.createUAS(req, res, { localSdp: sdp(5000) }).catch(() => {});
      }) && setImmediate(resolve),
  );
  await new Promise((resolve) => setTimeout(resolve, 20));
  return at(engine, 'tls');
}

const call = (srf: Any, place: string, profile: string): Promise<Any> =>
  within(
    srf.createUAC(`sip:1@${domain}`, {
      localSdp: sdp(),
      proxy: `sip:${place};transport=tls;tls-profile=${profile}`,
    }),
    4000,
    'answer',
  );

t.test(
  'RFC 5922 7.1: sip URIs without a user, DNS names; the common name only without subjectAltName',
  async (t) => {
    const names = (subject: Parameters<Authority['issue']>[0]): string[] =>
      identitiesOf(new X509Certificate(authority.issue(subject).cert));
    t.same(names({ names: 'URI:sip:operator.test,DNS:SBC.operator.test', commonName: 'cn.test' }), [
      'operator.test',
      'sbc.operator.test',
    ]);
    t.same(
      names({ names: 'URI:sips:operator.test,URI:sip:user@operator.test,URI:http://operator.test' }),
      [],
    );
    t.same(names({ commonName: 'CN.test' }), ['cn.test']);
    t.same(names({ names: 'IP:192.0.2.1,IP:2001:db8:0:0::1' }), ['192.0.2.1', '2001:db8::1']);
  },
);

t.test('RFC 5922 7.2: whole names in any case, no wildcard, no suffix', async (t) => {
  const speaks = (names: string, name: string): boolean =>
    speaksFor(new X509Certificate(authority.issue({ names }).cert), name);
  t.ok(speaks('DNS:sip.operator.test', 'SIP.Operator.Test'));
  t.ok(speaks('URI:sip:operator.test', 'operator.test'));
  t.notOk(speaks('DNS:*.operator.test', 'sip.operator.test'), 'wildcard');
  t.notOk(speaks('DNS:operator.test', 'sip.operator.test'), 'suffix');
  t.notOk(speaks('DNS:sip.operator.test', 'operator.test'));
  t.notOk(speaks('DNS:a.test,DNS:sip.operator.test.evil.test', 'sip.operator.test'));
});

t.test('RFC 3261 26.3.1: the right certificate of an authority that the profile names', async (t) => {
  let seen: Any;
  const place = await operator(t, authority.issue({ names: `URI:sip:${domain}` }), (req) => (seen = req));
  const { srf, engine } = await secureEngine(t, {
    tls: authority.selfSigned('DNS:box'),
    tlsProfiles: { acme: { ca: authority.cert, name: domain } },
  });
  const dialog = await call(srf, place, 'acme');
  t.equal(seen.protocol, 'tls');
  t.match(seen.get('Via'), /^SIP\/2\.0\/TLS /);
  t.match(seen.get('Contact'), /;transport=tls>/);
  t.equal(engine.stats().connections, 1);
  await within(dialog.destroy(), 2000, 'BYE');
  const again = await call(srf, place, 'acme');
  t.equal(engine.stats().connections, 1, 'the connection is used again');
  await within(again.destroy(), 2000, 'BYE');
});

t.test(
  'RFC 5922 7.5: what is wrong with a certificate ends the connection, and the reason is told',
  async (t) => {
    const right = `DNS:${domain}`;
    const stranger = new Authority(t.testdir());
    const cases: [fault: string, issued: Issued, profile?: object][] = [
      ['tls/expired', authority.issue({ names: right, from: '20200101000000Z', until: '20200601000000Z' })],
      [
        'tls/not-yet-valid',
        authority.issue({ names: right, from: '20480101000000Z', until: '20490101000000Z' }),
      ],
      ['tls/wrong-name', authority.issue({ names: 'DNS:other.test' })],
      ['tls/wrong-name', authority.issue({ names: 'DNS:*.operator.test' })],
      ['tls/self-signed', authority.selfSigned(right)],
      ['tls/unknown-issuer', stranger.issue({ names: right })],
      // Nothing but the system's authorities, which do not know ours.
      ['tls/unknown-issuer', authority.issue({ names: right }), { name: domain }],
    ];
    for (const [fault, issued, profile] of cases) {
      const place = await operator(t, issued);
      const { srf } = await secureEngine(t, {
        tls: authority.selfSigned('DNS:box'),
        tlsProfiles: { acme: profile ?? { ca: authority.cert, name: domain } },
      });
      const refusal = await call(srf, place, 'acme').catch((e) => e);
      t.equal(refusal.status, 503, fault);
      t.equal(refusal.res?.get('Reason'), `SIP;cause=503;text="${fault}"`);
    }
    const place = await operator(t, authority.selfSigned('DNS:whoever'));
    const { srf } = await secureEngine(t, {
      tls: authority.selfSigned('DNS:box'),
      tlsProfiles: { lax: { verify: false, name: domain } },
    });
    await within((await call(srf, place, 'lax')).destroy(), 2000, 'who asked for no check gets none');
    const unknown = await call(srf, place, 'nobody').catch((e) => e);
    t.match(unknown.res?.get('Reason'), /tls\/no-profile/);
  },
);

/** A TLS server that answers every OPTIONS, and tells what it saw of the handshake. */
async function server(t: Any, options: TlsOptions) {
  const seen: { servername?: string; peer?: string }[] = [];
  const listener = createServer(options, (socket) => {
    seen.push({
      servername: String((socket as Any).servername),
      peer: String((socket.getPeerCertificate() as Any)?.subject?.CN),
    });
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      const m = read(bytes.toString('latin1'));
      socket.write(
        `SIP/2.0 200 OK\r\nVia: ${m.headers.via}\r\nFrom: ${m.headers.from}\r\nTo: ${m.headers.to};tag=x\r\nCall-ID: ${m.headers['call-id']}\r\nCSeq: ${m.headers.cseq}\r\nContent-Length: 0\r\n\r\n`,
      );
    });
  });
  listener.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  t.teardown(() => listener.close());
  return { place: `127.0.0.1:${(listener.address() as Any).port}`, seen };
}

const ask = (srf: Any, place: string, profile: string): Promise<Any> =>
  within(
    new Promise((resolve, reject) => {
      const options = { method: 'OPTIONS', proxy: `sip:${place};transport=tls;tls-profile=${profile}` };
      srf.request(`sip:${domain}`, options, (error: Any, req: Any) => {
        if (error) reject(error);
        else req.on('response', resolve);
      });
    }),
    4000,
    'answer',
  );

t.test('RFC 5922 7.5, RFC 6066 3: SNI names the domain; TLS 1.2 and newer only', async (t) => {
  const issued = authority.issue({ names: `DNS:${domain}` });
  const profiles = { acme: { ca: authority.cert, name: domain } };
  const { place, seen } = await server(t, { ...issued, maxVersion: 'TLSv1.2' });
  const { srf, engine } = await secureEngine(t, {
    tls: authority.selfSigned('DNS:box'),
    tlsProfiles: profiles,
  });
  t.equal((await ask(srf, place, 'acme')).status, 200, 'TLS 1.2');
  t.same(seen[0]?.servername, domain);
  const old = await server(t, { ...issued, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: OLD });
  const refusal = await ask(srf, old.place, 'acme');
  t.match(refusal.get('Reason'), /text="tls\/old-version"/);
  const [host, port] = at(engine, 'tls').split(':');
  const caller = tlsConnect({
    host,
    port: Number(port),
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: OLD,
  });
  const error = await new Promise<Any>((resolve) => {
    caller.on('secureConnect', () => resolve(undefined));
    caller.on('error', resolve);
  });
  t.ok(error, 'nor does our listener take less');
});

t.test(
  'RFC 3261 26.3.2.1: our own certificate for a peer that asks for one; its refusal is told',
  async (t) => {
    const issued = authority.issue({ names: `DNS:${domain}` });
    const mutual = { ...issued, ca: authority.cert, requestCert: true, rejectUnauthorized: true };
    const box = authority.issue({ commonName: 'box' });
    const stranger = authority.selfSigned('DNS:stranger');
    const { srf } = await secureEngine(t, {
      tls: authority.selfSigned('DNS:box'),
      tlsProfiles: {
        known: { ca: authority.cert, name: domain, ...box },
        none: { ca: authority.cert, name: domain },
        stranger: { ca: authority.cert, name: domain, ...stranger },
        broken: { ca: 'no certificate', name: domain, ...box },
      },
    });
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const { place, seen } = await server(t, { ...mutual, maxVersion: version, minVersion: version });
      t.equal((await ask(srf, place, 'known')).status, 200, version);
      t.equal(seen[0]?.peer, 'box');
      for (const profile of ['none', 'stranger']) {
        const refusal = await ask(srf, place, profile);
        t.equal(refusal.status, 503, `${version}: ${profile}`);
        t.match(
          refusal.get('Reason'),
          /text="(tls\/(certificate-asked|we-are-refused|failed)|tcp\/ECONNRESET|connection closed)"/,
        );
      }
    }
    const { place } = await server(t, mutual);
    t.match((await ask(srf, place, 'broken')).get('Reason'), /tls\/bad-settings/);
  },
);

t.test('RFC 5630 3.1: a sips URI goes by TLS and nothing else, and Contact is a sips one', async (t) => {
  const requests: Any[] = [];
  const place = await operator(t, authority.issue({ names: `DNS:${domain},IP:127.0.0.1` }), (r) =>
    requests.push(r),
  );
  const { srf } = await secureEngine(t, {
    listen: [
      { transport: 'udp', host: '127.0.0.1', port: 0 },
      { transport: 'tls', host: '127.0.0.1', port: 0 },
    ],
    tls: { ...authority.issue({ names: 'IP:127.0.0.1' }), ca: authority.cert },
  });
  const dialog = await within(
    srf.createUAC(`sips:1@${place}`, { localSdp: sdp(), headers: { Contact: '<sip:me@localhost>' } }),
    4000,
    'answer',
  );
  t.match(requests[0].get('Contact'), /^<sips:me@127\.0\.0\.1:\d+>$/);
  t.match(dialog.remote.uri, /^sips:/, 'and so is the Contact of the answer');
  await within(dialog.destroy(), 2000, 'BYE');
  const wrong = await srf
    .createUAC(`sips:1@${place}`, { localSdp: sdp(), proxy: `sip:127.0.0.1:9;transport=udp` })
    .catch((e: Any) => e);
  t.match(String(wrong.message ?? wrong), /sips URI needs TLS/);
});
