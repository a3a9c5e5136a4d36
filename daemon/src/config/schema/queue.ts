import * as z from 'zod';
import { field, type Words } from '../field.ts';
import { announcement } from './announcement.ts';
import {
  classOfServiceId,
  costCentreId,
  dialable,
  dialableHint,
  enabled,
  id,
  idHint,
  name,
} from './common.ts';

const toHint: Words = [
  'group:sales, person:anna, voicemail:anna, flow:night, внутренний номер или номер с плюсом: +79161234567',
  'group:sales, person:anna, voicemail:anna, flow:night, an extension, or a number with +: +79161234567',
];

/** Where a caller goes who is not served here; empty: to whatever comes after the queue. */
const onward = (...words: [ru: string, en: string, ruHelp: string, enHelp: string]) =>
  z
    .string()
    .max(48)
    .default('')
    .meta(field(...words, { hint: toHint }));

/** A rank from 1, the first, to 9. */
const rank = (value: number, ...words: [ru: string, en: string, ruHelp: string, enHelp: string]) =>
  z
    .number()
    .int()
    .min(1)
    .max(9)
    .default(value)
    .meta(field(...words));

const seconds = (
  range: { min?: number; max: number; value: number },
  ...words: [ru: string, en: string, ruHelp: string, enHelp: string]
) =>
  z
    .number()
    .int()
    .min(range.min ?? 0)
    .max(range.max)
    .default(range.value)
    .meta(field(...words, { unit: 's' }));

const member = z
  .object({
    person: id.meta(
      field('Сотрудник', 'Person', 'Кто отвечает.', 'Who answers.', { refersTo: 'people', hint: idHint }),
    ),
    tier: rank(
      1,
      'Линия',
      'Tier',
      'Квалификация: сначала звонят первой линии; второй — когда в первой никого свободного.',
      'Qualification: the first tier is rung first; the second when nobody of the first is free.',
    ),
    priority: rank(
      5,
      'Важность очереди',
      'Priority',
      'Если сотрудник отвечает за несколько очередей: сначала он получает вызовы той, где число меньше.',
      'Where a person answers for several queues: calls of the one with the least number come first.',
    ),
  })
  .meta(field('Сотрудник', 'Agent', 'Кто отвечает и когда.', 'Who answers, and when.'));

const ahead = z
  .object({
    numbers: z
      .array(
        z
          .string()
          .regex(/^\+?[\d() -]{1,24}\*?$/)
          .meta(
            field('Номер', 'Number', 'Номер звонящего.', "A caller's number.", {
              hint: [
                'номер или его начало со звёздочкой: +7916*',
                'a number, or its beginning with *: +7916*',
              ],
            }),
          ),
      )
      .min(1)
      .max(500)
      .meta(field('Номера', 'Numbers', '+7916* — все, что так начинаются.', '+7916*: all that begin so.')),
    priority: rank(
      1,
      'Важность',
      'Priority',
      '1 — раньше всех; обычный звонящий — 5.',
      '1 comes before all others; a usual caller has 5.',
    ),
  })
  .meta(field('Кто вне очереди', 'Who comes first', 'Чьи вызовы важнее.', 'Whose calls matter more.'));

