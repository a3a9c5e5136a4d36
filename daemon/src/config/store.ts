import { mkdir, readdir, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Low } from 'lowdb';
import type { ConfigHistoryEntry, ConfigOutcome, FormModel } from '../api/contract.ts';
import type { ConfigResult } from '../api/deps.ts';
import { Emitter, type Events } from '../base/emitter.ts';
import { CodedError, messageOf } from '../base/error.ts';
import type { Said } from '../dialplan/route-plan.ts';
import { AtomicJsonFile, syncFolder } from './atomic-file.ts';
import { changedPaths, describeChanges } from './diff.ts';
import { formModel } from './form-model.ts';
import { ConfigHistory, type HistoryEntry, undoDepth } from './history.ts';
import { settleRelease } from './release-copies.ts';
import type { Config } from './schema.ts';
import { takeBack } from './undo.ts';
import { validateConfig } from './validate.ts';

/** What the store tells after a change is safely on disk. */
export type ConfigEvents = {
  /** `paths`: JSON pointers, entries of lists named by id or port number; see diff.ts `restartsFor`. */
  changed: [config: Config, before: Config, paths: readonly string[]];
};

export interface ConfigStoreOptions {
  /** Folder of the box's data; made if missing. Holds config.json and history/. */
  directory: string;
  /** Wall-clock ms since 1970. */
  wall(): number;
  /** Document to begin with, read only where nothing is stored yet; the defaults if not given. */
  initial?: unknown;
  /** The running release, where settings are to be kept for the way back to it; see release-copies.ts. */
  release?: string;
  report?(level: 'info' | 'warn' | 'error', message: string): void;
}

const fileName = 'config.json';

/**
 * Opens the store, migrating and, if the document is broken, going back to the last good version, loudly.
 * @throws CodedError `config/invalid` only if `initial` is bad, `config/write-failed` if nothing can be written.
 */
export async function openConfigStore(options: ConfigStoreOptions): Promise<ConfigStore> {
  const report = options.report ?? (() => undefined);
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  for (const name of await readdir(options.directory)) {
    if (/^config\.json\.[0-9a-f]+\.tmp$/.test(name))
      await unlink(join(options.directory, name)).catch(() => undefined);
  }
  const { directory, release } = options;
  const givenWay = release !== undefined && (await settleRelease(directory, release, report));
  const history = new ConfigHistory(join(options.directory, 'history'));
  await history.load((message) => report('warn', message));
  const path = join(options.directory, fileName);
  const file = new AtomicJsonFile<Config>(path);
  const found = await readStored(file, report);
  if (found.config) {
    return await resume(options, file, history, found.config, found.migrated, report, givenWay);
  }
  if (found.broken) await setAside(path, options.wall(), report);
  const recovered = history.entries.length > 0 ? lastGood(history, report) : undefined;
  if (recovered) {
    report(
      'error',
      `the configuration was lost; going back to revision ${recovered.revision} of ${new Date(recovered.at).toISOString()}`,
    );
    const low = await begin(file, recovered.config);
    return new ConfigStore(options, low, history, recovered.revision, 'earlier');
  }
  if (found.broken)
    report(
      'error',
      'the configuration is broken and there is no good earlier version; beginning with an empty one',
    );
  const fresh = validateConfig(options.initial ?? { version: 1 });
  if (!fresh.ok)
    throw new CodedError(
      'config/invalid',
      fresh.issues.map((issue) => `${issue.path}: ${issue.said.en}`).join('\n'),
    );
  const low = await begin(file, fresh.config);
  await history.add(firstEntry(options.wall(), (history.last?.revision ?? 0) + 1, fresh.config));
  return new ConfigStore(options, low, history, history.last!.revision, found.broken ? 'none' : undefined);
}

type Report = NonNullable<ConfigStoreOptions['report']>;

async function readStored(
  file: AtomicJsonFile<Config>,
  report: Report,
): Promise<{ config?: Config; migrated: string[]; broken: boolean }> {
  let document: unknown;
  try {
    document = await file.read();
  } catch (error) {
    report('error', messageOf(error));
    return { migrated: [], broken: true };
  }
  if (document === null) return { migrated: [], broken: false };
  const checked = validateConfig(document);
  if (checked.ok) return { config: checked.config, migrated: checked.migrated, broken: false };
  for (const issue of checked.issues) report('error', `config.json ${issue.path}: ${issue.said.en}`);
  return { migrated: [], broken: true };
}

