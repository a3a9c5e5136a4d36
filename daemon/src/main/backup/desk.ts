import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type {
  BackupAccess,
  BackupContents,
  BackupFile,
  RestoreOrder,
  RestoreResult,
  RestoreView,
} from '../../api/backup-contract.ts';
import type { Said } from '../../api/contract.ts';
import type { Clock, Timer } from '../../base/clock.ts';
import { CodedError, messageOf } from '../../base/error.ts';
import { writeAtomic } from '../../config/atomic-file.ts';
import { isRecord } from '../../config/issue.ts';
import { type Config, configVersion } from '../../config/schema.ts';
import type { ConfigStore } from '../../config/store.ts';
import { areContacts, type ContactBook, writtenContacts } from './contacts.ts';
import { given, missing, taken } from './document.ts';
import {
  broken,
  formatVersion,
  hashOf,
  type Opened,
  openBackup,
  type Part,
  rangeOf,
  writtenHeader,
} from './format.ts';
import { seal, unseal } from './sealing.ts';
import { commitStaged, type Staged, stagedFolder } from './staged.ts';

/** What a backup is made of, and what has to look again when one was restored. */
export interface BackupParts {
  data: string;
  version: string;
  clock: Clock;
  store: ConfigStore;
  phonebook: ContactBook;
  /** Sockets that the card has; undefined until it has told. */
  sockets(): readonly { port: number; kind: 'fxs' | 'fxo' }[] | undefined;
  /** The sounds and rate tables in the data folder are others now. */
  reload(): void;
  warn(message: string): void;
}

/** How long a checked file is kept, ms. */
const keepMs = 30 * 60_000;
/** All that a backup can hold, bytes: prompts are 64 MB, music 10. */
const uploadLimit = 150_000_000;
/** Room that stays free on the disk, bytes. */
const spare = 32 * 1024 * 1024;

interface Checked {
  view: RestoreView;
  opened: Opened;
  path: string;
  config: Record<string, unknown>;
  left: string[];
  timer: Timer;
}

/** Backup and restore by file. One file is looked at, and one restored, at a time. */
export class BackupDesk implements BackupAccess {
  readonly #parts: BackupParts;
  readonly #folder: string;
  #checked: Checked | undefined;
  #busy = false;

  constructor(parts: BackupParts) {
    this.#parts = parts;
    this.#folder = join(parts.data, 'backup');
  }

