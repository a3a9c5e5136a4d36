import t from 'tap';
import { pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';
import { Authority } from '../peers/authority.ts';
import { FakeDns } from '../peers/dns.ts';

const domain = 'sip.operator.test';

t.test(
  'a trunk over TLS by its domain: registered, a call heard both ways; a certificate that has expired is named',
  async (t) => {
    const authority = new Authority(t.testdir());
    const account = {
      accounts: { office: 'keen-owl' },
      sound: { type: 'tone', frequency: 1000, dbm0: -10 },
    } as const;
    const names = `DNS:${domain}`;
    const far = await startOperator(t, { ...account, tls: authority.issue({ names }) });
    const expired = authority.issue({ names, from: '20200101000000Z', until: '20200601000000Z' });
    const stale = await startOperator(t, { ...account, tls: expired });
    const record = (service: string, port: number) => ({
      name: `_sips._tcp.${service}`,
      type: 'SRV' as const,
      data: `1 0 ${port} h.test`,
    });
    const host = { name: 'h.test', type: 'A' as const, data: '127.0.0.1' };
    const dns = await FakeDns.start(t, [record(domain, far.port), record('stale.test', stale.port), host]);
    const box = await startBox(t, {
      dns: dns.address,
      edit: (office) => {
        const more = {
          transport: 'tls',
          tlsCa: authority.cert,
          mode: 'register',
          user: 'office',
          password: 'keen-owl',
        };
        pointTrunk(office, 'alpha', { host: domain, port: 0 }, { ...more, server: domain });
        const beta = { ...more, server: 'stale.test', tlsName: domain };
        pointTrunk(office, 'beta', { host: 'stale.test', port: 0 }, beta);
      },
    });
    const trunk = async (id: string) => (await box.live()).trunks.find((entry) => entry.id === id)!;
    await until('registered', async () => (await trunk('alpha')).state === 'registered' || undefined, 6000);
    t.match(far.registrations(), [{ user: 'office', contact: /;transport=tls/ }]);
    const phone = box.telephone(1);
    await box.dial(1, '88121234567');
    await phone.waitForTone(1000, -13, 8000);
    void phone.speak({ tone: 700, level: -10 });
    const call = await until('the call', () => far.calls().find((c) => c.state === 'answered'), 4000);
    await toneAtOperator(far, call.id, 700, -10, 6);
    phone.hush();
    phone.hangup();
    t.match(await box.ended(), { trunkId: 'alpha', answerSource: 'sip', releasedBy: 'caller', q850: 16 });

    const broken = await until(
      'what is wrong with the other is said',
      async () => {
        const entry = await trunk('beta');
        return entry.state === 'unreachable' ? entry : undefined;
      },
      6000,
    );
    t.match(broken.said, { ru: /Срок действия сертификата/, en: /certificate has expired/ });
    t.match(broken.cure, { ru: /часы/, en: /clock/ });
    const alarms = await until(
      'an alarm',
      async () => (await box.live()).alarms.find((alarm) => alarm.id === 'trunk-beta'),
      4000,
    );
    t.match(alarms.said, { ru: /сертификата/, en: /certificate/ });
  },
);
