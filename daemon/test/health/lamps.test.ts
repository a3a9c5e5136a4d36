import t from 'tap';
import { isLit, type LampPicture, lampsOf } from '../../src/health/lamps.ts';

const well: LampPicture = {
  ready: true,
  claimed: true,
  alarm: 'none',
  card: true,
  working: false,
  ports: [],
};
const status = (change: Partial<LampPicture>): string => {
  const lamps = lampsOf({ ...well, ...change });
  return `${lamps.get('linegate:status:green')} ${lamps.get('linegate:status:red')}`;
};

t.test('the status lamp says whether somebody is wanted', async (t) => {
  t.equal(status({}), 'on off');
  t.equal(status({ ready: false }), 'off on', 'starting');
  t.equal(status({ claimed: false }), 'slow off', 'waits for its owner');
  t.equal(status({ alarm: 'warning' }), 'on blip');
  t.equal(status({ alarm: 'critical' }), 'off slow');
  t.equal(status({ card: false }), 'off slow');
  t.equal(status({ alarm: 'critical', claimed: false }), 'off slow', 'trouble before anything else');
  t.equal(status({ working: true, alarm: 'critical' }), 'fast off', 'do not pull the plug');
});

t.test('sockets and the lifeline', async (t) => {
  const lamps = lampsOf({
    ...well,
    ports: [
      { number: 1, state: 'idle' },
      { number: 2, state: 'ringing' },
      { number: 3, state: 'busy' },
      { number: 4, state: 'trouble' },
      { number: 5, state: 'lifeline' },
    ],
  });
  const port = (n: number): string =>
    `${lamps.get(`linegate:port${n}:green`)} ${lamps.get(`linegate:port${n}:red`)}`;
  t.same([1, 2, 3, 4, 5].map(port), ['off off', 'fast off', 'on off', 'off on', 'blip off']);
  t.equal(lamps.get('linegate:lifeline'), 'on');
  t.equal(lampsOf(well).get('linegate:lifeline'), 'off');
  t.equal(lamps.get('linegate:power'), 'on');
});

t.test('no two meanings look alike', async (t) => {
  const states: Partial<LampPicture>[] = [
    {},
    { ready: false },
    { claimed: false },
    { alarm: 'warning' },
    { alarm: 'critical' },
    { working: true },
  ];
  t.equal(new Set(states.map(status)).size, states.length);
});

t.test('blinking in time', async (t) => {
  const lit = (shine: Parameters<typeof isLit>[0], ms: number): number => {
    let on = 0;
    for (let at = 0; at < ms; at += 125) if (isLit(shine, at)) on++;
    return on;
  };
  t.equal(lit('off', 4000), 0);
  t.equal(lit('on', 4000), 32);
  t.equal(lit('slow', 4000), 16);
  t.equal(lit('fast', 4000), 16);
  t.equal(lit('blip', 4000), 4);
});
