import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { listed } from '../../../images/lib/run.ts';
import { KERNEL_MB } from '../../../images/lib/system.ts';
import { menuOf, readConfigIn, readDefconfig } from './kconfig.ts';

const NAME = 'LINEGATE';
const VARIABLE = `BR2_EXTERNAL_${NAME}_PATH`;

/** All that is wrong with an external tree of Buildroot, found without Buildroot: one line each, by file. */
export function treeFaults(tree: string, project = resolve(tree, '..')): string[] {
  return [
    ...outside(tree),
    ...configFaults(tree),
    ...packageFaults(tree),
    ...defconfigFaults(tree),
    ...boardFaults(tree, project),
    ...shellFaults(tree),
  ];
}

const read = (...path: string[]): string => readFileSync(join(...path), 'utf8');
const folders = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();

/** The three files that Buildroot wants of every external tree. */
function outside(tree: string): string[] {
  const missing = ['external.desc', 'external.mk', 'Config.in'].filter(
    (name) => !existsSync(join(tree, name)),
  );
  if (missing.length > 0) return missing.map((name) => `${name}: is missing`);
  const faults: string[] = [];
  if (!new RegExp(`^name: ${NAME}$`, 'm').test(read(tree, 'external.desc')))
    faults.push(`external.desc: does not name ${NAME}`);
  if (!read(tree, 'external.mk').includes(`$(sort $(wildcard $(${VARIABLE})/package/*/*.mk))`))
    faults.push('external.mk: does not take the packages');
  return faults;
}

/** Every Config.in can be read, is sourced, and no symbol is made twice. */
function configFaults(tree: string): string[] {
  const faults: string[] = [];
  const top = readConfigIn(read(tree, 'Config.in'));
  const made = new Map<string, string>();
  const files = ['Config.in', ...folders(join(tree, 'package')).map((name) => `package/${name}/Config.in`)];
  for (const file of files) {
    if (!existsSync(join(tree, file))) {
      faults.push(`${file}: is missing`);
      continue;
    }
    const config = readConfigIn(read(tree, file));
    faults.push(...config.faults.map((fault) => `${file}: ${fault}`));
    if (file !== 'Config.in' && !top.sourced.includes(`$${VARIABLE}/${file}`))
      faults.push(`${file}: is not sourced by Config.in`);
    for (const symbol of config.symbols) {
      if (made.has(symbol)) faults.push(`${file}: ${symbol} is made in ${made.get(symbol)}, too`);
      made.set(symbol, file);
    }
  }
  for (const path of top.sourced)
    if (!existsSync(join(tree, path.replace(`$${VARIABLE}/`, ''))))
      faults.push(`Config.in: there is no ${path}`);
  return faults;
}

