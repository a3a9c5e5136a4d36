import * as z from 'zod';
import type { Said } from './contract.ts';

/**
 * GET /api/v1/update: where the system's update stands.
 *
 * PUT /api/v1/update takes a bundle (application/octet-stream) and answers 202 once it has it all; it is checked and
 * installed after that. POST /api/v1/update/restart starts the new system, 409 while somebody speaks.
 */
export interface UpdateView {
  /** Of the system that runs. */
  version: string;
  /** The half of the disk it runs from: A or B. */
  slot: string;
  phase: 'idle' | 'receiving' | 'checking' | 'installing' | 'installed' | 'restarting' | 'trial';
  /** Of receiving and installing, 0 to 100. */
  percent?: number;
  /** The version that is being installed, is installed, or on trial. */
  to?: string;
  /** What is installed is started at night, while nobody speaks. */
  tonight?: boolean;
  /** Why the last bundle was not taken. */
  refused?: Said;
  /** The last update was given up, and why. `seen`: somebody at the page has taken note of it. */
  takenBack?: { version: string; at: number; said: Said; seen?: boolean };
  /** The last update that was kept. */
  kept?: { version: string; at: number };
  /** The last look at the address of updates. `said`: why there is nothing new, or what was in the way. */
  looked?: { at: number; said: Said };
}

/** Body of `POST /api/v1/update/restart`. */
export const updateRestart = z.strictObject({
  when: z
    .enum(['now', 'tonight', 'not-tonight'])
    .default('now')
    .describe('`tonight`: in the hours of the settings, once nobody speaks; `not-tonight` takes that back'),
});

export interface UpdateAccess {
  view(): UpdateView;
  /**
   * Takes a bundle as it comes in, and begins to install it.
   * @param size bytes, if known
   * @returns false: one is being taken or installed already
   * @throws CodedError `update/no-room`
   */
  take(from: AsyncIterable<Uint8Array>, size: number | undefined, by: string): Promise<boolean>;
  /** Starts the installed system, or says when. */
  restart(when: z.infer<typeof updateRestart>['when']): 'begun' | 'noted' | 'nothing-installed' | 'in-use';
  /** Looks at the address of the settings at once, and takes what is newer. */
  look(): 'begun' | 'no-address' | 'busy';
  /** Somebody has read that an update was taken back. */
  seen(): void;
}
