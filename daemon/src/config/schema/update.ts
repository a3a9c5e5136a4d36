import * as z from 'zod';
import { field } from '../field.ts';

const timeOfDay = (fallback: string, ru: string, en: string, ruHelp: string, enHelp: string) =>
  z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .default(fallback)
    .meta(field(ru, en, ruHelp, enHelp, { time: true, hint: ['время ЧЧ:ММ', 'a time HH:MM'] }));

/** When the box updates itself, and from where. On a computer with a system of its own that system's means do it. */
export const update = z
  .object({
    automatic: z
      .boolean()
      .default(false)
      .meta(
        field(
          'Обновлять автоматически',
          'Update by itself',
          'Ночью устройство ищет новую версию, ставит её и перезапускается, когда никто не говорит. Если новая не заработает, вернётся прежняя.',
          'At night the box looks for a new version, installs it and restarts while nobody speaks. If the new one does not work, the one before comes back.',
        ),
      ),
    from: timeOfDay('02:00', 'Ночь с', 'Night from', 'Не раньше этого времени.', 'Not before this time.'),
    to: timeOfDay(
      '05:00',
      'Ночь до',
      'Night to',
      'Не позже этого времени; раньше начала — на следующее утро.',
      'Not after this time; before the beginning means the next morning.',
    ),
    url: z
      .string()
      .max(500)
      .regex(/^(?:https?:\/\/[A-Za-z0-9[][^\s]*)?$/)
      .default('')
      .meta(
        field(
          'Где искать обновления',
          'Where updates are',
          'Адрес списка версий. Пусто: обновления только из файла. Подпись проверяется, откуда бы файл ни взялся.',
          'Address of the list of versions. Empty: updates from a file only. The signature is checked wherever a file comes from.',
          {
            hint: [
              'адрес, например https://example.ru/updates.json',
              'an address such as https://example.com/updates.json',
            ],
          },
        ),
      ),
  })
  .prefault({})
  .meta(
    field(
      'Обновления',
      'Updates',
      'Когда и откуда обновляется устройство.',
      'When the box updates itself, and from where.',
      {
        scope: 'at-once',
      },
    ),
  );
