import type {
  AlarmLive,
  BoxLive,
  CallLive,
  CardLive,
  DeviceLive,
  EchoLive,
  HealthLive,
  LiveChange,
  LiveState,
  PortLive,
  PortState,
  ScheduleLive,
  TrunkLive,
} from '../api/contract.ts';
import type { LiveModel } from '../api/deps.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { Call } from '../call/call.ts';
import type { Leg } from '../call/leg.ts';
import type { CallRegistry } from '../call/registry.ts';
import type { Config } from '../config/schema.ts';
import { localDay } from '../dialplan/time-rule.ts';
import type { AlarmBoard } from '../health/alarm-board.ts';
import type { ProbeState } from '../health/watchdog.ts';
import type { LineCard, LineState } from '../line/card.ts';
import type { Media } from '../media/api.ts';
import type { Ports } from '../port/ports.ts';
import type { DeviceStatus } from '../sip/index.ts';
import type { TrunkStatus } from '../sip/trunk-status.ts';
import { CallQuality } from './call-quality.ts';
import type { CallerHabit } from './caller-habits.ts';
import { lineCallerId } from './caller-id-words.ts';
import type { CardState } from './card-state.ts';
import { deviceLive } from './device-live.ts';
import { leftOffHookWords, troubleWords } from './port-trouble.ts';
import type { QueueDesk } from './queue-desk.ts';
import { trunkLive } from './trunk-live.ts';

/** What the live picture is drawn from. */
export interface LiveSources {
  clock: Clock;
  version: string;
  simulated: boolean;
  startedAt: number;
  config(): Config;
  calls: CallRegistry;
  ports: Ports;
  card: LineCard;
  link: CardState;
  alarms: AlarmBoard;
  trunks(): TrunkStatus[];
  devices(): DeviceStatus[];
  probes(): readonly ProbeState[];
  /** What was learnt of a line's caller ID. */
  callerHabit(port: number): CallerHabit | undefined;
  schedules(): ScheduleLive[];
  queues: Pick<QueueDesk, 'view' | 'queue' | 'agent'>;
  media: Pick<Media, 'statisticsOf'>;
  /** Figures of a port's echo canceller. */
  echo(port: number): EchoLive | undefined;
}

/** How often slow figures (load, memory, link) are looked at, ms. */
const slowMs = 5000;

/** The live picture of the box for the page: snapshots, and each change as it happens. */
export class LivePicture implements LiveModel {
  readonly events = new Emitter<{ changed: [change: LiveChange] }>();
  readonly #from: LiveSources;
  #portSince = new Map<number, { state: PortState; since: number }>();
  #cpu = process.cpuUsage();
  #cpuAt: number;
  #health: HealthLive = { ok: true, probes: [] };
  #offs: (() => void)[];
  readonly #quality: CallQuality;
  /** Ids of the queues and agents that pages have been told of. */
  #board: Record<'queues' | 'agents', string[]>;
  /** The day of the figures that pages have been told of. */
  #day: string;

