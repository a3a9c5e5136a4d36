import t from 'tap';
import { flowOffice, pass, pathOf, press, trunkCaller } from '../kit/flow-bench.ts';
import { Bench, heard } from '../kit/services.ts';

const menu = {
  id: 'main',
  name: 'Main menu',
  nodes: [
    {
      id: 'menu',
      does: {
        kind: 'menu',
        say: 'For sales press 1, for the store press 2',
        choices: [
          { keys: '1', next: 'anna' },
          { keys: '2', next: 'store' },
          { keys: '*', next: 'menu' },
          { keys: '#', next: 'bye' },
        ],
        otherwise: 'hall',
        silent: 'store',
      },
    },
    { id: 'anna', does: { kind: 'transfer', to: 'port:1', seconds: 20, busy: 'hall', otherwise: 'menu' } },
    { id: 'store', does: { kind: 'transfer', to: 'port:2', otherwise: 'bye' } },
    { id: 'hall', does: { kind: 'transfer', to: 'port:4', otherwise: 'bye' } },
    { id: 'bye', does: { kind: 'end', say: 'Good bye' } },
  ],
};

/** The same, out of which extensions are dialed. */
const dialed = {
  ...menu,
  nodes: menu.nodes.map((node, i) =>
    i === 0 ? { ...node, does: { ...node.does, extensions: true } } : node,
  ),
};

/** What was said to a caller so far, in the bench's voice. */
function bench(document: object = flowOffice(menu)): { b: Bench; said: string[] } {
  const b = new Bench(document);
  const said: string[] = [];
  b.context.speech = async (text) => {
    said.push(text);
    return { type: 'pcm', samples: new Int16Array(80) };
  };
  return { b, said };
}

t.test('a caller hears the menu, presses 2, and the telephone of that choice rings', async (t) => {
  const { b, said } = bench();
  const caller = await trunkCaller(b);
  t.equal(caller.state, 'answered');
  t.same(said, ['For sales press 1, for the store press 2']);
  await press(caller, '2');
  t.ok(b.port(2).ringing);
  t.notOk(b.port(1).ringing);
  t.equal(b.media.toneAt(caller.endpoint), heard.ringback);
  b.port(2).lift();
  await pass(b, 0);
  t.equal(b.media.joined.get(caller.endpoint), 'line:2');
  b.port(2).hangUp();
  await pass(b, 0);
  t.equal(b.records.size, 1);
  t.same(pathOf(b.record), ['flow-node menu', 'keyed 2', 'flow-node store']);
  t.match(b.record, { servedBy: 'flow:main', releasedBy: 'called' });
});

t.test(
  'three wrong keys lead to the fallback, each told with words; silence has a way of its own',
  async (t) => {
    const { b, said } = bench();
    const caller = await trunkCaller(b);
    await press(caller, '9');
    t.same(said.slice(1), ['Такого пункта нет.', 'For sales press 1, for the store press 2']);
    await press(caller, '9');
    t.notOk(b.port(4).ringing, 'twice is not three times');
    await press(caller, '9');
    t.ok(b.port(4).ringing);
    t.same(pathOf(b.record), [
      'flow-node menu',
      'wrong-key 9',
      'wrong-key 9',
      'wrong-key 9',
      'flow-node hall',
    ]);

    const silent = await trunkCaller(b);
    for (let i = 0; i < 3; i++) {
      t.notOk(b.port(2).ringing);
      await pass(b, 6000);
    }
    t.ok(b.port(2).ringing, 'nothing was pressed three times');
    silent.farReleases(16);
    await pass(b, 0);
    t.notOk(b.port(2).ringing);
    t.equal(b.context.calls.size, 1);
  },
);

t.test('what is keyed ahead, and a key while the menu is still being said, count', async (t) => {
  const { b } = bench();
  let end = (): void => {};
  const play = b.media.play.bind(b.media);
  b.media.play = async (endpoint, source) => {
    if (source.type !== 'pcm') return play(endpoint, source);
    b.media.playing.set(endpoint, source);
    return new Promise((resolve) => {
      end = () => resolve(b.media.playing.delete(endpoint));
    });
  };
  b.media.stop = async (endpoint) => {
    b.media.playing.delete(endpoint);
    end();
  };
  const caller = await trunkCaller(b);
  t.ok(b.media.playing.has(caller.endpoint), 'the menu is being said');
  await pass(b, 60_000);
  t.ok(b.media.playing.has(caller.endpoint), 'and goes on: the wait for a key begins after it');
  await press(caller, '2');
  t.notOk(b.media.playing.get(caller.endpoint)?.type === 'pcm', 'the key cuts it off');
  t.ok(b.port(2).ringing);
});

