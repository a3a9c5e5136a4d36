import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, messageOf } from '../base/error.ts';
import { parseJson } from '../config/json-text.ts';
import { validateConfig } from '../config/validate.ts';

/**
 * What a factory reset has left to begin with (`begin.json` in the data folder): settings of the network, or none. One
 * that is no good must not keep the box from starting; it begins with the defaults then.
 */
export function beginning(data: string, warn: (message: string) => void): unknown {
  const file = join(data, 'begin.json');
  try {
    const document = parseJson(readFileSync(file, 'utf8'), file);
    if (validateConfig(document).ok) return document;
    warn(`${file} is no good: beginning with the factory's settings`);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') warn(`${file} cannot be read: ${messageOf(error)}`);
  }
  return undefined;
}
