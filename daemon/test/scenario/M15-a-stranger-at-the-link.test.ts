import { rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { until } from '../kit/box.ts';
import { link, linkIs, officesOf, twoOffices } from '../kit/two-offices.ts';

t.test(
  'a box with another certificate is no office of ours: refused both ways, and people are told',
  async (t) => {
    const { msk, spb } = await twoOffices(t);
    await Promise.all([linkIs(msk, 'up'), linkIs(spb, 'up')]);
    const { fingerprint: old } = await officesOf(spb);

    // The box in Petersburg is swapped for another, or somebody has taken its place.
    await spb.daemon.stop();
    for (const file of ['sip-tls.key', 'sip-tls.crt']) rmSync(join(spb.data, file));
    await spb.restart();
    const { fingerprint: now, port } = await officesOf(spb);
    t.not(now, old);
    const { offices } = (await msk.api.get<{ config: { offices: object[] } }>('/api/v1/config')).config;
    await link(msk, { ...offices[0], address: `127.0.0.1:${port}` });

    await linkIs(msk, 'down');
    const alarm = (id: string) =>
      until(`the alarm ${id}`, async () => (await msk.live()).alarms.find((one) => one.id === id), 10_000);
    t.match(await alarm('office-spb'), {
      said: { ru: /другой сертификат/, en: /another certificate/ },
      cure: { ru: /отпечаток/, en: /fingerprint/ },
    });
    const stranger = await alarm('office-stranger-spb');
    t.match(stranger, { severity: 'critical', said: { en: /a certificate that is not its own/ } });
    t.ok(stranger.cure.en.includes(now!), 'it names what was shown, for the admins to compare');

    await spb.dial(1, '12');
    await spb.ended();
    t.notOk(msk.telephone(2).ringing, 'nobody in Moscow was rung');
    t.same(await msk.records(), [], 'and no call was made of it');
    spb.telephone(1).hangup();

    await t.test(
      'once the admin has entered the new fingerprint the link works, and the alarms are gone',
      async (t) => {
        await link(msk, { ...offices[0], address: `127.0.0.1:${port}`, fingerprints: [now] });
        await Promise.all([linkIs(msk, 'up'), linkIs(spb, 'up')]);
        await until(
          'the alarms are gone',
          async () => !(await msk.live()).alarms.some(({ id }) => id.startsWith('office')) || undefined,
          10_000,
        );
        await spb.dial(2, '12');
        await until('the telephone in Moscow rings', () => msk.telephone(2).ringing, 8000);
      },
    );
  },
);
