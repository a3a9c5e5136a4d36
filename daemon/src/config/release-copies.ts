import { copyFile, mkdir, readdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../base/error.ts';
import { syncFolder, writeAtomic } from './atomic-file.ts';
import { parseJson } from './json-text.ts';
import { validateConfig } from './validate.ts';

/** How many releases' settings are kept. */
const kept = 5;
const folderName = 'releases';
const copyOf = (release: string): string => `config-${release.replaceAll(/[^A-Za-z0-9.+-]/g, '_')}.json`;

/**
 * Settings go up by migrations, and down by a kept copy. Each release that finds another one's settings copies them before
 * it changes anything; one that finds settings which only a later release understands takes up its own copy, or the latest
 * that it understands. Settings that both understand are left as they are, so that what was changed meanwhile stays.
 *
 * @param release the running one, as updates tell them apart
 * @returns whether the settings that were there gave way to a copy
 */
export async function settleRelease(
  directory: string,
  release: string,
  report: (level: 'info' | 'warn' | 'error', message: string) => void,
): Promise<boolean> {
  const folder = join(directory, folderName);
  const config = join(directory, 'config.json');
  const mark = join(folder, 'last');
  const before = await readFile(mark, 'utf8').catch(() => undefined);
  if (before === release) return false;
  let changed = false;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (before !== undefined) await keep(config, join(folder, copyOf(before)));
    if (!(await understood(config))) changed = await takeUp(config, folder, release, report);
    await writeAtomic(mark, release);
    await forget(folder);
  } catch (error) {
    report('error', `the settings of release ${before ?? 'unknown'} are not kept: ${messageOf(error)}`);
  }
  return changed;
}

async function keep(config: string, copy: string): Promise<void> {
  const text = await readFile(config).catch(() => undefined);
  if (text !== undefined) await writeAtomic(copy, text);
}

/** Whether this release can work with a document; none at all is no trouble. A broken one is no later release's. */
async function understood(path: string): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return true;
  try {
    return validateConfig(parseJson(text, path)).ok;
  } catch {
    return true;
  }
}

async function takeUp(
  config: string,
  folder: string,
  release: string,
  report: (level: 'warn', message: string) => void,
): Promise<boolean> {
  const copies = await byAge(folder);
  const own = copyOf(release);
  const candidates = [...copies.filter((name) => name === own), ...copies.filter((name) => name !== own)];
  for (const name of candidates) {
    const path = join(folder, name);
    if (!(await understood(path))) continue;
    report('warn', `the settings are of a later release; taking up ${name}`);
    const next = `${config}.taken-up`;
    await copyFile(path, next);
    await rename(next, config);
    await syncFolder(join(config, '..'));
    return true;
  }
  return false;
}

/** Copies, latest first. */
async function byAge(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => /^config-.*\.json$/.test(name));
  const aged = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(folder, name))).mtimeMs })),
  );
  return aged.sort((a, b) => b.at - a.at).map(({ name }) => name);
}

async function forget(folder: string): Promise<void> {
  for (const name of (await byAge(folder)).slice(kept)) await unlink(join(folder, name));
}
