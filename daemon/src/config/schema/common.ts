import * as z from 'zod';
import { className } from '../../dialplan/sentence.ts';
import { field, type Words } from '../field.ts';

export const idHint: Words = [
  'строчные латинские буквы, цифры и дефис, до 32 знаков',
  'lower-case letters, digits and hyphens, up to 32',
];

/** Name by which other parts of the document refer to an entry. */
export const id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/)
  .meta(
    field(
      'Код',
      'Id',
      'По нему на запись ссылаются другие настройки.',
      'Other settings refer to the entry by it.',
      {
        hint: idHint,
      },
    ),
  );

/** What a telephone can dial: digits, * and #. */
export const dialable = z.string().regex(/^[0-9*#]{1,24}$/);
export const dialableHint: Words = ['цифры, * и #, до 24 знаков', 'digits, * and #, up to 24'];

/** A number as it would be dialed by hand, or as E.164; `*` and `#` for codes. */
export const asDialed = z.string().regex(/^\+?[0-9*#]{1,24}$/);
export const asDialedHint: Words = [
  'как набирают: 88121234567, +78121234567 или 12',
  'as dialed: 88121234567, +78121234567 or 12',
];

export const e164 = z.string().regex(/^\+[1-9][0-9]{5,14}$/);
export const e164Hint: Words = [
  'номер с плюсом и кодом страны: +74951234567',
  'a number with + and the country code: +74951234567',
];

/** A server as RFC 3261 25.1 writes `hostport`: a name or address, and a port if it is not the usual one. */
export const hostPort = z
  .string()
  .regex(
    /^(?:(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9][A-Za-z0-9._-]*)(?::\d{1,5})?|[0-9a-fA-F]*(?::[0-9a-fA-F.]*){2,8})$/,
  )
  .max(255);
export const hostPortHint: Words = [
  'имя или адрес сервера, можно с портом: sip.example.ru или 203.0.113.5:5060',
  'name or address of a server, with a port or without: sip.example.com or 203.0.113.5:5060',
];

/** Where calls may come from: a name, an address, or a whole subnet of addresses. */
export const peer = z
  .string()
  .regex(/^(?:[A-Za-z0-9][A-Za-z0-9._-]*|[0-9a-fA-F]*(?::[0-9a-fA-F.]*){2,8})(?:\/\d{1,3})?$/)
  .max(64);
export const peerHint: Words = [
  'имя, адрес или подсеть: 203.0.113.5 или 203.0.113.0/24',
  'a name, an address or a subnet: 203.0.113.5 or 203.0.113.0/24',
];

/** A name that goes into a SIP header: nothing in it may end the header or a quoted string. */
export const account = z
  .string()
  .regex(/^[^\s\p{Cc}"<>]*$/u)
  .max(64);
export const accountHint: Words = ['имя без пробелов и кавычек', 'a name without spaces and quotes'];

export const portNumber = z.number().int().min(1).max(16);

/** A name on one line: it stands in lists, logs and SIP headers, and on the displays of telephones. */
export const oneLine = z
  .string()
  .regex(/^[^\p{Cc}\p{Bidi_Control}\u2028\u2029]*$/u)
  .max(64);
export const oneLineHint: Words = ['текст в одну строку', 'a text on one line'];

/** The name people know an entry by. */
export const name = oneLine.min(1).meta(
  field('Название', 'Name', 'Как это называется у вас.', 'What you call it.', {
    scope: 'at-once',
    hint: oneLineHint,
  }),
);

export const enabled = z
  .boolean()
  .default(true)
  .meta(
    field(
      'Включено',
      'Enabled',
      'Выключенное не используется, но не теряется.',
      'What is off is not used, and not lost.',
    ),
  );

/** Extensions elsewhere: digits, `X` for any one; at most three of those, so that a pattern is a thousand numbers. */
export const numberPattern = z.string().regex(/^(?=[0-9X]{1,12}$)[0-9]*(?:X[0-9]*){0,3}$/);
export const numberPatternHint: Words = ['цифры и до трёх X: 2XX', 'digits and up to three X: 2XX'];

/** Toll classes in the order of a class of service (analog-lines 5.2). Emergency is no class: it is never refused. */
export const tollClasses = [
  'internal',
  'local',
  'zone',
  'national',
  'mobile',
  'free',
  'special',
  'cis',
  'international',
  'premium',
] as const;

const tollClassNames: Record<string, Words> = Object.fromEntries(
  tollClasses.map((kind) => [kind, [className(kind).ru, className(kind).en] as const]),
);

export const tollClass = z
  .enum(tollClasses)
  .meta(field('Вид вызова', 'Toll class', 'Вид вызова.', 'A class of calls.', { choices: tollClassNames }));

/** A reference to a class of service. */
export const classOfServiceId = id.meta(
  field(
    'Класс обслуживания',
    'Class of service',
    'Куда отсюда можно звонить.',
    'Where calls may go from here.',
    { refersTo: 'classesOfService', hint: idHint, scope: 'next-call' },
  ),
);

/** A reference to a cost centre. */
export const costCentreId = id.optional().meta(
  field('Центр затрат', 'Cost centre', 'На кого записывать расходы.', 'Whom the cost is charged to.', {
    refersTo: 'costCentres',
    hint: idHint,
    scope: 'next-call',
  }),
);

export const timeRuleIds = z.array(
  id.meta({ ...field('Правило', 'Rule', 'Правило времени.', 'A time rule.'), refersTo: 'timeRules' }),
);

/** Of a telephone: who it calls does not see by whom. */
export const hideNumber = z
  .boolean()
  .default(false)
  .meta(
    field(
      'Скрывать номер',
      'Hide the number',
      'Вызываемый не видит, кто звонит; экстренные службы видят. Для одного вызова есть код в разделе «Набор».',
      'The called do not see who calls; emergency services do. For a single call there is a code under Dialing.',
      { scope: 'next-call' },
    ),
  );

/** How digits of a call go to a SIP peer; `ru` and `en`: the help. */
export const digitWay = (ru: string, en: string) =>
  z
    .enum(['auto', 'inband', 'info'])
    .default('auto')
    .meta(
      field('Тональный набор', 'DTMF', ru, en, {
        scope: 'next-call',
        choices: {
          auto: [
            'событиями RTP, а если их не понимают — тонами',
            'RTP events, or tones where they are not taken',
          ],
          inband: ['всегда тонами в звуке', 'always tones in the audio'],
          info: ['запросами SIP INFO', 'SIP INFO requests'],
        },
        technical: true,
      }),
    );

/** The beginning of numbers that something holds for. */
export const numberPrefix = z
  .string()
  .regex(/^[0-9]{1,15}$/)
  .meta(
    field('Начало номера', 'Prefix', 'С кодом страны, без +.', 'E.164 digits without +.', {
      hint: ['только цифры, до 15', 'digits only, up to 15'],
    }),
  );

/** Days of the week as schedules and time rules number them (ISO 8601), in words. */
export const days: Record<string, Words> = {
  '1': ['пн', 'Mon'],
  '2': ['вт', 'Tue'],
  '3': ['ср', 'Wed'],
  '4': ['чт', 'Thu'],
  '5': ['пт', 'Fri'],
  '6': ['сб', 'Sat'],
  '7': ['вс', 'Sun'],
};

/** A caller as lists of numbers name one: a number or its beginning, or that there is none. */
export const callerNumber = z
  .string()
  .min(1)
  .max(32)
  .regex(/^(?:hidden|unknown|\+?[\d() -]{1,24}\*?)$/)
  .meta(
    field('Номер', 'Number', 'Номер звонящего.', "A caller's number.", {
      hint: [
        'номер, начало номера со звёздочкой (+7916*), hidden или unknown',
        'a number, its beginning with an asterisk (+7916*), hidden or unknown',
      ],
    }),
  );
