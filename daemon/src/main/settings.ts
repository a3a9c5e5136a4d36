import type { ApiDeps } from '../api/deps.ts';
import type { Clock } from '../base/clock.ts';
import type { DeviceKey } from '../config/device-key.ts';
import type { ConfigStore } from '../config/store.ts';
import { DraftStore } from './draft-store.ts';
import { NetworkDesk } from './network-desk.ts';
import { SealedConfig } from './sealed-config.ts';
import { TrialDesk } from './trial-desk.ts';

interface Parts {
  store: ConfigStore;
  folder: string;
  clock: Clock;
  key: DeviceKey;
  /** Port of HTTPS; undefined: it is not served. */
  securePort(): number | undefined;
  warn(message: string): void;
}

/** Settings as the page changes them: pending changes, changes on trial, and the network of the box. */
export class Settings {
  /** What the API is given of it. */
  readonly api: Pick<ApiDeps, 'config' | 'drafts' | 'trial' | 'network'>;
  readonly #trial: TrialDesk;
  readonly #network: NetworkDesk;

  /** Use {@link Settings.open}. */
  constructor(trial: TrialDesk, network: NetworkDesk, drafts: DraftStore) {
    this.#trial = trial;
    this.#network = network;
    this.api = { config: trial, drafts, trial, network };
  }

  /** Takes back what was on trial when the daemon stopped, so that nothing is built on it. */
  static async open({ store, folder, clock, key, securePort, warn }: Parts): Promise<Settings> {
    const network = new NetworkDesk({ folder, clock, config: () => store.config, warn });
    const trial = new TrialDesk({
      ...{ store, folder, clock, securePort, warn, managed: network.managed },
      config: new SealedConfig(store, key),
      hindrance: (wanted, before) => network.hindrance(wanted, before),
    });
    await trial.resume();
    void network.apply();
    return new Settings(trial, network, new DraftStore(folder, key, warn));
  }

  /** Another configuration is in force. */
  apply(): void {
    void this.#network.apply();
  }

  close(): void {
    this.#trial.close();
  }
}
