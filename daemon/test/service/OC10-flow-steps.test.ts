import t from 'tap';
import type { HookRequest } from '../../src/service/flow/flows.ts';
import { flowOffice, pass, pathOf, press, trunkCaller } from '../kit/flow-bench.ts';
import { Bench } from '../kit/services.ts';

const end = { id: 'end', does: { kind: 'end' } };
const out = { id: 'out', does: { kind: 'end', how: 'pass-on' } };
const to = (id: string, port: number): object => ({
  id,
  does: { kind: 'transfer', to: `port:${port}`, otherwise: 'out' },
});
const flow = (...nodes: object[]): object => ({ id: 'main', name: 'Main', nodes });

const bench = (nodes: object[], more: object = {}): Bench =>
  new Bench({ ...flowOffice(flow(...nodes)), ...more });

/** Keeps what was said on a bench. */
function listen(b: Bench): string[] {
  const said: string[] = [];
  b.context.speech = async (text, language) => {
    said.push(`${language}: ${text}`);
    return { type: 'pcm', samples: new Int16Array(8) };
  };
  return said;
}

t.test(
  'a program of the office is told of the call and decides where it goes; its values are spoken',
  async (t) => {
    const b = bench([
      {
        id: 'ask',
        does: { kind: 'record', name: 'contract', say: 'Contract?', max: 4, next: 'crm', otherwise: 'out' },
      },
      {
        id: 'crm',
        does: {
          kind: 'http',
          url: 'http://192.168.1.10/crm',
          seconds: 3,
          ways: [{ answer: 'gold', next: 'tell' }],
          otherwise: 'store',
          failed: 'hall',
        },
      },
      { id: 'tell', does: { kind: 'play', say: 'Your balance is {balance}', next: 'anna' } },
      to('anna', 1),
      to('store', 2),
      to('hall', 4),
      out,
    ]);
    const said = listen(b);
    const asked: HookRequest[] = [];
    b.context.hook = async (request) => {
      asked.push(request);
      return { answer: 'gold', set: { balance: '12' } };
    };
    const caller = await trunkCaller(b);
    await press(caller, '0815');
    t.match(asked, [
      {
        url: 'http://192.168.1.10/crm',
        seconds: 3,
        body: {
          flow: 'main',
          step: 'crm',
          call: b.record.id,
          caller: '+79031112233',
          called: '+74951110000',
          language: 'ru',
          values: { contract: '0815' },
        },
      },
    ]);
    t.equal(said.at(-1), 'en: Your balance is 12');
    t.ok(b.port(1).ringing);
    caller.farReleases(16);

    b.context.hook = async () => ({ answer: 'copper' });
    const other = await trunkCaller(b);
    await press(other, '1#');
    t.ok(b.port(2).ringing, 'another answer');
    other.farReleases(16);

    // It never answers, and neither does whatever is to see to its time.
    b.context.hook = () => new Promise(() => {});
    const third = await trunkCaller(b);
    await press(third, '1#');
    await pass(b, 2999);
    t.notOk(b.port(4).ringing);
    await pass(b, 1);
    t.ok(b.port(4).ringing, 'after its three seconds the call goes on');
    t.ok(pathOf(b.record).includes('hook-failed'));
    third.farReleases(16);

    delete b.context.hook;
    const fourth = await trunkCaller(b);
    await press(fourth, '1#');
    t.ok(b.port(4).ringing, 'without a way to ask it fails at once');
    fourth.farReleases(16);

    // A caller who withholds the number is not told of; who hangs up meanwhile leaves nothing behind.
    let late: ((answer: object) => void) | undefined;
    b.context.hook = (request) => {
      asked.push(request);
      return new Promise((resolve) => (late = resolve));
    };
    const hidden = await trunkCaller(b, { number: '+79031112233', absence: 'private' });
    await press(hidden, '1#');
    t.notOk('caller' in asked.at(-1)!.body);
    hidden.farReleases(16);
    await pass(b, 0);
    late?.({ answer: 'gold' });
    await pass(b, 0);
    t.equal(b.context.calls.size, 0);
    t.notOk(b.port(1).ringing);
  },
);

t.test('an answer that is not to be kept is in no record, no request, no label and no log', async (t) => {
  const secret = '4711';
  const b = bench([
    {
      id: 'code',
      does: {
        kind: 'record',
        name: 'code',
        say: 'Code?',
        max: 4,
        hidden: true,
        next: 'copy',
        otherwise: 'out',
      },
    },
    { id: 'copy', does: { kind: 'set', variable: 'other', value: 'x{code}', label: 'L{code}', next: 'ask' } },
    { id: 'ask', does: { kind: 'http', url: 'http://192.168.1.10/', otherwise: 'which' } },
    {
      id: 'which',
      does: { kind: 'list', value: 'code', ways: [{ values: ['47*'], next: 'anna' }], otherwise: 'out' },
    },
    to('anna', 1),
    out,
  ]);
  const logged: string[] = [];
  let muted = 0;
  b.context.log = (_level, message) => void logged.push(message());
  b.context.recordings = {
    mute: () => {
      muted++;
      return () => void muted--;
    },
    joins: () => {},
  };
  let body = '';
  b.context.hook = async (request) => {
    body = JSON.stringify(request);
    return {};
  };
  const caller = await trunkCaller(b);
  t.equal(muted, 1, 'recordings have silence there');
  await press(caller, secret);
  t.equal(muted, 0);
  t.ok(b.port(1).ringing, 'and yet it decides');
  t.notMatch(body, secret);
  t.notMatch(JSON.stringify([b.record, ...b.records.values()]), secret);
  t.notMatch(logged.join('\n'), secret);
  t.notMatch(JSON.stringify(b.port(1).caller ?? {}), secret);
});

