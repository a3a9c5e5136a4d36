/** One package of package-lock.json (lockfile version 3). */
export interface Locked {
  version: string;
  integrity?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  os?: string[];
  cpu?: string[];
  libc?: string[];
}

export interface Lock {
  packages: Record<string, Locked>;
}

/** What a machine is, in npm's words. */
export interface Platform {
  os: string;
  cpu: string;
  libc: string;
}

/**
 * Packages that `names` need on a platform, by their path in the lock; those for other platforms are left out.
 * @throws Error if the lock lacks one, or does not say how it is known again
 */
export function closure(lock: Lock, names: readonly string[], platform: Platform): Map<string, Locked> {
  const found = new Map<string, Locked>();
  const take = (name: string, from: string, optional: boolean): void => {
    const path = placeOf(lock, name, from);
    const locked = path === undefined ? undefined : lock.packages[path];
    if (path === undefined || !locked) {
      if (optional) return;
      throw new Error(`package-lock.json lacks ${name}`);
    }
    if (found.has(path)) return;
    if (!suits(locked, platform)) {
      if (optional) return;
      throw new Error(`${name} is not for ${platform.os}, ${platform.cpu}, ${platform.libc}`);
    }
    if (!locked.integrity) throw new Error(`package-lock.json has no integrity for ${path}`);
    found.set(path, locked);
    for (const next of Object.keys(locked.dependencies ?? {})) take(next, path, false);
    for (const next of Object.keys(locked.optionalDependencies ?? {})) take(next, path, true);
  };
  for (const name of names) take(name, '', false);
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Where Node.js finds a package: in the folder of whoever needs it, or in one further up. */
function placeOf(lock: Lock, name: string, from: string): string | undefined {
  for (let base = from; ; base = base.slice(0, Math.max(0, base.lastIndexOf('/node_modules/')))) {
    const path = base === '' ? `node_modules/${name}` : `${base}/node_modules/${name}`;
    if (lock.packages[path]) return path;
    if (base === '' || !base.includes('/node_modules/')) {
      const top = `node_modules/${name}`;
      return lock.packages[top] ? top : undefined;
    }
  }
}

const suits = ({ os, cpu, libc }: Locked, platform: Platform): boolean =>
  (os?.includes(platform.os) ?? true) &&
  (cpu?.includes(platform.cpu) ?? true) &&
  (libc?.includes(platform.libc) ?? true);

/** What is installed otherwise than wanted. */
export function installedFaults(installed: Lock, wanted: ReadonlyMap<string, Locked>): string[] {
  const faults: string[] = [];
  for (const [path, { version, integrity }] of wanted) {
    const there = installed.packages[path];
    if (!there) faults.push(`${path} is missing`);
    else if (there.version !== version) faults.push(`${path} is ${there.version}, not ${version}`);
    else if (there.integrity !== integrity) faults.push(`${path} is another than package-lock.json knows`);
  }
  for (const path of Object.keys(installed.packages))
    if (!wanted.has(path)) faults.push(`${path} is nobody's`);
  return faults;
}
