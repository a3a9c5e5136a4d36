/** RFC 5626 as the registrar of the office's devices: flows instead of addresses. */
import t from 'tap';
import { configSchema } from '../../src/config/schema.ts';
import type { StoredBinding } from '../../src/sip/index.ts';
import { RawPhone } from '../peers/raw-phone.ts';
import { next, sipAddress, startEngine, startGateway, until } from './kit.ts';

const account = { user: 'ivan', password: 'right horse' };
const registrar = 'sip:box';
const instance = '<urn:uuid:00000000-0000-1000-8000-000A95A0E128>';

const body = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 40000 RTP/AVP 8',
  '',
].join('\r\n');

async function setup(t: Parameters<typeof startEngine>[0], stored: StoredBinding[] = []) {
  const engine = await startEngine(t);
  const { devices } = configSchema.parse({
    version: 1,
    devices: [{ id: 'phone', name: 'Phone', classOfService: 'office', ...account }],
  });
  const saved: StoredBinding[] = [];
  const { gateway } = await startGateway(t, engine, [], {
    devices,
    onLink: (address) => address.startsWith('127.0.0.'),
    deviceTimes: { qualifyMs: 60_000, answerMs: 300, retryMs: 100 },
    bindings: { load: () => stored, save: (_id, bindings) => saved.splice(0, saved.length, ...bindings) },
  });
  return { gateway, saved, udp: sipAddress(engine), tcp: sipAddress(engine, 'tcp') };
}

type Headers = Record<string, string>;

/** A REGISTER of a flow. `Call-ID` is the flow's own. */
const flow = (regId: number, more: Headers = {}): Headers => ({
  Contact: `<sip:ivan@192.0.2.2;transport=tcp>;reg-id=${regId};+sip.instance="${instance}"`,
  Supported: 'path, outbound',
  'Call-ID': `flow-${regId}`,
  Expires: '600',
  ...more,
});

const contacts = (header: string): string[] =>
  header === '' ? [] : header.split(/,\s*(?=<)/).map((one) => /reg-id=(\d+)/.exec(one)?.[1] ?? '-');

t.test('RFC 5626 6: two flows of one telephone, told back with what makes them one', async (t) => {
  const { gateway, tcp, saved } = await setup(t);
  const [one, two] = [await RawPhone.open(t, tcp, 'tcp'), await RawPhone.open(t, tcp, 'tcp')];
  const first = await one.signed('REGISTER', registrar, account, flow(1));
  t.equal(first.status, 200);
  t.equal(first.header('Require'), 'outbound');
  t.equal(first.header('Flow-Timer'), '120');
  t.match(first.header('Contact'), `;reg-id=1;+sip.instance="${instance}"`);
  const second = await two.signed('REGISTER', registrar, account, flow(2));
  t.same(contacts(second.header('Contact')), ['1', '2'], 'one URI, two bindings');
  t.match(gateway.devices(), [{ state: 'registered', contacts: [{ alive: true }, { alive: true }] }]);

  // Back by another connection: its number is what counts.
  const again = await RawPhone.open(t, tcp, 'tcp');
  const third = await again.signed('REGISTER', registrar, account, flow(1, { 'Call-ID': 'after-restart' }));
  t.same(contacts(third.header('Contact')), ['2', '1']);
  t.same(
    saved.map((binding) => [binding.flow?.regId, binding.source.port]),
    [
      [2, two.port],
      [1, again.port],
    ],
  );
  const gone = await again.signed(
    'REGISTER',
    registrar,
    account,
    flow(1, { 'Call-ID': 'after-restart', Expires: '0' }),
  );
  t.same(contacts(gone.header('Contact')), ['2'], 'one is taken back, the other stays');
});

t.test('RFC 5626 4.4: over UDP the flow wants a sign sooner', async (t) => {
  const { udp } = await setup(t);
  const phone = await RawPhone.open(t, udp);
  const ok = await phone.signed('REGISTER', registrar, account, flow(1));
  t.equal(ok.header('Flow-Timer'), '30');
});

t.test(
  'RFC 5626 6: without the option, the instance or the number it is a registration as ever',
  async (t) => {
    for (const headers of [
      { Supported: 'path' },
      { Contact: '<sip:ivan@192.0.2.2>;reg-id=1' },
      { Contact: `<sip:ivan@192.0.2.2>;+sip.instance="${instance}"` },
      { Contact: `<sip:ivan@192.0.2.2>;reg-id=0;+sip.instance="${instance}"` },
    ]) {
      const { udp } = await setup(t);
      const phone = await RawPhone.open(t, udp);
      const ok = await phone.signed('REGISTER', registrar, account, flow(1, headers));
      t.equal(ok.status, 200);
      t.equal(ok.header('Require'), '');
      t.equal(ok.header('Flow-Timer'), '');
      t.notMatch(ok.header('Contact'), /reg-id/);
    }
  },
);

t.test('RFC 5626 6: a flow comes alone; Require: outbound is understood', async (t) => {
  const { udp } = await setup(t);
  const phone = await RawPhone.open(t, udp);
  const { Contact } = flow(1);
  const two = await phone.signed(
    'REGISTER',
    registrar,
    account,
    flow(1, { Contact: `${Contact}, <sip:ivan@192.0.2.3>` }),
  );
  t.equal(two.status, 400);
  const required = await phone.signed('REGISTER', registrar, account, flow(1, { Require: 'outbound' }));
  t.equal(required.status, 200);
});

