import { randomInt } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../base/error.ts';

/** Without letters and digits that look alike on a label. */
const alphabet = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';

/** What is shorter is no code: a file that a power cut has left empty must not open the box to everybody. */
const fewestCharacters = 6;

/**
 * The code on the box's label (ruling 19), from `label-code` in the data folder. Where nothing was put there
 * at the factory or at first boot, one is made now: eight characters in two groups.
 */
export function claimCode(data: string): string {
  const file = join(data, 'label-code');
  const stored = read(file);
  if (stored.replace(/[^A-Za-z0-9]/g, '').length >= fewestCharacters) return stored;
  const group = (): string => Array.from({ length: 4 }, () => alphabet[randomInt(alphabet.length)]).join('');
  const code = `${group()}-${group()}`;
  const temporary = `${file}.tmp`;
  const handle = openSync(temporary, 'w', 0o600);
  try {
    writeFileSync(handle, `${code}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(temporary, file);
  return code;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
}