/** Each package has its recipe with site, licence and hashes, and the hashes are right where they can be looked at. */
function packageFaults(tree: string): string[] {
  return folders(join(tree, 'package')).flatMap((name) => {
    const folder = `package/${name}`;
    const at = (what: string): string => `${folder}/${name}.mk: ${what}`;
    if (!existsSync(join(tree, folder, `${name}.mk`))) return [at('is missing')];
    const recipe = read(tree, folder, `${name}.mk`);
    const prefix = name.toUpperCase().replaceAll('-', '_');
    const value = (key: string): string | undefined =>
      new RegExp(`^${prefix}_${key} = (.+)$`, 'm').exec(recipe)?.[1];
    const faults = ['VERSION', 'SITE', 'LICENSE', 'LICENSE_FILES']
      .filter((key) => value(key) === undefined)
      .map((key) => at(`has no ${prefix}_${key}`));
    if (!/^\$\(eval \$\((generic|autotools|cmake|meson)-package\)\)$/m.test(recipe))
      faults.push(at('ends without its eval'));
    if (!recipe.startsWith(`${'#'.repeat(80)}\n#\n# ${name}\n#\n${'#'.repeat(80)}\n`))
      faults.push(at('has no head'));
    if (/^ +\S/m.test(recipe)) faults.push(at('is indented with spaces'));
    const hashes = existsSync(join(tree, folder, `${name}.hash`)) ? read(tree, folder, `${name}.hash`) : '';
    const known = new Map<string, string>();
    for (const line of listed(hashes)) {
      const hash = /^sha256 {2}([0-9a-f]{64}) {2}(\S+)$/.exec(line);
      if (hash?.[1] && hash[2]) known.set(hash[2], hash[1]);
      else faults.push(`${folder}/${name}.hash: "${line}" is no hash`);
    }
    const version = value('VERSION') ?? '';
    const source = value('SOURCE')?.replaceAll(`$(${prefix}_VERSION)`, version);
    if (value('SITE_METHOD') !== 'local' && !known.has(source ?? `${name}-${version}.tar.gz`))
      faults.push(`${folder}/${name}.hash: has none of ${source ?? `${name}-${version}.tar.gz`}`);
    if (value('SITE_METHOD') === 'local' && known.get('LICENSE') !== ownLicence(tree))
      faults.push(`${folder}/${name}.hash: is not that of the licence`);
    return faults;
  });
}

const ownLicence = (tree: string): string | undefined => {
  const file = join(tree, '../LICENSE');
  return existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : undefined;
};

/** Each defconfig is one that savedefconfig could have written, and names only what is there. */
function defconfigFaults(tree: string): string[] {
  const own = new Set(
    folders(join(tree, 'package'))
      .map((name) => join(tree, 'package', name, 'Config.in'))
      .filter((file) => existsSync(file))
      .flatMap((file) => readConfigIn(readFileSync(file, 'utf8')).symbols),
  );
  return readdirSync(join(tree, 'configs'))
    .sort()
    .flatMap((name) => {
      const at = (what: string): string => `configs/${name}: ${what}`;
      if (!/^linegate_[a-z0-9_]+_defconfig$/.test(name)) return [at('is no name of a defconfig of ours')];
      const faults: string[] = [];
      const seen = new Set<string>();
      let menu = 0;
      for (const { symbol, value } of readDefconfig(read(tree, 'configs', name))) {
        if (seen.has(symbol)) faults.push(at(`${symbol} is set twice`));
        seen.add(symbol);
        if (symbol.startsWith('BR2_PACKAGE_LINEGATE') && !own.has(symbol))
          faults.push(at(`there is no ${symbol}`));
        const place = menuOf(symbol);
        if (place < 0) faults.push(at(`${symbol} stands in no known menu`));
        else if (place < menu) faults.push(at(`${symbol} stands too late for savedefconfig`));
        menu = Math.max(menu, place);
        for (const path of value?.match(new RegExp(`\\$\\(${VARIABLE}\\)/\\S+`, 'g')) ?? [])
          if (!existsSync(join(tree, path.slice(`$(${VARIABLE})/`.length))))
            faults.push(at(`${symbol}: there is no ${path}`));
      }
      for (const needed of ['BR2_DOWNLOAD_FORCE_CHECK_HASHES', 'BR2_PACKAGE_LINEGATE', 'BR2_INIT_SYSTEMD'])
        if (!seen.has(needed)) faults.push(at(`${needed} is missing`));
      return faults;
    });
}

