import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { selfSigned } from '../../src/main/box-certificate.ts';
import { CertificateFault, checkOwnCertificate } from '../../src/main/own-certificate.ts';
import { namesOf, PageCertificate } from '../../src/main/page-certificate.ts';
import {
  basicConstraints,
  certificate,
  extendedKeyUsage,
  keyUsage,
  nameConstraints,
  pemOfKey,
  subjectAltNames,
} from '../../src/main/x509.ts';

/** A clock whose wall time somebody may set. */
class SetClock extends FakeClock {
  #ahead = 0;

  override wall(): number {
    return super.wall() + this.#ahead;
  }

  setWall(at: number): void {
    this.#ahead += at - this.wall();
  }
}

const day = 86_400_000;
const now = Date.UTC(2026, 5, 1);

function makePage(t: Tap, over: { clock?: FakeClock; addresses?: string[]; data?: string } = {}) {
  const clock = over.clock ?? new FakeClock(now);
  const data = over.data ?? t.testdir();
  const addresses = over.addresses ?? ['127.0.0.1', '192.168.1.10', '203.0.113.5', 'fe80::1'];
  const warnings: string[] = [];
  const page = new PageCertificate({
    ...{ data, clock, hostname: 'Office-Box', addresses: () => addresses },
    ...{ port: () => 443, httpsOnly: () => false, warn: (text: string) => warnings.push(text) },
  });
  made.push(page);
  return { page, clock, data, addresses, warnings };
}

const made: PageCertificate[] = [];

/** A test at whose end, and before its folder goes, nothing is being written any more. */
function test(name: string, body: (t: Test) => Promise<void> | void): void {
  void t.test(name, async (t) => {
    try {
      await body(t);
    } finally {
      for (const page of made.splice(0)) await page.close();
    }
  });
}

type Tap = { testdir(): string };

test('the box makes an authority of its own and a certificate for its names and local addresses', async (t) => {
  const { page, data } = makePage(t);
  const leaf = new X509Certificate(page.material.cert);
  const authority = new X509Certificate(page.authority());
  t.ok(leaf.verify(authority.publicKey) && leaf.checkIssued(authority));
  t.ok(authority.ca && !leaf.ca);
  const names = namesOf(leaf);
  for (const name of ['linegate.local', 'office-box.local', 'office-box.lan', 'localhost', '192.168.1.10'])
    t.ok(names.includes(name), name);
  t.notOk(names.includes('203.0.113.5'), 'it speaks for no public address');
  t.ok(Date.parse(authority.validTo) - now > 10 * 365 * day);
  const life = Date.parse(leaf.validTo) - Date.parse(leaf.validFrom);
  t.ok(life <= 825 * day, `${life / day} days: no more than every system takes`);
  t.match(page.view(), { kind: 'box', port: 443, fingerprint: leaf.fingerprint256, httpsOnly: false });
  await page.close();
  for (const file of ['page.key', 'page-authority.key'])
    t.equal(statSync(join(data, file)).mode & 0o777, 0o600, file);
});

test('openssl takes the certificate, and no other that the authority might be made to sign', async (t) => {
  const { page, data } = makePage(t);
  await page.close();
  const verify = (file: string): string =>
    execFileSync('openssl', ['verify', '-CAfile', join(data, 'page-authority.crt'), join(data, file)], {
      ...{ encoding: 'utf8', stdio: 'pipe', timeout: 20_000 },
    });
  t.match(verify('page.crt'), /page\.crt: OK/);
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const authority = new X509Certificate(page.authority());
  const { createPrivateKey } = await import('node:crypto');
  const forged = certificate({
    ...{
      subject: 'bank',
      issuer: authority.subject.replace('CN=', ''),
      publicKey,
      notBefore: now,
      notAfter: now + day,
    },
    signedBy: createPrivateKey(readFileSync(join(data, 'page-authority.key'))),
    extensions: [basicConstraints(false), subjectAltNames({ dns: ['bank.example'] })],
  });
  writeFileSync(join(data, 'forged.crt'), forged);
  t.throws(() => verify('forged.crt'), /permitted subtree violation|excluded|verification failed/);
});

test('it is kept over a restart, and made anew when addresses change or the end is near', async (t) => {
  const clock = new SetClock(now);
  const first = makePage(t, { clock });
  const { fingerprint, authority } = first.page.view();
  await first.page.close();
  const second = makePage(t, { clock, data: first.data });
  t.equal(second.page.view().fingerprint, fingerprint);
  const changes: string[] = [];
  second.page.on('changed', ({ cert }) => changes.push(new X509Certificate(cert).fingerprint256));
  clock.advance(60_000);
  t.same(changes, []);
  second.addresses.push('10.0.0.7');
  clock.advance(60_000);
  t.equal(changes.length, 1);
  t.ok(second.page.view().names.includes('10.0.0.7'));
  t.equal(second.page.view().authority.fingerprint, authority.fingerprint, 'of the same authority');
  clock.setWall(now + 790 * day);
  clock.advance(60_000);
  t.equal(changes.length, 2);
  t.ok(second.page.view().notAfter > now + 1500 * day);
});

