import t from 'tap';
import { validateConfig } from '../../src/config/validate.ts';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office } from '../kit/office.ts';
import { RecordingBench } from '../kit/recordings.ts';

type Rules = Record<string, unknown>;

const bench = (recording: Rules): RecordingBench => new RecordingBench({ ...office, recording });

/** Extension 12 calls another; whoever is rung answers. */
async function inside(b: RecordingBench, extension: string, answers: number): Promise<void> {
  b.port(2).lift();
  await b.port(2).key(extension);
  b.clock.advance(3000);
  await settle();
  b.port(answers).lift();
  await settle();
}

/** Somebody calls in from a trunk. */
async function incoming(b: RecordingBench, called = '84951110000'): Promise<FakeLeg> {
  const leg = new FakeLeg('incoming', 'trunk:alpha');
  leg.state = 'trying';
  b.services.trunkCall(leg, {
    trunkId: 'alpha',
    calledNumber: called,
    caller: { number: '+79031112233' },
  });
  await settle();
  return leg;
}

async function keys(leg: FakeLeg, digits: string): Promise<void> {
  for (const digit of digits) {
    leg.emit('digit', digit);
    await settle();
  }
}

/** A mobile talks to Petersburg over the access number. */
async function overAccess(b: RecordingBench): Promise<{ mobile: FakeLeg; far: FakeLeg }> {
  const mobile = await incoming(b, '+74951112233');
  await keys(mobile, '17#135790#88121234567');
  b.trunkLeg.farAnswers();
  await settle();
  return { mobile, far: b.trunkLeg };
}

t.test('which calls a rule takes: by person, destination, trunk, telephone, direction, all', async (t) => {
  const cases: [what: string, rules: Rules, incomingTaken: boolean, internalTaken: boolean][] = [
    ['none', {}, false, false],
    ['all', { calls: 'all' }, true, true],
    ['outside', { calls: 'outside' }, true, false],
    ['incoming', { calls: 'incoming' }, true, false],
    ['outgoing', { calls: 'outgoing' }, false, false],
    ['a destination', { destinations: ['reception'] }, true, false],
    ['a trunk', { trunks: ['alpha'] }, true, false],
    ['another trunk', { trunks: ['beta'] }, false, false],
    ['a telephone', { telephones: [1] }, true, true],
    ['another telephone', { telephones: [4] }, false, false],
    ['a person, at her telephone', { people: ['anna'] }, true, true],
    ['all but a person', { calls: 'all', exceptPeople: ['anna'] }, false, false],
  ];
  for (const [what, rules, incomingTaken, internalTaken] of cases) {
    const b = bench(rules);
    const caller = await incoming(b);
    b.port(1).lift();
    await settle();
    t.equal(b.taped.length === 1, incomingTaken, `${what}: incoming`);
    caller.farReleases(16);
    b.port(1).hangUp();
    await settle();
    await inside(b, '21', 1);
    t.equal(b.taped.length === 1, internalTaken, `${what}: internal`);
  }
});

t.test('a call forwarded to the mobile of a person is hers, too (A10)', async (t) => {
  const b = bench({ people: ['anna'] });
  b.reconfigure({
    ...office,
    recording: { people: ['anna'] },
    people: [{ ...office.people[0], forwarding: { always: 'mobile', noAnswerSeconds: 20 } }],
    destinations: [
      {
        id: 'reception',
        name: 'Reception',
        classOfService: 'staff',
        steps: [{ targets: ['person:anna'], seconds: 30, pressOne: false }],
      },
    ],
  });
  const caller = await incoming(b);
  b.trunkLeg.farAnswers();
  await settle();
  t.same(b.taped, [caller.endpoint], 'both sides are outside, and the box records them');
  t.same(b.told('recorded').sort(), [caller.endpoint, b.trunkLeg.endpoint].sort(), 'both are told (S11)');
  t.match(b.record, { destination: 'reception', recordings: [{ by: 'rule' }] });
});

t.test(
  'a call to a group is recorded whoever of it answers; one forwarded anywhere is its person\u2019s',
  async (t) => {
    const groups = [
      { id: 'sales', name: 'Sales', extension: '60', members: [{ target: 'port:1' }, { target: 'port:4' }] },
    ];
    const b = new RecordingBench({ ...office, groups, recording: { groups: ['sales'] } });
    await inside(b, '60', 4);
    t.same(b.taped, ['line:2']);
    t.same(b.told('recorded').sort(), ['line:2', 'line:4']);
    b.port(4).hangUp();
    b.port(2).hangUp();
    await settle();
    await inside(b, '11', 1);
    t.same(b.taped, [], 'one to a member of it is not');

    const people = [{ ...office.people[0], ports: [], forwarding: { always: '14', noAnswerSeconds: 20 } }];
    const d = new RecordingBench({
      ...office,
      people,
      destinations: [{ id: 'reception', name: 'R', steps: [{ targets: ['person:anna'], seconds: 20 }] }],
      recording: { people: ['anna'] },
    });
    const caller = await incoming(d);
    d.port(4).lift();
    await settle();
    t.same(d.taped, [caller.endpoint], 'answered at the telephone of somebody else, for her');
  },
);

