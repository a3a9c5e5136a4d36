import t from 'tap';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office } from '../kit/office.ts';
import { Bench, heard } from '../kit/services.ts';

const desk = {
  id: 'desk',
  name: 'Desk',
  user: 'desk',
  password: 'secret-enough',
  extension: '31',
  classOfService: 'staff',
};

/** The office with one group, to which the trunk's number leads. */
function bench(group: object, more: object = {}): Bench {
  return new Bench({
    ...office,
    devices: [desk],
    groups: [{ id: 'sales', name: 'Sales', extension: '50', ...group }],
    destinations: [
      {
        id: 'reception',
        name: 'R',
        classOfService: 'staff',
        steps: [{ targets: ['group:sales'], seconds: 180 }],
      },
    ],
    ...more,
  });
}

const ports = (...numbers: number[]): object[] => numbers.map((n) => ({ target: `port:${n}` }));

function trunkCall(b: Bench, from = '+79031112233'): FakeLeg {
  const leg = new FakeLeg('incoming', 'trunk:alpha');
  leg.state = 'trying';
  b.services.trunkCall(leg, { trunkId: 'alpha', calledNumber: '+74951110000', caller: { number: from } });
  return leg;
}

const ringing = (b: Bench): number[] => [...b.fxs.values()].filter((p) => p.ringing).map((p) => p.number);

/** A caller who has talked to the telephone at `port` and is gone. */
async function talk(b: Bench, port: number): Promise<void> {
  const leg = trunkCall(b);
  await settle();
  b.port(port).lift();
  await settle();
  b.clock.advance(1000);
  leg.farReleases(16);
  b.port(port).hangUp();
  await settle();
}

t.test('all at once: telephone, SIP device and mobile; the answer stops the rest (M02, M20)', async (t) => {
  const b = bench({
    members: [{ target: 'port:1' }, { target: 'device:desk' }, { target: 'number:+79160000001' }],
  });
  b.devices.set('desk', [['here']]);
  const caller = trunkCall(b);
  await settle();
  t.same(ringing(b), [1]);
  t.equal(b.port(1).ringsAs, 'group');
  t.equal(b.deviceLegs.length, 1);
  t.equal(b.trunkCalls.length, 1);
  b.deviceLegs[0]!.farAnswers();
  b.port(1).lift();
  await settle();
  t.equal(b.media.joined.get(caller.endpoint), b.deviceLegs[0]!.endpoint, 'exactly one has the caller');
  t.same(ringing(b), []);
  t.equal(b.trunkLeg.state, 'released');
  t.match(b.record.events[0], { what: 'group', detail: 'sales' });
});

t.test('in turn, each for its time; whoever talks is skipped without a ring (M11)', async (t) => {
  const b = bench({ members: ports(1, 2, 4), strategy: 'in-turn', memberSeconds: 10 });
  b.port(2).lift();
  await settle();
  const caller = trunkCall(b);
  await settle();
  t.same(ringing(b), [1]);
  b.clock.advance(9999);
  await settle();
  t.same(ringing(b), [1]);
  b.clock.advance(1);
  await settle();
  t.same(ringing(b), [4]);
  b.clock.advance(10_000);
  await settle();
  t.equal(caller.releasedWith?.q850, 19);
});

t.test('round robin begins with the next one each time (A02)', async (t) => {
  const b = bench({ members: ports(1, 2, 4), strategy: 'round-robin', memberSeconds: 10 });
  for (const first of [1, 2, 4, 1]) {
    const caller = trunkCall(b);
    await settle();
    t.same(ringing(b), [first]);
    caller.farReleases(16);
    await settle();
  }
});

t.test('whoever has not talked for longest is rung first (A02)', async (t) => {
  const b = bench({ members: ports(1, 2, 4), strategy: 'longest-idle' });
  for (const expected of [1, 2, 4, 1]) {
    const caller = trunkCall(b);
    await settle();
    t.same(ringing(b), [expected]);
    caller.farReleases(16);
    await settle();
    await talk(b, expected);
  }
});

t.test('the second tier only when the first is busy or does not answer (M21, S10)', async (t) => {
  const b = bench({
    members: [
      { target: 'port:1', tier: 1 },
      { target: 'port:2', tier: 1 },
      { target: 'port:4', tier: 2 },
    ],
    memberSeconds: 10,
  });
  const first = trunkCall(b);
  await settle();
  t.same(ringing(b), [1, 2]);
  b.port(1).lift();
  await settle();
  trunkCall(b);
  await settle();
  t.same(ringing(b), [2], 'the one of the first tier who is free');
  b.port(2).lift();
  await settle();
  const third = trunkCall(b);
  await settle();
  t.same(ringing(b), [4], 'the first tier is full');
  third.farReleases(16);
  first.farReleases(16);
  b.port(1).hangUp();
  await settle();
  trunkCall(b);
  await settle();
  t.same(ringing(b), [1], 'and free again');
  b.clock.advance(10_000);
  await settle();
  t.same(ringing(b), [4], 'no answer: the second tier');
});

