import type { FlowAction } from '../../config/schema.ts';
import type { Said } from '../../dialplan/route-plan.ts';
import type { CompiledFlow } from './compiled.ts';
import type { Ask, FlowEvent, FlowMove, FlowState, FlowTrace, FlowWorld, HookAnswer } from './flow-step.ts';
import { matchKeys } from './keys.ts';

/** Most steps that one caller is led through, and most events; a flow that counts rounds within rounds ends there. */
const mostSteps = 1000;
const mostEvents = 10_000;

/** Most values that are kept of one call, and the longest, in characters. */
const mostValues = 100;
const longestValue = 64;

/** Digits of a telephone number at most (E.164), with what is dialed before them. */
const longestNumber = 18;

/** How long an extension that was dialed out of a menu is rung; a person's own forwarding comes before that. */
const extensionSeconds = 60;

const words = {
  wrong: { ru: 'Такого пункта нет.', en: 'There is no such choice.' },
  wrongAnswer: { ru: 'Ответ не принят.', en: 'That answer was not accepted.' },
  nobody: { ru: 'Никто не отвечает.', en: 'Nobody answers.' },
  number: {
    ru: 'Наберите номер, по которому вам перезвонить, и нажмите решётку.',
    en: 'Enter the number to call you back on, then press the hash key.',
  },
  wrongNumber: {
    ru: 'По этому номеру перезвонить нельзя.',
    en: 'That number cannot be called back.',
  },
} satisfies Record<string, Said>;

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

class Run {
  readonly #flow: CompiledFlow;
  readonly #world: FlowWorld;
  readonly #state: FlowState;
  readonly #trace: FlowTrace[] = [];

  constructor(flow: CompiledFlow, state: FlowState, world: FlowWorld) {
    this.#flow = flow;
    this.#world = world;
    this.#state = { ...state };
  }

  take(event: FlowEvent): FlowMove {
    const state = this.#state;
    const { ask } = state;
    const now = this.#world.now();
    // Whoever talks, or waits in a queue, is not in the menu.
    if (ask.kind !== 'ring' && event.kind !== 'begin') state.spentMs += Math.max(0, now - state.askedAt);
    state.events += 1;
    if (event.kind !== 'begin' && ask.kind === 'end') return this.#move(ask);
    const asked =
      state.events > mostEvents || state.spentMs > this.#flow.longestMs
        ? this.#tooLong()
        : event.kind === 'begin'
          ? this.#enter(this.#flow.start)
          : this.#goOn(event);
    return this.#move(asked);
  }

  #move(ask: Ask): FlowMove {
    this.#state.ask = ask;
    this.#state.askedAt = this.#world.now();
    return { state: this.#state, trace: this.#trace };
  }

