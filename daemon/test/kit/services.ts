import { randomUUID } from 'node:crypto';
import { FakeClock } from '../../src/base/clock.ts';
import type { Leg, ReleaseCause } from '../../src/call/leg.ts';
import { CallRegistry } from '../../src/call/registry.ts';
import type { ToneSet } from '../../src/call/tones.ts';
import { type Config, configSchema, type PinConfig } from '../../src/config/schema.ts';
import { validateConfig } from '../../src/config/validate.ts';
import { yieldDefaults } from '../../src/dialplan/code-conflicts.ts';
import { normaliseCaller } from '../../src/dialplan/normalise-caller.ts';
import { areaOf, compileDialPlan } from '../../src/dialplan/plan.ts';
import { priceOf } from '../../src/dialplan/price.ts';
import type { ToneSpec } from '../../src/media/api.ts';
import type { CallRecord, CallRecorder } from '../../src/records/call-record.ts';
import type { Override } from '../../src/schedule/override.ts';
import type { DeviceCallRequest, ServiceContext, TrunkCallRequest } from '../../src/service/context.ts';
import { MessageWaiting } from '../../src/service/message-waiting.ts';
import { OfficeHours } from '../../src/service/office-hours.ts';
import { Services } from '../../src/service/services.ts';
import { FraudGuard } from '../../src/service/spend/fraud-guard.ts';
import { Spending } from '../../src/service/spend/spending.ts';
import { FakeLeg } from './fake-leg.ts';
import { FakeMedia } from './fake-media.ts';
import { FakeFxo, FakeFxs } from './fake-ports.ts';

const tone = (hz: number, ...cadence: number[]): ToneSpec[] => [
  { frequencies: [hz], levelDbm0: -10, cadence },
];

const tones: ToneSet = {
  dial: tone(425),
  ringback: tone(425, 1000, 4000),
  busy: tone(425, 350, 350),
  congestion: tone(425, 175, 175),
  sit: tone(950, 330),
  stutter: tone(425, 100, 100),
  callWaiting: tone(425, 200, 5000),
  confirmation: tone(425, 100, 100),
};

/** Names for what `FakeMedia.toneAt` says, so that tests read like a telephone. */
export const heard = {
  dial: '425/',
  ringback: '425/1000-4000',
  busy: '425/350-350',
  congestion: '425/175-175',
  sit: '950/330',
  stutter: '425/100-100',
  hold: '425/200-5000',
} as const;

/** A document as the box takes it: a usual feature code gives way to what the document has in its place. */
function parsed(document: unknown): Config {
  const config = configSchema.parse(document);
  const { codes = {} } = (document as { dialing?: { codes?: object } }).dialing ?? {};
  yieldDefaults(config, areaOf(config.dialing), new Set(Object.keys(codes)));
  return config;
}

/** A room's PIN as the bench stores it. */
export const roomPin = (digits: string): string => `${digits.length}:${digits.padEnd(64, '0')}`;

/** A box without a card and without a network: the real services, dial plan and calls over fakes. */
export class Bench {
  readonly clock = new FakeClock();
  readonly media = new FakeMedia();
  readonly fxs = new Map<number, FakeFxs>();
  readonly fxo = new Map<number, FakeFxo>();
  /** Calls made on trunks, in order. */
  readonly trunkCalls: { request: TrunkCallRequest; leg: FakeLeg }[] = [];
  /** What a trunk says instead of making a leg. */
  readonly refusals = new Map<string, ReleaseCause>();
  readonly records = new Map<string, CallRecord>();
  readonly messages = new MessageWaiting();
  /** Ids of the alarms that stand. */
  readonly alarms = new Set<string>();
  /** Every alarm so far, in its words. */
  readonly raised: Parameters<ServiceContext['alarms']['raise']>[0][] = [];
  /** What the box has spoken so far, in order; set `mute` and it cannot. */
  readonly said: string[] = [];
  mute = false;
  /** The sound of uploaded prompts, by id. */
  readonly uploaded = new Map<string, Int16Array>();
  /** Who has changed settings, in order. */
  readonly changedBy: string[] = [];
  /** Telephones whose number was hidden, or shown, by a code. */
  readonly hidden: { origin: object; hidden: boolean }[] = [];
  /** Schedules switched by hand, as they would be on disk. */
  overrides: readonly Override[] = [];
  readonly hours: OfficeHours;
  readonly context: ServiceContext;
  readonly services: Services;
  readonly guard: FraudGuard;
  readonly spending: Spending;
  config: Config;
  #plan;

  /** Contacts of each device that is there, in groups of one preference. */
  readonly devices = new Map<string, readonly (readonly string[])[]>();
  /** What devices were called with, in order. */
  readonly deviceCalls: DeviceCallRequest[] = [];
  /** Every leg to a device so far. */
  readonly deviceLegs: FakeLeg[] = [];

