import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEMO_OFFICE, type Layout } from '../../../hw/simulator/office/layout.ts';
import type { Line } from '../../../hw/simulator/office/line.ts';
import type { PbxTrunk } from '../../../hw/simulator/office/pbx-trunk.ts';
import type { Telephone } from '../../../hw/simulator/office/telephone.ts';
import { type Simulator, startSimulator } from '../../../hw/simulator/simulator.ts';
import { BoxClient, until as untilExactly } from '../../../scripts/lib/clients.ts';
import { type CallReport, Operator, type OperatorOptions } from '../../../scripts/lib/operator.ts';
import { type Running, start } from '../../../scripts/lib/processes.ts';
import type { CallsPage, ConfigEdit, ConfigOutcome, ConfigView, LiveState } from '../../src/api/contract.ts';
import { hashPin, loadDeviceKey } from '../../src/config/device-key.ts';
import type { CallRecord } from '../../src/records/call-record.ts';
import { office, officePins } from './office.ts';

/** What tap gives a test, as far as the kit needs it. */
interface Test {
  teardown(fn: () => unknown): void;
}

/**
 * Asks until the answer is there. Tests run side by side on machines that are short of time, so that patience is
 * three times what is said; it costs nothing where things work.
 * @throws Error with `what`.
 */
export function until<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  timeoutMs: number,
): Promise<T> {
  return untilExactly(what, ask, 3 * timeoutMs);
}

export interface BoxOptions {
  /** Changes the office of daemon/test/kit/office.ts before the box starts; PINs' hashes are filled in after it. */
  edit?(document: OfficeDocument): void;
  layout?: Layout;
  env?: NodeJS.ProcessEnv;
  /** T1 of SIP, ms; 500 by the RFC, shortened so that dead peers are noticed within a test. */
  sipT1?: number;
  /** Where it serves SIP, HOST:PORT; a free port of 127.0.0.1 by default. */
  sip?: string;
  /** True: the page is served over HTTPS, too, on a free port (GET /api/v1/certificate tells which). */
  https?: boolean;
  /** DNS server for the names of operators, `address:port`. */
  dns?: string;
  data?: string;
  /** False: the box is left as it comes from the factory, for tests of the first visit. */
  claim?: boolean;
  verbose?: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: a document is edited freely before it is checked.
export type OfficeDocument = any;

export const adminPassword = 'correct horse';

/** The built daemon with a simulated office on a real pty, and everything a test wants to look at. */
export class Box {
  readonly simulator: Simulator;
  readonly data: string;
  readonly api: BoxClient;
  daemon: Running;
  readonly #arguments: string[];
  readonly #env: NodeJS.ProcessEnv;
  readonly #verbose: boolean;

  constructor(parts: {
    simulator: Simulator;
    data: string;
    daemon: Running;
    args: string[];
    env: NodeJS.ProcessEnv;
    verbose: boolean;
  }) {
    this.simulator = parts.simulator;
    this.data = parts.data;
    this.daemon = parts.daemon;
    this.#arguments = parts.args;
    this.#env = parts.env;
    this.#verbose = parts.verbose;
    this.api = new BoxClient(() => this.http);
  }

  /** HOST:PORT of the page. */
  get http(): string {
    return this.daemon.ready.http!;
  }

  /** Host and port of the box's SIP over UDP. */
  get sip(): { host: string; port: number } {
    const { sip } = this.daemon.ready as { sip: string };
    const colon = sip.lastIndexOf(':');
    return { host: sip.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(sip.slice(colon + 1)) };
  }

  get claimCode(): string {
    return readFileSync(join(this.data, 'label-code'), 'utf8').trim();
  }

  telephone(port: number): Telephone {
    return this.#device(port) as Telephone;
  }

  pbx(port: number): PbxTrunk {
    return this.#device(port) as PbxTrunk;
  }

  line(port: number): Line {
    return this.#device(port) as Line;
  }

  #device(port: number): Telephone | Line {
    for (const device of this.simulator.devices.values()) if (device.port === port) return device;
    throw new Error(`nothing is plugged into port ${port}`);
  }

  /** Lifts, waits for dial tone, dials at a hand's pace. */
  async dial(port: number, digits: string): Promise<void> {
    const telephone = this.telephone(port);
    telephone.lift();
    await telephone.waitForTone(425, -20, 8000);
    await telephone.dial(digits);
  }

  /** The newest records, newest first. */
  async records(limit = 10): Promise<CallRecord[]> {
    return (await this.api.get<CallsPage>(`/api/v1/calls?limit=${limit}`)).calls;
  }

  /** Waits for a record. */
  async record(match: (record: CallRecord) => boolean, timeoutMs = 5000): Promise<CallRecord> {
    let seen: CallRecord[] = [];
    try {
      return await until(
        'the record',
        async () => {
          seen = await this.records(50);
          return seen.find(match);
        },
        timeoutMs,
      );
    } catch (error) {
      throw new Error(`${(error as Error).message}; there is: ${JSON.stringify(seen, null, 1)}`);
    }
  }

  /** Waits for the newest call to be over, and returns its record. */
  ended(timeoutMs = 5000): Promise<CallRecord> {
    return this.record((record) => record.state !== 'active', timeoutMs);
  }

  /** Changes the configuration as the page does. */
  async change(...edits: ConfigEdit[]): Promise<ConfigOutcome> {
    const { revision } = await this.api.get<ConfigView>('/api/v1/config');
    return await this.api.patch<ConfigOutcome>('/api/v1/config', { revision, edits });
  }

