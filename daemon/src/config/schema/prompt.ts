import * as z from 'zod';
import { announcement } from './announcement.ts';
import { id, name } from './common.ts';

/** A recording of the office's own, whose sound lies beside the configuration (M01). */
export const prompt = z.object({
  id,
  name,
  text: announcement(
    'Текст',
    'Text',
    'Его произносит само устройство, пока запись не загружена.',
    'Spoken by the box itself until a recording has been uploaded.',
  ).default(''),
});
