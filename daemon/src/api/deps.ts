import type { Clock } from '../base/clock.ts';
import type { Events } from '../base/emitter.ts';
import type { Config } from '../config/schema.ts';
import type { AuditSink } from '../records/audit.ts';
import type { AuditPage, AuditQuery } from '../records/audit-log.ts';
import type { BackupAccess } from './backup-contract.ts';
import type { ClickAccess } from './click-contract.ts';
import type { PhonebookAccess } from './contact-contract.ts';
import type {
  CallRecord,
  CallsPage,
  CallsQuery,
  ConfigHistoryEntry,
  ConfigIssue,
  ConfigOutcome,
  DialCheckRequest,
  DialCheckResult,
  FormModel,
  Language,
  LineTestRequest,
  LineTestResult,
  LiveChange,
  LiveState,
  MessageCountsView,
  PinRequest,
  PinView,
  PortLevelsView,
  ProtectionView,
  Said,
  TraceView,
} from './contract.ts';
import type { FlowSimulateRequest, FlowSimulateResult } from './flow-contract.ts';
import type { HelpAccess } from './help-deps.ts';
import type { LearnOrder, LearnView, VerdictRequest, VerdictResult } from './line-contract.ts';
import type { MetricsAccess } from './metrics-routes.ts';
import type { OfficesView } from './office-contract.ts';
import type { EventsAccess, WebhooksAccess } from './program-contract.ts';
import type { PromptSound, PromptView } from './prompt-contract.ts';
import type { AgentLive, AgentModeView, QueuesView } from './queue-contract.ts';
import type {
  CalendarsView,
  CallerListView,
  IncomingCheckResult,
  ScheduleView,
  SwitchRequest,
} from './schedule-contract.ts';
import type { SetupAccess } from './setup-contract.ts';
import type { SpendingView } from './spending-view.ts';
import type { TokenAccess } from './token-contract.ts';
import type { DraftAccess, NetworkAccess, TrialAccess } from './trial-deps.ts';
import type { UpdateAccess } from './update-contract.ts';
import type { MailAccess, VoicemailAccess } from './voicemail-deps.ts';

/** What the page may know of the box before anybody has signed in. */
export interface BoxAccess {
  readonly version: string;
  /** Name of the site; may be empty. */
  name(): string;
  language(): Language;
  /** Port at which devices of the office reach SIP. */
  sipPort(): number;
  /** The same over TLS; undefined where the engine is not ours. */
  sipTlsPort(): number | undefined;
}

/** The admin's password, as a hash only. */
export interface AdminAccess {
  /** Undefined until the box is claimed. */
  passwordHash(): string | undefined;
  /** Stores the hash durably before it resolves. `language` is set with it, if given. */
  setPasswordHash(hash: string, language?: Language): Promise<void>;
}

/** From config/password.ts. */
export interface PasswordHashing {
  hash(password: string): Promise<string>;
  /** Without a hash: takes the same time, and is never right. */
  verify(password: string, hash: string | undefined): Promise<boolean>;
}

/** What proves that a first visitor stands before the box (ruling 19). */
export interface Claim {
  /** The code on the label; undefined where the box has none (then only the button claims). */
  code(): string | undefined;
  /** The button was pressed within the last 10 minutes. */
  buttonPressed(): boolean;
}

export type ConfigResult =
  | { ok: true; outcome: ConfigOutcome }
  | { ok: false; reason: 'invalid'; issues: ConfigIssue[] }
  /** Somebody else has changed it; `revision` is the present one. */
  | { ok: false; reason: 'conflict'; revision: number }
  /** A change that could cut the page off is on trial, and this is another such. */
  | { ok: false; reason: 'trial' }
  /** Undo only: that change cannot be taken back any more. */
  | { ok: false; reason: 'not-undoable' };

/** The configuration store. Documents are whole and may hold secrets; the API redacts them. */
export interface ConfigAccess {
  current(): { revision: number; config: Config };
  /** Checks a document and says what applying it would change; stores nothing. */
  validate(document: unknown): ConfigResult;
  /** Validates, stores and applies, if the revision still is `expected`. */
  apply(document: unknown, meta: { expected: number; by: string }): Promise<ConfigResult>;
  history(): ConfigHistoryEntry[];
  undo(revision: number | undefined, by: string): Promise<ConfigResult>;
  form(): FormModel;
}

export type PinResult =
  | { ok: true; pin: PinView }
  | { ok: false; reason: 'invalid'; issues: ConfigIssue[] }
  | { ok: false; reason: 'not-found' };

/** PINs: digits go in, are hashed below, and never come out. */
export interface PinAccess {
  list(): PinView[];
  create(request: PinRequest, by: string): Promise<PinResult>;
  replace(id: string, request: PinRequest, by: string): Promise<PinResult>;
  remove(id: string, by: string): Promise<boolean>;
  /** Takes back the lock-out of wrong attempts. */
  unlock(id: string): boolean;
}

