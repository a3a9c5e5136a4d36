import type { Call } from '../../call/call.ts';
import { cause, localCause } from '../../call/cause.ts';
import type { Callbacks } from '../callback.ts';
import type { ServiceContext } from '../context.ts';
import type { HostedService, Next, Visit } from '../hosted.ts';
import { compileFlow } from './compiled.ts';
import type { Ask, FlowEvent, FlowMove, FlowState, HookAnswer } from './flow-step.ts';
import { advanceFlow, beginFlow } from './machine.ts';
import { OfficeWorld } from './office-world.ts';

/** What a program of the office is asked, and told of the call. Nothing secret is in it. */
export interface HookRequest {
  url: string;
  /** How long its answer is waited for, s. */
  seconds: number;
  /** Goes as JSON. */
  body: {
    flow: string;
    step: string;
    /** Id of the call's record. */
    call: string;
    /** Missing where it is withheld or unknown. */
    caller?: string;
    called?: string;
    language: string;
    values: Record<string, string>;
  };
}

/** Asks programs of the office; undefined: no answer that could be understood came in time. Never throws. */
export type Hook = (request: HookRequest) => Promise<HookAnswer | undefined>;

/** Longest that anything is said at a stretch, ms: speech may fail to end. */
const longestSayMs = 300_000;

/** How long it may take to order a callback, ms: it goes to a disk. */
const longestOrderMs = 10_000;

/** Most steps of one visit that stand in the call's record; a caller may go round a menu for long. */
const mostNotes = 300;

export interface FlowParts {
  normalise(number: string): string;
  callbacks?: () => Callbacks | undefined;
}

/** The voice menus and flows (M01, OC5): carries out for each caller what the machine asks for. */
export class Flows implements HostedService {
  readonly #context: ServiceContext;
  readonly #parts: FlowParts;

  constructor(context: ServiceContext, parts: FlowParts) {
    this.#context = context;
    this.#parts = parts;
  }

  async serve(visit: Visit): Promise<Next> {
    const config = this.#context.config().flows.find(({ id, enabled }) => id === visit.id && enabled);
    if (!config) return { kind: 'next-step', cause: localCause(cause.unallocated, 'there is no such flow') };
    // A caller goes on in the flow as it was when he came, whatever is changed meanwhile.
    const flow = compileFlow(config);
    const { caller, calledNumber } = visit;
    const world = new OfficeWorld({ ...this.#context, ...this.#parts }, { caller, calledNumber });
    const caring = new Caring(visit, this.#context);
    let move = beginFlow(flow, world);
    try {
      for (;;) {
        caring.take(move);
        const { ask } = move.state;
        if (ask.kind === 'end') return endOf(ask);
        const event = await this.#carryOut(ask, move.state, visit);
        if (!event || visit.gone) return { kind: 'done' };
        move = advanceFlow(flow, move.state, event, world);
      }
    } finally {
      caring.end();
    }
  }

  /** @returns what has come of it; undefined: there is no caller any more. */
  async #carryOut(
    ask: Exclude<Ask, { kind: 'end' }>,
    state: FlowState,
    visit: Visit,
  ): Promise<FlowEvent | undefined> {
    const { dialog } = visit;
    switch (ask.kind) {
      case 'say': {
        if (!(await visit.answer())) return undefined;
        if (ask.flush) dialog.digits.flush();
        await this.#within(longestSayMs, dialog.announce(ask.what, { keys: ask.interrupt }));
        dialog.hush();
        return { kind: 'said' };
      }
      case 'key': {
        if (!(await visit.answer())) return undefined;
        const key = await dialog.key(ask.ms);
        return key === undefined ? { kind: 'silence' } : { kind: 'key', key };
      }
      case 'ring': {
        const rung = await visit.ring(ask.target, {
          pressOne: ask.pressOne,
          ...(ask.seconds === undefined ? {} : { seconds: ask.seconds }),
          ...(state.label === undefined ? {} : { label: state.label }),
        });
        return rung.kind === 'failed'
          ? { kind: 'unanswered', busy: rung.cause.q850 === cause.busy }
          : undefined;
      }
      case 'hook': {
        const request = { url: ask.url, seconds: ask.seconds, body: this.#told(state, visit) };
        const answer = await this.#within(ask.seconds * 1000, this.#context.hook?.(request));
        return answer ? { kind: 'hooked', answer } : { kind: 'hooked' };
      }
      case 'order':
        return { kind: 'ordered', taken: await this.#order(ask, state, visit) };
    }
  }

  async #order(ask: Ask & { kind: 'order' }, state: FlowState, visit: Visit): Promise<boolean> {
    const name = [state.label, visit.caller.name].filter(Boolean).join(': ');
    const ordered = await this.#within(
      longestOrderMs,
      this.#parts.callbacks?.()?.order({
        queue: ask.queue,
        number: ask.number,
        ...(name === '' ? {} : { name }),
        callId: visit.call.id,
      }),
    );
    return typeof ordered === 'object';
  }

  #told(state: FlowState, visit: Visit): HookRequest['body'] {
    const { caller, calledNumber } = visit;
    const shown = Object.entries(state.values).filter(([name]) => !state.hidden.includes(name));
    return {
      flow: visit.id,
      step: state.node,
      call: visit.call.id,
      ...(caller.number === undefined || caller.absence === 'private' ? {} : { caller: caller.number }),
      ...(calledNumber === undefined ? {} : { called: calledNumber }),
      language: state.language ?? this.#context.config().site.language,
      values: Object.fromEntries(shown),
    };
  }

  /** What comes of something, or undefined once `ms` have passed or it has failed. */
  #within<T>(ms: number, what: Promise<T> | undefined): Promise<T | undefined> {
    if (!what) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const timer = this.#context.clock.after(ms, () => resolve(undefined));
      const done = (value?: T): void => {
        timer.cancel();
        resolve(value);
      };
      what.then(done, () => done());
    });
  }
}

function endOf({ how, why }: Ask & { kind: 'end' }): Next {
  if (how === 'hang-up') return { kind: 'done', cause: localCause(cause.normal) };
  const text =
    why === 'too-long' ? 'the caller was in the flow for too long' : 'the flow passed the caller on';
  return { kind: 'next-step', cause: localCause(cause.normal, text) };
}

/** Keeps what a visit says of itself: the path and the answers in the record, the language, silence over secrets. */
class Caring {
  readonly #visit: Visit;
  readonly #context: ServiceContext;
  #notes = 0;
  #answers = 0;
  #unmute: (() => void) | undefined;

  constructor(visit: Visit, context: ServiceContext) {
    this.#visit = visit;
    this.#context = context;
  }

  take({ state, trace }: FlowMove): void {
    const { dialog, call } = this.#visit;
    if (state.language !== undefined) dialog.language = state.language;
    for (const { what, detail } of trace) if (this.#notes++ < mostNotes) this.#visit.note(what, detail);
    for (const answer of state.answers.slice(this.#answers)) keep(call, this.#visit.id, answer);
    this.#answers = state.answers.length;
    const secret = 'secret' in state.ask;
    if (secret) this.#unmute ??= this.#context.recordings?.mute(this.#visit.leg);
    else this.end();
  }

  end(): void {
    this.#unmute?.();
    this.#unmute = undefined;
  }
}

/** Most answers that one record has. */
const mostAnswers = 100;

function keep(call: Call, flow: string, { name, value }: { name: string; value: string }): void {
  const before = call.record.answers ?? [];
  if (call.state === 'ended' || before.length >= mostAnswers) return;
  call.keeper.set({ answers: [...before, { flow, name, value }] });
}
