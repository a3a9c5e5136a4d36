import t from 'tap';
import { parseNameAddress, parseUri, quoteName, splitHeader, splitHostPort } from '../../src/sip/address.ts';
import { callerOf, identityOf } from '../../src/sip/identity.ts';
import { fromOperator, sameNumber, toOperator } from '../../src/sip/number-format.ts';

t.test('numbers as an operator wants them', async (t) => {
  for (const [number, plus, bare, national] of [
    ['+78121234567', '+78121234567', '78121234567', '88121234567'],
    ['+79161234567', '+79161234567', '79161234567', '89161234567'],
    ['+77012345678', '+77012345678', '77012345678', '81077012345678'],
    ['+4930123456', '+4930123456', '4930123456', '8104930123456'],
    ['112', '112', '112', '112'],
  ] as const) {
    t.equal(toOperator(number, 'e164-plus'), plus);
    t.equal(toOperator(number, 'e164'), bare);
    t.equal(toOperator(number, 'national-8'), national);
    if (number !== '112') {
      t.equal(fromOperator(national, 'national-8'), number, `${national} read back`);
      t.equal(fromOperator(plus, 'e164-plus'), number);
    }
  }
  t.equal(fromOperator('8 (812) 123-45-67', 'e164'), '+78121234567');
  t.equal(fromOperator('8121234567', 'e164-plus'), '+78121234567');
  t.equal(fromOperator('493012345678', 'e164'), '+493012345678');
  t.equal(fromOperator('493012345678', 'national-8'), undefined);
  t.equal(fromOperator('alice', 'e164'), undefined);
  t.equal(fromOperator('101', 'e164'), undefined);
  t.ok(sameNumber('84951112233', '+7 495 111-22-33', 'e164'));
  t.notOk(sameNumber('84951112233', '+74951112234', 'e164'));
  t.ok(sameNumber('sip-user', 'sip-user', 'e164'));
});

const trunk = {
  server: 'sip.operator.example:5080',
  user: 'acc1',
  callerNumber: '+74951112233',
  forwardedCaller: 'own' as const,
  numberFormat: 'e164' as const,
  forwardedHeader: 'diversion' as const,
  fromUser: 'number' as const,
  identityHeaders: ['asserted' as const],
  withheld: 'anonymous' as const,
  privacyNone: false,
};

t.test('an ordinary call shows our number of the trunk, and the name', async (t) => {
  t.same(identityOf(trunk, { caller: { number: '101', name: 'Анна "А"' } }), {
    from: '"Анна \\"А\\"" <sip:74951112233@sip.operator.example>',
    headers: { 'P-Asserted-Identity': '<sip:74951112233@sip.operator.example>' },
  });
  const { callerNumber: _, ...account } = trunk;
  t.same(identityOf(account, { caller: {} }), { from: '<sip:acc1@sip.operator.example>', headers: {} });
});

t.test('a withheld number: nothing in From, Privacy, and the operator still knows us', async (t) => {
  t.same(identityOf(trunk, { caller: { absence: 'private', name: 'Anna' } }), {
    from: '"Anonymous" <sip:anonymous@anonymous.invalid>',
    headers: { Privacy: 'id', 'P-Asserted-Identity': '<sip:74951112233@sip.operator.example>' },
  });
});

