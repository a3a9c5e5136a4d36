import { existsSync } from 'node:fs';
import type { BackupAccess } from '../api/backup-contract.ts';
import type { SetupAccess } from '../api/setup-contract.ts';
import type { ConfigStore } from '../config/store.ts';
import { areaOf } from '../dialplan/plan.ts';
import type { LineCard } from '../line/card.ts';
import type { Media } from '../media/api.ts';
import type { CallRecord } from '../records/call-record.ts';
import type { ServiceContext } from '../service/context.ts';
import { TestCalls } from '../service/test-call.ts';
import type { BackupDesk } from './backup/desk.ts';
import { stagedFolder } from './backup/staged.ts';
import { HoldMusic } from './hold-music.ts';
import type { Programs } from './programs.ts';
import type { RateTables } from './rate-tables.ts';
import { SetupDesk } from './setup/desk.ts';
import type { SoundDesk } from './sound-desk.ts';

interface Parts {
  data: string;
  version: string;
  context: ServiceContext;
  store: ConfigStore;
  media: Pick<Media, 'setMusic'>;
  records: { get(id: string): CallRecord | undefined };
  programs: Programs;
  rates: RateTables;
  sounds: SoundDesk;
  card: Pick<LineCard, 'inventory'>;
}

/** The first-run wizard, and backup and restore, wired. */
export class FirstSteps {
  readonly setup: SetupAccess;
  readonly backup: BackupAccess;
  readonly music: HoldMusic;
  readonly #parts: Parts;
  #desk: Promise<BackupDesk> | undefined;

  constructor(parts: Parts) {
    const { data, context, store, records, programs, media } = parts;
    this.#parts = parts;
    const warn = (message: string): void => context.log('warn', () => message);
    this.music = new HoldMusic(data, media, warn);
    const area = () => areaOf(store.config.dialing);
    const testCalls = new TestCalls(context, programs.click, area);
    this.setup = new SetupDesk({ data, store, records, testCalls, warn });
    this.backup = {
      make: async (passphrase) => (await this.#backup()).make(passphrase),
      check: async (file) => (await this.#backup()).check(file),
      restore: async (order, by) => (await this.#backup()).restore(order, by),
    };
  }

  /** Brings a restore to its end that was cut short. */
  async finish(): Promise<void> {
    if (existsSync(stagedFolder(this.#parts.data))) await (await this.#backup()).finish();
  }

  async close(): Promise<void> {
    (await this.#desk)?.close();
  }

  /** Loaded when somebody first asks for it. */
  #backup(): Promise<BackupDesk> {
    this.#desk ??= this.#open();
    return this.#desk;
  }

  async #open(): Promise<BackupDesk> {
    const { data, version, context, store, programs, rates, sounds, card } = this.#parts;
    const { BackupDesk } = await import('./backup/desk.ts');
    return new BackupDesk({
      ...{ data, version, store, clock: context.clock, phonebook: programs.phonebook },
      sockets: () => card.inventory?.ports,
      reload: () => {
        sounds.store.forget();
        rates.reload();
        this.music.reload();
      },
      warn: (message) => context.log('warn', () => message),
    });
  }
}