const callback = z
  .object({
    classOfService: classOfServiceId.meta(
      field(
        'Класс обратных звонков',
        'Class of callbacks',
        'Куда можно перезванивать; кроме того, только на городские и мобильные номера страны.',
        'Where callbacks may go; besides, only to geographic and mobile numbers of the country.',
        { refersTo: 'classesOfService', hint: idHint, scope: 'next-call' },
      ),
    ),
    costCentre: costCentreId,
    key: z
      .string()
      .regex(/^[0-9*#]?$/)
      .default('1')
      .meta(
        field(
          'Клавиша',
          'Key',
          'Её нажимает ожидающий, чтобы ему перезвонили. Пусто — предлагают только меню.',
          'Whoever waits presses it to be called back. Empty: only menus offer it.',
          { hint: ['цифра, * или #', 'a digit, * or #'], dialed: true },
        ),
      ),
    offer: announcement(
      'Предложение перезвонить',
      'Offer of a callback',
      'Что слышит ожидающий. Пусто — устройство скажет само.',
      'What whoever waits hears. Empty: the box says it itself.',
    ).default(''),
    attempts: z
      .number()
      .int()
      .min(1)
      .max(10)
      .default(3)
      .meta(
        field(
          'Попыток',
          'Attempts',
          'Сколько раз звонить клиенту, который не отвечает.',
          'How often a client who does not answer is called.',
        ),
      ),
    retryMinutes: z
      .number()
      .int()
      .min(1)
      .max(240)
      .default(10)
      .meta(field('Между попытками', 'Between attempts', 'Пауза.', 'How long to pause.', { unit: 'min' })),
    hours: z
      .number()
      .int()
      .min(1)
      .max(72)
      .default(12)
      .meta(
        field(
          'Срок',
          'Expires after',
          'Потом перезванивать поздно, заявка отменяется.',
          'After that it is too late to call back, and nobody does.',
          { unit: 'h' },
        ),
      ),
    most: z
      .number()
      .int()
      .min(1)
      .max(200)
      .default(30)
      .meta(
        field(
          'Заявок не больше',
          'At most so many',
          'Сколько обратных звонков может ждать сразу.',
          'How many callbacks may wait at once.',
        ),
      ),
  })
  .optional()
  .meta(
    field(
      'Обратный звонок',
      'Callback',
      'Звонящий не ждёт на линии, а сохраняет место: когда сотрудник свободен, устройство звонит сотруднику, затем клиенту.',
      'The caller does not wait on the line and keeps the place: when an agent is free, the box rings the agent, then the client.',
    ),
  );

/** Callers who wait until one of several people is free (OC2, OC4, Q06). */
export const queue = z.object({
  id,
  name,
  enabled,
  extension: dialable.optional().meta(
    field('Внутренний номер', 'Extension', 'По нему звонят в очередь.', 'Dialed to reach the queue.', {
      hint: dialableHint,
      dialed: true,
    }),
  ),
  members: z
    .array(member)
    .max(64)
    .default([])
    .meta(field('Кто отвечает', 'Agents', 'Сотрудники очереди.', 'The people who answer.')),
  strategy: z
    .enum(['all', 'in-turn', 'round-robin', 'longest-idle'])
    .default('longest-idle')
    .meta(
      field(
        'Кому звонить',
        'Whom to ring',
        'Из свободных одной линии.',
        'Of those of one tier who are free.',
        {
          choices: {
            all: ['всем сразу', 'all at once'],
            'in-turn': ['по порядку', 'in order'],
            'round-robin': ['по кругу: начиная со следующего', 'round robin: beginning with the next'],
            'longest-idle': ['кто дольше всех не разговаривал', 'whoever has not talked for longest'],
          },
        },
      ),
    ),
  ringSeconds: seconds(
    { min: 3, max: 120, value: 20 },
    'Сколько звонить сотруднику',
    'Ring an agent for',
    'Потом другому; звонящий тем временем ждёт дальше.',
    'Then another; the caller goes on waiting meanwhile.',
  ),
  tierSeconds: seconds(
    { max: 600, value: 0 },
    'Ждать каждую линию',
    'Wait for each tier',
    'Сколько вызов ждёт, пока освободится первая линия, прежде чем звонить второй. 0 — не ждать.',
    'How long a call waits for the first tier to come free before the second is rung. 0: not at all.',
  ),
  wrapUpSeconds: seconds(
    { max: 900, value: 10 },
    'Пауза после разговора',
    'Wrap-up',
    'Время записать итог: новых вызовов нет.',
    'Time to write things down: no new call comes.',
  ),
  missesToPause: z
    .number()
    .int()
    .min(0)
    .max(20)
    .default(3)
    .meta(
      field(
        'Пропусков до паузы',
        'Misses before a pause',
        'Кто столько раз подряд не ответил, ставится на паузу. 0 — никогда.',
        'Whoever has not answered so often in a row is put on pause. 0: nobody ever is.',
      ),
    ),
  pressOne: z
    .boolean()
    .default(true)
    .meta(
      field(
        'Нажать 1',
        'Press 1',
        'Ответивший на мобильном нажимает 1, чтобы вызов не достался автоответчику.',
        'Whoever answers on a mobile must press 1, so that a voicemail never swallows a call.',
      ),
    ),
  ahead: z
    .array(ahead)
    .max(9)
    .default([])
    .meta(
      field('Вне очереди', 'Who comes first', 'Чьи вызовы важнее остальных.', 'Whose calls matter more.'),
    ),
  greeting: announcement(
    'Приветствие',
    'Greeting',
    'Что слышит звонящий сначала.',
    'What a caller hears first.',
  ).default(''),
  sound: z
    .enum(['music', 'ringback'])
    .default('music')
    .meta(
      field('Что слышно в ожидании', 'Heard while waiting', 'Между объявлениями.', 'Between announcements.', {
        choices: { music: ['музыка', 'music'], ringback: ['гудки вызова', 'ringback tone'] },
      }),
    ),
  announceSeconds: seconds(
    { min: 10, max: 600, value: 45 },
    'Объявления каждые',
    'Announcements every',
    'Как часто ожидающему говорят, что его помнят.',
    'How often whoever waits is told that nobody has forgotten him.',
  ),
  announcePosition: z
    .boolean()
    .default(true)
    .meta(field('Называть место', 'Tell the position', 'Какой по счёту.', 'Which place in the queue it is.')),
  announceWait: z
    .boolean()
    .default(false)
    .meta(
      field(
        'Называть время ожидания',
        'Tell the expected wait',
        'По сегодняшним разговорам; пока их нет, не говорится.',
        "By today's conversations; nothing is said while there are none.",
      ),
    ),
  announcement: announcement(
    'Объявление',
    'Announcement',
    'Что говорится каждый раз после места.',
    'What is said each time after the position.',
  ).default(''),
  maxWaitSeconds: seconds(
    { max: 7200, value: 600 },
    'Ждать не дольше',
    'Longest wait',
    'Потом «Долго не отвечают». 0 — без предела.',
    'Then "When it takes too long". 0: without limit.',
  ),
  afterWait: onward(
    'Долго не отвечают',
    'When it takes too long',
    'Куда идёт вызов. Пусто — к следующему шагу.',
    'Where the call goes. Empty: to the next step.',
  ),
  maxLength: z
    .number()
    .int()
    .min(1)
    .max(200)
    .default(30)
    .meta(
      field(
        'Мест в очереди',
        'Places in the queue',
        'Сколько звонящих может ждать сразу.',
        'How many callers may wait at once.',
      ),
    ),
  whenFull: onward(
    'Очередь полна',
    'When full',
    'Куда идёт вызов. Пусто — к следующему шагу.',
    'Where the call goes. Empty: to the next step.',
  ),
  whenNobody: z
    .enum(['leave', 'wait'])
    .default('leave')
    .meta(
      field(
        'Если никого на линии',
        'When nobody is on line',
        'Все сотрудники ушли или на паузе.',
        'All agents are off or on pause.',
        {
          choices: {
            leave: ['не ждать, вести дальше', 'do not wait, go on'],
            wait: ['ждать', 'wait'],
          },
        },
      ),
    ),
  nobodyTo: onward(
    'Никого на линии: куда',
    'Nobody on line: where to',
    'Куда идёт вызов. Пусто — к следующему шагу.',
    'Where the call goes. Empty: to the next step.',
  ),
  serviceLevelSeconds: seconds(
    { min: 1, max: 600, value: 20 },
    'Отвечать в течение',
    'Answer within',
    'По этому сроку считается уровень обслуживания.',
    'The service level is counted by it.',
  ),
  callback,
});
