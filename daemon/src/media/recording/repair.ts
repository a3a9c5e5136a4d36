import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { asLastPage, oggPages } from './ogg.ts';
import { repairSealed, SEALED } from './sealed-file.ts';
import { WAV_HEAD, wavDataBytes, wavHead } from './wav.ts';
import { PART } from './writer.ts';

/**
 * Makes sound files of those that a crash left half written. `secret`: what encrypted ones are read with.
 * @returns the names of them that are whole now.
 */
export function repairRecordings(folder: string, secret: Uint8Array): string[] {
  const repaired: string[] = [];
  for (const name of readdirSync(folder)) {
    if (!name.endsWith(PART)) continue;
    const part = join(folder, name);
    const whole = name.slice(0, -PART.length);
    const sound = whole.endsWith(SEALED)
      ? repairSealed(part, secret)
      : whole.endsWith('.wav')
        ? repairWav(part)
        : repairOgg(part);
    if (sound) {
      renameSync(part, join(folder, whole));
      repaired.push(whole);
    } else rmSync(part, { force: true });
  }
  return repaired;
}

function repairWav(path: string): boolean {
  const fd = openSync(path, 'r+');
  try {
    const data = wavDataBytes(fstatSync(fd).size);
    if (data === 0) return false;
    ftruncateSync(fd, WAV_HEAD + data);
    writeSync(fd, wavHead(data), 0, WAV_HEAD, 0);
    fsyncSync(fd);
    return true;
  } finally {
    closeSync(fd);
  }
}

/** Only whole pages are left of it, the last of them marked as that. */
function repairOgg(path: string): boolean {
  const data = readFileSync(path);
  const pages = oggPages(data);
  const last = pages.at(-1);
  // The first two have no sound.
  if (!last || pages.length < 3) return false;
  const fd = openSync(path, 'r+');
  try {
    ftruncateSync(fd, last.at + last.length);
    const page = asLastPage(data.subarray(last.at, last.at + last.length));
    writeSync(fd, page, 0, page.length, last.at);
    fsyncSync(fd);
    return true;
  } finally {
    closeSync(fd);
  }
}
