import t from 'tap';
import type { HostedService, Next, RingOutcome, Visit } from '../../src/service/hosted.ts';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office } from '../kit/office.ts';
import { Bench, heard } from '../kit/services.ts';

/** A menu of two: 1 is the desk, 2 is whatever comes next, # ends. */
class TinyMenu implements HostedService {
  readonly visits: Visit[] = [];
  readonly outcomes: RingOutcome[] = [];

  async serve(visit: Visit): Promise<Next> {
    this.visits.push(visit);
    if (!(await visit.answer())) return { kind: 'done' };
    for (;;) {
      visit.dialog.tone('confirmation');
      const key = await visit.dialog.key(10_000);
      if (visit.gone) return { kind: 'done' };
      if (key !== undefined) visit.note('keyed', key);
      if (key === '1') this.outcomes.push(await visit.ring('port:1', { seconds: 20 }));
      else if (key === '2') return { kind: 'next-step' };
      else if (key === '4') return { kind: 'to', target: 'flow:other' };
      else if (key === '5') throw new Error('a fault of the menu');
      else return { kind: 'done' };
      if (visit.gone) return { kind: 'done' };
    }
  }
}

const menuOffice = {
  ...office,
  destinations: [
    {
      id: 'reception',
      name: 'Reception',
      classOfService: 'staff',
      steps: [
        { targets: ['flow:main'], seconds: 5 },
        { targets: ['port:2'], seconds: 30 },
      ],
    },
  ],
};

function bench(document: object = menuOffice): { b: Bench; menu: TinyMenu } {
  const b = new Bench(document);
  const menu = new TinyMenu();
  b.services.hosted.register('flow', menu);
  return { b, menu };
}

function trunkCall(b: Bench): FakeLeg {
  const leg = new FakeLeg('incoming', 'trunk:alpha');
  leg.state = 'trying';
  b.services.trunkCall(leg, {
    trunkId: 'alpha',
    calledNumber: '+74951110000',
    caller: { number: '+79031112233' },
  });
  return leg;
}

async function key(leg: FakeLeg, digits: string): Promise<void> {
  for (const digit of digits) {
    leg.emit('digit', digit);
    await settle();
  }
}

t.test('a step hands the caller to a service, which rings somebody: one call, one record', async (t) => {
  const { b, menu } = bench();
  const caller = trunkCall(b);
  await settle();
  t.equal(caller.state, 'answered', 'the service answers');
  t.match(menu.visits[0], {
    id: 'main',
    caller: { number: '+79031112233' },
    calledNumber: '+74951110000',
    destination: 'reception',
    rights: { classOfService: 'staff' },
  });
  t.equal(b.media.toneAt(caller.endpoint), heard.stutter, 'and speaks');
  b.clock.advance(6000);
  await settle();
  t.notOk(b.port(2).ringing, "the step's time does not count while the service has the caller");
  await key(caller, '1');
  t.ok(b.port(1).ringing);
  t.equal(b.media.toneAt(caller.endpoint), heard.ringback);
  b.port(1).lift();
  await settle();
  t.equal(b.media.joined.get(caller.endpoint), 'line:1');
  t.equal(b.media.toneAt(caller.endpoint), undefined, 'the ringback has ended');
  b.clock.advance(60_000);
  b.port(1).hangUp();
  await settle();
  t.equal(caller.releasedWith?.q850, 16);
  t.match(menu.outcomes, [{ kind: 'talked', by: 'called' }]);
  t.equal(b.records.size, 1);
  t.match(b.record, { state: 'ended', servedBy: 'flow:main', releasedBy: 'called', talkMs: 60_000 });
  t.ok(b.record.servedAt! < b.record.answeredAt!);
  t.same(
    b.record.events.map(({ what, detail }) => `${what} ${detail ?? ''}`.trim()),
    [
      'at flow:main',
      'served flow:main',
      'keyed 1',
      'tried port:1',
      'answered port:1',
      'leg-released port:1: normal call clearing',
    ],
  );
  t.equal(b.context.calls.size, 0);
});

