import { mkdirSync, rmSync } from 'node:fs';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Said, SupportOrder, SupportView, WorkStep } from '../../api/contract.ts';
import type { SupportAccess } from '../../api/help-deps.ts';
import type { Timer } from '../../base/clock.ts';
import { messageOf } from '../../base/error.ts';
import { type BundleSources, makeBundle } from './bundle.ts';
import { contents } from './contents.ts';

/** A bundle is taken at once or not at all, ms. */
const KEEP_MS = 3_600_000;
/** Room that has to be there before one is begun, bytes. */
const ROOM = 32 * 1024 * 1024;

const steps: readonly Omit<WorkStep, 'state'>[] = [
  { id: 'state', said: { ru: 'Настройки, журнал, звонки', en: 'Settings, log, calls' } },
  { id: 'traces', said: { ru: 'Обмен SIP', en: 'SIP exchanges' } },
  { id: 'pack', said: { ru: 'Упаковка', en: 'Packing' } },
];

const noRoom: Said = {
  ru: 'На диске слишком мало места. Удалите ненужные записи разговоров и повторите.',
  en: 'There is too little room on the disk. Delete recordings that are not needed, and try again.',
};
const failed: Said = {
  ru: 'Собрать файл не удалось. Попробуйте ещё раз; причина записана в журнале.',
  en: 'The bundle could not be made. Try again; the reason is in the log.',
};

/** Makes the support bundle when somebody asks for it; one at a time, and none is kept for long. */
export class SupportDesk implements SupportAccess {
  readonly #sources: BundleSources & { warn(message: string): void };
  readonly #folder: string;
  #view: Omit<SupportView, 'contents'> = { state: 'none', steps: [] };
  #expiry: Timer | undefined;
  #working: Promise<void> = Promise.resolve();

  constructor(sources: BundleSources & { warn(message: string): void }) {
    this.#sources = sources;
    this.#folder = join(sources.data, 'support');
    // One of before a restart is nobody's any more.
    rmSync(this.#folder, { recursive: true, force: true });
  }

  view(): SupportView {
    return { contents: [...contents], ...this.#view };
  }

  make(order: SupportOrder, by: string): boolean {
    if (this.#view.state === 'making') return false;
    this.remove();
    this.#view = { state: 'making', steps: steps.map((step) => ({ ...step, state: 'waiting' })) };
    this.#working = this.#make(order, by);
    return true;
  }

  file(): { path: string; name: string } | undefined {
    const name = this.#view.file?.name;
    return name === undefined ? undefined : { name, path: join(this.#folder, name) };
  }

  remove(): boolean {
    const file = this.file();
    if (!file) return false;
    this.#expiry?.cancel();
    this.#view = { state: 'none', steps: [] };
    void rm(file.path, { force: true }).catch(() => {});
    return true;
  }

  /** Resolves when what is being made is ready. */
  idle(): Promise<void> {
    return this.#working;
  }

  async close(): Promise<void> {
    this.#expiry?.cancel();
    await this.#working;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #make(order: SupportOrder, by: string): Promise<void> {
    const { clock, warn } = this.#sources;
    try {
      const room = await statfs(this.#sources.data);
      if (room.bavail * room.bsize < ROOM) return this.#fail(noRoom);
      const bytes = await makeBundle(this.#sources, order, (step) => this.#reach(step));
      const madeAt = clock.wall();
      const moment = new Date(madeAt).toISOString().slice(0, 16).replace(/\D/g, '-');
      const name = `linegate-support-${moment}.tar.gz`;
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      await writeFile(join(this.#folder, name), bytes, { mode: 0o600 });
      this.#view = {
        state: 'ready',
        steps: steps.map((step) => ({ ...step, state: 'done' })),
        file: { name, bytes: bytes.length, madeAt, by, numbers: order.numbers },
      };
      this.#expiry = clock.after(KEEP_MS, () => this.remove());
    } catch (error) {
      warn(`the support bundle: ${messageOf(error)}`);
      this.#fail(failed);
    }
  }

  #reach(id: string): void {
    const at = steps.findIndex((step) => step.id === id);
    const state = (i: number): WorkStep['state'] => (i < at ? 'done' : i === at ? 'running' : 'waiting');
    this.#view = { state: 'making', steps: steps.map((step, i) => ({ ...step, state: state(i) })) };
  }

  #fail(said: Said): void {
    this.#view = { state: 'failed', steps: this.#view.steps, said };
  }
}