/** The boards' own values, against those of the Debian image. */
function boardFaults(tree: string, project: string): string[] {
  const faults: string[] = [];
  const compatible = new Map<string, string>();
  for (const board of folders(join(tree, 'board')).filter((name) => name !== 'common')) {
    const file = `board/${board}/board.env`;
    if (!existsSync(join(tree, file))) {
      faults.push(`${file}: is missing`);
      continue;
    }
    const values = new Map(
      listed(read(tree, file)).map((line) => {
        const [key = '', ...rest] = line.split('=');
        return [key, rest.join('=').replaceAll('"', '')] as const;
      }),
    );
    const name = values.get('COMPATIBLE') ?? '';
    if (!/^linegate-[a-z0-9-]+$/.test(name)) faults.push(`${file}: has no COMPATIBLE`);
    if (compatible.has(name))
      faults.push(`${file}: is called as ${compatible.get(name)}: each would take the other's updates`);
    compatible.set(name, board);
    if (values.get('KERNEL_MB') !== String(KERNEL_MB)) faults.push(`${file}: KERNEL_MB is not ${KERNEL_MB}`);
    for (const own of [
      'boot-head.cmd',
      'linux.fragment',
      'uboot.fragment',
      ...(values.get('BOARD_BOOT_FILES') ?? '').split(' ').filter(Boolean),
      ...(values.get('OVERLAY') ? [`${values.get('OVERLAY')}.dts`] : []),
    ])
      if (!existsSync(join(tree, 'board', board, own))) faults.push(`${file}: there is no ${own}`);
  }
  return [...faults, ...moduleFaults(tree, project), ...unitFaults(tree)];
}

/** Each module that the Debian image takes is named where the kernel of Buildroot has the same. */
function moduleFaults(tree: string, project: string): string[] {
  const named = new Set<string>();
  for (const board of folders(join(tree, 'board'))) {
    const file = join(tree, 'board', board, 'linux.fragment');
    if (!existsSync(file)) continue;
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const modules = /^# modules: (.+)$/.exec(line)?.[1]?.split(' ') ?? [];
      for (const module of modules) named.add(module);
    }
  }
  return listed(read(project, 'images/modules.txt'))
    .filter((module) => !named.has(module))
    .map((module) => `board/*/linux.fragment: nothing stands for ${module} of images/modules.txt`);
}

/** Units of ours that the list names exist in the shared overlay, and none is left out. */
function unitFaults(tree: string): string[] {
  const there = readdirSync(join(tree, 'board/common/rootfs-overlay/usr/lib/systemd/system'));
  const lines = listed(read(tree, 'board/common/units.txt')).map((line) => line.split(/\s+/));
  const faults: string[] = [];
  for (const [verb = '', unit = ''] of lines) {
    if (verb !== 'enable' && verb !== 'mask')
      faults.push(`board/common/units.txt: "${verb}" is no word of it`);
    if (unit.startsWith('linegate') && !there.includes(unit))
      faults.push(`board/common/units.txt: there is no ${unit}`);
  }
  for (const unit of there) {
    const text = read(tree, 'board/common/rootfs-overlay/usr/lib/systemd/system', unit);
    if (/^\[Install\]$/m.test(text) && !lines.some(([, name]) => name === unit))
      faults.push(`board/common/units.txt: does not say whether ${unit} is started`);
  }
  return faults;
}

/** Shell scripts of the tree can be read by a shell, and by shellcheck where there is one. */
function shellFaults(tree: string): string[] {
  const files = [
    ...readdirSync(join(tree, 'board/common'))
      .filter((name) => name.endsWith('.sh'))
      .map((name) => `board/common/${name}`),
    ...readdirSync(join(tree, 'board/common/rootfs-overlay/usr/lib/linegate')).map(
      (name) => `board/common/rootfs-overlay/usr/lib/linegate/${name}`,
    ),
  ].filter((file) => read(tree, file).startsWith('#!/bin/sh'));
  const checked = spawnSync('shellcheck', ['--version']).error === undefined;
  return files.flatMap((file) => {
    const parsed = spawnSync('sh', ['-n', join(tree, file)], { encoding: 'utf8' });
    if (parsed.status !== 0) return [`${file}: ${parsed.stderr.trim()}`];
    if (!checked) return [];
    const looked = spawnSync('shellcheck', ['--format=gcc', join(tree, file)], { encoding: 'utf8' });
    return looked.stdout.split('\n').filter(Boolean);
  });
}