  constructor(from: LiveSources) {
    this.#from = from;
    this.#board = this.#boardIds();
    this.#day = this.#today();
    this.#cpuAt = from.clock.now();
    const { card, calls, alarms, clock } = from;
    this.#quality = new CallQuality({
      ...{ clock, media: from.media, calls: () => calls.active, watched: () => this.#watched },
      told: (id, value) => this.#tell({ what: 'quality', id, value }),
    });
    const slow = clock.every(slowMs, () => this.#slow());
    this.#offs = [
      calls.on('changed', (call) => this.#callChanged(call)),
      alarms.on('raised', (alarm) => this.#tell({ what: 'alarms', id: alarm.id, value: alarm })),
      alarms.on('cleared', (alarm) => this.#tell({ what: 'alarms', id: alarm.id, value: null })),
      card.on('up', () => this.#cardChanged()),
      card.on('down', () => this.#cardChanged()),
      card.on('indication', (indication) => {
        // The port's own machine hears of it first; its new state is looked at when it has.
        queueMicrotask(() => this.portChanged(indication.port));
      }),
      () => slow.cancel(),
      () => this.#quality.close(),
    ];
  }

  close(): void {
    for (const off of this.#offs) off();
  }

  snapshot(): LiveState {
    this.#quality.wake();
    return {
      box: this.#box(),
      card: this.#card(),
      ports: this.#allPorts(),
      calls: [...this.#from.calls.active].map((call) => callLive(call)),
      trunks: this.#trunks(),
      devices: this.#devices(),
      schedules: this.#from.schedules(),
      ...this.#from.queues.view(),
      alarms: this.#from.alarms.list() as AlarmLive[],
      quality: this.#quality.list,
      health: this.#health,
    };
  }

  /** A port may look different now. */
  portChanged(number: number): void {
    const port = this.#allPorts().find((p) => p.number === number);
    this.#tell({ what: 'ports', id: String(number), value: port ?? null });
  }

  /** A trunk's status has changed. */
  trunkChanged(status: TrunkStatus): void {
    if (!this.#watched) return;
    this.#tell({ what: 'trunks', id: status.trunkId, value: this.#trunk(status) ?? null });
  }

  /** A device's status has changed. */
  deviceChanged(status: DeviceStatus): void {
    if (!this.#watched) return;
    this.#tell({ what: 'devices', id: status.deviceId, value: this.#device(status) ?? null });
  }

  /** A schedule is in another mode, or is no more. */
  scheduleChanged(id: string): void {
    if (!this.#watched) return;
    const value = this.#from.schedules().find((schedule) => schedule.id === id) ?? null;
    this.#tell({ what: 'schedules', id, value });
  }

  /** A queue, or an agent, looks different now. */
  queueChanged(what: 'queue' | 'agent', id: string): void {
    if (!this.#watched) return;
    const { queues } = this.#from;
    if (what === 'queue') this.#tell({ what: 'queues', id, value: queues.queue(id) ?? null });
    else this.#tell({ what: 'agents', id, value: queues.agent(id) ?? null });
  }

  /** A message was left, heard or deleted: the page may want to look. */
  voicemailChanged(box: string): void {
    this.#tell({ what: 'voicemail', id: box, value: null });
  }

  /** Another configuration holds: names, ports and trunks may all be different. */
  configChanged(revision: number): void {
    this.#tell({ what: 'box', value: this.#box() });
    for (const port of this.#allPorts()) this.#tell({ what: 'ports', id: String(port.number), value: port });
    for (const trunk of this.#trunks()) this.#tell({ what: 'trunks', id: trunk.id, value: trunk });
    for (const device of this.#devices()) this.#tell({ what: 'devices', id: device.id, value: device });
    for (const value of this.#from.schedules()) this.#tell({ what: 'schedules', id: value.id, value });
    this.#boardChanged();
    this.#tell({ what: 'config', id: String(revision), value: null });
  }

  /** Queues and agents come, go and are renamed with the settings; whoever is gone is told as gone. */
  #boardChanged(): void {
    const before = this.#board;
    this.#board = this.#boardIds();
    this.#day = this.#today();
    for (const id of new Set([...before.queues, ...this.#board.queues])) this.queueChanged('queue', id);
    for (const id of new Set([...before.agents, ...this.#board.agents])) this.queueChanged('agent', id);
  }

  /** The office's own day. */
  #today(): string {
    const { clock, config } = this.#from;
    return localDay(clock.wall(), config().site.timeZone);
  }

  #boardIds(): Record<'queues' | 'agents', string[]> {
    const { queues, agents } = this.#from.queues.view();
    return { queues: queues.map(({ id }) => id), agents: agents.map(({ id }) => id) };
  }

  /** Whether anybody follows the changes. Ports are looked at all the same: since when they are so must be known. */
  get #watched(): boolean {
    return this.events.count('changed') > 0;
  }

  #tell(change: LiveChange): void {
    this.events.emit('changed', change);
  }

  #slow(): void {
    const now = this.#from.clock.now();
    const spent = process.cpuUsage(this.#cpu);
    const probes = this.#from.probes().map(({ id, name, ok }) => ({ id, name, ok }));
    this.#health = {
      ok: probes.every((probe) => probe.ok),
      probes,
      cpuPercent: Math.round((spent.user + spent.system) / 10 / Math.max(1, now - this.#cpuAt)),
      rssMb: Math.round(process.memoryUsage.rss() / 1_048_576),
    };
    this.#cpu = process.cpuUsage();
    this.#cpuAt = now;
    this.#tell({ what: 'health', value: this.#health });
    if (!this.#watched) return;
    // A new day has figures of its own, and nobody may call for hours.
    if (this.#today() !== this.#day) this.#boardChanged();
    for (const call of this.#from.calls.active)
      this.#tell({ what: 'calls', id: call.id, value: callLive(call) });
  }

  #cardChanged(): void {
    this.#tell({ what: 'card', value: this.#card() });
    queueMicrotask(() => {
      for (const port of this.#allPorts())
        this.#tell({ what: 'ports', id: String(port.number), value: port });
    });
  }

  #callChanged(call: Call): void {
    if (this.#watched) {
      const ended = call.state === 'ended';
      this.#tell({ what: 'calls', id: call.id, value: ended ? null : callLive(call) });
      if (ended) {
        this.#quality.ended(call.id);
        this.#tell({ what: 'records', id: call.id, value: null });
      } else this.#quality.wake();
    }
    for (const leg of call.record.legs) {
      const port = /^(?:port|line):(\d+)$/.exec(leg.place)?.[1];
      // The leg's own port changes state after the call does.
      if (port) queueMicrotask(() => this.portChanged(Number(port)));
    }
  }

  #box(): BoxLive {
    const { config, version, startedAt, simulated, card } = this.#from;
    const { site } = config();
    const inventory = card.inventory;
    return {
      name: site.name,
      version,
      ...(inventory ? { model: inventory.board, serial: inventory.serial } : {}),
      language: site.language,
      timeZone: site.timeZone,
      currency: site.currency,
      startedAt,
      ...(simulated ? { simulated } : {}),
    };
  }

  #card(): CardLive {
    const inventory = this.#from.card.inventory;
    const { up, since, reason } = this.#from.link;
    return {
      up,
      since,
      ...(inventory
        ? { board: inventory.board, serial: inventory.serial, firmware: inventory.firmware }
        : {}),
      ...(inventory ? { audio: inventory.audio } : {}),
      ...(up || reason === undefined
        ? {}
        : {
            reason: {
              ru: `Нет связи с платой линий: ${reason}`,
              en: `The line card does not answer: ${reason}`,
            },
          }),
    };
  }

  #allPorts(): PortLive[] {
    const configured = this.#from.config().ports.map((port) => this.#port(port));
    const known = new Set(configured.map((port) => port.number));
    const unused = (this.#from.card.inventory?.ports ?? [])
      .filter((port) => !known.has(port.port))
      .map(
        (port): PortLive => ({
          number: port.port,
          kind: port.kind,
          role: 'unused',
          name: '',
          state: 'unused',
          since: this.#from.startedAt,
        }),
      );
    return [...configured, ...unused].sort((a, b) => a.number - b.number);
  }

  #port(port: Config['ports'][number]): PortLive {
    const { config, ports, calls } = this.#from;
    const live = port.kind === 'fxs' ? ports.fxs.get(port.number) : ports.fxo.get(port.number);
    const place = port.kind === 'fxs' ? `port:${port.number}` : `line:${port.number}`;
    const call = calls.at(place)[0];
    const state: PortState = !port.enabled
      ? 'unused'
      : portState(live, call, this.#from.link.line(port.number));
    const before = this.#portSince.get(port.number);
    const since = before?.state === state ? before.since : this.#from.clock.wall();
    this.#portSince.set(port.number, { state, since });
    const person = config().people.find((p) => p.ports.includes(port.number));
    const electrical = this.#from.link.electrical(port.number);
    const habit = this.#from.callerHabit(port.number);
    const echo = this.#from.echo(port.number);
    const extension = person?.extension ?? (port.kind === 'fxs' ? port.extension : undefined);
    return {
      number: port.number,
      kind: port.kind,
      role: port.role,
      name: port.name,
      ...(extension ? { extension } : {}),
      state,
      since,
      ...(state === 'out-of-service' ? outOfService(port.kind, live?.trouble) : {}),
      ...(live?.kind === 'fxs' && live.leftOffHook ? leftOffHook(port) : {}),
      ...(call ? { callId: call.id } : {}),
      ...(live?.kind === 'fxs' ? { offHook: live.offHook } : {}),
      ...(live ? { ringing: live.ringing } : {}),
      ...(person ? { person: { id: person.id, name: person.name } } : {}),
      ...(electrical ? { electrical: { ...electrical } } : {}),
      ...(port.kind === 'fxo' ? { proven: port.proven } : {}),
      ...(echo ? { echo } : {}),
      ...(port.kind === 'fxo' && habit ? { callerId: lineCallerId(port, habit) } : {}),
    };
  }

  #devices(): DeviceLive[] {
    return this.#from.devices().flatMap((status) => this.#device(status) ?? []);
  }

  #device(status: DeviceStatus): DeviceLive | undefined {
    const config = this.#from.config();
    const device = config.devices.find((d) => d.id === status.deviceId);
    return device && deviceLive(config, device, status);
  }

  #trunks(): TrunkLive[] {
    return this.#from.trunks().flatMap((status) => this.#trunk(status) ?? []);
  }

  #trunk(status: TrunkStatus): TrunkLive | undefined {
    const trunk = this.#from.config().trunks.find((t) => t.id === status.trunkId);
    return trunk && trunkLive(trunk, status);
  }
}

interface PortFacts {
  available: boolean;
  trouble?: string | undefined;
  offHook?: boolean;
  ringing?: boolean;
  lent?: boolean;
}

function portState(port: PortFacts | undefined, call: Call | undefined, line?: LineState): PortState {
  if (port?.trouble === 'lifeline') return 'lifeline';
  if (!port?.available) return 'out-of-service';
  if (port.lent) return 'measured';
  if (call) {
    if (call.state === 'talking' || call.state === 'served') return 'talking';
    if (call.state === 'held') return 'held';
    return port.ringing ? 'ringing' : 'dialing';
  }
  if (port.ringing) return 'ringing';
  if (port.offHook) return 'off-hook';
  if (line === 'in-use') return 'in-use';
  return 'idle';
}

/** Why a socket is out of service, and what helps. */
function outOfService(kind: 'fxs' | 'fxo', trouble: string | undefined): Pick<PortLive, 'reason' | 'cure'> {
  const { reason, cure } = troubleWords(kind, trouble);
  return { reason: { ru: `${reason.ru}.`, en: `${reason.en}.` }, cure };
}

function leftOffHook({ number, name }: { number: number; name: string }): Pick<PortLive, 'reason' | 'cure'> {
  const { said, cure } = leftOffHookWords(number, name);
  return { reason: said, cure };
}

const callStates = {
  seeking: 'trying',
  alerting: 'ringing',
  served: 'talking',
  talking: 'talking',
  held: 'held',
  ended: 'ending',
} as const;

/** A call as the page shows it. */
export function callLive(call: Call): CallLive {
  const { record } = call;
  const price = call.priceSoFar;
  const called: Leg | undefined = call.called;
  const tried = record.legs.at(-1);
  const calledPlace = called?.place ?? (record.legs.length > 1 ? tried?.place : undefined);
  return {
    id: call.id,
    direction: record.direction,
    service: record.service,
    state: callStates[call.state],
    caller: {
      ...(record.callerNumber === undefined ? {} : { number: record.callerNumber }),
      ...(record.callerName === undefined ? {} : { name: record.callerName }),
      ...(record.callerAbsence === undefined ? {} : { absence: record.callerAbsence }),
      place: call.caller.place,
    },
    called: {
      ...(record.calledNumber === undefined ? {} : { number: record.calledNumber }),
      ...(calledPlace === undefined ? {} : { place: calledPlace }),
    },
    startedAt: record.startedAt,
    ...(record.answeredAt === undefined ? {} : { answeredAt: record.answeredAt }),
    ...(record.trunkId === undefined ? {} : { trunk: record.trunkId }),
    ...(record.routeId === undefined ? {} : { route: record.routeId }),
    ...(price === undefined ? {} : { price }),
    ...(record.fax === undefined ? {} : { fax: record.fax }),
    legs: record.legs.map((leg) => ({
      id: leg.id,
      kind: leg.kind,
      place: leg.place,
      direction: leg.direction,
      state: leg.endedAt ? 'released' : leg.answeredAt ? 'answered' : leg.alertedAt ? 'alerting' : 'trying',
      ...(leg.number === undefined ? {} : { number: leg.number }),
      startedAt: leg.startedAt,
      ...(leg.alertedAt === undefined ? {} : { alertedAt: leg.alertedAt }),
      ...(leg.answeredAt === undefined ? {} : { answeredAt: leg.answeredAt }),
      ...(leg.endedAt === undefined ? {} : { endedAt: leg.endedAt }),
      ...(leg.endedAt === undefined || leg.q850 === undefined ? {} : { q850: leg.q850 }),
    })),
  };
}
