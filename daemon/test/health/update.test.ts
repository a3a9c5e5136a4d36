import t from 'tap';
import {
  admission,
  compareVersions,
  due,
  inWindow,
  judge,
  nightOf,
  outcome,
  TRIAL_MS,
} from '../../src/health/update.ts';

t.test(
  'versions are ordered by their numbers, early ones before the finished one, builds not at all',
  async (t) => {
    const rising = [
      '0.9.9',
      '1.0.0-1',
      '1.0.0-beta',
      '1.0.0-beta.2',
      '1.0.0-beta.10',
      '1.0.0-rc',
      '1.0.0',
      '1.0.1',
      '1.2.0',
      '1.10.0',
      '2.0.0',
    ];
    for (let i = 1; i < rising.length; i++) {
      t.ok(compareVersions(rising[i]!, rising[i - 1]!) > 0, `${rising[i]} is later than ${rising[i - 1]}`);
      t.ok(compareVersions(rising[i - 1]!, rising[i]!) < 0);
    }
    t.equal(compareVersions('1.2.3+abc', '1.2.3+def'), 0);
  },
);

t.test('what is for another board or older than allowed is refused', async (t) => {
  const box = { compatible: 'linegate-rpi4', lowest: '1.2.0', version: '1.4.0' };
  t.equal(admission({ compatible: 'linegate-rpi4', version: '1.2.0' }, box), undefined);
  t.equal(admission({ compatible: 'linegate-rpi4', version: '3.0.0+x' }, box), undefined);
  t.equal(admission({ compatible: 'linegate-rpi4', version: '1.1.9' }, box), 'too-old');
  t.equal(admission({ compatible: 'linegate-qemu-arm64', version: '3.0.0' }, box), 'other-board');
  const fetched = (version: string) => admission({ compatible: 'linegate-rpi4', version }, box, true);
  t.equal(fetched('1.4.1'), undefined);
  t.equal(fetched('1.3.0'), 'not-newer', 'a list of versions never leads back');
  t.equal(fetched('1.4.0+other'), 'not-newer');
  t.equal(fetched('1.0.0'), 'too-old');
});

t.test('a new system is kept once it serves what the old one served, and given time for it', async (t) => {
  const before = { card: true, trunks: ['alpha'] };
  const all = { card: true, trunks: ['alpha', 'beta'], page: true };
  t.same(judge(before, all, 0), { verdict: 'good' });
  t.same(judge(before, { ...all, card: false }, 1000), { verdict: 'wait' });
  t.same(judge(before, { ...all, card: false }, TRIAL_MS), { verdict: 'bad', failing: 'card' });
  t.same(judge(before, { ...all, trunks: ['beta'] }, TRIAL_MS), { verdict: 'bad', failing: 'trunks' });
  t.same(judge(before, { ...all, page: false }, TRIAL_MS), { verdict: 'bad', failing: 'page' });
  const without = { card: false, trunks: [] };
  t.same(
    judge(without, { card: false, trunks: [], page: true }, 0),
    { verdict: 'good' },
    'what did not serve before is not asked for after',
  );
});

t.test('a start knows whether it is a trial, or the old system again and why', async (t) => {
  const trial = { from: '1.0.0', to: '1.1.0', slot: 'B', card: true, trunks: [], begun: true };
  t.same(outcome(undefined, 'A'), { kind: 'none' });
  t.same(outcome(trial, 'B'), { kind: 'trial' });
  t.same(outcome(trial, 'A'), { kind: 'taken-back', why: 'not-started' });
  t.same(outcome({ ...trial, failing: 'card' }, 'A'), { kind: 'taken-back', why: 'card' });
  t.same(outcome({ ...trial, begun: false }, 'A'), { kind: 'none' }, 'the power went before it was tried');
  t.same(outcome({ ...trial, begun: false }, 'B'), { kind: 'trial' });
});

t.test('the night window may go over midnight', async (t) => {
  t.ok(inWindow({ from: 120, to: 300 }, 120));
  t.notOk(inWindow({ from: 120, to: 300 }, 300));
  t.ok(inWindow({ from: 1380, to: 60 }, 1400));
  t.ok(inWindow({ from: 1380, to: 60 }, 30));
  t.notOk(inWindow({ from: 1380, to: 60 }, 600));
});

t.test('a night over midnight has one name', async (t) => {
  const day = 20_000 * 1440;
  t.same(nightOf(day + 150, { from: 120, to: 300 }), { minute: 150, night: '20000' });
  t.equal(nightOf(day + 1400, { from: 1380, to: 60 }).night, '20001');
  t.equal(nightOf(day + 1440 + 30, { from: 1380, to: 60 }).night, '20001');
});

t.test(
  'the schedule looks once a night, and restarts only in the window and while nobody speaks',
  async (t) => {
    const night = {
      ...{ looks: true, restarts: true, window: { from: 120, to: 300 }, minute: 150, night: '20000' },
      ...{ lookedOn: undefined, installed: false, busy: false },
    };
    t.equal(due(night), 'look');
    t.equal(due({ ...night, busy: true }), 'look', 'looking disturbs nobody');
    t.equal(due({ ...night, lookedOn: '20000' }), 'nothing');
    t.equal(due({ ...night, lookedOn: '19999' }), 'look');
    t.equal(due({ ...night, minute: 600 }), 'nothing');
    t.equal(due({ ...night, looks: false }), 'nothing');
    t.equal(due({ ...night, installed: true, looks: false }), 'restart');
    t.equal(due({ ...night, installed: true, restarts: false }), 'nothing');
    t.equal(due({ ...night, installed: true, busy: true }), 'nothing', 'never during a call');
    t.equal(due({ ...night, installed: true, minute: 600 }), 'nothing');
  },
);