  constructor(
    document: unknown,
    pinDigits: Record<string, string> = {},
    history: Iterable<CallRecord> = [],
    more: Partial<ServiceContext> = {},
  ) {
    this.config = parsed(document);
    this.#plan = compileDialPlan(this.config);
    for (const port of this.config.ports) {
      if (port.kind === 'fxs') this.fxs.set(port.number, new FakeFxs(port.number));
      else this.fxo.set(port.number, new FakeFxo(port.number));
    }
    const keep = (record: CallRecord): void => void this.records.set(record.id, structuredClone(record));
    const recorder: CallRecorder = {
      begin: keep,
      update: keep,
      end: keep,
      saveDialog() {},
      forgetDialog() {},
    };
    const { clock, media } = this;
    this.hours = new OfficeHours({
      clock,
      config: () => this.config,
      store: {
        read: () => [],
        write: async (overrides) => void (this.overrides = overrides),
      },
    });
    this.context = {
      clock,
      media,
      tones,
      config: () => this.config,
      calls: new CallRegistry({ clock, media, tones, recorder, priceOf }),
      ports: { fxs: (n) => this.fxs.get(n), fxo: (n) => this.fxo.get(n) },
      trunks: { call: (request) => this.#call(request) },
      devices: { callDevice: (request) => this.#callDevice(request) },
      dialPlan: () => ({
        classify: (digits, origin) => this.#plan.classify(digits, { origin: origin.kind }),
        plan: (dialed, origin, rights) =>
          this.#plan.plan({
            dialed,
            origin,
            classOfService: rights.classOfService,
            whole: true,
            now: clock.wall(),
            overrides: this.hours.overrides,
            state: { locked: this.guard.lock, packages: this.spending.packages() },
            ...(rights.pinId
              ? { pinGranted: { pinId: rights.pinId, classOfService: rights.classOfService } }
              : {}),
          }),
      }),
      pins: {
        opens: (digits, pin) => pin === roomPin(digits),
        match: (digits, { outside, userNumber }): PinConfig | undefined =>
          this.config.pins.find(
            (pin) =>
              pinDigits[pin.id] === digits && (!outside || (pin.outside && pin.userNumber === userNumber)),
          ),
      },
      alarms: {
        raise: (alarm) => {
          this.alarms.add(alarm.id);
          this.raised.push(alarm);
        },
        clear: (id) => void this.alarms.delete(id),
      },
      messages: this.messages,
      prompts: { source: (name) => ({ type: 'pcm', samples: new Int16Array(name.length) }) },
      speech: async (text) => {
        if (this.mute) return undefined;
        this.said.push(text);
        return { type: 'pcm', samples: new Int16Array(text.length) };
      },
      uploaded: async (id) => this.uploaded.get(id),
      change: async (edit, by) => {
        const draft = structuredClone(this.config);
        edit(draft);
        const checked = validateConfig(draft);
        if (!checked.ok) throw new Error(JSON.stringify(checked.issues));
        this.config = checked.config;
        this.changedBy.push(by);
        this.recompile();
      },
      hideNumber: async (origin, hidden) => void this.hidden.push({ origin, hidden }),
      hours: this.hours,
      recentCalls: () => history,
      latestCalls: () => history,
      newId: () => randomUUID(),
      log: () => {},
      ...more,
    };
    this.guard = new FraudGuard(this.context);
    this.spending = new Spending(this.context, this.guard, history);
    this.context.tolls = this.spending;
    const area = { ...this.#plan.area };
    this.services = new Services(
      this.context,
      (number, fromLine) => normaliseCaller(number, area, fromLine).e164 ?? number,
    );
    this.services.follow(this.fxs.values(), this.fxo.values());
  }

  /** Puts another document in force, as the daemon does at once for everything but ports. */
  reconfigure(document: unknown): void {
    this.config = parsed(document);
    this.recompile();
  }

  /** Takes over what a test has changed in `config` itself. */
  recompile(): void {
    this.#plan = compileDialPlan(this.config);
    this.spending.apply();
  }

  #call(request: TrunkCallRequest): Leg | ReleaseCause {
    const refusal = this.refusals.get(request.trunkId);
    if (refusal) return refusal;
    const leg = new FakeLeg('outgoing', `trunk:${request.trunkId}`, request.number);
    this.trunkCalls.push({ request, leg });
    return leg;
  }

  #callDevice(request: DeviceCallRequest): (() => Leg)[][] | ReleaseCause {
    const { deviceId, number } = request;
    this.deviceCalls.push(request);
    const groups = this.devices.get(deviceId);
    if (groups === undefined) return { q850: 20, text: 'no device', by: 'local' };
    return groups.map((contacts) =>
      contacts.map(() => () => {
        const leg = new FakeLeg('outgoing', `device:${deviceId}`, number);
        this.deviceLegs.push(leg);
        return leg;
      }),
    );
  }

  /** The newest leg on a trunk. */
  get trunkLeg(): FakeLeg {
    const last = this.trunkCalls.at(-1);
    if (!last) throw new Error('no call was made on a trunk');
    return last.leg;
  }

  /** The newest record. */
  get record(): CallRecord {
    const last = [...this.records.values()].at(-1);
    if (!last) throw new Error('there is no record');
    // Steps are written together after a while; a call that goes on knows them already.
    const going = this.context.calls.get(last.id);
    return going ? structuredClone(going.record) : last;
  }

  port(number: number): FakeFxs {
    return this.fxs.get(number)!;
  }

  line(number: number): FakeFxo {
    return this.fxo.get(number)!;
  }

  /** What the telephone on a port hears. */
  hears(port: number): string | undefined {
    return this.media.toneAt(this.port(port).endpoint);
  }
}
