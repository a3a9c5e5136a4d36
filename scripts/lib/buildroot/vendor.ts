/** `buildroot/vendor`: what the Buildroot package takes. See buildroot/vendor --help. */
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { copyProgram, FOREIGN, NATIVE } from '../../../images/lib/node.ts';
import { run } from '../../../images/lib/run.ts';
import { closure, installedFaults, type Lock } from './lock.ts';

const project = resolve(import.meta.dirname, '../../..');
const target = join(project, 'buildroot/dl/linegate');
const unfinished = `${target}.unfinished`;

const lock = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')) as Lock;
const wanted = closure(lock, NATIVE, { os: 'linux', cpu: 'arm64', libc: 'glibc' });
rmSync(unfinished, { recursive: true, force: true });
mkdirSync(unfinished, { recursive: true });
copyProgram(unfinished);

// npm takes versions and integrity of a lock that is there, and refuses what does not match.
const dependencies = Object.fromEntries(
  NATIVE.map((name) => [name, wanted.get(`node_modules/${name}`)!.version]),
);
writeFileSync(
  join(unfinished, 'package.json'),
  JSON.stringify({ name: 'linegate-vendor', private: true, dependencies }),
);
const packages = { '': { name: 'linegate-vendor', dependencies }, ...Object.fromEntries(wanted) };
writeFileSync(
  join(unfinished, 'package-lock.json'),
  JSON.stringify({ name: 'linegate-vendor', lockfileVersion: 3, requires: true, packages }),
);
const platform = ['--cpu=arm64', '--os=linux', '--libc=glibc'];
run(
  'npm',
  ['install', ...platform, '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund', '--silent'],
  {
    cwd: unfinished,
  },
);
const installed = JSON.parse(
  readFileSync(join(unfinished, 'node_modules/.package-lock.json'), 'utf8'),
) as Lock;
const faults = installedFaults(installed, wanted);
if (faults.length > 0)
  throw new Error(`npm did not install what package-lock.json says:\n${faults.join('\n')}`);

for (const path of FOREIGN) rmSync(join(unfinished, path), { recursive: true, force: true });
for (const name of [
  'package.json',
  'package-lock.json',
  'node_modules/.package-lock.json',
  'node_modules/.bin',
])
  rmSync(join(unfinished, name), { recursive: true, force: true });
cpSync(join(project, 'LICENSE'), join(unfinished, 'LICENSE'));
const list = [...wanted].map(([path, { version, integrity }]) => ({ path, version, integrity }));
writeFileSync(join(unfinished, 'VENDOR.json'), `${JSON.stringify(list, null, 2)}\n`);
rmSync(target, { recursive: true, force: true });
renameSync(unfinished, target);
console.log(JSON.stringify({ folder: target, packages: list.length }));
