import { isIP } from 'node:net';
import type { DiagnosisView, WorkStep } from '../../api/contract.ts';
import type { DiagnosisAccess } from '../../api/help-deps.ts';
import { codeOf, messageOf } from '../../base/error.ts';
import type { Resolver } from '../../sip/index.ts';
import { gather, type Sources } from './gather.ts';
import type { NameSeen, Observations, ProbeSeen } from './observations.ts';
import { diagnose } from './rules.ts';
import { type ProbeTarget, probe } from './sip-probe.ts';
import { askTime } from './sntp.ts';

export interface DiagnosisParts extends Sources {
  /** Finds servers of trunks; a new one each time, so that it knows no earlier answers. */
  resolver(): Resolver;
  timeServers(): readonly string[];
  /** How long one server may take to answer, ms; a few seconds by default. */
  patienceMs?: number;
}

/** Trunks and time servers that one check asks. */
const MOST_TRUNKS = 16;
const MOST_TIME_SERVERS = 3;
/** What a name may take to be found, ms: the resolver tries each server twice. */
const NAME_MS = 8000;

type Active = Pick<Observations, 'names' | 'probes'> & { times: Observations['clock']['others'] };

const steps: readonly Omit<WorkStep, 'state'>[] = [
  { id: 'names', said: { ru: 'Имена серверов (DNS)', en: 'Names of servers (DNS)' } },
  { id: 'servers', said: { ru: 'Серверы операторов', en: "Operators' servers" } },
  { id: 'time', said: { ru: 'Точное время', en: 'Exact time' } },
];

/** What is wrong and what to do about it: from what the box has seen, and from checks that somebody asks for. */
export class DiagnosisDesk implements DiagnosisAccess {
  readonly #parts: DiagnosisParts;
  #run: DiagnosisView['run'];
  #active: Active = { names: [], probes: [], times: [] };
  #working: Promise<void> = Promise.resolve();

  constructor(parts: DiagnosisParts) {
    this.#parts = parts;
  }

  async view(): Promise<DiagnosisView> {
    const passive = await gather(this.#parts);
    const { names, probes, times } = this.#active;
    // What concerns a trunk that has been changed or taken away since says nothing any more.
    const servers = new Map(passive.trunks.map(({ id, server }) => [id, server]));
    const clock = { ...passive.clock, others: [...passive.clock.others, ...times] };
    const findings = diagnose({
      ...{ ...passive, clock },
      names: names.filter(({ trunk }) => servers.has(trunk)),
      probes: probes.filter(({ trunk }) => servers.has(trunk)),
    });
    return { findings, ...(this.#run ? { run: this.#run } : {}) };
  }

  run(): boolean {
    if (this.#run?.state === 'running') return false;
    this.#run = {
      ...{ state: 'running', startedAt: this.#parts.clock.wall() },
      steps: steps.map((step) => ({ ...step, state: 'waiting' })),
    };
    this.#working = this.#check();
    return true;
  }

  /** Resolves when the check that runs now, if any, is over. */
  idle(): Promise<void> {
    return this.#working;
  }

  async #check(): Promise<void> {
    const targets: ProbeTarget[] = [];
    const names = await this.#step('names', () => this.#names(targets), []);
    const probes = await this.#step('servers', () => this.#probes(targets), []);
    const times = await this.#step('time', () => this.#times(), []);
    this.#active = { names, probes, times };
    if (this.#run) this.#run = { ...this.#run, state: 'done', endedAt: this.#parts.clock.wall() };
  }

  async #step<T>(id: string, work: () => Promise<T>, otherwise: T): Promise<T> {
    const mark = (state: WorkStep['state']): void => {
      if (!this.#run) return;
      const now = this.#run.steps.map((step) => (step.id === id ? { ...step, state } : step));
      this.#run = { ...this.#run, steps: now };
    };
    mark('running');
    try {
      const done = await work();
      mark('done');
      return done;
    } catch {
      mark('failed');
      return otherwise;
    }
  }

  async #names(targets: ProbeTarget[]): Promise<NameSeen[]> {
    const { config, clock, resolver } = this.#parts;
    const fresh = resolver();
    const asked = config()
      .trunks.filter(({ enabled }) => enabled)
      .slice(0, MOST_TRUNKS);
    return await Promise.all(
      asked.map(async ({ id, server, transport }): Promise<NameSeen> => {
        const [, host = server, port] = /^(.+?)(?::(\d+))?$/.exec(server) ?? [];
        const from = clock.now();
        const seen = { name: host.replace(/^\[|\]$/g, ''), trunk: id };
        try {
          const found = await inTime(
            fresh.locate(seen.name, port === undefined ? undefined : Number(port), transport),
            NAME_MS,
          );
          const [first] = found;
          if (first && transport !== 'tls')
            targets.push({ trunk: id, server, address: first.address, port: first.port });
          const ms = Math.round(clock.now() - from);
          return { ...seen, ms, addresses: [...new Set(found.map(({ address }) => address))] };
        } catch (error) {
          const ms = Math.round(clock.now() - from);
          return { ...seen, ms, addresses: [], error: codeOf(error) ?? messageOf(error) };
        }
      }),
    );
  }

  async #probes(targets: readonly ProbeTarget[]): Promise<ProbeSeen[]> {
    const { clock, patienceMs } = this.#parts;
    const times = {
      now: () => clock.now(),
      wall: () => clock.wall(),
      ...(patienceMs === undefined ? {} : { patienceMs }),
    };
    const reachable = targets.filter(({ address }) => isIP(address) > 0);
    return await Promise.all(
      reachable.flatMap((target) => [probe('udp', target, times), probe('tcp', target, times)]),
    );
  }

  async #times(): Promise<Active['times']> {
    const { clock, timeServers, patienceMs } = this.#parts;
    const found = await Promise.all(
      timeServers()
        .slice(0, MOST_TIME_SERVERS)
        .map(async (who) => {
          try {
            return [{ who, aheadMs: await askTime(who, () => clock.wall(), patienceMs) }];
          } catch {
            return [];
          }
        }),
    );
    return found.flat();
  }
}

function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(Object.assign(new Error('no answer in time'), { code: 'ETIMEOUT' })),
      ms,
    );
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
