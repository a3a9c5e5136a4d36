import type { Config, PersonConfig } from '../config/schema.ts';
import type { CallRecord } from '../records/call-record.ts';
import type { AgentLive, QueuesView } from './queue-contract.ts';
import type { Viewer } from './viewer.ts';
import type { MailboxView } from './voicemail-contract.ts';

/** What of the office is a viewer's to see. Pure; made anew for each question, as the configuration may have changed. */
export class Scope {
  readonly #viewer: Viewer;
  readonly #config: Config;
  readonly #groups: ReadonlySet<string>;
  readonly #queues: ReadonlySet<string>;
  /** Members of a supervisor's groups and queues. */
  readonly #people: ReadonlySet<string>;
  /** Telephones that are members of groups themselves: `port:3`, `device:desk`. */
  readonly #places: ReadonlySet<string>;

  constructor(viewer: Viewer, config: Config) {
    this.#viewer = viewer;
    this.#config = config;
    this.#groups = new Set(viewer.groups);
    this.#queues = new Set(viewer.queues);
    const targets = config.groups
      .filter(({ id }) => this.#groups.has(id))
      .flatMap(({ members }) => members.map(({ target }) => target));
    this.#people = new Set([
      ...targets.flatMap((target) => (target.startsWith('person:') ? [target.slice('person:'.length)] : [])),
      ...config.queues
        .filter(({ id }) => this.#queues.has(id))
        .flatMap(({ members }) => members.map(({ person }) => person)),
    ]);
    this.#places = new Set(targets.filter((target) => /^(?:port|device):/.test(target)));
  }

  get all(): boolean {
    return this.#viewer.role === 'admin';
  }

  /** Sockets, operators, devices and alarms, and of each call how it went; of none what was said in it. */
  get technical(): boolean {
    return this.all || this.#viewer.role === 'installer';
  }

  /**
   * Whether a call is theirs to know of. A supervisor's: it came to one of the groups or queues; or it came to none, and
   * was made or answered by one of their members. A user's: made or answered by that person, or rung and answered by
   * nobody.
   */
  knows(record: CallRecord): boolean {
    if (this.technical) return true;
    if (this.#viewer.role === 'user') return this.#isOwn(record);
    const came = cameTo(record);
    if (came.groups.length + came.queues.length > 0)
      return came.groups.some((id) => this.#groups.has(id)) || came.queues.some((id) => this.#queues.has(id));
    const { calledBy, answeredBy } = record;
    return [calledBy, answeredBy].some((id) => id !== undefined && this.#people.has(id));
  }

  /**
   * Whether what was said in it is theirs to hear: every group and queue that it came to must be theirs, and everybody
   * of the office who has talked in it one of their members. So a talk that began in another group, or went on with the
   * director, is heard by neither supervisor.
   */
  hears(record: CallRecord): boolean {
    if (this.all) return true;
    if (this.#viewer.role !== 'supervisor' || !this.knows(record)) return false;
    const came = cameTo(record);
    if (!came.groups.every((id) => this.#groups.has(id))) return false;
    if (!came.queues.every((id) => this.#queues.has(id))) return false;
    const talked = [record.calledBy, record.answeredBy];
    if (!talked.every((id) => id === undefined || this.#people.has(id))) return false;
    return record.legs.every(({ direction, answeredAt, place }) =>
      direction === 'outgoing' && answeredAt === undefined ? true : this.#isOurs(place),
    );
  }

  /** A mailbox. */
  opens({ id, kind }: Pick<MailboxView, 'id' | 'kind'>): boolean {
    if (this.all) return true;
    return kind === 'person' ? id === this.#viewer.person : this.#groups.has(id);
  }

  /** A queue. */
  leads(queue: string): boolean {
    return this.all || this.#queues.has(queue);
  }

  /** An agent as this viewer may see him; undefined: he answers for no queue of theirs. */
  agent(agent: AgentLive): AgentLive | undefined {
    if (this.all) return agent;
    const queues = agent.queues.filter((id) => this.#queues.has(id));
    if (queues.length === 0) return undefined;
    const { queue, ...rest } = agent;
    return { ...rest, queues, ...(queue !== undefined && this.#queues.has(queue) ? { queue } : {}) };
  }

  /** The queues' board with what is theirs. */
  board({ queues, agents }: QueuesView): QueuesView {
    return {
      queues: queues.filter(({ id }) => this.leads(id)),
      agents: agents.flatMap((agent) => this.agent(agent) ?? []),
    };
  }

  /** A record as this viewer may see it: of recordings only those they may hear, and nothing of PINs and budgets. */
  shown(record: CallRecord): CallRecord {
    if (this.all) return record;
    const { pinId: _pin, accounts: _accounts, charged: _charged, recordings, ...rest } = record;
    return { ...rest, ...(recordings && this.hears(record) ? { recordings } : {}) };
  }

  #isOwn({ calledBy, answeredBy, legs }: CallRecord): boolean {
    const { person } = this.#viewer;
    if (person === undefined) return false;
    if (calledBy === person || answeredBy === person) return true;
    if (answeredBy !== undefined) return false;
    return legs.some(({ direction, place, answeredAt }) => {
      // What rang at a telephone that several share is nobody's own.
      const [owner, another] = direction === 'outgoing' ? this.#ownersOf(place) : [];
      return owner?.id === person && another === undefined && answeredAt === undefined;
    });
  }

  /** Whether a place is outside, or a telephone of somebody of theirs. */
  #isOurs(place: string): boolean {
    if (!/^(?:port|device):/.test(place)) return true;
    return this.#places.has(place) || this.#ownersOf(place).some(({ id }) => this.#people.has(id));
  }

  #ownersOf(place: string): PersonConfig[] {
    const [kind, id = ''] = place.split(':');
    if (kind === 'port') return this.#config.people.filter(({ ports }) => ports.includes(Number(id)));
    if (kind === 'device') return this.#config.people.filter(({ devices }) => devices.includes(id));
    return [];
  }
}

/** Groups and queues that a call has come to, as its record tells (call-record.ts). */
function cameTo({ events }: CallRecord): { groups: string[]; queues: string[] } {
  const found = { groups: [] as string[], queues: [] as string[] };
  for (const { what, detail = '' } of events) {
    const [first = '', second = ''] = detail.split(' ');
    if (what === 'group') found.groups.push(first);
    else if (what === 'queue-moved') found.queues.push(first, second);
    else if (queueEvents.has(what)) found.queues.push(first);
  }
  return found;
}

/** Events whose detail begins with the queue's id. */
const queueEvents = new Set(['queued', 'queue-left', 'queue-abandoned', 'queue-answered', 'queue-callback']);
