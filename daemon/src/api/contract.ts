import type { Config } from '../config/schema.ts';
import type { CallRecord, FaxRecord } from '../records/call-record.ts';
import type { CallQualityLive } from './live-contract.ts';
import type { PinTerms } from './pin-terms.ts';
import type { AgentLive, QueueLive } from './queue-contract.ts';
import type { ScheduleLive } from './schedule-contract.ts';
import type { DeviceLive, TrunkLive } from './sip-contract.ts';

export type * from './account-contract.ts';
export type * from './backup-contract.ts';
export type * from './click-contract.ts';
export type * from './contact-contract.ts';
export type * from './diagnosis-contract.ts';
export type * from './draft-contract.ts';
export type * from './flow-contract.ts';
export type * from './import-contract.ts';
export type * from './live-contract.ts';
export type * from './network-contract.ts';
export type * from './office-contract.ts';
export type * from './program-contract.ts';
export type * from './prompt-contract.ts';
export type * from './queue-contract.ts';
export type * from './schedule-contract.ts';
export type * from './security-contract.ts';
export type * from './setup-contract.ts';
export type {
  DeviceLink,
  DeviceLive,
  DeviceLiveState,
  DevicePreset,
  DeviceSetupView,
  TrunkLive,
  TrunkState,
  TrunkTargetLive,
  TrunkTemplate,
} from './sip-contract.ts';
export type * from './support-contract.ts';
export type * from './token-contract.ts';
export type * from './update-contract.ts';
export type * from './voicemail-contract.ts';

/*
 * Everything that travels between the daemon and the page, as types only: the page imports this file
 * and nothing else of the daemon. Times are wall-clock ms since 1970 unless a name says otherwise.
 */

/** A sentence in both languages of the box. */
export interface Said {
  ru: string;
  en: string;
}

export type Language = 'ru' | 'en';

/** GET and PUT /api/v1/messages/MAILBOX: messages that wait for a person, not heard yet and heard. */
export interface MessageCountsView {
  fresh: number;
  old: number;
}

// ------------------------------------------------------------------ errors

/** Body of every answer with a status of 400 or more. */
export interface ApiError {
  error: {
    /** `api/not-signed-in`, `config/invalid`... */
    code: string;
    /** Cause and next step, for people. */
    said: Said;
    /** JSON pointer of the offending value, where there is one. */
    path?: string;
    /** Every fault of a refused document. */
    issues?: ConfigIssue[];
    /** How long to wait before trying again (also in Retry-After), ms. */
    retryAfterMs?: number;
    /** English technical text, shown under "technical details". */
    detail?: string;
  };
}

// ------------------------------------------------------------------ live state

/** Everything the page shows live. Lists are in the order in which they are drawn. */
export interface LiveState {
  box: BoxLive;
  card: CardLive;
  ports: PortLive[];
  calls: CallLive[];
  trunks: TrunkLive[];
  devices: DeviceLive[];
  schedules: ScheduleLive[];
  queues: QueueLive[];
  agents: AgentLive[];
  alarms: AlarmLive[];
  /** Of those calls that go over a network. */
  quality: CallQualityLive[];
  health: HealthLive;
}

export interface BoxLive {
  name: string;
  version: string;
  model?: string;
  serial?: string;
  language: Language;
  timeZone: string;
  /** ISO 4217. */
  currency: string;
  /** When the daemon started. */
  startedAt: number;
  /** True with the simulator in place of a card. */
  simulated?: boolean;
}

/** The serial link to the line card. */
export interface CardLive {
  up: boolean;
  since: number;
  board?: string;
  serial?: string;
  firmware?: string;
  audio?: 'linear' | 'alaw';
  /** Why it is down. */
  reason?: Said;
  checksumErrors?: number;
  retries?: number;
  resets?: number;
}

/**
 * What a socket is doing. `in-use`: a set in parallel holds the line; `lifeline`: the relay joins it
 * past the box; `unused`: on the card, but not configured.
 */
export type PortState =
  | 'idle'
  | 'off-hook'
  | 'dialing'
  | 'ringing'
  | 'talking'
  | 'held'
  | 'in-use'
  /** A line that is being learnt. */
  | 'measured'
  | 'lifeline'
  | 'out-of-service'
  | 'unused';

export type PortRole = 'telephone' | 'fax' | 'modem' | 'pbx-line' | 'city-line' | 'pbx-extension' | 'unused';

