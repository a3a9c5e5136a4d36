import t from 'tap';
import { validateConfig } from '../../src/config/validate.ts';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office } from '../kit/office.ts';
import { Bench } from '../kit/services.ts';

const lists = {
  ...office,
  groups: [
    { id: 'best', name: 'Best', members: [{ target: 'port:1' }, { target: 'port:2' }] },
    { id: 'rest', name: 'Rest', members: [{ target: 'port:4' }] },
  ],
  destinations: [
    { id: 'reception', name: 'R', classOfService: 'staff', steps: [{ targets: ['group:rest'] }] },
    { id: 'vip', name: 'VIP', classOfService: 'staff', steps: [{ targets: ['group:best'] }] },
  ],
  callerLists: [
    { id: 'unwanted', name: 'Unwanted', numbers: ['+7958*', '84950000666'], action: 'refuse' },
    { id: 'customers', name: 'Customers', numbers: ['8 (903) 111-22-33', '+44*'], destination: 'vip' },
  ],
};

function trunkCall(b: Bench, caller: object, calledNumber = '+74951110000'): FakeLeg {
  const leg = new FakeLeg('incoming', 'trunk:alpha');
  leg.state = 'trying';
  b.services.trunkCall(leg, { trunkId: 'alpha', calledNumber, caller });
  return leg;
}

const ringing = (b: Bench): number[] => [...b.fxs.values()].filter((p) => p.ringing).map((p) => p.number);

t.test(
  'callers of a list ring the best only, everybody else the rest, hidden numbers too (M03)',
  async (t) => {
    for (const [caller, expected] of [
      [{ number: '+79031112233' }, [1, 2]],
      [{ number: '+442079460000' }, [1, 2]],
      [{ number: '+79031112234' }, [4]],
      [{ absence: 'private' }, [4]],
      [{ number: '+79031112233', absence: 'private' }, [4]],
      [{}, [4]],
    ] as const) {
      const b = new Bench(lists);
      trunkCall(b, caller);
      await settle();
      t.same(ringing(b), expected, JSON.stringify(caller));
    }
    const b = new Bench(lists);
    trunkCall(b, { number: '+79031112233' });
    await settle();
    t.match(b.record.events[0], { what: 'caller-list', detail: 'customers' });
  },
);

t.test('an unwanted number reaches nobody, on a trunk, a line, or the access number', async (t) => {
  const b = new Bench(lists);
  for (const number of ['+79581234567', '+74950000666']) {
    const caller = trunkCall(b, { number });
    await settle();
    t.equal(caller.releasedWith?.q850, 21);
    t.same(ringing(b), []);
    t.match(b.record, {
      state: 'ended',
      callerNumber: number,
      events: [{ what: 'caller-list', detail: 'unwanted' }],
    });
  }
  const atAccess = trunkCall(b, { number: '+79581234567' }, '+74951112233');
  await settle();
  t.equal(atAccess.releasedWith?.q850, 21);
  b.line(5).emit('ringing');
  b.line(5).emit('caller', { number: '9581234567' });
  await settle();
  t.same(ringing(b), []);
  t.notOk(b.line(5).answeredByUs, 'the exchange goes on ringing, and nobody pays');
});

t.test('hidden and unknown callers may have lists of their own', async (t) => {
  const callerLists = [
    { id: 'hidden', name: 'Hidden', numbers: ['hidden'], action: 'refuse' },
    { id: 'nobody', name: 'Nobody', numbers: ['unknown'], destination: 'vip' },
  ];
  const b = new Bench({ ...lists, callerLists });
  t.equal(trunkCall(b, { absence: 'private' }).releasedWith?.q850, 21);
  trunkCall(b, {});
  await settle();
  t.same(ringing(b), [1, 2]);
});

t.test('a list for some days, hours and numbers only, which ends by itself (M16)', async (t) => {
  const schedules = [
    {
      id: 'mornings',
      name: 'Mornings',
      weekly: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '10:00', to: '15:00' }],
    },
  ];
  const document = {
    ...lists,
    schedules,
    callerLists: [
      {
        id: 'boss',
        name: 'Boss',
        numbers: ['+79031112233'],
        destination: 'vip',
        incoming: ['main'],
        during: { schedule: 'mornings' },
        from: '2026-01-16',
        until: '2026-01-16',
      },
    ],
  };
  const b = new Bench(document);
  const at = async (moscow: string): Promise<number[]> => {
    b.clock.advance(Date.parse(`${moscow}+03:00`) - b.clock.wall());
    const caller = trunkCall(b, { number: '+79031112233' });
    await settle();
    const rung = ringing(b);
    caller.farReleases(16);
    await settle();
    return rung;
  };
  t.same(await at('2026-01-15T12:00:00'), [4], 'it has not begun');
  t.same(await at('2026-01-16T09:59:59'), [4]);
  t.same(await at('2026-01-16T10:00:00'), [1, 2]);
  t.same(await at('2026-01-16T14:59:59'), [1, 2]);
  t.same(await at('2026-01-16T15:00:00'), [4]);
  t.same(await at('2026-01-17T10:30:00'), [4], 'its last day is over');
});

t.test(
  'for the hour after an emergency call nobody is unwanted: it may be the dispatcher (ruling 6)',
  async (t) => {
    const b = new Bench(lists);
    b.port(2).lift();
    await b.port(2).key('112');
    await settle();
    b.port(2).hangUp();
    await settle();
    trunkCall(b, { number: '+79581234567' });
    await settle();
    t.ok(b.port(2).ringing);
  },
);

t.test('a list says whom it leads to, and the days stand the right way round', async (t) => {
  const refused = (list: object): string[] => {
    const result = validateConfig({
      ...lists,
      callerLists: [{ id: 'a', name: 'A', numbers: ['+7958*'], ...list }],
    });
    return result.ok ? [] : result.issues.map(({ path }) => path);
  };
  t.same(refused({ destination: 'vip' }), []);
  t.same(refused({}), ['/callerLists/0/destination']);
  t.same(refused({ action: 'refuse' }), []);
  t.same(refused({ destination: 'nobody', incoming: ['none'] }), [
    '/callerLists/0/destination',
    '/callerLists/0/incoming/0',
  ]);
  t.same(refused({ destination: 'vip', from: '2026-03-06', until: '2026-03-02' }), ['/callerLists/0/until']);
  t.same(refused({ numbers: ['VIP'], destination: 'vip' }), ['/callerLists/0/numbers/0']);
});
