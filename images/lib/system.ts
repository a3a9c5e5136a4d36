import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { step } from './cache.ts';
import { rootTree } from './debian.ts';
import { finish } from './finish.ts';
import { kernel } from './kernel.ts';
import { copyProgram, nativePackages, nodeBinary } from './node.ts';
import { run } from './run.ts';

const here = import.meta.dirname;
const project = resolve(here, '../..');
/** What both recipes put on every root, this one and Buildroot's. */
const overlay = join(project, 'buildroot/board/common/rootfs-overlay');
/** What only the emulated board has. */
const boardOverlay = join(here, '../rootfs-overlay');

/** Of both files: no time of making in them, so that the same sources give the same image. */
const EPOCH = '1700000000';
/** Size of the kernel's file system; the slot on the disk is as large. */
export const KERNEL_MB = 64;

/** How a system for the boot test is broken: its daemon ends at once. */
export type Spoil = 'daemon-ends';

/** One system, as it lies in a slot: `rootfs.squashfs` and `kernel.ext4`. `keyring`: whose updates it takes, PEM. */
export async function system(version: string, keyring: string, spoil?: Spoil): Promise<string> {
  const [tree, linux, node, native] = [
    await rootTree(),
    await kernel(),
    await nodeBinary(),
    await nativePackages(),
  ];
  const program = await step('program', { files: programSources() }, (folder) => copyProgram(folder));
  const words = [version, keyring, tree, linux, node, native, program, spoil ?? ''];
  const ours = ['system.ts', 'finish.ts'].map((name) => join(here, name));
  return step(
    'system',
    { words, files: [...ours, overlay, join(overlay, '../units.txt'), boardOverlay] },
    (folder) => {
      const root = join(folder, 'root');
      run('cp', ['-a', join(tree, 'root'), root]);
      const home = join(root, 'usr/lib/linegate');
      mkdirSync(home, { recursive: true });
      cpSync(program, home, { recursive: true });
      cpSync(join(native, 'node_modules'), join(home, 'node_modules'), { recursive: true });
      cpSync(join(node, 'bin/node'), join(root, 'usr/bin/node'));
      run('cp', ['-a', join(linux, 'modules/lib/modules'), join(root, 'usr/lib/')]);
      for (const from of [overlay, boardOverlay])
        run('cp', ['-a', '--no-preserve=ownership', `${from}/.`, root]);
      mkdirSync(join(root, 'etc/rauc'), { recursive: true });
      writeFileSync(join(root, 'etc/rauc/keyring.pem'), keyring);
      if (spoil) writeFileSync(join(home, 'daemon/dist/main.js'), 'process.exit(1);\n');
      finish(root, version);
      const squashed = ['-comp', 'zstd', '-Xcompression-level', spoil ? '3' : '15', '-b', '256K'];
      run('mksquashfs', [
        root,
        join(folder, 'rootfs.squashfs'),
        ...squashed,
        '-noappend',
        '-quiet',
        '-no-progress',
        '-all-time',
        EPOCH,
        '-mkfs-time',
        EPOCH,
      ]);
      rmSync(root, { recursive: true });
      kernelSlot(linux, folder);
    },
  );
}

function programSources(): string[] {
  const parts = [
    'daemon/src',
    'daemon/wasm',
    'daemon/prompts',
    'hw/profile',
    'web-ui/src',
    'web-ui/public',
    'web-ui/index.html',
    'web-ui/build.ts',
    'package-lock.json',
    'scripts/lib/build.ts',
    'scripts/lib/build',
    'daemon/package.json',
  ];
  return parts.map((part) => join(project, part));
}

function kernelSlot(linux: string, folder: string): void {
  const content = join(folder, 'kernel');
  mkdirSync(content);
  for (const name of ['Image', 'initrd.img']) cpSync(join(linux, name), join(content, name));
  const file = join(folder, 'kernel.ext4');
  run('truncate', ['-s', `${KERNEL_MB}M`, file]);
  // U-Boot reads plain ext4 only; nothing is ever written to it.
  run(
    'mke2fs',
    [
      '-q',
      '-t',
      'ext4',
      '-O',
      '^has_journal,^metadata_csum',
      '-L',
      'kernel',
      '-U',
      'clear',
      '-d',
      content,
      file,
    ],
    {
      env: { E2FSPROGS_FAKE_TIME: EPOCH },
    },
  );
  rmSync(content, { recursive: true });
}

/** The version that this tree is: of package.json, and of the commit. */
export function treeVersion(): string {
  const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  return `${version}+${run('git', ['-C', project, 'rev-parse', '--short', 'HEAD']).trim()}`;
}