export interface PortLive {
  /** As printed on the box, from 1. */
  number: number;
  kind: 'fxs' | 'fxo';
  role: PortRole;
  name: string;
  extension?: string;
  state: PortState;
  since: number;
  /** Why it is out of service, and what to do. */
  reason?: Said;
  cure?: Said;
  callId?: string;
  /** FXS: the handset is off the hook, as the card sees it. */
  offHook?: boolean;
  /** It is being rung, or the line rings. */
  ringing?: boolean;
  /** Who sits there. */
  person?: { id: string; name: string };
  /** What the card last measured. */
  electrical?: { volts?: number; milliamps?: number; reversed?: boolean };
  /** FXO: proved to be a city line by a test call (ruling 4). */
  proven?: boolean;
  /** FXO: what its calls have shown of its caller ID; absent before the first. */
  callerId?: LineCallerId;
  /** The echo canceller in the present call, or in the last one. */
  echo?: EchoLive;
}

/** An echo canceller's figures, dB: loss of the line, and what the canceller adds to it. */
export interface EchoLive {
  tailMs: number;
  erlDb?: number;
  erleDb?: number;
  converged: boolean;
  /** What a fax machine's or a modem's tone has switched off. */
  disabled?: 'suppressor' | 'canceller';
}

/** How a line sends caller ID, as learnt from its calls. */
export interface LineCallerId {
  said: Said;
  /** What follows for the settings. */
  advice?: Said;
  /** When the last news came. */
  at: number;
  /** The last that came, as it came: bytes in hexadecimal, digits, or the signs of classic АОН. */
  raw?: string;
  /** Category of the last caller, with classic АОН. */
  category?: string;
}

export type CallState = 'dialing' | 'trying' | 'ringing' | 'talking' | 'held' | 'ending';

export interface CallParty {
  /** E.164 with +, or an extension. Absent: unknown. */
  number?: string;
  name?: string;
  absence?: 'private' | 'unavailable';
  /** `port:3`, `trunk:acme`. */
  place?: string;
}

export interface CallLegLive {
  id: string;
  kind: 'fxs' | 'fxo' | 'sip';
  place: string;
  direction: 'incoming' | 'outgoing';
  state: 'idle' | 'trying' | 'alerting' | 'answered' | 'released';
  number?: string;
  startedAt?: number;
  alertedAt?: number;
  answeredAt?: number;
  endedAt?: number;
  /** Why it ended (ITU-T Q.850). */
  q850?: number;
}

export interface CallLive {
  id: string;
  direction: CallRecord['direction'];
  /** 'plain', 'access', 'forward', 'emergency', 'incoming'... as in the record. */
  service: string;
  state: CallState;
  caller: CallParty;
  called: CallParty;
  startedAt: number;
  answeredAt?: number;
  /** Id of the trunk, if it goes over one. */
  trunk?: string;
  /** Id of the route taken. */
  route?: string;
  /** Price so far, in the box's currency. */
  price?: number;
  /** It carries a fax. */
  fax?: FaxRecord;
  legs: CallLegLive[];
}

export interface AlarmLive {
  id: string;
  severity: 'info' | 'warning' | 'critical';
  said: Said;
  cure: Said;
  since: number;
  /** `port:3`, `trunk:acme`, `card`. */
  place?: string;
}

export interface ProbeLive {
  id: string;
  name: Said;
  ok: boolean;
  said?: Said;
}

export interface HealthLive {
  ok: boolean;
  probes: ProbeLive[];
  /** Processor load of the daemon, 0 to 100 of one core. */
  cpuPercent?: number;
  rssMb?: number;
}

/** One change of the live state; `value` replaces the item whole, null removes it. */
export type LiveChange =
  | { what: 'box'; value: BoxLive }
  | { what: 'card'; value: CardLive }
  | { what: 'health'; value: HealthLive }
  | { what: 'ports'; id: string; value: PortLive | null }
  | { what: 'calls'; id: string; value: CallLive | null }
  | { what: 'trunks'; id: string; value: TrunkLive | null }
  | { what: 'devices'; id: string; value: DeviceLive | null }
  | { what: 'schedules'; id: string; value: ScheduleLive | null }
  | { what: 'queues'; id: string; value: QueueLive | null }
  | { what: 'agents'; id: string; value: AgentLive | null }
  | { what: 'alarms'; id: string; value: AlarmLive | null }
  | { what: 'quality'; id: string; value: CallQualityLive | null }
  /** A record was written or closed; the list of calls may want to look. */
  | { what: 'records'; id: string; value: null }
  /** The messages of a mailbox are others now. */
  | { what: 'voicemail'; id: string; value: null }
  /** The configuration is now at this revision. */
  | { what: 'config'; id: string; value: null };

/**
 * GET /api/v1/live (WebSocket), daemon to page. First a `snapshot`, or `resumed` if the page gave
 * `?epoch=E&since=N` and everything after N is still known; then `patch`es with `seq` rising by one;
 * a `beat` each second. A page that has heard nothing for 3 s calls itself stale. A page that reads
 * too slowly gets no patches for a while and then a fresh `snapshot`.
 */
