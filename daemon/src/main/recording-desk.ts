import { join } from 'node:path';
import type { AuditAccess, RecordingAccess } from '../api/deps.ts';
import type { Clock } from '../base/clock.ts';
import type { DeviceKey } from '../config/device-key.ts';
import type { Config } from '../config/schema.ts';
import { AuditLog } from '../records/audit-log.ts';
import { CallRecordings } from '../service/call-recordings.ts';
import type { ServiceContext } from '../service/context.ts';
import { RecordingKeys } from '../service/recording-keys.ts';
import { RecordingStore } from './recording-store.ts';

/** Recordings and who may know of them, wired: the shelf, what is recorded now, the codes, and the audit log. */
export class RecordingDesk implements RecordingAccess {
  readonly audit: AuditAccess;
  readonly #log: AuditLog;
  readonly #shelf: RecordingStore;
  readonly #recordings: CallRecordings;
  readonly #context: ServiceContext;

  /** The context is given what it needs of it: `recordings` and `audit`. */
  constructor(
    data: string,
    context: ServiceContext,
    parts: { clock: Clock; config: () => Config; key: DeviceKey; log: (message: string) => void },
  ) {
    const { clock, config, key, log } = parts;
    this.#context = context;
    this.#log = new AuditLog({
      path: join(data, 'audit.sqlite'),
      ...{ clock, log },
      keepDays: () => config().records.keepDays,
    });
    this.audit = this.#log;
    this.#shelf = new RecordingStore(data, {
      ...{ clock, log },
      terms: () => config().recording,
      secret: key.bytes,
    });
    this.#recordings = new CallRecordings(context, this.#shelf);
    context.recordings = this.#recordings;
    context.audit = this.#log;
    new RecordingKeys(context, this.#recordings);
  }

  begin(callId: string): boolean {
    const call = this.#context.calls.get(callId);
    return call !== undefined && this.#recordings.begin(call, 'page');
  }

  end(callId: string): boolean {
    const call = this.#context.calls.get(callId);
    return call !== undefined && this.#recordings.end(call);
  }

  find(file: string): ReturnType<RecordingAccess['find']> {
    return this.#shelf.find(file);
  }

  remove(file: string): boolean {
    return this.#shelf.remove(file);
  }

  async close(): Promise<void> {
    this.#shelf.close();
    await this.#log.close();
  }
}
