import t from 'tap';
import { configSchema } from '../../src/config/schema.ts';
import { compileDialPlan } from '../../src/dialplan/plan.ts';
import type { Dialog } from '../../src/service/dialog.ts';
import { PinDesk } from '../../src/service/pin-dialog.ts';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench, heard } from '../kit/services.ts';

const minute = 60_000;

/** An office whose desk may call abroad. */
const bench = (guard: object = {}, more: object = {}): Bench =>
  new Bench(
    {
      ...office,
      ports: office.ports.map((port) => (port.number === 1 ? { ...port, classOfService: 'abroad' } : port)),
      fraudGuard: { ...office.fraudGuard, ...guard },
      ...more,
    },
    officePins,
  );

/** Lifts, dials, and hangs up again if nobody took it on. */
async function dial(b: Bench, number: string, port = 1): Promise<boolean> {
  const before = b.trunkCalls.length;
  b.port(port).lift();
  await b.port(port).key(number);
  b.clock.advance(6000);
  await settle();
  const went = b.trunkCalls.length > before;
  if (!went) {
    b.port(port).hangUp();
    await settle();
  }
  return went;
}

async function hangUp(b: Bench, port = 1): Promise<void> {
  b.port(port).hangUp();
  await settle();
}

const london = '810442079460000#';

t.test(
  'a box as it comes reaches nobody abroad, not even where a class and a route would let it',
  async (t) => {
    const { fraudGuard: _, ...asItComes } = office;
    const b = new Bench(
      {
        ...asItComes,
        ports: office.ports.map((port) => (port.number === 1 ? { ...port, classOfService: 'abroad' } : port)),
      },
      officePins,
    );
    for (const number of [london, '81023512345678#', '810375291234567#', '87271234567']) {
      t.notOk(await dial(b, number), number);
      t.match(b.record, { q850: 21, causeText: /The country is not open/ });
    }
    t.ok(await dial(b, '88121234567'), 'Russia is open');
  },
);

t.test('countries are opened one by one, those that share a code with another too', async (t) => {
  const plan = (openCountries: string[]) =>
    compileDialPlan(configSchema.parse({ ...office, fraudGuard: { openCountries, nightLock: false } }));
  const refusal = (open: string[], dialed: string) =>
    plan(open).plan({
      dialed,
      whole: true,
      origin: { kind: 'on-site', port: 1 },
      classOfService: 'abroad',
      now: Date.UTC(2026, 0, 15, 9),
    }).refusal;
  const rows: [open: string, dialed: string, reason: string | undefined][] = [
    ['44', '810442079460000', undefined],
    ['44', '81023562123456', 'country'],
    ['1', '81012125551234', undefined],
    ['1', '81018765551234', 'country'],
    ['1876', '81016585551234', undefined],
    ['77', '87271234567', undefined],
    ['77', '88401234567', 'country'],
    ['7940', '88401234567', undefined],
    ['375', '810375291234567', undefined],
  ];
  for (const [open, dialed, reason] of rows)
    t.equal(refusal([open], dialed)?.reason, reason, `${dialed} with ${open} open`);
  t.match(refusal([], '81023562123456')?.said, {
    ru: /Страна не открыта: Чад\./,
    en: /The country is not open: Chad\./,
  });
});

t.test('at night there are no calls abroad; 112 and the town go on', async (t) => {
  const b = bench({ nightLock: true });
  t.ok(await dial(b, london), 'at noon');
  await hangUp(b);
  // Ten in the evening in Moscow.
  b.clock.advance(10 * 60 * minute);
  t.notOk(await dial(b, london));
  t.match(b.record.causeText, /night lock/);
  t.ok(await dial(b, '88121234567'));
  await hangUp(b);
  b.clock.advance(9 * 60 * minute);
  t.ok(await dial(b, london), 'in the morning again');
});

t.test('too many calls abroad in an hour: an alarm in words, and the lock until it is lifted', async (t) => {
  const b = bench({ callsPerHour: 3, lockMinutes: 60 });
  for (let call = 0; call < 3; call++) {
    t.ok(await dial(b, london));
    await hangUp(b);
  }
  t.notOk(b.alarms.size);
  t.ok(await dial(b, london), 'the fourth raises it, and goes on itself');
  t.ok(b.alarms.has('fraud-calls'));
  t.match(b.guard.view(), {
    lockedUntil: b.clock.wall() - 6000 + 60 * minute,
    said: { ru: /больше 3 вызовов/ },
  });
  await hangUp(b);
  t.notOk(await dial(b, london));
  t.equal(b.trunkCalls.length, 4);
  t.match(b.record, { q850: 21, causeText: /closed now.*more than 3 calls/i });
  t.ok(await dial(b, '88121234567'), 'Russia goes on');
  await hangUp(b);
  t.ok(b.guard.lift());
  t.notOk(b.alarms.size);
  t.ok(await dial(b, london), 'the counting begins anew');
  await hangUp(b);
  for (let call = 0; call < 3; call++) {
    await dial(b, london);
    await hangUp(b);
  }
  t.notOk(await dial(b, london));
  b.clock.advance(60 * minute);
  t.notOk(b.alarms.size, 'it opens by itself');
  t.ok(await dial(b, london));
});

