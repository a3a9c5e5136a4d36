import { createWriteStream, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Said } from '../api/contract.ts';
import type { UpdateAccess, UpdateView } from '../api/update-contract.ts';
import type { Clock, Timer } from '../base/clock.ts';
import { CodedError, codeOf, messageOf } from '../base/error.ts';
import { writeAtomic } from '../config/atomic-file.ts';
import type { AlarmBoard } from '../health/alarm-board.ts';
import {
  admission,
  type BundleFacts,
  compareVersions,
  due,
  judge,
  nightOf,
  outcome,
  type Refusal,
  type Serving,
  type Trial,
  type Window,
} from '../health/update.ts';
import type { UpdateSource } from './update-source.ts';
import { looks, notActivated, tellAlarms, whyBack, whyRefused } from './update-words.ts';

/** The system's own updater, as far as the desk needs it; see rauc.ts. */
export interface Updater {
  /** What a bundle says, its signature proved. @throws CodedError `update/unsigned`, `update/broken` */
  facts(file: string): Promise<BundleFacts>;
  /** Writes a bundle to the half of the disk that does not run, and starts nothing. @throws CodedError `update/broken` */
  install(file: string, progress: (percent: number) => void): Promise<void>;
  /** Has the next start go into that half, and reads back that it is so. @throws CodedError `update/not-activated` */
  activate(slot: string): Promise<void>;
}

/** The running system, as its image says. */
export interface RunningSystem {
  version: string;
  /** The half of the disk that it runs from: A or B. */
  slot: string;
  compatible: string;
  /** It goes back no further than that. */
  lowest: string;
}

export interface UpdateParts {
  data: string;
  /** Where the box's own services look for what the daemon asks: /run/linegate. */
  run: string;
  system: RunningSystem;
  updater: Updater;
  source: UpdateSource;
  clock: Clock;
  /** The section `update` of the settings, and the office's clock in minutes since 1970. */
  settings(): { automatic: boolean; url: string; window: Window; minute: number };
  /** What serves now. */
  serving(): Omit<Serving, 'page'>;
  /** Whether the page answers. */
  page(): Promise<boolean>;
  /** Whether somebody speaks or has lifted. */
  busy(): boolean;
  alarms: Pick<AlarmBoard, 'set'>;
  log(level: 'info' | 'warn', message: string): void;
}

/** How often a system on trial is looked at, ms. */
const lookMs = 1000;
/** How often the schedule is asked, ms. */
const tickMs = 30_000;
/** After a look that came to nothing for want of an answer, ms. */
const againMs = 30 * 60_000;
/** Left free on /data beside a bundle, for records and settings. */
const spareBytes = 8 * 1024 * 1024;

/** What is remembered between starts beside the trial. */
type Last = Pick<UpdateView, 'kept' | 'takenBack' | 'looked'> & {
  /** The night of the last look, and the version that was refused then. */
  night?: string;
  refusedVersion?: string;
};

/** What lies in the other half, ready to be started. */
interface Installed {
  to: string;
  slot: string;
  tonight?: boolean;
}

/** Updates of the whole system: takes bundles, has them installed, and says of a new system whether it is to be kept. */
export class UpdateDesk implements UpdateAccess {
  readonly #parts: UpdateParts;
  readonly #folder: string;
  #now: Pick<UpdateView, 'phase' | 'percent' | 'to' | 'refused'> = { phase: 'idle' };
  #last: Last;
  #asked = false;
  #trial: Trial | undefined;
  #timers: Timer[] = [];
  #judging: Timer | undefined;
  /** No look before this moment of the clock. */
  #notBefore = 0;
  /** Writes to the disk, one after another. */
  #writing: Promise<void> = Promise.resolve();