t.test(
  'a poll: answers are kept in the record, wrong ones are not, and the caller may begin anew',
  async (t) => {
    const b = bench([
      {
        id: 'mark',
        does: {
          kind: 'record',
          name: 'mark',
          say: 'From 1 to 5',
          allowed: '12345',
          next: 'age',
          otherwise: 'end',
        },
      },
      {
        id: 'age',
        does: { kind: 'record', name: 'age', say: 'Age', min: 2, max: 3, next: 'end', otherwise: 'end' },
      },
      end,
    ]);
    const caller = await trunkCaller(b);
    await press(caller, '74');
    t.same(b.record.answers, [{ flow: 'main', name: 'mark', value: '4' }]);
    await press(caller, '1*3');
    await press(caller, '#');
    t.equal(caller.state, 'answered', 'one digit is too few');
    await press(caller, '42#');
    t.equal(caller.state, 'released');
    t.same(
      b.record.answers?.map(({ name, value }) => `${name} ${value}`),
      ['mark 4', 'age 42'],
    );
    t.notOk(b.record.answeredAt, 'nobody of the office was needed');

    const quiet = await trunkCaller(b);
    await press(quiet, '5');
    quiet.farReleases(16);
    await pass(b, 0);
    t.same(
      b.record.answers?.map(({ name, value }) => `${name} ${value}`),
      ['mark 5'],
      'what was answered before hanging up counts',
    );
  },
);

t.test('consultants are tried in turn, three times round, then the caller is passed on', async (t) => {
  const b = bench([
    { id: 'first', does: { kind: 'transfer', to: 'port:1', seconds: 10, otherwise: 'second' } },
    { id: 'second', does: { kind: 'transfer', to: 'port:4', seconds: 10, otherwise: 'round' } },
    { id: 'round', does: { kind: 'repeat', times: 2, again: 'first', next: 'out' } },
    out,
  ]);
  const caller = await trunkCaller(b);
  t.equal(caller.state, 'trying', 'nobody pays for ringing');
  const rung: string[] = [];
  for (let i = 0; i < 6; i++) {
    rung.push([1, 2, 4].filter((port) => b.port(port).ringing).join());
    await pass(b, 10_000);
  }
  t.same(rung, ['1', '4', '1', '4', '1', '4']);
  t.ok(b.port(2).ringing);
});

t.test(
  'label and language of a flow hold for whoever is rung, and for the services that follow',
  async (t) => {
    const b = new Bench({
      ...flowOffice(
        flow(
          { id: 'en', does: { kind: 'set', language: 'en', label: 'Camomile', next: 'desk' } },
          { id: 'desk', does: { kind: 'transfer', to: 'port:4', seconds: 5, otherwise: 'inner' } },
          { id: 'inner', does: { kind: 'transfer', to: 'flow:inner', otherwise: 'end' } },
          end,
        ),
        {
          id: 'inner',
          name: 'Inner',
          nodes: [
            {
              id: 'menu',
              does: { kind: 'menu', say: '5', choices: [{ keys: '1', next: 'end' }], otherwise: 'end' },
            },
            end,
          ],
        },
      ),
    });
    const said = listen(b);
    const caller = await trunkCaller(b, { number: '+79031112233', name: 'Ivan' });
    t.match(b.port(4).caller, { name: 'Camomile: Ivan' });
    await pass(b, 5000);
    await press(caller, '9');
    t.same(said.slice(-3), ['en: 5', 'en: There is no such choice.', 'en: 5']);
  },
);

