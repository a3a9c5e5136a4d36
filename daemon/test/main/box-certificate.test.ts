import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { boxCertificate, selfSigned } from '../../src/main/box-certificate.ts';

t.test('RFC 5280: a certificate that OpenSSL takes for what it should be', async (t) => {
  const { key, cert } = selfSigned('box.local');
  const read = new X509Certificate(cert);
  t.equal(read.subject, 'CN=box.local');
  t.equal(read.subjectAltName, 'URI:sip:box.local, DNS:box.local');
  t.equal(read.ca, false);
  t.ok(read.verify(read.publicKey), 'signed by its own key');
  t.ok(Date.parse(read.validFrom) < Date.UTC(2021, 0, 1) && Date.parse(read.validTo) > Date.UTC(2049, 0, 1));
  const dir = t.testdir({ 'c.pem': cert, 'k.pem': key });
  const openssl = (...args: string[]): string =>
    execFileSync('openssl', args, { cwd: dir, encoding: 'utf8', timeout: 10_000 });
  t.match(
    openssl('verify', '-CAfile', 'c.pem', '-x509_strict', '-purpose', 'sslserver', 'c.pem'),
    /c\.pem: OK/,
  );
  t.equal(openssl('x509', '-in', 'c.pem', '-pubkey', '-noout'), openssl('pkey', '-in', 'k.pem', '-pubout'));
  t.not(
    new X509Certificate(selfSigned('a').cert).serialNumber,
    new X509Certificate(selfSigned('a').cert).serialNumber,
  );
});

t.test('made once and kept, the key for nobody else to read; files of the owner are taken', async (t) => {
  const dir = t.testdir();
  const warnings: string[] = [];
  const open = () => boxCertificate(dir, 'box.local', (text) => warnings.push(text));
  const first = open();
  t.same(open(), first);
  t.equal(statSync(join(dir, 'sip-tls.key')).mode & 0o777, 0o600);
  const own = selfSigned('office.example');
  writeFileSync(join(dir, 'sip-tls.key'), own.key);
  writeFileSync(join(dir, 'sip-tls.crt'), own.cert);
  t.same(open(), own);
  t.same(warnings, []);
  writeFileSync(join(dir, 'sip-tls.crt'), first.cert);
  t.match(open().cert, /BEGIN CERTIFICATE/, 'a key of another certificate: the box serves all the same');
  t.match(warnings, [/of no use/]);
  t.equal(readFileSync(join(dir, 'sip-tls.crt'), 'utf8'), first.cert, 'nothing of the owner is overwritten');
  chmodSync(dir, 0o755);
});
