import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { configSchema } from '../../src/config/schema.ts';
import { AlarmBoard } from '../../src/health/alarm-board.ts';
import { LockDesk } from '../../src/main/lock-desk.ts';
import { Lockouts } from '../../src/service/lockout.ts';
import { countWrongPin } from '../../src/service/pin-lock.ts';

const config = configSchema.parse({
  version: 1,
  ports: [{ number: 3, kind: 'fxs', name: 'Reception', extension: '103', classOfService: 'office' }],
  trunks: [{ id: 'acme', name: 'Acme', server: 'sip.acme.example', mode: 'static' }],
});

t.test(
  'whoever guesses PINs is listed by name until the lock ends, or is lifted with its alarm',
  async (t) => {
    const clock = new FakeClock();
    const alarms = new AlarmBoard(clock);
    const lockouts = new Lockouts();
    const bans = [
      {
        source: '203.0.113.9',
        reason: 'digest',
        since: 1,
        until: 2,
        times: 1,
        dropped: 0,
        said: { ru: 'а', en: 'guesses' },
      },
    ];
    const desk = new LockDesk({
      ...{ clock, config: () => config, lockouts, alarms },
      protection: {
        view: async () => ({
          ...{ available: true, bans, leanings: [], load: 'calm' },
          figures: { shed: 0, dropped: 0, malformed: 0, strangers: 0 },
        }),
        lift: async (source) => source === '203.0.113.9',
      },
    });
    const guess = (key: string, place: string): void => {
      const rule = { attempts: 1, lockoutMs: 60_000 };
      countWrongPin({ clock, alarms, log: () => {} }, lockouts, key, place, rule);
    };
    guess('port:3', 'port:3');
    guess('trunk:acme', 'trunk:acme');
    guess('user:12', 'trunk:acme');
    const seen = await desk.list();
    t.match(seen, [
      { id: 'pin:user:12', said: { en: 'Wrong PIN: user number 12' } },
      { id: 'pin:trunk:acme', place: 'trunk:acme', said: { ru: /звонившие по линии «Acme»/ } },
      {
        id: 'pin:port:3',
        place: 'port:3',
        said: { en: 'Wrong PIN: socket 3 (Reception)' },
        until: clock.wall() + 60_000,
      },
      { id: 'sip:203.0.113.9', kind: 'sip', said: { en: 'The address 203.0.113.9 guesses' } },
    ]);
    t.equal(alarms.list().length, 3);
    t.ok(await desk.lift('pin:port:3'));
    t.notOk(lockouts.locked('port:3', clock.now()));
    t.same(
      alarms.list().map(({ id }) => id),
      ['pin-lock-trunk-acme', 'pin-lock-user-12'],
    );
    t.notOk(await desk.lift('pin:port:3'), 'there is none any more');
    t.ok(await desk.lift('sip:203.0.113.9'));
    t.notOk(await desk.lift('nonsense'));
    clock.advance(60_000);
    t.same(
      (await desk.list()).map(({ kind }) => kind),
      ['sip'],
    );
  },
);
