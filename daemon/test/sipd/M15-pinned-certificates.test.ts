import { X509Certificate } from 'node:crypto';
import t from 'tap';
import { selfSigned } from '../../src/main/box-certificate.ts';
import type { TlsProfile } from '../../src/sipd/transport/tls.ts';
import { type Any, at, client, QUICK, SECRET, startEngine, within } from './kit.ts';

const print = (cert: string): string => new X509Certificate(cert).fingerprint256;
const [msk, spb, stranger] = [selfSigned('msk.local'), selfSigned('spb.local'), selfSigned('spb.local')];

/** A box with a certificate of its own, which answers OPTIONS with 200 and remembers who asked. */
async function box(t: Any, own: typeof msk, profiles: Record<string, TlsProfile> = {}) {
  const engine = await startEngine({
    listen: [{ transport: 'tls', host: '127.0.0.1', port: 0 }],
    control: { host: '127.0.0.1', port: 0, secret: SECRET },
    timers: QUICK,
    tls: own,
    tlsProfiles: profiles,
  });
  const srf = await client(engine);
  const seen: (string | undefined)[] = [];
  srf.options((req: Any, res: Any) => {
    seen.push(req.sessionToken);
    res.send(200);
  });
  t.teardown(async () => {
    srf.disconnect();
    await engine.close();
  });
  const ask = (place: string, headers: Record<string, string> = {}): Promise<Any> =>
    within(
      new Promise((resolve, reject) =>
        srf.request(
          'sip:spb.local',
          { method: 'OPTIONS', proxy: `sip:${place};transport=tls;tls-profile=office:spb`, headers },
          (error: Any, sent: Any) => (error ? reject(error) : sent.on('response', resolve)),
        ),
      ),
      8000,
      'an answer',
    );
  return { engine, srf, seen, ask, place: at(engine, 'tls') };
}

t.test(
  'two boxes know each other by their certificates alone, with no authority in common (M15)',
  async (t) => {
    const there = await box(t, spb);
    const here = await box(t, msk, { 'office:spb': { pins: [print(spb.cert)], own: true, name: 'spb' } });
    t.equal((await here.ask(there.place)).status, 200);
    t.same(there.seen, [print(msk.cert)], 'and who has asked is told of the one that is asked');
  },
);

t.test(
  'another certificate of the same name: the connection ends, and not a byte of ours has gone over it',
  async (t) => {
    const posing = await box(t, stranger);
    const here = await box(t, msk, {
      'office:spb': { pins: [print(spb.cert)], own: true, name: 'spb.local' },
    });
    const refused = await here.ask(posing.place);
    t.equal(refused.status, 503);
    t.match(refused.get('Reason'), /tls\/other-certificate/);
    t.same(posing.seen, []);
    t.equal(posing.engine.trace('OPTIONS').length, 0);
  },
);

t.test('a certificate that is pinned anew counts at once, also where a connection stands', async (t) => {
  const there = await box(t, spb);
  const here = await box(t, msk, { 'office:spb': { pins: [print(spb.cert)], own: true } });
  t.equal((await here.ask(there.place)).status, 200);
  here.engine.setTls({ 'office:spb': { pins: [print(stranger.cert)], own: true } });
  t.match((await here.ask(there.place)).get('Reason'), /tls\/other-certificate/);
  here.engine.setTls({ 'office:spb': { pins: [print(stranger.cert), print(spb.cert)], own: true } });
  t.equal((await here.ask(there.place)).status, 200, 'of two either will do, while one is being replaced');
});

t.test('who shows none is nobody, whatever the message says', async (t) => {
  const there = await box(t, spb);
  const here = await box(t, msk, { 'office:spb': { pins: [print(spb.cert)] } });
  const headers = { 'X-Session-Token': print(msk.cert) };
  t.equal((await here.ask(there.place, headers)).status, 200);
  t.same(there.seen, [undefined]);
});
