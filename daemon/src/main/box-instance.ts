import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomic } from '../config/atomic-file.ts';

/** A UUID in a URN (RFC 4122 3), as RFC 5626 4.1 wants it. */
const URN = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/**
 * The URN by which registrars know this box again (`+sip.instance`, RFC 5626 4.1), from `sip-instance` in the data
 * folder. It is chance alone: operators see it, and it must tell nothing of a key or an address. Where it cannot be
 * read another is made, which costs operators a binding that runs out by itself; one that cannot be kept
 * (`failed`) serves for this run.
 */
export async function boxInstance(data: string, failed: (message: string) => void): Promise<string> {
  const path = join(data, 'sip-instance');
  const kept = (await readFile(path, 'utf8').catch(() => '')).trim();
  if (URN.test(kept)) return kept;
  const made = `urn:uuid:${randomUUID()}`;
  await writeAtomic(path, `${made}\n`).catch((error: unknown) => failed((error as Error).message));
  return made;
}
