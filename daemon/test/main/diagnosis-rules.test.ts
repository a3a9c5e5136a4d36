import t from 'tap';
import type {
  CallSeen,
  MessageSeen,
  Observations,
  TrunkSeen,
} from '../../src/main/diagnosis/observations.ts';
import { diagnose } from '../../src/main/diagnosis/rules.ts';

const at = Date.UTC(2026, 5, 1, 9);

const trunk = (rest: Partial<TrunkSeen> = {}): TrunkSeen => ({
  ...{ id: 'acme', name: 'Acme', enabled: true, server: 'sip.acme.example', transport: 'udp' },
  ...{ state: 'registered', sdpAddress: 'local', messages: [] },
  ...rest,
});

const seen = (rest: Partial<Observations> = {}): Observations => ({
  ...{ at, trunks: [trunk()], calls: [], alarms: [], names: [], probes: [], pinLocks: 0 },
  clock: { wall: at, others: [] },
  ...rest,
});

const codes = (observations: Observations): string[] => diagnose(observations).map(({ code }) => code);

const call = (rest: Partial<CallSeen>): CallSeen => ({
  ...{ callId: 'c1', at, place: 'trunk:acme', seconds: 30, sent: 1500, received: 1500 },
  ...rest,
});

const message = (direction: 'in' | 'out', lines: string[], rest: Partial<MessageSeen> = {}): MessageSeen => ({
  ...{ at, direction, transport: 'udp', local: '192.168.1.10:5060', remote: '203.0.113.7:5060' },
  text: `${lines.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`,
  ...rest,
});

const register = (via = '192.168.1.10:5060', contact = '192.168.1.10:5060'): MessageSeen =>
  message('out', [
    'REGISTER sip:sip.acme.example SIP/2.0',
    `Via: SIP/2.0/UDP ${via};rport;branch=z9hG4bK1`,
    'CSeq: 2 REGISTER',
    `Contact: <sip:office@${contact}>`,
  ]);

const accepted = (via: string, contact = '192.168.1.10:5060'): MessageSeen =>
  message('in', [
    'SIP/2.0 200 OK',
    `Via: SIP/2.0/UDP ${via};branch=z9hG4bK1`,
    'CSeq: 2 REGISTER',
    `Contact: <sip:office@${contact}>;expires=300`,
  ]);

t.test('where all is well nothing is found', (t) => {
  t.same(diagnose(seen({ calls: [call({})] })), []);
  t.end();
});

t.test('every finding says its cause and its cure in both languages, and what it rests on', (t) => {
  const all = diagnose(
    seen({
      trunks: [
        trunk({
          state: 'refused',
          trouble: { said: { ru: 'Отказ', en: 'Refused' }, cure: { ru: 'А', en: 'A' } },
          last: { at, request: 'REGISTER', status: 403, text: 'Forbidden' },
          publicAddress: '100.70.1.2:5060',
          messages: [register(), accepted('203.0.113.99:1024;received=203.0.113.99')],
        }),
      ],
      calls: [call({ received: 0 }), call({ sent: 0, place: 'device:desk' })],
      names: [{ name: 'sip.acme.example', trunk: 'acme', ms: 3000, addresses: ['203.0.113.7'] }],
      clock: { wall: at, others: [{ who: 'Acme', aheadMs: 600_000 }] },
      disk: { freeBytes: 1000, totalBytes: 1e9 },
      pinLocks: 5,
    }),
  );
  t.ok(all.length >= 8);
  for (const { code, said, cure } of all)
    for (const text of [said.ru, said.en, cure.ru, cure.en])
      t.match(text, /^\p{Lu}.+[.]$/u, `${code}: ${text}`);
  t.match(all[0]?.severity, 'critical', 'the gravest first');
  t.end();
});

