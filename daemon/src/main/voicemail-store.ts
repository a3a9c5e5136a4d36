import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Timer } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { messageOf } from '../base/error.ts';
import { writeAtomic } from '../config/atomic-file.ts';
import type { Config } from '../config/schema.ts';
import type { RecordingFormat, RecordingOrder } from '../media/api.ts';
import { newSeal } from '../media/recording/seal.ts';
import { SEALED, SealedFile } from '../media/recording/sealed-file.ts';
import { readSound } from '../media/recording/sound-file.ts';
import { mailboxOf } from '../service/voicemail/mailbox.ts';
import type { MessageShelf, VoiceMessage } from '../service/voicemail/shelf.ts';
import type { Recorded } from './recording-store.ts';

/** What ids of mailboxes and of messages look like: nothing else is looked for on the disk. */
const boxName = /^[a-z0-9][a-z0-9-]{0,31}$/;
const itemName = /^[\w-]{1,80}$/;
const GREETING = 'greeting';
const formats = ['wav', 'opus'] as const;
const DAY_MS = 86_400_000;
/** How often it is looked for messages that are old enough, ms. */
const TIDY_MS = 3_600_000;
/** How long messages of a mailbox are kept that is switched off, or whose owner is gone, days. */
const ORPHAN_DAYS = 60;
/** Pieces of an encrypted file that are opened before others have their turn. */
const PIECES = 200;

/**
 * Voice messages and greetings: `DATA/voicemail/BOX/ID.wav` beside `ID.json`. A message is there once its JSON is, which
 * comes last; what a crash has left without one is deleted at the start.
 */
export class VoicemailStore extends Emitter<{ changed: [box: string] }> implements MessageShelf {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #config: () => Config;
  readonly #secret: Uint8Array;
  readonly #log: (message: string) => void;
  readonly #messages = new Map<string, VoiceMessage[]>();
  readonly #timer: Timer;
  /** Files are written one after the other: of two changes to one message the later one stays. */
  #writing: Promise<unknown> = Promise.resolve();