  /** What the page shows live, once (GET /api/v1/live as a snapshot). */
  async live(): Promise<LiveState> {
    return await this.api.snapshot<LiveState>();
  }

  /** Waits until every telephone's socket is the box's: the lifeline relay has parted. */
  async portsIdle(): Promise<void> {
    const plugged = new Set(this.simulator.layout.sockets.map((socket) => socket.port));
    await until(
      'the telephones are idle',
      async () =>
        (await this.live()).ports.every(
          ({ kind, state, number }) =>
            kind !== 'fxs' || state === 'idle' || state === 'unused' || !plugged.has(number),
        ),
      5000,
    );
  }

  /** Starts the daemon again on the same data, after a kill. */
  async restart(): Promise<void> {
    this.daemon = await start('daemon', 'daemon/dist/main.js', this.#arguments, {
      env: this.#env,
      verbose: this.#verbose,
    });
    await this.api.login(adminPassword);
  }
}

/** Starts a box; everything is stopped at the end of the test. */
export async function startBox(t: Test, options: BoxOptions = {}): Promise<Box> {
  // Not in a folder named after the test: the same one may run twice at once.
  const data = options.data ?? mkdtempSync(join(tmpdir(), 'box-'));
  if (options.data === undefined) t.teardown(() => rmSync(data, { recursive: true, force: true }));
  const link = join(data, 'line-card');
  // The lifeline relay parts 2 s after the pair is idle (ruling 1); tests of other things need not wait for it.
  const layout = { ...(options.layout ?? DEMO_OFFICE), lifelineIdleMs: options.layout?.lifelineIdleMs ?? 50 };
  const simulator = await startSimulator({ link, layout });
  t.teardown(() => simulator.stop());
  const config = join(data, 'first-config.json');
  writeFileSync(config, JSON.stringify(await officeDocument(data, options.edit)));
  const args = [
    ...['--data', data, '--config', config, '--line', link, '--simulated'],
    ...[
      '--http',
      '127.0.0.1:0',
      '--sip',
      options.sip ?? '127.0.0.1:0',
      '--sip-t1',
      String(options.sipT1 ?? 100),
    ],
    ...(options.dns === undefined ? [] : ['--dns', options.dns]),
    ...(options.https ? ['--https', '127.0.0.1:0'] : []),
  ];
  const env = { ...process.env, ...options.env };
  const verbose = options.verbose ?? process.env.BOX_VERBOSE === '1';
  const daemon = await start('daemon', 'daemon/dist/main.js', args, { env, verbose });
  const box = new Box({ simulator, data, daemon, args, env, verbose });
  // First in, last out: the daemon goes before the office it is plugged into.
  t.teardown(() => box.daemon.stop());
  if (options.claim !== false) await box.api.claim(box.claimCode, adminPassword);
  if (options.claim !== false) await box.portsIdle();
  return box;
}

/** The office with its PINs hashed under the key of the box that will read it. */
export async function officeDocument(
  data: string,
  edit?: (document: OfficeDocument) => void,
): Promise<OfficeDocument> {
  const document = structuredClone(office) as OfficeDocument;
  // Whole-daemon tests shorten what people wait for, never what is measured.
  Object.assign(document.dialing, { interDigitMs: 1500, matchMs: 800 });
  edit?.(document);
  const key = await loadDeviceKey(join(data, 'device-key'));
  for (const pin of document.pins) {
    const digits = (officePins as Record<string, string>)[pin.id];
    if (digits) pin.hmac = hashPin(digits, key);
  }
  return document;
}

/** A simulated operator, stopped at the end of the test. */
export async function startOperator(t: Test, options: OperatorOptions = {}): Promise<Operator> {
  const operator = await Operator.start({
    usual: { status: 200, ringMs: 300 },
    sound: { type: 'silence' },
    ...options,
  });
  t.teardown(() => operator.close());
  return operator;
}

/** Points a trunk of the office at an operator. */
export function pointTrunk(
  document: OfficeDocument,
  id: string,
  at: { host: string; port: number },
  more: object = {},
): void {
  const trunk = document.trunks.find((candidate: { id: string }) => candidate.id === id);
  Object.assign(trunk, { server: `${at.host}:${at.port}`, optionsSeconds: 0, ...more });
}

/**
 * Waits until a frequency reaches a call's far end at `dbm0`, give or take `tolerance` dB, and returns its level.
 * The operator measures over the last second.
 */
export async function toneAtOperator(
  operator: Operator,
  callId: string,
  frequency: number,
  dbm0 = -10,
  tolerance = 1.5,
): Promise<number> {
  let level = Number.NEGATIVE_INFINITY;
  const measured = (): number | undefined => {
    level = operator.level(callId, frequency);
    return Math.abs(level - dbm0) <= tolerance ? level : undefined;
  };
  return await until(`${frequency} Hz at ${dbm0} dBm0`, measured, 5000).catch((error: Error) => {
    throw new Error(`${error.message}; it is ${level.toFixed(1)} dBm0`);
  });
}

/** Waits until the operator's newest call is in a state. */
export async function operatorCall(
  operator: Operator,
  state: CallReport['state'],
  timeoutMs = 4000,
): Promise<CallReport> {
  return await until(
    `the operator's call is ${state}`,
    () => {
      const last = operator.calls().at(-1);
      return last?.state === state ? last : undefined;
    },
    timeoutMs,
  );
}
