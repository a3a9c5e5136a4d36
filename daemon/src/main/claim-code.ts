import { randomInt } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Without letters and digits that look alike on a label. */
const alphabet = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';

/**
 * The code on the box's label (ruling 19), from `label-code` in the data folder. Where nothing was put there
 * at the factory or at first boot, one is made now: eight characters in two groups.
 */
export function claimCode(data: string): string {
  const file = join(data, 'label-code');
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const group = (): string => Array.from({ length: 4 }, () => alphabet[randomInt(alphabet.length)]).join('');
  const code = `${group()}-${group()}`;
  writeFileSync(file, `${code}\n`, { mode: 0o600 });
  return code;
}
