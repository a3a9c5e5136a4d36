import fc from 'fast-check';
import t from 'tap';
import type { Config } from '../../src/config/schema.ts';
import { DigitSource } from '../../src/service/digit-source.ts';
import type { HookAnswer } from '../../src/service/flow/flow-step.ts';
import { OfficeWorld } from '../../src/service/flow/office-world.ts';
import { type FlowEnding, type FlowScript, simulateFlow } from '../../src/service/flow/simulate.ts';
import type { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { flowOffice, pathOf, trunkCaller } from '../kit/flow-bench.ts';
import { pruned, randomFlow } from '../kit/random-flow.ts';
import { Bench } from '../kit/services.ts';

/** Fixed, so that a failure is the same everywhere; any other does as well. */
const seed = Number(process.env.LINEGATE_SEED ?? 20261123);

/** How long a key is waited for at the moment, ms. */
let waiting: number | undefined;
const next = DigitSource.prototype.next;
DigitSource.prototype.next = async function (this: DigitSource, ms: number): Promise<string | undefined> {
  if (!this.pending) waiting = ms;
  const key = await next.call(this, ms);
  waiting = undefined;
  return key;
};

/** What can be compared of a call: its path, what was kept of it, and how it ended. */
interface Course {
  path: string[];
  answers: readonly { name: string; value: string }[];
  ending: FlowEnding;
}

/** Steps of one visit that a record keeps. */
const kept = 300;

function simulated(config: Config, script: FlowScript): Course {
  const b = new Bench(config);
  const office = { clock: b.clock, config: () => config, hours: b.hours, normalise: (n: string) => n };
  const world = new OfficeWorld(office, { caller: { number: '+79031112233' } });
  const { sights, ending, answers } = simulateFlow(config.flows[0]!, script, world);
  const path = sights.flatMap((sight) =>
    sight.kind === 'trace' ? `${sight.what} ${sight.detail ?? ''}`.trim() : [],
  );
  return { path: path.slice(0, kept), ending, answers };
}

/** A call through the real services, in which everybody does what the script says; `rings` are told afterwards. */
async function called(document: object, script: Omit<FlowScript, 'rings'>, lifts: readonly boolean[]) {
  const b = new Bench(document);
  // Whoever rings the store hears busy.
  b.port(2).lift();
  const hooks = [...script.hooks];
  b.context.hook = async (): Promise<HookAnswer | undefined> => hooks.shift() ?? undefined;
  const keys = [...script.keys];
  const turns = [...lifts];
  waiting = undefined;
  const caller = await trunkCaller(b);
  for (let turn = 0; turn < 5000; turn++) {
    const ending = endingOf(b, caller);
    if (ending) {
      const { answers = [] } = b.record;
      const path = pathOf(b.record);
      return { path, ending, answers: answers.map(({ name, value }) => ({ name, value })) };
    }
    await turnOf(b, caller, { keys, lifts: turns });
  }
  throw new Error(`the call does not end: ${pathOf(b.record).slice(-10).join(', ')}`);
}

async function turnOf(
  b: Bench,
  caller: FakeLeg,
  script: { keys: string[]; lifts: boolean[] },
): Promise<void> {
  const port = [1, 4].find((number) => b.port(number).ringing);
  if (port !== undefined) {
    if (script.lifts.shift()) b.port(port).lift();
    else b.clock.advance(180_000);
  } else if (waiting === undefined) {
    throw new Error('nothing is waited for');
  } else {
    const { interDigitMs, matchMs } = b.config.dialing;
    const pressed = waiting === interDigitMs || waiting === matchMs ? '' : (script.keys.shift() ?? '');
    if (pressed === '') b.clock.advance(waiting);
    for (const key of pressed) caller.emit('digit', key);
  }
  await settle();
}

function endingOf(b: Bench, caller: FakeLeg): FlowEnding | undefined {
  if (b.record.answeredAt !== undefined) return 'answered';
  if (caller.releasedWith) return 'hung-up';
  if (b.trunkCalls.length === 0) return undefined;
  return pathOf(b.record).at(-1) === 'flow-too-long' ? 'too-long' : 'passed-on';
}

/** The rings of a call as its record tells them. */
const ringsOf = ({ path, ending }: Course): FlowScript['rings'] => [
  ...path.flatMap((step) =>
    step === 'unanswered busy' ? ['busy' as const] : step === 'unanswered' ? ['no-answer' as const] : [],
  ),
  ...(ending === 'answered' ? ['answered' as const] : []),
];

/** The random flow in an office whose telephones are on the bench, with times that tell a first key from the others. */
function benchOffice(made: { nodes: Record<string, unknown>[] }): object {
  const nodes = made.nodes.map((node, i) => {
    const does = node.does as Record<string, unknown>;
    const to = 'to' in does ? { to: `port:${[1, 2, 4][i % 3]}` } : {};
    const seconds = does.kind === 'menu' || does.kind === 'record' ? { seconds: 10 + (i % 40) } : {};
    return { ...node, does: { ...does, ...to, ...seconds } };
  });
  const document = flowOffice({ id: 'main', name: 'Random', nodes });
  return {
    ...document,
    people: [],
    destinations: [
      {
        id: 'reception',
        name: 'R',
        classOfService: 'staff',
        steps: [{ targets: ['flow:main'] }, { targets: ['number:+79160000001'], pressOne: false }],
      },
    ],
  };
}

const presses = fc.array(fc.constantFrom('', '1', '2', '3', '9', '*', '#', '12', '14', '11', '123#', '5'), {
  maxLength: 30,
});
const hooks = fc.array(
  fc.constantFrom<HookAnswer | null>(
    null,
    { answer: 'yes' },
    { answer: 'no', set: { x: 'yes', q1: '7' } },
    {},
  ),
  { maxLength: 10 },
);

t.test(
  'a simulated call takes the path that the real one takes, keeps the same answers, ends the same way',
  async (t) => {
    const endings = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(
        randomFlow(12),
        presses,
        hooks,
        fc.array(fc.boolean(), { maxLength: 5 }),
        async (made, keys, answers, lifts) => {
          const document = benchOffice(pruned(made));
          const real = await called(document, { keys, hooks: answers }, lifts);
          const script = { keys, hooks: answers, rings: ringsOf(real) };
          const dry = simulated(new Bench(document).config, script);
          if (JSON.stringify(dry) !== JSON.stringify(real))
            throw new Error(`simulated ${JSON.stringify(dry)}\nreal ${JSON.stringify(real)}`);
          endings.set(real.ending, (endings.get(real.ending) ?? 0) + 1);
        },
      ),
      { seed, numRuns: 80 },
    );
    for (const ending of ['answered', 'hung-up', 'passed-on'])
      t.ok((endings.get(ending) ?? 0) > 1, `${ending}: ${endings.get(ending)} calls of 80`);
  },
);