  constructor(parts: UpdateParts) {
    this.#parts = parts;
    this.#folder = join(parts.data, 'update');
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    rmSync(this.#bundle, { force: true });
    this.#last = read<Last>(this.#path('last.json')) ?? {};
    const installed = read<Installed>(this.#path('installed.json'));
    if (installed && installed.slot !== parts.system.slot) {
      this.#now = { phase: 'installed', to: installed.to };
      this.#asked = installed.tonight ?? false;
    }
    // The page answers before the box serves: by then it says already that this system is on trial.
    const trial = read<Trial>(this.#path('trial.json'));
    if (trial && outcome(trial, parts.system.slot).kind === 'trial')
      this.#now = { phase: 'trial', to: trial.to };
  }

  get #bundle(): string {
    return this.#path('bundle.raucb');
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  /** The half that does not run. */
  get #other(): string {
    return this.#parts.system.slot === 'A' ? 'B' : 'A';
  }

  view(): UpdateView {
    const { version, slot } = this.#parts.system;
    const { kept, takenBack, looked } = this.#last;
    const tonight = this.#now.phase === 'installed' && (this.#asked || this.#parts.settings().automatic);
    return {
      ...{ version, slot, ...this.#now },
      ...(tonight ? { tonight } : {}),
      ...(kept ? { kept } : {}),
      ...(takenBack ? { takenBack } : {}),
      ...(looked ? { looked } : {}),
    };
  }

  #to(now: Pick<UpdateView, 'phase' | 'percent' | 'to' | 'refused'>): void {
    this.#now = now;
    this.#tell();
  }

  #tell(): void {
    tellAlarms(this.#parts.alarms, this.view());
  }

  /** To be called once the box serves: a system on trial is judged from now on, and the schedule begins. */
  begin(): void {
    const { system, clock, log, run } = this.#parts;
    // What an earlier life of this process has said holds no more.
    for (const name of ['verdict', 'restart']) rmSync(join(run, name), { force: true });
    const trial = read<Trial>(this.#path('trial.json'));
    const now = outcome(trial, system.slot);
    if (now.kind === 'taken-back' && trial) {
      log('warn', `the update to ${trial.to} was taken back: ${now.why}`);
      this.#end({ takenBack: { version: trial.to, at: clock.wall(), said: whyBack[now.why] } });
    } else if (now.kind === 'trial' && trial) this.#try(trial);
    else if (trial) void rm(this.#path('trial.json'), { force: true });
    this.#tell();
    this.#timers.push(clock.every(tickMs, () => this.#tick()));
  }

  close(): void {
    this.#judging?.cancel();
    for (const timer of this.#timers) timer.cancel();
  }

  /** Resolves once all that was to be remembered lies on the disk. */
  settled(): Promise<void> {
    return this.#writing;
  }

  #try(trial: Trial): void {
    const { clock } = this.#parts;
    this.#trial = trial;
    this.#to({ phase: 'trial', to: trial.to });
    const began = clock.now();
    this.#judging = clock.every(lookMs, () => void this.#look(trial, began));
  }

  async #look(trial: Trial, began: number): Promise<void> {
    const { clock, serving, page, busy, log } = this.#parts;
    const now = { ...serving(), page: await page() };
    if (this.#trial !== trial) return;
    const judged = judge(trial, now, clock.now() - began);
    if (judged.verdict === 'wait') return;
    if (judged.verdict === 'bad') {
      // Going back is a restart like any other: whoever speaks is not cut off.
      if (busy()) return this.#say('wait\n');
      this.#trial = undefined;
      this.#judging?.cancel();
      log('warn', `this system is given up: ${judged.failing}`);
      const { failing } = judged;
      this.#store(() => writeAtomic(this.#path('trial.json'), JSON.stringify({ ...trial, failing })));
      // Said also where the note could not be stored: then the reason is unknown, and the old system back.
      return this.#store(async () => this.#say(`bad ${failing}\n`));
    }
    this.#trial = undefined;
    this.#judging?.cancel();
    // The service that confirms reads back what the bootloader will read, and then says that it is so.
    this.#say('good\n');
    this.#judging = clock.every(lookMs, () => {
      if (read(join(this.#parts.run, 'kept'), (text) => text) === undefined) return;
      this.#judging?.cancel();
      log('info', `the update to ${trial.to} is kept`);
      this.#end({ kept: { version: trial.to, at: clock.wall() } });
    });
  }

  #say(verdict: string): void {
    writeFileSync(join(this.#parts.run, 'verdict'), verdict);
  }

  /** An update is over, one way or the other. */
  #end(how: Pick<Last, 'kept' | 'takenBack'>): void {
    const { kept: _kept, takenBack: _takenBack, ...rest } = this.#last;
    this.#remember({ ...rest, ...how });
    // What was installed is the running system now, or is given up.
    this.#asked = false;
    this.#store(async () => {
      await rm(this.#path('installed.json'), { force: true });
      await rm(this.#path('trial.json'), { force: true });
    });
    this.#to({ phase: 'idle' });
  }

  #remember(last: Last): void {
    this.#last = last;
    this.#store(() => writeAtomic(this.#path('last.json'), JSON.stringify(last)));
    this.#tell();
  }

  #store(work: () => Promise<void>): void {
    this.#writing = this.#writing
      .then(work)
      .catch((error: unknown) =>
        this.#parts.log('warn', `the update's state is not stored: ${messageOf(error)}`),
      );
  }

  async take(from: AsyncIterable<Uint8Array>, size: number | undefined, by: string): Promise<boolean> {
    const { phase } = this.#now;
    if (phase !== 'idle' && phase !== 'installed') return false;
    await this.#receive(from, size);
    this.#parts.log('info', `an update came from ${by}`);
    this.#installing = this.#install(false);
    return true;
  }

  /** What is being installed, for those who wait for its end. */
  #installing: Promise<void> = Promise.resolve();

  /** Resolves once nothing is being installed. */
  installed(): Promise<void> {
    return this.#installing;
  }

  async #receive(from: AsyncIterable<Uint8Array>, size: number | undefined): Promise<void> {
    const room = statfsSync(this.#folder);
    if (size !== undefined && size + spareBytes > room.bavail * room.bsize)
      throw new CodedError('update/no-room', `${size} bytes do not fit`);
    this.#asked = false;
    this.#to({ phase: 'receiving', percent: 0 });
    const now = this.#now;
    let received = 0;
    const counted = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        received += chunk.length;
        if (size) now.percent = Math.min(100, Math.floor((100 * received) / size));
        yield chunk;
      }
    };
    try {
      // What lies in the other half is written over: it is not to be started meanwhile.
      await rm(this.#path('installed.json'), { force: true });
      await pipeline(from, counted, createWriteStream(this.#bundle, { mode: 0o600 }));
    } catch (error) {
      await this.#drop();
      throw codeOf(error) === 'ENOSPC' ? new CodedError('update/no-room', messageOf(error)) : error;
    }
    this.#to({ phase: 'checking' });
  }

  async #install(fetched: boolean): Promise<void> {
    const { updater, system, log } = this.#parts;
    let version: string | undefined;
    try {
      const facts = await updater.facts(this.#bundle);
      version = facts.version;
      const refusal = admission(facts, system, fetched);
      if (refusal) throw new CodedError(`update/${refusal}`, `${facts.compatible} ${facts.version}`);
      this.#to({ phase: 'installing', percent: 0, to: facts.version });
      const now = this.#now;
      await updater.install(this.#bundle, (percent) => {
        now.percent = percent;
      });
      await rm(this.#bundle, { force: true });
      const installed: Installed = { to: facts.version, slot: this.#other };
      await writeAtomic(this.#path('installed.json'), JSON.stringify(installed));
      this.#to({ phase: 'installed', to: facts.version });
      log('info', `${facts.version} is installed and waits for a restart`);
    } catch (error) {
      log('warn', `the update is refused: ${messageOf(error)}`);
      const why = /^update\/(.*)$/.exec(codeOf(error) ?? '')?.[1] ?? '';
      const said = whyRefused[why as Refusal] ?? whyRefused.broken;
      if (fetched && version !== undefined) this.#remember({ ...this.#last, refusedVersion: version });
      await this.#drop(said);
    }
  }

  async #drop(refused?: Said): Promise<void> {
    await rm(this.#bundle, { force: true });
    this.#to({ phase: 'idle', ...(refused ? { refused } : {}) });
  }

  restart(when: 'now' | 'tonight' | 'not-tonight'): 'begun' | 'noted' | 'nothing-installed' | 'in-use' {
    const { phase, to } = this.#now;
    if (phase !== 'installed' || to === undefined) return 'nothing-installed';
    if (when !== 'now') {
      this.#asked = when === 'tonight';
      const installed: Installed = { to, slot: this.#other, tonight: this.#asked };
      this.#store(() => writeAtomic(this.#path('installed.json'), JSON.stringify(installed)));
      this.#tell();
      return 'noted';
    }
    if (this.#parts.busy()) return 'in-use';
    this.#to({ phase: 'restarting', to });
    this.#store(async () => {
      await this.#restart(to).catch((error: unknown) => {
        this.#parts.log('warn', `the restart into ${to} did not begin: ${messageOf(error)}`);
        this.#to({ phase: 'installed', to, refused: notActivated });
      });
    });
    return 'begun';
  }

  async #restart(to: string): Promise<void> {
    const { run, system, serving, updater } = this.#parts;
    const { card, trunks } = serving();
    const trial: Trial = { from: system.version, to, slot: this.#other, card, trunks: [...trunks] };
    const file = this.#path('trial.json');
    // Before the bootloader is told: a new system without this note would be kept unseen.
    await writeAtomic(file, JSON.stringify(trial));
    try {
      await updater.activate(trial.slot);
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    }
    await writeAtomic(file, JSON.stringify({ ...trial, begun: true }));
    writeFileSync(join(run, 'restart'), '');
  }

  /** What the schedule has to do. */
  #tick(): void {
    const { settings, clock, busy } = this.#parts;
    const { phase } = this.#now;
    const { automatic, url, window, minute: wallMinute } = settings();
    if (phase !== 'idle' && phase !== 'installed') return;
    const { minute, night } = nightOf(wallMinute, window);
    const what = due({
      ...{ window, minute, night, lookedOn: this.#last.night, busy: busy() },
      looks: automatic && url !== '' && clock.now() >= this.#notBefore,
      restarts: automatic || this.#asked,
      installed: phase === 'installed',
    });
    if (what === 'restart') this.restart('now');
    if (what === 'look') this.#installing = this.#fetch(url, night);
  }

  look(): 'begun' | 'no-address' | 'busy' {
    const { url, window, minute } = this.#parts.settings();
    if (url === '') return 'no-address';
    if (this.#now.phase !== 'idle' && this.#now.phase !== 'installed') return 'busy';
    this.#installing = this.#fetch(url, nightOf(minute, window).night);
    return 'begun';
  }

  async #fetch(url: string, night: string): Promise<void> {
    const { source, system, clock, log } = this.#parts;
    const before = this.#now;
    this.#to({ phase: 'checking' });
    const looked = (what: keyof typeof looks, on: string | undefined): void => {
      const { night: _night, ...rest } = this.#last;
      this.#remember({
        ...rest,
        ...(on === undefined ? {} : { night: on }),
        looked: { at: clock.wall(), said: looks[what] },
      });
    };
    try {
      const offer = await source.offer(url, system.compatible);
      const newest = before.phase === 'installed' && before.to !== undefined ? before.to : system.version;
      if (offer === undefined || compareVersions(offer.version, newest) <= 0) {
        looked('up-to-date', night);
        return this.#to(before);
      }
      const { takenBack, refusedVersion } = this.#last;
      if (offer.version === takenBack?.version || offer.version === refusedVersion) {
        looked('given-up-before', night);
        return this.#to(before);
      }
      const { content, size } = await source.open(offer.url);
      await this.#receive(content, size);
      looked('found', night);
      log('info', `${offer.version} came from ${new URL(offer.url).host}`);
    } catch (error) {
      log('warn', `no update from ${url}: ${messageOf(error)}`);
      const why = /^update\/(.*)$/.exec(codeOf(error) ?? '')?.[1];
      const known = why === 'no-list' || why === 'no-room' ? why : 'unreachable';
      this.#notBefore = clock.now() + againMs;
      looked(known, this.#last.night);
      // What was received in part is gone; what was installed before is there still unless it was being written over.
      return this.#to(this.#now.phase === 'checking' ? before : { phase: 'idle' });
    }
    await this.#install(true);
  }

  seen(): void {
    const { takenBack } = this.#last;
    if (takenBack) this.#remember({ ...this.#last, takenBack: { ...takenBack, seen: true } });
  }
}

function read<T>(file: string, parse: (text: string) => T = (text) => JSON.parse(text) as T): T | undefined {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch {
    // Not there, or left empty by a power cut: nothing is known.
    return undefined;
  }
}