t.test('minutes abroad and the money of a day raise alarms while the call goes on', async (t) => {
  const b = bench({ minutesPerHour: 30 });
  await dial(b, london);
  b.trunkLeg.farAnswers();
  await settle();
  b.clock.advance(30 * minute);
  t.notOk(b.alarms.has('fraud-minutes'));
  b.clock.advance(2 * minute);
  t.ok(b.alarms.has('fraud-minutes'));
  t.equal(b.trunkLeg.state, 'answered', 'a call in progress is not torn');
  const c = bench({ moneyPerDay: 10, lock: false });
  await dial(c, '88121234567');
  c.trunkLeg.farAnswers();
  await settle();
  c.clock.advance(8 * minute);
  await hangUp(c);
  t.ok(c.alarms.has('fraud-money'), '12 roubles');
  t.same(c.guard.view(), {}, 'without a lock it only tells');
});

t.test('too many at once', async (t) => {
  const b = bench(
    { atOnce: 1 },
    {
      ports: office.ports.map((port) => (port.number <= 4 ? { ...port, classOfService: 'abroad' } : port)),
    },
  );
  t.ok(await dial(b, london, 1));
  t.ok(await dial(b, london, 2));
  t.ok(b.alarms.has('fraud-at-once'));
  t.notOk(await dial(b, london, 4));
});

t.test(
  'the prefixes that scanners try before 8-10 lead nowhere, from inside and with a PIN from outside',
  async (t) => {
    // As they were seen in the field: every digit in the place of the 8-10's zone, carrier codes, 00, 011, 9 before all.
    const tails = ['442079460000', '23562123456', '25722123456'];
    const heads = [
      ...Array.from({ length: 10 }, (_, i) => `85${i} 810 `),
      ...Array.from({ length: 10 }, (_, i) => `8${i} 810 `),
      '810810',
      '00',
      '000',
      '011',
      '9 00',
      '9 810',
      '0 00',
      '99 00',
      '+',
      '+810',
      '8w10',
      '810 00',
      '7 810',
    ];
    const plan = compileDialPlan(configSchema.parse({ ...office, fraudGuard: { nightLock: false } }));
    let tried = 0;
    for (const head of heads)
      for (const tail of tails)
        for (const origin of [{ kind: 'on-site', port: 1 } as const, { kind: 'outside' } as const]) {
          const granted = { pinId: 'pin-sales', classOfService: 'abroad' };
          const { steps, number } = plan.plan({
            dialed: head.replaceAll(' ', '') + tail,
            origin,
            ...(origin.kind === 'outside' ? { pinGranted: granted } : { classOfService: 'abroad' }),
            whole: true,
            now: Date.UTC(2026, 0, 15, 9),
          });
          tried++;
          if (steps.length > 0) t.fail(`${head}${tail} would go out as ${number.e164} (${number.class})`);
        }
    t.equal(tried, heads.length * tails.length * 2);
    t.match(plan.classify('850810442079460000', { whole: true }), { class: 'blocked', suspicious: true });
  },
);

/** A caller from outside at the access number who keys a user number and one PIN after the other. */
async function guess(b: Bench, pins: readonly string[], caller = '+79031112233'): Promise<void> {
  const leg = new FakeLeg('incoming', 'trunk:alpha');
  leg.state = 'trying';
  b.services.trunkCall(leg, { trunkId: 'alpha', calledNumber: '+74951112233', caller: { number: caller } });
  await settle();
  for (const pin of pins) {
    for (const key of `17#${pin}`) leg.emit('digit', key);
    await settle();
    b.clock.advance(1000);
  }
  leg.farReleases(16);
  await settle();
}

t.test(
  'PINs guessed at the access number: locked early, each lock told once, and no leg goes out',
  async (t) => {
    const b = bench();
    const told: string[] = [];
    const { raise } = b.context.alarms;
    b.context.alarms.raise = (alarm) => {
      if (!b.alarms.has(alarm.id)) told.push(alarm.id);
      raise(alarm);
    };
    for (let n = 0; n < 99; n += 3)
      // The right one comes among them, when all has long been locked.
      await guess(b, [
        `${200_000 + n}#`,
        `${200_001 + n}#`,
        n === 60 ? '135790#88121234567' : `${200_002 + n}#`,
      ]);
    t.equal(b.trunkCalls.length, 0);
    t.same(told, ['pin-lock-user-17', 'pin-lock-caller-79031112233', 'pin-lock-trunk-alpha']);
    await guess(b, ['135790#88121234567'], '+74950000000');
    t.equal(b.trunkCalls.length, 0, 'the way in is locked, whoever calls');
    b.port(4).lift();
    await b.port(4).key('7713579088121234567');
    t.equal(b.trunkCalls.length, 1, 'inside the PIN works');
  },
);

