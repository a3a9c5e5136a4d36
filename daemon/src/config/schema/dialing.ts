import * as z from 'zod';
import { field, type Words } from '../field.ts';
import {
  asDialed,
  asDialedHint,
  days,
  dialable,
  dialableHint,
  id,
  name,
  timeRuleIds,
  tollClass,
} from './common.ts';
import { codes } from './feature-codes.ts';
import { during, modeCodes } from './schedule.ts';
import { limits } from './spending.ts';

const areaCode = z
  .string()
  .regex(/^[0-9]{3,5}$/)
  .meta(
    field('Код города', 'Area code', 'Без 8.', 'Without the 8.', {
      hint: ['от 3 до 5 цифр', '3 to 5 digits'],
    }),
  );

/** By default those of mobile networks (3GPP TS 22.030 annex B: 31 is CLIR). */
const presentationCode = z.string().regex(/^(?:[*#][0-9*#]{1,5})?$/);
const presentationHint: Words = ['* или #, затем до пяти знаков: #31#', '* or #, then up to five keys: #31#'];

export const dialing = z
  .object({
    profile: z
      .enum(['ru-8', 'ru-0'])
      .default('ru-8')
      .meta(
        field(
          'План набора',
          'Numbering profile',
          'Префиксы 8 и 8-10 или 0 и 00.',
          'Prefixes 8 and 8-10, or 0 and 00.',
          { choices: { 'ru-8': ['8 и 8-10', '8 and 8-10'], 'ru-0': ['0 и 00', '0 and 00'] } },
        ),
      ),
    country: z
      .enum(['ru', 'eu', 'us'])
      .default('ru')
      .meta(
        field('Страна', 'Country', 'Какие гудки слышны в трубке.', 'Which call-progress tones are played.', {
          scope: 'restart-port',
          choices: { ru: ['Россия', 'Russia'], eu: ['Европа', 'Europe'], us: ['США', 'USA'] },
        }),
      ),
    holdSound: z
      .enum(['music', 'tone'])
      .default('music')
      .meta(
        field(
          'Что слышно на удержании',
          'What is heard on hold',
          'Музыку можно заменить своей: «Запись и музыка».',
          'The music can be replaced with your own: "Recording and music".',
          { choices: { music: ['музыка', 'music'], tone: ['редкий гудок', 'a beep now and then'] } },
        ),
      ),
    secondFlash: z
      .enum(['conference', 'return'])
      .default('conference')
      .meta(
        field(
          'Второе нажатие «флеш» в консультации',
          'Second flash in a consultation',
          'Когда коллега ответил: соединить всех троих или вернуться к первому собеседнику. Третье нажатие отпускает коллегу.',
          'Once the colleague has answered: join all three, or go back to the first party. A third flash lets the colleague go.',
          {
            choices: {
              conference: ['разговор втроём', 'talk of three'],
              return: ['вернуться', 'go back'],
            },
          },
        ),
      ),
    hangUpTransfers: z
      .boolean()
      .default(true)
      .meta(
        field(
          'Перевод вызова отбоем',
          'Hanging up transfers',
          'Кто положит трубку, держа одного и вызвав другого, соединяет их. Нет — оба разговора кончаются.',
          'Whoever hangs up with one held and another called puts the two together. No: both calls end.',
        ),
      ),
    parkSeconds: z
      .number()
      .int()
      .min(10)
      .max(3600)
      .default(90)
      .meta(
        field(
          'Сколько ждать на парковке',
          'Longest parking',
          'Если вызов никто не взял, он звонит тому, кто его поставил.',
          'A parked call that nobody takes rings whoever has parked it.',
          { unit: 's' },
        ),
      ),
    areaCodes: z
      .array(areaCode)
      .min(1)
      .default(['495', '499'])
      .meta(
        field(
          'Коды города',
          'Area codes',
          'Свои коды; к первому относится номер, набранный без кода.',
          "The office's area codes; a number without a code belongs to the first.",
        ),
      ),
    localLength: z
      .number()
      .int()
      .min(5)
      .max(7)
      .default(7)
      .meta(
        field(
          'Длина городского номера',
          'Local number length',
          'Сколько цифр в номере без кода города.',
          'Digits of a local number dialed without its area code.',
          { unit: 'digits' },
        ),
      ),
    transferCode: z
      .string()
      .regex(/^(?:[*#][0-9*#]{1,3})?$/)
      .default('*2')
      .meta(
        field(
          'Код перевода вызова',
          'Transfer code',
          'Его набирают в разговоре на мобильном, чтобы перевести вызов; ещё раз — вернуться. Пусто — нельзя.',
          'Keyed during a call on a mobile to transfer it; once more to come back. Empty: no such code.',
          {
            scope: 'next-call',
            hint: ['* или #, затем до трёх знаков: *2', '* or #, then up to three keys: *2'],
            dialed: true,
          },
        ),
      ),
    hideCode: presentationCode
      .default('#31#')
      .meta(
        field(
          'Код «скрыть номер»',
          'Code to hide the number',
          'Набирается перед номером: в этом вызове номер не показывается. Сам по себе — во всех вызовах с этого телефона. Пусто — нельзя.',
          'Dialed before a number: it hides the caller in this call. Alone: in all calls from this telephone. Empty: no such code.',
          { hint: presentationHint, dialed: true },
        ),
      ),
    showCode: presentationCode
      .default('*31#')
      .meta(
        field(
          'Код «показать номер»',
          'Code to show the number',
          'То же наоборот: для телефона, чей номер скрыт.',
          'The opposite, for a telephone whose number is hidden.',
          { hint: presentationHint, dialed: true },
        ),
      ),
    modeCodes,
    codes,
    observeCode: z
      .string()
      .regex(/^(?:[*#][0-9*#]{1,5})?$/)
      .default('')
      .meta(
        field(
          'Код подключения к разговору',
          'Code to take part in a call',
          'За ним набирают внутренний номер того, чей разговор слушать: *5512. Право даётся сотруднику в разделе «Люди». Пусто — нельзя.',
          "Behind it the extension whose call is meant: *5512. The right to it is a person's, under People. Empty: no such code.",
          {
            hint: ['* или #, затем до пяти знаков: *55', '* or #, then up to five keys: *55'],
            dialed: true,
          },
        ),
      ),
    extensionLength: z
      .object({
        min: z
          .number()
          .int()
          .min(2)
          .max(5)
          .meta(
            field('От', 'From', 'Самый короткий внутренний номер.', 'Shortest extension.', {
              unit: 'digits',
            }),
          ),
        max: z
          .number()
          .int()
          .min(2)
          .max(5)
          .meta(
            field('До', 'To', 'Самый длинный внутренний номер.', 'Longest extension.', { unit: 'digits' }),
          ),
      })
      .default({ min: 2, max: 4 })
      .meta(
        field(
          'Длина внутренних номеров',
          'Extension length',
          'Сколько цифр.',
          'How many digits extensions have.',
        ),
      ),
    firstDigitMs: z
      .number()
      .int()
      .min(1000)
      .max(60000)
      .default(16000)
      .meta(
        field(
          'Ожидание первой цифры',
          'Wait for the first digit',
          'Потом вместо гудка звучит «занято».',
          'Then dial tone gives way to the busy tone.',
          { unit: 'ms', technical: true },
        ),
      ),
    interDigitMs: z
      .number()
      .int()
      .min(500)
      .max(20000)
      .default(5000)
      .meta(
        field(
          'Ожидание следующей цифры',
          'Wait for the next digit',
          'Пока номер ещё не полон.',
          'While the number is not complete yet.',
          { unit: 'ms', technical: true },
        ),
      ),
    matchMs: z
      .number()
      .int()
      .min(200)
      .max(10000)
      .default(3000)
      .meta(
        field(
          'Ожидание, если номер может продолжиться',
          'Wait when the number may go on',
          'Номер уже верен, но бывает и длиннее.',
          'What was dialed is a number already, but might go on.',
          { unit: 'ms', technical: true },
        ),
      ),
    secondDialTone: z
      .boolean()
      .default(false)
      .meta(
        field(
          'Второй гудок после 8',
          'Second dial tone',
          'После 8 снова звучит гудок, как на городской станции.',
          'After the long-distance prefix dial tone sounds again, as city exchanges do it.',
        ),
      ),
  })
  .prefault({})
  .meta(
    field('Набор номера', 'Dialing', 'Коды, длины и паузы набора.', 'Codes, lengths and pauses of dialing.', {
      scope: 'next-call',
    }),
  );

const timeOfDay: Words = ['время ЧЧ:ММ', 'a time HH:MM'];

export const timeRule = z.object({
  id,
  name,
  days: z
    .array(
      z
        .number()
        .int()
        .min(1)
        .max(7)
        .meta(
          field('День', 'Day', '1 понедельник … 7 воскресенье.', '1 Monday … 7 Sunday.', { choices: days }),
        ),
    )
    .min(1)
    .meta(field('Дни', 'Days', '1 понедельник … 7 воскресенье.', '1 Monday … 7 Sunday.')),
  from: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .meta(field('С', 'From', 'Начало, ЧЧ:ММ.', 'Beginning, HH:MM.', { hint: timeOfDay, time: true })),
  to: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/)
    .meta(
      field(
        'До',
        'To',
        'Конец, ЧЧ:ММ; раньше начала — значит на следующий день.',
        'End, HH:MM; before the beginning means the next day.',
        { hint: timeOfDay, time: true },
      ),
    ),
});

export const classOfService = z.object({
  id,
  name,
  allow: z
    .array(tollClass)
    .meta(field('Разрешено', 'Allowed', 'Какие вызовы разрешены.', 'Toll classes that may be called.')),
  pinFor: z
    .array(tollClass)
    .default([])
    .meta(
      field(
        'По ПИН-коду',
        'With a PIN',
        'Для этих вызовов спрашивается ПИН-код, и решает уже его класс.',
        'Toll classes that ask for a PIN, whose own class then decides.',
      ),
    ),
  when: timeRuleIds
    .default([])
    .meta(
      field(
        'Когда',
        'When',
        'Пусто: всегда. Вне этого времени — только внутренние, бесплатные и справочные.',
        'Empty: always. Outside these times only internal, free and special calls go.',
        { refersTo: 'timeRules' },
      ),
    ),
  during,
});

export const costCentre = z.object({
  id,
  name,
  code: z
    .string()
    .regex(/^[0-9]{1,10}$/)
    .optional()
    .meta(
      field(
        'Код учёта',
        'Itemised code',
        'Его присылает АТС вместе с номером (itemised billing code).',
        'Sent by a PBX along with the number (itemised billing code).',
        { hint: ['до 10 цифр', 'up to 10 digits'], technical: true },
      ),
    ),
  limits,
});

export const speedDial = z.object({
  id,
  name,
  code: dialable.meta(
    field('Короткий номер', 'Code', 'Что набирать: 51 или *1.', 'What is dialed: 51 or *1.', {
      hint: dialableHint,
      dialed: true,
    }),
  ),
  number: asDialed.meta(
    field(
      'Номер',
      'Number',
      'Что на самом деле вызывается; права нужны те же, что и для самого номера.',
      'What is really called; it takes the same rights as the number itself.',
      { hint: asDialedHint, dialed: true },
    ),
  ),
});
