import type { Readable } from 'node:stream';
import * as z from 'zod';
import type { ConfigOutcome, Said } from './contract.ts';

const passphrase = z
  .string()
  .min(10)
  .max(256)
  .describe('Opens the passwords in the file. It is kept nowhere');

/** Body of `POST /api/v1/backup`: a backup with the passwords of trunks and devices, encrypted. */
export const backupOrder = z.strictObject({ passphrase });

/** Body of `POST /api/v1/restore` as JSON: restores the file that was checked before. */
export const restoreOrder = z.strictObject({
  id: z.string().min(1).max(64).describe('What `POST /api/v1/restore?check=1` has answered'),
  passphrase: passphrase.min(1).optional().describe('Without it the passwords in the file are left out'),
});
export type RestoreOrder = z.infer<typeof restoreOrder>;

/** What is in a backup. */
export interface BackupContents {
  sockets: number;
  people: number;
  trunks: number;
  numbers: number;
  pins: number;
  accounts: number;
  prompts: number;
  music: boolean;
  rates: number;
  contacts: boolean;
}

/** Answer of `POST /api/v1/restore?check=1`; nothing has been changed. */
export interface RestoreView {
  id: string;
  /** When the file will be forgotten. */
  expiresAt: number;
  madeAt: number;
  /** Release that made it. */
  version: string;
  /** Name of the office it was made in. */
  name: string;
  has: BackupContents;
  /** It holds passwords, for whoever knows the passphrase. */
  sealed: boolean;
  /** What would become different. */
  changes: ConfigOutcome['changes'];
  /** What does not fit this box. */
  warnings: Said[];
  /** What would have to be typed again: passwords (if the passphrase is not given) and PINs. */
  again: Said[];
}

/** Answer of `POST /api/v1/restore`. */
export interface RestoreResult {
  revision: number;
  warnings: Said[];
  /** What has to be typed again. */
  again: Said[];
  /** Some of it holds only after a restart of the box. */
  restart: boolean;
}

/** Of `POST /api/v1/restore`: the first with `?check=1`. */
export type RestoreAnswer = RestoreView | RestoreResult;

/** A backup to be sent. */
export interface BackupFile {
  name: string;
  bytes: number;
  content: Readable;
}

/** Backup and restore; from main/backup/. @throws CodedError `backup/...` of every refusal */
export interface BackupAccess {
  make(passphrase?: string): Promise<BackupFile>;
  /** Takes a file in and says what it would do. */
  check(file: Readable): Promise<RestoreView>;
  /** All of it or nothing. */
  restore(order: RestoreOrder, by: string): Promise<RestoreResult>;
}
