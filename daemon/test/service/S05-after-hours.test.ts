import t from 'tap';
import { validateConfig } from '../../src/config/validate.ts';
import { previewIncoming } from '../../src/service/incoming-preview.ts';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench, heard } from '../kit/services.ts';

const hour = 3_600_000;

/** Thursday, 15 January 2026, noon in Moscow: where the bench's clock begins. */
const hours = {
  id: 'office',
  name: 'Офис',
  weekly: [
    { days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' },
    { days: [1, 2, 3, 4, 5], from: '13:00', to: '14:00', mode: 'перерыв' },
  ],
};

const during = (...modes: string[]) => ({ schedule: 'office', modes });

/** The office, where telephone 1 rings in the day and 2 rings outside of hours. */
const scheduled = {
  ...office,
  schedules: [hours],
  dialing: {
    ...office.dialing,
    modeCodes: [
      { code: '*27', schedule: 'office' },
      { code: '*28', schedule: 'office', mode: 'закрыто' },
      { code: '*29', schedule: 'office', mode: 'open', hours: 2 },
    ],
  },
  destinations: [
    {
      ...office.destinations[0],
      steps: [
        { targets: ['port:1'], seconds: 15, during: during() },
        { targets: ['port:2'], seconds: 15, during: during('закрыто', 'break') },
      ],
    },
  ],
};

const bench = (document: object = scheduled): Bench => new Bench(document, officePins);

function call(b: Bench, calledNumber = '+74951110000'): FakeLeg {
  const leg = new FakeLeg('incoming', 'trunk:alpha');
  leg.state = 'trying';
  b.services.trunkCall(leg, { trunkId: 'alpha', calledNumber, caller: { number: '+79031112233' } });
  return leg;
}

/** Which telephones a call rings, after which its caller gives up. */
async function rings(b: Bench): Promise<number[]> {
  const leg = call(b);
  await settle();
  const ringing = [1, 2].filter((port) => b.port(port).ringing);
  if (leg.state !== 'released') leg.farReleases(16);
  await settle();
  return ringing;
}

async function dials(b: Bench, keys: string, port = 2): Promise<string | undefined> {
  b.port(port).lift();
  await settle();
  await b.port(port).key(keys);
  await settle();
  const tone = b.hears(port);
  b.clock.advance(2000);
  await settle();
  b.port(port).hangUp();
  await settle();
  return tone;
}

t.test('another telephone rings in the break, after hours and at the weekend', async (t) => {
  const b = bench();
  t.same(await rings(b), [1], 'noon on Thursday');
  b.clock.advance(1.5 * hour);
  t.same(await rings(b), [2], 'half past one: a break');
  b.clock.advance(hour);
  t.same(await rings(b), [1], 'half past two');
  b.clock.advance(4 * hour);
  t.same(await rings(b), [2], 'half past six');
  b.clock.advance(42 * hour);
  t.same(await rings(b), [2], 'Saturday, half past noon');
  b.clock.advance(48 * hour);
  t.same(await rings(b), [1], 'Monday, half past noon');
});

t.test(
  'where nobody is called at this hour the caller is told at once, and a city line rings on',
  async (t) => {
    const [destination] = scheduled.destinations;
    const b = bench({
      ...scheduled,
      destinations: [{ ...destination, steps: [{ targets: ['port:1'], during: during() }] }],
    });
    b.clock.advance(8 * hour);
    const leg = call(b);
    await settle();
    t.equal(leg.releasedWith?.q850, 19);
    t.notOk(b.port(1).ringing);
    b.line(5).idle = false;
    b.line(5).emit('ringing');
    b.line(5).emit('caller', undefined);
    await settle();
    t.notOk(b.line(5).answeredByUs);
    t.notOk(b.port(1).ringing);
    t.match(b.record, { direction: 'incoming' });
  },
);

t.test('a number leads elsewhere after hours', async (t) => {
  const b = bench({
    ...office,
    schedules: [hours],
    destinations: [
      ...office.destinations,
      { id: 'guard', name: 'Guard', steps: [{ targets: ['port:2'], seconds: 15 }] },
    ],
    incomingNumbers: [
      { ...office.incomingNumbers[0], byHours: [{ schedule: 'office', destination: 'guard' }] },
    ],
  });
  t.same(await rings(b), [1]);
  b.clock.advance(7 * hour);
  t.same(await rings(b), [2]);
});

t.test(
  'a code switches to night until the schedule next changes, and the caller hears that it is done',
  async (t) => {
    const b = bench();
    t.equal(await dials(b, '*28'), heard.stutter, 'three bursts of confirmation');
    t.same(await rings(b), [2], 'night at noon');
    t.match(b.overrides, [{ schedule: 'office', mode: 'closed', by: 'port 2' }], 'kept over a restart');
    b.clock.advance(hour);
    t.same(await rings(b), [2], 'the break has begun, which rings there anyway');
    t.same(b.overrides, [], 'the schedule has taken over again');
    b.clock.advance(hour);
    t.same(await rings(b), [1], 'after the break it is day');
  },
);

t.test('a code opens for two hours after closing, and another gives it back', async (t) => {
  const b = bench();
  b.clock.advance(8 * hour);
  t.same(await rings(b), [2]);
  await dials(b, '*29');
  t.same(await rings(b), [1], 'open in the evening');
  await dials(b, '*27');
  t.same(await rings(b), [2], 'given back');
  await dials(b, '*29');
  b.clock.advance(2 * hour);
  t.same(await rings(b), [2], 'two hours are over');
});

t.test('what was switched by hand holds in the preview too, and its end is among the changes', async (t) => {
  const b = bench();
  const now = b.clock.wall();
  await b.hours.switch('office', { mode: 'closed', hours: 3 }, 'admin');
  t.match(b.hours.nextChanges('office', 2), [
    { at: now + 3 * hour, mode: 'open' },
    { at: Date.parse('2026-01-15T18:00:00+03:00'), mode: 'closed' },
  ]);
  t.match(b.hours.state('office'), {
    mode: 'closed',
    why: { ru: 'переключено вручную', en: 'switched by hand' },
  });
  await b.hours.switch('office', { mode: 'open', stays: true }, 'admin');
  t.same(b.hours.nextChanges('office', 5), [], 'until somebody switches it back');
  b.clock.advance(30 * 24 * hour);
  t.equal(b.hours.state('office')?.by, 'hand');
});

t.test('only telephones of the office can switch it', async (t) => {
  const b = bench();
  const plan = b.context.dialPlan();
  t.match(plan.classify('*28', { kind: 'outside' }), { class: 'feature' });
  const stranger = call(b, '+74951112233');
  await settle();
  for (const key of '17#135790#*28#') stranger.emit('digit', key);
  b.clock.advance(60_000);
  await settle();
  t.equal(b.hours.state('office')?.mode, 'open');
});

t.test('a switch that cannot be kept is not taken for done', async (t) => {
  const b = bench();
  b.context.hours = {
    ...{ holds: () => true, destinationOf: (number) => number.destination, leave: () => undefined },
    switch: () => Promise.reject(new Error('disk full')),
  };
  t.not(await dials(b, '*28'), heard.stutter);
  t.equal(b.hours.state('office')?.mode, 'open');
});

t.test('long distance only in hours: by class of service, and by route', async (t) => {
  const b = bench({
    ...scheduled,
    classesOfService: office.classesOfService.map((entry) => ({ ...entry, during: during() })),
  });
  const refusal = (): string | undefined =>
    b.context.dialPlan().plan('88121234567', { kind: 'on-site', port: 1 }, { classOfService: 'staff' })
      .refusal?.reason;
  t.equal(refusal(), undefined);
  b.clock.advance(7 * hour);
  t.equal(refusal(), 'schedule');
  await b.hours.switch('office', { mode: 'open', hours: 1 }, 'admin');
  t.equal(refusal(), undefined, 'opened by hand');

  const night = bench({
    ...scheduled,
    routes: office.routes.map((route) =>
      route.id === 'alpha-out' ? { ...route, during: during('closed') } : route,
    ),
  });
  const first = (): string | undefined =>
    night.context.dialPlan().plan('88121234567', { kind: 'on-site', port: 1 }, { classOfService: 'staff' })
      .steps[0]?.routeId;
  t.equal(first(), 'beta-out', 'the cheaper one is for nights');
  night.clock.advance(7 * hour);
  t.equal(first(), 'alpha-out');
});

t.test('while somebody is on leave their calls ring the deputy, and the deputy of a deputy', async (t) => {
  const [anna] = office.people;
  const away = { from: '2026-01-15', to: '2026-01-16' };
  const people = (...leaves: object[][]) => [
    { ...anna, leave: leaves[0] ?? [] },
    {
      id: 'boris',
      name: 'Boris',
      extension: '22',
      ports: [2],
      classOfService: 'staff',
      leave: leaves[1] ?? [],
    },
    {
      id: 'clara',
      name: 'Clara',
      extension: '24',
      ports: [4],
      classOfService: 'staff',
      leave: leaves[2] ?? [],
    },
  ];
  const to = async (b: Bench): Promise<number[]> => {
    b.port(3).lift();
    await settle();
    await b.port(3).key('21');
    // A city number might begin so: the box waits for more.
    b.clock.advance(3000);
    await settle();
    const ringing = [1, 2, 4].filter((port) => b.port(port).ringing);
    b.port(3).hangUp();
    await settle();
    return ringing;
  };
  const one = bench({ ...office, people: people([{ ...away, deputy: 'boris' }]) });
  t.same(await to(one), [2]);
  one.clock.advance(36 * hour - 10_000);
  t.same(await to(one), [2], 'the last minute of the last day');
  one.clock.advance(10_000);
  t.same(await to(one), [1], 'back at midnight in Moscow');
  const two = bench({
    ...office,
    people: people([{ ...away, deputy: 'boris' }], [{ ...away, deputy: 'clara' }]),
  });
  t.same(await to(two), [4]);
  const circle = bench({
    ...office,
    people: people([{ ...away, deputy: 'boris' }], [{ ...away, deputy: 'anna' }]),
  });
  t.same(await to(circle), [], 'two who stand for each other ring nobody, and end');
  const none = bench({ ...office, people: people([away]) });
  t.same(await to(none), []);
});

t.test('calls are forwarded in some hours only', async (t) => {
  const [anna] = office.people;
  const forwarding = { always: [{ to: 'port:2', during: during('closed') }] };
  const b = bench({
    ...scheduled,
    people: [{ ...anna, forwarding }],
    destinations: [{ ...office.destinations[0], steps: [{ targets: ['person:anna'] }] }],
  });
  t.same(await rings(b), [1], 'in hours her own telephone');
  b.clock.advance(7 * hour);
  t.same(await rings(b), [2], 'after hours where it is forwarded to');
});

t.test('the page can ask who would be called at any moment, and hears why in both languages', async (t) => {
  const [anna] = office.people;
  const b = bench({
    ...scheduled,
    people: [
      { ...anna, leave: [{ from: '2026-01-16', to: '2026-01-18', deputy: 'boris' }] },
      { id: 'boris', name: 'Борис', ports: [2], classOfService: 'staff' },
    ],
    destinations: [
      {
        id: 'reception',
        name: 'Приёмная',
        steps: [
          { targets: ['person:anna'], during: during() },
          { targets: ['port:2', 'number:+79160000001'], seconds: 40, during: during('closed') },
        ],
      },
    ],
  });
  const parts = {
    config: b.config,
    hours: b.hours,
    normalise: (n: string) => n.replace(/[^+\d]/g, '').replace(/^8/, '+7'),
  };
  const at = (text: string): number => Date.parse(`${text}+03:00`);
  const friday = previewIncoming({ number: '8 495 111-00-00' }, at('2026-01-16T10:00:00'), parts)!;
  t.equal(friday.destination?.id, 'reception');
  t.same(
    friday.steps.map(({ on }) => on),
    [true, false],
  );
  t.same(
    friday.explanation.map(({ ru }) => ru),
    [
      'Вызов на +74951110000 идёт в «Приёмная».',
      'Шаг 1: 20 с звонит Anna — «Офис»: открыто (пятница, 09:00–18:00).',
      'Шаг 2 (Store, +79160000001) пропускается — «Офис»: открыто (пятница, 09:00–18:00).',
      'Anna: отпуск с 2026-01-16 по 2026-01-18, вызовы идут: Борис.',
    ],
  );
  t.equal(friday.changes.length, 10);
  t.match(friday.changes[0], { at: at('2026-01-16T13:00:00'), mode: 'break', title: 'Офис' });
  const lunch = previewIncoming({ destination: 'reception' }, at('2026-01-19T13:30:00'), parts)!;
  t.same(
    lunch.explanation.map(({ en }) => en),
    [
      'Step 1 (Anna) is left out - "Офис": break (Monday, 13:00–14:00).',
      'Step 2 (Store, +79160000001) is left out - "Офис": break (Monday, 13:00–14:00).',
      'No telephone rings at that time: the caller is told that nobody answers.',
    ],
  );
  const holiday = previewIncoming({ destination: 'reception' }, at('2026-03-09T11:00:00'), parts)!;
  t.match(holiday.explanation[1]?.ru, /Шаг 2: 40 с звонит .*нерабочий день по производственному календарю/);
  t.match(
    previewIncoming({ number: '+74959990000' }, 0, parts)?.explanation[0]?.en,
    /not among the incoming/,
  );
  t.match(
    previewIncoming({ number: '+74951112233' }, 0, parts)?.explanation[0]?.en,
    /access number "Access"/,
  );
  t.equal(previewIncoming({ destination: 'nobody' }, 0, parts), undefined);
});

t.test('a document with a schedule that is not there, or a mode that it never is in, is refused', (t) => {
  const issues = (document: object): string[] => {
    const result = validateConfig({ ...office, schedules: [hours], ...document });
    return result.ok ? [] : result.issues.map(({ path }) => path);
  };
  t.same(issues({}), []);
  const routes = (condition: object) => [
    { ...office.routes[0], during: condition },
    ...office.routes.slice(1),
  ];
  t.same(issues({ routes: routes({ schedule: 'shop' }) }), ['/routes/0/during/schedule']);
  t.same(issues({ routes: routes(during('nigth')) }), ['/routes/0/during/modes/0']);
  t.same(issues({ routes: routes(during('Закрыто', 'break')) }), []);
  const codes = [{ code: '*28', schedule: 'office', mode: 'ночь' }];
  t.same(issues({ routes: routes(during('ночь')), dialing: { ...office.dialing, modeCodes: codes } }), []);
  t.same(
    issues({ dialing: { ...office.dialing, modeCodes: [{ code: '*31#2', schedule: 'office' }] } }).length,
    1,
  );
  t.same(issues({ dialing: { ...office.dialing, modeCodes: [{ code: '*28', schedule: 'shop' }] } }), [
    '/dialing/modeCodes/0/schedule',
  ]);
  const forwarding = { busy: [{ to: 'mobile', during: { schedule: 'shop' } }] };
  t.same(issues({ people: [{ ...office.people[0], forwarding }] }), [
    '/people/0/forwarding/busy/0/during/schedule',
  ]);
  const people = [{ ...office.people[0], leave: [{ from: '2026-02-02', to: '2026-02-01', deputy: 'anna' }] }];
  t.same(issues({ people }), ['/people/0/leave/0/to', '/people/0/leave/0/deputy']);
  const calendars = [{ id: 'ru-2027', year: 2027, daysOff: ['2027-01-01', '2026-12-31'] }];
  t.same(issues({ calendars }), ['/calendars/0/daysOff/1']);
  t.end();
});
