import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { CodedError, codeOf, messageOf } from '../base/error.ts';

/**
 * Makes the data folder if it is missing, and keeps it for this process: two daemons on one folder would
 * each undo the other's settings and spoil the records. The lock is the kernel's own, held through SQLite,
 * since Node has no `flock`: it ends with the process, however that ends, and is never stale.
 * @returns gives the folder free
 * @throws CodedError `main/data-in-use`, `main/data-unusable`
 */
export function holdData(data: string): () => void {
  const path = join(data, 'lock');
  let db: Database.Database | undefined;
  try {
    mkdirSync(data, { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
    db = new Database(path);
    // Takes the lock and writes nothing: the file stays empty, and without a journal beside it.
    db.exec('PRAGMA journal_mode = MEMORY; PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (cause) {
    db?.close();
    if (codeOf(cause) !== 'SQLITE_BUSY') {
      const reason = `the data folder ${data} cannot be used: ${messageOf(cause)}`;
      throw new CodedError('main/data-unusable', reason, { cause });
    }
    const holder = holderOf(path);
    const who = holder === undefined ? '' : ` (process ${holder})`;
    const reason = `the data folder ${data} is in use by another Linegate${who}`;
    throw new CodedError('main/data-in-use', reason, { cause });
  }
  const held = db;
  return () => held.close();
}

/** Which process holds a lock on a file, by the kernel's list (proc(5), /proc/locks). */
function holderOf(path: string): number | undefined {
  try {
    const inode = statSync(path).ino;
    const line = readFileSync('/proc/locks', 'utf8')
      .split('\n')
      .find((text) => text.includes(`:${inode} `));
    const pid = Number(line?.trim().split(/\s+/)[4]);
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}