export type LiveMessage =
  /** `epoch` changes with each start of the daemon; `at` is the box's clock. */
  | { type: 'snapshot'; epoch: string; seq: number; at: number; state: LiveState }
  | { type: 'resumed'; epoch: string; seq: number; at: number }
  | { type: 'patch'; seq: number; at: number; changes: LiveChange[] }
  | { type: 'beat'; seq: number; at: number };

/** Page to daemon: somebody is at the page, so that the session stays. At most one a minute. */
export type LiveRequest = { type: 'active' };

/** Close codes of the live socket beyond the standard ones. */
export type LiveCloseCode =
  /** The session ended. */
  | 4401
  /** The page read too slowly for too long; connect again. */
  | 4408;

// ------------------------------------------------------------------ records

export type CallOutcome = 'answered' | 'missed' | 'failed' | 'active';

/** GET /api/v1/calls?...: every field optional. */
export interface CallsQuery {
  /** A name, or a number in any writing. */
  search?: string;
  from?: number;
  to?: number;
  direction?: CallRecord['direction'];
  outcome?: CallOutcome;
  /** `port:3`, `trunk:acme`. */
  place?: string;
  costCentre?: string;
  /** `next` of the page before. */
  before?: string;
  /** 1 to 200; 50 if not given. */
  limit?: number;
}

/** Newest first. */
export interface CallsPage {
  calls: CallRecord[];
  /** Give as `before` for the page after this; absent: there is none. */
  next?: string;
}

// ------------------------------------------------------------------ configuration

/** Stands for a stored secret in everything that is read, and means "keep it" in what is written. */
export type SecretMark = '\u2022\u2022\u2022\u2022\u2022\u2022\u2022\u2022';

/** The configuration as the page may see it: passwords are marked, accounts and PINs are not there. */
export type PublicConfig = Omit<Config, 'admin' | 'accounts' | 'pins'>;

/** GET /api/v1/config. */
export interface ConfigView {
  revision: number;
  config: PublicConfig;
}

export interface ConfigIssue {
  /** JSON pointer into the document: `/trunks/0/server`. */
  path: string;
  said: Said;
}

/**
 * One edit. Paths are JSON pointers in which an item of a list is named by its id (ports: by number):
 * `/trunks/acme`, `/ports/3/name`, `/site`. `put` makes or replaces, `remove` takes away.
 */
export type ConfigEdit = { op: 'put'; path: string; value: unknown } | { op: 'remove'; path: string };

/** PATCH /api/v1/config, and POST /api/v1/config/validate, which changes nothing. */
export interface ConfigPatch {
  /** The revision the edits were made on; another one by now answers 409. */
  revision: number;
  edits: ConfigEdit[];
}

/** When a change takes effect: at once, from the next call, after a restart of one trunk, port or of the box. */
export type ChangeScope = 'at-once' | 'next-call' | 'restart-trunk' | 'restart-port' | 'restart-box';

/** What a patch did or would do. */
export interface ConfigOutcome {
  revision: number;
  /** What has changed, in words, and when it takes effect. */
  changes: { path: string; scope: ChangeScope; said?: Said }[];
}

/** GET /api/v1/config/history: newest first, the last twenty. */
export interface ConfigHistoryEntry {
  /** The revision this change made. */
  revision: number;
  at: number;
  /** `admin`, `undo`, `migration`, `box`. */
  by: string;
  said: Said;
  undoable: boolean;
  /** Places it changed. */
  paths?: readonly string[];
}

/** POST /api/v1/config/undo: takes one change back (the last one if no revision is given). */
export interface UndoRequest {
  revision?: number;
}

/** GET /api/v1/config/form: the forms, generated from the one schema. */
export interface FormModel {
  sections: FormSection[];
}

export interface FormSection {
  /** Key in the document: `trunks`. */
  key: string;
  kind: 'list' | 'object';
  /** Lists: which field names an item in a path. */
  idKey?: 'id' | 'number';
  title: Said;
  help?: Said;
  /** Lists: one item, for the button: "line of the operator". */
  itemTitle?: Said;
  /** Lists: said when there is none yet. */
  empty?: Said;
  fields: FormField[];
  /** Lists of several kinds: `fields` are common to all, and each variant has its own besides. */
  discriminator?: string;
  variants?: FormVariant[];
}

export interface FormVariant {
  value: string;
  title: Said;
  fields: FormField[];
}

export interface FormChoice {
  value: string | number;
  title: Said;
}

interface FormFieldBase {
  key: string;
  title: Said;
  help?: Said;
  scope: ChangeScope;
  required: boolean;
  /** Value of a new item. */
  default?: unknown;
  /** Shown under "technical details" only. */
  technical?: boolean;
}