/** The call records, read only. */
export interface RecordsAccess {
  /**
   * Newest first. `limit` is set; `digits` are the digits of `search`, if it is a number
   * (8 and 7 in front of ten digits taken off), to be found anywhere within a number.
   */
  list(query: CallsQuery & { limit: number; digits?: string }): Promise<CallsPage> | CallsPage;
  get(id: string): Promise<CallRecord | undefined> | CallRecord | undefined;
  /** What `before` has to be for the records older than this one. */
  after(record: CallRecord): string;
}

/** A file to be downloaded. */
export interface TraceFile {
  /** ASCII, without a path. */
  name: string;
  data: Buffer;
}

/** SIP messages of calls, trunks and devices, secrets masked. Undefined: there is no such one. */
export interface TraceAccess {
  call(id: string): Promise<TraceView | undefined>;
  callPcap(id: string): Promise<TraceFile | undefined>;
  /** The last exchanges with an operator or a device, outside of calls. */
  peer(kind: 'trunks' | 'devices', id: string): Promise<TraceView | undefined>;
  peerPcap(kind: 'trunks' | 'devices', id: string): Promise<TraceFile | undefined>;
}

/** The sound of an encrypted recording, as if it were plain. Whoever opened it closes it. */
export interface OpenedRecording {
  bytes: number;
  /** From `from` up to `to`. */
  read(from: number, to: number): Iterable<Buffer>;
  close(): void;
}

/** A finished recording: a file, or one to be decrypted; undefined then: not with this box's key. */
export type RecordingFile = { path: string } | { open(): OpenedRecording | undefined };

/** Recordings of calls. */
export interface RecordingAccess {
  /** Begins to record a call in progress, announced to both sides; false: there is none, or it is recorded. */
  begin(callId: string): boolean;
  /** Ends the recording of a call that goes on; both sides hear of it. False: it is not recorded. */
  end(callId: string): boolean;
  /** A finished recording; undefined: there is none of that name. */
  find(file: string): RecordingFile | undefined;
  remove(file: string): boolean;
}

/** The audit log: lines come in and are read, nothing more. */
export interface AuditAccess extends AuditSink {
  list(query: AuditQuery): AuditPage;
}

/** Taking part in calls of others. */
export interface ObservationAccess {
  /** Rings the telephone; why not, or undefined. */
  begin(
    callId: string,
    order: {
      mode: 'listen' | 'whisper' | 'barge';
      extension: string;
      toward?: 'caller' | 'called';
      by: string;
    },
  ): 'no-call' | 'not-this-call' | 'busy' | undefined;
  /** False: nobody takes part in that call. */
  end(callId: string): boolean;
}

/** Music on hold. */
export interface MusicAccess {
  /** The admin's own file, if there is one. */
  readonly own: { bytes: number } | undefined;
  /** @throws CodedError `media/sound-...` */
  replace(file: Buffer): Promise<void>;
  restore(): void;
}

/** Prompts of the office's own. */
export interface PromptAccess {
  list(): PromptView[];
  /** The file of a prompt's sound, a WAV; undefined: none is uploaded. */
  file(id: string): string | undefined;
  /** @throws CodedError `media/sound-...`, `main/prompts-full`; the old sound then stands. */
  replace(id: string, file: Buffer): Promise<PromptSound>;
  /** False: there was none. */
  remove(id: string): Promise<boolean>;
}

/** Prompts that are recorded at a telephone of the office. */
export interface PromptRecording {
  /** Which is being recorded, and at which extension. */
  readonly running: { id: string; extension: string } | undefined;
  /** Rings the telephone; or why not. */
  begin(id: string, extension: string): 'no-telephone' | 'busy' | undefined;
}

/** The live state; every change is told as it happens, the API batches and numbers them. */
export interface LiveModel {
  snapshot(): LiveState;
  readonly events: Events<{ changed: [change: LiveChange] }>;
}

/** The dial plan's answer, without dialing. Pure and quick. `config`: as it would be with these settings. */
export interface DialCheck {
  check(request: DialCheckRequest, config?: Config): DialCheckResult | { error: Said };
  /** What each route does in a sentence made by the code that routes; shown beside it. */
  describeRoutes?(config?: Config): { id: string; said: Said }[];
}

/** What the admin may do to calls and sockets. */
export interface LineActions {
  /** Ends a call; false if there is none of that id. */
  releaseCall(id: string): boolean;
  /** Undefined if there is no such port. */
  test(port: number, request: LineTestRequest): Promise<LineTestResult | undefined>;
  /** How loud it is there now; undefined if there is no such port. */
  levels(port: number): Promise<PortLevelsView | undefined>;
}

/** Bans, leniencies and load of the SIP engine. */
export interface ProtectionAccess {
  view(): Promise<ProtectionView>;
  /** Takes a ban back; false if there is none of that source. */
  lift(source: string): Promise<boolean>;
}

