import * as z from 'zod';
import { field, type Words } from '../field.ts';
import { days, id, name, oneLine } from './common.ts';

const timeHint: Words = ['время ЧЧ:ММ', 'a time HH:MM'];
const dateHint: Words = ['дата ГГГГ-ММ-ДД', 'a date YYYY-MM-DD'];

/** A mode as it is typed: `open` or `открыто`, or a word of the office's own. */
const mode = z.string().regex(/^[\p{L}\d][\p{L}\d -]{0,31}$/u);
const modeHint: Words = [
  'открыто, закрыто, перерыв или своё слово, например ночь',
  'open, closed, break, or a word of your own, such as night',
];

const modeField = (ru: string, en: string, ruHelp: string, enHelp: string) =>
  mode.optional().meta(field(ru, en, ruHelp, enHelp, { hint: modeHint }));

const date = (ru: string, en: string, ruHelp: string, enHelp: string) =>
  z
    .string()
    .date()
    .meta(field(ru, en, ruHelp, enHelp, { hint: dateHint }));

const from = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
  .meta(field('С', 'From', 'Начало, ЧЧ:ММ.', 'Beginning, HH:MM.', { hint: timeHint, time: true }));

const to = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/)
  .meta(
    field(
      'До',
      'To',
      'Конец, ЧЧ:ММ; раньше начала — значит на следующий день, 00:00 — в полночь.',
      'End, HH:MM; before the beginning means the next day, 00:00 is midnight.',
      { hint: timeHint, time: true },
    ),
  );

const hoursMode = modeField(
  'Режим',
  'Mode',
  'Пусто: открыто. Иначе перерыв или своё слово: ночь, дежурный. Что началось позже, то и действует.',
  'Empty: open. Else break, or a word of your own: night, on duty. What began later holds.',
);

const day = z
  .number()
  .int()
  .min(1)
  .max(7)
  .meta(field('День', 'Day', '1 понедельник … 7 воскресенье.', '1 Monday … 7 Sunday.', { choices: days }));

const weeklyHours = z
  .object({
    days: z
      .array(day)
      .min(1)
      .meta(field('Дни', 'Days', 'В какие дни недели.', 'On which days of the week.')),
    from,
    to,
    mode: hoursMode,
  })
  .meta(field('Часы', 'Hours', 'Часы одного или нескольких дней.', 'Hours of one day or several.'));

const dayHours = z
  .object({ from, to, mode: hoursMode })
  .meta(field('Часы', 'Hours', 'Часы этого дня.', 'Hours of that day.'));

const specialDay = z
  .object({
    name: oneLine.min(1).meta(field('Название', 'Name', 'Что это за день.', 'What day it is.')),
    from: date('С', 'From', 'Первый день.', 'The first day.'),
    to: date(
      'По',
      'To',
      'Последний день; пусто — один день.',
      'The last day; empty: a single one.',
    ).optional(),
    mode: modeField(
      'Режим',
      'Mode',
      'Вне часов этого дня. Пусто: закрыто.',
      'Outside the hours of that day. Empty: closed.',
    ),
    hours: z
      .array(dayHours)
      .default([])
      .meta(
        field(
          'Часы',
          'Hours',
          'Вместо обычных часов; пусто — весь день один режим.',
          'In place of the usual ones; empty: one mode all day.',
        ),
      ),
  })
  .meta(
    field('Особый день', 'Special day', 'День или период не как обычно.', 'A day or days unlike others.'),
  );

/** When an office works; see docs/schedules.md. */
export const schedule = z.object({
  id,
  name,
  weekly: z
    .array(weeklyHours)
    .default([])
    .meta(
      field(
        'Часы недели',
        'Weekly hours',
        'Вне этих часов закрыто. У дня может быть несколько промежутков, в том числе за полночь.',
        'Outside these hours it is closed. A day may have several of them, past midnight too.',
      ),
    ),
  dates: z
    .array(specialDay)
    .default([])
    .meta(
      field(
        'Особые дни',
        'Special days',
        'Сильнее недели и производственного календаря; из нескольких действует самый короткий.',
        'They stand over the week and the production calendar; of several the shortest holds.',
      ),
    ),
  holidays: z
    .enum(['none', 'ru'])
    .default('ru')
    .meta(
      field(
        'Праздники',
        'Holidays',
        'Нерабочие, сокращённые и перенесённые дни.',
        'Days off, short days and moved days.',
        {
          choices: {
            none: ['не учитывать', 'disregard'],
            ru: ['производственный календарь России', "Russia's production calendar"],
          },
        },
      ),
    ),
  holidayMode: modeField('Режим в праздник', 'Mode on holidays', 'Пусто: закрыто.', 'Empty: closed.'),
  movedDay: z
    .union([1, 2, 3, 4, 5, 6, 7].map((n) => z.literal(n)))
    .default(1)
    .meta(
      field(
        'Рабочая суббота — как',
        'A working Saturday is like a',
        'По часам какого дня недели работать в субботу или воскресенье, если на них перенесён рабочий день.',
        'By the hours of which weekday a Saturday or Sunday is worked that a working day was moved to.',
        { choices: days },
      ),
    ),
});

