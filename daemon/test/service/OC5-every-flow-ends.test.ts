import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { endlessRound, unreachable } from '../../src/config/flow-graph.ts';
import { checkFlows } from '../../src/config/flow-references.ts';
import { configSchema, type FlowConfig } from '../../src/config/schema.ts';
import { compileFlow } from '../../src/service/flow/compiled.ts';
import type { Ask, FlowEvent, FlowState, FlowWorld } from '../../src/service/flow/flow-step.ts';
import { advanceFlow, beginFlow } from '../../src/service/flow/machine.ts';
import { OfficeWorld } from '../../src/service/flow/office-world.ts';
import { simulateFlow } from '../../src/service/flow/simulate.ts';
import { flowOffice } from '../kit/flow-bench.ts';
import { pruned, randomFlow } from '../kit/random-flow.ts';

/** Fixed, so that a failure is the same everywhere; any other does as well. */
const seed = Number(process.env.LINEGATE_SEED ?? 20261123);

const other = { id: 'other', name: 'Other', nodes: [{ id: 'end', does: { kind: 'end' } }] };

const configOf = (flow: object) => configSchema.parse(flowOffice(flow, other));

function worldOf(flow: object, clock: FakeClock): FlowWorld {
  const config = configOf(flow);
  const office = { clock, config: () => config, hours: { holds: () => true }, normalise: (n: string) => n };
  return new OfficeWorld(office, { caller: { number: '+79031112233' } });
}

/** What may come of each thing that a flow asks for, the caller's moods included, and how long that takes, ms. */
function happening(ask: Ask, roll: number): { event: FlowEvent; ms: number } {
  switch (ask.kind) {
    case 'say':
      return { event: { kind: 'said' }, ms: roll % 30_000 };
    case 'key':
      return roll % 4 === 0
        ? { event: { kind: 'silence' }, ms: ask.ms }
        : { event: { kind: 'key', key: '0123456789*#'[roll % 12]! }, ms: roll % ask.ms };
    case 'ring':
      return { event: { kind: 'unanswered', busy: roll % 2 === 0 }, ms: roll % 180_000 };
    case 'hook':
      return roll % 3 === 0
        ? { event: { kind: 'hooked' }, ms: ask.seconds * 1000 }
        : {
            event: { kind: 'hooked', answer: { answer: roll % 2 ? 'yes' : 'no', set: { x: 'yes' } } },
            ms: 5,
          };
    case 'order':
      return { event: { kind: 'ordered', taken: roll % 2 === 0 }, ms: 3 };
    case 'end':
      throw new Error('it has ended');
  }
}

t.test('every flow that the settings take ends, whatever everybody does, within its time', async (t) => {
  let ended = 0;
  fc.assert(
    fc.property(
      randomFlow(14),
      fc.array(fc.nat(1_000_000), { minLength: 40, maxLength: 60 }),
      (made, rolls) => {
        const flow = pruned(made);
        const config = configOf(flow);
        if (checkFlows(config).length > 0) throw new Error(JSON.stringify(checkFlows(config)));
        const compiled = compileFlow(config.flows[0]!);
        const clock = new FakeClock();
        const world = worldOf(flow, clock);
        let { state } = beginFlow(compiled, world);
        let inside = 0;
        for (let moves = 0; state.ask.kind !== 'end'; moves++) {
          if (moves > 11_000) throw new Error('it does not end');
          const { event, ms } = happening(state.ask, rolls[moves % rolls.length]! + moves);
          if (state.ask.kind !== 'ring') inside += ms;
          clock.advance(ms);
          ({ state } = advanceFlow(compiled, state, event, world));
        }
        // Whatever is asked last may take its time: nothing that is asked takes longer than a minute.
        if (inside > compiled.longestMs + 60_000) throw new Error(`${inside} ms in the menu`);
        ended++;
      },
    ),
    { seed, numRuns: 150 },
  );
  t.equal(ended, 150);
});

