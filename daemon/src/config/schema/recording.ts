import * as z from 'zod';
import { field } from '../field.ts';
import { id } from './common.ts';

/** Which calls are recorded, how, and how long the files are kept. */
export const recording = z
  .object({
    calls: z
      .enum(['none', 'outside', 'incoming', 'outgoing', 'all'])
      .default('none')
      .meta(
        field(
          'Записывать разговоры',
          'Record calls',
          'Экстренные вызовы и факсы не записываются никогда.',
          'Emergency calls and faxes are never recorded.',
          {
            choices: {
              none: ['не записывать', 'none'],
              outside: ['все с городом и операторами', 'all with the outside'],
              incoming: ['входящие', 'incoming'],
              outgoing: ['исходящие', 'outgoing'],
              all: ['все, и внутренние тоже', 'all, internal ones too'],
            },
          },
        ),
      ),
    telephones: z
      .array(z.number().int().min(1).max(16))
      .default([])
      .meta(
        field(
          'И все разговоры этих телефонов',
          'And all calls of these telephones',
          'Записываются, что бы ни было выбрано выше.',
          'They are recorded whatever is chosen above.',
          { refersTo: 'telephones' },
        ),
      ),
    trunks: z
      .array(z.string())
      .default([])
      .meta(
        field(
          'И все разговоры через этих операторов',
          'And all calls over these trunks',
          'Записываются, что бы ни было выбрано выше.',
          'They are recorded whatever is chosen above.',
          { refersTo: 'trunks' },
        ),
      ),
    people: z
      .array(
        id.meta(
          field('Сотрудник', 'Person', 'Чьи разговоры записываются.', 'Whose calls are recorded.', {
            refersTo: 'people',
          }),
        ),
      )
      .default([])
      .meta(
        field(
          'И все разговоры этих людей',
          'And all calls of these people',
          'С любого их телефона, и переадресованные на мобильный тоже.',
          'From any of their telephones, and those forwarded to their mobile too.',
          { refersTo: 'people' },
        ),
      ),
    destinations: z
      .array(
        id.meta(
          field('Кому звонили', 'Destination', 'Куда пришёл вызов.', 'Where the call came to.', {
            refersTo: 'destinations',
          }),
        ),
      )
      .default([])
      .meta(
        field(
          'И все входящие сюда',
          'And all incoming calls to these',
          'Кто бы ни ответил.',
          'Whoever answers.',
          { refersTo: 'destinations' },
        ),
      ),
    groups: z
      .array(
        id.meta(
          field('Группа', 'Group', 'Чьи вызовы записываются.', 'Whose calls are recorded.', {
            refersTo: 'groups',
          }),
        ),
      )
      .default([])
      .meta(
        field(
          'И все вызовы этих групп',
          'And all calls to these groups',
          'Снаружи и изнутри, кто бы ни ответил.',
          'From outside and inside, whoever answers.',
          { refersTo: 'groups' },
        ),
      ),
    exceptPeople: z
      .array(
        id.meta(
          field('Сотрудник', 'Person', 'Чьи разговоры не записываются.', 'Whose calls are not recorded.', {
            refersTo: 'people',
          }),
        ),
      )
      .default([])
      .meta(
        field(
          'Кроме разговоров этих людей',
          'Except calls of these people',
          'Сами они могут включить запись кодом.',
          'They may begin a recording themselves, by the code.',
          { refersTo: 'people' },
        ),
      ),
    code: z
      .string()
      .regex(/^(?:[*#][0-9*#]{1,3})?$/)
      .default('')
      .meta(
        field(
          'Код записи во время разговора',
          'Code to record during a call',
          'Сотрудник набирает его в разговоре, чтобы начать запись; ещё раз — чтобы закончить. Оба слышат, что записывается. Пусто — нельзя.',
          'Staff key it during a call to begin a recording, and once more to end it. Both parties hear of it. Empty: no such code.',
          {
            hint: ['* или #, затем до трёх знаков: *1', '* or #, then up to three keys: *1'],
            dialed: true,
          },
        ),
      ),
    pauseByCode: z
      .boolean()
      .default(false)
      .meta(
        field(
          'Тем же кодом приостанавливать',
          'The code pauses, too',
          'Запись, начатую по правилам выше, код приостанавливает и продолжает: в файле на это время тишина.',
          'It pauses a recording begun by the rules above, and goes on with it: the file is silent meanwhile.',
        ),
      ),
    format: z
      .enum(['wav', 'opus'])
      .default('wav')
      .meta(
        field(
          'Формат',
          'Format',
          'Час разговора занимает 115 МБ в WAV и около 18 МБ в Opus.',
          'An hour of talk takes 115 MB as WAV and some 18 MB as Opus.',
          { choices: { wav: ['WAV', 'WAV'], opus: ['Opus', 'Opus'] } },
        ),
      ),
    keepDays: z
      .number()
      .int()
      .min(1)
      .max(3650)
      .default(90)
      .meta(
        field(
          'Хранить записи разговоров',
          'Keep recordings',
          'Дней; потом файл удаляется.',
          'Days; the file is deleted after that.',
        ),
      ),
    maxMegabytes: z
      .number()
      .int()
      .min(10)
      .max(10_000_000)
      .default(4000)
      .meta(
        field(
          'Место для записей, МБ',
          'Space for recordings, MB',
          'Когда оно занято, удаляются самые старые.',
          'When it is used up, the oldest are deleted.',
        ),
      ),
    minFreeMegabytes: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .default(500)
      .meta(
        field(
          'Оставлять свободным на диске, МБ',
          'Keep free on the disk, MB',
          'Если свободного меньше, разговоры идут, но не записываются.',
          'With less than that calls go on, but are not recorded.',
          { technical: true },
        ),
      ),
    encrypt: z
      .boolean()
      .default(false)
      .meta(
        field(
          'Шифровать файлы',
          'Encrypt the files',
          'Слушать и скачивать их можно только через эту страницу. Ключ не покидает устройство: на другом записи не прочесть.',
          'They can be heard and downloaded through this page only. The key never leaves the box: no other reads them.',
        ),
      ),
  })
  .prefault({})
  .meta(
    field(
      'Запись разговоров',
      'Call recording',
      'Оба собеседника перед разговором слышат, что он записывается. Предупредите сотрудников и спросите юриста, какое согласие нужно.',
      'Before they talk both parties hear that the call is recorded. Tell your staff, and ask a lawyer what consent you need.',
      { scope: 'next-call' },
    ),
  );