  #note(what: FlowTrace['what'], detail?: string): void {
    const { node } = this.#state;
    this.#trace.push(detail === undefined ? { node, what } : { node, what, detail });
  }

  #tooLong(): Ask {
    this.#note('flow-too-long');
    return { kind: 'end', how: 'pass-on', why: 'too-long' };
  }

  /** Comes to a step; steps that only decide lead on at once. */
  #enter(id: string): Ask {
    let at: string | Ask = id;
    while (typeof at === 'string') {
      const does = this.#flow.steps.get(at);
      const state = this.#state;
      state.node = at;
      state.steps += 1;
      if (!does || state.steps > mostSteps) return this.#tooLong();
      Object.assign(state, { phase: 'say', entered: '', wrong: 0, silent: 0 });
      this.#note('flow-node', at);
      at = this.#begin(does, at);
    }
    return at;
  }

  /** What a step does first: something to be asked, or the step that follows. */
  #begin(does: FlowAction, id: string): Ask | string {
    const world = this.#world;
    switch (does.kind) {
      case 'play':
        return does.say === '' ? does.next : this.#say(does.say, does.interrupt);
      case 'menu':
      case 'record':
        return this.#question(does);
      case 'time':
        return this.#branch(does, (way) => world.holds(way));
      case 'caller':
        return this.#branch(does, (way) => world.isCaller(way, way.list));
      case 'list': {
        const value = this.#state.values[does.value] ?? '';
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
        return this.#callBack(does, world.caller);
      case 'set':
        if (does.label !== '') this.#state.label = this.#filled(does.label, true);
        if (does.language !== 'as-is') this.#state.language = does.language;
        if (does.variable !== undefined)
          this.#keep(does.variable, this.#filled(does.value), this.#tells(does.value));
        return does.next;
      case 'repeat': {
        const rounds = (this.#state.rounds[id] ?? 0) + 1;
        // Whoever comes here again after the last round begins to count anew.
        this.#state.rounds = { ...this.#state.rounds, [id]: rounds > does.times ? 0 : rounds };
        return rounds > does.times ? does.next : does.again;
      }
      case 'end':
        return does.say === '' ? { kind: 'end', how: does.how } : this.#say(does.say, false);
    }
  }

  #branch<T extends { next: string }>(
    { ways, otherwise }: { ways: readonly T[]; otherwise: string },
    fits: (way: T) => boolean,
  ): string {
    const index = ways.findIndex(fits);
    this.#note('flow-way', index < 0 ? 'otherwise' : String(index + 1));
    return ways[index]?.next ?? otherwise;
  }

  /** Goes on with the present step. */
  #goOn(event: Exclude<FlowEvent, { kind: 'begin' }>): Ask {
    const does = this.#flow.steps.get(this.#state.node);
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
        return this.#menu(does, event);
      case 'record':
        return this.#record(does, event);
      case 'callback':
        return this.#callbackAfter(does, event);
      case 'http':
        return event.kind === 'hooked' ? this.#hooked(does, event.answer) : does.otherwise;
      case 'transfer':
      case 'queue':
      case 'voicemail': {
        const busy = event.kind === 'unanswered' && event.busy;
        this.#note('unanswered', busy ? 'busy' : undefined);
        return busy && does.kind === 'transfer' && does.busy !== undefined ? does.busy : does.otherwise;
      }
      // The others have nothing to wait for.
      default:
        return this.#tooLong();
    }
  }

  #menu(does: FlowAction & { kind: 'menu' }, event: FlowEvent): Ask | string {
    const state = this.#state;
    if (event.kind === 'said') return this.#afterSaid(does);
    if (event.kind === 'unanswered') {
      this.#note('unanswered', event.busy ? 'busy' : undefined);
      return this.#wrong(does, words.nobody);
    }
    if (event.kind === 'key') state.entered += event.key;
    else if (state.entered === '') return this.#silent(does);
    const match = matchKeys(state.entered, does.choices, does.extensions, this.#world);
    const waits = event.kind === 'key' && (match.kind === 'beginning' || ('more' in match && match.more));
    if (waits)
      return this.#key(match.kind === 'beginning' ? this.#world.interDigitMs : this.#world.matchMs, true);
    if (match.kind === 'choice') {
      this.#note('keyed', state.entered);
      return match.next;
    }
    if (match.kind === 'extension') {
      this.#note('extension', match.digits);
      state.phase = 'busy';
      return { kind: 'ring', target: match.target, seconds: extensionSeconds, pressOne: true };
    }
    this.#note('wrong-key', state.entered);
    return this.#wrong(does, does.sayWrong === '' ? words.wrong : this.#filled(does.sayWrong));
  }

  #record(does: FlowAction & { kind: 'record' }, event: FlowEvent): Ask | string {
    const state = this.#state;
    const { hidden } = does;
    if (event.kind === 'said') return this.#afterSaid(does);
    if (event.kind === 'silence' && state.entered === '') return this.#silent(does);
    const key = event.kind === 'key' ? event.key : '#';
    if (key === '*' && !does.allowed.includes('*')) {
      state.entered = '';
      return this.#key(does.seconds * 1000, false, hidden);
    }
    const ended = key === '#';
    if (!ended) {
      if (does.allowed !== '' && !does.allowed.includes(key)) return this.#wrongAnswer(does);
      state.entered += key;
      if (state.entered.length < does.max) return this.#key(this.#world.interDigitMs, true, hidden);
    }
    if (state.entered.length < does.min) return this.#wrongAnswer(does);
    this.#keep(does.name, state.entered, hidden);
    if (!hidden) state.answers = [...state.answers, { name: does.name, value: state.entered }];
    this.#note('answer-kept', hidden ? does.name : `${does.name} = ${state.entered}`);
    return does.next;
  }

  #wrongAnswer(does: FlowAction & { kind: 'record' }): Ask | string {
    this.#note('wrong-key', does.hidden ? undefined : this.#state.entered);
    return this.#wrong(does, words.wrongAnswer);
  }

  #callBack(
    does: FlowAction & { kind: 'callback' },
    who: Parameters<FlowWorld['callable']>[1],
  ): Ask | string {
    const found = this.#world.callable(does.queue, who);
    if (typeof found === 'object') {
      this.#state.phase = 'busy';
      return { kind: 'order', queue: does.queue, number: found.number };
    }
    if (found === 'never') {
      this.#note('callback-refused');
      return does.otherwise;
    }
    if (typeof who !== 'string') return this.#question(askingNumber(does));
    this.#note('wrong-key', who);
    return this.#wrong(askingNumber(does), words.wrongNumber);
  }

  #callbackAfter(does: FlowAction & { kind: 'callback' }, event: FlowEvent): Ask | string {
    const state = this.#state;
    const asking = askingNumber(does);
    switch (event.kind) {
      case 'ordered':
        this.#note(event.taken ? 'callback-ordered' : 'callback-refused');
        return event.taken ? does.next : does.otherwise;
      case 'said':
        return this.#afterSaid(asking);
      case 'key':
        if (event.key === '*') state.entered = '';
        else if (event.key !== '#') state.entered += event.key;
        if (event.key !== '#' && state.entered.length < longestNumber)
          return this.#key(
            state.entered === '' ? asking.seconds * 1000 : this.#world.interDigitMs,
            state.entered !== '',
          );
        return state.entered === '' ? this.#silent(asking) : this.#callBack(does, state.entered);
      default:
        return state.entered === '' ? this.#silent(asking) : this.#callBack(does, state.entered);
    }
  }

  #hooked(does: FlowAction & { kind: 'http' }, answer: HookAnswer | undefined): string {
    if (!answer) {
      this.#note('hook-failed');
      return does.failed ?? does.otherwise;
    }
    for (const [name, value] of Object.entries(answer.set ?? {})) this.#keep(name, value);
    return this.#branch(does, (way) => way.answer === answer.answer);
  }

  /** Asks anew, or for the first time. */
  #question(does: Asking): Ask {
    this.#state.entered = '';
    this.#state.phase = 'say';
    return does.say === '' ? this.#afterSaid(does) : this.#say(does.say, true, does.hidden);
  }

  #say(what: string | Said, interrupt: boolean, secret = false): Ask {
    const text = typeof what === 'string' ? this.#filled(what) : what;
    return { kind: 'say', what: text, interrupt, ...(secret ? { secret: true } : {}) };
  }

  #key(ms: number, more: boolean, secret = false): Ask {
    return { kind: 'key', ms, more, ...(secret ? { secret: true } : {}) };
  }

  /** The question, or that there was no such answer, has been said. */
  #afterSaid(does: Asking): Ask {
    const { hidden = false } = does;
    if (this.#state.phase === 'sorry') return this.#question(does);
    this.#state.phase = 'keys';
    return this.#key(does.seconds * 1000, false, hidden);
  }

  #wrong(does: Pick<Asking, 'tries' | 'otherwise' | 'hidden'>, what: string | Said): Ask | string {
    const state = this.#state;
    state.wrong += 1;
    if (state.wrong >= does.tries) return does.otherwise;
    state.entered = '';
    state.phase = 'sorry';
    const { hidden = false } = does;
    return { kind: 'say', what, interrupt: true, flush: true, ...(hidden ? { secret: true } : {}) };
  }

  #silent(does: Asking & { silent?: string | undefined }): Ask | string {
    const state = this.#state;
    state.silent += 1;
    this.#note('no-key');
    if (state.silent >= does.tries) return does.silent ?? does.otherwise;
    return this.#question(does);
  }

  #keep(name: string, value: string, hidden = false): void {
    const state = this.#state;
    if (!(name in state.values) && Object.keys(state.values).length >= mostValues) return;
    state.values = { ...state.values, [name]: value.slice(0, longestValue) };
    state.hidden = hidden
      ? [...new Set([...state.hidden, name])]
      : state.hidden.filter((other) => other !== name);
  }

  /** A text with the values that it names; `shown`: to others than the caller, without those that nobody is to see. */
  #filled(text: string, shown = false): string {
    const { values, hidden } = this.#state;
    return text.replace(named, (_, name: string) =>
      shown && hidden.includes(name) ? '' : (values[name] ?? ''),
    );
  }

  /** Whether a text names a value that nobody is to see. */
  #tells(text: string): boolean {
    return [...text.matchAll(named)].some(([, name]) => this.#state.hidden.includes(name!));
  }
}

/** A value in a text: `{name}`. */
const named = /\{([a-z][a-z0-9-]*)\}/g;

/** What is common to all that ask for keys. */
interface Asking {
  say: string | Said;
  seconds: number;
  tries: number;
  otherwise: string;
  hidden?: boolean;
}

/** How the number to call back on is asked for. */
const askingNumber = ({ sayNumber, otherwise }: FlowAction & { kind: 'callback' }): Asking => ({
  say: sayNumber === '' ? words.number : sayNumber,
  seconds: 10,
  tries: 3,
  otherwise,
});

/** Whether a value is one of those that are meant: whole, or with an asterisk its beginning. */
const isOf = (value: string, meant: string): boolean =>
  meant.endsWith('*') ? value.startsWith(meant.slice(0, -1)) : value === meant;
