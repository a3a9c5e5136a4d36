import t from 'tap';
import type { CallLive, CallQualityLive, LiveChange, LiveMessage } from '../../src/api/contract.ts';
import { LiveHub } from '../../src/api/live-hub.ts';
import { LiveStore } from '../../src/api/live-store.ts';
import { FakeClock } from '../../src/base/clock.ts';
import { ask, claimed, LivePage, startApi } from './kit.ts';
import { answered, startDepartments } from './roles-kit.ts';

const call = (id: string, state: CallLive['state']): CallLive => ({
  ...{ id, direction: 'outgoing', service: 'plain', state, startedAt: 0, legs: [] },
  ...{ caller: { number: '101', place: 'port:1' }, called: { number: '+78121234567' } },
});

/** A hub over a model that is played, with a page that is there. */
function hub() {
  const clock = new FakeClock();
  const model = new LiveStore({
    box: {
      ...{ name: '', version: '1', language: 'ru', timeZone: 'Europe/Moscow', currency: 'RUB', startedAt: 0 },
    },
    card: { up: true, since: 0 },
    health: { ok: true, probes: [] },
  });
  const made = new LiveHub(model, clock, () => true);
  const sent: { at: number; message: LiveMessage }[] = [];
  made.events.on('message', (message) => sent.push({ at: clock.now(), message }));
  made.snapshot();
  const patches = (): LiveChange[][] =>
    sent.flatMap(({ message }) => (message.type === 'patch' ? [message.changes] : []));
  return { clock, model, hub: made, sent, patches };
}

t.test('an event is on its way within 50 ms, whatever else goes on', async (t) => {
  const { clock, model, hub: made, sent } = hub();
  const happened = clock.now();
  model.put({ what: 'calls', id: 'a', value: call('a', 'ringing') });
  t.equal(sent.length, 0, 'others may come along with it');
  // Others that follow do not put it off.
  for (let i = 0; i < 10; i++) {
    clock.advance(9);
    model.put({ what: 'calls', id: `other-${i}`, value: call(`other-${i}`, 'ringing') });
  }
  const first = sent.find(({ message }) => message.type === 'patch');
  t.match(first?.message, { changes: [{ what: 'calls', id: 'a' }] });
  t.equal(first && first.at - happened, 50);
  made.close();
});

t.test('changes go out in the order in which they came, of one thing the last', async (t) => {
  const { clock, model, hub: made, patches } = hub();
  model.put({ what: 'calls', id: 'a', value: call('a', 'dialing') });
  model.put({ what: 'calls', id: 'b', value: call('b', 'dialing') });
  model.put({ what: 'calls', id: 'a', value: call('a', 'ringing') });
  model.put({ what: 'calls', id: 'a', value: null });
  clock.advance(50);
  t.match(patches(), [
    [
      { what: 'calls', id: 'b', value: { state: 'dialing' } },
      { what: 'calls', id: 'a', value: null },
    ],
  ]);
  made.close();
});

t.test('five thousand events at once are one message, and the last of each is what it tells', async (t) => {
  const { clock, model, hub: made, patches } = hub();
  for (let i = 0; i < 5000; i++)
    model.put({ what: 'calls', id: `c${i % 10}`, value: { ...call(`c${i % 10}`, 'talking'), price: i } });
  clock.advance(1000);
  t.equal(patches().length, 1);
  t.same(
    patches()[0]?.map((change) => change.what === 'calls' && change.value?.price),
    [4990, 4991, 4992, 4993, 4994, 4995, 4996, 4997, 4998, 4999],
  );
  made.close();
});

t.test('how loud a socket is is told to whoever looks after the box', async (t) => {
  const at = await startApi();
  t.teardown(() => at.server.close());
  const cookie = await claimed(at);
  const levels = await ask(at, '/api/v1/ports/1/levels', { cookie });
  t.equal(levels.status, 200);
  t.same(levels.json, { fromDbm0: -18.4, toDbm0: -24.2 });
  t.same((await ask(at, '/api/v1/ports/2/levels', { cookie })).json, {}, 'nothing goes through this one');
  t.equal((await ask(at, '/api/v1/ports/99/levels', { cookie })).status, 404);
  t.equal((await ask(at, '/api/v1/ports/x/levels', { cookie })).status, 404);
  t.equal((await ask(at, '/api/v1/ports/1/levels')).status, 401);
});

t.test('whoever may see a call sees how it sounds, and of others nothing', async (t) => {
  const clock = new FakeClock();
  const at = await startDepartments(t, { clock });
  const quality = (id: string, mos: number): CallQualityLive => ({
    id,
    legs: [{ id: `${id}-a`, from: { r: 20 * mos, mos, lossPercent: 1, jitterMs: 3 } }],
  });
  const put = (id: string, mos: number): void =>
    at.live.put({ what: 'quality', id, value: quality(id, mos) });
  for (const [id, person, port] of [
    ['hers', 'anna', 1],
    ['his', 'boris', 2],
  ] as const) {
    at.records.push(answered(id, person, port, [], { state: 'active' }));
    at.live.put({ what: 'calls', id, value: call(id, 'talking') });
    put(id, 4.2);
  }
  const pages = [
    new LivePage(at, { cookie: await at.account('anna', 'user', { person: 'anna' }) }),
    new LivePage(at, { cookie: at.admin }),
  ];
  const heard = (page: LivePage | undefined): unknown[] =>
    (page?.messages ?? []).flatMap((message) => {
      if (message.type === 'snapshot')
        return message.state.quality.map(({ id, legs }) => [id, legs[0]?.from?.mos]);
      if (message.type !== 'patch') return [];
      return message.changes.flatMap((change) =>
        change.what === 'quality' ? [[change.id, change.value?.legs[0]?.from?.mos]] : [],
      );
    });
  for (const page of pages) await page.until((p) => p.messages.length > 0);
  put('his', 2.1);
  put('hers', 3.1);
  at.live.put({ what: 'quality', id: 'his', value: null });
  clock.advance(60);
  for (const page of pages) await page.until((p) => p.messages.some(({ type }) => type === 'patch'));
  t.same(heard(pages[0]), [
    ['hers', 4.2],
    ['hers', 3.1],
  ]);
  t.same(heard(pages[1]), [
    ['hers', 4.2],
    ['his', 4.2],
    ['hers', 3.1],
    ['his', undefined],
  ]);
  for (const page of pages) page.socket.close();
});
