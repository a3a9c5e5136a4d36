import { promisify } from 'node:util';
import { deflateRaw, inflateRawSync } from 'node:zlib';
import type { TraceAccess, TraceFile } from '../api/deps.ts';
import type { TraceView } from '../api/trace-view.ts';
import type { Clock, Timer } from '../base/clock.ts';
import type { Config, TrunkConfig } from '../config/schema.ts';
import type { CallRecord, CallRecorder } from '../records/call-record.ts';
import type { StoredTrace, TraceStore } from '../records/trace-store.ts';
import { escapeUser, splitHostPort } from '../sip/address.ts';
import { trunkDomain } from '../sip/identity.ts';
import type { SipdHandle } from '../sipd/host.ts';
import type { TraceEntry } from '../sipd/trace/ring.ts';
import {
  bounded,
  callIdsOf,
  merged,
  messagesOf,
  pcapOf,
  type TracedCall,
  wentWrong,
  withoutDialedPins,
} from './trace-view.ts';

export interface CallTracesOptions {
  clock: Clock;
  /** Undefined where another engine serves SIP: there is nothing to see then. */
  sipd: Pick<SipdHandle, 'trace' | 'capture'> | undefined;
  store: TraceStore;
  config(): Pick<Config, 'accessNumbers' | 'trunks' | 'devices' | 'records' | 'sip' | 'site'>;
  record(id: string): CallRecord | undefined;
}

/** How long after the end of a call, or after its answer, its messages are put away, ms: a BYE may be repeated. */
const SETTLE_MS = 5000;
/** How often those that are due are put away, ms. */
const ROUND_MS = 1000;
/** Calls put away in one round, those that went wrong first; a storm of calls is remembered by a part of it. */
const PER_ROUND = 10;
/** Calls that may wait; beyond it the oldest that went well are forgotten. */
const MOST_WAITING = 500;
/** Messages outside of calls that are shown of a trunk or a device. */
const PEER_MESSAGES = 60;

/** Port of HEP where the setting names none: that of Homer. */
const HEP_PORT = 9060;
/** A box is told from others by its address. */
const HEP_AGENT = 1;

const deflate = promisify(deflateRaw);

interface Waiting {
  call: TracedCall;
  dueAt: number;
}

/**
 * Finds the SIP messages of calls and trunks. The engine remembers the last thousands of messages; what
 * belongs to a call is put away to the disk soon after its end, masked before, in small rounds that no call
 * waits for.
 */
export class CallTraces implements TraceAccess {
  readonly #options: CallTracesOptions;
  readonly #waiting = new Map<string, Waiting>();
  #round: Timer | undefined;
  #working: Promise<void> = Promise.resolve();
  #closed = false;
  /** What the engine was told to do with copies, as JSON; undefined: nothing. */
  #captured: string | undefined;
  /** Calls of a storm that were not put away. */
  skipped = 0;

  constructor(options: CallTracesOptions) {
    this.#options = options;
    this.apply();
  }

