import * as z from 'zod';
import { field, type Words } from '../field.ts';
import { enabled, id, name } from './common.ts';

/** What programs of the office can be told of, and how that is called. */
export const eventKinds = {
  'call.ringing': ['кому-то звонят', 'somebody is being called'],
  'call.answered': ['на вызов ответили', 'a call was answered'],
  'call.ended': ['вызов закончился', 'a call is over'],
  'call.missed': ['вызов пропущен', 'a call was missed'],
  'recording.ready': ['запись разговора готова', 'a recording is ready'],
  'voicemail.left': ['оставлено голосовое сообщение', 'a voice message was left'],
  'alarm.raised': ['появилось предупреждение', 'an alarm was raised'],
  'alarm.cleared': ['предупреждение снято', 'an alarm is over'],
} as const satisfies Record<string, Words>;
export type EventKind = keyof typeof eventKinds;
export const eventKindNames = Object.keys(eventKinds) as [EventKind, ...EventKind[]];

const kind = z
  .enum(eventKindNames)
  .meta(field('Событие', 'Event', 'О чём сообщать.', 'What to tell of.', { choices: eventKinds }));

/** A program of the office that is told of what happens (O11). */
export const webhook = z.object({
  id,
  name,
  url: z
    .string()
    .max(1024)
    .regex(/^https?:\/\/(?:[A-Za-z0-9][A-Za-z0-9._-]*|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?(?:[/?][!-~]*)?$/)
    .meta(
      field(
        'Адрес',
        'Address',
        'Куда отправлять. Имени из вашей сети нужен ещё адрес или подсеть в разделе «Запросы к вашим программам».',
        'Where to send. A name of your own network needs its address or subnet under "Requests to your programs", too.',
        {
          hint: [
            'адрес целиком: https://crm.example.ru/hook',
            'a whole address: https://crm.example.com/hook',
          ],
        },
      ),
    ),
  secret: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/)
    .meta(
      field(
        'Ключ подписи',
        'Signing secret',
        'Им подписано каждое сообщение; программа проверяет подпись тем же ключом.',
        'Every message is signed with it; the program checks the signature with the same one.',
        {
          secret: true,
          hint: ['whsec_ и не меньше 32 знаков base64', 'whsec_ and at least 32 characters of base64'],
        },
      ),
    ),
  kinds: z
    .array(kind)
    .max(eventKindNames.length)
    .default([])
    .meta(
      field(
        'О чём сообщать',
        'What to tell of',
        'Ничего не выбрано — обо всём.',
        'Nothing chosen: of everything.',
      ),
    ),
  verify: z
    .boolean()
    .default(true)
    .meta(
      field(
        'Проверять сертификат',
        'Check the certificate',
        'Выключайте только для своей программы с самодельным сертификатом.',
        'Switch it off only for a program of your own with a certificate of its own making.',
        { technical: true },
      ),
    ),
  enabled,
});