  async make(passphrase?: string): Promise<BackupFile> {
    const { data, store, clock, version } = this.#parts;
    const { document, secrets, left } = taken(store.config);
    const config = Buffer.from(`${JSON.stringify({ config: document, left })}\n`);
    const texts = new Map<string, Buffer>([['config.json', config]]);
    const book = await writtenContacts(this.#parts.phonebook);
    if (book) texts.set('phonebook.json', book);
    const files: { name: string; file: FileHandle }[] = [];
    const close = async (): Promise<void> => {
      for (const { file } of files.splice(0)) await file.close().catch(() => {});
    };
    try {
      // Files of the box are replaced, never written into: what is open stays what it is.
      for (const name of await this.#names(store.config)) {
        const file = await open(join(data, name), 'r').catch(() => undefined);
        if (file) files.push({ name, file });
      }
      const parts: Part[] = [];
      for (const { name, file } of files) {
        const { size } = await file.stat();
        parts.push({ name, bytes: size, sha256: await hashOf(file, 0, size) });
      }
      const described = (name: string, text: Buffer): Part => ({
        ...{ name, bytes: text.length },
        sha256: createHash('sha256').update(text).digest('hex'),
      });
      const written = [...texts].map(([name, text]) => described(name, text));
      if (passphrase !== undefined) {
        const bound = boundTo([...written, ...parts]);
        const sealed = await seal(Buffer.from(JSON.stringify(secrets)), passphrase, bound);
        texts.set('secrets.bin', sealed);
        written.push(described('secrets.bin', sealed));
      }
      const madeAt = clock.wall();
      const { name } = store.config.site;
      const all = [...written, ...parts];
      const header = writtenHeader({ format: formatVersion, madeAt, version, name, parts: all });
      const bytes = all.reduce((sum, part) => sum + part.bytes, header.length);
      const content = Readable.from(
        (async function* () {
          try {
            yield header;
            yield* texts.values();
            for (const [i, { file }] of files.entries()) yield* rangeOf(file, 0, parts[i]!.bytes);
          } finally {
            await close();
          }
        })(),
      );
      content.once('close', () => void close());
      const day = new Date(madeAt).toISOString().slice(0, 16).replace(/\D/g, '-');
      return { name: `linegate-${day}.lgbackup`, bytes, content };
    } catch (error) {
      await close();
      throw error;
    }
  }

  async check(file: Readable): Promise<RestoreView> {
    await this.#alone(() => this.#check(file));
    return this.#checked!.view;
  }

  restore(order: RestoreOrder, by: string): Promise<RestoreResult> {
    return this.#alone(() => this.#restore(order, by));
  }

  /** Brings a restore to its end that the power, or a kill, cut short. */
  async finish(): Promise<void> {
    await commitStaged(this.#parts.data, { ...this.#parts, book: this.#parts.phonebook });
  }

  close(): void {
    this.#checked?.timer.cancel();
  }

  async #check(file: Readable): Promise<void> {
    const { clock, store, data } = this.#parts;
    await this.#forget();
    await rm(this.#folder, { recursive: true, force: true });
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const path = join(this.#folder, 'uploaded');
    await roomFor(data, 0);
    await pipeline(file, limitedTo(uploadLimit), createWriteStream(path, { mode: 0o600, flush: true })).catch(
      (error: NodeJS.ErrnoException) => {
        throw error.code === 'ENOSPC' ? new CodedError('backup/no-room', 'the disk is full') : error;
      },
    );
    try {
      const opened = await openBackup(path);
      const { config, left } = await readDocument(opened, path);
      if (
        opened.at.has('phonebook.json') &&
        !areContacts((await read(opened, path, 'phonebook.json')).toString())
      )
        throw broken('the phonebook cannot be read');
      const filled = given(config, store.config, undefined);
      const result = store.validate(filled.document);
      if (!result.ok)
        throw broken(result.reason === 'invalid' ? JSON.stringify(result.issues[0]) : result.reason);
      const { header } = opened;
      const id = randomUUID();
      const view: RestoreView = {
        ...{ id, expiresAt: clock.wall() + keepMs, madeAt: header.madeAt },
        ...{ version: header.version, name: header.name },
        has: contents(config, opened),
        sealed: opened.at.has('secrets.bin'),
        changes: result.outcome.changes.slice(0, 200),
        warnings: this.#warnings(config),
        again: [...missing(left, filled.document), ...filled.again],
      };
      const timer = clock.after(keepMs, () => void this.#forget());
      this.#checked = { view, opened, path, config, left, timer };
    } catch (error) {
      await rm(this.#folder, { recursive: true, force: true });
      throw error;
    }
  }

  async #restore({ id, passphrase }: RestoreOrder, by: string): Promise<RestoreResult> {
    const { store, data } = this.#parts;
    const checked = this.#checked;
    if (checked?.view.id !== id) throw new CodedError('backup/gone', 'that file is not here any more');
    const { opened, path, config, left } = checked;
    const secrets = passphrase === undefined ? undefined : await readSecrets(opened, path, passphrase);
    const expected = store.revision;
    const { document, again } = given(config, store.config, secrets);
    const valid = store.validate(document);
    if (!valid.ok) throw broken('the settings do not hold here');
    const bytes = [...opened.at.values()].reduce((sum, part) => sum + part.bytes, 0);
    await roomFor(data, bytes);
    const staged = await this.#stage(opened, path, document, by);
    const applied = await store.apply(document, { expected, by }).catch(async (error: unknown) => {
      await rm(staged.folder, { recursive: true, force: true });
      throw error;
    });
    if (!applied.ok) {
      await rm(staged.folder, { recursive: true, force: true });
      throw new CodedError('backup/conflict', 'somebody has changed the settings meanwhile');
    }
    await this.finish();
    await this.#forget();
    const words = [...missing(left, document), ...again];
    const restart = applied.outcome.changes.some(({ scope }) => scope === 'restart-box');
    const { revision } = applied.outcome;
    return { revision, warnings: checked.view.warnings, again: words, restart };
  }

  /** Lays all of it on the disk beside what is in force; from then on nothing can fail for want of room. */
  async #stage(opened: Opened, path: string, document: unknown, by: string): Promise<{ folder: string }> {
    const folder = stagedFolder(this.#parts.data);
    const fresh = `${folder}.new`;
    for (const old of [folder, fresh]) await rm(old, { recursive: true, force: true });
    const source = await open(path, 'r');
    const names: string[] = [];
    try {
      for (const { name, from, bytes } of opened.at.values()) {
        if (name === 'config.json' || name === 'secrets.bin') continue;
        const target = join(fresh, name);
        await mkdir(join(target, '..'), { recursive: true, mode: 0o700 });
        const out = createWriteStream(target, { mode: 0o600, flush: true });
        await pipeline(Readable.from(rangeOf(source, from, bytes)), out);
        names.push(name);
      }
      await mkdir(fresh, { recursive: true, mode: 0o700 });
      const staged: Staged = { document: document as Record<string, unknown>, by, names };
      await writeAtomic(join(fresh, 'staged.json'), JSON.stringify(staged));
      await rename(fresh, folder);
    } catch (error) {
      await rm(fresh, { recursive: true, force: true });
      throw error;
    } finally {
      await source.close();
    }
    return { folder };
  }

  /** Sounds and tables that belong to the settings. */
  async #names(config: Config): Promise<string[]> {
    const prompts = config.prompts.map(({ id }) => `prompts/${id}.wav`);
    const rates = await readdir(join(this.#parts.data, 'rates')).catch(() => []);
    const tables = rates.filter((name) => /^[a-z0-9][a-z0-9-]{0,31}\.csv$/.test(name));
    return ['hold-music.wav', ...prompts, ...tables.map((name) => `rates/${name}`)];
  }

  #warnings(config: Record<string, unknown>): Said[] {
    const here = this.#parts.sockets();
    if (!here) return [];
    const ports = Array.isArray(config.ports) ? config.ports.filter(isRecord) : [];
    return ports
      .filter(({ number, kind }) => !here.some((socket) => socket.port === number && socket.kind === kind))
      .map(({ number, kind }) => ({
        ru: `Гнезда ${String(number)} (${kind === 'fxo' ? 'для линии' : 'для телефона'}) у этого устройства нет.`,
        en: `This box has no socket ${String(number)} for a ${kind === 'fxo' ? 'line' : 'telephone'}.`,
      }));
  }

  async #forget(): Promise<void> {
    const checked = this.#checked;
    this.#checked = undefined;
    checked?.timer.cancel();
    if (checked) await rm(this.#folder, { recursive: true, force: true });
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#busy) throw new CodedError('backup/running', 'one is under way');
    this.#busy = true;
    try {
      return await work();
    } finally {
      this.#busy = false;
    }
  }
}

/** What the sealed part goes with: nothing beside it can be exchanged without its being noticed. */
const boundTo = (parts: readonly Part[]): string =>
  JSON.stringify(parts.map(({ name, sha256 }) => [name, sha256]));

async function read(opened: Opened, path: string, name: string): Promise<Buffer> {
  const part = opened.at.get(name);
  if (!part) throw broken(`there is no ${name} in it`);
  const file = await open(path, 'r');
  try {
    const pieces: Buffer[] = [];
    for await (const piece of rangeOf(file, part.from, part.bytes)) pieces.push(piece);
    return Buffer.concat(pieces);
  } finally {
    await file.close();
  }
}

async function readDocument(
  opened: Opened,
  path: string,
): Promise<{ config: Record<string, unknown>; left: string[] }> {
  let value: unknown;
  try {
    value = JSON.parse((await read(opened, path, 'config.json')).toString());
  } catch (error) {
    throw broken(messageOf(error));
  }
  if (!isRecord(value) || !isRecord(value.config)) throw broken('there are no settings in it');
  if (typeof value.config.version === 'number' && value.config.version > configVersion)
    throw new CodedError('backup/newer', 'a later release wrote these settings');
  const left = Array.isArray(value.left) ? value.left.filter((one) => typeof one === 'string') : [];
  return { config: value.config, left };
}

async function readSecrets(
  opened: Opened,
  path: string,
  passphrase: string,
): Promise<Record<string, string>> {
  if (!opened.at.has('secrets.bin')) return {};
  const parts = opened.header.parts.filter(({ name }) => name !== 'secrets.bin');
  const text = await unseal(await read(opened, path, 'secrets.bin'), passphrase, boundTo(parts));
  return JSON.parse(text.toString()) as Record<string, string>;
}

function contents(config: Record<string, unknown>, { at }: Opened): BackupContents {
  const count = (key: string): number => (Array.isArray(config[key]) ? config[key].length : 0);
  const names = [...at.keys()];
  return {
    ...{ sockets: count('ports'), people: count('people'), trunks: count('trunks') },
    ...{ numbers: count('incomingNumbers'), pins: count('pins'), accounts: count('accounts') },
    prompts: names.filter((name) => name.startsWith('prompts/')).length,
    music: at.has('hold-music.wav'),
    rates: names.filter((name) => name.startsWith('rates/')).length,
    contacts: at.has('phonebook.json'),
  };
}

/** @throws CodedError `backup/no-room` */
async function roomFor(data: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(data);
  if (bavail * bsize < bytes + spare) throw new CodedError('backup/no-room', 'there is too little room');
}

/** Ends a stream that is longer than it may be. */
function limitedTo(most: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > most) done(broken('the file is too large'));
      else done(null, chunk);
    },
  });
}
