import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { step } from './cache.ts';
import { run } from './run.ts';
import { KERNEL_MB } from './system.ts';

const here = import.meta.dirname;
const bootScript = join(here, '../boot/boot.cmd');
const layout = join(here, '../boot/genimage.cfg');
/** Size of one copy of the boot state; U-Boot's script and etc/fw_env.config say the same. */
const STATE_BYTES = 0x4000;

/** The whole disk: `linegate.img` with the system in slot A, slot B empty; and the same compressed, `linegate.img.zst`. */
export function disk(system: string): Promise<string> {
  return step('disk', { words: [system], files: [bootScript, layout, join(here, 'disk.ts')] }, (folder) => {
    const [input, empty, work] = ['input', 'empty', 'work'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    for (const path of [input, empty]) mkdirSync(path);
    for (const name of ['rootfs.squashfs', 'kernel.ext4'])
      run('cp', ['--sparse=always', join(system, name), input]);
    run(
      'mkimage',
      [
        '-A',
        'arm64',
        '-O',
        'linux',
        '-T',
        'script',
        '-C',
        'none',
        '-n',
        'linegate',
        '-d',
        bootScript,
        join(input, 'boot.scr'),
      ],
      {
        env: { SOURCE_DATE_EPOCH: '1700000000' },
      },
    );
    bootState(input);
    writeFileSync(
      join(input, 'genimage.cfg'),
      readFileSync(layout, 'utf8').replaceAll('@KERNEL_MB@', String(KERNEL_MB)),
    );
    run('genimage', [
      '--rootpath',
      empty,
      '--tmppath',
      work,
      '--inputpath',
      input,
      '--outputpath',
      folder,
      '--config',
      join(input, 'genimage.cfg'),
    ]);
    for (const path of [input, empty, work]) rmSync(path, { recursive: true, force: true });
    for (const name of ['boot.vfat', 'data.ext4']) rmSync(join(folder, name), { force: true });
    run('zstd', ['-q', '-T2', '-12', join(folder, 'linegate.img'), '-o', join(folder, 'linegate.img.zst')]);
  });
}

/** Both copies of the state that a new box begins with: slot A, three tries; slot B is empty. */
function bootState(folder: string): void {
  const one = join(folder, 'state');
  run('mkenvimage', ['-s', String(STATE_BYTES), '-o', one, '-'], {
    input: 'BOOT_ORDER=A B\nBOOT_A_LEFT=3\nBOOT_B_LEFT=0\n',
  });
  const copy = readFileSync(one);
  writeFileSync(join(folder, 'bootstate.bin'), Buffer.concat([copy, copy]));
  rmSync(one);
}
