import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import t from 'tap';
import type { CertificateView, DiagnosisView, SupportView } from '../../src/api/contract.ts';
import { adminPassword, type Box, operatorCall, startOperator, until } from '../kit/box.ts';
import { burst, startPbxBox } from '../kit/pbx-office.ts';

/** Status of a request over HTTPS that trusts what the box gave out before anybody had signed in. */
async function overHttps(box: Box): Promise<number> {
  const { port } = await box.api.get<CertificateView>('/api/v1/certificate');
  const { data: ca } = await box.api.download('/api/v1/certificate/authority.pem');
  return await new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path: '/api/v1/session', ca, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

t.test('after a call with a PIN the support bundle tells all of it but the secrets (V02, P05)', async (t) => {
  const operator = await startOperator(t);
  const box = await startPbxBox(t, operator, { https: true });
  await box.pbx(2).seizeAndDial(burst);
  const far = await operatorCall(operator, 'answered');
  await operator.hangUp(far.id);
  await box.ended();
  t.equal(await overHttps(box), 200, 'the page is there over HTTPS');

  await box.api.post<DiagnosisView>('/api/v1/diagnosis/run', {});
  const checked = await until(
    'the check is over',
    async () => {
      const view = await box.api.get<DiagnosisView>('/api/v1/diagnosis');
      return view.run?.state === 'done' ? view : undefined;
    },
    30_000,
  );
  t.notMatch(
    checked.findings.map(({ code }) => code),
    ['sip/alg'],
    'nobody has changed what passed between the box and its operator',
  );

  await box.api.post<SupportView>('/api/v1/support-bundle', { numbers: true });
  await until(
    'the bundle is ready',
    async () => (await box.api.get<SupportView>('/api/v1/support-bundle')).state === 'ready' || undefined,
    10_000,
  );
  const { name, data } = await box.api.download('/api/v1/support-bundle/file');
  t.match(name, /^linegate-support-.*\.tar\.gz$/);
  const whole = gunzipSync(data).toString('latin1');
  t.match(whole, /\+?78121234567|88121234567/, 'the call is in it');
  t.match(whole, /sip:\+?\d*@|INVITE|REGISTER|OPTIONS/, 'and SIP');
  const config = JSON.parse(readFileSync(join(box.data, 'config.json'), 'utf8'));
  const trunks: { password?: string }[] = config.trunks ?? config.config?.trunks ?? [];
  const hashes = [...JSON.stringify(config).matchAll(/"(?:hmac|passwordHash)":"([^"]+)"/g)].map(
    ([, secret = '']) => secret,
  );
  const secrets = [
    ...['135790', adminPassword, box.claimCode, readFileSync(join(box.data, 'device-key'), 'utf8').trim()],
    ...hashes,
    ...trunks.flatMap(({ password }) => (password ? [password] : [])),
    ...['page.key', 'page-authority.key', 'sip-tls.key'].map(
      (file) => readFileSync(join(box.data, file), 'utf8').split('\n')[1] ?? '',
    ),
  ];
  t.ok(secrets.length >= 9);
  for (const [i, secret] of secrets.entries()) {
    t.ok(secret.length >= 4);
    for (const form of [secret, Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('hex')])
      t.notOk(whole.includes(form), `secret ${i} is not in it`);
  }
  const audit = await box.api.get<{ entries: { act: string }[] }>('/api/v1/audit');
  t.match(
    audit.entries.map(({ act }) => act),
    ['support-bundle-taken', 'support-bundle-made'],
  );
});
