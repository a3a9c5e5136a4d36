import t from 'tap';
import type { TrunkConfig } from '../../src/config/schema.ts';
import type { TrunkCallRequest } from '../../src/sip/index.ts';
import { headerOf, ScriptedServer } from '../peers/scripted.ts';
import { makeLeg, next, startEngine, startGateway, trunkConfig } from './kit.ts';

/** What is looked at on the wire; '' : the header is not there. */
interface Seen {
  From: RegExp;
  'P-Asserted-Identity'?: string;
  'P-Preferred-Identity'?: string;
  'Remote-Party-ID'?: string;
  Privacy?: string;
  Diversion?: string;
  'History-Info'?: string;
}

interface Row {
  name: string;
  trunk?: Partial<TrunkConfig>;
  call?: Partial<TrunkCallRequest>;
  seen: Seen;
}

const OWN = '<sip:74951112233@127.0.0.1>';
const ACCOUNT = '<sip:acc1@127.0.0.1>';
const ANONYMOUS = /^"Anonymous" <sip:anonymous@anonymous\.invalid>;tag=/;
const shows = (uri: string, name = ''): RegExp =>
  new RegExp(`^${name}${name && ' '}${uri.replace(/[.+]/g, '\\$&')};tag=`);
const hidden = { caller: { number: '101', name: 'Anna', absence: 'private' as const } };
const forwarded = {
  caller: { number: '+79161234567', name: 'Ivan' },
  divertedFrom: '+74951112244',
  diversionReason: 'no-answer' as const,
};
const original = { forwardedCaller: 'original' as const };

const rows: Row[] = [
  {
    name: 'RFC 3325 9.1: our number in From and, for the trusted operator, in P-Asserted-Identity',
    seen: { From: shows(OWN, '"Anna"'), 'P-Asserted-Identity': OWN },
  },
  {
    name: 'the account in From, where the operator wants it there',
    trunk: { fromUser: 'account' },
    seen: { From: shows(ACCOUNT, '"Anna"'), 'P-Asserted-Identity': OWN },
  },
  {
    name: 'no number of ours is known: the account, and no claim',
    trunk: { callerNumber: undefined as never },
    seen: { From: shows(ACCOUNT, '"Anna"') },
  },
  {
    name: 'RFC 3325 9.2: P-Preferred-Identity, where the operator does not trust us',
    trunk: { identityHeaders: ['preferred'] },
    seen: { From: shows(OWN, '"Anna"'), 'P-Preferred-Identity': OWN },
  },
  {
    name: 'Remote-Party-ID for old exchanges, beside the other',
    trunk: { identityHeaders: ['asserted', 'remote-party'] },
    seen: {
      From: shows(OWN, '"Anna"'),
      'P-Asserted-Identity': OWN,
      'Remote-Party-ID': `${OWN};party=calling;screen=yes;privacy=off`,
    },
  },
  {
    name: 'a number that the operator gave us besides is shown to whoever calls by it',
    call: { caller: { number: '+74951112244' } },
    seen: {
      From: shows('<sip:74951112244@127.0.0.1>'),
      'P-Asserted-Identity': '<sip:74951112244@127.0.0.1>',
    },
  },
  {
    name: 'a number that is not ours is not',
    call: { caller: { number: '+74951119999' } },
    seen: { From: shows(OWN), 'P-Asserted-Identity': OWN },
  },
  {
    name: 'RFC 3323 4.1.1.3, RFC 3325 9.3: withheld: anonymous From, Privacy: id, and the operator knows us',
    call: hidden,
    seen: { From: ANONYMOUS, 'P-Asserted-Identity': OWN, Privacy: 'id' },
  },
  {
    name: 'withheld, number in From: the operator hides it',
    trunk: { withheld: 'number' },
    call: hidden,
    seen: { From: shows(OWN), 'P-Asserted-Identity': OWN, Privacy: 'id' },
  },
  {
    name: 'RFC 3323 4.2: withheld, header privacy asked for',
    trunk: { withheld: 'header' },
    call: hidden,
    seen: { From: ANONYMOUS, 'P-Asserted-Identity': OWN, Privacy: 'header;id' },
  },
  {
    name: 'withheld at an operator that knows no Privacy: nothing that could be shown',
    trunk: { withheld: 'bare', identityHeaders: ['asserted', 'remote-party'] },
    call: hidden,
    seen: { From: ANONYMOUS },
  },
  {
    name: 'withheld, told by Remote-Party-ID',
    trunk: { identityHeaders: ['remote-party'] },
    call: hidden,
    seen: {
      From: ANONYMOUS,
      'Remote-Party-ID': `${OWN};party=calling;screen=yes;privacy=full`,
      Privacy: 'id',
    },
  },
  {
    name: 'RFC 3323 4.2: Privacy: none, where numbers are hidden by default',
    trunk: { privacyNone: true },
    seen: { From: shows(OWN, '"Anna"'), 'P-Asserted-Identity': OWN, Privacy: 'none' },
  },
  {
    name: 'ruling 14: forwarded under our own number: nothing of the stranger, his wish for privacy included',
    call: { ...forwarded, caller: { absence: 'private' } },
    seen: { From: shows(OWN), 'P-Asserted-Identity': OWN },
  },
  {
    name: "ruling 14, RFC 5806 4: forwarded under the caller's number, Diversion names ours",
    trunk: original,
    call: forwarded,
    seen: {
      From: shows('<sip:79161234567@127.0.0.1>', '"Ivan"'),
      'P-Asserted-Identity': OWN,
      Diversion: '<sip:74951112244@127.0.0.1>;reason=no-answer;counter=1',
    },
  },
  {
    name: 'ruling 14, RFC 7044 10.1, RFC 4458 2: the same with History-Info',
    trunk: { ...original, forwardedHeader: 'history-info' },
    call: forwarded,
    seen: {
      From: shows('<sip:79161234567@127.0.0.1>', '"Ivan"'),
      'P-Asserted-Identity': OWN,
      'History-Info': '<sip:74951112244@127.0.0.1>;index=1, <sip:78121234567@HOST;cause=408>;index=1.1;mp=1',
    },
  },
  {
    name: 'ruling 14: both headers, always forwarded, and the number that was called is not known',
    trunk: { ...original, forwardedHeader: 'both' },
    call: { ...forwarded, divertedFrom: '101', diversionReason: 'unconditional' },
    seen: {
      From: shows('<sip:79161234567@127.0.0.1>', '"Ivan"'),
      'P-Asserted-Identity': OWN,
      Diversion: `${OWN};reason=unconditional;counter=1`,
      'History-Info': `${OWN};index=1, <sip:78121234567@HOST;cause=302>;index=1.1;mp=1`,
    },
  },
  {
    name: 'ruling 14: the original caller, and nothing told of the forwarding',
    trunk: { ...original, forwardedHeader: 'none' },
    call: forwarded,
    seen: { From: shows('<sip:79161234567@127.0.0.1>', '"Ivan"'), 'P-Asserted-Identity': OWN },
  },
  {
    name: 'ruling 14: the original caller wants no number shown',
    trunk: original,
    call: { ...forwarded, caller: { absence: 'private' } },
    seen: {
      From: ANONYMOUS,
      'P-Asserted-Identity': OWN,
      Privacy: 'id',
      Diversion: '<sip:74951112244@127.0.0.1>;reason=no-answer;counter=1',
    },
  },
  {
    name: 'ruling 14: nobody knows the original caller',
    trunk: original,
    call: { ...forwarded, caller: { absence: 'unavailable' } },
    seen: {
      From: /^"Unavailable" <sip:unavailable@unknown\.invalid>;tag=/,
      'P-Asserted-Identity': OWN,
      Diversion: '<sip:74951112244@127.0.0.1>;reason=no-answer;counter=1',
    },
  },
  {
    name: "ruling 6: an emergency call: the site's number, no privacy, whatever was asked",
    trunk: { withheld: 'bare', privacyNone: true, ...original },
    call: { ...hidden, emergency: true, divertedFrom: '+74951112244' },
    seen: {
      From: shows('<sip:74957654321@127.0.0.1>'),
      'P-Asserted-Identity': '<sip:74957654321@127.0.0.1>',
    },
  },
];

