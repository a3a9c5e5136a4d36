import { randomBytes } from 'node:crypto';
import type { CallRecord } from '../records/call-record.ts';
import type { CallLive, LiveChange, LiveMessage, LiveState } from './contract.ts';
import type { Scope } from './scope.ts';

type Snapshot = Extract<LiveMessage, { type: 'snapshot' }>;

/** What a feed looks up. */
export interface FeedSources {
  /** What the viewer may see now. */
  scope(): Scope;
  record(id: string): CallRecord | undefined;
  /** The present picture, as the administrator sees it. */
  state(): LiveState;
}

/** Calls that have been told of and are over; their records change for a while yet. */
const remembered = 500;

/**
 * The live messages of one page that may not see everything. It has an epoch and numbers of its own, so that not even
 * a gap in them tells of calls that are not its viewer's; it cannot be resumed, and begins anew instead.
 */
export class ScopedFeed {
  readonly #from: FeedSources;
  readonly #epoch = randomBytes(9).toString('base64url');
  #seq = 0;
  #shown = new Set<string>();
  #told = new Set<string>();
  #agents = new Set<string>();

  constructor(from: FeedSources) {
    this.#from = from;
  }

  /** A message for this page in place of one for all; undefined: none. */
  take(message: LiveMessage): LiveMessage | undefined {
    switch (message.type) {
      case 'beat':
        return { type: 'beat', seq: this.#seq, at: message.at };
      case 'patch': {
        // With the settings it may change who is in which group: what is shown is drawn anew.
        if (message.changes.some(({ what }) => what === 'config'))
          return this.snapshot({ at: message.at, state: this.#from.state() });
        const changes = message.changes.flatMap((change) => this.#change(change));
        return changes.length === 0
          ? undefined
          : { type: 'patch', seq: ++this.#seq, at: message.at, changes };
      }
      case 'snapshot':
        return this.snapshot(message);
      case 'resumed':
        return undefined;
    }
  }

  snapshot({ at, state }: Pick<Snapshot, 'at' | 'state'>): LiveMessage {
    const scoped = scopedState(this.#from.scope(), state, (id) => this.#from.record(id));
    this.#shown = new Set(scoped.calls.map(({ id }) => id));
    for (const id of this.#shown) this.#tell(id);
    this.#agents = new Set(scoped.agents.map(({ id }) => id));
    return { type: 'snapshot', epoch: this.#epoch, seq: this.#seq, at, state: scoped };
  }

  #change(change: LiveChange): LiveChange[] {
    const scope = this.#from.scope();
    switch (change.what) {
      case 'box':
        return scope.technical ? [change] : [{ what: 'box', value: boxOf(change.value) }];
      case 'card':
        return scope.technical ? [change] : [{ what: 'card', value: cardOf(change.value) }];
      case 'ports':
      case 'trunks':
      case 'devices':
      case 'alarms':
      case 'health':
        return scope.technical ? [change] : [];
      case 'calls':
        return this.#call(change.id, change.value ?? undefined);
      case 'records': {
        // A call may turn out to be theirs only when it has come to their group.
        const late = this.#shown.has(change.id) ? undefined : this.#running(change.id);
        const found = late ? this.#call(change.id, late) : [];
        return this.#told.has(change.id) ? [...found, change] : found;
      }
      case 'quality':
        return this.#shown.has(change.id) ? [change] : [];
      case 'queues':
        return scope.leads(change.id) ? [change] : [];
      case 'agents': {
        const value = change.value ? scope.agent(change.value) : undefined;
        if (value) this.#agents.add(change.id);
        if (value) return [{ ...change, value }];
        return this.#agents.delete(change.id) ? [{ ...change, value: null }] : [];
      }
      case 'voicemail':
        return scope.opens({ id: change.id, kind: 'person' }) || scope.opens({ id: change.id, kind: 'group' })
          ? [change]
          : [];
      case 'config':
        return [change];
      // Whatever comes later is the administrator's.
      default:
        return [];
    }
  }

  #call(id: string, value: CallLive | undefined): LiveChange[] {
    const record = value && this.#from.record(id);
    if (value && record && this.#from.scope().knows(record)) {
      this.#shown.add(id);
      this.#tell(id);
      return [{ what: 'calls', id, value: callOf(value) }];
    }
    return this.#shown.delete(id) ? [{ what: 'calls', id, value: null }] : [];
  }

  #running(id: string): CallLive | undefined {
    const record = this.#from.record(id);
    if (record?.state !== 'active' || !this.#from.scope().knows(record)) return undefined;
    return this.#from.state().calls.find((call) => call.id === id);
  }

  #tell(id: string): void {
    this.#told.delete(id);
    this.#told.add(id);
    const [oldest] = this.#told;
    if (this.#told.size > remembered && oldest !== undefined) this.#told.delete(oldest);
  }
}

/** The picture with nothing in it but what is the viewer's: their calls, queues and agents. */
export function scopedState(
  scope: Scope,
  state: LiveState,
  record: (id: string) => CallRecord | undefined,
): LiveState {
  if (scope.all) return state;
  const { queues, agents } = scope.board(state);
  const wires = scope.technical
    ? state
    : {
        ...{ box: boxOf(state.box), card: cardOf(state.card) },
        ...{ ports: [], trunks: [], devices: [], alarms: [], health: { ok: true, probes: [] } },
      };
  const { box, card, ports, trunks, devices, alarms, health } = wires;
  const calls = state.calls.filter(({ id }) => {
    const found = record(id);
    return found !== undefined && scope.knows(found);
  });
  return {
    ...{ box, card, ports, trunks, devices, alarms, health },
    calls: calls.map(callOf),
    quality: state.quality.filter(({ id }) => calls.some((call) => call.id === id)),
    schedules: [],
    ...{ queues, agents },
  };
}

function boxOf({ name, version, language, timeZone, currency, startedAt }: LiveState['box']) {
  return { name, version, language, timeZone, currency, startedAt };
}

const cardOf = ({ up, since }: LiveState['card']) => ({ up, since });

/** A call without the ways it took and what it costs. */
function callOf({ route: _route, price: _price, ...call }: CallLive): CallLive {
  return call;
}
