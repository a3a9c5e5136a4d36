import t from 'tap';
import { configSchema } from '../../src/config/schema.ts';
import { validateConfig } from '../../src/config/validate.ts';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office } from '../kit/office.ts';
import { Bench, heard } from '../kit/services.ts';

const anna = office.people[0]!;

/** The office with Anna so, and another document beside. */
function bench(person: object, more: object = {}): Bench {
  return new Bench({
    ...office,
    devices: [
      {
        id: 'desk',
        name: 'Desk',
        user: 'desk',
        password: 'secret-enough',
        extension: '31',
        classOfService: 'staff',
      },
    ],
    people: [{ ...anna, forwarding: {}, ...person }],
    destinations: [
      {
        id: 'reception',
        name: 'R',
        classOfService: 'staff',
        steps: [{ targets: ['person:anna'], seconds: 180, pressOne: false }],
      },
    ],
    ...more,
  });
}

function trunkCall(b: Bench, more: object = {}): FakeLeg {
  const leg = new FakeLeg('incoming', 'trunk:alpha');
  leg.state = 'trying';
  b.services.trunkCall(leg, {
    trunkId: 'alpha',
    calledNumber: '+74951110000',
    caller: { number: '+79031112233' },
    ...more,
  });
  return leg;
}

const called = (b: Bench): string[] => b.trunkCalls.map(({ request }) => request.number);

t.test('busy: the first of the list, and the next when that is busy, too (M04)', async (t) => {
  const b = bench({
    forwarding: {
      busy: [
        { to: 'mobile', seconds: 20 },
        { to: '+79160000001', seconds: 20 },
        { to: 'port:2', seconds: 10 },
      ],
    },
  });
  b.port(1).lift();
  await settle();
  const caller = trunkCall(b);
  await settle();
  t.same(called(b), ['+79161234567']);
  b.trunkLeg.farReleases(17);
  await settle();
  t.same(called(b), ['+79161234567', '+79160000001']);
  b.clock.advance(20_000);
  await settle();
  t.equal(b.trunkLeg.state, 'released', 'its time is over');
  t.ok(b.port(2).ringing);
  b.port(2).lift();
  await settle();
  t.equal(b.media.joined.get(caller.endpoint), 'line:2');
  t.same(
    b.record.events.filter(({ what }) => what === 'forwarded').map(({ detail }) => detail),
    ['anna user-busy mobile', 'anna user-busy +79160000001', 'anna user-busy port:2'],
  );
});

t.test('busy, no answer and unreachable have lists of their own (A01)', async (t) => {
  const forwarding = {
    busy: [{ to: '+79160000001' }],
    noAnswer: [{ to: '+79160000002' }],
    unreachable: [{ to: '+79160000003' }],
    noAnswerSeconds: 12,
  };
  const busy = bench({ forwarding });
  busy.port(1).lift();
  trunkCall(busy);
  await settle();
  t.same(called(busy), ['+79160000001']);
  const late = bench({ forwarding });
  trunkCall(late);
  late.clock.advance(12_000);
  await settle();
  t.same(called(late), ['+79160000002']);
  const gone = bench({ forwarding, ports: [], devices: ['desk'] });
  trunkCall(gone);
  await settle();
  t.same(called(gone), ['+79160000003'], 'a SIP telephone that is not registered');
  const dead = bench({ forwarding });
  dead.port(1).available = false;
  trunkCall(dead);
  await settle();
  t.same(called(dead), ['+79160000003'], 'a socket that the card has lost');
});

t.test('the announcement of a mobile out of reach is no answer (A01)', async (t) => {
  const b = bench({ forwarding: { always: [{ to: 'mobile', seconds: 20 }, { to: 'port:2' }] } });
  const caller = trunkCall(b);
  await settle();
  b.trunkLeg.farRings(true);
  await settle();
  t.not(caller.state, 'answered');
  b.trunkLeg.farReleases(20);
  await settle();
  t.ok(b.port(2).ringing);
});

t.test(
  'the mobile rings with the telephone, or some seconds later, or when that is busy (M14, O09)',
  async (t) => {
    const at = bench({ mobileAfter: 0 });
    trunkCall(at);
    await settle();
    t.ok(at.port(1).ringing);
    t.same(called(at), ['+79161234567']);
    const late = bench({ mobileAfter: 8 });
    const caller = trunkCall(late);
    await settle();
    t.same(called(late), []);
    late.clock.advance(8000);
    await settle();
    t.same(called(late), ['+79161234567']);
    t.ok(late.port(1).ringing);
    late.trunkLeg.farAnswers();
    await settle();
    t.notOk(late.port(1).ringing);
    t.equal(caller.state, 'answered');
    t.match(late.record, { answeredBy: 'anna', costCentre: 'works' });
    const busy = bench({ mobileAfter: 8 });
    busy.port(1).lift();
    trunkCall(busy);
    await settle();
    t.same(called(busy), ['+79161234567'], 'at once: there is nothing to wait for');
  },
);

