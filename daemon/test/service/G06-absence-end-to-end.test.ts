import t from 'tap';
import type { Party } from '../../src/call/leg.ts';
import { buildMdmf, buildSdmf, parseCallerId, type ReceivedCallerId } from '../../src/media/dsp/caller-id.ts';
import { buildDtmfCallerId, parseDtmfCallerId } from '../../src/media/dsp/caller-id-dtmf.ts';
import { plainCaller } from '../../src/port/fxo-asking.ts';
import { absentFrom, callerOf, identityOf, type TrunkIdentity } from '../../src/sip/identity.ts';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench } from '../kit/services.ts';

// A caller who hides, one of whom the network does not know, and one of whom nothing came at all are three
// different things (C02): from each way in to the record, to a telephone, to a SIP device and to a trunk.

type Kind = 'known' | 'private' | 'unavailable' | 'unknown';

const number = '84951234567';
const e164 = '+74951234567';

const line = (read: ReceivedCallerId | undefined): Party | undefined =>
  read && plainCaller({ ...read, way: 'fsk-v23', raw: '' });
const mdmf = (data: Party): Party | undefined => line(parseCallerId(buildMdmf(data)));
const sdmf = (data: Party): Party | undefined =>
  line(parseCallerId(buildSdmf({ ...data, time: new Date(2026, 0, 5) })));
const dtmf = (digits: string): Party | undefined => line(parseDtmfCallerId(digits));

/** What an FXO port tells of a caller. */
const byLine: [way: string, kind: Kind, told: Party | undefined][] = [
  ['MDMF with a number', 'known', mdmf({ number })],
  ['MDMF P', 'private', mdmf({ absence: 'private' })],
  ['MDMF O', 'unavailable', mdmf({ absence: 'unavailable' })],
  ['SDMF with a number', 'known', sdmf({ number })],
  ['SDMF P', 'private', sdmf({ absence: 'private' })],
  ['SDMF O', 'unavailable', sdmf({ absence: 'unavailable' })],
  ['DTMF with a number', 'known', dtmf(`A${number}C`)],
  ['DTMF B10C', 'private', dtmf('B10C')],
  ['DTMF B00C', 'unavailable', dtmf('B00C')],
  ['DTMF D1#', 'private', dtmf('D1#')],
  ['DTMF D3#', 'unavailable', dtmf('D3#')],
  ['nothing read', 'unknown', undefined],
];

const sip = (from: string | undefined, more: { asserted?: string; remote?: string; privacy?: string } = {}) =>
  callerOf(
    { from, assertedIdentity: more.asserted, remoteParty: more.remote, privacy: more.privacy },
    'e164',
    more.remote ? 'remote-party' : 'asserted',
  );
const known = `<sip:${e164}@op.example>`;

/** What an INVITE tells of a caller. */
const bySip: [way: string, kind: Kind, told: Party][] = [
  ['a number in From', 'known', sip(known)],
  ['a number in P-Asserted-Identity', 'known', sip('<sip:unknown@unknown.invalid>', { asserted: known })],
  ['anonymous From', 'private', sip('"Anonymous" <sip:anonymous@anonymous.invalid>')],
  ['anonymous From, asserted', 'private', sip('<sip:anonymous@anonymous.invalid>', { asserted: known })],
  ['Privacy: id', 'private', sip(known, { asserted: known, privacy: 'id' })],
  ['Remote-Party-ID with privacy', 'private', sip(known, { remote: `${known};privacy=full` })],
  ['restricted', 'private', sip('<sip:Restricted@op.example>')],
  ['unavailable', 'unavailable', sip('"Unavailable" <sip:unavailable@unknown.invalid>')],
  ['unavailable, asserted', 'unavailable', sip('<sip:x.example>', { asserted: '<sip:Unavailable@x>' })],
  ['unknown', 'unknown', sip('<sip:unknown@unknown.invalid>')],
  ['an address without a user', 'unknown', sip('<sip:op.example>')],
  ['no From at all', 'unknown', sip(undefined)],
];

