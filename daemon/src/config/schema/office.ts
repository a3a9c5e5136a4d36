import * as z from 'zod';
import { field } from '../field.ts';
import {
  costCentreId,
  e164,
  e164Hint,
  enabled,
  hostPort,
  hostPortHint,
  id,
  idHint,
  name,
  numberPattern,
  numberPatternHint,
} from './common.ts';

/** SHA-256 of a certificate as OpenSSL and the page write it: 32 bytes in hexadecimal, with colons. */
const fingerprint = z
  .string()
  .regex(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/)
  .meta(
    field(
      'Отпечаток',
      'Fingerprint',
      'SHA-256 сертификата той коробки, как его показывает она сама.',
      "SHA-256 of that box's certificate, as it shows it itself.",
      {
        hint: [
          '32 байта через двоеточие, как их показывает другое устройство',
          '32 bytes with colons between them, as the other box shows them',
        ],
      },
    ),
  );

/** Another office of ours with a box of its own (M15): reached over TLS, each box known to the other by its certificate. */
export const office = z
  .object({
    id,
    name,
    enabled,
    address: hostPort
      .min(1)
      .meta(
        field(
          'Адрес',
          'Address',
          'Имя или адрес устройства в том офисе: в общей сети, через VPN или в Интернете. Порт 5061, если не указан другой.',
          'Name or address of the box in that office: on the common network, over VPN, or on the Internet. Port 5061 unless another is given.',
          { hint: hostPortHint },
        ),
      ),
    fingerprints: z
      .array(fingerprint)
      .min(1)
      .max(4)
      .meta(
        field(
          'Отпечаток сертификата',
          "Certificate's fingerprint",
          'По нему устройства узнают друг друга. Впишите здесь отпечаток того устройства, а там — отпечаток этого. Два отпечатка нужны только на время замены.',
          "The boxes know each other by it. Put that box's fingerprint here, and this box's there. Two are needed only while one is being replaced.",
        ),
      ),
    numbers: z
      .array(
        numberPattern.meta(
          field('Номера', 'Numbers', '2XX — от 200 до 299.', '2XX: 200 to 299.', { hint: numberPatternHint }),
        ),
      )
      .default([])
      .meta(
        field(
          'Номера того офиса',
          "That office's numbers",
          'Внутренние номера, которые есть там; X — любая цифра. С номерами этого офиса они не должны совпадать.',
          'The extensions over there; X is any digit. None of them may be an extension here.',
          { scope: 'next-call' },
        ),
      ),
    fallbackNumber: e164
      .optional()
      .meta(
        field(
          'Городской номер того офиса',
          "That office's outside number",
          'Если связи между офисами нет, вызов пойдёт на этот номер по обычной цене. Пусто: вызов не состоится.',
          'While there is no link between the offices calls go to this number, at the usual price. Empty: they fail.',
          { scope: 'next-call', hint: e164Hint, dialed: true },
        ),
      ),
    fallbackExtension: z
      .boolean()
      .default(false)
      .meta(
        field(
          'Донабирать внутренний',
          'Key the extension',
          'После ответа городского номера передать внутренний номер тонами: если там отвечает голосовое меню.',
          'Once the outside number has answered, key the extension: where a voice menu answers.',
          { scope: 'next-call' },
        ),
      ),
    classOfService: id
      .optional()
      .meta(
        field(
          'Наружу отсюда',
          'Out from here',
          'Куда тот офис может звонить через линии этого. Пусто: только на внутренние номера. Экстренные номера чужого офиса не набираются никогда.',
          "Where that office may call over this office's lines. Empty: extensions only. Emergency numbers are never called for another office.",
          { refersTo: 'classesOfService', hint: idHint, scope: 'next-call' },
        ),
      ),
    costCentre: costCentreId,
    maxCalls: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .default(30)
      .meta(
        field(
          'Одновременных вызовов',
          'Channels',
          'Сверх этого вызовы идут на городской номер.',
          'Beyond it calls go to the outside number.',
          { scope: 'next-call' },
        ),
      ),
    optionsSeconds: z
      .number()
      .int()
      .min(5)
      .max(3600)
      .default(15)
      .meta(
        field(
          'Проверка связи',
          'Health check',
          'Как часто проверять, что тот офис отвечает.',
          'How often the other office is asked whether it is there.',
          { unit: 's', technical: true },
        ),
      ),
  })
  .meta(
    field('Офис', 'Office', 'Другой офис с таким же устройством.', 'Another office that has such a box.'),
  );