t.test('one-way audio: who was not heard, and why by the addresses', (t) => {
  t.same(codes(seen({ calls: [call({ received: 0 })] })), ['audio/they-are-not-heard']);
  t.same(codes(seen({ calls: [call({ sent: 0 })] })), ['audio/we-are-not-heard']);
  t.same(codes(seen({ calls: [call({ sent: 0, received: 0 })] })), ['audio/silent']);
  t.same(codes(seen({ calls: [call({ received: 0, seconds: 2 })] })), [], 'too short to say anything');
  const [theirs] = diagnose(
    seen({
      calls: [call({ received: 0, theirMedia: '10.1.2.3', peer: '203.0.113.7', ourMedia: '192.168.1.10' })],
    }),
  );
  t.match(theirs, {
    said: { en: /its own inner network/ },
    about: 'call:c1',
    technical: /their SDP 10\.1\.2\.3/,
  });
  const ours = call({
    received: 0,
    theirMedia: '203.0.113.8',
    peer: '203.0.113.7',
    ourMedia: '192.168.1.10',
  });
  t.match(diagnose(seen({ calls: [ours] })), [
    { said: { en: /our inner address/ }, cure: { en: /Address for speech/ } },
  ]);
  t.match(diagnose(seen({ calls: [ours], trunks: [trunk({ sdpAddress: 'public' })] })), [
    { cure: { en: /router or firewall/ } },
  ]);
  const many = diagnose(seen({ calls: [call({ received: 0 }), call({ received: 0, callId: 'c2' })] }));
  t.match(many, [{ technical: /^2 of the last calls/ }], 'told once for each trunk');
  t.end();
});

t.test('SIP ALG: what comes back is not what was sent', (t) => {
  const messages = (...list: MessageSeen[]): string[] => codes(seen({ trunks: [trunk({ messages: list })] }));
  t.same(messages(register(), accepted('192.168.1.10:5060;received=203.0.113.99;rport=1024')), []);
  t.same(
    messages(register(), accepted('203.0.113.99:1024;received=203.0.113.99')),
    ['sip/alg'],
    'another Via',
  );
  t.same(messages(register(), accepted('192.168.1.10:5060')), ['sip/alg'], 'the server saw no private Via');
  const lan = { remote: '192.168.1.20:5060' };
  t.same(
    messages({ ...register(), ...lan }, { ...accepted('192.168.1.10:5060'), ...lan }),
    [],
    'a server next door has no reason to add anything',
  );
  t.same(
    messages(register(), accepted('192.168.1.10:5060;received=203.0.113.99', '198.51.100.5:3333')),
    ['sip/alg'],
    'another Contact',
  );
  t.same(
    messages(register(), accepted('192.168.1.10:5060;received=203.0.113.99', '203.0.113.99:1024')),
    [],
    'a registrar that writes where it sees us',
  );
  const cut = message('in', ['INVITE sip:office@192.168.1.10 SIP/2.0', 'CSeq: 1 INVITE']);
  t.same(messages({ ...cut, text: cut.text.replace('Length: 0', 'Length: 12') }), ['sip/alg-length']);
  t.same(messages({ ...cut, text: cut.text.replace('Length: 0', 'Length: 12'), transport: 'tcp' }), []);
  t.end();
});

t.test('a server that is reached one way and not the other', (t) => {
  const sent = register();
  const probe = (transport: 'udp' | 'tcp', answer?: MessageSeen) => ({
    ...{ trunk: 'acme', transport, target: '203.0.113.7:5060', sent },
    ...(answer ? { answer } : { error: 'no answer' }),
  });
  const good = accepted('192.168.1.10:5060;received=203.0.113.99');
  t.same(codes(seen({ probes: [probe('udp'), probe('tcp', good)] })), ['sip/udp-closed']);
  t.same(codes(seen({ probes: [probe('udp', good), probe('tcp')] })), [], 'TCP is not wanted');
  t.same(codes(seen({ trunks: [trunk({ transport: 'tcp' })], probes: [probe('udp', good), probe('tcp')] })), [
    'sip/tcp-closed',
  ]);
  t.same(codes(seen({ probes: [probe('udp'), probe('tcp')] })), [], 'neither answers: another rule says so');
  t.end();
});

t.test('each refusal has its next step', (t) => {
  const trouble = { said: { ru: 'Отказ', en: 'Refused' }, cure: { ru: 'Спросите.', en: 'Ask.' } };
  const cureOf = (status: number, request = 'REGISTER'): string => {
    const last = { at, request, status, text: 'x' };
    const [found] = diagnose(seen({ trunks: [trunk({ state: 'refused', trouble, last })] }));
    t.equal(found?.code, 'trunk/refused');
    return found?.cure.en ?? '';
  };
  t.match(cureOf(401), /capitals matter/);
  t.match(cureOf(403), /unpaid/);
  t.match(cureOf(404), /mixed up/);
  t.match(cureOf(423), /registration time/);
  t.match(cureOf(408), /Check now/);
  t.match(cureOf(503), /overloaded/);
  t.equal(cureOf(488), 'Ask.', 'what the trunk itself says');
  t.equal(cureOf(403, 'OPTIONS'), 'Ask.');
  const last = { at, request: 'REGISTER', status: 408, text: '' };
  t.same(codes(seen({ trunks: [trunk({ state: 'down', trouble, last })] })), ['trunk/no-answer']);
  t.same(codes(seen({ trunks: [trunk({ state: 'down', trouble, last, enabled: false })] })), []);
  t.end();
});

