import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { ConfigIssue } from '../api/contract.ts';
import type { ConfigAccess, ConfigResult } from '../api/deps.ts';
import type { TrialStarted, TrialView } from '../api/draft-contract.ts';
import type { TrialAccess, Way } from '../api/trial-deps.ts';
import type { Clock, Timer } from '../base/clock.ts';
import { codeOf, messageOf } from '../base/error.ts';
import { syncFolder, writeAtomic } from '../config/atomic-file.ts';
import { changedPaths } from '../config/diff.ts';
import { type Config, configSchema } from '../config/schema.ts';
import type { ConfigStore } from '../config/store.ts';

/** How long a change that could cut the page off holds unless it is confirmed, ms. */
export const trialMs = 60_000;

/** How soon taking back is tried again where the disk takes no writes, ms. */
const againMs = 5_000;

/** What decides how the page is reached. */
type Reach = Pick<Config, 'network' | 'page'>;

const kept = z.object({
  by: z.string(),
  before: z.object({ network: configSchema.shape.network, page: configSchema.shape.page }),
});

interface Running {
  by: string;
  key: string;
  before: Reach;
  /** On the monotonic clock: the wall clock may be put right meanwhile. */
  ends: number;
  timer: Timer;
}

export interface TrialParts {
  store: Pick<ConfigStore, 'config' | 'change'>;
  /** The settings without trials. */
  config: ConfigAccess;
  folder: string;
  clock: Clock;
  /** Whether the settings of the network are carried out here. */
  managed: boolean;
  /** Port of HTTPS; undefined: it is not served. */
  securePort(): number | undefined;
  /** What speaks against a change of the network besides the rules of the schema. */
  hindrance?(network: Config['network'], before: Config['network']): Promise<ConfigIssue | undefined>;
  warn(message: string): void;
}

/**
 * Puts changes that could cut the page off on trial: they are taken back after a minute unless somebody has confirmed
 * them by the new way in. What was before is on the disk before the change is, so that a crash in between is one more
 * reason to take it back: the next start does so before anything else.
 */
export class TrialDesk implements ConfigAccess, TrialAccess {
  readonly #parts: TrialParts;
  readonly #path: string;
  #running: Running | undefined;
  /** A change is being stored. */
  #storing = false;

  constructor(parts: TrialParts) {
    this.#parts = parts;
    this.#path = join(parts.folder, 'trial.json');
  }

  close(): void {
    // What is on trial stays in the file: the next start takes it back.
    this.#running?.timer.cancel();
  }

  current(): ReturnType<ConfigAccess['current']> {
    return this.#parts.config.current();
  }

  validate(document: unknown): ConfigResult {
    return this.#parts.config.validate(document);
  }

  history(): ReturnType<ConfigAccess['history']> {
    return this.#parts.config.history();
  }

  form(): ReturnType<ConfigAccess['form']> {
    return this.#parts.config.form();
  }