test('a clock that was never set makes one that holds now, and another once it is set', async (t) => {
  const clock = new SetClock(0);
  const { page } = makePage(t, { clock });
  t.ok(page.view().notBefore >= Date.UTC(2020, 0, 1));
  const before = page.view().fingerprint;
  clock.setWall(now);
  clock.advance(60_000);
  t.not(page.view().fingerprint, before);
  t.ok(page.view().notBefore < now && page.view().notAfter > now + 365 * day);
});

test('files that do not belong together or are broken are made anew, with a warning', async (t) => {
  const first = makePage(t);
  await first.page.close();
  writeFileSync(join(first.data, 'page.key'), 'no key');
  const second = makePage(t, { data: first.data });
  t.match(second.warnings, [/page\.crt is of no use/]);
  t.equal(second.page.view().authority.fingerprint, first.page.view().authority.fingerprint);
});

/** An authority of somebody else, and what it signs. */
function outside() {
  const root = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const middle = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const leaf = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const make = (
    subject: string,
    issuer: string,
    pair: typeof root,
    by: typeof root,
    extensions: Buffer[],
    to = now + 90 * day,
  ) =>
    certificate({
      ...{
        subject,
        issuer,
        signedBy: by.privateKey,
        publicKey: pair.publicKey,
        notBefore: now - day,
        notAfter: to,
      },
      extensions,
    });
  const site = [
    basicConstraints(false),
    keyUsage(false),
    extendedKeyUsage('server'),
    subjectAltNames({ dns: ['pbx.firm.example'] }),
  ];
  return {
    key: pemOfKey(leaf.privateKey),
    otherKey: pemOfKey(middle.privateKey),
    site: make('site', 'Middle', leaf, middle, site),
    old: make('site', 'Middle', leaf, middle, site, now - 1000),
    nameless: make('site', 'Middle', leaf, middle, [basicConstraints(false)]),
    client: make('site', 'Middle', leaf, middle, [
      ...site.slice(0, 2),
      extendedKeyUsage('client'),
      ...site.slice(3),
    ]),
    middle: make('Middle', 'Root', middle, root, [
      keyUsage(true),
      nameConstraints({ dns: ['firm.example'], ip: [] }),
    ]),
    root: make('Root', 'Root', root, root, [basicConstraints(true)]),
  };
}

test('one’s own certificate is looked through, and what is wrong with it is said', (t) => {
  const { key, otherKey, site, old, nameless, client, middle, root } = outside();
  const fault = (certificateText: string, keyText: string, at = now): string => {
    try {
      checkOwnCertificate({ certificate: certificateText, key: keyText }, at);
      return 'taken';
    } catch (error) {
      if (!(error instanceof CertificateFault)) throw error;
      t.match(error.said, { ru: /\.$/, en: /\.$/ });
      return error.code;
    }
  };
  t.equal(fault(site, key), 'taken');
  t.equal(fault(`${site}${middle}${root}`, key), 'taken');
  t.equal(fault(`${root}${middle}${site}`, key), 'taken', 'in any order');
  t.equal(fault(`${site}${root}`, key), 'certificate/broken-chain');
  t.equal(fault(site, otherKey), 'certificate/key-of-another');
  t.equal(fault(old, key), 'certificate/expired');
  t.equal(fault(site, key, now - 30 * day), 'certificate/not-yet');
  t.equal(fault(nameless, key), 'certificate/no-names');
  t.equal(fault(client, key), 'certificate/not-for-servers');
  t.equal(fault('nothing', key), 'certificate/no-certificate');
  t.equal(fault(site, 'nothing'), 'certificate/no-key');
  t.equal(fault(site, '-----BEGIN ENCRYPTED PRIVATE KEY-----'), 'certificate/key-encrypted');
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const weakFile = join(t.testdir(), 'weak.key');
  writeFileSync(weakFile, pemOfKey(weak.privateKey));
  const asked = ['req', '-x509', '-key', weakFile, '-subj', '/CN=a', '-addext', 'subjectAltName=DNS:a'];
  const short = execFileSync('openssl', [...asked, '-days', '9000'], {
    ...{ encoding: 'utf8', stdio: 'pipe', timeout: 20_000 },
  });
  t.equal(fault(short, pemOfKey(weak.privateKey), Date.now()), 'certificate/weak-key');
  const chain = checkOwnCertificate({ certificate: `${root}${middle}${site}`, key }, now).cert;
  t.equal(new X509Certificate(chain).subject, 'CN=site', 'what is shown begins with the site');
});

test('an uploaded certificate takes the place of the box’s own, and gives way again', async (t) => {
  const { page, data } = makePage(t);
  const { key, site, middle } = outside();
  let shown = '';
  page.on('changed', ({ cert }) => (shown = new X509Certificate(cert).subject));
  await page.use({ certificate: `${site}${middle}`, key });
  t.equal(shown, 'CN=site');
  t.match(page.view(), { kind: 'own', names: ['pbx.firm.example'], issuer: 'Middle' });
  t.same(page.ownNames, ['pbx.firm.example'], 'the page may be opened by that name');
  t.equal(statSync(join(data, 'page-own.key')).mode & 0o777, 0o600);
  const again = makePage(t, { data });
  t.equal(again.page.view().kind, 'own');
  t.ok(await page.restore());
  t.equal(page.view().kind, 'box');
  t.notOk(await page.restore());
  await t.rejects(page.use({ certificate: selfSigned('a').cert, key }), {
    code: 'certificate/key-of-another',
  });
});
