import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const unit = 'buildroot/board/common/rootfs-overlay/usr/lib/systemd/system/linegate.service';

/** How the built daemon is started: Node's options, and what the environment must hold for it. */
export interface DaemonStart {
  nodeArguments: string[];
  env: NodeJS.ProcessEnv;
}

/**
 * The daemon's start as its systemd unit has it: what is run and measured here is what a box runs.
 * @throws Error if the unit does not say how the daemon is started.
 */
export function daemonStart(): DaemonStart {
  const text = readFileSync(join(root, unit), 'utf8');
  const flags = /^ExecStart=\S*node ((?:--\S+ )*)\S+\.js /m.exec(text)?.[1];
  if (flags === undefined) throw new Error(`${unit} does not say how the daemon is started`);
  const environment = [...text.matchAll(/^Environment=(\w+)=(.*)$/gm)].map(([, name, value]) => [
    name,
    value,
  ]);
  return {
    nodeArguments: flags.split(' ').filter(Boolean),
    env: { ...process.env, ...Object.fromEntries(environment) },
  };
}
