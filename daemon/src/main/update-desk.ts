import { createWriteStream, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Said } from '../api/contract.ts';
import type { UpdateAccess, UpdateView } from '../api/update-contract.ts';
import type { Clock, Timer } from '../base/clock.ts';
import { CodedError, codeOf, messageOf } from '../base/error.ts';
import { writeAtomic } from '../config/atomic-file.ts';
import {
  admission,
  type BundleFacts,
  type Failing,
  judge,
  outcome,
  type Refusal,
  type Serving,
  type Trial,
} from '../health/update.ts';

/** The system's own updater, as far as the desk needs it; see rauc.ts. */
export interface Updater {
  /** What a bundle says, its signature proved. @throws CodedError `update/unsigned`, `update/broken` */
  facts(file: string): Promise<BundleFacts>;
  /** Writes a bundle to the half of the disk that does not run. @throws CodedError `update/broken` */
  install(file: string, progress: (percent: number) => void): Promise<void>;
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
  clock: Clock;
  /** What serves now. */
  serving(): Omit<Serving, 'page'>;
  /** Whether the page answers. */
  page(): Promise<boolean>;
  /** Whether somebody speaks or has lifted. */
  busy(): boolean;
  log(level: 'info' | 'warn', message: string): void;
}

/** How often a system on trial is looked at, ms. */
const lookMs = 1000;
/** Left free on /data beside a bundle, for records and settings. */
const spareBytes = 8 * 1024 * 1024;

/** Updates of the whole system: takes bundles, has them installed, and says of a new system whether it is to be kept. */
export class UpdateDesk implements UpdateAccess {
  readonly #parts: UpdateParts;
  readonly #folder: string;
  #view: UpdateView;
  #trial: Trial | undefined;
  #timer: Timer | undefined;