t.test('RFC 5626 6: behind a proxy that keeps no flow: 439; behind one that does, over it', async (t) => {
  const { udp, gateway } = await setup(t);
  const proxy = await RawPhone.open(t, udp);
  const via = (n: number): Headers => ({
    Via: `SIP/2.0/UDP 127.0.0.1:${proxy.port};branch=z9hG4bKp${n};rport, SIP/2.0/TCP 192.0.2.2;branch=z9hG4bKu${n}`,
  });
  const register = async (n: number, more: Headers) => {
    const headers = { ...via(n), ...flow(1, more) };
    const asked = proxy.request('REGISTER', registrar, 'ivan', headers).catch(() => undefined);
    const answer = await proxy.wait((m) => m.status > 0 && m.text.includes(`z9hG4bKp${n};`));
    void asked;
    return answer;
  };
  t.equal((await register(1, {})).status, 401);
  // What the password has to do with it is shown elsewhere: a known nonce does for the rest.
  const { answerChallenge, parseChallenges } = await import('../../src/sip/digest.ts');
  let n = 1;
  const signed = async (more: Headers) => {
    const challenge = parseChallenges((await register(++n, more)).all('WWW-Authenticate').join(', ')).find(
      (c) => c.algorithm === 'MD5',
    )!;
    const Authorization = answerChallenge(challenge, {
      username: account.user,
      password: account.password,
      method: 'REGISTER',
      uri: registrar,
      body: '',
    });
    return register(++n, { ...more, Authorization, CSeq: `${n} REGISTER` });
  };
  t.equal((await signed({ Path: '<sip:edge.test;lr>' })).status, 439);
  const edge = `<sip:token@127.0.0.1:${proxy.port};lr;ob>`;
  const ok = await signed({ Path: edge });
  t.equal(ok.status, 200);
  t.equal(ok.header('Require'), 'outbound');
  t.equal(gateway.devices()[0]?.state, 'registered');
});

async function answers(phone: RawPhone, status: string): Promise<string> {
  const invite = await phone.wait((m) => m.startLine.startsWith('INVITE'));
  phone.respond(
    invite,
    status,
    { Contact: '<sip:ivan@192.0.2.2;transport=tcp>', 'Content-Type': 'application/sdp' },
    status.startsWith('200') ? body : '',
  );
  return invite.startLine;
}

for (const [what, meets] of [
  ['430', async (phone: RawPhone) => void (await answers(phone, '430 Flow Failed'))],
  ['a connection that has ended', undefined],
] as const)
  t.test(`RFC 5626 6, 11.5: a call goes by the newest flow, and after ${what} by the next`, async (t) => {
    const { gateway, tcp } = await setup(t);
    const [older, newer] = [await RawPhone.open(t, tcp, 'tcp'), await RawPhone.open(t, tcp, 'tcp')];
    await older.signed('REGISTER', registrar, account, flow(1));
    const local: { teardown(fn: () => unknown): void; close?: () => unknown } = {
      teardown(fn) {
        this.close = fn;
      },
    };
    const last = meets ? newer : await RawPhone.open(local, tcp, 'tcp');
    await last.signed('REGISTER', registrar, account, flow(2));
    local.close?.();
    const made = await until(() => {
      const groups = gateway.callDevice({ deviceId: 'phone', number: '31', caller: { number: '101' } });
      return Array.isArray(groups) ? groups : undefined;
    });
    t.equal(made.flat().length, 1, 'one telephone, however many ways it has');
    const leg = made[0]![0]!();
    const answered = next(leg, 'answered');
    leg.start();
    if (meets) await meets(newer);
    await answers(older, '200 OK');
    await answered;
    t.notOk(older.messages.some((m) => m.startLine.startsWith('CANCEL')));
    leg.release({ q850: 16, text: '', by: 'local' });
    older.respond(await older.wait((m) => m.startLine.startsWith('BYE')), '200 OK');
  });

t.test('RFC 5626 6: while the newest holds, the others are not asked', async (t) => {
  const { gateway, tcp } = await setup(t);
  const [older, newer] = [await RawPhone.open(t, tcp, 'tcp'), await RawPhone.open(t, tcp, 'tcp')];
  await older.signed('REGISTER', registrar, account, flow(1));
  await newer.signed('REGISTER', registrar, account, flow(2));
  const made = await until(() => {
    const groups = gateway.callDevice({ deviceId: 'phone', number: '31', caller: { number: '101' } });
    return Array.isArray(groups) ? groups : undefined;
  });
  const leg = made[0]![0]!();
  const over = next(leg, 'released');
  leg.start();
  await answers(newer, '486 Busy Here');
  t.match((await over)[0], { sip: 486 });
  t.notOk(older.messages.some((m) => m.startLine.startsWith('INVITE')));
});

t.test('flows are kept over a restart of the box', async (t) => {
  const first = await setup(t);
  const phone = await RawPhone.open(t, first.udp);
  await phone.signed('REGISTER', registrar, account, flow(1));
  await phone.signed('REGISTER', registrar, account, flow(2));
  const second = await setup(t, first.saved);
  t.equal(second.gateway.devices()[0]?.contacts.length, 2);
});
