import * as z from 'zod';
import { field, type Words } from '../field.ts';
import { announcement } from './announcement.ts';
import { callerNumber, id, idHint } from './common.ts';

/** A reference to a step of the same flow. */
const step = (ru: string, en: string, ruHelp: string, enHelp: string) =>
  id.meta(field(ru, en, ruHelp, enHelp, { hint: idHint }));

/** The step that follows in the ordinary way. */
export const next = step('Дальше', 'Next', 'Код следующего шага.', 'Id of the step that follows.');

/** The step that follows when nothing else fits. */
export const otherwise = step(
  'Иначе',
  'Otherwise',
  'Код шага на случай, если ничего не подошло или не вышло.',
  'Id of the step that follows when nothing fitted, or it did not work.',
);

/** A step for one particular outcome; where it is missing `otherwise` has it. */
export const special = (ru: string, en: string, ruHelp: string, enHelp: string) =>
  step(ru, en, ruHelp, enHelp).optional();

/** The name under which an answer or a value is kept for the rest of the call. */
export const variable = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/)
  .meta(
    field(
      'Имя значения',
      'Name of the value',
      'Под этим именем ответ хранится до конца вызова; в текстах его вставляют так: {имя}.',
      'The answer is kept under this name until the end of the call; texts have it as {name}.',
      {
        hint: [
          'строчные латинские буквы, цифры и дефис, первая — буква',
          'lower-case letters, digits and hyphens, beginning with a letter',
        ],
      },
    ),
  );

/** One line that a value may be. */
export const valueText = z
  .string()
  .max(64)
  .regex(/^[^\p{Cc}\p{Bidi_Control}\u2028\u2029]*$/u);

const keysHint: Words = ['цифры, * и #, от 1 до 4 клавиш', 'digits, * and #, 1 to 4 keys'];

/** What is pressed to choose. */
export const keys = z
  .string()
  .regex(/^[0-9*#]{1,4}$/)
  .meta(
    field('Клавиши', 'Keys', 'Что нажать, обычно одна цифра.', 'What is pressed, mostly a single digit.', {
      hint: keysHint,
    }),
  );

/** How long a key is waited for. */
export const seconds = z
  .number()
  .int()
  .min(1)
  .max(60)
  .default(6)
  .meta(
    field(
      'Ждать клавишу',
      'Wait for a key',
      'Сколько ждать после того, как всё сказано.',
      'How long after everything has been said.',
      { unit: 's' },
    ),
  );

/** How often a caller may be wrong, or silent. */
export const tries = z
  .number()
  .int()
  .min(1)
  .max(9)
  .default(3)
  .meta(
    field(
      'Попыток',
      'Tries',
      'Столько раз можно ошибиться и столько раз промолчать, потом «Иначе».',
      'So often one may be wrong, and so often silent; then "Otherwise".',
    ),
  );

/** Numbers of callers; as in a caller's list. */
export const callerNumbers = z
  .array(callerNumber)
  .max(500)
  .default([])
  .meta(
    field(
      'Номера',
      'Numbers',
      'В любой записи; +7916* — все, что так начинаются; hidden — номер скрыт; unknown — номера нет.',
      'In any writing; +7916*: all that begin so; hidden: withheld; unknown: no number came.',
    ),
  );

/** What a step does, by kind. */
const kinds: Record<string, Words> = {
  play: ['произнести', 'say something'],
  menu: ['меню', 'menu'],
  time: ['по расписанию', 'by schedule'],
  caller: ['кто звонит', 'who calls'],
  list: ['по значению', 'by a value'],
  http: ['спросить вашу программу', 'ask a program of yours'],
  queue: ['в очередь', 'to a queue'],
  transfer: ['соединить', 'put through'],
  voicemail: ['голосовая почта', 'voicemail'],
  callback: ['заказать обратный звонок', 'order a callback'],
  record: ['записать ответ', 'keep an answer'],
  set: ['задать', 'set'],
  repeat: ['повторить', 'repeat'],
  end: ['закончить', 'end'],
};

/** The kind of a step. */
export const kind = <K extends keyof typeof kinds & string>(value: K) =>
  z
    .literal(value)
    .meta(field('Что делает', 'What it does', 'Вид шага.', 'Kind of step.', { choices: kinds }));

/** What a step says. */
export const say = (ruHelp: string, enHelp: string) =>
  announcement('Что сказать', 'What is said', ruHelp, enHelp).default('');
