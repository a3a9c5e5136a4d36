import t from 'tap';
import type { LiveChange, LiveState } from '../../src/api/contract.ts';
import { LiveHub } from '../../src/api/live-hub.ts';
import { FakeClock } from '../../src/base/clock.ts';
import { Emitter } from '../../src/base/emitter.ts';

function hub(pages: { there: boolean }) {
  const clock = new FakeClock();
  const events = new Emitter<{ changed: [change: LiveChange] }>();
  const model = { events, snapshot: () => ({}) as LiveState };
  const made = new LiveHub(model as never, clock, () => pages.there);
  const change = (id: string): void => {
    events.emit('changed', { what: 'calls', id, value: null });
    clock.advance(100);
  };
  return { clock, events, hub: made, change };
}

t.test('without a page nobody follows the model', async (t) => {
  const pages = { there: false };
  const { events, hub: made } = hub(pages);
  t.equal(events.count('changed'), 0);
  made.snapshot();
  t.equal(events.count('changed'), 1, 'the first page begins it');
  made.close();
});

t.test('a page that was away for some seconds gets what it missed', async (t) => {
  const pages = { there: true };
  const { clock, hub: made, change } = hub(pages);
  const first = made.snapshot();
  if (first.type !== 'snapshot') throw new Error('no snapshot');
  pages.there = false;
  change('one');
  clock.advance(30_000);
  const missed = made.missed(first.epoch, first.seq);
  t.same(
    missed?.map((message) => message.type),
    ['resumed', 'patch'],
  );
  made.close();
});

t.test('a minute after the last page the model is let go, and a page of then gets a snapshot', async (t) => {
  const pages = { there: true };
  const { clock, events, hub: made, change } = hub(pages);
  const first = made.snapshot();
  if (first.type !== 'snapshot') throw new Error('no snapshot');
  clock.advance(120_000);
  t.equal(events.count('changed'), 1, 'not while a page is there');
  pages.there = false;
  clock.advance(62_000);
  t.equal(events.count('changed'), 0);
  change('unseen');
  t.equal(made.missed(first.epoch, first.seq), undefined);
  t.equal(events.count('changed'), 1, 'and it is followed again');
  made.close();
});