t.test('a caller who presses keys without end is passed on when the time of the flow is over', async (t) => {
  const flow = {
    id: 'main',
    name: 'Round and round',
    minutes: 2,
    nodes: [
      {
        id: 'menu',
        does: { kind: 'menu', choices: [{ keys: '1', next: 'menu' }], otherwise: 'end', seconds: 10 },
      },
      { id: 'end', does: { kind: 'end' } },
    ],
  };
  const clock = new FakeClock();
  const world = worldOf(flow, clock);
  const compiled = compileFlow(configOf(flow).flows[0]!);
  let { state } = beginFlow(compiled, world);
  while (state.ask.kind !== 'end') {
    clock.advance(1000);
    ({ state } = advanceFlow(compiled, state, { kind: 'key', key: '1' }, world));
  }
  t.match(state.ask, { how: 'pass-on', why: 'too-long' });
  t.ok(clock.now() <= 122_000, `${clock.now()} ms`);

  // Keys that take no time at all are counted.
  ({ state } = beginFlow(compiled, world));
  let presses = 0;
  for (; state.ask.kind !== 'end'; presses++)
    ({ state } = advanceFlow(compiled, state, { kind: 'key', key: '1' }, world));
  t.ok(presses <= 1001, `${presses} keys`);
});

t.test('counts within counts, twenty by twenty by twenty, end too', async (t) => {
  const flow = {
    id: 'main',
    name: 'Counts',
    nodes: [
      { id: 'a', does: { kind: 'repeat', times: 20, again: 'b', next: 'end' } },
      { id: 'b', does: { kind: 'repeat', times: 20, again: 'c', next: 'a' } },
      { id: 'c', does: { kind: 'repeat', times: 20, again: 'd', next: 'b' } },
      { id: 'd', does: { kind: 'set', next: 'c' } },
      { id: 'end', does: { kind: 'end' } },
    ],
  };
  t.same(checkFlows(configOf(flow)), []);
  const { ending, sights } = simulateFlow(
    configOf(flow).flows[0]!,
    { keys: [], rings: [], hooks: [] },
    worldOf(flow, new FakeClock()),
  );
  t.equal(ending, 'too-long');
  t.ok(sights.length < 1010);
});

t.test('names that a language has a meaning for are names like any other', async (t) => {
  const flow = {
    id: 'main',
    name: 'Names',
    nodes: [
      { id: 'constructor', does: { kind: 'repeat', times: 2, again: 'say', next: 'end' } },
      { id: 'say', does: { kind: 'play', say: 'It is {constructor}.', next: 'constructor' } },
      { id: 'end', does: { kind: 'end' } },
    ],
  };
  const script = { keys: [], rings: [], hooks: [] };
  const { sights, ending } = simulateFlow(configOf(flow).flows[0]!, script, worldOf(flow, new FakeClock()));
  t.equal(ending, 'hung-up');
  t.same(
    sights.flatMap((sight) => (sight.kind === 'say' ? [sight.what] : [])),
    ['It is .', 'It is .'],
  );
});

const draft = (nodes: object[], more: object = {}): FlowConfig =>
  configOf({ id: 'main', name: 'M', nodes, ...more }).flows[0]!;

t.test('what would go round without a key is refused, with the way round in words', async (t) => {
  const nodes = [
    { id: 'a', does: { kind: 'play', say: 'x', next: 'b' } },
    { id: 'b', does: { kind: 'transfer', to: 'port:1', otherwise: 'c' } },
    { id: 'c', does: { kind: 'menu', choices: [{ keys: '1', next: 'a' }], otherwise: 'a' } },
  ];
  t.same(endlessRound(draft(nodes)), ['a', 'b', 'c']);
  t.match(checkFlows(configOf({ id: 'main', name: 'M', nodes })), [
    { path: '/flows/0/nodes/0/does', said: { en: /a -> b -> c -> a/, ru: /a → b → c → a/ } },
  ]);
  t.same(checkFlows(configOf({ id: 'main', name: 'M', nodes, enabled: false })), [], 'a draft may be kept');
  const counted = [
    ...nodes.slice(0, 2),
    { id: 'c', does: { kind: 'repeat', times: 3, again: 'a', next: 'd' } },
    { id: 'd', does: { kind: 'end' } },
  ];
  t.equal(endlessRound(draft(counted)), undefined);
  t.same(unreachable(draft(counted)), []);
  t.same(unreachable(draft([...counted, { id: 'e', does: { kind: 'set', next: 'a' } }])), [4]);
});