t.test('nobody answers: the caller is with the service again, and then with the next step', async (t) => {
  const { b, menu } = bench();
  const caller = trunkCall(b);
  await settle();
  await key(caller, '1');
  b.clock.advance(20_000);
  await settle();
  t.notOk(b.port(1).ringing);
  t.match(menu.outcomes, [{ kind: 'failed', cause: { q850: 19 } }]);
  t.equal(b.media.toneAt(caller.endpoint), heard.stutter, 'no ringback is left, the menu speaks');
  await key(caller, '2');
  t.ok(b.port(2).ringing);
  t.equal(b.media.toneAt(caller.endpoint), heard.ringback);
  b.port(2).lift();
  await settle();
  t.equal(b.media.joined.get(caller.endpoint), 'line:2');
  t.equal(b.records.size, 1);
});

t.test('the service ends the call; a fault of it does not', async (t) => {
  const { b } = bench();
  const first = trunkCall(b);
  await settle();
  await key(first, '#');
  t.equal(first.releasedWith?.q850, 16);
  t.match(b.record, { state: 'ended', releasedBy: 'box' });
  t.notOk(b.record.answeredAt, 'nobody has talked');
  const second = trunkCall(b);
  await settle();
  await key(second, '5');
  t.ok(b.port(2).ringing, 'after a fault the next step has its turn');
  second.farReleases(16);
  await settle();
  t.notOk(b.port(2).ringing);
});

t.test('a caller that hangs up releases everything, whatever the service was doing', async (t) => {
  for (const keys of ['', '1', '4']) {
    const { b, menu } = bench();
    const caller = trunkCall(b);
    await settle();
    await key(caller, keys);
    caller.farReleases(16);
    await settle();
    t.notOk(b.port(1).ringing, `after "${keys}"`);
    t.equal(b.context.calls.size, 0);
    t.ok(menu.visits.every(({ gone }) => gone));
    t.equal(b.media.toneAt(caller.endpoint), undefined, 'nothing plays to nobody');
    t.match(b.record, { state: 'ended', releasedBy: 'caller' });
    if (keys === '1') t.match(menu.outcomes, [{ kind: 'gone' }]);
  }
});

t.test('the service sends the caller on to another, and a circle of them ends (M05)', async (t) => {
  const { b, menu } = bench();
  const caller = trunkCall(b);
  await settle();
  await key(caller, '4');
  t.match(
    menu.visits.map(({ id }) => id),
    ['main', 'other'],
  );
  t.equal(b.media.toneAt(caller.endpoint), heard.stutter);
  await key(caller, '1');
  t.ok(b.port(1).ringing);
  b.clock.advance(20_000);
  await settle();
  await key(caller, '4'.repeat(30));
  t.ok(menu.visits.length < 25, `${menu.visits.length} visits`);
  t.ok(b.port(2).ringing, 'what led in a circle has failed, and the next step has its turn');
});

t.test('an analog handset dials the extension of a service, and hangs up in it', async (t) => {
  const { b, menu } = bench();
  (b.config as unknown as Record<string, unknown>).flows = [{ id: 'main', name: 'Main', extension: '88' }];
  b.recompile();
  b.port(1).lift();
  await b.port(1).key('88');
  b.clock.advance(5000);
  await settle();
  t.match(menu.visits[0], { id: 'main', origin: { kind: 'on-site', port: 1 } });
  t.equal(b.hears(1), heard.stutter);
  b.port(1).hangUp();
  await settle();
  t.ok(menu.visits[0]?.gone);
  t.match(b.record, { direction: 'internal', state: 'ended', servedBy: 'flow:main' });
});

t.test("a person's forwarding leads to a service while others of the step are let go", async (t) => {
  const { b, menu } = bench({
    ...office,
    people: [{ ...office.people[0], forwarding: { noAnswer: 'voicemail:anna', noAnswerSeconds: 10 } }],
    destinations: [
      {
        id: 'reception',
        name: 'R',
        steps: [{ targets: ['person:anna', 'port:2'], seconds: 60 }, { targets: ['port:4'] }],
      },
    ],
  });
  b.services.hosted.register('voicemail', menu);
  const caller = trunkCall(b);
  await settle();
  t.ok(b.port(1).ringing && b.port(2).ringing);
  b.clock.advance(10_000);
  await settle();
  t.notOk(b.port(2).ringing, 'whoever has the caller has it alone');
  t.match(b.record, { servedBy: 'voicemail:anna' });
  await key(caller, '2');
  t.ok(b.port(4).ringing, 'the voicemail gives the caller back: the next step');
});

