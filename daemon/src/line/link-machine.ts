import type { CardIndication, Inventory } from './card.ts';
import type {
  AudioCoding,
  CardFrame,
  CardKeepaliveFrame,
  HostFrame,
  Refusal,
  WelcomeFrame,
} from './frame.ts';

/** Protocol versions that this driver speaks. */
export const PROTOCOL_MIN = 1;
export const PROTOCOL_MAX = 1;

/** Times of the link, ms (frame.md sections 3 to 5; ruling 36 for the keepalive). */
export const HELLO_MS = 250;
export const INCOMPATIBLE_HELLO_MS = 5000;
export const KEEPALIVE_MS = 250;
export const SILENCE_MS = 1000;
export const RETRY_MS = 150;
/** How often a command is sent at most before the link counts as lost. */
export const SENDINGS = 5;

/** What the link asks of whoever set it up. */
export interface LinkOptions {
  /** Name of the host for the card's log. */
  name: string;
  codings: readonly AudioCoding[];
  /** Bits per second on the wire each way; 0: no limit. */
  bandwidth: number;
}

/** A command waiting for its turn or for its answer. */
export interface QueuedCommand {
  readonly id: number;
  readonly payload: Uint8Array;
}

/** What `up` tells of a session. */
export interface Session {
  readonly id: number;
  readonly bootId: number;
  readonly inventory: Inventory;
  readonly playoutLead: number;
}

export interface LinkState {
  readonly phase: 'closed' | 'hello' | 'up';
  /** Our session number, also while it is only proposed. */
  readonly session: number;
  readonly up: Session | undefined;
  /** The card's last known boot; survives sessions, so that a reset is told from a lost link. */
  readonly bootId: number | undefined;
  /** Commands in order; the first is in flight. */
  readonly queue: readonly QueuedCommand[];
  readonly commandSeq: number;
  readonly sendings: number;
  readonly indicationSeq: number;
  readonly retries: number;
  readonly resets: number;
  /** The card's own figures, as last told. */
  readonly card: Pick<CardKeepaliveFrame, 'checksumErrors' | 'audioLost' | 'audioLate'> | undefined;
}

export type LinkTimer = 'hello' | 'keepalive' | 'retry';

/** What stands at the moment of an event, whatever the event. */
export interface Present {
  /** A random number other than 0, should a new session begin. */
  session: number;
  /** Call control is ticking; without it the card gets neither hello nor keepalive (ruling 2). */
  alive: boolean;
}

export type LinkEvent =
  | { type: 'opened'; present: Present }
  | { type: 'closed'; reason: string }
  | { type: 'frame'; frame: CardFrame; present: Present }
  /** No valid frame for {@link SILENCE_MS}. */
  | { type: 'silent'; present: Present }
  | { type: 'timer'; name: LinkTimer; present: Present }
  | { type: 'execute'; command: QueuedCommand };

/** How a command ended. */
export type CommandOutcome =
  | 'done'
  | { code: 'line/link-down' | 'line/ack-timeout' | 'line/refused'; message: string };

export type LinkEffect =
  | { type: 'send'; frame: HostFrame }
  | { type: 'timer'; name: LinkTimer; ms: number }
  | { type: 'cancel'; name: LinkTimer }
  | { type: 'up'; session: Session; clock: number }
  | { type: 'down'; reason: string }
  | { type: 'indication'; indication: CardIndication }
  | { type: 'clock'; clock: number }
  | { type: 'settle'; id: number; outcome: CommandOutcome }
  /** Something for the log that calls for a person: a card of another protocol version. */
  | { type: 'problem'; message: string };

interface LinkStep {
  state: LinkState;
  effects: LinkEffect[];
}

export const initialLinkState: LinkState = {
  phase: 'closed',
  session: 0,
  up: undefined,
  bootId: undefined,
  queue: [],
  commandSeq: 0,
  sendings: 0,
  indicationSeq: 0,
  retries: 0,
  resets: 0,
  card: undefined,
};

const stay = (state: LinkState, ...effects: LinkEffect[]): LinkStep => ({ state, effects });

const next = (seq: number): number => (seq + 1) & 0xff;

