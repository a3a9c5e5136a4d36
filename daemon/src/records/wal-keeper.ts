import { type FileHandle, open, stat } from 'node:fs/promises';
import { messageOf } from '../base/error.ts';

/** Beyond this the write-ahead log is copied into the database. */
const checkpointBytes = 4 * 1024 * 1024;

/**
 * Brings the write-ahead log to the disk, and into the database when it has grown, in threads of their own:
 * on a memory card a sync takes tens of milliseconds, which no call may wait for. A log with its last frames
 * missing is whole up to the last commit before (SQLite, "Write-Ahead Logging", the WAL file format).
 */
export class WalKeeper {
  readonly #path: string;
  #working: Promise<void> | undefined;
  #again = false;
  #file: FileHandle | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Something was committed. `failed` is told if the disk refuses. */
  written(failed: (message: string) => void): void {
    if (this.#working) {
      this.#again = true;
      return;
    }
    this.#working = this.#sync()
      .catch((error: unknown) => failed(messageOf(error)))
      .finally(() => {
        this.#working = undefined;
        if (!this.#again) return;
        this.#again = false;
        this.written(failed);
      });
  }

  /** The database was replaced by another file. */
  reopened(): void {
    const file = this.#file;
    this.#file = undefined;
    void file?.close().catch(() => undefined);
  }

  /** Waits until everything committed is on the disk. */
  async close(): Promise<void> {
    while (this.#working) await this.#working;
    await this.#sync().catch(() => undefined);
    await this.#file?.close();
    this.#file = undefined;
  }

  async #sync(): Promise<void> {
    // Closing this descriptor would drop no lock: SQLite holds its locks on the other two files (fcntl(2)).
    this.#file ??= await open(`${this.#path}-wal`, 'r');
    await this.#file.datasync();
    const { size } = await stat(`${this.#path}-wal`);
    if (size > checkpointBytes) await checkpoint(this.#path);
  }
}

async function checkpoint(path: string): Promise<void> {
  // Loaded when first needed: most boxes do not take as many calls in a day.
  const { default: Database } = await import('libsql/promise');
  const db = new Database(path, {});
  try {
    await (await db.prepare('PRAGMA busy_timeout = 0')).all();
    // RESTART would make writers wait; PASSIVE does what it can, and the next commit begins the log anew.
    await (await db.prepare('PRAGMA wal_checkpoint(PASSIVE)')).all();
  } finally {
    db.close();
  }
}
