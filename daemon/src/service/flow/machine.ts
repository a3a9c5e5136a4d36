import type { FlowAction } from '../../config/schema.ts';
import { Asker } from './asker.ts';
import type { CompiledFlow } from './compiled.ts';
import type { Ask, FlowEvent, FlowMove, FlowState, FlowWorld, HookAnswer } from './flow-step.ts';

/** Most steps that one caller is led through, and most events; a flow that counts rounds within rounds ends there. */
const mostSteps = 1000;
const mostEvents = 10_000;

const noMove: Ask = { kind: 'end', how: 'pass-on' };

/** A caller who has just come to a flow. */
export function beginFlow(flow: CompiledFlow, world: FlowWorld): FlowMove {
  const state: FlowState = {
    node: flow.start,
    phase: 'say',
    entered: '',
    wrong: 0,
    silent: 0,
    values: {},
    hidden: [],
    answers: [],
    rounds: {},
    label: undefined,
    language: undefined,
    steps: 0,
    events: 0,
    spentMs: 0,
    ask: noMove,
    askedAt: world.now(),
  };
  return advanceFlow(flow, state, { kind: 'begin' }, world);
}

/**
 * Takes what has come of the flow's last {@link Ask}, and goes on to the next one. Pure: it changes nothing and looks at
 * nothing but its arguments. It comes to an end after a bounded number of moves and a bounded time, whatever comes: a
 * step waits for a bounded time, and steps, events and time are counted.
 */
export function advanceFlow(
  flow: CompiledFlow,
  state: FlowState,
  event: FlowEvent,
  world: FlowWorld,
): FlowMove {
  return new Run(flow, state, world).take(event);
}

class Run extends Asker {
  take(event: FlowEvent): FlowMove {
    const state = this.state;
    const { ask } = state;
    const now = this.world.now();
    // Whoever talks, or waits in a queue, is not in the menu.
    if (ask.kind !== 'ring' && event.kind !== 'begin') state.spentMs += Math.max(0, now - state.askedAt);
    state.events += 1;
    if (event.kind !== 'begin' && ask.kind === 'end') return this.#move(ask);
    const asked =
      state.events > mostEvents || state.spentMs > this.flow.longestMs
        ? this.#tooLong()
        : event.kind === 'begin'
          ? this.#enter(this.flow.start)
          : this.#goOn(event);
    return this.#move(asked);
  }

  #move(ask: Ask): FlowMove {
    this.state.ask = ask;
    this.state.askedAt = this.world.now();
    return { state: this.state, trace: this.trace };
  }

  #tooLong(): Ask {
    this.note('flow-too-long');
    return { kind: 'end', how: 'pass-on', why: 'too-long' };
  }

  /** Comes to a step; steps that only decide lead on at once. */
  #enter(id: string): Ask {
    let at: string | Ask = id;
    while (typeof at === 'string') {
      const does = this.flow.steps.get(at);
      const state = this.state;
      state.node = at;
      state.steps += 1;
      if (!does || state.steps > mostSteps) return this.#tooLong();
      Object.assign(state, { phase: 'say', entered: '', wrong: 0, silent: 0 });
      this.note('flow-node', at);
      at = this.#begin(does, at);
    }
    return at;
  }

  /** What a step does first: something to be asked, or the step that follows. */
  #begin(does: FlowAction, id: string): Ask | string {
    const world = this.world;
    switch (does.kind) {
      case 'play':
        return does.say === '' ? does.next : this.say(does.say, does.interrupt);
      case 'menu':
      case 'record':
        return this.question(does);
      case 'time':
        return this.#branch(does, (way) => world.holds(way));
      case 'caller':
        return this.#branch(does, (way) => world.isCaller(way, way.list));
      case 'list': {
        const value = this.valueNamed(does.value);
        return this.#branch(does, ({ values }) => values.some((one) => isOf(value, one)));
      }
      case 'http':
        return { kind: 'hook', url: does.url, seconds: does.seconds };
      case 'queue':
        return { kind: 'ring', target: `queue:${does.queue}`, pressOne: true };
      case 'transfer':
        return { kind: 'ring', target: does.to, seconds: does.seconds, pressOne: does.pressOne };
      case 'voicemail':
        return { kind: 'ring', target: `voicemail:${does.mailbox}`, pressOne: true };
      case 'callback':
        return this.callBack(does, world.caller);
      case 'set':
        if (does.label !== '') this.state.label = this.filled(does.label, true);
        if (does.language !== 'as-is') this.state.language = does.language;
        if (does.variable !== undefined)
          this.keep(does.variable, this.filled(does.value), this.tells(does.value));
        return does.next;
      case 'repeat': {
        const before = this.state.rounds;
        const rounds = ((Object.hasOwn(before, id) ? before[id] : undefined) ?? 0) + 1;
        // Whoever comes here again after the last round begins to count anew.
        this.state.rounds = { ...before, [id]: rounds > does.times ? 0 : rounds };
        return rounds > does.times ? does.next : does.again;
      }
      case 'end':
        return does.say === '' ? { kind: 'end', how: does.how } : this.say(does.say, false);
    }
  }

  #branch<T extends { next: string }>(
    { ways, otherwise }: { ways: readonly T[]; otherwise: string },
    fits: (way: T) => boolean,
  ): string {
    const index = ways.findIndex(fits);
    this.note('flow-way', index < 0 ? 'otherwise' : String(index + 1));
    return ways[index]?.next ?? otherwise;
  }

  /** Goes on with the present step. */
  #goOn(event: Exclude<FlowEvent, { kind: 'begin' }>): Ask {
    const does = this.flow.steps.get(this.state.node);
    if (!does) return this.#tooLong();
    const next = this.#after(does, event);
    return typeof next === 'string' ? this.#enter(next) : next;
  }

  #after(does: FlowAction, event: Exclude<FlowEvent, { kind: 'begin' }>): Ask | string {
    switch (does.kind) {
      case 'play':
        return does.next;
      case 'end':
        return { kind: 'end', how: does.how };
      case 'menu':
        return this.menu(does, event);
      case 'record':
        return this.record(does, event);
      case 'callback':
        return this.callbackAfter(does, event);
      case 'http':
        return event.kind === 'hooked' ? this.#hooked(does, event.answer) : does.otherwise;
      case 'transfer':
      case 'queue':
      case 'voicemail': {
        const busy = event.kind === 'unanswered' && event.busy;
        this.note('unanswered', busy ? 'busy' : undefined);
        return busy && does.kind === 'transfer' && does.busy !== undefined ? does.busy : does.otherwise;
      }
      // The others have nothing to wait for.
      default:
        return this.#tooLong();
    }
  }

  #hooked(does: FlowAction & { kind: 'http' }, answer: HookAnswer | undefined): string {
    if (!answer) {
      this.note('hook-failed');
      return does.failed ?? does.otherwise;
    }
    for (const [name, value] of Object.entries(answer.set ?? {})) this.keep(name, value);
    return this.#branch(does, (way) => way.answer === answer.answer);
  }
}

/** Whether a value is one of those that are meant: whole, or with an asterisk its beginning. */
const isOf = (value: string, meant: string): boolean =>
  meant.endsWith('*') ? value.startsWith(meant.slice(0, -1)) : value === meant;
