/** RFC 8224: a signed caller goes on with a forwarded call as long as what was signed is still so. */
import t from 'tap';
import { carriedBy, stillSigned } from '../../src/sip/carried.ts';
import { bench, forwarded, incoming } from './bench.ts';

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A PASSporT as it stands in Identity; nobody here has the key, so the signature is any. */
const passport = (orig: string, dest: string): string =>
  `${part({ alg: 'ES256', ppt: 'shaken', typ: 'passport', x5u: 'https://cert.example/a.pem' })}.` +
  `${part({ dest: { tn: [dest] }, iat: 1, orig: { tn: orig } })}.c2lnbmF0dXJl` +
  ';info=<https://cert.example/a,b.pem>;alg=ES256;ppt=shaken';

const CALLER = '79161234567';
const CALLED = '78121234567';
const request = (headers: Record<string, string>) => ({
  get: (name: string) => headers[name],
  has: (name: string) => name in headers,
});

t.test('RFC 8224 6.2, RFC 8225 5.2.1: what is signed is who calls and who is called', (t) => {
  const good = passport(CALLER, CALLED);
  const carried = carriedBy(request({ Identity: `${good}, ${passport(CALLER, '74951112244')}` }), 'e164')!;
  t.same(stillSigned(carried, '+79161234567', '+78121234567'), [good]);
  t.same(stillSigned(carried, '+79161234568', '+78121234567'), [], 'another caller');
  t.same(stillSigned(carried, undefined, '+78121234567'), [], 'a caller who is not shown');
  t.end();
});

t.test('RFC 8224 7: the compact form stands for the From and To it came with', (t) => {
  const compact = `${part({ alg: 'ES256' })}..c2ln;info=<https://cert.example/a.pem>`;
  const carried = carriedBy(
    request({ Identity: compact, From: '<sip:79161234567@a>;tag=1', To: '<sip:78121234567@b>' }),
    'e164',
  )!;
  t.same(stillSigned(carried, '+79161234567', '+78121234567'), [compact]);
  t.same(stillSigned(carried, '+79161234567', '+74951112244'), []);
  t.end();
});

t.test('what is no PASSporT is nobody’s', (t) => {
  for (const wrong of ['', 'x', 'a.b.c', 'a.e30.c', '..', `a.${part('x')}.c`, `a.${part({ orig: {} })}.c`]) {
    const carried = carriedBy(request({ Identity: `${wrong};info=<x>` }), 'e164')!;
    t.same(stillSigned(carried, '+79161234567', '+78121234567'), [], wrong);
  }
  t.end();
});

const extra = (dest: string): string =>
  `Identity: ${passport(CALLER, dest)}\r\nIdentity: ${passport(CALLER, dest)};x\r\nDate: Mon, 23 Nov 2026 02:00:00 GMT\r\n`;

t.test(
  'on the wire: both with their Date where the numbers are the same, none where ours is shown',
  async (t) => {
    const b = await bench(t, { numberFormat: 'e164', forwardedCaller: 'original' });
    const came = await incoming(b, { extra: extra(CALLED) });
    const { invite } = await forwarded(b, came.leg);
    const lines = invite.text.split('\r\n').filter((line) => line.startsWith('Identity: '));
    t.same(lines, [`Identity: ${passport(CALLER, CALLED)}`, `Identity: ${passport(CALLER, CALLED)};x`]);
    t.equal(invite.headers.date, 'Mon, 23 Nov 2026 02:00:00 GMT');
    const other = await incoming(b, { extra: extra('74951112244') });
    const sent = await forwarded(b, other.leg);
    t.equal(sent.invite.headers.identity, undefined, 'another number is called than was signed');
    t.equal(sent.invite.headers.date, undefined);
    const own = await bench(t, { numberFormat: 'e164' });
    const third = await incoming(own, { extra: extra(CALLED) });
    t.equal((await forwarded(own, third.leg)).invite.headers.identity, undefined);
  },
);