  async apply(document: unknown, meta: { expected: number; by: string }): Promise<ConfigResult> {
    const wanted = reachIn(document);
    if (!wanted || this.#cuts(wanted).length === 0) return await this.#parts.config.apply(document, meta);
    const hindrance = await this.#parts.hindrance?.(wanted.network, this.#parts.store.config.network);
    if (hindrance) return { ok: false, reason: 'invalid', issues: [hindrance] };
    return await this.#onTrial(meta.by, () => this.#parts.config.apply(document, meta));
  }

  async undo(revision: number | undefined, by: string): Promise<ConfigResult> {
    const undo = (): Promise<ConfigResult> => this.#parts.config.undo(revision, by);
    if (!this.#running) return await this.#onTrial(by, undo);
    const entry = this.history().find((one) => revision === undefined || one.revision === revision);
    const cuts = entry?.paths?.some((path) => isCutting(path, this.#parts.managed));
    return cuts ? { ok: false, reason: 'trial' } : await undo();
  }

  view(): TrialView | undefined {
    const running = this.#running;
    if (!running) return undefined;
    const { network, page } = this.#parts.store.config;
    const address =
      this.#parts.managed && network.mode === 'static' ? network.address?.split('/')[0] : undefined;
    const securePort = page.httpsOnly ? this.#parts.securePort() : undefined;
    return {
      leftMs: Math.max(0, running.ends - this.#parts.clock.now()),
      by: running.by,
      ...(address === undefined ? {} : { address }),
      ...(securePort === undefined ? {} : { securePort }),
    };
  }

  started(by: string): TrialStarted | undefined {
    const view = this.view();
    return view && this.#running?.by === by ? { ...view, key: this.#running.key } : undefined;
  }

  cuts(document: unknown): string[] {
    const wanted = reachIn(document);
    return wanted ? this.#cuts(wanted) : [];
  }

  async confirm(key: string, way: Way): Promise<'confirmed' | 'wrong' | 'elsewhere'> {
    const running = this.#running;
    if (!running || key.length !== running.key.length) return 'wrong';
    if (!timingSafeEqual(Buffer.from(key), Buffer.from(running.key))) return 'wrong';
    const { address, securePort } = this.view() ?? {};
    if (address !== undefined && way.local.replace(/^::ffff:/, '') !== address) return 'elsewhere';
    if (securePort !== undefined && !way.secure) return 'elsewhere';
    running.timer.cancel();
    this.#running = undefined;
    await this.#forget();
    return 'confirmed';
  }

  async revert(): Promise<boolean> {
    const running = this.#running;
    if (!running) return false;
    running.timer.cancel();
    try {
      await this.#takeBack(running.before);
    } catch (error) {
      this.#parts.warn(`cannot take back what is on trial: ${messageOf(error)}`);
      running.timer = this.#parts.clock.after(againMs, () => void this.revert());
      return true;
    }
    if (this.#running === running) this.#running = undefined;
    await this.#forget();
    return true;
  }

  /** At the start, before anything follows the settings: a trial that the daemon did not outlive is over. */
  async resume(): Promise<void> {
    let found: z.infer<typeof kept>;
    try {
      found = kept.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') this.#parts.warn(`${this.#path}: ${messageOf(error)}`);
      return;
    }
    await this.#takeBack(found.before);
    await this.#forget();
  }

  async #onTrial(by: string, store: () => Promise<ConfigResult>): Promise<ConfigResult> {
    if (this.#running || this.#storing) return { ok: false, reason: 'trial' };
    this.#storing = true;
    try {
      const before = reachOf(this.#parts.store.config);
      await writeAtomic(this.#path, `${JSON.stringify({ by, before })}\n`);
      let result: ConfigResult | undefined;
      try {
        result = await store();
      } finally {
        if (result?.ok && this.#cuts(before).length > 0) this.#begin(by, before);
        else await this.#forget();
      }
      return result;
    } finally {
      this.#storing = false;
    }
  }

  #begin(by: string, before: Reach): void {
    const { clock } = this.#parts;
    this.#running = {
      ...{ by, before, key: randomBytes(16).toString('hex'), ends: clock.now() + trialMs },
      timer: clock.after(trialMs, () => void this.revert()),
    };
  }

  async #takeBack(before: Reach): Promise<void> {
    await this.#parts.store.change((draft) => {
      Object.assign(draft, structuredClone(before));
    }, 'trial');
  }

  async #forget(): Promise<void> {
    await unlink(this.#path).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error;
    });
    await syncFolder(this.#parts.folder);
  }

  /** What another way of being reached would change, of what counts here. */
  #cuts(other: Reach): string[] {
    const now = JSON.parse(JSON.stringify(reachOf(this.#parts.store.config))) as unknown;
    return changedPaths(now, JSON.parse(JSON.stringify(other))).filter((path) =>
      isCutting(path, this.#parts.managed),
    );
  }
}

/** The page is reached by its address and name, and over HTTPS; where a system of its own sees to the network, only by the latter. */
function isCutting(path: string, managed: boolean): boolean {
  if (path === '/network/timeServers' || path.startsWith('/network/timeServers/')) return false;
  return /^\/page(?:\/|$)/.test(path) || (managed && /^\/network(?:\/|$)/.test(path));
}

const reachOf = ({ network, page }: Reach): Reach => ({ network, page });

/** How the page would be reached with a document; undefined: it is none. */
function reachIn(document: unknown): Reach | undefined {
  const parsed = kept.shape.before.safeParse(document);
  return parsed.success ? parsed.data : undefined;
}
