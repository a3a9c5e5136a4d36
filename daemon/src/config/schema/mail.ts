import * as z from 'zod';
import { field } from '../field.ts';
import { oneLine, oneLineHint } from './common.ts';
import { emailAddress } from './voicemail.ts';

/** The mail server through which letters leave the box. */
export const mail = z
  .object({
    host: z
      .string()
      .regex(/^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|[0-9a-fA-F]*(?::[0-9a-fA-F.]*){2,8})?$/)
      .default('')
      .meta(
        field(
          'Почтовый сервер',
          'Mail server',
          'Имя или адрес сервера SMTP; пусто — письма не отправляются.',
          'Name or address of the SMTP server; empty: no letters are sent.',
          { hint: ['имя или адрес: smtp.example.ru', 'a name or an address: smtp.example.com'] },
        ),
      ),
    port: z
      .number()
      .int()
      .min(1)
      .max(65_535)
      .default(587)
      .meta(
        field(
          'Порт',
          'Port',
          'Обычно 587 со STARTTLS, 465 с TLS, 25 без шифрования.',
          'Usually 587 with STARTTLS, 465 with TLS, 25 without encryption.',
        ),
      ),
    security: z
      .enum(['starttls', 'tls', 'none'])
      .default('starttls')
      .meta(
        field(
          'Шифрование',
          'Encryption',
          'Без шифрования пароль идёт по сети открыто.',
          'Without it the password crosses the network in the clear.',
          {
            choices: {
              starttls: ['STARTTLS', 'STARTTLS'],
              tls: ['TLS с начала', 'TLS from the beginning'],
              none: ['нет', 'none'],
            },
          },
        ),
      ),
    verify: z
      .boolean()
      .default(true)
      .meta(
        field(
          'Проверять сертификат',
          'Check the certificate',
          'Выключайте только для своего сервера с самодельным сертификатом.',
          'Switch it off only for a server of your own with a certificate of its own making.',
          { technical: true },
        ),
      ),
    user: oneLine
      .default('')
      .meta(
        field(
          'Имя для входа',
          'User name',
          'Обычно полный адрес; пусто — вход без имени и пароля.',
          'Usually the whole address; empty: no user name and password.',
          { hint: oneLineHint },
        ),
      ),
    password: z
      .string()
      .max(256)
      .default('')
      .meta(
        field(
          'Пароль',
          'Password',
          'У многих почтовых служб это отдельный пароль приложения.',
          'With many mail services it is a password made for the application.',
          { secret: true },
        ),
      ),
    from: emailAddress
      .optional()
      .meta(
        field(
          'Адрес отправителя',
          'Sender address',
          'От чьего имени уходят письма; пусто — имя для входа.',
          'In whose name letters go out; empty: the user name.',
          { hint: ['адрес почты: office@example.ru', 'an e-mail address: office@example.com'] },
        ),
      ),
  })
  .prefault({})
  .meta(
    field('Почта', 'Mail', 'Через какой сервер уходят письма.', 'Through which server letters go out.', {
      scope: 'at-once',
    }),
  );