  constructor(
    data: string,
    parts: { clock: Clock; config: () => Config; secret: Uint8Array; log: (message: string) => void },
  ) {
    super();
    this.#folder = join(data, 'voicemail');
    this.#clock = parts.clock;
    this.#config = parts.config;
    this.#secret = parts.secret;
    this.#log = parts.log;
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    for (const box of readdirSync(this.#folder)) if (boxName.test(box)) this.#open(box);
    this.tidy();
    this.#timer = this.#clock.every(TIDY_MS, () => this.tidy());
  }

  close(): void {
    this.#timer.cancel();
  }

  list(box: string): readonly VoiceMessage[] {
    return this.#messages.get(box) ?? [];
  }

  room(box: string): 'free' | 'box-full' | 'disk-full' {
    const config = this.#config();
    const settings = mailboxOf(config, box)?.settings;
    const used = this.list(box).reduce((sum, { bytes }) => sum + bytes, 0);
    if (settings && used >= settings.maxMegabytes * 1_000_000) return 'box-full';
    try {
      const { bavail, bsize } = statfsSync(this.#folder);
      return bavail * bsize < config.voicemail.minFreeMegabytes * 1_000_000 ? 'disk-full' : 'free';
    } catch {
      return 'disk-full';
    }
  }

  place(box: string, id: string, format: RecordingFormat): Pick<RecordingOrder, 'file' | 'seal'> {
    mkdirSync(join(this.#folder, box), { recursive: true, mode: 0o700 });
    const path = join(this.#folder, box, `${id}.${format}`);
    return this.#config().voicemail.encrypt
      ? { file: path + SEALED, seal: newSeal(this.#secret) }
      : { file: path };
  }

  async keep(message: VoiceMessage): Promise<boolean> {
    if (!this.#path(message.box, message.id)) return false;
    if (!(await this.#write(message))) {
      this.discard(message.box, message.id);
      return false;
    }
    const all = this.#messages.get(message.box) ?? [];
    this.#messages.set(message.box, [...all, message]);
    this.emit('changed', message.box);
    return true;
  }

  discard(box: string, id: string): void {
    if (this.#message(box, id)) return;
    const path = this.#path(box, id);
    if (path) rmSync(path, { force: true });
  }

  async sound(box: string, id: string): Promise<Int16Array | undefined> {
    const path = this.#path(box, id);
    return path === undefined ? undefined : this.#read(path);
  }

  /** A message's sound as a file, or one to be decrypted; undefined: there is no such message. */
  find(box: string, id: string): Recorded | undefined {
    const path = this.#message(box, id) && this.#path(box, id);
    return path === undefined ? undefined : this.#recorded(path);
  }

  /** The greeting recorded by telephone, in the same way. */
  findGreeting(box: string): { there: Recorded; format: RecordingFormat } | undefined {
    const path = this.#path(box, GREETING);
    return path === undefined ? undefined : { there: this.#recorded(path), format: formatOf(path) };
  }

  /** All of a message's sound, as its file is when it is not encrypted; undefined: it is gone. */
  async bytes(box: string, id: string): Promise<Buffer | undefined> {
    const path = this.#message(box, id) && this.#path(box, id);
    return path === undefined ? undefined : this.#contents(path).catch(() => undefined);
  }

  async mark(box: string, id: string, as: { heard?: boolean; saved?: boolean }): Promise<boolean> {
    const message = this.#message(box, id);
    if (!message) return false;
    const { heardAt, saved, ...rest } = message;
    const heard = as.heard ?? heardAt !== undefined;
    const changed: VoiceMessage = {
      ...rest,
      ...(heard ? { heardAt: heardAt ?? this.#clock.wall() } : {}),
      ...((as.saved ?? saved) ? { saved: true } : {}),
    };
    this.#replace(changed);
    this.emit('changed', box);
    await this.#write(changed);
    // Somebody has deleted it while it was written.
    if (!this.#message(box, id)) rmSync(this.#jsonOf(box, id), { force: true });
    return true;
  }

  remove(box: string, id: string): boolean {
    const message = this.#message(box, id);
    if (!message) return false;
    this.#messages.set(
      box,
      this.list(box).filter((one) => one !== message),
    );
    rmSync(this.#jsonOf(box, id), { force: true });
    const path = this.#path(box, id);
    if (path) rmSync(path, { force: true });
    this.emit('changed', box);
    return true;
  }

  async greeting(box: string): Promise<Int16Array | undefined> {
    return this.sound(box, GREETING);
  }

  keepGreeting(box: string, id: string): boolean {
    const path = this.#path(box, id);
    if (path === undefined) return false;
    this.removeGreeting(box);
    renameSync(path, join(this.#folder, box, GREETING + path.slice(path.lastIndexOf(id) + id.length)));
    this.emit('changed', box);
    return true;
  }

  removeGreeting(box: string): boolean {
    const path = this.#path(box, GREETING);
    if (path === undefined) return false;
    rmSync(path, { force: true });
    this.emit('changed', box);
    return true;
  }

  /** Deletes what is too old. */
  tidy(): void {
    const now = this.#clock.wall();
    for (const [box, messages] of this.#messages) {
      const days = mailboxOf(this.#config(), box)?.settings.keepDays ?? ORPHAN_DAYS;
      for (const { id, at, saved } of messages)
        if (!saved && at < now - days * DAY_MS && this.remove(box, id))
          this.#log(`message ${box}/${id} was deleted: it is old enough`);
    }
  }

  /** Takes in what is whole, and deletes what a crash has left of the rest. */
  #open(box: string): void {
    const folder = join(this.#folder, box);
    if (!statSync(folder).isDirectory()) return;
    const names = readdirSync(folder);
    const found: VoiceMessage[] = [];
    for (const name of names) {
      if (!name.endsWith('.json')) continue;
      const message = readMessage(join(folder, name));
      const id = name.slice(0, -'.json'.length);
      if (message && message.id === id && message.box === box && this.#path(box, id)) found.push(message);
      else rmSync(join(folder, name), { force: true });
    }
    const known = new Set([GREETING, ...found.map(({ id }) => id)]);
    for (const name of names) {
      const [stem = ''] = name.split('.', 1);
      if ((known.has(stem) && !/\.(part|tmp)$/.test(name)) || name.endsWith('.json')) continue;
      rmSync(join(folder, name), { force: true });
      this.#log(`voicemail: ${box}/${name} was not finished, and is deleted`);
    }
    found.sort((a, b) => a.at - b.at);
    this.#messages.set(box, found);
  }

  #message(box: string, id: string): VoiceMessage | undefined {
    return this.list(box).find((message) => message.id === id);
  }

  #replace(message: VoiceMessage): void {
    const all = this.list(message.box).map((one) => (one.id === message.id ? message : one));
    this.#messages.set(message.box, all);
  }

  #jsonOf(box: string, id: string): string {
    return join(this.#folder, box, `${id}.json`);
  }

  #write(message: VoiceMessage): Promise<boolean> {
    const written = this.#writing.then(() => this.#writeNow(message));
    this.#writing = written;
    return written;
  }

  async #writeNow(message: VoiceMessage): Promise<boolean> {
    try {
      await writeAtomic(this.#jsonOf(message.box, message.id), `${JSON.stringify(message)}\n`);
      return true;
    } catch (error) {
      this.#log(`voicemail: ${messageOf(error)}`);
      return false;
    }
  }

  /** The file of a sound that is whole. */
  #path(box: string, id: string): string | undefined {
    if (!boxName.test(box) || !itemName.test(id)) return undefined;
    const paths = formats.flatMap((format) => {
      const path = join(this.#folder, box, `${id}.${format}`);
      return [path, path + SEALED];
    });
    return paths.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  }

  #recorded(path: string): Recorded {
    if (!path.endsWith(SEALED)) return { path };
    return { open: () => SealedFile.open(path, this.#secret, formatOf(path) === 'wav') };
  }

  async #read(path: string): Promise<Int16Array | undefined> {
    try {
      return await readSound(await this.#contents(path), formatOf(path));
    } catch (error) {
      this.#log(`voicemail: ${path} cannot be read: ${messageOf(error)}`);
      return undefined;
    }
  }

  async #contents(path: string): Promise<Buffer> {
    if (!path.endsWith(SEALED)) return readFile(path);
    const file = SealedFile.open(path, this.#secret, formatOf(path) === 'wav');
    if (!file) throw new Error('it was encrypted by another box');
    try {
      const pieces: Buffer[] = [];
      for (const piece of file.read(0, file.bytes)) {
        pieces.push(piece);
        if (pieces.length % PIECES === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      return Buffer.concat(pieces);
    } finally {
      file.close();
    }
  }
}

const formatOf = (path: string): RecordingFormat => (/\.opus(\.sealed)?$/.test(path) ? 'opus' : 'wav');

function readMessage(path: string): VoiceMessage | undefined {
  try {
    const read = JSON.parse(readFileSync(path, 'utf8')) as VoiceMessage;
    return typeof read.at === 'number' && typeof read.ms === 'number' ? read : undefined;
  } catch {
    return undefined;
  }
}