t.test('who does not want to be disturbed is not rung, and calls go where they go when busy', async (t) => {
  const b = bench({ doNotDisturb: true, forwarding: { busy: 'port:2' } });
  trunkCall(b);
  await settle();
  t.notOk(b.port(1).ringing);
  t.ok(b.port(2).ringing);
  b.port(4).lift();
  const quiet = bench({ doNotDisturb: true });
  quiet.port(4).lift();
  await quiet.port(4).key('21');
  quiet.clock.advance(5000);
  await settle();
  t.equal(quiet.hears(4), heard.busy);
});

t.test(
  'forwarding is the same whichever way the call came in: trunk, line, telephone, SIP, transfer',
  async (t) => {
    const people = { forwarding: { always: [{ to: 'port:2', seconds: 10 }, { to: '+79160000001' }] } };
    const ways: Record<string, (b: Bench) => Promise<unknown>> = {
      trunk: async (b) => trunkCall(b),
      line: async (b) => {
        b.line(5).idle = false;
        b.line(5).emit('ringing');
        b.line(5).emit('caller', { number: '+79031112233' });
      },
      telephone: async (b) => {
        b.port(4).lift();
        await b.port(4).key('21');
        b.clock.advance(3000);
      },
      sip: async (b) => {
        const leg = new FakeLeg('incoming', 'device:desk');
        leg.state = 'trying';
        b.services.deviceCall(leg, { deviceId: 'desk', calledNumber: '21', caller: {}, full: false });
      },
    };
    for (const [way, begin] of Object.entries(ways)) {
      const b = bench(people);
      await begin(b);
      await settle();
      t.ok(b.port(2).ringing, way);
      b.clock.advance(10_000);
      await settle();
      t.notOk(b.port(2).ringing, way);
      t.same(called(b), ['+79160000001'], way);
      b.trunkLeg.farAnswers();
      await settle();
      b.trunkLeg.emit('digit', '1');
      await settle();
      b.clock.advance(60_000);
      b.trunkLeg.farReleases(16);
      await settle();
      t.match(b.record, { costCentre: 'works', price: 1.5 }, `${way}: Anna pays (A15)`);
    }
  },
);

t.test(
  'a call that others have sent on too often is not sent on by us; telephones here still ring (M05)',
  async (t) => {
    const forwarding = { always: [{ to: '+79160000001' }] };
    const diversions = [{ number: '+74959990000', reason: 'unconditional', times: 5 }];
    const b = bench({ forwarding });
    const caller = trunkCall(b, { diversions });
    await settle();
    t.same(called(b), []);
    t.equal(caller.releasedWith?.q850, 25);
    const once = bench({ forwarding });
    trunkCall(once, { diversions: [{ ...diversions[0], times: 1 }] });
    await settle();
    t.equal(once.trunkCalls.length, 1);
    const here = bench({});
    trunkCall(here, { diversions });
    await settle();
    t.ok(here.port(1).ringing);
  },
);

t.test('a number of our own that a call is sent on to is rung here, and not by the operator', async (t) => {
  const b = bench(
    { forwarding: { always: [{ to: '+74951110002' }] } },
    {
      incomingNumbers: [
        { id: 'main', number: '+74951110000', destination: 'reception' },
        { id: 'store', number: '8 495 111-00-02', destination: 'store' },
        { id: 'back', number: '+74951110003', destination: 'back' },
      ],
      destinations: [
        { id: 'reception', name: 'R', classOfService: 'staff', steps: [{ targets: ['person:anna'] }] },
        {
          id: 'store',
          name: 'S',
          steps: [
            { targets: ['port:2'], seconds: 5 },
            { targets: ['number:+74951110002'] },
            { targets: ['port:4'] },
          ],
        },
        { id: 'back', name: 'B', steps: [{ targets: ['port:2'] }] },
      ],
    },
  );
  trunkCall(b);
  await settle();
  t.ok(b.port(2).ringing);
  t.same(called(b), []);
  b.clock.advance(5000);
  await settle();
  t.ok(b.port(4).ringing, 'the circle is seen, the next step has its turn');
});

t.test('a forwarding written as one text still is one, and what is nobody is refused', async (t) => {
  const parsed = configSchema.parse(office);
  t.same(parsed.people[0]?.forwarding.busy, [{ to: 'mobile', seconds: 30 }]);
  t.same(parsed.people[0]?.forwarding.always, []);
  const refused = (person: object, more: object = {}): string[] => {
    const result = validateConfig({ ...office, people: [{ ...anna, ...person }], ...more });
    return result.ok ? [] : result.issues.map(({ path }) => path);
  };
  t.same(refused({}), []);
  t.same(refused({ forwarding: { always: 'person:nobody' } }), ['/people/0/forwarding/always/0/to']);
  t.same(refused({ forwarding: { busy: [{ to: 'port:1' }, { to: 'flow:none' }] } }), [
    '/people/0/forwarding/busy/1/to',
  ]);
  t.same(refused({ mobile: undefined, mobileAfter: 3, forwarding: {} }), ['/people/0/mobileAfter']);
  t.same(refused({}, { groups: [{ id: 'g', name: 'G', members: [{ target: 'port:9' }], overflow: '99' }] }), [
    '/groups/0/members/0/target',
    '/groups/0/overflow/0/to',
  ]);
  t.same(
    refused({}, { groups: [{ id: 'g', name: 'G', extension: '11', members: [{ target: 'port:2' }] }] }),
    ['/groups/0/extension'],
  );
});