t.test('both parties hear that they are recorded, each time it begins, ends or pauses (S11)', async (t) => {
  const b = bench({ calls: 'all', code: '*1', pauseByCode: true });
  await inside(b, '11', 1);
  const both = ['line:1', 'line:2'];
  t.same(b.told('recorded').sort(), both);
  await b.port(2).key('*1');
  t.same(b.silenced, [true], 'the code silences a recording that a rule began');
  t.same(b.told('not-recorded').sort(), both);
  await b.port(1).key('*1');
  t.same(b.silenced, [false], 'and lets it go on, whoever keys it');
  t.same(b.told('recorded').sort(), both);
  t.same(
    b.audit.map(({ who, act }) => `${who} ${act}`),
    ['port:2 recording-paused', 'person:anna recording-resumed'],
  );
  t.same(
    b.record.events.map(({ what }) => what).filter((what) => what.startsWith('recording')),
    ['recording', 'recording-paused', 'recording-resumed'],
  );
  b.reconfigure({ ...office, recording: { calls: 'all', code: '*1' } });
  await b.port(2).key('*1');
  t.same(b.silenced, [false], 'where the office does not allow it nothing happens');
});

t.test('on demand: the code begins a recording and ends it, in a call that no rule takes', async (t) => {
  const b = bench({ code: '*1', exceptPeople: ['anna'] });
  await inside(b, '11', 1);
  t.same(b.taped, []);
  await b.port(1).key('*5*');
  t.same(b.taped, [], 'other keys do nothing');
  await b.port(1).key('1');
  t.same(b.taped, ['line:2']);
  t.same(b.told('recorded').sort(), ['line:1', 'line:2']);
  await b.port(1).key('*1');
  await settle();
  t.same(b.taped, []);
  t.same(b.told('not-recorded').sort(), ['line:1', 'line:2']);
  await b.port(2).key('*1');
  t.equal(b.taped.length, 1, 'and begins another');
  const files = b.record.recordings ?? [];
  t.match(files, [
    { by: 'code', seconds: 1 },
    { by: 'code', file: /-2\.wav$/ },
  ]);
  t.same(
    b.audit.map(({ who, act }) => `${who} ${act}`),
    ['person:anna recording-begun', 'person:anna recording-ended', 'port:2 recording-begun'],
  );
});

t.test('a stranger from outside keys the code in vain', async (t) => {
  const b = bench({ code: '*1' });
  const caller = await incoming(b);
  b.port(1).lift();
  await settle();
  await keys(caller, '*1');
  t.same(b.taped, []);
});

t.test('whoever comes into a recorded call later is told, too (S11)', async (t) => {
  const b = bench({ calls: 'outgoing' });
  b.port(1).lift();
  await settle();
  await b.port(1).key('88121234567');
  b.trunkLeg.farAnswers();
  await settle();
  t.same(b.told('recorded').sort(), ['line:1', b.trunkLeg.endpoint].sort());
  b.port(1).emit('flashed');
  await settle();
  await b.port(1).key('12');
  b.clock.advance(3000);
  await settle();
  b.port(2).lift();
  await settle();
  t.same(b.told('recorded'), [], 'the consultation is no part of it');
  b.port(1).emit('flashed');
  await settle();
  t.equal([...b.media.mixes.values()][0]?.length, 3, 'a talk of three');
  t.same(b.told('recorded'), ['line:2'], 'the third is told');
});

t.test('whom a transfer brings into a recorded call is told (S11)', async (t) => {
  const b = bench({ calls: 'all' });
  const { mobile, far } = await overAccess(b);
  await keys(mobile, '*212#');
  b.port(2).lift();
  await settle();
  b.told('');
  mobile.farReleases(16);
  await settle();
  t.equal(b.media.joined.get(far.endpoint), 'line:2');
  t.same(b.told('recorded'), [far.endpoint], 'who comes into the other call, recorded as well, is told');
});

t.test('what is said in a conference room is not recorded: nobody there was told', async (t) => {
  const b = new RecordingBench({
    ...office,
    recording: { calls: 'all' },
    rooms: [{ id: 'open', name: 'Open', extension: '81' }],
  });
  const { mobile, far } = await overAccess(b);
  t.equal(b.taped.length, 1);
  await keys(mobile, '*281#');
  t.same(b.taped, [far.endpoint], 'whoever is held has the recording with him');
  mobile.farReleases(16);
  await settle();
  t.same(
    b.services.rooms.members('open').map(({ leg }) => leg().endpoint),
    [far.endpoint],
  );
  t.same(b.taped, [], 'and it ends where he enters the room');
});

t.test('an emergency call is recorded by no rule and no code', async (t) => {
  const b = bench({ calls: 'all', code: '*1' });
  b.port(1).lift();
  await b.port(1).key('112');
  await settle();
  b.line(5).emit('answered', 'voice');
  await settle();
  t.equal(b.media.joined.get('line:1'), 'line:5', 'they talk');
  await b.port(1).key('*1');
  t.same(b.taped, []);
});

t.test('settings that name nobody, or a code that means something else, are refused with words', (t) => {
  const issues = (recording: Rules): string[] => {
    const checked = validateConfig({ ...office, recording });
    return checked.ok ? [] : checked.issues.map(({ path }) => path);
  };
  t.same(issues({ people: ['anna'], destinations: ['reception'], code: '*1' }), []);
  t.same(issues({ people: ['nobody'] }), ['/recording/people/0']);
  t.same(issues({ destinations: ['nowhere'] }), ['/recording/destinations/0']);
  t.same(issues({ code: '*2' }), ['/recording/code'], 'the transfer code');
  t.same(issues({ code: '*21' }), ['/recording/code'], 'begins with it');
  t.same(issues({ code: '##' }), ['/recording/code']);
  t.end();
});
