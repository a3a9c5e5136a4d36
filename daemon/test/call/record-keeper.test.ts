import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { RecordKeeper } from '../../src/call/record-keeper.ts';
import type { CallRecord } from '../../src/records/call-record.ts';

const seed = { id: 'a', direction: 'outgoing', service: 'plain' } as const;

function keep(): { keeper: RecordKeeper; told: string[]; clock: FakeClock } {
  const told: string[] = [];
  const tell = (what: string) => (record: CallRecord) =>
    void told.push(`${what} ${record.events.map((event) => event.what).join(',')}`);
  const recorder = {
    begin: tell('begin'),
    update: tell('update'),
    end: tell('end'),
    saveDialog() {},
    forgetDialog() {},
  };
  const clock = new FakeClock();
  return { keeper: new RecordKeeper({ ...seed }, recorder, clock), told, clock };
}

const turn = (): Promise<void> => Promise.resolve();

t.test(
  'a call is journalled in the turn in which it begins, and its steps together a moment later',
  async (t) => {
    const { keeper, told, clock } = keep();
    keeper.event('tried');
    await turn();
    t.same(told, ['begin tried']);
    keeper.event('ringing');
    clock.advance(150);
    await turn();
    keeper.event('held');
    t.equal(told.length, 1);
    clock.advance(50);
    t.same(told.slice(1), ['update tried,ringing,held']);
    clock.advance(1000);
    t.equal(told.length, 2, 'written once');
  },
);

t.test('an answer does not wait, and takes along what waited', async (t) => {
  const { keeper, told, clock } = keep();
  await turn();
  keeper.event('ringing');
  keeper.set({ answeredAt: clock.wall() });
  keeper.event('answered');
  await turn();
  t.same(told, ['begin ', 'update ringing,answered']);
  clock.advance(1000);
  t.equal(told.length, 2);
});

t.test('the end is told once, and last', async (t) => {
  const { keeper, told, clock } = keep();
  await turn();
  keeper.event('ringing');
  keeper.end({ by: 'local', q850: 16, text: 'normal' }, 'caller', undefined);
  keeper.end({ by: 'local', q850: 17, text: 'busy' }, 'caller', undefined);
  clock.advance(1000);
  await turn();
  t.same(told, ['begin ', 'end ringing']);
  t.equal(keeper.record.q850, 16);
});
