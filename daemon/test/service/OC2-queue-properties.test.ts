import fc from 'fast-check';
import t from 'tap';
import { nextAt, step } from '../../src/service/queue/machine.ts';
import { isFree, tierOpensAt } from '../../src/service/queue/matching.ts';
import {
  type AgentMode,
  agentOf,
  before,
  emptyState,
  inOrder,
  type QueueEffect,
  type QueueEvent,
  type QueueState,
  type QueueTerms,
} from '../../src/service/queue/terms.ts';

const people = ['anna', 'boris', 'vera', 'gleb'];

const member = fc.record({
  person: fc.constantFrom(...people),
  tier: fc.integer({ min: 1, max: 3 }),
  priority: fc.integer({ min: 1, max: 3 }),
});

const queue = (id: string): fc.Arbitrary<QueueTerms> =>
  fc.record({
    id: fc.constant(id),
    members: fc.uniqueArray(member, { selector: ({ person }) => person, minLength: 1 }),
    strategy: fc.constantFrom('all', 'in-turn', 'round-robin', 'longest-idle'),
    tierMs: fc.constantFrom(0, 5000),
    wrapUpMs: fc.constantFrom(0, 4000),
    maxWaitMs: fc.constantFrom(0, 60_000),
    maxLength: fc.constantFrom(3, 20),
    leavesWhenNobody: fc.boolean(),
    missesToPause: fc.constantFrom(0, 2),
  });

/** What may happen; `pick` chooses among those to whom it may. */
const happening = fc.record({
  what: fc.oneof(
    { weight: 9, arbitrary: fc.constant('join' as const) },
    { weight: 4, arbitrary: fc.constant('answer' as const) },
    { weight: 4, arbitrary: fc.constant('talkOver' as const) },
    { weight: 3, arbitrary: fc.constant('pass' as const) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('hangUp', 'miss', 'offerOver', 'mode', 'busy', 'move', 'convert'),
    },
  ),
  pick: fc.nat(1000),
  other: fc.nat(1000),
});

/** The world around the machine: it plays callers, agents and time, and knows what must be true. */
class World {
  state: QueueState = emptyState;
  now = 0;
  #coming = 0;
  /** What has become of everybody who ever came. */
  readonly fates = new Map<string, 'waits' | 'answered' | 'gone' | 'passed on'>();
  /** Who rings for whom, as the machine has ordered it. */
  readonly ringing = new Map<string, { offer: number; agents: Set<string> }>();
  readonly talking = new Map<string, string>();
  readonly #queues: readonly string[];

  constructor(terms: readonly QueueTerms[]) {
    this.#queues = terms.map(({ id }) => id);
    this.send({ kind: 'terms', terms });
  }

  send(event: QueueEvent): void {
    const { state = this.state, effects = [] } = step(this.state, event, this.now);
    this.state = state;
    for (const effect of effects) this.#do(effect);
    this.#check();
    for (const effect of effects) if (effect.kind === 'offer') this.#rightCall(effect.id, effect.agents[0]!);
  }

