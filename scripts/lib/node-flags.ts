import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const unit = 'buildroot/board/common/rootfs-overlay/usr/lib/systemd/system/linegate.service';

/**
 * Node's options of the built daemon, as its systemd unit has them: what is run and measured here is what a box runs.
 * @throws Error if the unit does not say how the daemon is started.
 */
export function daemonNodeFlags(): string[] {
  const flags = /^ExecStart=\S*node ((?:--\S+ )*)\S+\.js /m.exec(readFileSync(join(root, unit), 'utf8'))?.[1];
  if (flags === undefined) throw new Error(`${unit} does not say how the daemon is started`);
  return flags.split(' ').filter(Boolean);
}