export type FormField = FormFieldBase &
  (
    | { type: 'text'; maxLength?: number; pattern?: string; placeholder?: string }
    /** A telephone number or anything dialed; shown with digits grouped. */
    | { type: 'number-text'; maxLength?: number; pattern?: string; placeholder?: string }
    /** Written, never read. */
    | { type: 'secret'; maxLength?: number }
    | { type: 'integer' | 'decimal'; min?: number; max?: number; unit?: Said }
    | { type: 'boolean' }
    | { type: 'choice'; choices: FormChoice[] }
    | { type: 'choices'; choices: FormChoice[] }
    | { type: 'time' }
    | { type: 'date' }
    /** Id (ports: number) of an item of another section. */
    | { type: 'reference'; section: string }
    /** Several of them, in order. */
    | { type: 'references'; section: string }
    /** Several plain values. */
    | { type: 'texts'; pattern?: string; maxLength?: number }
    | { type: 'group'; optional: boolean; fields: FormField[] }
    | { type: 'list'; itemTitle: Said; fields: FormField[] }
    | { type: 'variant'; discriminator: string; variants: FormVariant[] }
  );

// ------------------------------------------------------------------ PINs

/** A PIN as the page may see it (never its digits, nor their hash). */
export interface PinView {
  id: string;
  name: string;
  length: number;
  enabled: boolean;
  classOfService: string;
  costCentre?: string;
  userNumber?: string;
  expires?: string;
  outside: boolean;
  /** `##` after a call asks for the next number. */
  followOn: boolean;
  /** The transfer code puts the other party of a call through to somebody else. */
  transfer: boolean;
  terms?: PinTerms;
  /** Locked after wrong attempts until then. */
  lockedUntil?: number;
}

/** POST /api/v1/pins, and PUT /api/v1/pins/:id, where a missing `pin` keeps the digits. */
export interface PinRequest {
  id?: string;
  name: string;
  /** The digits, once, on the way in. */
  pin?: string;
  enabled: boolean;
  classOfService: string;
  costCentre?: string;
  userNumber?: string;
  expires?: string;
  outside: boolean;
  followOn: boolean;
  /** The transfer code puts the other party of a call through to somebody else. */
  transfer: boolean;
  /** Those given take the place of what was; an empty text takes one away. */
  terms?: PinTerms;
}

// ------------------------------------------------------------------ "what would happen if I dial…"

/** POST /api/v1/dial-check. Nothing is dialed. */
export interface DialCheckRequest {
  /** In any writing. */
  number: string;
  from: /** From a socket, after a PIN if one is given; `pin` is the id of a PIN here, never its digits. */
    | { kind: 'port'; port: number; pin?: string }
    /** From outside through the access number, with the PIN of this id. */
    | { kind: 'outside'; pin: string };
  /** At which moment; now if not given. */
  at?: number;
  /** As it would be with the pending changes of whoever asks. */
  draft?: boolean;
}

export interface PriceView {
  perMinute: number;
  stepSeconds: number;
  firstSeconds: number;
  connection: number;
}

export interface DialCheckStep {
  routeId: string;
  routeName: string;
  via: { kind: 'trunk'; trunk: string } | { kind: 'line'; ports: number[] };
  number: string;
  price?: PriceView;
  /** Why this way stands here. */
  why: Said;
  /** Could it be used this moment? Not said: not known. */
  usable?: boolean;
  /** Why it could not. */
  hindrance?: Said;
}

export interface DialCheckResult {
  /** What the number was understood as. */
  class: string;
  e164?: string;
  /** Extension, short code or access number it leads to. */
  target?: string;
  steps: DialCheckStep[];
  /** Why the call would not be made. */
  refusal?: { reason: string; said: Said };
  /** The whole decision in sentences. */
  explanation: Said[];
}

export type { Config } from '../config/schema.ts';
export type { AuditAct, AuditEntry } from '../records/audit.ts';
export type { AuditPage } from '../records/audit-log.ts';
export type {
  CallRecord,
  DiversionRecord,
  FaxRecord,
  LegRecord,
  RecordingRecord,
} from '../records/call-record.ts';
export type { LineAccountRecord } from '../records/line-account.ts';
export type {
  LearnOrder,
  LearnStep,
  LearnView,
  LineFindings,
  SettingProposal,
  ToneFound,
  VerdictRequest,
  VerdictResult,
} from './line-contract.ts';
export type { LineFigure, LineTestRequest, LineTestResult } from './line-test.ts';
export type { PinTerms } from './pin-terms.ts';
export type { BanView, LeaningView, ProtectionView } from './protection-view.ts';
export type { SpendingView } from './spending-view.ts';
export type { TraceKind, TraceMessage, TraceView } from './trace-view.ts';