/** A year of the production calendar that was uploaded, or that the office has written itself. */
export const calendar = z.object({
  id,
  year: z
    .number()
    .int()
    .min(1999)
    .max(2199)
    .meta(field('Год', 'Year', 'Год календаря.', 'Year of the calendar.')),
  daysOff: z
    .array(date('День', 'Day', 'Дата.', 'A date.'))
    .max(200)
    .default([])
    .meta(
      field(
        'Нерабочие дни',
        'Days off',
        'Праздники и выходные, перенесённые на будни.',
        'Holidays, and weekdays that a day off was moved to.',
      ),
    ),
  workingDays: z
    .array(date('День', 'Day', 'Дата.', 'A date.'))
    .max(100)
    .default([])
    .meta(
      field(
        'Рабочие субботы и воскресенья',
        'Working weekend days',
        'На них перенесены рабочие дни.',
        'Working days were moved to them.',
      ),
    ),
  shortDays: z
    .array(date('День', 'Day', 'Дата.', 'A date.'))
    .max(100)
    .default([])
    .meta(field('Сокращённые дни', 'Short days', 'На час короче.', 'An hour shorter.')),
});

/** A schedule, and the modes of it that are meant. */
export const duringFields = {
  schedule: id.meta(field('Расписание', 'Schedule', 'Чьи часы.', 'Whose hours.', { refersTo: 'schedules' })),
  modes: z
    .array(
      mode.meta(field('Режим', 'Mode', 'Режим расписания.', 'A mode of the schedule.', { hint: modeHint })),
    )
    .default([])
    .meta(
      field(
        'Режимы',
        'Modes',
        'В любом из этих: открыто, закрыто, перерыв, своё слово. Пусто: открыто.',
        'In any of these: open, closed, break, a word of your own. Empty: open.',
        { hint: modeHint },
      ),
    ),
};

/** A condition on a schedule: something is so only in these modes of it. */
export const during = z
  .object(duringFields)
  .optional()
  .meta(
    field(
      'Только по расписанию',
      'By schedule only',
      'Действует, пока расписание в этих режимах. Пусто: всегда.',
      'Holds while the schedule is in these modes. Empty: always.',
    ),
  );

/** Where calls to a number go in a mode of a schedule, in place of the usual. */
export const byHours = z
  .array(
    z
      .object({
        schedule: id.meta(
          field('Расписание', 'Schedule', 'Чьи часы.', 'Whose hours.', { refersTo: 'schedules' }),
        ),
        modes: z
          .array(
            mode.meta(
              field('Режим', 'Mode', 'Режим расписания.', 'A mode of the schedule.', { hint: modeHint }),
            ),
          )
          .default([])
          .meta(
            field(
              'Режимы',
              'Modes',
              'В любом из этих: открыто, закрыто, перерыв, своё слово. Пусто: закрыто.',
              'In any of these: open, closed, break, a word of your own. Empty: closed.',
              { hint: modeHint },
            ),
          ),
        destination: id.meta(
          field('Кому звонить', 'Destination', 'Кто отвечает тогда.', 'Who is called then.', {
            refersTo: 'destinations',
          }),
        ),
      })
      .meta(field('Иначе', 'Otherwise', 'Когда и кому.', 'When and whom.')),
  )
  .default([])
  .meta(
    field(
      'По расписанию — другим',
      'By schedule to others',
      'Первое подходящее действует вместо обычного.',
      'The first that fits holds in place of the usual.',
    ),
  );

/** Codes that switch a schedule from a telephone of the office. */
export const modeCodes = z
  .array(
    z
      .object({
        code: z
          .string()
          .regex(/^[*#][0-9*#]{1,7}$/)
          .meta(
            field('Код', 'Code', 'Что набрать, например *28.', 'What is dialed, such as *28.', {
              hint: ['* или #, затем до семи знаков: *28', '* or #, then up to seven keys: *28'],
              dialed: true,
            }),
          ),
        schedule: id.meta(
          field('Расписание', 'Schedule', 'Что переключается.', 'What is switched.', {
            refersTo: 'schedules',
          }),
        ),
        mode: modeField(
          'Режим',
          'Mode',
          'На какой режим. Пусто: обратно по расписанию.',
          'To which mode. Empty: back to the schedule.',
        ),
        hours: z
          .number()
          .int()
          .min(1)
          .max(168)
          .optional()
          .meta(
            field(
              'На сколько часов',
              'For so many hours',
              'Пусто: до ближайшей смены режима по расписанию.',
              'Empty: until the schedule next changes.',
              { unit: 'h' },
            ),
          ),
      })
      .meta(field('Код', 'Code', 'Переключение расписания.', 'Switches a schedule.')),
  )
  .max(30)
  .default([])
  .meta(
    field(
      'Коды «ночь и день»',
      'Night and day codes',
      'Набираются с телефона офиса и переключают расписание; потом оно само возвращается.',
      'Dialed on a telephone of the office, they switch a schedule; it returns by itself.',
    ),
  );

/** When a person is away, and who answers instead. */
export const leave = z
  .array(
    z
      .object({
        from: date('С', 'From', 'Первый день.', 'The first day.'),
        to: date('По', 'To', 'Последний день.', 'The last day.'),
        deputy: id
          .optional()
          .meta(
            field(
              'Заместитель',
              'Deputy',
              'Кому идут вызовы. Пусто: туда же, куда при недоступности.',
              'Who gets the calls. Empty: they go where calls go when the person is unreachable.',
              { refersTo: 'people' },
            ),
          ),
      })
      .meta(field('Отпуск', 'Leave', 'С какого по какой день.', 'From which to which day.')),
  )
  .max(20)
  .default([])
  .meta(
    field(
      'Отпуск',
      'Leave',
      'В эти дни телефоны сотрудника не звонят, вызовы идут заместителю.',
      "On these days the person's telephones do not ring, and calls go to the deputy.",
    ),
  );
