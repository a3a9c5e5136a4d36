import type { CardReport, CardRequest } from '../line/remote.ts';
import type { CountryProfile } from '../media/dsp/profile.ts';
import type { MediaOptions } from '../media/options.ts';
import type { MediaReport, MediaRequest } from '../media/remote.ts';

/** Where the line card is. `unlimited`: the tty has no real baud rate (USB, pty). */
export type CardPlace =
  | { type: 'serial'; path: string; baudRate: number; unlimited?: boolean }
  | { type: 'tcp'; host: string; port: number };

/** What the worker is started with. */
export interface WorkerStart {
  /** Absent: a box without a card, for trunks only. */
  card?: CardPlace;
  profile: CountryProfile;
  media: MediaOptions;
  /** Whether to ask for real-time priority. */
  realtime: boolean;
  /** The card is fed only while call control has ticked within this time, ms (ruling 2). */
  heartbeatLimitMs: number;
  heartbeat: SharedArrayBuffer;
}

/** Something a person should know that does not stop the worker. */
export interface Warning {
  code: string;
  message: string;
}

/** Messages to the worker, all on one channel and in batches (batch.ts), so that their order is kept. */
export type ToWorker = CardRequest | MediaRequest | { type: 'close' };

/** Messages from the worker, likewise. */
export type FromWorker =
  | CardReport
  | MediaReport
  | { type: 'ready' }
  | { type: 'warning'; warning: Warning }
  | { type: 'closed' };
