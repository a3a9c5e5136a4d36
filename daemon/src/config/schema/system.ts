import * as z from 'zod';
import { field } from '../field.ts';
import { e164, e164Hint, hostPort, hostPortHint, oneLine, oneLineHint } from './common.ts';

export const site = z
  .object({
    name: oneLine.default('').meta(
      field('Название офиса', 'Site name', 'Показывается на странице.', 'Shown on the page.', {
        hint: oneLineHint,
      }),
    ),
    language: z
      .enum(['ru', 'en'])
      .default('ru')
      .meta(
        field('Язык', 'Language', 'Язык страницы и сообщений.', 'Language of the page and of messages.', {
          choices: { ru: ['русский', 'Russian'], en: ['английский', 'English'] },
        }),
      ),
    timeZone: z
      .string()
      .default('Europe/Moscow')
      .meta(
        field(
          'Часовой пояс',
          'Time zone',
          'По нему идут расписания и записи.',
          'IANA name; schedules and records go by it.',
          {
            scope: 'next-call',
          },
        ),
      ),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .default('RUB')
      .meta(
        field('Валюта', 'Currency', 'Код из трёх букв: RUB.', 'Code of three letters: RUB.', {
          scope: 'next-call',
          hint: ['три латинские буквы, например RUB', 'three letters, such as RUB'],
        }),
      ),
    emergencyCaller: e164
      .optional()
      .meta(
        field(
          'Номер офиса для экстренных служб',
          'Emergency caller number',
          'Городской номер по адресу офиса: его видит диспетчер.',
          "The site's geographic number, shown to the emergency services.",
          { scope: 'next-call', hint: e164Hint, dialed: true },
        ),
      ),
    longCallMinutes: z
      .number()
      .int()
      .min(0)
      .max(1440)
      .default(120)
      .meta(
        field(
          'Слишком долгий разговор',
          'Call that is too long',
          'О разговоре дольше этого появится предупреждение: линия могла зависнуть. Сам разговор не прерывается. 0 — не предупреждать.',
          'A longer call raises an alarm, as its line may hang. The call itself goes on. 0: no alarm.',
          { unit: 'min' },
        ),
      ),
  })
  .prefault({})
  .meta(field('Офис', 'Site', 'Название, язык, время.', 'Name, language, time.', { scope: 'at-once' }));

export const admin = z
  .object({
    passwordHash: z
      .string()
      .optional()
      .meta(
        field(
          'Пароль администратора',
          'Administrator password',
          'Хранится только отпечаток; пусто, пока устройство не принято.',
          'scrypt hash; missing until the box is claimed.',
          { secret: true },
        ),
      ),
  })
  .default({})
  .meta(
    field('Администратор', 'Administrator', 'Вход на страницу.', 'Access to the page.', {
      scope: 'at-once',
    }),
  );

export const sip = z
  .object({
    engine: z
      .string()
      .max(255)
      .default('embedded')
      .meta(
        field(
          'Движок SIP',
          'Engine',
          'embedded или адрес drachtio-server.',
          '`embedded`, or host:port of a drachtio-server.',
        ),
      ),
    engineSecret: z
      .string()
      .max(128)
      .default('cymru')
      .meta(
        field(
          'Пароль движка',
          'Engine secret',
          'Для drachtio-server.',
          'Shared secret of the drachtio-server.',
          { secret: true },
        ),
      ),
    collector: hostPort
      .optional()
      .meta(
        field(
          'Копия обмена SIP (HEP)',
          'Copy of SIP messages (HEP)',
          'Куда слать, например Homer. Паролей и набранных ПИН-кодов в копии нет. Пусто — никому.',
          'Where to send it, Homer for one. Passwords and PINs dialed are not in it. Empty: to nobody.',
          { scope: 'at-once', technical: true, hint: hostPortHint },
        ),
      ),
    channels: z
      .number()
      .int()
      .min(1)
      .max(2000)
      .default(200)
      .meta(
        field(
          'Одновременных вызовов SIP',
          'SIP calls at once',
          'На все линии операторов вместе; экстренные вызовы проходят сверх этого.',
          'All trunks together; emergency calls come on top.',
          { scope: 'next-call', technical: true },
        ),
      ),
  })
  .prefault({})
  .meta(
    field('SIP', 'SIP', 'Чем обслуживаются линии операторов.', 'What serves the trunks.', {
      scope: 'restart-box',
    }),
  );

export const rtp = z
  .object({
    portMin: z
      .number()
      .int()
      .min(1024)
      .max(65000)
      .default(20000)
      .meta(field('Порты от', 'Ports from', 'Первый порт UDP для речи.', 'First UDP port for speech.')),
    portMax: z
      .number()
      .int()
      .min(1100)
      .max(65535)
      .default(24999)
      .meta(field('Порты до', 'Ports to', 'Последний порт UDP для речи.', 'Last UDP port for speech.')),
    lossSeconds: z
      .number()
      .int()
      .min(5)
      .max(300)
      .default(30)
      .meta(
        field(
          'Отбой без речи',
          'Release without speech',
          'Сколько ждать пропавшие пакеты.',
          'How long packets may be missing before the call is released.',
          { unit: 's' },
        ),
      ),
    kernelRelay: z
      .boolean()
      .default(true)
      .meta(
        field(
          'Пересылка ядром',
          'Relay in the kernel',
          'Разговоры между операторами, в которых шлюзу нечего слушать, пересылает ядро системы, если ему это разрешено.',
          'Calls between trunks in which the box has nothing to listen to are relayed by the system kernel, where that is permitted.',
          { scope: 'restart-box', technical: true },
        ),
      ),
  })
  .prefault({})
  .meta(field('Передача речи', 'RTP', 'Порты и потери.', 'Ports and loss.', { scope: 'next-call' }));

export const card = z
  .object({
    path: z
      .string()
      .min(1)
      .max(255)
      .default('/dev/ttyS0')
      .meta(
        field(
          'Порт платы линий',
          'Port of the line card',
          'Файл последовательного порта или tcp:адрес:порт.',
          'File of the serial port, or tcp:HOST:PORT.',
        ),
      ),
    baudRate: z
      .number()
      .int()
      .min(9600)
      .max(12_000_000)
      .default(4_000_000)
      .meta(
        field(
          'Скорость порта',
          'Speed of the port',
          'Бит в секунду; 16 портов без сжатия просят 4 000 000.',
          'Bits per second; 16 ports in linear audio ask for 4,000,000.',
        ),
      ),
  })
  .prefault({})
  .meta(
    field('Плата линий', 'Line card', 'Как подключены гнёзда.', 'How the sockets are connected.', {
      scope: 'restart-box',
    }),
  );

export const records = z
  .object({
    keepDays: z
      .number()
      .int()
      .min(0)
      .max(3650)
      .default(1095)
      .meta(
        field(
          'Хранить записи о звонках',
          'Keep call records',
          'Дней; 0 — не удалять.',
          'Days; 0: never deleted.',
        ),
      ),
    traceCalls: z
      .number()
      .int()
      .min(0)
      .max(2000)
      .default(300)
      .meta(
        field(
          'Хранить обмен SIP',
          'Keep SIP exchanges',
          'Для скольких последних звонков; столько же хранится для неудачных. 0 — не записывать на диск.',
          'Of how many last calls; as many again of those that failed. 0: nothing is written to the disk.',
        ),
      ),
  })
  .prefault({})
  .meta(
    field('Журнал звонков', 'Call records', 'Сколько хранить.', 'How long they are kept.', {
      scope: 'at-once',
    }),
  );