  #do(effect: QueueEffect): void {
    switch (effect.kind) {
      case 'offer': {
        if (this.ringing.has(effect.id)) throw new Error(`${effect.id} is offered twice at once`);
        if (effect.agents.length === 0) throw new Error(`${effect.id} is offered to nobody`);
        for (const agent of effect.agents) {
          for (const { agents } of this.ringing.values())
            if (agents.has(agent)) throw new Error(`${agent} is rung twice`);
          if ([...this.talking.values()].includes(agent)) throw new Error(`${agent} is rung while he talks`);
          if (agentOf(this.state, agent).mode !== 'on') throw new Error(`${agent} is rung and not on line`);
          if (this.state.busy.has(agent)) throw new Error(`${agent} is rung and busy`);
        }
        this.ringing.set(effect.id, { offer: effect.offer, agents: new Set(effect.agents) });
        break;
      }
      case 'withdraw':
        if (!this.ringing.delete(effect.id)) throw new Error(`nobody rang for ${effect.id}`);
        break;
      case 'leave':
        this.#fate(effect.id, 'passed on');
        break;
      default:
    }
  }

  #fate(id: string, fate: 'answered' | 'gone' | 'passed on'): void {
    if (this.fates.get(id) !== 'waits') throw new Error(`${id} is ${fate} after ${this.fates.get(id)}`);
    this.fates.set(id, fate);
  }

  /** Nobody is lost, nobody waits for whom somebody is free, nobody is overtaken, no agent has two calls. */
  #check(): void {
    const { state, now } = this;
    for (const [id, fate] of this.fates)
      if ((fate === 'waits') !== state.waiting.has(id))
        throw new Error(`${id} ${fate}, and the machine differs`);
    const rungFor = new Map<string, string>();
    for (const entry of state.waiting.values()) {
      const rung = this.ringing.get(entry.id);
      if ((entry.offer?.number ?? 0) !== (rung?.offer ?? 0))
        throw new Error(`ringing for ${entry.id} differs`);
      for (const agent of entry.offer?.agents ?? []) {
        if (rungFor.has(agent)) throw new Error(`${agent} rings for two`);
        rungFor.set(agent, entry.id);
      }
      const agents = [...(entry.offer?.agents ?? [])].sort().join();
      if (agents !== [...(rung?.agents ?? [])].sort().join()) throw new Error(`others ring for ${entry.id}`);
      if (entry.offer || (entry.notBefore ?? 0) > now) continue;
      for (const { person, tier } of state.terms.get(entry.queue)!.members)
        if (isFree(state, person, now) && tierOpensAt(state, entry, tier) <= now)
          throw new Error(`${entry.id} waits, and ${person} is free`);
    }
    const talksTo = new Map([...this.talking].map(([id, agent]) => [agent, id]));
    for (const person of people) {
      const { at, mode } = agentOf(state, person);
      const is = at && `${at.what} ${at.id}`;
      const [rung, talks] = [rungFor.get(person), talksTo.get(person)];
      const should = talks !== undefined ? `talking ${talks}` : rung && `rung ${rung}`;
      if (is !== should) throw new Error(`${person} is ${is}, and should be ${should}`);
      if (rung !== undefined && mode !== 'on') throw new Error(`${person} is ${mode}, and rung`);
    }
  }

  /** Whoever is rung has no call to take before this one: of a queue that matters more to him, or earlier in it. */
  #rightCall(id: string, agent: string): void {
    const { state, now } = this;
    const mine = state.waiting.get(id);
    if (!mine) return;
    const memberOf = (queue: string) =>
      state.terms.get(queue)?.members.find(({ person }) => person === agent);
    const own = memberOf(mine.queue)!;
    for (const entry of state.waiting.values()) {
      const member = memberOf(entry.queue);
      if (!member || entry.offer || (entry.notBefore ?? 0) > now) continue;
      if (tierOpensAt(state, entry, member.tier) > now) continue;
      if ((member.priority - own.priority || before(entry, mine)) < 0)
        throw new Error(`${agent} is rung for ${id}, and ${entry.id} comes first`);
    }
  }

  happen({ what, pick, other }: { what: string; pick: number; other: number }): void {
    const one = <T>(list: readonly T[], by = pick): T | undefined => list[by % Math.max(1, list.length)];
    const waiting = [...this.state.waiting.values()];
    const rung = one([...this.ringing].filter(([, { agents }]) => agents.size > 0));
    switch (what) {
      case 'join': {
        const id = `caller-${++this.#coming}`;
        this.fates.set(id, 'waits');
        const priority = [5, 5, 5, 1][other % 4]!;
        this.send({ kind: 'join', id, queue: one(this.#queues)!, what: 'call', priority });
        break;
      }
      case 'answer': {
        if (!rung) return;
        const [id, { agents }] = rung;
        const agent = one([...agents], other)!;
        this.#fate(id, 'answered');
        this.talking.set(id, agent);
        this.ringing.delete(id);
        this.send({ kind: 'answered', id, agent });
        break;
      }
      case 'talkOver': {
        const found = one([...this.talking]);
        if (!found) return;
        this.talking.delete(found[0]);
        this.send({ kind: 'talkOver', id: found[0], agent: found[1] });
        break;
      }
      case 'hangUp': {
        const entry = one(waiting);
        if (!entry) return;
        this.#fate(entry.id, 'gone');
        this.send({ kind: 'left', id: entry.id });
        break;
      }
      case 'miss': {
        if (!rung) return;
        const [id, { offer, agents }] = rung;
        const agent = one([...agents], other)!;
        agents.delete(agent);
        this.send({ kind: 'missed', id, agent, offer, how: other % 2 ? 'no-answer' : 'unreachable' });
        break;
      }
      case 'offerOver': {
        const found = one([...this.ringing]);
        if (!found) return;
        this.ringing.delete(found[0]);
        this.send({ kind: 'offerOver', id: found[0], offer: found[1].offer });
        break;
      }
      case 'mode': {
        const mode = one<AgentMode>(['on', 'on', 'pause', 'off'], other)!;
        this.send({ kind: 'mode', agent: one(people)!, mode });
        break;
      }
      case 'busy': {
        const busy = new Set(this.state.busy);
        const person = one(people)!;
        if (!busy.delete(person)) busy.add(person);
        this.send({ kind: 'busy', people: busy });
        break;
      }
      case 'move': {
        const entry = one(waiting);
        if (!entry) return;
        const to = one(this.#queues, other)!;
        const position = 1 + (other % 4);
        this.send({ kind: 'move', id: entry.id, queue: to, position });
        const order = inOrder(this.state, to);
        const at = order.findIndex(({ id }) => id === entry.id) + 1;
        if (this.state.waiting.has(entry.id) && at !== Math.min(position, order.length))
          throw new Error(`${entry.id} is at ${at}, not at ${position}`);
        break;
      }
      case 'convert': {
        const entry = one(waiting.filter(({ kind }) => kind === 'call'));
        if (!entry) return;
        const place = inOrder(this.state, entry.queue).findIndex(({ id }) => id === entry.id);
        this.send({ kind: 'convert', id: entry.id, notBefore: this.now + 3000 });
        const after = inOrder(this.state, entry.queue).findIndex(({ id }) => id === entry.id);
        if (after !== place) throw new Error('whoever is called back has lost the place');
        break;
      }
      case 'pass':
        this.now = nextAt(this.state, this.now) ?? this.now + 1000;
        this.send({ kind: 'tick' });
    }
  }
}

const terms = fc.tuple(queue('sales'), queue('support'), queue('night'));

t.test(
  'whatever happens: nobody lost, nobody served twice, no agent rung twice, nobody waits for nothing',
  (t) => {
    fc.assert(
      fc.property(terms, fc.array(happening, { minLength: 10, maxLength: 120 }), (queues, happenings) => {
        const world = new World(queues);
        for (const one of happenings) world.happen(one);
      }),
      { numRuns: 400 },
    );
    t.pass('holds');
    t.end();
  },
);

t.test('the same happenings lead to the same state, and no state is changed in place', (t) => {
  fc.assert(
    fc.property(terms, fc.array(happening, { maxLength: 40 }), (queues, happenings) => {
      const [one, two] = [new World(queues), new World(queues)];
      const snapshots: [QueueState, string][] = [];
      const text = (state: QueueState): string => JSON.stringify([[...state.waiting], [...state.agents]]);
      for (const happening of happenings) {
        one.happen(happening);
        two.happen(happening);
        snapshots.push([one.state, text(one.state)]);
        if (text(one.state) !== text(two.state)) throw new Error('not the same');
      }
      for (const [state, was] of snapshots) if (text(state) !== was) throw new Error('changed in place');
    }),
    { numRuns: 100 },
  );
  t.pass('holds');
  t.end();
});

t.test('with one agent and no accidents callers are answered in the order of service', (t) => {
  const single = { tierMs: 0, wrapUpMs: 0, maxWaitMs: 0, maxLength: 99, missesToPause: 0 };
  fc.assert(
    fc.property(fc.array(fc.constantFrom(1, 5, 9), { minLength: 2, maxLength: 30 }), (priorities) => {
      const world = new World([
        {
          ...{ id: 'sales', strategy: 'longest-idle', leavesWhenNobody: false, ...single },
          members: [{ person: 'anna', tier: 1, priority: 5 }],
        },
      ]);
      world.send({ kind: 'mode', agent: 'anna', mode: 'pause' });
      priorities.forEach((priority, i) => {
        world.now += i % 3;
        world.fates.set(`c${i}`, 'waits');
        world.send({ kind: 'join', id: `c${i}`, queue: 'sales', what: 'call', priority });
      });
      const expected = priorities
        .map((priority, i) => ({ id: `c${i}`, priority, i }))
        .sort((a, b) => a.priority - b.priority || a.i - b.i)
        .map(({ id }) => id);
      const served: string[] = [];
      world.send({ kind: 'mode', agent: 'anna', mode: 'on' });
      while (served.length < priorities.length) {
        served.push([...world.ringing.keys()][0]!);
        world.happen({ what: 'answer', pick: 0, other: 0 });
        world.happen({ what: 'talkOver', pick: 0, other: 0 });
      }
      if (served.join() !== expected.join()) throw new Error(`${served} for ${expected}`);
      if (!inOrder(world.state, 'sales').every((one, i, all) => i === 0 || before(all[i - 1]!, one) < 0))
        throw new Error('no order');
    }),
    { numRuns: 200 },
  );
  t.pass('holds');
  t.end();
});
