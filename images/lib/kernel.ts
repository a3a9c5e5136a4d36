import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { step } from './cache.ts';
import { unpackPackages } from './debian.ts';
import { listed, run } from './run.ts';

const here = import.meta.dirname;
const moduleList = join(here, '../modules.txt');
const initScript = join(here, '../boot/init');
/** What the initial memory disk loads before it looks for the root. */
const EARLY = ['virtio_pci', 'virtio_blk', 'squashfs', 'overlay'];

/** Debian's kernel for arm64, the modules that the image takes, and the initial memory disk: `Image`, `initrd.img`, `modules/`. */
export function kernel(): Promise<string> {
  const files = [moduleList, initScript, join(here, 'kernel.ts')];
  return step('kernel', { files }, (folder) => {
    const unpacked = join(folder, 'unpacked');
    mkdirSync(unpacked);
    unpackPackages(['linux-image-arm64', 'busybox-static'], unpacked);
    const [version = ''] = readdirSync(join(unpacked, 'lib/modules'));
    run('depmod', ['-b', unpacked, version]);
    cpSync(join(unpacked, `boot/vmlinuz-${version}`), join(folder, 'Image'));
    const modules = takeModules(unpacked, folder, version);
    makeInitrd(join(unpacked, 'bin/busybox'), modules, version, folder);
    rmSync(unpacked, { recursive: true });
  });
}

/** Files that loading a module takes, in their order. */
const filesOf = (module: string, root: string, version: string): string[] =>
  run('modprobe', ['-d', root, '-S', version, '--show-depends', module])
    .split('\n')
    .flatMap((line) => /^insmod (\S+)/.exec(line)?.[1] ?? []);

/** Copies the modules of the list, and what they need, unpacked; the root's own compression does better. */
function takeModules(unpacked: string, folder: string, version: string): string {
  const root = join(folder, 'modules');
  const [from, to] = [join(unpacked, 'lib/modules', version), join(root, 'lib/modules', version)];
  const files = listed(readFileSync(moduleList, 'utf8')).flatMap((module) =>
    filesOf(module, unpacked, version),
  );
  for (const file of new Set(files)) {
    const target = join(to, file.slice(from.length + 1));
    mkdirSync(dirname(target), { recursive: true });
    cpSync(file, target);
    if (file.endsWith('.xz')) run('xz', ['--decompress', target]);
  }
  for (const name of ['modules.order', 'modules.builtin', 'modules.builtin.modinfo'])
    cpSync(join(from, name), join(to, name));
  run('depmod', ['-b', root, version]);
  return root;
}

function makeInitrd(busybox: string, modules: string, version: string, folder: string): void {
  const tree = join(folder, 'initrd');
  for (const name of ['bin', 'dev', 'proc', 'sys', 'newroot', 'modules'])
    mkdirSync(join(tree, name), { recursive: true });
  cpSync(busybox, join(tree, 'bin/busybox'));
  symlinkSync('busybox', join(tree, 'bin/sh'));
  cpSync(initScript, join(tree, 'init'));
  const early = new Set(EARLY.flatMap((module) => filesOf(module, modules, version)));
  // The shell takes them by name, and each must come after what it needs.
  let number = 10;
  for (const file of early) cpSync(file, join(tree, 'modules', `${number++}-${basename(file)}`));
  const archive = run(
    'sh',
    [
      '-c',
      'chmod 755 init && find . | sort | cpio --create --format=newc --owner=+0:+0 --quiet | zstd -19 -q | base64 -w0',
    ],
    { cwd: tree },
  );
  writeFileSync(join(folder, 'initrd.img'), Buffer.from(archive, 'base64'));
  rmSync(tree, { recursive: true });
}
