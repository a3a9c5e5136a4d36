import type { Config } from '../config/schema.ts';
import type { CardPlace } from '../worker/media-host.ts';

/** Where the line card is: the command line stands over the configuration. */
export function cardPlace(line: string | undefined, config: Config): CardPlace {
  const path = line ?? config.card.path;
  const tcp = /^tcp:(.+):(\d+)$/.exec(path);
  if (tcp) return { type: 'tcp', host: tcp[1]!, port: Number(tcp[2]) };
  // A pty has no baud rate of its own; the simulator's is unlimited.
  const unlimited = line !== undefined;
  return { type: 'serial', path, baudRate: config.card.baudRate, unlimited };
}