t.test('a service rings while its own sound goes on, and hears the keys', async (t) => {
  const b = new Bench(menuOffice);
  let stopped: RingOutcome | undefined;
  b.services.hosted.register('flow', {
    async serve(visit) {
      await visit.answer();
      visit.dialog.tone('confirmation');
      const ringing = visit.ring('port:1', { sound: 'own' });
      if ((await visit.dialog.key(60_000)) === '0') visit.stopRinging();
      stopped = await ringing;
      return { kind: 'next-step' };
    },
  });
  const caller = trunkCall(b);
  await settle();
  t.ok(b.port(1).ringing);
  t.equal(b.media.toneAt(caller.endpoint), heard.stutter, 'its own sound, no ringback');
  await key(caller, '0');
  t.notOk(b.port(1).ringing);
  t.match(stopped, { kind: 'failed', cause: { q850: 16 } });
  t.ok(b.port(2).ringing);

  const again = trunkCall(b);
  await settle();
  b.port(1).lift();
  await settle();
  t.equal(b.media.joined.get(again.endpoint), 'line:1');
  t.equal(b.media.toneAt(again.endpoint), undefined);
});

t.test('what a service rings may be a service itself; the first is quiet meanwhile', async (t) => {
  const { b, menu } = bench();
  const heardBy: (string | undefined)[] = [];
  b.services.hosted.register('queue', {
    async serve(visit) {
      await visit.answer();
      const ringing = visit.ring('flow:inner', { sound: 'own' });
      heardBy.push(await visit.dialog.key(5000));
      await ringing;
      heardBy.push(await visit.dialog.key(5000));
      return { kind: 'done' };
    },
  });
  b.reconfigure({
    ...menuOffice,
    destinations: [{ id: 'reception', name: 'R', steps: [{ targets: ['queue:sales'] }] }],
  });
  const caller = trunkCall(b);
  await settle();
  t.equal(menu.visits.length, 1);
  await key(caller, '2');
  b.clock.advance(5000);
  await settle();
  await key(caller, '7');
  t.same(heardBy, [undefined, '7'], 'the key that the inner one was given is not read twice');
});

t.test('a blind transfer into a service is done when it answers', async (t) => {
  const { b, menu } = bench({
    ...menuOffice,
    people: [{ ...office.people[0], extension: '21', forwarding: { always: 'flow:main' } }],
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
    destinations: [{ id: 'reception', name: 'R', steps: [{ targets: ['device:desk'] }] }],
  });
  b.devices.set('desk', [['here']]);
  const caller = trunkCall(b);
  await settle();
  const desk = b.deviceLegs[0]!;
  desk.farAnswers();
  await settle();
  const told: string[] = [];
  desk.emit('transferAsked', {
    to: '21',
    refuse: () => void told.push('refused'),
    accept: () => void told.push('accepted'),
    ringing: () => void told.push('ringing'),
    done: () => void told.push('done'),
    failed: () => void told.push('failed'),
  });
  await settle();
  t.same(told, ['accepted', 'done']);
  t.equal(desk.state, 'released');
  t.equal(caller.state, 'answered');
  t.equal(b.media.toneAt(caller.endpoint), heard.stutter, 'the caller is in the menu');
  await key(caller, '1');
  b.port(1).lift();
  await settle();
  t.equal(b.media.joined.get(caller.endpoint), 'line:1');
  t.equal(menu.visits.length, 1);
  caller.farReleases(16);
  await settle();
  t.equal(b.context.calls.size, 0);
});

t.test('a kind that nothing serves fails, and the call goes on', async (t) => {
  const b = new Bench(menuOffice);
  trunkCall(b);
  await settle();
  t.ok(b.port(2).ringing);
});