  /** Follows the settings: who gets a copy of the messages, and what is masked in it. */
  apply(): void {
    const { sipd, config } = this.#options;
    const { collector } = config().sip;
    const at = collector === undefined ? undefined : splitHostPort(collector);
    const settings = at && {
      host: at.host,
      port: at.port ?? HEP_PORT,
      agentId: HEP_AGENT,
      accessNumbers: accessNumbersOf(config()),
    };
    const text = JSON.stringify(settings);
    if (text === this.#captured) return;
    this.#captured = text;
    sipd?.capture(settings);
  }

  /** The recorder, followed: what it is told goes on to `inner` first. */
  following(inner: CallRecorder): CallRecorder {
    if (!this.#options.sipd) return inner;
    return {
      begin: (record) => inner.begin(record),
      update: (record) => {
        inner.update(record);
        // A long call may outlive the engine's memory of how it began.
        if (record.state === 'active' && record.answeredAt !== undefined) this.#await(record, false);
      },
      end: (record) => {
        inner.end(record);
        this.#await(record, true);
      },
      saveDialog: (dialog) => inner.saveDialog(dialog),
      forgetDialog: (callId) => inner.forgetDialog(callId),
    };
  }

  /** The messages of a call, in progress or ended; undefined if there is no such call. */
  async call(id: string): Promise<TraceView | undefined> {
    const record = this.#options.record(id);
    if (!record) return undefined;
    const places = new Map(record.legs.map((leg) => [leg.sipCallId, leg.place]));
    const messages = messagesOf(await this.#entriesOf(record), (callId) => places.get(callId) ?? '');
    return { available: this.#options.sipd !== undefined || messages.length > 0, messages };
  }

  async callPcap(id: string): Promise<TraceFile | undefined> {
    const record = this.#options.record(id);
    if (!record) return undefined;
    const number = (record.calledNumber ?? record.dialed ?? '').replace(/\D/g, '');
    return {
      name: this.#fileName(record.startedAt, number || 'call'),
      data: pcapOf(await this.#entriesOf(record)),
    };
  }

  /** What was last said with an operator or a device outside of calls; undefined if there is no such one. */
  async peer(kind: 'trunks' | 'devices', id: string): Promise<TraceView | undefined> {
    const entries = await this.#peerEntries(kind, id);
    if (!entries) return undefined;
    const place = `${kind === 'trunks' ? 'trunk' : 'device'}:${id}`;
    return { available: this.#options.sipd !== undefined, messages: messagesOf(entries, () => place) };
  }

  async peerPcap(kind: 'trunks' | 'devices', id: string): Promise<TraceFile | undefined> {
    const entries = await this.#peerEntries(kind, id);
    return entries && { name: this.#fileName(this.#options.clock.wall(), id), data: pcapOf(entries) };
  }

  /** Resolves when the round that runs now, if any, is over. */
  idle(): Promise<void> {
    return this.#working;
  }

  /** Puts away what waits, due or not. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#round?.cancel();
    await this.#working;
    await this.#putAway([...this.#waiting.values()].map(({ call }) => call));
    this.#options.store.close();
  }

  async #peerEntries(kind: 'trunks' | 'devices', id: string): Promise<TraceEntry[] | undefined> {
    const { sipd, config } = this.#options;
    const account =
      kind === 'trunks' ? trunkAccount(config().trunks, id) : deviceAccount(config().devices, id);
    if (account === undefined) return undefined;
    return (await sipd?.trace({ account, last: PEER_MESSAGES })) ?? [];
  }

  async #entriesOf(call: TracedCall): Promise<TraceEntry[]> {
    const stored = this.#stored(call.id);
    const fresh = (await this.#remembered([call])).get(call.id) ?? [];
    return bounded(merged(stored, fresh));
  }

  /** `linegate-2026-01-15-12-00-07-88121234567.pcap`, by the office's clock. */
  #fileName(at: number, what: string): string {
    const { timeZone } = this.#options.config().site;
    const moment = new Date(at).toLocaleString('sv-SE', { timeZone }).replace(/\D+/g, '-');
    return `linegate-${moment}-${what.replace(/[^\w-]/g, '')}.pcap`;
  }

  #stored(id: string): TraceEntry[] {
    const doc = this.#options.store.get(id);
    if (!doc) return [];
    try {
      return JSON.parse(inflateRawSync(doc).toString('utf8')) as TraceEntry[];
    } catch {
      return [];
    }
  }

  /** What the engine still knows of some calls, without anything that could be a PIN. */
  async #remembered(calls: readonly TracedCall[]): Promise<Map<string, TraceEntry[]>> {
    const callIds = calls.flatMap(callIdsOf);
    const { sipd, config } = this.#options;
    // An engine that is just going has nothing more to tell.
    const entries = callIds.length && sipd ? await sipd.trace({ callIds, last: 20_000 }).catch(() => []) : [];
    const of = new Map<string, TraceEntry[]>();
    for (const entry of entries) {
      const list = of.get(entry.callId);
      if (list) list.push(entry);
      else of.set(entry.callId, [entry]);
    }
    const numbers = accessNumbersOf(config());
    return new Map(
      calls.map((call) => {
        const own = callIdsOf(call).flatMap((callId) => of.get(callId) ?? []);
        return [call.id, withoutDialedPins(merged(own, []), call, numbers)];
      }),
    );
  }

  #await(record: CallRecord, ended: boolean): void {
    if (this.#closed || this.#options.config().records.traceCalls === 0) return;
    const known = this.#waiting.get(record.id);
    if (known && !ended) return;
    if (callIdsOf(record).length === 0) return;
    this.#waiting.delete(record.id);
    this.#waiting.set(record.id, { call: record, dueAt: this.#options.clock.now() + SETTLE_MS });
    if (this.#waiting.size > MOST_WAITING) this.#forgetOne();
    this.#round ??= this.#options.clock.after(ROUND_MS, () => this.#nextRound());
  }

  #forgetOne(): void {
    this.skipped++;
    for (const [id, { call }] of this.#waiting) {
      if (wentWrong(call)) continue;
      this.#waiting.delete(id);
      return;
    }
    const [oldest] = this.#waiting.keys();
    this.#waiting.delete(oldest!);
  }

  #nextRound(): void {
    this.#round = undefined;
    if (this.#closed) return;
    const now = this.#options.clock.now();
    const due = [...this.#waiting.values()].filter(({ dueAt }) => dueAt <= now).map(({ call }) => call);
    const chosen = due.sort((a, b) => Number(wentWrong(b)) - Number(wentWrong(a))).slice(0, PER_ROUND);
    for (const { id } of chosen) this.#waiting.delete(id);
    this.#working = this.#working.then(() => this.#putAway(chosen)).catch(() => {});
    if (this.#waiting.size > 0) this.#round = this.#options.clock.after(ROUND_MS, () => this.#nextRound());
  }

  async #putAway(calls: readonly TracedCall[]): Promise<void> {
    if (calls.length === 0) return;
    const remembered = await this.#remembered(calls);
    const rows: StoredTrace[] = [];
    for (const call of calls) {
      const fresh = remembered.get(call.id) ?? [];
      if (fresh.length === 0) continue;
      const entries = bounded(merged(this.#stored(call.id), fresh));
      const doc = await deflate(Buffer.from(JSON.stringify(entries)));
      rows.push({ recordId: call.id, startedAt: call.startedAt, failed: wentWrong(call), doc });
    }
    if (rows.length > 0) this.#options.store.put(rows);
  }
}

/** Every access number as it may be dialed. */
function accessNumbersOf({ accessNumbers }: Pick<Config, 'accessNumbers'>): string[] {
  return accessNumbers.flatMap((a) => [...(a.code ? [a.code] : []), ...a.trunkNumbers]);
}

/** The address that a trunk's own requests come from; see Trunk. Undefined: no such trunk. */
function trunkAccount(trunks: readonly TrunkConfig[], id: string): string | undefined {
  const trunk = trunks.find((t) => t.id === id);
  if (!trunk) return undefined;
  const domain = trunkDomain(trunk);
  return trunk.user === '' ? `<sip:${domain}>` : `<sip:${escapeUser(trunk.user)}@${domain}>`;
}

/** A device is known by its user name, whatever it takes for its domain. */
function deviceAccount(devices: Config['devices'], id: string): string | undefined {
  const device = devices.find((d) => d.id === id);
  return device && `sip:${escapeUser(device.user)}@`;
}
