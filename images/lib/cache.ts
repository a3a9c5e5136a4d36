import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';

/** Where what was made once is kept, per user and across clones. */
const cacheRoot = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'linegate', 'image');

/**
 * A folder that `make` fills, made once for each content of `inputs`: files and folders by what is in them, and words.
 * A step that fails or is cut off leaves nothing that could be taken for its result.
 */
export async function step(
  name: string,
  inputs: { files?: readonly string[]; words?: readonly string[] },
  make: (folder: string) => Promise<void> | void,
): Promise<string> {
  const hash = createHash('sha256');
  for (const word of inputs.words ?? []) hash.update(`word ${word}\0`);
  for (const file of inputs.files ?? []) addFile(hash, file, file);
  const folder = join(cacheRoot, `${name}-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(folder)) {
    process.stderr.write(`${name}: as before\n`);
    return folder;
  }
  const began = performance.now();
  const unfinished = `${folder}.unfinished-${process.pid}`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  try {
    await make(unfinished);
    renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  forgetOlder(name, folder);
  process.stderr.write(`${name}: ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
  return folder;
}

function addFile(hash: ReturnType<typeof createHash>, path: string, top: string): void {
  const about = statSync(path);
  if (about.isDirectory()) {
    for (const name of readdirSync(path).sort()) addFile(hash, join(path, name), top);
    return;
  }
  hash.update(`file ${relative(top, path)} ${(about.mode & 0o777).toString(8)}\0`);
  hash.update(readFileSync(path));
}

/** Results of a step that are kept: the present one, and the one before it, for going back and forth in the sources. */
const KEPT = 2;

function forgetOlder(name: string, present: string): void {
  const others = readdirSync(cacheRoot)
    .filter((entry) => entry.startsWith(`${name}-`) && /^[0-9a-f]{16}$/.test(entry.slice(name.length + 1)))
    .map((entry) => join(cacheRoot, entry))
    .filter((path) => path !== present)
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const path of others.slice(KEPT - 1)) rmSync(path, { recursive: true, force: true });
}
