import express, { type Request } from 'express';
import { codeOf } from '../base/error.ts';
import { ApiFault } from './errors.ts';

/** Five minutes of stereo at 48 kHz without compression take 58 MB: such a file is to be uploaded as something smaller. */
const limit = '30mb';

/** Types of tables: CSV, and a workbook (ECMA-376). */
export const tableTypes = [
  'text/csv',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
] as const;

/** Types under which browsers send sound files; for some they know none. */
export const soundTypes = ['audio/*', 'video/ogg', 'application/ogg', 'application/octet-stream'];

/** Takes the file of a request into memory. */
export const soundBody = express.raw({ type: soundTypes, limit });

const refusals = {
  'media/sound-unknown': 'api/sound-unknown',
  'media/sound-format': 'api/sound-format',
  'media/sound-broken': 'api/sound-broken',
  'media/sound-empty': 'api/sound-empty',
  'media/sound-long': 'api/sound-long',
  'main/prompts-full': 'api/prompts-full',
} as const;

/** Hands the file of a request on; what is wrong with it becomes an answer in both languages. */
export async function soundOf<T>(request: Request, take: (file: Buffer) => Promise<T>): Promise<T> {
  if (!Buffer.isBuffer(request.body) || request.body.length === 0) throw new ApiFault('api/sound-unknown');
  try {
    return await take(request.body);
  } catch (error) {
    const fault = refusals[codeOf(error) as keyof typeof refusals];
    throw fault ? new ApiFault(fault) : error;
  }
}
