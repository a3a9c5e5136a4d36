import type { ConfigAccess, ConfigResult } from '../api/deps.ts';
import type { DeviceKey } from '../config/device-key.ts';
import { sealRoomPins } from '../config/room-pin.ts';
import type { ConfigStore } from '../config/store.ts';

/** The configuration as the page changes it: PINs of rooms, which come as digits, are stored as fingerprints. */
export class SealedConfig implements ConfigAccess {
  readonly #store: ConfigStore;
  readonly #key: DeviceKey;

  constructor(store: ConfigStore, key: DeviceKey) {
    this.#store = store;
    this.#key = key;
  }

  current(): ReturnType<ConfigAccess['current']> {
    return this.#store.current();
  }

  validate(document: unknown): ConfigResult {
    const sealed = sealRoomPins(document, this.#key);
    if (sealed.issues.length > 0) return { ok: false, reason: 'invalid', issues: sealed.issues };
    return this.#store.validate(sealed.document);
  }

  async apply(document: unknown, meta: { expected: number; by: string }): Promise<ConfigResult> {
    const sealed = sealRoomPins(document, this.#key);
    if (sealed.issues.length > 0) return { ok: false, reason: 'invalid', issues: sealed.issues };
    return await this.#store.apply(sealed.document, meta);
  }

  history(): ReturnType<ConfigAccess['history']> {
    return this.#store.history();
  }

  undo(revision: number | undefined, by: string): Promise<ConfigResult> {
    return this.#store.undo(revision, by);
  }

  form(): ReturnType<ConfigAccess['form']> {
    return this.#store.form();
  }
}
