import * as z from 'zod';
import { field } from './field.ts';
import { accessNumber } from './schema/access-number.ts';
import { account } from './schema/account.ts';
import { callerList } from './schema/caller-list.ts';
import { device } from './schema/device.ts';
import { classOfService, costCentre, dialing, speedDial, timeRule } from './schema/dialing.ts';
import { flow, hooks } from './schema/flow.ts';
import { group } from './schema/group.ts';
import { destination, incomingNumber } from './schema/incoming.ts';
import { mail } from './schema/mail.ts';
import { network } from './schema/network.ts';
import { office } from './schema/office.ts';
import { page } from './schema/page.ts';
import { person, pin } from './schema/person.ts';
import { type fxoPort, type fxsPort, port } from './schema/port.ts';
import { prompt } from './schema/prompt.ts';
import { protection } from './schema/protection.ts';
import { queue } from './schema/queue.ts';
import { recording } from './schema/recording.ts';
import { room } from './schema/room.ts';
import { type price, route } from './schema/route.ts';
import { calendar, schedule } from './schema/schedule.ts';
import { fraudGuard, type limits, spending } from './schema/spending.ts';
import { admin, card, records, rtp, sip, site } from './schema/system.ts';
import { trunk } from './schema/trunk.ts';
import { update } from './schema/update.ts';
import { voicemail } from './schema/voicemail.ts';
import { webhook } from './schema/webhook.ts';

export { tollClasses } from './schema/common.ts';

/** Version of the document that {@link configSchema} describes; see migration.ts. */
export const configVersion = 1;