t.test(
  'a random graph is refused exactly where steps can be gone round without a key or a count',
  async (t) => {
    // Ways out as numbers: the oracle follows every one for as many steps as there are.
    const graph = fc
      .array(fc.array(fc.nat(9), { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 10 })
      .map((ways) => ways.map((out) => out.map((to) => to % ways.length)));
    let endless = 0;
    fc.assert(
      fc.property(graph, (ways) => {
        // The first step ends it; every other leads on.
        const nodes = ways.map(([otherwise, ...rest], i) => {
          const branches = rest.map((to) => ({ numbers: ['hidden'], next: `s${to}` }));
          const does =
            i === 0
              ? { kind: 'end' }
              : branches.length === 0
                ? { kind: 'set', next: `s${otherwise}` }
                : { kind: 'caller', ways: branches, otherwise: `s${otherwise}` };
          return { id: `s${i}`, does };
        });
        const round = endlessRound(draft(nodes));
        let now = new Set(nodes.map((_, i) => i).filter((i) => i > 0));
        for (let n = 0; n < nodes.length; n++)
          now = new Set([...now].filter((i) => ways[i]!.some((to) => to > 0 && now.has(to))));
        if ((round === undefined) !== (now.size === 0)) throw new Error(`${round} but ${[...now]}`);
        if (round) endless++;
      }),
      { seed, numRuns: 150 },
    );
    t.ok(endless > 10, `${endless} of 150 went round`);
  },
);

t.test('garbage in place of a flow is refused with a place, and never thrown over', async (t) => {
  const valid = pruned(fc.sample(randomFlow(8), { numRuns: 1, seed: 5 })[0]!);
  const names = ['kind', 'next', 'otherwise', 'choices', 'ways', 'say', 'seconds', 'to'];
  let refused = 0;
  fc.assert(
    fc.property(fc.nat(8), fc.constantFrom(...names), fc.jsonValue(), (at, name, value) => {
      const nodes = valid.nodes.map((node, i) =>
        i === at % valid.nodes.length ? { ...node, does: { ...(node.does as object), [name]: value } } : node,
      );
      const parsed = configSchema.safeParse(flowOffice({ ...valid, nodes }, other));
      if (!parsed.success) refused++;
      else checkFlows(parsed.data);
    }),
    { seed, numRuns: 150 },
  );
  t.ok(refused > 50, `${refused} of 150`);
});

t.test('the state of a flow is plain data, which a move leaves as it was', async (t) => {
  let moves = 0;
  fc.assert(
    fc.property(randomFlow(12), (made) => {
      const flow = pruned(made);
      const world = worldOf(flow, new FakeClock());
      const compiled = compileFlow(configOf(flow).flows[0]!);
      let state: FlowState = beginFlow(compiled, world).state;
      for (let i = 0; i < 50 && state.ask.kind !== 'end'; i++, moves++) {
        const { event } = happening(state.ask, i * 7919);
        const before = JSON.stringify(state);
        const next = advanceFlow(compiled, state, event, world).state;
        if (JSON.stringify(state) !== before) throw new Error('a move has changed what it was given');
        const copy = JSON.parse(before) as FlowState;
        const again = advanceFlow(compiled, copy, event, world).state;
        if (!isDeepStrictEqual(JSON.parse(JSON.stringify(again)), JSON.parse(JSON.stringify(next))))
          throw new Error('what was written down goes another way');
        state = next;
      }
    }),
    { seed, numRuns: 60 },
  );
  t.ok(moves > 100, `${moves} moves`);
});