t.test('names: none, not in time, slowly, or with a lie', (t) => {
  const name = (rest: object) => ({
    name: 'sip.acme.example',
    trunk: 'acme',
    ms: 20,
    addresses: [],
    ...rest,
  });
  const names = (...list: ReturnType<typeof name>[]): string[] => codes(seen({ names: list }));
  t.same(names(name({ addresses: ['203.0.113.7'] })), []);
  t.same(names(name({ error: 'ENOTFOUND' })), ['dns/no-name']);
  t.same(names(name({})), ['dns/no-name']);
  t.same(names(name({ error: 'ETIMEOUT' })), ['dns/no-answer'], 'all of them: it is DNS itself');
  t.same(names(name({ addresses: ['203.0.113.7'], ms: 2500 })), ['dns/slow']);
  t.same(names(name({ addresses: ['10.0.0.1'] })), ['dns/lies']);
  t.same(names(name({ addresses: ['127.0.0.1'] })), ['dns/lies']);
  t.same(names(name({ addresses: ['10.0.0.1'], name: 'pbx.lan' })), []);
  t.same(names(name({ addresses: ['10.0.0.1'], name: '10.0.0.1' })), [], 'an address is no name');
  t.end();
});

t.test('the clock: never set, slow or fast by what the others say', (t) => {
  const clock = (...ahead: number[]): string[] =>
    codes(seen({ clock: { wall: at, others: ahead.map((aheadMs, i) => ({ who: `${i}`, aheadMs })) } }));
  t.same(clock(), []);
  t.same(clock(2000, -3000), []);
  t.same(clock(120_000), ['clock/wrong']);
  t.same(clock(0, 500, 9e9), [], 'one that is wrong itself accuses nobody');
  t.match(diagnose(seen({ clock: { wall: at, others: [{ who: 'a', aheadMs: -600_000 }] } })), [
    { severity: 'warning', said: { en: /10 min fast/, ru: /спешат на 10 мин/ } },
  ]);
  t.match(diagnose(seen({ clock: { wall: at, others: [{ who: 'a', aheadMs: 9e8 }] } })), [
    { severity: 'critical' },
  ]);
  t.same(codes(seen({ clock: { wall: 86_400_000, others: [] } })), ['clock/unset']);
  t.end();
});

t.test('the disk, alarms, PINs and an address that is shared', (t) => {
  t.same(codes(seen({ disk: { freeBytes: 5e9, totalBytes: 3e10 } })), []);
  t.match(diagnose(seen({ disk: { freeBytes: 1e8, totalBytes: 3e10 } })), [
    { code: 'disk/nearly-full', severity: 'warning' },
  ]);
  t.match(diagnose(seen({ disk: { freeBytes: 1e7, totalBytes: 3e10 } })), [{ severity: 'critical' }]);
  const alarm = (id: string) => ({
    ...{ id, severity: 'warning' as const, since: at, place: 'port:3' },
    ...{ said: { ru: 'А.', en: 'A.' }, cure: { ru: 'Б.', en: 'B.' } },
  });
  t.same(
    codes(
      seen({
        alarms: [alarm('port-3'), alarm('no-dial-tone-5'), alarm('pin-lock-port-3'), alarm('card-down')],
      }),
    ),
    [...['port/trouble', 'port/no-dial-tone', 'pin/attack', 'alarm/card-down']],
  );
  t.match(diagnose(seen({ alarms: [alarm('port-3')] })), [{ about: 'port:3', at }]);
  const trouble = { said: { ru: 'Нет', en: 'No' }, cure: { ru: 'Б.', en: 'B.' } };
  t.same(codes(seen({ trunks: [trunk({ state: 'down', trouble })], alarms: [alarm('trunk-acme')] })), [
    'trunk/no-answer',
  ]);
  t.same(codes(seen({ pinLocks: 2 })), []);
  t.same(codes(seen({ pinLocks: 3 })), ['pin/many-locks']);
  t.same(codes(seen({ trunks: [trunk({ publicAddress: '100.64.3.4:5060' })] })), ['net/shared-address']);
  t.same(codes(seen({ trunks: [trunk({ publicAddress: '203.0.113.4:5060' })] })), []);
  t.end();
});