/** The whole configuration document. Every list is empty on a new box but for what the defaults say. */
export const configSchema = z.object({
  version: z.literal(configVersion).meta(
    field('Версия', 'Version', 'Версия документа.', 'Version of the document.', {
      scope: 'restart-box',
    }),
  ),
  site,
  admin,
  dialing,
  speedDials: z
    .array(speedDial)
    .default([])
    .meta(
      field(
        'Короткие номера',
        'Speed dials',
        'Две цифры вместо длинного номера.',
        'Two digits instead of a long number.',
        {
          scope: 'next-call',
          item: ['короткий номер', 'speed dial'],
          empty: [
            'Заведите короткие номера тех, кому звонят чаще всего.',
            'Give short codes to those who are called most.',
          ],
        },
      ),
    ),
  timeRules: z
    .array(timeRule)
    .default([])
    .meta(
      field('Правила времени', 'Time rules', 'Рабочие часы и прочее.', 'Working hours and the like.', {
        scope: 'next-call',
        item: ['правило времени', 'time rule'],
        empty: ['Пока всё разрешено в любое время.', 'So far everything goes at any time.'],
      }),
    ),
  schedules: z
    .array(schedule)
    .default([])
    .meta(
      field(
        'Расписания',
        'Schedules',
        'Когда открыто, закрыто и перерыв; с праздниками и особыми днями.',
        'When it is open, closed or a break; with holidays and special days.',
        {
          scope: 'next-call',
          item: ['расписание', 'schedule'],
          empty: [
            'Опишите часы работы, и вызовы вне их пойдут по-другому.',
            'Describe the hours of work, and calls outside them go another way.',
          ],
        },
      ),
    ),
  calendars: z
    .array(calendar)
    .default([])
    .meta(
      field(
        'Производственный календарь',
        'Production calendar',
        'Годы, загруженные сверх тех, что уже есть в устройстве; они сильнее встроенных.',
        'Years uploaded besides those that the box has; they stand over its own.',
        {
          scope: 'next-call',
          item: ['год календаря', 'year of the calendar'],
          empty: [
            'Пока действуют только встроенные годы. Новый год можно загрузить файлом.',
            'So far only the built-in years hold. A new year can be uploaded as a file.',
          ],
        },
      ),
    ),
  classesOfService: z
    .array(classOfService)
    .min(1)
    .default([
      { id: 'office', name: 'Office', allow: ['internal', 'local', 'free', 'special'], pinFor: [], when: [] },
    ])
    .meta(
      field('Классы обслуживания', 'Classes of service', 'Кому куда можно звонить.', 'Who may call where.', {
        scope: 'next-call',
        item: ['класс', 'class'],
        empty: ['Без класса звонить нельзя никуда.', 'Without a class nobody may call anywhere.'],
      }),
    ),
  costCentres: z
    .array(costCentre)
    .default([])
    .meta(
      field('Центры затрат', 'Cost centres', 'На кого записывать расходы.', 'Whom costs are charged to.', {
        scope: 'next-call',
        item: ['центр затрат', 'cost centre'],
        empty: ['Расходы пока ни на кого не записываются.', 'So far costs are charged to nobody.'],
      }),
    ),
  ports: z
    .array(port)
    .default([])
    .meta(
      field('Гнёзда', 'Sockets', 'Гнёзда устройства.', 'Sockets of the box.', {
        scope: 'restart-port',
        item: ['порт', 'port'],
        empty: [
          'Гнёзда появятся, когда подключится плата.',
          'Sockets appear when the line card is connected.',
        ],
      }),
    ),
  devices: z
    .array(device)
    .default([])
    .meta(
      field(
        'IP-телефоны и АТС',
        'IP telephones and PBX',
        'Устройства SIP в сети офиса.',
        'SIP devices of the office network.',
        {
          scope: 'next-call',
          item: ['устройство', 'device'],
          empty: [
            'Добавьте IP-телефоны, адаптеры или АТС, которые есть в сети офиса.',
            'Add the IP telephones, adapters or PBX of the office network.',
          ],
        },
      ),
    ),
  trunks: z
    .array(trunk)
    .default([])
    .meta(
      field('Линии операторов', 'Trunks', 'SIP-линии операторов.', 'SIP trunks of operators.', {
        scope: 'restart-trunk',
        item: ['линия оператора', 'trunk'],
        empty: [
          'Добавьте линию оператора, и дешёвый межгород пойдёт через неё.',
          'Add a trunk, and cheap long distance goes over it.',
        ],
      }),
    ),
  offices: z
    .array(office)
    .default([])
    .meta(
      field(
        'Другие офисы',
        'Other offices',
        'Офисы с такими же устройствами: общая нумерация, звонки между ними бесплатны.',
        'Offices that have such a box: one numbering plan, and calls between them cost nothing.',
        {
          scope: 'restart-trunk',
          item: ['офис', 'office'],
          empty: [
            'Свяжите офисы, и сотрудники будут звонить друг другу по внутренним номерам.',
            'Link the offices, and people call each other by extension.',
          ],
        },
      ),
    ),
  routes: z
    .array(route)
    .default([])
    .meta(
      field('Маршруты', 'Routes', 'Какие вызовы куда отправлять.', 'Which calls go which way.', {
        scope: 'next-call',
        item: ['маршрут', 'route'],
        empty: [
          'Без маршрутов наружу уходят только экстренные вызовы.',
          'Without routes only emergency calls go out.',
        ],
      }),
    ),
  people: z
    .array(person)
    .default([])
    .meta(
      field('Люди', 'People', 'Сотрудники и их номера.', 'Staff and their numbers.', {
        scope: 'next-call',
        item: ['сотрудник', 'person'],
        empty: ['Добавьте людей, чтобы вызовы находили их.', 'Add people, so that calls find them.'],
      }),
    ),
  groups: z
    .array(group)
    .default([])
    .meta(
      field(
        'Группы',
        'Groups',
        'Кто отвечает друг за друга: отдел продаж, поддержка.',
        'Who answers for each other: sales, support.',
        {
          scope: 'next-call',
          item: ['группа', 'group'],
          empty: [
            'Соберите сотрудников в группу: вызов примет тот, кто свободен.',
            'Put people into a group: whoever is free takes the call.',
          ],
        },
      ),
    ),
  queues: z
    .array(queue)
    .default([])
    .meta(
      field(
        'Очереди',
        'Queues',
        'Звонящие ждут, пока кто-нибудь освободится: никто не слышит «занято».',
        'Callers wait until somebody is free: nobody hears busy.',
        {
          scope: 'next-call',
          item: ['очередь', 'queue'],
          empty: [
            'Заведите очередь: если все заняты, звонящий подождёт или ему перезвонят.',
            'Add a queue: when all are busy, callers wait, or are called back.',
          ],
        },
      ),
    ),
  accounts: z
    .array(account)
    .default([])
    .meta(
      field(
        'Учётные записи',
        'Accounts',
        'Кто ещё входит на страницу, кроме администратора.',
        'Who signs in on the page besides the administrator.',
        {
          scope: 'at-once',
          item: ['учётная запись', 'account'],
          empty: [
            'Пока входит только администратор. Дайте супервизору или сотруднику своё имя и пароль.',
            'So far only the administrator signs in. Give a supervisor or a member of staff a name and a password.',
          ],
        },
      ),
    ),
  pins: z
    .array(pin)
    .default([])
    .meta(
      field('ПИН-коды', 'PINs', 'Кто может звонить по ПИН-коду.', 'Who may call with a PIN.', {
        scope: 'next-call',
        item: ['ПИН-код', 'PIN'],
        empty: [
          'По ПИН-коду сотрудник звонит с любого телефона.',
          'With a PIN staff may call from any telephone.',
        ],
      }),
    ),
  accessNumbers: z
    .array(accessNumber)
    .default([])
    .meta(
      field(
        'Номера доступа',
        'Access numbers',
        'Номер, ПИН-код, затем межгород.',
        'A number to dial, a PIN, then long distance.',
        {
          scope: 'next-call',
          item: ['номер доступа', 'access number'],
          empty: [
            'Номер доступа спрашивает ПИН-код и даёт межгород.',
            'An access number asks for a PIN and gives long distance.',
          ],
        },
      ),
    ),
  destinations: z
    .array(destination)
    .default([])
    .meta(
      field('Кому звонить', 'Destinations', 'Кто отвечает на входящие.', 'Who answers incoming calls.', {
        scope: 'next-call',
        item: ['кому звонить', 'destination'],
        empty: ['Опишите, кто отвечает на входящие.', 'Say who answers incoming calls.'],
      }),
    ),
  callerLists: z
    .array(callerList)
    .default([])
    .meta(
      field(
        'Списки звонящих',
        'Callers’ lists',
        'Кого вести не туда, куда всех: важные клиенты, нежелательные номера. Действует первый подходящий список.',
        'Who is led elsewhere than the others: important customers, unwanted numbers. The first list that fits holds.',
        {
          scope: 'next-call',
          item: ['список', 'list'],
          empty: ['Пока все звонящие равны.', 'So far all callers are equal.'],
        },
      ),
    ),
  incomingNumbers: z
    .array(incomingNumber)
    .default([])
    .meta(
      field(
        'Входящие номера',
        'Incoming numbers',
        'Какой номер к кому ведёт.',
        'Which number leads to whom.',
        {
          scope: 'next-call',
          item: ['входящий номер', 'incoming number'],
          empty: ['Укажите номера, которые дал оператор.', 'Enter the numbers the operator gave you.'],
        },
      ),
    ),
  spending,
  fraudGuard,
  rooms: z
    .array(room)
    .default([])
    .meta(
      field(
        'Комнаты для совещаний',
        'Conference rooms',
        'Все, кто позвонил в комнату, слышат друг друга.',
        'All who call a room hear each other.',
        {
          scope: 'next-call',
          item: ['комната', 'conference room'],
          empty: [
            'Заведите комнату: люди звонят на её номер и говорят все вместе.',
            'Add a room: people call its number and all talk together.',
          ],
        },
      ),
    ),
  flows: z
    .array(flow)
    .default([])
    .meta(
      field(
        'Голосовые меню',
        'Voice menus',
        'Что слышит звонящий, что он может нажать и куда попадёт.',
        'What callers hear, what they may press, and where that leads.',
        {
          scope: 'next-call',
          item: ['меню', 'voice menu'],
          empty: [
            'Составьте меню: «нажмите 1, чтобы поговорить с отделом продаж».',
            'Make a menu: "for sales, press 1".',
          ],
        },
      ),
    ),
  hooks,
  webhooks: z
    .array(webhook)
    .max(20)
    .default([])
    .meta(
      field(
        'Программы',
        'Programs',
        'Программы, которым устройство само сообщает о вызовах.',
        'Programs that the box tells of calls by itself.',
        {
          scope: 'at-once',
          item: ['программа', 'program'],
          empty: [
            'Подключите учёт клиентов, и карточка звонящего откроется раньше, чем снимут трубку.',
            'Connect your customer list, and the caller’s card opens before the handset is lifted.',
          ],
        },
      ),
    ),
  prompts: z
    .array(prompt)
    .default([])
    .meta(
      field(
        'Записи для звонящих',
        'Recordings for callers',
        'Свои голосовые сообщения: приветствия, меню. Сам звук загружают отдельно.',
        'Voice messages of your own: greetings, menus. The sound itself is uploaded separately.',
        {
          scope: 'next-call',
          item: ['запись', 'recording'],
          empty: [
            'Пока устройство произносит тексты само. Загрузите свою запись, и звонящие услышат её.',
            'So far the box speaks texts itself. Upload a recording, and callers hear it.',
          ],
        },
      ),
    ),
  page,
  network,
  update,
  protection,
  sip,
  rtp,
  records,
  recording,
  voicemail,
  mail,
  card,
});