t.test('nobody hears busy: overflow in turn, at once when all are in calls (M05, M16)', async (t) => {
  const b = bench({
    members: ports(1, 2),
    overflow: [
      { to: '+79160000002', seconds: 5 },
      { to: 'port:4', seconds: 20 },
    ],
    pressOne: false,
  });
  b.port(1).lift();
  b.port(2).lift();
  await settle();
  const caller = trunkCall(b);
  await settle();
  t.equal(b.trunkCalls[0]?.request.number, '+79160000002');
  b.clock.advance(5000);
  await settle();
  t.equal(b.trunkLeg.state, 'released');
  t.same(ringing(b), [4]);
  t.same(
    b.record.events.filter(({ what }) => what === 'overflow').map(({ detail }) => detail),
    ['sales +79160000002', 'sales port:4'],
  );
  t.equal(caller.releasedWith, undefined);
});

t.test('overflow at so many busy, and no more calls outside than may be (M22)', async (t) => {
  const b = bench({
    members: ports(1, 2, 4),
    overflowAtBusy: 2,
    maxOutside: 1,
    overflow: [{ to: '+79160000002' }, { to: 'device:desk' }],
    pressOne: false,
  });
  b.devices.set('desk', [['here']]);
  b.port(1).lift();
  await settle();
  const first = trunkCall(b);
  await settle();
  t.same(ringing(b), [2, 4], 'one busy: the group rings');
  first.farReleases(16);
  b.port(2).lift();
  await settle();
  const second = trunkCall(b);
  await settle();
  t.same(ringing(b), [], 'two busy: out at once');
  t.equal(b.trunkCalls.length, 1);
  trunkCall(b);
  await settle();
  t.equal(b.trunkCalls.length, 1, 'the mobile has a call of the group already');
  t.equal(b.deviceLegs.length, 1, 'the next of the list');
  second.farReleases(16);
  await settle();
  trunkCall(b);
  await settle();
  t.equal(b.trunkCalls.length, 2, 'the way out is free again');
});

t.test(
  "members' forwardings are left alone, or followed; who does not want to be disturbed is not rung",
  async (t) => {
    const people = [
      { ...office.people[0], forwarding: { noAnswer: 'voicemail:anna', noAnswerSeconds: 5 } },
      { id: 'boris', name: 'Boris', ports: [2], classOfService: 'staff', doNotDisturb: true },
      {
        id: 'vera',
        name: 'Vera',
        ports: [4],
        classOfService: 'staff',
        forwarding: { always: '+79160000003' },
      },
    ];
    const members = people.map(({ id }) => ({ target: `person:${id}` }));
    const b = bench({ members }, { people });
    trunkCall(b);
    await settle();
    t.same(ringing(b), [1]);
    t.equal(b.trunkCalls.length, 0);
    const follows = bench({ members, followForwarding: true }, { people });
    trunkCall(follows);
    await settle();
    t.equal(follows.trunkCalls.length, 1);
  },
);

t.test(
  'a group has an extension, and is a target of forwardings; a circle of groups ends (M05)',
  async (t) => {
    const b = bench(
      {
        members: [{ target: 'port:2' }, { target: 'group:sales' }],
        overflow: [{ to: 'person:anna' }],
        seconds: 20,
      },
      { people: [{ ...office.people[0], forwarding: { noAnswer: 'group:sales', noAnswerSeconds: 5 } }] },
    );
    b.port(4).lift();
    await b.port(4).key('50');
    b.clock.advance(5000);
    await settle();
    t.same(ringing(b), [2]);
    t.match(b.record, { direction: 'internal' });
    b.clock.advance(15_000);
    await settle();
    t.same(ringing(b), [1], 'the overflow is a person');
    b.clock.advance(5000);
    await settle();
    t.same(ringing(b), [], 'whose forwarding leads back, and is not followed');
    t.equal(b.hears(4), heard.congestion);
  },
);

t.test('calls that cost are on the group, or on the member whose mobile it is (A15, ruling 8)', async (t) => {
  const b = bench(
    {
      members: [{ target: 'person:vera' }, { target: 'number:+79160000004' }],
      classOfService: 'staff',
      costCentre: 'sales',
      pressOne: false,
    },
    {
      people: [
        { id: 'vera', name: 'Vera', mobile: '+79160000003', classOfService: 'staff', costCentre: 'works' },
      ],
    },
  );
  for (const [number, costCentre] of [
    ['+79160000003', 'works'],
    ['+79160000004', 'sales'],
  ]) {
    const caller = trunkCall(b);
    await settle();
    const leg = b.trunkCalls.findLast(({ request }) => request.number === number)!.leg;
    leg.farAnswers();
    await settle();
    b.clock.advance(60_000);
    caller.farReleases(16);
    await settle();
    t.match(b.record, { costCentre, price: 1.5 });
    t.equal(b.record.answeredBy, number === '+79160000003' ? 'vera' : undefined);
  }
});