t.test('the time, a list of callers, and who calls at all decide without a question', async (t) => {
  const b = bench(
    [
      {
        id: 'time',
        does: {
          kind: 'time',
          ways: [{ schedule: 'office', modes: ['open'], next: 'who' }],
          otherwise: 'hall',
        },
      },
      {
        id: 'who',
        does: {
          kind: 'caller',
          ways: [
            { list: 'vip', next: 'anna' },
            { numbers: ['hidden', 'unknown'], next: 'out' },
          ],
          otherwise: 'store',
        },
      },
      to('anna', 1),
      to('store', 2),
      to('hall', 4),
      out,
    ],
    {
      schedules: [
        { id: 'office', name: 'Office', weekly: [{ days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' }] },
      ],
      callerLists: [{ id: 'vip', name: 'VIP', numbers: ['8 903 111-22-33'], destination: 'reception' }],
    },
  );
  const rings = async (caller: object): Promise<number | undefined> => {
    const leg = await trunkCaller(b, caller);
    const rung = [1, 2, 4].find((port) => b.port(port).ringing);
    leg.farReleases(16);
    await pass(b, 0);
    return rung;
  };
  // Thursday, noon in Moscow.
  t.equal(await rings({ number: '+79031112233' }), 1);
  t.equal(await rings({ number: '+79031112234' }), 2);
  t.equal(await rings({ number: '+79031112233', absence: 'private' }), 2, 'withheld: passed on to the store');
  await pass(b, 10 * 3_600_000);
  t.equal(await rings({ number: '+79031112233' }), 4, 'at night');
});

t.test('flows that lead to each other in a circle end, and the next step has its turn (M05)', async (t) => {
  const ring = (id: string, next: string): object => ({
    id,
    name: id,
    nodes: [
      { id: 'a', does: { kind: 'transfer', to: `flow:${next}`, otherwise: 'b' } },
      { id: 'b', does: { kind: 'transfer', to: `flow:${next}`, otherwise: 'out' } },
      out,
    ],
  });
  const b = new Bench(flowOffice(ring('one', 'two'), ring('two', 'one')));
  await trunkCaller(b);
  for (let i = 0; i < 100 && !b.port(2).ringing; i++) await pass(b, 0);
  t.ok(b.port(2).ringing, 'two by two, twenty deep, would take a million visits');
  const visits = b.record.events.filter(({ what }) => what === 'at').length;
  t.ok(visits > 15 && visits <= 200, `${visits} visits`);
});

t.test('a flow that is off, or not there, lets the call go on', async (t) => {
  for (const more of [{ enabled: false }, { id: 'renamed' }]) {
    const document = flowOffice(flow(to('anna', 1), out));
    const b = new Bench({ ...document, flows: [{ ...document.flows[0], ...more }] });
    await trunkCaller(b);
    t.notOk(b.port(1).ringing);
    t.ok(b.port(2).ringing);
  }
});

t.test('three hundred steps load, are found by a caller, and the last of them rings', async (t) => {
  const nodes = Array.from({ length: 299 }, (_, i) => ({
    id: `s${i}`,
    does:
      i % 3 === 0
        ? { kind: 'caller', ways: [{ numbers: ['hidden'], next: 'out' }], otherwise: `s${i + 1}` }
        : i % 3 === 1
          ? { kind: 'set', variable: `v${i % 50}`, value: `${i}`, next: `s${i + 1}` }
          : {
              kind: 'list',
              value: `v${(i - 1) % 50}`,
              ways: [{ values: ['x'], next: 'out' }],
              otherwise: `s${i + 1}`,
            },
  }));
  const b = bench([
    ...nodes,
    { id: 's299', does: { kind: 'transfer', to: 'port:1', otherwise: 'out' } },
    out,
  ]);
  await trunkCaller(b);
  t.ok(b.port(1).ringing);
  t.equal(b.context.calls.size, 1);
});

t.test('a caller goes on in the flow as it was when he came, whatever is stored meanwhile', async (t) => {
  const menu = (next: string): object[] => [
    { id: 'menu', does: { kind: 'menu', choices: [{ keys: '1', next }], otherwise: 'out' } },
    to('anna', 1),
    to('hall', 4),
    out,
  ];
  const b = bench(menu('anna'));
  const caller = await trunkCaller(b);
  b.reconfigure(flowOffice(flow(...menu('hall'))));
  await press(caller, '1');
  t.ok(b.port(1).ringing);
  caller.farReleases(16);
  await pass(b, 0);
  const next = await trunkCaller(b);
  await press(next, '1');
  t.ok(b.port(4).ringing);
});

t.test('time spent in the menu is bounded, and time in talks and queues is not counted', async (t) => {
  const b = bench([
    {
      id: 'menu',
      does: {
        kind: 'menu',
        seconds: 50,
        tries: 9,
        choices: [
          { keys: '1', next: 'anna' },
          { keys: '2', next: 'menu' },
        ],
        otherwise: 'end',
      },
    },
    { id: 'anna', does: { kind: 'transfer', to: 'port:1', seconds: 180, otherwise: 'again' } },
    { id: 'again', does: { kind: 'repeat', times: 20, again: 'menu', next: 'end' } },
    end,
  ]);
  b.config.flows[0]!.minutes = 2;
  const caller = await trunkCaller(b);
  await press(caller, '1');
  await pass(b, 180_000);
  t.notOk(b.port(1).ringing, 'nobody answered');
  t.equal(caller.state, 'answered', 'the time of ringing does not count');
  for (let i = 0; i < 6 && !b.port(2).ringing; i++) {
    await pass(b, 30_000);
    await press(caller, '2');
  }
  t.ok(b.port(2).ringing, 'two minutes of pressing 2 are enough: the next step of the destination');
  t.equal(pathOf(b.record).at(-1), 'flow-too-long');
});
