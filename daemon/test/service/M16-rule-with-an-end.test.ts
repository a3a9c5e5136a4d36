import t from 'tap';
import { ScheduleDesk } from '../../src/main/schedule-desk.ts';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office } from '../kit/office.ts';
import { Bench } from '../kit/services.ts';

/** All next week from ten to three the head's calls go to the project leader, and everybody else's do not. */
const document = {
  ...office,
  schedules: [
    { id: 'midday', name: 'Midday', weekly: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '10:00', to: '15:00' }] },
  ],
  destinations: [
    { ...office.destinations[0], steps: [{ targets: ['port:1'], seconds: 30 }] },
    { id: 'leader', name: 'Leader', classOfService: 'staff', steps: [{ targets: ['port:2'], seconds: 30 }] },
  ],
  callerLists: [
    {
      id: 'head',
      name: 'Head',
      numbers: ['8 903 111-22-33'],
      destination: 'leader',
      during: { schedule: 'midday', modes: ['open'] },
      from: '2026-01-19',
      until: '2026-01-25',
    },
  ],
};

const head = '+79031112233';

/** Which telephone rings for a caller. */
async function rung(b: Bench, number = head): Promise<number | undefined> {
  const leg = new FakeLeg('incoming', 'trunk:alpha');
  leg.state = 'trying';
  b.services.trunkCall(leg, { trunkId: 'alpha', calledNumber: '+74951110000', caller: { number } });
  await settle();
  const port = [1, 2].find((n) => b.port(n).ringing);
  leg.farReleases(16);
  await settle();
  return port;
}

/** Brings the bench's clock to a moment in Moscow, which is UTC+3. */
function at(b: Bench, local: string): void {
  b.clock.advance(Date.parse(`${local}+03:00`) - b.clock.wall());
}

t.test(
  'caller x hours x days: each moment routes as the rule says, and no longer than that (M16)',
  async (t) => {
    const b = new Bench(document);
    const moments: [string, number][] = [
      ['2026-01-18T12:00:00', 1],
      ['2026-01-19T09:59:59', 1],
      ['2026-01-19T10:00:00', 2],
      ['2026-01-21T14:59:59', 2],
      ['2026-01-21T15:00:00', 1],
      ['2026-01-25T10:00:00', 2],
      ['2026-01-25T14:59:59', 2],
      ['2026-01-26T10:00:00', 1],
      ['2026-02-02T12:00:00', 1],
    ];
    for (const [moment, port] of moments) {
      at(b, moment);
      t.equal(await rung(b), port, moment);
      t.equal(await rung(b, '+79031112234'), 1, `${moment}, somebody else`);
    }
  },
);

t.test(
  'what is over is told as expired, what is to come as not begun, and why it does not hold now',
  async (t) => {
    const b = new Bench(document);
    const desk = new ScheduleDesk({
      clock: b.clock,
      config: () => b.config,
      alarms: { set() {} },
      normalise: (number) => number,
      store: { read: () => [], write: async () => {} },
    });
    t.teardown(() => desk.close());
    const said = (local: string) => desk.callerLists(Date.parse(`${local}+03:00`))[0];
    t.match(said('2026-01-18T12:00:00'), { state: 'not-yet', said: { ru: 'Ещё не начался' } });
    t.match(said('2026-01-20T12:00:00'), { state: 'holds', from: '2026-01-19', until: '2026-01-25' });
    t.match(said('2026-01-20T16:00:00'), { state: 'other-hours' });
    t.match(said('2026-01-25T23:59:59'), { state: 'other-hours' }, 'its last day is whole');
    t.match(said('2026-01-26T00:00:00'), { state: 'expired', said: { ru: 'Срок истёк', en: 'Expired' } });
  },
);