t.test('ruling 14: forwarded calls, both ways of it', async (t) => {
  const caller = { number: '+79161234567', name: 'Ivan' };
  const diversion = { reason: 'no-answer' as const };
  t.same(identityOf(trunk, { caller, diversion }), {
    from: '<sip:74951112233@sip.operator.example>',
    headers: { 'P-Asserted-Identity': '<sip:74951112233@sip.operator.example>' },
  });
  t.same(identityOf({ ...trunk, forwardedCaller: 'original' }, { caller, diversion }), {
    from: '"Ivan" <sip:79161234567@sip.operator.example>',
    headers: {
      Diversion: '<sip:74951112233@sip.operator.example>;reason=no-answer;counter=1',
      'P-Asserted-Identity': '<sip:74951112233@sip.operator.example>',
    },
  });
  const known = { ...caller, name: 'Never pays', nameForOffice: true };
  for (const wishes of [{ caller: known, diversion }, { caller: known }])
    t.notMatch(
      identityOf({ ...trunk, forwardedCaller: 'original' }, wishes),
      /Never/,
      'told to nobody outside',
    );
  t.equal(
    identityOf({ ...trunk, forwardedCaller: 'original' }, { caller: known, diversion }).from,
    '<sip:79161234567@sip.operator.example>',
  );
  const hidden = identityOf(
    { ...trunk, forwardedCaller: 'original' },
    { caller: { absence: 'private' }, diversion },
  );
  t.match(hidden.from, /anonymous/);
  t.equal(hidden.headers.Privacy, 'id');
  t.notMatch(identityOf(trunk, { caller: { absence: 'private' }, diversion }).from, /anonymous/);
});

t.test('ruling 6: an emergency call is never withheld and shows the site', async (t) => {
  const identity = identityOf(trunk, {
    caller: { absence: 'private' },
    emergency: { callerNumber: '+74957654321' },
    diversion: { reason: 'unconditional' },
  });
  t.same(identity, {
    from: '<sip:74957654321@sip.operator.example>',
    headers: { 'P-Asserted-Identity': '<sip:74957654321@sip.operator.example>' },
  });
});

t.test('who calls us', async (t) => {
  const of = (from: string, assertedIdentity?: string, privacy?: string) =>
    callerOf({ from, assertedIdentity, privacy }, 'e164');
  t.same(of('"Ivan" <sip:79161234567@x>;tag=1'), { number: '+79161234567', name: 'Ivan' });
  t.same(of('"79161234567" <sip:79161234567@x>'), { number: '+79161234567' });
  t.same(of('<sip:anonymous@anonymous.invalid>', '<sip:79161234567@x>', 'id'), { absence: 'private' });
  t.same(of('sip:gw@x', '"Ivan" <sip:+79161234567@x>, <tel:+79161234567>'), {
    number: '+79161234567',
    name: 'Ivan',
  });
  t.same(of('<sip:unavailable@unknown.invalid>'), { absence: 'unavailable' });
  t.same(of('<sip:x.example>'), {}, 'nothing said is not the same');
  t.same(of('<sip:unknown@unknown.invalid>'), {});
  t.same(of('<sip:+79161234567;phone-context=x@y>'), { number: '+79161234567' });
  t.same(of('<sip:101@x>'), { number: '101' });
});

t.test('addresses, with all that may be wrong in them', async (t) => {
  t.same(splitHostPort('[2001:db8::1]:5070'), { host: '2001:db8::1', port: 5070 });
  t.same(splitHostPort('2001:db8::1'), { host: '2001:db8::1', port: undefined });
  t.same(splitHostPort('a.example:99999'), { host: 'a.example', port: undefined });
  t.match(parseUri('sip:a%23b:secret@h.example:5070;transport=TCP?x=y'), {
    user: 'a#b',
    host: 'h.example',
    port: 5070,
  });
  t.equal(parseUri('http://x'), undefined);
  t.equal(parseUri('sip:'), undefined);
  t.match(parseUri('tel:+7812;ext=1'), { scheme: 'tel', user: '+7812' });
  t.equal(parseNameAddress('"never closed <sip:a@b>'), undefined);
  t.match(parseNameAddress('Bob <sip:a@b>;tag=x'), { display: 'Bob', uri: 'sip:a@b' });
  t.same(splitHeader('"a,b" <sip:x,y@z>, <sip:q@r>'), ['"a,b" <sip:x,y@z>', '<sip:q@r>']);
  t.equal(quoteName('a\r\nB: c"'), '"a  B: c\\""');
});