  constructor(parts: UpdateParts) {
    this.#parts = parts;
    this.#folder = join(parts.data, 'update');
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    rmSync(this.#bundle, { force: true });
    const { version, slot } = parts.system;
    this.#view = { version, slot, phase: 'idle' };
    const last = read<Pick<UpdateView, 'kept' | 'takenBack'>>(join(this.#folder, 'last.json'));
    if (last) Object.assign(this.#view, last);
  }

  get #bundle(): string {
    return join(this.#folder, 'bundle.raucb');
  }

  get #trialFile(): string {
    return join(this.#folder, 'trial.json');
  }

  view(): UpdateView {
    return { ...this.#view };
  }

  /** To be called once the box serves: a system on trial is judged from now on. */
  begin(): void {
    const { system, clock, log } = this.#parts;
    const trial = read<Trial>(this.#trialFile);
    const now = outcome(trial, system.slot);
    if (now.kind === 'taken-back' && trial) {
      log('warn', `the update to ${trial.to} was taken back: ${now.why}`);
      this.#end({ takenBack: { version: trial.to, said: whyBack[now.why] } });
    }
    if (now.kind !== 'trial' || !trial) return;
    this.#trial = trial;
    this.#view = { ...this.#view, phase: 'trial', to: trial.to };
    const began = clock.now();
    this.#timer = clock.every(lookMs, () => void this.#look(trial, began));
  }

  close(): void {
    this.#timer?.cancel();
  }

  async #look(trial: Trial, began: number): Promise<void> {
    const { clock, serving, page, run, log } = this.#parts;
    const now = { ...serving(), page: await page() };
    if (this.#trial !== trial) return;
    const judged = judge(trial, now, clock.now() - began);
    if (judged.verdict === 'wait') return;
    this.#trial = undefined;
    this.#timer?.cancel();
    if (judged.verdict === 'bad') {
      log('warn', `this system is given up: ${judged.failing}`);
      await writeAtomic(this.#trialFile, JSON.stringify({ ...trial, failing: judged.failing }));
      writeFileSync(join(run, 'verdict'), `bad ${judged.failing}\n`);
      return;
    }
    // The service that confirms reads back what the bootloader will read, and then says that it is so.
    writeFileSync(join(run, 'verdict'), 'good\n');
    this.#timer = clock.every(lookMs, () => {
      if (read(join(run, 'kept'), (text) => text) === undefined) return;
      this.#timer?.cancel();
      log('info', `the update to ${trial.to} is kept`);
      this.#end({ kept: { version: trial.to, at: clock.wall() } });
    });
  }

  /** An update is over, one way or the other. */
  #end(last: Pick<UpdateView, 'kept' | 'takenBack'>): void {
    const { version, slot } = this.#parts.system;
    this.#view = { version, slot, phase: 'idle', ...last };
    void writeAtomic(join(this.#folder, 'last.json'), JSON.stringify(last))
      .then(() => rm(this.#trialFile, { force: true }))
      .catch((error: unknown) =>
        this.#parts.log('warn', `the update's end is not stored: ${messageOf(error)}`),
      );
  }

  async take(from: AsyncIterable<Uint8Array>, size: number | undefined, by: string): Promise<boolean> {
    const { phase, version, slot } = this.#view;
    if (phase !== 'idle' && phase !== 'installed') return false;
    const room = statfsSync(this.#folder);
    if (size !== undefined && size + spareBytes > room.bavail * room.bsize)
      throw new CodedError('update/no-room', `${size} bytes do not fit`);
    this.#view = { version, slot, phase: 'receiving', percent: 0 };
    try {
      let received = 0;
      await pipeline(
        from,
        async function* (this: void, chunks: AsyncIterable<Uint8Array>) {
          for await (const chunk of chunks) {
            received += chunk.length;
            progress(received);
            yield chunk;
          }
        },
        createWriteStream(this.#bundle, { mode: 0o600 }),
      );
    } catch (error) {
      await this.#drop();
      throw codeOf(error) === 'ENOSPC' ? new CodedError('update/no-room', messageOf(error)) : error;
    }
    const view = this.#view;
    function progress(received: number): void {
      if (size) view.percent = Math.min(100, Math.floor((100 * received) / size));
    }
    this.#view = { version, slot, phase: 'checking' };
    this.#parts.log('info', `an update came from ${by}`);
    void this.#install();
    return true;
  }

  async #install(): Promise<void> {
    const { updater, system, log } = this.#parts;
    const { version, slot } = system;
    try {
      const facts = await updater.facts(this.#bundle);
      const refusal = admission(facts, system);
      if (refusal) throw new CodedError(`update/${refusal}`, `${facts.compatible} ${facts.version}`);
      const view: UpdateView = { version, slot, phase: 'installing', percent: 0, to: facts.version };
      this.#view = view;
      await updater.install(this.#bundle, (percent) => {
        view.percent = percent;
      });
      await rm(this.#bundle, { force: true });
      this.#view = { version, slot, phase: 'installed', to: facts.version };
      log('info', `${facts.version} is installed and waits for a restart`);
    } catch (error) {
      log('warn', `the update is refused: ${messageOf(error)}`);
      const why = /^update\/(.*)$/.exec(codeOf(error) ?? '')?.[1] ?? '';
      await this.#drop(whyRefused[why as Refusal] ?? whyRefused.broken);
    }
  }

  async #drop(refused?: Said): Promise<void> {
    const { version, slot } = this.#parts.system;
    await rm(this.#bundle, { force: true });
    this.#view = { version, slot, phase: 'idle', ...(refused ? { refused } : {}) };
  }

  restart(): 'begun' | 'nothing-installed' | 'in-use' {
    const { phase, to } = this.#view;
    if (phase !== 'installed' || to === undefined) return 'nothing-installed';
    if (this.#parts.busy()) return 'in-use';
    this.#view = { ...this.#view, phase: 'restarting' };
    void this.#restart(to).catch((error: unknown) => {
      this.#parts.log('warn', `the restart into ${to} did not begin: ${messageOf(error)}`);
      this.#view = { ...this.#view, phase: 'installed' };
    });
    return 'begun';
  }

  async #restart(to: string): Promise<void> {
    const { data, run, system, serving } = this.#parts;
    // What a newer system makes of the settings an older one may not understand: it finds its own as they were.
    await copyFile(join(data, 'config.json'), keptSettings(data, system.slot)).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error;
    });
    const trial: Trial = {
      from: system.version,
      to,
      slot: system.slot === 'A' ? 'B' : 'A',
      ...asStored(serving()),
    };
    await writeAtomic(this.#trialFile, JSON.stringify(trial));
    writeFileSync(join(run, 'restart'), '');
  }
}

const asStored = ({ card, trunks }: Omit<Serving, 'page'>): { card: boolean; trunks: string[] } => ({
  card,
  trunks: [...trunks],
});

/** The settings as they were when the system of this slot was left for another. */
export const keptSettings = (data: string, slot: string): string =>
  join(data, 'update', `config-${slot}.json`);

function read<T>(file: string, parse: (text: string) => T = (text) => JSON.parse(text) as T): T | undefined {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch {
    // Not there, or left empty by a power cut: nothing is known.
    return undefined;
  }
}

const whyRefused: Readonly<Record<Refusal, Said>> = {
  unsigned: {
    ru: 'Файл не подписан изготовителем. Возьмите обновление из надёжного источника.',
    en: 'The file is not signed by the maker. Take the update from a source that can be trusted.',
  },
  broken: {
    ru: 'Файл повреждён или это не обновление. Скачайте его заново и загрузите ещё раз.',
    en: 'The file is damaged, or is no update. Download it anew and upload it again.',
  },
  'other-board': {
    ru: 'Это обновление для устройства другой модели. Возьмите файл для своей.',
    en: 'This update is for another model of the box. Take the file for yours.',
  },
  'too-old': {
    ru: 'Эта версия старее, чем допускает установленная: в ней остались исправленные уязвимости. Возьмите более новую.',
    en: 'This version is older than the installed one admits: it still has faults that were mended. Take a newer one.',
  },
};

const whyBack: Readonly<Record<Failing, Said>> = {
  card: {
    ru: 'Новая версия не нашла плату линий. Устройство вернулось к прежней версии.',
    en: 'The new version did not find the line card. The box went back to the version before.',
  },
  trunks: {
    ru: 'В новой версии оператор связи не стал доступен. Устройство вернулось к прежней версии.',
    en: 'With the new version an operator that had worked did not. The box went back to the version before.',
  },
  page: {
    ru: 'В новой версии не открывалась эта страница. Устройство вернулось к прежней версии.',
    en: 'With the new version this page did not open. The box went back to the version before.',
  },
  'not-started': {
    ru: 'Новая версия не запустилась. Устройство вернулось к прежней версии.',
    en: 'The new version did not start. The box went back to the version before.',
  },
};