async function resume(
  options: ConfigStoreOptions,
  file: AtomicJsonFile<Config>,
  history: ConfigHistory,
  config: Config,
  migrated: readonly string[],
  report: Report,
  givenWay: boolean,
): Promise<ConfigStore> {
  const fallback = givenWay ? 'release' : undefined;
  for (const line of migrated) report('info', `migration: ${line}`);
  const same = history.entries.findLast((entry) => isDeepStrictEqual(asStored(config), entry.config));
  if (same && migrated.length === 0) {
    // A version written just before the power went, whose document never came into force.
    await history.drop(
      history.entries.filter((entry) => entry.revision > same.revision).map((entry) => entry.revision),
    );
    return new ConfigStore(options, lowOf(file, config), history, same.revision, fallback);
  }
  const by = migrated.length > 0 ? 'migration' : 'box';
  const said: Said =
    by === 'migration'
      ? {
          ru: 'Настройки переведены на новую версию.',
          en: 'The configuration was brought to the present version.',
        }
      : {
          ru: 'Файл настроек изменён в обход устройства.',
          en: 'The file was changed behind the back of the box.',
        };
  const last = history.last;
  if (!last) await history.add(firstEntry(options.wall(), 1, config));
  else {
    const paths = changedPaths(last.config, asStored(config));
    await history.add({
      revision: last.revision + 1,
      at: options.wall(),
      by,
      paths,
      said,
      config: asStored(config) as Config,
    });
  }
  const low = migrated.length > 0 ? await begin(file, config) : lowOf(file, config);
  return new ConfigStore(options, low, history, history.last!.revision, fallback);
}

function lastGood(
  history: ConfigHistory,
  report: Report,
): { revision: number; at: number; config: Config } | undefined {
  for (const entry of [...history.entries].reverse()) {
    const checked = validateConfig(entry.config);
    if (checked.ok) return { revision: entry.revision, at: entry.at, config: checked.config };
    report('warn', `revision ${entry.revision} of the history is no good either`);
  }
  return undefined;
}

async function setAside(path: string, now: number, report: Report): Promise<void> {
  const aside = `${path}.broken-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}`;
  await rename(path, aside).catch(() => undefined);
  report('error', `the broken configuration was kept as ${aside}`);
}

function firstEntry(at: number, revision: number, config: Config): HistoryEntry {
  const said: Said = { ru: 'Первые настройки.', en: 'First configuration.' };
  return { revision, at, by: 'box', paths: [], said, config: asStored(config) };
}

/** The document as JSON keeps it: fields that are undefined are not there. */
function asStored(config: Config): unknown {
  return JSON.parse(JSON.stringify(config));
}

function lowOf(file: AtomicJsonFile<Config>, config: Config): Low<Config> {
  return new Low<Config>(file, frozen(config));
}

async function begin(file: AtomicJsonFile<Config>, config: Config): Promise<Low<Config>> {
  const low = lowOf(file, config);
  await low.write();
  await syncFolder(join(file.path, '..'));
  return low;
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) frozen(part);
  }
  return value;
}

/** Edits a draft in place, or returns another document. */
export type ConfigMutator = (draft: Config) => unknown;

/** The one document of settings. Changes happen one after another; each is on disk before anybody hears of it. */
export class ConfigStore {
  readonly #options: ConfigStoreOptions;
  readonly #low: Low<Config>;
  readonly #history: ConfigHistory;
  readonly #events = new Emitter<ConfigEvents>();
  #revision: number;
  #queue: Promise<unknown> = Promise.resolve();

  /**
   * What stood in for the document at the start: an earlier version or none at all where it was lost or broken; this
   * release's own, where a later one had written it.
   */
  readonly fallback: 'earlier' | 'none' | 'release' | undefined;

  /** Use {@link openConfigStore}. */
  constructor(
    options: ConfigStoreOptions,
    low: Low<Config>,
    history: ConfigHistory,
    revision: number,
    fallback?: 'earlier' | 'none' | 'release',
  ) {
    this.fallback = fallback;
    this.#options = options;
    this.#low = low;
    this.#history = history;
    this.#revision = revision;
  }

  /** The present document, frozen; another object after every change. */
  get config(): Config {
    return this.#low.data;
  }

  get revision(): number {
    return this.#revision;
  }

  get events(): Events<ConfigEvents> {
    return this.#events;
  }

