import * as z from 'zod';
import { field } from '../field.ts';
import { classOfServiceId, costCentreId, dialable, dialableHint, id, name } from './common.ts';
import { forwardSteps } from './forwarding.ts';
import { target } from './targets.ts';
import { email, mailbox, missedCalls } from './voicemail.ts';

const member = z
  .object({
    target,
    tier: z
      .number()
      .int()
      .min(1)
      .max(9)
      .default(1)
      .meta(
        field(
          'Линия',
          'Tier',
          'Сначала звонят первой линии; второй — если в первой все заняты или не отвечают.',
          'The first tier is rung first; the second when all of the first are busy or do not answer.',
        ),
      ),
  })
  .meta(field('Участник', 'Member', 'Кому звонят.', 'Who is rung.'));

/** People, telephones and numbers that answer for each other (M02, M16). */
export const group = z.object({
  id,
  name,
  extension: dialable.optional().meta(
    field('Внутренний номер', 'Extension', 'По нему звонят группе.', 'Dialed to reach the group.', {
      hint: dialableHint,
      dialed: true,
    }),
  ),
  members: z
    .array(member)
    .min(1)
    .max(64)
    .meta(field('Участники', 'Members', 'Кому звонят, по порядку.', 'Who is rung, in order.')),
  strategy: z
    .enum(['all', 'in-turn', 'round-robin', 'longest-idle'])
    .default('all')
    .meta(
      field('Как звонить', 'How to ring', 'В пределах одной линии.', 'Within one tier.', {
        choices: {
          all: ['всем сразу', 'all at once'],
          'in-turn': ['по порядку', 'in order'],
          'round-robin': ['по кругу: начиная со следующего', 'round robin: beginning with the next'],
          'longest-idle': ['кто дольше всех не разговаривал', 'whoever has not talked for longest'],
        },
      }),
    ),
  memberSeconds: z
    .number()
    .int()
    .min(3)
    .max(120)
    .default(15)
    .meta(
      field(
        'Сколько звонить участнику',
        'Ring a member for',
        'Потом следующему; если звонят всем сразу — потом следующей линии.',
        'Then the next one; where all are rung at once, then the next tier.',
        { unit: 's' },
      ),
    ),
  seconds: z
    .number()
    .int()
    .min(3)
    .max(600)
    .default(60)
    .meta(
      field('Сколько звонить всего', 'Ring in all for', 'Потом «Если никто».', 'Then "When nobody".', {
        unit: 's',
      }),
    ),
  skipBusy: z
    .boolean()
    .default(true)
    .meta(
      field(
        'Пропускать занятых',
        'Skip the busy',
        'Тому, кто разговаривает, второй вызов не подаётся.',
        'Whoever is in a call is not rung a second time.',
      ),
    ),
  followForwarding: z
    .boolean()
    .default(false)
    .meta(
      field(
        'По переадресации участников',
        "Follow members' forwarding",
        'Иначе участник с переадресацией «Всегда» пропускается, а его автоответчик не забирает вызов группы.',
        "Otherwise a member who forwards always is skipped, and nobody's voicemail takes the group's call.",
      ),
    ),
  pressOne: z
    .boolean()
    .default(true)
    .meta(
      field(
        'Нажать 1',
        'Press 1',
        'Ответивший снаружи нажимает 1, чтобы вызов не достался автоответчику.',
        'Members outside must press 1, so that a voicemail never swallows a call.',
      ),
    ),
  ring: z
    .enum(['group', 'external', 'internal', 'recall'])
    .default('group')
    .meta(
      field('Звонок', 'Ring', 'Каким звонком звонят телефоны.', 'Which ring the telephones give.', {
        choices: {
          group: ['группы', "a group's"],
          external: ['городского вызова', 'of a call from outside'],
          internal: ['внутреннего вызова', 'of an internal call'],
          recall: ['возврата', 'of a recall'],
        },
      }),
    ),
  overflow: forwardSteps(
    'Если никто',
    'When nobody answers',
    'Куда по очереди, если все заняты или никто не ответил, чтобы никто не слышал «занято».',
    'Where next, one after the other, when all are busy or nobody answers: so that nobody hears busy.',
  ),
  overflowAtBusy: z
    .number()
    .int()
    .min(1)
    .max(64)
    .optional()
    .meta(
      field(
        'Сразу дальше, если занято',
        'Overflow at so many busy',
        'Если столько участников уже разговаривают, вызов сразу идёт в «Если никто». Пусто — только когда заняты все.',
        'With so many members in calls the next call goes to "When nobody answers" at once. Empty: only when all are.',
      ),
    ),
  maxOutside: z
    .number()
    .int()
    .min(0)
    .max(64)
    .optional()
    .meta(
      field(
        'Внешних соединений не больше',
        'At most so many calls outside',
        'Сколько вызовов группы одновременно может уходить на мобильные и другие внешние номера. Пусто — без предела.',
        "How many of the group's calls may be out to mobiles and other numbers outside at once. Empty: no limit.",
      ),
    ),
  email,
  missedCalls,
  voicemail: mailbox,
  classOfService: classOfServiceId.optional(),
  costCentre: costCentreId,
});
