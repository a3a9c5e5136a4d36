import type { Party } from '../../call/leg.ts';
import type { FlowConfig } from '../../config/schema.ts';
import { compileFlow } from './compiled.ts';
import type { Ask, FlowEvent, FlowTrace, FlowWorld, HookAnswer, KeptAnswer } from './flow-step.ts';
import { advanceFlow, beginFlow } from './machine.ts';

/** What everybody does in a simulated call. Where a list has come to its end: nothing, nobody, no answer. */
export interface FlowScript {
  /** What the caller presses each time a key is first waited for; empty: nothing. */
  keys: readonly string[];
  /** How ringing ends, one after the other. */
  rings: readonly ('answered' | 'busy' | 'no-answer')[];
  /** What programs of the office answer; null: nothing in time. */
  hooks: readonly (HookAnswer | null)[];
}

/** How a simulated call ended. */
export type FlowEnding = 'hung-up' | 'passed-on' | 'too-long' | 'answered';

/** Something that was said, or somebody who was rung, on the way. */
export type FlowSight =
  | ({ kind: 'trace' } & FlowTrace)
  | { kind: 'say'; what: Extract<Ask, { kind: 'say' }>['what'] }
  | { kind: 'ring'; target: string; outcome: FlowScript['rings'][number] }
  | { kind: 'hook'; url: string };

export interface FlowSimulation {
  sights: FlowSight[];
  ending: FlowEnding;
  answers: readonly KeptAnswer[];
  /** What whoever is rung would see before the caller's name. */
  label: string | undefined;
}

/** A world whose time passes only by what is waited for. */
class SimulatedTime implements FlowWorld {
  readonly #world: FlowWorld;
  #now = 0;

  constructor(world: FlowWorld) {
    this.#world = world;
  }

  pass(ms: number): void {
    this.#now += ms;
  }

  now = (): number => this.#now;

  get caller(): Party {
    return this.#world.caller;
  }

  get calledNumber(): string | undefined {
    return this.#world.calledNumber;
  }

  get interDigitMs(): number {
    return this.#world.interDigitMs;
  }

  get matchMs(): number {
    return this.#world.matchMs;
  }

  holds: FlowWorld['holds'] = (during) => this.#world.holds(during);
  isCaller: FlowWorld['isCaller'] = (numbers, list) => this.#world.isCaller(numbers, list);
  extension: FlowWorld['extension'] = (digits) => this.#world.extension(digits);
  callable: FlowWorld['callable'] = (queue, who) => this.#world.callable(queue, who);
}

/**
 * Runs a flow as a call would, on the same machine, with answers that are given beforehand. Nobody is rung and nothing
 * is asked over the network. It always ends.
 */
export function simulateFlow(flow: FlowConfig, script: FlowScript, office: FlowWorld): FlowSimulation {
  const compiled = compileFlow(flow);
  const world = new SimulatedTime(office);
  const actors = new Actors(script, world);
  const sights: FlowSight[] = [];
  let move = beginFlow(compiled, world);
  for (;;) {
    const { state, trace } = move;
    for (const one of trace) sights.push({ kind: 'trace', ...one });
    const { ask, answers, label } = state;
    if (ask.kind === 'end') {
      const ending = ask.why ?? (ask.how === 'hang-up' ? 'hung-up' : 'passed-on');
      return { sights, ending, answers, label };
    }
    const event = actors.answer(ask, sights);
    if (!event) return { sights, ending: 'answered', answers, label };
    move = advanceFlow(compiled, state, event, world);
  }
}

/** Whoever takes part in a simulated call, and does what the script says. */
class Actors {
  readonly #world: SimulatedTime;
  readonly #keys: string[];
  readonly #rings: FlowScript['rings'][number][];
  readonly #hooks: (HookAnswer | null)[];
  /** Pressed, and not read yet. */
  #ahead = '';

  constructor(script: FlowScript, world: SimulatedTime) {
    this.#world = world;
    this.#keys = [...script.keys];
    this.#rings = [...script.rings];
    this.#hooks = [...script.hooks];
  }

  /** @returns undefined: somebody has taken the call. */
  answer(ask: Exclude<Ask, { kind: 'end' }>, sights: FlowSight[]): FlowEvent | undefined {
    switch (ask.kind) {
      case 'say':
        if (ask.flush) this.#ahead = '';
        sights.push({ kind: 'say', what: ask.what });
        return { kind: 'said' };
      case 'key': {
        if (this.#ahead === '' && !ask.more) this.#ahead = this.#keys.shift() ?? '';
        const key = this.#ahead[0];
        this.#ahead = this.#ahead.slice(1);
        if (key !== undefined) return { kind: 'key', key };
        this.#world.pass(ask.ms);
        return { kind: 'silence' };
      }
      case 'ring': {
        const outcome = this.#rings.shift() ?? 'no-answer';
        sights.push({ kind: 'ring', target: ask.target, outcome });
        this.#world.pass((ask.seconds ?? 0) * 1000);
        return outcome === 'answered' ? undefined : { kind: 'unanswered', busy: outcome === 'busy' };
      }
      case 'hook': {
        sights.push({ kind: 'hook', url: ask.url });
        const answer = this.#hooks.shift();
        return answer ? { kind: 'hooked', answer } : { kind: 'hooked' };
      }
      case 'order':
        return { kind: 'ordered', taken: true };
    }
  }
}
