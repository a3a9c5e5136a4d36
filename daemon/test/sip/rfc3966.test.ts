/** RFC 3966, RFC 4904, RFC 3261 19.1: telephone numbers in URIs, as operators write them. */
import t from 'tap';
import { parseUri } from '../../src/sip/address.ts';
import { callerOf } from '../../src/sip/identity.ts';
import { fromOperator } from '../../src/sip/number-format.ts';
import { bench, incoming } from './bench.ts';
import { next } from './kit.ts';

t.test('RFC 3966 3, 5.1: global numbers, with visual separators, are one number', async (t) => {
  for (const uri of [
    'tel:+74951234567',
    'tel:+7-495-123-45-67',
    'tel:+7(495)123.45.67',
    'TEL:+74951234567;isub=1',
  ])
    t.equal(fromOperator(parseUri(uri)?.user ?? '', 'e164-plus'), '+74951234567', uri);
});

t.test('RFC 3966 5.1.5: a local number is no E.164 number, whatever its context', async (t) => {
  const local = parseUri('tel:101;phone-context=+7495');
  t.match(local, { scheme: 'tel', user: '101' });
  t.equal(local?.params.get('phone-context'), '+7495');
  t.equal(fromOperator(local!.user, 'e164-plus'), undefined);
});

t.test('RFC 3261 19.1.6: the same in the user part of a SIP URI, with user=phone', async (t) => {
  const uri = parseUri('sip:+7-495-123-45-67;phone-context=x@gw.example;user=phone');
  t.match(uri, { user: '+7-495-123-45-67', host: 'gw.example' });
  t.equal(uri?.params.get('user'), 'phone');
  t.equal(fromOperator(uri!.user, 'e164-plus'), '+74951234567');
});

t.test('RFC 4904 4: trunk group labels are no part of the number', async (t) => {
  const uri = parseUri('sip:+74951234567;tgrp=local;trunk-context=+7@gw.example;user=phone');
  t.match(uri, { user: '+74951234567', host: 'gw.example' });
  t.match(parseUri('tel:+74951234567;tgrp=tg1;trunk-context=example.com'), { user: '+74951234567' });
});

t.test('RFC 3966, RFC 3325 9.1: callers given as tel URI, alone and beside a SIP one', async (t) => {
  const from = '<sip:anybody@operator.example>;tag=1';
  t.same(callerOf({ from, assertedIdentity: '<tel:+7-495-123-45-67>', privacy: undefined }, 'e164-plus'), {
    number: '+74951234567',
  });
  t.match(
    callerOf(
      { from, assertedIdentity: '<sip:+74951234567@x;user=phone>, <tel:+74951234567>', privacy: undefined },
      'e164-plus',
    ),
    { number: '+74951234567' },
  );
  t.match(
    callerOf({ from: '<tel:+74951234567>;tag=1', assertedIdentity: undefined, privacy: undefined }, 'e164'),
    {
      number: '+74951234567',
    },
  );
});

t.test('RFC 3966, RFC 3261 10.3: a call whose Request-URI is a tel URI comes in', async (t) => {
  const b = await bench(t);
  const arrived = next(b.gateway, 'incoming', () => true, 3000);
  void incoming(b).catch(() => {});
  await arrived;
  const second = next(b.gateway, 'incoming', () => true, 3000);
  b.peer.request(b.to, 'INVITE', { uri: 'tel:+7-495-765-43-21' });
  t.match((await second)[1].calledNumber.replace(/-/g, ''), '+74957654321');
});
