import type { Config, PersonConfig } from '../../config/schema.ts';
import type { Origin } from '../context.ts';

/** A telephone of ours at which something was dialed. */
export type Here = Extract<Origin, { kind: 'on-site' }>;

/** As targets and records name it: `port:1`, `device:desk`. */
export const placeOf = (at: Here): string =>
  at.device === undefined ? `port:${at.port}` : `device:${at.device}`;

/** The first person who has the telephone: the one whose rights it has, too. */
export function ownerOf(config: Config, at: Here): PersonConfig | undefined {
  return config.people.find((person) =>
    at.device === undefined ? person.ports.includes(at.port) : person.devices.includes(at.device),
  );
}

/** Who has made a change, for the history of the settings. */
export const madeBy = (at: Here): string =>
  at.device === undefined ? `code from port ${at.port}` : `code from device ${at.device}`;
