/** `buildroot/check`: the external tree, without Buildroot and, where BUILDROOT_DIR names it, with. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { treeFaults } from './tree.ts';

const tree = resolve(import.meta.dirname, '../../../buildroot');
const faults = treeFaults(tree);
const buildroot = process.env.BUILDROOT_DIR;
if (buildroot) faults.push(...byBuildroot(resolve(process.env.LINEGATE_CALLED_FROM ?? '.', buildroot)));
for (const fault of faults) console.error(fault);
const how = buildroot ? 'with Buildroot' : 'without Buildroot (give BUILDROOT_DIR=... for the rest)';
console.log(
  faults.length === 0 ? `the tree is in order, as seen ${how}` : `${faults.length} faults, as seen ${how}`,
);
process.exitCode = faults.length === 0 ? 0 : 1;

/** What Buildroot's own tools say: each defconfig comes back from savedefconfig as it is, and check-package is content. */
function byBuildroot(source: string): string[] {
  const found: string[] = [];
  for (const name of readdirSync(join(tree, 'configs')).sort()) {
    const output = mkdtempSync(join(tmpdir(), 'linegate-buildroot-'));
    const make = (...words: string[]): boolean => {
      const { status, stderr, error } = spawnSync(
        'make',
        ['-C', source, `BR2_EXTERNAL=${tree}`, `O=${output}`, ...words],
        { encoding: 'utf8' },
      );
      if (status !== 0)
        found.push(`configs/${name}: ${words[0]}: ${error?.message ?? stderr.trim().split('\n').at(-1)}`);
      return status === 0;
    };
    const saved = join(output, 'saved');
    if (make(name) && make('savedefconfig', `BR2_DEFCONFIG=${saved}`)) {
      const [ours, theirs] = [join(tree, 'configs', name), saved].map((file) =>
        readFileSync(file, 'utf8').split('\n'),
      ) as [string[], string[]];
      for (const line of ours)
        if (!theirs.includes(line)) found.push(`configs/${name}: savedefconfig leaves out ${line}`);
      for (const line of theirs)
        if (!ours.includes(line)) found.push(`configs/${name}: savedefconfig puts in ${line}`);
      if (found.length === 0 && ours.join('\n') !== theirs.join('\n'))
        found.push(`configs/${name}: savedefconfig has another order`);
    }
    rmSync(output, { recursive: true, force: true });
  }
  const files = ['Config.in', 'external.mk', 'package'].map((name) => join(tree, name));
  const checked = spawnSync(join(source, 'utils/check-package'), ['-b', ...filesIn(files)], {
    encoding: 'utf8',
  });
  if (checked.status !== 0)
    found.push(
      ...`${checked.stdout ?? ''}${checked.stderr ?? checked.error?.message ?? ''}`
        .split('\n')
        .filter(Boolean),
    );
  return found;
}

function filesIn(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    try {
      return filesIn(readdirSync(path).map((name) => join(path, name)));
    } catch {
      return [path];
    }
  });
}