const party: Record<Kind, Party> = {
  known: { number: e164 },
  private: { absence: 'private' },
  unavailable: { absence: 'unavailable' },
  unknown: {},
};

t.test('in: by a line, to the record and to the telephone', async (t) => {
  for (const [way, kind, told] of byLine) {
    const b = new Bench(office, officePins);
    b.line(5).emit('ringing');
    b.line(5).emit('caller', told);
    await settle();
    t.same(b.port(1).caller, party[kind], `${way} is ${kind}`);
    t.same(recorded(b), party[kind], `${way} in the record`);
  }
});

t.test('in: by SIP, to the record and to the telephone', async (t) => {
  for (const [way, kind, told] of bySip) {
    t.same(told, party[kind], `${way} is ${kind}`);
    const b = new Bench(office, officePins);
    const leg = new FakeLeg('incoming', 'trunk:alpha');
    leg.state = 'trying';
    b.services.trunkCall(leg, { trunkId: 'alpha', calledNumber: '+74951110000', caller: told });
    await settle();
    t.same(b.port(1).caller, party[kind]);
    t.same(recorded(b), party[kind], `${way} in the record`);
  }
});

const trunk: TrunkIdentity = {
  server: 'sip.operator.example',
  user: 'acc1',
  callerNumber: '+74951112233',
  numberFormat: 'e164-plus',
  forwardedCaller: 'original',
  forwardedHeader: 'none',
  fromUser: 'number',
  identityHeaders: ['asserted'],
  withheld: 'anonymous',
  privacyNone: false,
};

t.test('out: to a telephone, to a SIP device, to an operator; and what is read there again', async (t) => {
  const out: [Kind, single: string, keys: string, from: RegExp, privacy: string | undefined][] = [
    ['known', '74951234567', 'A74951234567C', /<sip:\+74951234567@/, undefined],
    ['private', 'P', 'B10C', /<sip:anonymous@anonymous\.invalid>/, 'id'],
    ['unavailable', 'O', 'B00C', /<sip:unavailable@unknown\.invalid>/, undefined],
    // The displays of telephones have no third word.
    ['unknown', 'O', 'B00C', /<sip:unknown@unknown\.invalid>/, undefined],
  ];
  for (const [kind, single, keys, from, privacy] of out) {
    const caller = party[kind];
    const text = Buffer.from(buildSdmf({ ...caller, time: new Date(2026, 0, 5) })).toString('latin1');
    t.equal(text.slice(10, -1), single, `${kind}: single format`);
    t.equal(buildDtmfCallerId(caller), keys, `${kind}: DTMF`);
    const forwarded = identityOf(trunk, {
      caller,
      diversion: { reason: 'unconditional', number: '+74951110000' },
    });
    t.match(forwarded.from, from, `${kind}: to an operator`);
    t.equal(forwarded.headers.Privacy, privacy);
    t.same(sip(forwarded.from, privacy ? { privacy } : {}), caller, `${kind}: read there as it was`);
    if (kind === 'unavailable' || kind === 'unknown') t.same(sip(absentFrom(caller)), caller);
  }
  t.match(absentFrom({ absence: 'unavailable', name: 'Call box' }), /^"Call box" <sip:unavailable@/);
});

t.test('a number is told to nobody if its owner hides it, whatever else is known of him', async (t) => {
  const hidden: Party = { number: e164, name: 'Анна', absence: 'private' };
  t.same(parseCallerId(buildMdmf(hidden)), { absence: 'private' });
  t.equal(buildDtmfCallerId(hidden), 'B10C');
  const { from, headers } = identityOf({ ...trunk, forwardedCaller: 'own' }, { caller: hidden });
  t.notMatch(from, /7495|Анна/);
  t.equal(headers.Privacy, 'id');
});

function recorded({ record }: Bench): Party {
  const { callerNumber, callerName, callerAbsence } = record;
  return {
    ...(callerNumber === undefined ? {} : { number: callerNumber }),
    ...(callerName === undefined ? {} : { name: callerName }),
    ...(callerAbsence === undefined ? {} : { absence: callerAbsence }),
  };
}
