import * as z from 'zod';
import { field, type Words } from '../field.ts';
import { during } from './schedule.ts';

const toHint: Words = [
  'mobile, person:anna, group:sales, port:1, device:desk, внутренний номер или номер с плюсом: +79161234567',
  'mobile, person:anna, group:sales, port:1, device:desk, an extension, or a number with +: +79161234567',
];

/** Whoever a call may be sent on to, and for how long. */
export const forwardStep = z
  .object({
    to: z
      .string()
      .min(1)
      .max(48)
      .meta(
        field(
          'Куда',
          'To',
          'Мобильный этого сотрудника, другой сотрудник, группа, телефон, меню, почта или номер снаружи.',
          "This person's mobile, somebody else, a group, a telephone, a menu, voicemail, or a number outside.",
          { hint: toHint },
        ),
      ),
    seconds: z
      .number()
      .int()
      .min(3)
      .max(180)
      .default(30)
      .meta(
        field('Сколько звонить', 'Ring for', 'Потом следующему в списке.', 'Then the next of the list.', {
          unit: 's',
        }),
      ),
    during,
  })
  .meta(field('Цель', 'Target', 'Кому и сколько звонить.', 'Who is rung, and for how long.'));

/** One target was once written as a text alone, and still may be. */
const asSteps = (value: unknown): unknown =>
  typeof value === 'string' ? (value === '' ? [] : [{ to: value }]) : value;

/** Targets in turn, each with its own time. */
export function forwardSteps(ru: string, en: string, ruHelp: string, enHelp: string) {
  return z
    .preprocess(asSteps, z.array(forwardStep).max(9))
    .default([])
    .meta(field(ru, en, ruHelp, enHelp));
}

/** Where a person's calls go, by why they did not reach the person (A01). */
export const forwarding = z
  .object({
    always: forwardSteps(
      'Всегда',
      'Always',
      'Куда идут все вызовы, телефоны сотрудника не звонят.',
      "Where every call goes; the person's telephones do not ring.",
    ),
    busy: forwardSteps(
      'Если занято',
      'When busy',
      'По очереди, если занято.',
      'One after the other when busy.',
    ),
    noAnswer: forwardSteps(
      'Если не отвечает',
      'When not answered',
      'По очереди, если не отвечает.',
      'One after the other when not answered.',
    ),
    unreachable: forwardSteps(
      'Если недоступен',
      'When unreachable',
      'По очереди, если телефона нет на связи.',
      'One after the other when the telephone is out of reach.',
    ),
    noAnswerSeconds: z
      .number()
      .int()
      .min(3)
      .max(120)
      .default(20)
      .meta(
        field('Ждать ответа', 'Wait for answer', 'До переадресации.', 'Before the call is forwarded.', {
          unit: 's',
        }),
      ),
  })
  .default({ always: [], busy: [], noAnswer: [], unreachable: [], noAnswerSeconds: 20 })
  .meta(field('Переадресация', 'Forwarding', 'Куда идут вызовы.', 'Where calls to this person go.'));

/** When the mobile rings beside the telephones in the office (M14). */
export const mobileAfter = z
  .number()
  .int()
  .min(0)
  .max(60)
  .optional()
  .meta(
    field(
      'Мобильный звонит вместе',
      'Mobile rings as well',
      'Через сколько секунд после телефонов в офисе; 0 — сразу. Пусто — только по переадресации.',
      'So many seconds after the telephones in the office; 0: at once. Empty: only by forwarding.',
      { unit: 's' },
    ),
  );

/** Nobody rings; the call goes on as if the person were busy. */
export const doNotDisturb = z
  .boolean()
  .default(false)
  .meta(
    field(
      'Не беспокоить',
      'Do not disturb',
      'Телефоны молчат, вызовы идут туда же, куда при занятом.',
      'The telephones are silent, and calls go where they go when busy.',
    ),
  );
