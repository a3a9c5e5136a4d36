import * as z from 'zod';
import { hostedKinds } from '../../dialplan/entries.ts';
import { field, type Words } from '../field.ts';

const entry = '[a-z0-9][a-z0-9-]{0,31}';

/** What every target may be; forwardings know short forms beside them. */
const kinds = `port:\\d{1,2}|(?:person|device|group|${hostedKinds.join('|')}):${entry}|office:${entry}/\\d{1,12}|number:\\+\\d{6,15}`;

const hint: Words = [
  'port:1, device:desk, person:anna, group:sales, flow:main, office:spb/205 или number:+79161234567',
  'port:1, device:desk, person:anna, group:sales, flow:main, office:spb/205 or number:+79161234567',
];

/** Somebody or something that a call may go to. */
export const target = z
  .string()
  .regex(new RegExp(`^(?:${kinds})$`))
  .meta(
    field(
      'Цель',
      'Target',
      'Гнездо, IP-телефон, сотрудник, группа, номер в другом офисе, внешний номер, а также меню, очередь, голосовая почта или комната.',
      'A socket, an IP telephone, a person, a group, an extension of another office, a number outside; or a menu, a queue, voicemail or a room.',
      { hint },
    ),
  );
