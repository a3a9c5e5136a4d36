import * as z from 'zod';
import { field } from '../field.ts';
import { announcement } from './announcement.ts';
import { dialable, dialableHint } from './common.ts';

/** An address that a message can be sent to (RFC 5321 4.1.2, as far as people have such). */
export const emailAddress = z
  .string()
  .regex(/^[^\s\p{Cc}<>"(),:;@[\]\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/u);

/** The same of somebody, or of a group. */
export const email = emailAddress.optional().meta(
  field(
    'Электронная почта',
    'E-mail',
    'Сюда приходят голосовые сообщения и письма о пропущенных вызовах.',
    'Voice messages and letters about missed calls go there.',
    {
      scope: 'at-once',
      hint: ['адрес почты: anna@example.ru', 'an e-mail address: anna@example.com'],
    },
  ),
);

/** Which missed calls are told of by e-mail (S04). */
export const missedCalls = z
  .enum(['none', 'outside', 'all'])
  .default('none')
  .meta(
    field(
      'Письма о пропущенных вызовах',
      'Letters about missed calls',
      'Письмо приходит, если никто не ответил и сообщение не оставлено.',
      'Sent when nobody has answered and no message was left.',
      {
        scope: 'at-once',
        choices: {
          none: ['не присылать', 'none'],
          outside: ['о вызовах снаружи', 'of calls from outside'],
          all: ['обо всех, и внутренних тоже', 'of all, internal ones too'],
        },
      },
    ),
  );

/** A mailbox of a person or a group (A12). */
export const mailbox = z
  .object({
    enabled: z
      .boolean()
      .default(false)
      .meta(
        field(
          'Принимать сообщения',
          'Take messages',
          'Вызов приводит сюда переадресация или шаг «Кому звонить»: voicemail: и код сотрудника или группы.',
          'A forwarding or a step of a destination leads here: voicemail: and the id of the person or group.',
        ),
      ),
    greeting: announcement(
      'Приветствие',
      'Greeting',
      'Что слышит звонящий. Записанное с телефона важнее; пусто и без записи — стандартное.',
      'What callers hear. One recorded by telephone stands over it; empty and without that, the standard one.',
    ).default(''),
    pin: z
      .string()
      .regex(/^(?:\d{1,2}:[0-9a-f]{64})?$/)
      .default('')
      .meta(
        field(
          'ПИН-код',
          'PIN',
          'Чтобы слушать с чужого телефона или снаружи, от 6 до 12 цифр. Пусто — только со своего телефона. Хранится только отпечаток.',
          'To listen from other telephones or from outside, 6 to 12 digits. Empty: from the own telephone only. Only a fingerprint is kept.',
          { secret: true, hint: ['от 6 до 12 цифр', '6 to 12 digits'] },
        ),
      ),
    maxSeconds: z
      .number()
      .int()
      .min(10)
      .max(600)
      .default(180)
      .meta(field('Длина сообщения', 'Length of a message', 'Самое длинное.', 'The longest.', { unit: 's' })),
    keepDays: z
      .number()
      .int()
      .min(1)
      .max(3650)
      .default(60)
      .meta(
        field(
          'Хранить сообщения',
          'Keep messages',
          'Дней; потом удаляются и непрослушанные, но не сохранённые клавишей.',
          'Days; then they are deleted, unheard ones too, but not those saved by a key.',
        ),
      ),
    maxMegabytes: z
      .number()
      .int()
      .min(1)
      .max(10_000)
      .default(50)
      .meta(
        field(
          'Место для сообщений, МБ',
          'Space for messages, MB',
          'Минута занимает около 1 МБ в WAV и 0,15 МБ в Opus. Когда места нет, звонящий слышит об этом.',
          'A minute takes some 1 MB as WAV and 0.15 MB as Opus. When it is used up callers are told so.',
        ),
      ),
    mail: z
      .enum(['none', 'notice', 'attached'])
      .default('attached')
      .meta(
        field(
          'Письмо о сообщении',
          'Letter about a message',
          'На адрес сотрудника или группы, если он указан.',
          'To the address of the person or group, where there is one.',
          {
            choices: {
              none: ['не присылать', 'none'],
              notice: ['без записи', 'without the recording'],
              attached: ['с записью', 'with the recording'],
            },
          },
        ),
      ),
    deleteAfterMail: z
      .boolean()
      .default(false)
      .meta(
        field(
          'Удалять после отправки',
          'Delete when mailed',
          'Сообщение с записью ушло письмом, и здесь его больше нет.',
          'Once the letter with the recording is sent the message is no longer kept here.',
        ),
      ),
  })
  .prefault({})
  .meta(
    field(
      'Голосовая почта',
      'Voicemail',
      'Сообщения, которые оставляют звонящие.',
      'Messages that callers leave.',
      { scope: 'next-call' },
    ),
  );

/** What holds for all mailboxes. */
export const voicemail = z
  .object({
    extension: dialable
      .optional()
      .meta(
        field(
          'Номер прослушивания',
          'Number to listen at',
          'Со своего телефона — сразу к сообщениям; с чужого и после номера доступа спрашивают внутренний номер и ПИН-код.',
          'From the own telephone straight to the messages; from others, and behind an access number, extension and PIN are asked for.',
          { hint: dialableHint, dialed: true },
        ),
      ),
    format: z
      .enum(['wav', 'opus'])
      .default('wav')
      .meta(
        field(
          'Формат сообщений',
          'Format of messages',
          'В нём они и уходят письмом; WAV открывается везде.',
          'They are mailed in it, too; WAV can be played everywhere.',
          { choices: { wav: ['WAV', 'WAV'], opus: ['Opus', 'Opus'] } },
        ),
      ),
    silenceSeconds: z
      .number()
      .int()
      .min(2)
      .max(60)
      .default(6)
      .meta(
        field(
          'Тишина кончает сообщение через',
          'Silence ends a message after',
          'Звонящий договорил или линия осталась висеть.',
          'The caller has finished, or the line hangs.',
          { unit: 's', technical: true },
        ),
      ),
    shortestSeconds: z
      .number()
      .min(0.5)
      .max(10)
      .default(2)
      .meta(
        field(
          'Короче — не сообщение',
          'Shorter is no message',
          'Короткое и беззвучное не сохраняется.',
          'What is shorter, or silent, is not kept.',
          { unit: 's', technical: true },
        ),
      ),
    minFreeMegabytes: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .default(300)
      .meta(
        field(
          'Оставлять свободным на диске, МБ',
          'Keep free on the disk, MB',
          'Если свободного меньше, сообщения не принимаются.',
          'With less than that no messages are taken.',
          { technical: true },
        ),
      ),
    encrypt: z
      .boolean()
      .default(false)
      .meta(
        field(
          'Шифровать сообщения',
          'Encrypt messages',
          'На диске их не прочесть без ключа, который не покидает устройство. Письма уходят расшифрованными.',
          'They cannot be read on the disk without a key that never leaves the box. Letters carry them decrypted.',
        ),
      ),
  })
  .prefault({})
  .meta(
    field(
      'Голосовая почта',
      'Voicemail',
      'Общее для всех ящиков; сам ящик включается у сотрудника или группы.',
      'What holds for all mailboxes; a mailbox is switched on with its person or group.',
      { scope: 'next-call' },
    ),
  );