  current(): { revision: number; config: Config } {
    return { revision: this.#revision, config: this.#low.data };
  }

  /** Checks a document and says what applying it would change; stores nothing. */
  validate(document: unknown): ConfigResult {
    const checked = validateConfig(document);
    if (!checked.ok) return { ok: false, reason: 'invalid', issues: checked.issues };
    return { ok: true, outcome: this.#outcome(checked.config, this.#revision) };
  }

  /** Stores a document if the revision still is `expected`. @throws CodedError `config/write-failed` */
  apply(document: unknown, meta: { expected: number; by: string }): Promise<ConfigResult> {
    return this.#inTurn(async () => {
      if (meta.expected !== this.#revision)
        return { ok: false, reason: 'conflict', revision: this.#revision };
      return await this.#store(document, meta.by);
    });
  }

  /**
   * Changes the present document, whatever its revision.
   * @throws CodedError `config/invalid` with every path and reason, `config/write-failed`; the old one then stays
   */
  change(mutator: ConfigMutator, by: string): Promise<ConfigOutcome> {
    return this.#inTurn(async () => {
      const draft = structuredClone(this.#low.data) as Config;
      const result = await this.#store(mutator(draft) ?? draft, by);
      if (result.ok) return result.outcome;
      const issues = 'issues' in result ? result.issues : [];
      throw new CodedError(
        'config/invalid',
        issues.map((issue) => `${issue.path}: ${issue.said.en}`).join(' '),
      );
    });
  }

  /** Newest first, the last twenty. */
  history(): ConfigHistoryEntry[] {
    return this.#history.entries
      .filter((entry) => entry.revision <= this.#revision)
      .slice(-undoDepth)
      .map(({ revision, at, by, said, paths }) => ({
        revision,
        at,
        by,
        said,
        paths,
        undoable: this.#without(revision) !== undefined,
      }))
      .reverse();
  }

  /** Takes one change back: the given one, or the last that has not been taken back yet. */
  undo(revision: number | undefined, by: string): Promise<ConfigResult> {
    return this.#inTurn(async () => {
      const target = revision ?? this.#lastUndoable();
      const document = target === undefined ? undefined : this.#without(target);
      if (document === undefined) return { ok: false, reason: 'not-undoable' };
      return await this.#store(document, by, target);
    });
  }

  /** The forms of the page, from the schema. */
  form(): FormModel {
    return formModel();
  }

  #lastUndoable(): number | undefined {
    const undone = new Set(this.#history.entries.map((entry) => entry.undoes));
    return this.#history.entries.findLast(
      (entry) => entry.undoes === undefined && !undone.has(entry.revision) && entry.paths.length > 0,
    )?.revision;
  }

  /** The present document without the change that made `revision`, if that is still possible. */
  #without(revision: number): unknown {
    const { entries } = this.#history;
    const index = entries.findIndex((entry) => entry.revision === revision);
    const entry = entries[index];
    const before = entries[index - 1];
    if (!entry || !before || entry.paths.length === 0) return undefined;
    // A password is nobody's to bring back: undoing the claim would leave the box to the first visitor, and undoing
    // a change of an account would let in again whom somebody has put out.
    if (entry.paths.some((path) => /^\/(?:admin|accounts)(?:\/|$)/.test(path))) return undefined;
    const document = takeBack(asStored(this.#low.data), before.config, entry.config, entry.paths);
    return document !== undefined && validateConfig(document).ok ? document : undefined;
  }

  #outcome(next: Config, revision: number): ConfigOutcome {
    const before = this.#low.data;
    return {
      revision,
      changes: describeChanges(before, next, changedPaths(asStored(before), asStored(next))),
    };
  }

  async #store(document: unknown, by: string, undoes?: number): Promise<ConfigResult> {
    const checked = validateConfig(document);
    if (!checked.ok) return { ok: false, reason: 'invalid', issues: checked.issues };
    const before = this.#low.data;
    const outcome = this.#outcome(checked.config, this.#revision);
    const paths = outcome.changes.map((change) => change.path);
    if (paths.length === 0) return { ok: true, outcome };
    const revision = (this.#history.last?.revision ?? this.#revision) + 1;
    const said = summary(outcome, undoes);
    const entry = { revision, at: this.#options.wall(), by, paths, said, config: asStored(checked.config) };
    // The version goes first: whatever happens between the two, config.json is whole and decides.
    await this.#history.add(undoes === undefined ? entry : { ...entry, undoes });
    this.#low.data = frozen(checked.config);
    try {
      await this.#low.write();
    } catch (error) {
      this.#low.data = before;
      await this.#history.drop([revision]);
      throw error;
    }
    this.#revision = revision;
    this.#options.report?.('info', `configuration ${revision} by ${by}: ${paths.join(' ')}`);
    this.#events.emit('changed', this.#low.data, before, paths);
    return { ok: true, outcome: { ...outcome, revision } };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

/** How many places a summary names before it only counts. */
const namedInSummary = 3;

function summary(outcome: ConfigOutcome, undoes: number | undefined): Said {
  const words = (language: 'ru' | 'en'): string => {
    const named = outcome.changes
      .slice(0, namedInSummary)
      .map((change) => change.said?.[language] ?? change.path);
    const more = outcome.changes.length - named.length;
    const rest = more === 0 ? '' : language === 'ru' ? ` и ещё ${more}` : ` and ${more} more`;
    return named.join('; ') + rest;
  };
  if (undoes === undefined) return { ru: words('ru'), en: words('en') };
  return {
    ru: `Отменено изменение ${undoes}: ${words('ru')}`,
    en: `Change ${undoes} taken back: ${words('en')}`,
  };
}
