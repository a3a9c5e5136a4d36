/** The flows of one trunk on a clock of their own: when each is tried again, and where they go as servers come and go. */
import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { Flows } from '../../src/sip/flows.ts';
import { registrationTimes } from '../../src/sip/registration.ts';
import type { SrfResponse } from '../../src/sip/srf-types.ts';
import type { Target } from '../../src/sip/targets.ts';
import type { TrunkRequest } from '../../src/sip/trunk-request.ts';

const at = (n: number): Target => ({ address: `192.0.2.${n}`, port: 5060 });

interface Sent {
  to: string;
  /** Minutes since the beginning. */
  minute: number;
  regId: string;
  expires: string;
  callId: string;
  aside: boolean;
}

function bench(mode: 'auto' | 'on' | 'off' = 'on', change: { edges?: Target[]; random?: number } = {}) {
  const clock = new FakeClock();
  const began = clock.now();
  const sent: Sent[] = [];
  /** Servers that answer nothing. */
  const dead = new Set<string>();
  let edges = change.edges ?? [at(1), at(2)];
  let answer = (request: TrunkRequest): { status: number; headers?: Record<string, string> } => ({
    status: 200,
    headers: {
      Supported: 'outbound',
      ...(/reg-id/.test(request.headers.Contact!) ? { Require: 'outbound' } : {}),
    },
  });
  const flows = new Flows({
    clock,
    times: registrationTimes(3600),
    outbound: mode,
    instance: 'urn:uuid:1',
    random: () => change.random ?? 0,
    account: 'sip:office@operator.example',
    bulk: false,
    contact: () => '<sip:office@192.0.2.200:5060>',
    target: () => edges[0],
    edges: () => edges,
    answerMs: undefined,
    refreshMs: Number.POSITIVE_INFINITY,
    changed: () => {},
    ask: async (aside, target, request) => {
      const { Contact = '', Expires = '' } = request.headers;
      sent.push({
        to: target.address.slice(-1),
        minute: (clock.now() - began) / 60_000,
        regId: /reg-id=(\d+)/.exec(Contact)?.[1] ?? '',
        expires: Expires,
        callId: request.callId,
        aside,
      });
      if (dead.has(target.address)) return { response: undefined, sequence: request.sequence };
      const { status, headers = {} } = answer(request);
      const response = {
        status,
        source_address: target.address,
        get: (name: string) => (name === 'Contact' ? `${Contact};expires=${Expires}` : headers[name]),
        req: { get: (name: string) => request.headers[name] },
      };
      return { response: response as unknown as SrfResponse, sequence: request.sequence };
    },
  });
  return {
    clock,
    flows,
    sent,
    dead,
    set edges(next: Target[]) {
      edges = next;
    },
    set answer(next: typeof answer) {
      answer = next;
    },
    /** Lets what was begun come to its end. */
    settle: async () => {
      for (let i = 0; i < 20; i++) await Promise.resolve();
    },
    /** Goes on by so many minutes, a second at a time. */
    async pass(minutes: number) {
      for (let s = 0; s < minutes * 60; s++) {
        clock.advance(1000);
        for (let i = 0; i < 12; i++) await Promise.resolve();
      }
    },
  };
}

const list = (flows: Flows): string =>
  flows.list.map(({ regId, address, live }) => `${regId}:${address.slice(8, 9)}${live ? '' : '!'}`).join(' ');

t.test('RFC 5626 4.5: with another flow up 90 to 180 s and doubled, with none 30 to 60 s', async (t) => {
  const { flows, sent, dead, settle, pass } = bench();
  flows.start();
  await settle();
  t.equal(list(flows), '1:1 2:2');
  t.not(sent[0]!.callId, sent[1]!.callId);

  dead.add('192.0.2.1');
  sent.length = 0;
  flows.failed((edge) => edge.address === '192.0.2.1');
  await settle();
  t.match(sent, [{ to: '1', minute: 0, aside: true }], 'a flow that broke is tried at once');
  t.equal(list(flows), '1:1! 2:2');
  t.equal(flows.phase, 'registered', 'the trunk stands by the other');
  t.same(flows.ordered([at(1), at(2)]), [at(2), at(1)]);
  await pass(25);
  t.same(
    sent.map(({ minute }) => minute),
    [0, 1.5, 4.5, 10.5, 22.5],
    'half of 3, 6, 12, 24 minutes at the least',
  );

  dead.add('192.0.2.2');
  const before = sent.length;
  flows.failed((edge) => edge.address === '192.0.2.2');
  await settle();
  t.not(flows.phase, 'registered');
  await pass(4);
  const second = sent.slice(before).filter(({ to }) => to === '2');
  t.same(
    second.map(({ minute }) => minute - second[0]!.minute),
    [0, 0.5, 1.5, 3.5],
    'half of 1, 2, 4 minutes where no flow is up',
  );

  dead.clear();
  await pass(31);
  t.equal(list(flows), '1:1 2:2', 'both are back by themselves');
});

