import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, messageOf } from '../../base/error.ts';
import { syncFolder } from '../../config/atomic-file.ts';
import type { ConfigStore } from '../../config/store.ts';
import type { ContactBook } from './contacts.ts';

/** What is to come into force: `DATA/restore/staged.json`, beside the files it names. */
export interface Staged {
  document: Record<string, unknown>;
  by: string;
  names: string[];
}

export const stagedFolder = (data: string): string => join(data, 'restore');

interface Into {
  store: Pick<ConfigStore, 'apply' | 'revision'>;
  book: Pick<ContactBook, 'size' | 'restore'>;
  reload(): void;
  warn(message: string): void;
}

/**
 * Brings what is staged into force, as far as it is not yet: the settings, then each file by a rename. It may be cut short
 * anywhere and is done again; the folder goes last.
 */
export async function commitStaged(data: string, { store, book, reload, warn }: Into): Promise<boolean> {
  const folder = stagedFolder(data);
  await rm(`${folder}.new`, { recursive: true, force: true });
  let staged: Staged;
  try {
    staged = JSON.parse(await readFile(join(folder, 'staged.json'), 'utf8')) as Staged;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') warn(`what was to be restored cannot be read: ${messageOf(error)}`);
    await rm(folder, { recursive: true, force: true });
    return false;
  }
  const { document, by, names } = staged;
  const applied = await store.apply(document, { expected: store.revision, by });
  if (!applied.ok) {
    warn('what was to be restored does not hold here, and was left');
    await rm(folder, { recursive: true, force: true });
    return false;
  }
  await rates(data, names);
  if (!names.includes('hold-music.wav')) await rm(join(data, 'hold-music.wav'), { force: true });
  for (const name of names.filter((one) => one !== 'phonebook.json')) {
    await mkdir(join(data, name, '..'), { recursive: true, mode: 0o700 });
    // One that is not there was moved before the power went.
    await rename(join(folder, name), join(data, name)).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error;
    });
    await syncFolder(join(data, name, '..'));
  }
  if (names.includes('phonebook.json')) await book.restore(await readFile(join(folder, 'phonebook.json')));
  else if (book.size > 0) await book.restore(Buffer.from('[]'));
  reload();
  await rm(folder, { recursive: true, force: true });
  return true;
}

/** Tables that the backup does not have go. */
async function rates(data: string, names: readonly string[]): Promise<void> {
  const folder = join(data, 'rates');
  for (const name of await readdir(folder).catch(() => []))
    if (name.endsWith('.csv') && !names.includes(`rates/${name}`))
      await rm(join(folder, name), { force: true });
}
