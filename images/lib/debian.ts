import { appendFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { step } from './cache.ts';
import { listed, run } from './run.ts';

const here = import.meta.dirname;
const packageList = join(here, '../packages.txt');
/** This machine's own sources of packages; the image takes the same release for another architecture. */
const sources = '/etc/apt/sources.list.d/debian.sources';

/**
 * The root tree: Debian's packages for arm64, downloaded and unpacked. mmdebstrap's "extract" runs none of their scripts,
 * so that no emulation is needed; {@link finish} does what those would have done.
 */
export function rootTree(): Promise<string> {
  const packages = listed(readFileSync(packageList, 'utf8'));
  return step('tree', { words: packages, files: [join(here, 'debian.ts')] }, (folder) => {
    const without = ['doc', 'man', 'locale', 'info', 'lintian', 'bug', 'bash-completion', 'zsh'];
    run('mmdebstrap', [
      ...['--mode=root', '--variant=extract', '--architectures=arm64', '--quiet'],
      `--include=${packages.join(',')}`,
      '--aptopt=APT::Install-Recommends "false"',
      ...without.map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
      '--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr',
      ...['bookworm', join(folder, 'root'), sources],
    ]);
    for (const path of ['etc/apt', 'var/lib/apt', 'var/cache/apt', 'var/log'])
      rmSync(join(folder, 'root', path), { recursive: true, force: true });
  });
}

/** Downloads packages of arm64 and unpacks them, with a state of apt's own: this machine's packages are not touched. */
export function unpackPackages(names: readonly string[], folder: string): void {
  const apt = join(folder, 'apt');
  for (const path of ['state/lists/partial', 'cache/archives/partial', 'dpkg'])
    mkdirSync(join(apt, path), { recursive: true });
  appendFileSync(join(apt, 'dpkg/status'), '');
  const options = [
    'APT::Architecture=arm64',
    'APT::Architectures=arm64',
    `Dir::State=${join(apt, 'state')}`,
    `Dir::State::status=${join(apt, 'dpkg/status')}`,
    `Dir::Cache=${join(apt, 'cache')}`,
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
  ].flatMap((option) => ['-o', option]);
  run('apt-get', [...options, 'update', '-q']);
  const wanted = names.map((name) => {
    // A package without content of its own, like linux-image-arm64, stands for the one that it depends on.
    const [, needed] =
      /^\s+Depends: (linux-image-\S+)$/m.exec(run('apt-cache', [...options, 'depends', name])) ?? [];
    return needed ?? name;
  });
  const debs = join(folder, 'debs');
  mkdirSync(debs);
  run('apt-get', [...options, 'download', '-q', ...wanted], { cwd: debs });
  for (const deb of run('ls', [debs]).trim().split('\n'))
    run('dpkg-deb', ['--extract', join(debs, deb), folder]);
  rmSync(apt, { recursive: true });
  rmSync(debs, { recursive: true });
}
