import type { FlowAction } from '../../config/schema.ts';
import type { Said } from '../../dialplan/route-plan.ts';
import type { CompiledFlow } from './compiled.ts';
import type { Ask, FlowEvent, FlowState, FlowTrace, FlowWorld } from './flow-step.ts';
import { matchKeys } from './keys.ts';

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

/** How a flow asks a caller for keys, and reads them; one move of it, as {@link FlowMove} tells. */
export abstract class Asker {
  protected readonly flow: CompiledFlow;
  protected readonly world: FlowWorld;
  /** A copy, which is the move's to change. */
  protected readonly state: FlowState;
  protected readonly trace: FlowTrace[] = [];

  constructor(flow: CompiledFlow, state: FlowState, world: FlowWorld) {
    this.flow = flow;
    this.world = world;
    this.state = { ...state };
  }

  protected menu(does: FlowAction & { kind: 'menu' }, event: FlowEvent): Ask | string {
    const state = this.state;
    if (event.kind === 'said') return this.afterSaid(does);
    if (event.kind === 'unanswered') {
      this.note('unanswered', event.busy ? 'busy' : undefined);
      return this.wrong(does, words.nobody);
    }
    if (event.kind === 'key') state.entered += event.key;
    else if (state.entered === '') return this.silent(does);
    const match = matchKeys(state.entered, does.choices, does.extensions, this.world);
    const waits = event.kind === 'key' && (match.kind === 'beginning' || ('more' in match && match.more));
    if (waits)
      return this.key(match.kind === 'beginning' ? this.world.interDigitMs : this.world.matchMs, true);
    if (match.kind === 'choice') {
      this.note('keyed', state.entered);
      return match.next;
    }
    if (match.kind === 'extension') {
      this.note('extension', match.digits);
      state.phase = 'busy';
      return { kind: 'ring', target: match.target, seconds: extensionSeconds, pressOne: true };
    }
    this.note('wrong-key', state.entered);
    return this.wrong(does, does.sayWrong === '' ? words.wrong : does.sayWrong);
  }

  protected record(does: FlowAction & { kind: 'record' }, event: FlowEvent): Ask | string {
    const state = this.state;
    const { hidden } = does;
    if (event.kind === 'said') return this.afterSaid(does);
    if (event.kind === 'silence' && state.entered === '') return this.silent(does);
    const key = event.kind === 'key' ? event.key : '#';
    if (key === '*' && !does.allowed.includes('*')) {
      state.entered = '';
      return this.key(does.seconds * 1000, false, hidden);
    }
    const ended = key === '#';
    if (!ended) {
      if (does.allowed !== '' && !does.allowed.includes(key)) return this.wrongAnswer(does);
      state.entered += key;
      if (state.entered.length < does.max) return this.key(this.world.interDigitMs, true, hidden);
    }
    if (state.entered.length < does.min) return this.wrongAnswer(does);
    this.keep(does.name, state.entered, hidden);
    if (!hidden) state.answers = [...state.answers, { name: does.name, value: state.entered }];
    this.note('answer-kept', hidden ? does.name : `${does.name} = ${state.entered}`);
    return does.next;
  }

  protected wrongAnswer(does: FlowAction & { kind: 'record' }): Ask | string {
    this.note('wrong-key', does.hidden ? undefined : this.state.entered);
    return this.wrong(does, words.wrongAnswer);
  }

  protected callBack(
    does: FlowAction & { kind: 'callback' },
    who: Parameters<FlowWorld['callable']>[1],
  ): Ask | string {
    const found = this.world.callable(does.queue, who);
    if (typeof found === 'object') {
      this.state.phase = 'busy';
      return { kind: 'order', queue: does.queue, number: found.number };
    }
    if (found === 'never') {
      this.note('callback-refused');
      return does.otherwise;
    }
    if (typeof who !== 'string') return this.question(askingNumber(does));
    this.note('wrong-key', who);
    return this.wrong(askingNumber(does), words.wrongNumber);
  }

