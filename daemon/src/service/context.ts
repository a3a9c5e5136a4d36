import type { Clock } from '../base/clock.ts';
import type { Call } from '../call/call.ts';
import type { AnalogContext } from '../call/fxs-leg.ts';
import type { DiversionReason, Leg, Party, ReleaseCause } from '../call/leg.ts';
import type { CallRegistry } from '../call/registry.ts';
import type { Config, PinConfig } from '../config/schema.ts';
import type { ClassifiedNumber, RoutePlan, Said } from '../dialplan/route-plan.ts';
import type { PlaySource } from '../media/api.ts';
import type { FxoPort, FxsPort, RingClass } from '../port/port.ts';
import type { AuditSink } from '../records/audit.ts';
import type { CallRecord } from '../records/call-record.ts';
import type { Language } from './announcing.ts';
import type { Hook } from './flow/flows.ts';
import type { MessageSource } from './message-waiting.ts';
import type { OfficeHours } from './office-hours.ts';
import type { Prompts } from './prompts.ts';
import type { Charge } from './spend/account.ts';
import type { SoundTakes } from './take-sound.ts';
import type { MessageShelf } from './voicemail/shelf.ts';

/** Where a caller sits: decides about emergency numbers and about which rules of PINs hold (rulings 3 and 9). */
export type Origin =
  | { kind: 'on-site'; port: number; device?: undefined }
  /** A SIP device of the office, by id. */
  | { kind: 'on-site'; device: string; port?: undefined }
  /** `office`: another office of ours, by id; it is not on site here. */
  | { kind: 'outside'; office?: string | undefined }
  /** The box calls for somebody; `from`: where the call came in. */
  | { kind: 'forward'; from?: Origin | undefined };

/** In whose name a call is made: what it may reach, and who pays. */
export interface Rights {
  classOfService: string;
  costCentre?: string;
  /** The person whose budget pays too, by id. */
  person?: string;
  /** The PIN that granted them, by id. */
  pinId?: string;
}

/** The compiled dial plan of the present configuration. */
export interface DialPlan {
  classify(digits: string, origin: Origin): ClassifiedNumber;
  plan(digits: string, origin: Origin, rights: Rights): RoutePlan;
}

/** What it takes to call out on a trunk. */
export interface TrunkCallRequest {
  trunkId: string;
  /** E.164 with +, or a short code, or an operator's access number. */
  number: string;
  /** Who calls, as known; the trunk's identity policy decides what is shown. */
  caller: Party;
  /** Set on forwarded calls: the number that was originally called. */
  divertedFrom?: string;
  diversionReason?: DiversionReason;
  /** What a transferor wants told to the called (RFC 7433 4.1). */
  userToUser?: string;
  emergency?: boolean;
}

/** The trunks as services see them. */
export interface TrunkCalls {
  /** Makes a leg, not yet started; or says at once why there is none (full, down, disabled). */
  call(request: TrunkCallRequest): Leg | ReleaseCause;
}

/** A call to a SIP device of the office. */
export interface DeviceCallRequest {
  deviceId: string;
  /** What is called, for a PBX with many numbers; else its own. */
  number: string;
  caller: Party;
  /** Tells the device where the call comes from (Alert-Info). */
  ring: RingClass;
}

/** The office's SIP devices as services see them. */
export interface DeviceCalls {
  /** Makers of legs to where the device is now, in groups rung at once, the preferred group first; or why there are none. */
  callDevice(request: DeviceCallRequest): (() => Leg)[][] | ReleaseCause;
}

/** Ports by number; undefined where the card has none or the configuration turns it off. */
export interface PortAccess {
  fxs(number: number): FxsPort | undefined;
  fxo(number: number): FxoPort | undefined;
}

/** Checks PINs without ever showing them. */
export interface PinCheck {
  /** Whether digits are those of a room's PIN, as it is stored. */
  opens(digits: string, pin: string): boolean;
  /** The PIN with these digits that this caller may use now, in the same time whether there is one or not. */
  match(
    digits: string,
    options: { outside: boolean; userNumber?: string; caller?: string },
  ): PinConfig | undefined;
}

/** Charges what goes out, and says what may not (L07, C06); see spend/spending.ts. */
export interface Tolls {
  /** Why no leg with this charge may begin now. */
  refusal(charge: Charge): ReleaseCause | undefined;
  /** Charges a leg that is about to start. */
  follow(leg: Leg, charge: Charge): void;
}

/** Alarms raised by services. */
export interface AlarmSink {
  raise(alarm: {
    id: string;
    severity: 'info' | 'warning' | 'critical';
    said: Said;
    cure: Said;
    place?: string;
  }): void;
  /** What the alarm told of is over. */
  clear(id: string): void;
}

/** Everything the services stand on. */
export interface ServiceContext extends AnalogContext {
  clock: Clock;
  config(): Config;
  calls: CallRegistry;
  ports: PortAccess;
  trunks: TrunkCalls;
  devices: DeviceCalls;
  dialPlan(): DialPlan;
  pins: PinCheck;
  alarms: AlarmSink;
  prompts: Prompts;
  /** Keeps what a party enters out of recordings, and tells who joins a call of them; absent where nothing is recorded. */
  recordings?: { mute(leg: Leg): () => void; joins(call: Call, leg: Leg): void };
  /** Takes down who did what to others' calls; absent in tests of other things. */
  audit?: AuditSink;
  /** Absent where nothing is charged. */
  tolls?: Tolls;
  messages: Pick<MessageSource, 'counts'>;
  /** Where messages that callers leave lie; absent: none are taken. */
  voicemail?: MessageShelf;
  /**
   * Changes the settings, as whoever `by` names in their history; calls go on meanwhile.
   * @throws CodedError `config/invalid`, `config/write-failed`: nothing is changed
   */
  change(edit: (draft: Config) => void, by: string): Promise<void>;
  /** Hides the number of a telephone in all calls from now on, or shows it again. */
  hideNumber(origin: Extract<Origin, { kind: 'on-site' }>, hidden: boolean): Promise<void>;
  /** The office's schedules in force. */
  hours: Pick<OfficeHours, 'holds' | 'destinationOf' | 'leave' | 'switch'>;
  /** A text spoken, at the level of the box's prompts; undefined, or absent, where the box cannot speak. */
  speech?(text: string, language?: Language): Promise<PlaySource | undefined>;
  /** Where what a party says is written for moments; absent: nothing can be asked for by voice. */
  takes?: SoundTakes;
  /** Puts what was said at a telephone in the place of a prompt's sound; rejects where it cannot be stored. */
  keepPrompt?(id: string, samples: Int16Array): Promise<void>;
  /** The sound of an uploaded prompt, 8 kHz; undefined: there is none of this id yet. */
  uploaded?(id: string): Promise<Int16Array | undefined>;
  /** Asks a program of the office; absent where there is no network to ask over. */
  hook?: Hook;
  /** What the office calls whoever has a number, E.164 with +; absent: it has no phonebook. */
  callerName?(number: string): string | undefined;
  /** The answered calls of the past, newest first, some thousands of them; absent: none are known. */
  recentCalls?(): Iterable<CallRecord>;
  /** The same, those that nobody answered included, and not so many. */
  latestCalls?(): Iterable<CallRecord>;
  /** A fresh id for a leg. */
  newId(): string;
  log(level: 'debug' | 'info' | 'warn' | 'error', message: () => string): void;
}
