import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Timer } from '../base/clock.ts';
import { writeAtomic } from '../config/atomic-file.ts';
import type { BindingStore, StoredBinding } from '../sip/index.ts';

/** What is written together, ms: a hundred telephones that refresh each minute must not wear the flash. */
const gatherMs = 5000;

/**
 * Keeps where the office's SIP devices are over a restart, in a file of its own beside the stores: it is
 * small, any part of it may be lost without harm (the next refresh brings it back), and the records are spared
 * a write a minute for each telephone. What a power cut takes is the last few seconds.
 */
export class Registrations implements BindingStore {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #failed: (message: string) => void;
  readonly #bindings = new Map<string, readonly StoredBinding[]>();
  #timer: Timer | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(data: string, clock: Clock, failed: (message: string) => void) {
    this.#path = join(data, 'registrations.json');
    this.#clock = clock;
    this.#failed = failed;
    for (const binding of this.#read()) {
      const own = this.#bindings.get(binding.deviceId) ?? [];
      this.#bindings.set(binding.deviceId, [...own, binding]);
    }
  }

  load(): readonly StoredBinding[] {
    return [...this.#bindings.values()].flat();
  }

  save(deviceId: string, bindings: readonly StoredBinding[]): void {
    if (bindings.length > 0) this.#bindings.set(deviceId, bindings);
    else if (!this.#bindings.delete(deviceId)) return;
    this.#timer ??= this.#clock.after(gatherMs, () => void this.#write());
  }

  /** Writes what is still to be written. */
  async close(): Promise<void> {
    if (this.#timer) await this.#write();
    await this.#writing;
  }

  #write(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#writing = this.#writing.then(() =>
      writeAtomic(this.#path, `${JSON.stringify(this.load())}\n`).catch((error: unknown) =>
        this.#failed((error as Error).message),
      ),
    );
    return this.#writing;
  }

  /** What cannot be read is no reason not to start: the telephones register again. */
  #read(): StoredBinding[] {
    try {
      const kept: unknown = JSON.parse(readFileSync(this.#path, 'utf8'));
      return Array.isArray(kept) ? kept.filter(isBinding) : [];
    } catch {
      return [];
    }
  }
}

function isBinding(value: unknown): value is StoredBinding {
  const binding = value as Partial<StoredBinding> | null;
  return (
    typeof binding?.deviceId === 'string' &&
    typeof binding.uri === 'string' &&
    typeof binding.callId === 'string' &&
    Number.isFinite(binding.q) &&
    Number.isFinite(binding.sequence) &&
    Number.isFinite(binding.expiresAt) &&
    Array.isArray(binding.path) &&
    typeof binding.source?.address === 'string' &&
    typeof binding.source.protocol === 'string' &&
    typeof binding.source.port === 'number'
  );
}