t.test(
  'ten thousand guesses: so few are tried at all that the PIN is not found, and four alarms stand',
  async (t) => {
    const b = bench();
    const desk = new PinDesk(b.context, b.services.lockouts);
    let told = 0;
    const { raise } = b.context.alarms;
    b.context.alarms.raise = (alarm) => {
      told++;
      raise(alarm);
    };
    let compared = 0;
    const { match } = b.context.pins;
    b.context.pins.match = (...asked) => {
      compared++;
      return match(...asked);
    };
    let next = 0;
    const leg = new FakeLeg('incoming', 'trunk:alpha');
    // A guesser as fast as SIPp: two entries of a second each for every guess, no prompt heard to its end.
    const dialog = {
      leg,
      gone: true,
      digits: { pending: true, flush: () => {} },
      entry: async () => {
        b.clock.advance(500);
        return next++ % 2 === 0 ? '17' : next === 12_000 ? '135790' : String(300_000 + next);
      },
      sayAll: async () => {},
    } as unknown as Dialog;
    const asker = {
      outside: true,
      place: 'trunk:alpha',
      rule: { pinLength: 6, attempts: 3, lockoutSeconds: 60 },
      seed: { direction: 'incoming', service: 'access', callerNumber: '+79031112233' },
    } as const;
    let found = 0;
    while (next < 20_000) if (await desk.ask(dialog, asker)) found++;
    t.equal(found, 0);
    t.ok(compared >= 10_000, 'each is compared, so that time tells nothing');
    // Locks double: in under three hours there is time for so many.
    t.ok(told < 40, `${told} locks`);
    t.same([...b.alarms].sort(), [
      'pin-lock-caller-79031112233',
      'pin-lock-outside',
      'pin-lock-trunk-alpha',
      'pin-lock-user-17',
    ]);
  },
);

t.test('who guesses over several lines at once is met by the lock of all the outside', async (t) => {
  const b = bench({}, { accessNumbers: [{ ...office.accessNumbers[0], linePorts: [6] }] });
  let number = 0;
  const guessAt = async (trunkId: string): Promise<void> => {
    number++;
    const leg = new FakeLeg('incoming', `trunk:${trunkId}`);
    leg.state = 'trying';
    b.services.trunkCall(leg, {
      trunkId,
      calledNumber: '+74951112233',
      caller: { number: `+7903${1_000_000 + number}` },
    });
    await settle();
    for (const key of `${number}#999999#`) leg.emit('digit', key);
    await settle();
    leg.farReleases(16);
    await settle();
  };
  for (let i = 0; i < 40 && !b.alarms.has('pin-lock-outside'); i++) {
    await guessAt(['alpha', 'beta', 'gamma', 'delta'][i % 4]!);
    b.clock.advance(1000);
  }
  t.ok(b.alarms.has('pin-lock-outside'));
  t.equal(number, 30);
});

t.test('one PIN, one call; where a PBX has it, as many as it may', async (t) => {
  const dialing = async (b: Bench, port: number): Promise<boolean> => {
    const before = b.trunkCalls.length;
    b.port(port).lift();
    await b.port(port).key('7713579088121234567');
    return b.trunkCalls.length > before;
  };
  const b = bench();
  t.ok(await dialing(b, 2));
  t.notOk(await dialing(b, 4), 'the second');
  t.match(b.record, { q850: 17, causeText: 'the PIN is in use' });
  t.equal(b.hears(4), heard.busy);
  await hangUp(b, 4);
  await hangUp(b, 2);
  t.ok(await dialing(b, 4), 'once the first is over');
  const c = bench({}, { pins: [{ ...office.pins[0], calls: 2 }] });
  t.ok(await dialing(c, 2));
  t.ok(await dialing(c, 4));
});

t.test('a PIN may be for some numbers alone', async (t) => {
  const b = bench({}, { pins: [{ ...office.pins[0], numbers: ['7812'] }] });
  b.port(2).lift();
  await b.port(2).key('7713579089161234567');
  t.equal(b.trunkCalls.length, 0);
  t.match(b.record.causeText, /is for other numbers/);
  await hangUp(b, 2);
  b.port(2).lift();
  await b.port(2).key('7713579088121234567');
  t.equal(b.trunkCalls.length, 1);
});
