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
  /** The half of the disk it runs from. */
  slot: string;
  phase: 'idle' | 'receiving' | 'checking' | 'installing' | 'installed' | 'restarting' | 'trial';
  /** Of receiving and installing, 0 to 100. */
  percent?: number;
  /** The version that is being installed, is installed, or on trial. */
  to?: string;
  /** Why the last bundle was not taken. */
  refused?: Said;
  /** The last update was given up, and why. */
  takenBack?: { version: string; said: Said };
  /** The last update that was kept. */
  kept?: { version: string; at: number };
}

export interface UpdateAccess {
  view(): UpdateView;
  /**
   * Takes a bundle as it comes in, and begins to install it.
   * @param size bytes, if known
   * @returns false: one is being taken or installed already
   * @throws CodedError `update/no-room`
   */
  take(from: AsyncIterable<Uint8Array>, size: number | undefined, by: string): Promise<boolean>;
  /** Starts the installed system. */
  restart(): 'begun' | 'nothing-installed' | 'in-use';
}