/** Messages that wait for people; from service/message-waiting.ts. */
export interface MessagesAccess {
  counts(personId: string): MessageCountsView;
  set(personId: string, counts: MessageCountsView): void;
}

/** Learning of lines, and the admin's word on what they were thought to have said. */
export interface LineCraft {
  /** Begins; undefined if there is no such line. @throws CodedError `learning/refused`, with `said` */
  learn(port: number, order: LearnOrder): Promise<LearnView | undefined>;
  learnt(port: number): LearnView | undefined;
  /** False if nothing is under way. */
  stopLearning(port: number): boolean;
  /** Undefined: there is no such account, or its call is still in progress. */
  judge(callId: string, request: VerdictRequest): VerdictResult | undefined;
}

/** A rate table, and the rows of its file that were not taken. */
export interface RatesView {
  id: string;
  /** Prices in force. */
  rows: number;
  bad: { line: number; said: Said }[];
}

/** Rate tables of operators. */
export interface RatesAccess {
  list(): RatesView[];
  /** The file as it was imported; undefined: there is none. */
  text(id: string): string | undefined;
  /** Imports a file; one without a single good row changes nothing. Undefined: that cannot be the name of a table. */
  put(id: string, bytes: Uint8Array): Promise<RatesView | undefined>;
  remove(id: string): boolean;
}

/** Budgets and the fraud guard. */
export interface SpendingAccess {
  view(): SpendingView;
  /** Lifts the lock of the fraud guard; false: there was none, and no alarm of it. */
  lift(): boolean;
}

/** Schedules, and what they will say. Moments are ms since 1970; now if not given. */
export interface ScheduleAccess {
  list(at?: number, changes?: number): ScheduleView[];
  view(id: string, at?: number, changes?: number): ScheduleView | undefined;
  /** Without a mode: back to the schedule. Resolves when it is kept; undefined: there is no such schedule. */
  switch(id: string, to: Partial<SwitchRequest>, by: string): Promise<ScheduleView | undefined>;
  /** Undefined: there is no such destination. `config`: as it would be with these settings. */
  check(
    question: { number: string } | { destination: string },
    at?: number,
    config?: Config,
  ): IncomingCheckResult | undefined;
  calendars(): CalendarsView;
  /** Which lists of callers hold. */
  callerLists(at?: number): CallerListView[];
}

/** Queues, those who wait in them, and those who answer. */
export interface QueueAccess {
  view(): QueuesView;
  /** Undefined: the person answers for no queue. */
  setMode(person: string, mode: AgentModeView, by: string): AgentLive | undefined;
  /** Why nobody was moved, or undefined. */
  move(
    id: string,
    to: { queue?: string; position?: number },
    by: string,
  ): 'not-waiting' | 'no-queue' | undefined;
  /** Takes a callback back; false: there is none such. */
  cancel(id: string): boolean;
}

/** The links to our other offices. */
export interface OfficesAccess {
  view(): OfficesView;
}

/** Voice menus tried out. Undefined: there is no such flow; issues: it would not be taken. */
export interface FlowsAccess {
  simulate(
    request: FlowSimulateRequest,
    config?: Config,
  ): FlowSimulateResult | { issues: ConfigIssue[] } | undefined;
}

/** Everything the API stands on; built by main. */
export interface ApiDeps {
  clock: Clock;
  box: BoxAccess;
  admin: AdminAccess;
  password: PasswordHashing;
  tokens: TokenAccess;
  events: EventsAccess;
  click: ClickAccess;
  phonebook: PhonebookAccess;
  metrics: MetricsAccess;
  webhooks: WebhooksAccess;
  claim: Claim;
  config: ConfigAccess;
  drafts: DraftAccess;
  trial: TrialAccess;
  network: NetworkAccess;
  pins: PinAccess;
  records: RecordsAccess;
  traces: TraceAccess;
  recordings: RecordingAccess;
  audit: AuditAccess;
  observations: ObservationAccess;
  music: MusicAccess;
  prompts: PromptAccess;
  promptRecorder: PromptRecording;
  live: LiveModel;
  dialCheck: DialCheck;
  lines: LineActions;
  messages: MessagesAccess;
  protection: ProtectionAccess;
  schedules: ScheduleAccess;
  flows: FlowsAccess;
  lineCraft: LineCraft;
  spending: SpendingAccess;
  rates: RatesAccess;
  voicemail: VoicemailAccess;
  mail: MailAccess;
  offices: OfficesAccess;
  queues: QueueAccess;
  help: HelpAccess;
  setup: SetupAccess;
  backup: BackupAccess;
  /** Updates of the whole system; undefined where the box runs on somebody's own Linux. */
  update?: UpdateAccess | undefined;
  /**
   * Whether a visitor is on the office's own network (ruling 18); `local` is our address he came to.
   * See {@link file://./on-link.ts} for the real one.
   */
  onLink(remote: string, local: string): boolean;
  /** Namespaced log; gets no secret. */
  log(level: 'info' | 'warn' | 'error', message: string): void;
}