const looked = [
  'P-Asserted-Identity',
  'P-Preferred-Identity',
  'Remote-Party-ID',
  'Privacy',
  'Diversion',
  'History-Info',
] as const;

t.test('who calls, on the wire', async (t) => {
  const server = await ScriptedServer.start(t, () => ({ status: 486 }));
  const engine = await startEngine(t);
  const base = {
    server: `127.0.0.1:${server.port}`,
    user: 'acc1',
    callerNumber: '+74951112233',
    numberFormat: 'e164' as const,
  };
  const settings = { emergencyCaller: '+74957654321', numbers: [{ number: '+74951112244', trunk: 'acme' }] };
  const { gateway } = await startGateway(t, engine, [trunkConfig(base)], settings);
  for (const row of rows) {
    t.test(row.name, async (t) => {
      const { callerNumber, ...rest } = { ...base, ...row.trunk };
      const trunk = trunkConfig({ ...rest, ...(callerNumber === undefined ? {} : { callerNumber }) });
      gateway.apply({ ...settings, trunks: [trunk] });
      const before = server.of('INVITE').length;
      const leg = await makeLeg(gateway, { caller: { number: '101', name: 'Anna' }, ...row.call });
      leg.start();
      await next(leg, 'released');
      const invite = server.of('INVITE')[before];
      t.match(headerOf(invite, 'From'), row.seen.From);
      for (const name of looked) {
        const wanted = (row.seen[name] ?? '').replace('HOST', base.server);
        t.equal(headerOf(invite, name), wanted, name);
      }
    });
  }
});

t.test('who calls us, by the header that the operator is believed in', async (t) => {
  const { callerOf } = await import('../../src/sip/identity.ts');
  const ivan = '"Ivan" <sip:79160000001@x>';
  const headers = {
    from: ivan,
    assertedIdentity: '<sip:79160000002@x>',
    remoteParty: '<sip:79160000003@x>;party=calling;privacy=off',
    privacy: undefined,
  };
  t.match(callerOf(headers, 'e164', 'asserted'), { number: '+79160000002', name: 'Ivan' });
  t.match(callerOf(headers, 'e164', 'from'), { number: '+79160000001' });
  t.match(callerOf(headers, 'e164', 'remote-party'), { number: '+79160000003' });
  for (const believed of ['asserted', 'remote-party'] as const)
    t.match(callerOf({ from: ivan, assertedIdentity: undefined, privacy: undefined }, 'e164', believed), {
      number: '+79160000001',
    });
  const secret = { ...headers, remoteParty: '<sip:79160000003@x>;party=calling;privacy=full' };
  t.same(callerOf(secret, 'e164', 'remote-party'), { absence: 'private' });
  t.same(callerOf({ ...headers, privacy: 'header;id' }, 'e164', 'from'), { absence: 'private' });
  t.match(
    callerOf({ ...headers, privacy: 'none' }, 'e164'),
    { number: '+79160000002' },
    'RFC 3323 4.2: none',
  );
});