t.test('a busy telephone, and one that does not answer, have ways of their own', async (t) => {
  const { b } = bench();
  b.port(1).lift();
  const caller = await trunkCaller(b);
  await press(caller, '1');
  t.ok(b.port(4).ringing, 'busy');
  caller.farReleases(16);
  b.port(1).hangUp();
  await pass(b, 0);
  const again = await trunkCaller(b);
  await press(again, '1');
  t.ok(b.port(1).ringing);
  await pass(b, 20_000);
  t.notOk(b.port(1).ringing);
  await press(again, '2');
  t.ok(b.port(2).ringing, 'after no answer the menu is heard again');
});

t.test('an extension is dialed out of the menu; keys that are both wait for more', async (t) => {
  const { b } = bench(flowOffice(dialed));
  const caller = await trunkCaller(b);
  await press(caller, '1');
  t.notOk(b.port(1).ringing, '1 may go on to 11, 12, 14');
  await press(caller, '2');
  t.ok(b.port(2).ringing, 'extension 12');
  caller.farReleases(16);
  await pass(b, 0);
  const other = await trunkCaller(b);
  await press(other, '1');
  await pass(b, 3000);
  t.ok(b.port(1).ringing, 'nothing followed: choice 1');
  other.farReleases(16);
  await pass(b, 0);
  const person = await trunkCaller(b);
  await press(person, '21');
  t.ok(b.port(1).ringing, "Anna's telephone");
  b.port(1).lift();
  await pass(b, 0);
  t.match(b.record, { answeredBy: 'anna' });
  t.same(pathOf(b.record), ['flow-node menu', 'extension 21']);
});

t.test('nobody who is dialed answers: the caller hears so, and the menu again', async (t) => {
  const { b, said } = bench(flowOffice(dialed));
  const caller = await trunkCaller(b);
  await press(caller, '14');
  t.ok(b.port(4).ringing);
  await pass(b, 60_000);
  t.notOk(b.port(4).ringing);
  t.same(said.slice(1), ['Никто не отвечает.', 'For sales press 1, for the store press 2']);
  t.equal(caller.state, 'answered');
});

t.test(
  'no emergency number, no number outside, no access number and no code is dialed out of a menu (ruling 3)',
  async (t) => {
    for (const digits of ['112', '101', '01', '88121234567', '9161234567', '77', '*21', '#']) {
      const { b } = bench(
        flowOffice({
          ...menu,
          nodes: [
            {
              id: 'menu',
              does: {
                ...menu.nodes[0]!.does,
                choices: [{ keys: '5', next: 'bye' }],
                otherwise: 'bye',
                silent: 'bye',
              },
            },
            { id: 'bye', does: { kind: 'end', how: 'pass-on' } },
          ],
        }),
      );
      const caller = await trunkCaller(b);
      await press(caller, digits);
      await pass(b, 6000);
      t.equal(b.trunkCalls.length, 0, digits);
      const { legs, service } = b.record;
      t.ok(
        legs.slice(1).every(({ place }) => place.startsWith('port:')),
        `${digits}: telephones of ours alone`,
      );
      t.equal(service, 'incoming');
    }
  },
);

t.test('101 that is an extension wins in a menu (ruling 3)', async (t) => {
  const document = flowOffice(dialed);
  const { b } = bench({
    ...document,
    people: [...document.people, { ...document.people[0], id: 'boss', extension: '101', ports: [4] }],
  });
  const caller = await trunkCaller(b);
  await press(caller, '101');
  t.ok(b.port(4).ringing);
  t.equal(b.trunkCalls.length, 0);
});

t.test('the hash key ends the menu with its last words', async (t) => {
  const { b, said } = bench();
  const caller = await trunkCaller(b);
  await press(caller, '*');
  t.equal(said.length, 2, 'the star says the menu again');
  await press(caller, '#');
  t.equal(said.at(-1), 'Good bye');
  t.equal(caller.releasedWith?.q850, 16);
  t.match(b.record, { releasedBy: 'box', state: 'ended' });
  t.notOk(b.record.answeredAt);
});

t.test('a flow that only decides does not answer the caller', async (t) => {
  const { b } = bench(
    flowOffice({
      id: 'way',
      name: 'Way',
      nodes: [
        {
          id: 'who',
          does: {
            kind: 'caller',
            ways: [
              { numbers: ['8903*'], next: 'anna' },
              { numbers: ['hidden'], next: 'out' },
            ],
            otherwise: 'out',
          },
        },
        { id: 'anna', does: { kind: 'transfer', to: 'port:1', otherwise: 'out' } },
        { id: 'out', does: { kind: 'end', how: 'pass-on' } },
      ],
    }),
  );
  const known = await trunkCaller(b);
  t.equal(known.state, 'trying');
  t.ok(b.port(1).ringing);
  known.farReleases(16);
  await pass(b, 0);
  const hidden = await trunkCaller(b, { number: '+79031112233', absence: 'private' });
  t.equal(hidden.state, 'trying');
  t.ok(b.port(2).ringing, 'passed on to the next step of the destination');
  t.same(pathOf(b.record), ['flow-node who', 'flow-way 2', 'flow-node out']);
});