  protected callbackAfter(does: FlowAction & { kind: 'callback' }, event: FlowEvent): Ask | string {
    const state = this.state;
    const asking = askingNumber(does);
    switch (event.kind) {
      case 'ordered':
        this.note(event.taken ? 'callback-ordered' : 'callback-refused');
        return event.taken ? does.next : does.otherwise;
      case 'said':
        return this.afterSaid(asking);
      case 'key':
        if (event.key === '*') state.entered = '';
        else if (event.key !== '#') state.entered += event.key;
        if (event.key !== '#' && state.entered.length < longestNumber)
          return this.key(
            state.entered === '' ? asking.seconds * 1000 : this.world.interDigitMs,
            state.entered !== '',
          );
        return state.entered === '' ? this.silent(asking) : this.callBack(does, state.entered);
      default:
        return state.entered === '' ? this.silent(asking) : this.callBack(does, state.entered);
    }
  }

  /** Asks anew, or for the first time. */
  protected question(does: Asking): Ask {
    this.state.entered = '';
    this.state.phase = 'say';
    return does.say === '' ? this.afterSaid(does) : this.say(does.say, true, does.hidden);
  }

  /** The question, or that there was no such answer, has been said. */
  protected afterSaid(does: Asking): Ask {
    const { hidden = false } = does;
    if (this.state.phase === 'sorry') return this.question(does);
    this.state.phase = 'keys';
    return this.key(does.seconds * 1000, false, hidden);
  }

  protected wrong(does: Pick<Asking, 'tries' | 'otherwise' | 'hidden'>, what: string | Said): Ask | string {
    const state = this.state;
    state.wrong += 1;
    if (state.wrong >= does.tries) return does.otherwise;
    state.entered = '';
    state.phase = 'sorry';
    return { ...this.say(what, true, does.hidden), flush: true };
  }

  protected silent(does: Asking & { silent?: string | undefined }): Ask | string {
    const state = this.state;
    state.silent += 1;
    this.note('no-key');
    if (state.silent >= does.tries) return does.silent ?? does.otherwise;
    return this.question(does);
  }

  protected say(what: string | Said, interrupt: boolean, secret = false): Extract<Ask, { kind: 'say' }> {
    if (typeof what !== 'string') return { kind: 'say', what, interrupt, ...(secret ? { secret } : {}) };
    const hush = secret || this.tells(what);
    return { kind: 'say', what: this.filled(what), interrupt, ...(hush ? { secret: hush } : {}) };
  }

  protected key(ms: number, more: boolean, secret = false): Ask {
    return { kind: 'key', ms, more, ...(secret ? { secret: true } : {}) };
  }

  protected keep(name: string, value: string, hidden = false): void {
    const state = this.state;
    if (!Object.hasOwn(state.values, name) && Object.keys(state.values).length >= mostValues) return;
    state.values = { ...state.values, [name]: value.slice(0, longestValue) };
    state.hidden = hidden
      ? [...new Set([...state.hidden, name])]
      : state.hidden.filter((other) => other !== name);
  }

  /** A text with the values that it names; `shown`: to others than the caller, without those that nobody is to see. */
  protected filled(text: string, shown = false): string {
    const { hidden } = this.state;
    return text.replace(named, (_, name: string) =>
      shown && hidden.includes(name) ? '' : this.valueNamed(name),
    );
  }

  /** A value; empty where there is none. */
  protected valueNamed(name: string): string {
    const { values } = this.state;
    return (Object.hasOwn(values, name) ? values[name] : undefined) ?? '';
  }

  /** Whether a text names a value that nobody is to see. */
  protected tells(text: string): boolean {
    return [...text.matchAll(named)].some(([, name]) => this.state.hidden.includes(name!));
  }

  protected note(what: FlowTrace['what'], detail?: string): void {
    const { node } = this.state;
    this.trace.push(detail === undefined ? { node, what } : { node, what, detail });
  }
}