/** The link to a card: handshake, commands with acknowledgement, indications, keepalive, reset. */
export function linkTransition(options: LinkOptions) {
  function hello({ session }: LinkState, { alive }: Present): LinkEffect[] {
    if (!alive) return [];
    const { codings, bandwidth, name } = options;
    const [protocolMin, protocolMax] = [PROTOCOL_MIN, PROTOCOL_MAX];
    return [
      { type: 'send', frame: { type: 'hello', protocolMin, protocolMax, codings, bandwidth, session, name } },
    ];
  }

  /** Sends the first command of the queue, for the first time or again. */
  function send(state: LinkState): LinkStep {
    const first = state.queue[0];
    if (!first) return stay({ ...state, sendings: 0 }, { type: 'cancel', name: 'retry' });
    return stay(
      { ...state, sendings: state.sendings + 1, retries: state.retries + (state.sendings > 0 ? 1 : 0) },
      { type: 'send', frame: { type: 'command', seq: state.commandSeq, payload: first.payload } },
      { type: 'timer', name: 'retry', ms: RETRY_MS },
    );
  }

  /** The command in flight has its answer: the next one goes. */
  function settle(state: LinkState, outcome: CommandOutcome): LinkStep {
    const [first, ...queue] = state.queue;
    if (!first) return stay(state);
    const step = send({ ...state, queue, commandSeq: next(state.commandSeq), sendings: 0 });
    return { state: step.state, effects: [{ type: 'settle', id: first.id, outcome }, ...step.effects] };
  }

  /** The session is over: everything that waits has failed. */
  function lose(state: LinkState, reason: string, first?: CommandOutcome): LinkStep {
    const effects: LinkEffect[] = [
      { type: 'cancel', name: 'keepalive' },
      { type: 'cancel', name: 'retry' },
    ];
    const lost: CommandOutcome = { code: 'line/link-down', message: reason };
    state.queue.forEach(({ id }, i) => {
      effects.push({ type: 'settle', id, outcome: i === 0 && first ? first : lost });
    });
    if (state.up) effects.push({ type: 'down', reason });
    return { state: { ...state, up: undefined, queue: [], sendings: 0 }, effects };
  }

  /** Begins with hello, under a new session number, on a transport that is open. */
  function begin(state: LinkState, present: Present, before: LinkEffect[] = []): LinkStep {
    const proposed: LinkState = { ...state, phase: 'hello', session: present.session };
    return stay(proposed, ...before, ...hello(proposed, present), {
      type: 'timer',
      name: 'hello',
      ms: HELLO_MS,
    });
  }

  function restart(state: LinkState, present: Present, reason: string, first?: CommandOutcome): LinkStep {
    const lost = lose(state, reason, first);
    return begin(lost.state, present, lost.effects);
  }

  /** The card has booted since we last knew it. */
  function noteBoot(state: LinkState, bootId: number): LinkState {
    const reset = state.bootId !== undefined && state.bootId !== bootId;
    return { ...state, bootId, resets: state.resets + (reset ? 1 : 0) };
  }

  function welcome(before: LinkState, frame: WelcomeFrame, present: Present): LinkStep {
    const state = noteBoot(before, frame.bootId);
    if (frame.session === 0) {
      if (state.phase === 'up') {
        const reason = state.resets > before.resets ? 'the card was reset' : 'the card ended the session';
        return restart(state, present, reason);
      }
      return stay(state, ...hello(state, present));
    }
    // The same welcome again, or one of a session long given up.
    if (state.phase === 'up' || frame.session !== state.session) return stay(state);
    if (frame.protocol === 0) {
      const ranges = `card speaks ${frame.cardMin} to ${frame.cardMax}, we ${PROTOCOL_MIN} to ${PROTOCOL_MAX}`;
      return stay(
        state,
        { type: 'timer', name: 'hello', ms: INCOMPATIBLE_HELLO_MS },
        { type: 'problem', message: `no protocol version in common: ${ranges}` },
      );
    }
    const { board, serial, firmware, protocol, ports, bootId, playoutLead } = frame;
    const inventory: Inventory = {
      board,
      serial,
      firmware,
      protocol,
      ports,
      audio: frame.coding ?? 'linear',
    };
    const up: Session = { id: state.session, bootId, inventory, playoutLead };
    return stay(
      { ...state, phase: 'up', up, commandSeq: 0, indicationSeq: 0, sendings: 0, card: undefined },
      { type: 'cancel', name: 'hello' },
      { type: 'send', frame: { type: 'keepalive', session: state.session } },
      { type: 'timer', name: 'keepalive', ms: KEEPALIVE_MS },
      { type: 'up', session: up, clock: frame.clock },
    );
  }

  function cardKeepalive(before: LinkState, frame: CardKeepaliveFrame, present: Present): LinkStep {
    if (before.phase !== 'up') return stay(before);
    const state = noteBoot(before, frame.bootId);
    if (state.resets > before.resets) return restart(state, present, 'the card was reset');
    if (frame.session !== state.session) return restart(state, present, 'the card has another session');
    const { checksumErrors, audioLost, audioLate } = frame;
    return stay(
      { ...state, card: { checksumErrors, audioLost, audioLate } },
      { type: 'clock', clock: frame.clock },
    );
  }

  function nack(state: LinkState, reason: Refusal, present: Present): LinkStep {
    const outcome: CommandOutcome = { code: 'line/refused', message: `refused: ${reason}` };
    // Both ends disagree about where they are: only a new session puts it right.
    if (reason === 'no-session' || reason === 'sequence') {
      return restart(state, present, `the card refused a command: ${reason}`);
    }
    return settle(state, outcome);
  }

  function received(state: LinkState, frame: CardFrame, present: Present): LinkStep {
    if (frame.type === 'welcome') return welcome(state, frame, present);
    if (frame.type === 'card-keepalive') return cardKeepalive(state, frame, present);
    if (state.phase !== 'up') return stay(state);
    switch (frame.type) {
      case 'ack':
      case 'nack': {
        // Otherwise the second answer to a command that was repeated.
        const awaited = state.queue.length > 0 && frame.seq === state.commandSeq;
        if (!awaited) return stay(state);
        return frame.type === 'ack' ? settle(state, 'done') : nack(state, frame.reason, present);
      }
      case 'indication':
      case 'unreadable-indication': {
        const ack: LinkEffect = { type: 'send', frame: { type: 'indication-ack', seq: frame.seq } };
        if (frame.seq === state.indicationSeq) {
          const advanced = { ...state, indicationSeq: next(state.indicationSeq) };
          if (frame.type === 'unreadable-indication') return stay(advanced, ack);
          return stay(advanced, ack, { type: 'indication', indication: frame.indication });
        }
        // A repetition: our acknowledgement was lost. Anything else is answered by silence.
        return next(frame.seq) === state.indicationSeq ? stay(state, ack) : stay(state);
      }
      case 'audio':
        return stay(state);
    }
  }

  function timer(state: LinkState, name: LinkTimer, present: Present): LinkStep {
    switch (name) {
      case 'hello': {
        if (state.phase !== 'hello') return stay(state);
        return stay(state, ...hello(state, present), { type: 'timer', name: 'hello', ms: HELLO_MS });
      }
      case 'keepalive': {
        if (state.phase !== 'up') return stay(state);
        const again: LinkEffect = { type: 'timer', name: 'keepalive', ms: KEEPALIVE_MS };
        if (!present.alive) return stay(state, again);
        return stay(state, { type: 'send', frame: { type: 'keepalive', session: state.session } }, again);
      }
      case 'retry': {
        if (state.phase !== 'up' || state.queue.length === 0) return stay(state);
        if (state.sendings < SENDINGS) return send(state);
        const message = `no answer to a command in ${SENDINGS * RETRY_MS} ms`;
        return restart(state, present, message, { code: 'line/ack-timeout', message });
      }
    }
  }

  return (state: LinkState, event: LinkEvent): LinkStep => {
    switch (event.type) {
      case 'opened':
        return begin(state, event.present);
      case 'closed': {
        const lost = lose(state, event.reason);
        return {
          state: { ...lost.state, phase: 'closed' },
          effects: [...lost.effects, { type: 'cancel', name: 'hello' }],
        };
      }
      case 'frame':
        return received(state, event.frame, event.present);
      case 'silent':
        return state.phase === 'up'
          ? restart(state, event.present, `nothing heard from the card for ${SILENCE_MS} ms`)
          : stay(state);
      case 'timer':
        return timer(state, event.name, event.present);
      case 'execute': {
        if (state.phase !== 'up') {
          const outcome: CommandOutcome = { code: 'line/link-down', message: 'no link to the card' };
          return stay(state, { type: 'settle', id: event.command.id, outcome });
        }
        const queued: LinkState = { ...state, queue: [...state.queue, event.command] };
        return state.queue.length === 0 ? send(queued) : stay(queued);
      }
    }
  };
}
