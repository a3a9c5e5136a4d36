import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';

/** A disk, partition or file as a target, as far as it matters here. */
export interface Target {
  path: string;
  /** As lsblk(8) says: `disk`, `part`, `loop`, `rom`…; `file` for a plain file. */
  type: string;
  bytes: number;
  model: string;
  removable: boolean;
  readOnly: boolean;
  /** Where it, a partition of it or what lies on those is mounted; `[SWAP]` for memory. */
  mounted: readonly string[];
  /** Of a partition: its disk. */
  parent?: string;
}

/** One line of `lsblk --json`. */
interface Listed {
  path: string;
  type: string;
  size: number;
  model: string | null;
  rm: boolean;
  hotplug: boolean;
  ro: boolean;
  mountpoints?: (string | null)[];
  children?: Listed[];
}

const COLUMNS = 'PATH,TYPE,SIZE,MODEL,RM,HOTPLUG,RO,MOUNTPOINTS';

/** What lsblk(8) says of all block devices. Partitions come after their disk. */
export function readTargets(json: string): Target[] {
  const { blockdevices } = JSON.parse(json) as { blockdevices: Listed[] };
  const mounts = (one: Listed): string[] => [
    ...(one.mountpoints ?? []).filter((place) => place !== null),
    ...(one.children ?? []).flatMap(mounts),
  ];
  const targets = (one: Listed, parent?: string): Target[] => [
    {
      ...{ path: one.path, type: one.type, bytes: one.size, model: one.model?.trim() ?? '' },
      ...{ removable: one.rm || one.hotplug, readOnly: one.ro, mounted: [...new Set(mounts(one))] },
      ...(parent === undefined ? {} : { parent }),
    },
    ...(one.children ?? []).flatMap((child) => targets(child, one.path)),
  ];
  return blockdevices.flatMap((one) => targets(one));
}

/** All block devices of this machine. @throws Error if lsblk(8) is missing */
export function allTargets(): Target[] {
  // Without --all: loop devices that hold nothing are no candidates.
  const { stdout, status, error } = spawnSync('lsblk', ['--json', '--bytes', '--output', COLUMNS], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  if (error || status !== 0) throw new Error(`lsblk cannot be run: ${error?.message ?? `status ${status}`}`);
  return readTargets(stdout);
}

/** The target that a person has named. @throws Error if there is none */
export function findTarget(path: string, targets: readonly Target[]): Target {
  const known = targets.find((target) => target.path === path);
  if (known) return known;
  const about = statSync(path, { throwIfNoEntry: false });
  if (!about) throw new Error(`there is no ${path}`);
  if (!about.isFile()) throw new Error(`${path} is neither a disk nor a file`);
  const rest = { model: 'a file', removable: true, readOnly: false, mounted: [] };
  return { path, type: 'file', bytes: about.size, ...rest };
}

/** Places that belong to the running system: whoever writes over these loses the machine. */
const SYSTEM = ['/', '/boot', '/boot/efi', '/usr', '/var', '/home', '[SWAP]'];

/**
 * Why an image of `bytes` must not go to a target; undefined if it may. What is built in may if it was named twice, the
 * disk of the running system and one in use never.
 */
export function refusal(
  target: Target,
  bytes: number,
  named: { twice: boolean } = { twice: false },
): string | undefined {
  const { path, type } = target;
  if (type === 'part')
    return `${path} is a partition: the image goes to the whole disk, ${target.parent ?? 'see --list'}`;
  if (type !== 'disk' && type !== 'loop' && type !== 'file')
    return `${path} is no disk that can be written (${type})`;
  if (target.mounted.some((place) => SYSTEM.includes(place)))
    return `${path} is the disk that this machine runs from`;
  if (target.mounted.length > 0)
    return `${path} is in use: first run umount ${target.mounted.map((place) => `'${place}'`).join(' ')}`;
  if (target.readOnly) return `${path} is write-protected: look at the switch on the card`;
  if (target.bytes === 0) return `${path} has no card in it, or is an empty file`;
  if (target.bytes < bytes) return `${path} is too small: ${size(target.bytes)}, the image is ${size(bytes)}`;
  if (!target.removable && !named.twice)
    return `${path} is built into this machine: name it a second time with --really ${path}`;
  return undefined;
}

/** `31.9 GB`, as it is printed on cards. */
export function size(bytes: number): string {
  for (const [unit, name] of [
    [1e12, 'TB'],
    [1e9, 'GB'],
    [1e6, 'MB'],
  ] as const)
    if (bytes >= unit) return `${(bytes / unit).toFixed(1)} ${name}`;
  return `${bytes} bytes`;
}