t.test('RFC 5626 4.5: half an hour is the longest pause', async (t) => {
  const { flows, sent, dead, settle, pass } = bench('on', { random: 0.999_999 });
  flows.start();
  await settle();
  dead.add('192.0.2.1');
  flows.failed((edge) => edge.address === '192.0.2.1');
  await settle();
  sent.length = 0;
  await pass(130);
  const tries = sent.filter(({ to }) => to === '1').map(({ minute }) => Math.round(minute));
  t.same(
    tries.map((minute, i) => minute - (tries[i - 1] ?? 0)),
    [3, 6, 12, 24, 30, 30],
  );
});

t.test('servers that come and go: a number stays with its flow, a new server gets a free one', async (t) => {
  const b = bench();
  const { flows, sent, settle } = b;
  flows.start();
  await settle();
  b.edges = [at(1), at(2), at(3)];
  flows.edgesChanged();
  await settle();
  t.equal(list(flows), '1:1 2:2 3:3');
  b.edges = [at(3), at(4)];
  sent.length = 0;
  flows.edgesChanged();
  await settle();
  t.equal(list(flows), '1:4 3:3', 'the first goes to the new one, and the binding of before is replaced');
  t.match(
    sent.map(({ to, regId, expires }) => `${to} ${regId} ${expires}`),
    ['4 1 3600', '2 2 0'],
    'what goes nowhere any more is taken back',
  );
  b.edges = [at(4), at(5), at(6), at(7), at(8), at(9)];
  flows.edgesChanged();
  await settle();
  t.equal(flows.list.length, 4, 'no more than four');
  t.equal(new Set(flows.list.map(({ regId }) => regId)).size, 4);
  b.edges = [];
  flows.edgesChanged();
  await settle();
  t.equal(flows.list.length, 4, 'a look-up that finds nothing takes nothing away');
});

t.test(
  'a server that has lost its outbound is a flow that fails; when all have, the plain one is back',
  async (t) => {
    const b = bench();
    const { flows, sent, settle } = b;
    flows.start();
    await settle();
    b.answer = () => ({ status: 439 });
    sent.length = 0;
    flows.failed((edge) => edge.address === '192.0.2.2');
    await settle();
    t.same(
      sent.map(({ regId }) => regId),
      ['2'],
    );
    t.ok(flows.inForce);
    b.answer = (request) => (/reg-id/.test(request.headers.Contact!) ? { status: 439 } : { status: 200 });
    sent.length = 0;
    flows.failed((edge) => edge.address === '192.0.2.1');
    await settle();
    t.same(
      sent.map(({ regId }) => regId),
      ['1', ''],
    );
    t.notOk(flows.inForce);
    t.equal(flows.phase, 'registered');
    // Told anew after a change of address, it is asked again.
    sent.length = 0;
    flows.renew();
    await settle();
    t.same(
      sent.map(({ regId }) => regId),
      ['1', ''],
    );
  },
);

t.test('a stop while the first answer is on its way opens no further flow', async (t) => {
  const { flows, sent, settle } = bench();
  flows.start();
  const stopped = flows.stop(1000);
  await settle();
  await stopped;
  t.equal(flows.list.length <= 1, true);
  t.same(
    sent.filter(({ regId }) => regId === '2'),
    [],
  );
});

t.test(
  'the first server dead, the second without outbound now: the plain registration goes where it can',
  async (t) => {
    const b = bench();
    const { flows, sent, dead, settle } = b;
    flows.start();
    await settle();
    dead.add('192.0.2.1');
    flows.failed((edge) => edge.address === '192.0.2.1');
    await settle();
    b.answer = (request) => (/reg-id/.test(request.headers.Contact!) ? { status: 439 } : { status: 200 });
    b.edges = [at(2), at(1)];
    sent.length = 0;
    flows.failed((edge) => edge.address === '192.0.2.2');
    await settle();
    t.same(
      sent.map(({ to, regId }) => `${to} ${regId}`),
      ['2 2', '2 '],
    );
    t.equal(flows.phase, 'registered');
    t.notOk(flows.inForce);
  },
);

t.test('an answer to a flow that is wanted no more sets nothing going', async (t) => {
  const b = bench();
  const { flows, sent, settle, pass } = b;
  flows.start();
  await settle();
  b.answer = (request) => (/reg-id/.test(request.headers.Contact!) ? { status: 439 } : { status: 200 });
  flows.renew();
  await settle();
  t.notOk(flows.inForce);
  sent.length = 0;
  await pass(90);
  t.ok(sent.length > 0, 'the plain one is refreshed');
  t.equal(new Set(sent.map(({ callId }) => callId)).size, 1);
  t.same(new Set(sent.map(({ to, regId }) => `${to} ${regId}`)), new Set(['1 ']));
});