/** A valid configuration with all defaults filled in. */
export type Config = z.infer<typeof configSchema>;
export type TollClass = Config['routes'][number]['classes'][number];
export type FxsPortConfig = z.infer<typeof fxsPort>;
export type FxoPortConfig = z.infer<typeof fxoPort>;
export type DeviceConfig = Config['devices'][number];
export type TrunkConfig = Config['trunks'][number];
export type OfficeConfig = Config['offices'][number];
export type RouteConfig = Config['routes'][number];
export type PriceConfig = z.infer<typeof price>;
export type PersonConfig = Config['people'][number];
export type GroupConfig = Config['groups'][number];
export type QueueConfig = Config['queues'][number];
export type ForwardStepConfig = PersonConfig['forwarding']['always'][number];
export type CallerListConfig = Config['callerLists'][number];
export type AccountConfig = Config['accounts'][number];
export type PinConfig = Config['pins'][number];
export type AccessNumberConfig = Config['accessNumbers'][number];
export type DestinationConfig = Config['destinations'][number];
export type ClassOfServiceConfig = Config['classesOfService'][number];
/** What may be spent in a day and in a month (L07). */
export type Limits = NonNullable<z.infer<typeof limits>>;
export type TimeRuleConfig = Config['timeRules'][number];
export type WebhookConfig = Config['webhooks'][number];
export type FlowConfig = Config['flows'][number];
/** What a step of a flow does. */
export type FlowAction = FlowConfig['nodes'][number]['does'];
export type IncomingNumberConfig = Config['incomingNumbers'][number];
export type ScheduleConfig = Config['schedules'][number];
export type ModeCodeConfig = Config['dialing']['modeCodes'][number];
