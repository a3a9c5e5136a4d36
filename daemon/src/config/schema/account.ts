import * as z from 'zod';
import { field } from '../field.ts';
import { enabled, id, idHint } from './common.ts';

/** What an account may do on the page, from everything to its own calls. */
export const accountRoles = ['admin', 'installer', 'supervisor', 'user'] as const;

/**
 * Somebody who signs in on the page by name (M25). The administrator without a name is not in the list and cannot be
 * taken away.
 */
export const account = z.object({
  id: id.meta(
    field('Имя для входа', 'Sign-in name', 'Его вводят при входе.', 'It is typed at sign-in.', {
      hint: idHint,
    }),
  ),
  role: z.enum(accountRoles).meta(
    field('Роль', 'Role', 'Что можно на странице.', 'What the page allows.', {
      choices: {
        admin: ['администратор: всё', 'administrator: everything'],
        installer: [
          'монтажник: гнёзда, линии, сеть и проверки; ни записей, ни учётных записей',
          'installer: sockets, trunks, network and tests; no recordings, no accounts',
        ],
        supervisor: ['супервизор: свои группы и очереди', 'supervisor: own groups and queues'],
        user: ['сотрудник: свои вызовы и сообщения', 'user: own calls and messages'],
      },
    }),
  ),
  person: id.optional().meta(
    field('Сотрудник', 'Person', 'Чья это учётная запись.', 'Whose account it is.', {
      refersTo: 'people',
      hint: idHint,
    }),
  ),
  groups: z
    .array(
      id.meta(
        field('Группа', 'Group', 'За кого отвечает супервизор.', 'Whom the supervisor answers for.', {
          refersTo: 'groups',
          hint: idHint,
        }),
      ),
    )
    .max(64)
    .default([])
    .meta(
      field('Группы', 'Groups', 'За какие группы отвечает супервизор.', 'Groups a supervisor answers for.', {
        refersTo: 'groups',
      }),
    ),
  queues: z
    .array(
      id.meta(
        field('Очередь', 'Queue', 'За что отвечает супервизор.', 'What the supervisor answers for.', {
          refersTo: 'queues',
          hint: idHint,
        }),
      ),
    )
    .max(64)
    .default([])
    .meta(
      field(
        'Очереди',
        'Queues',
        'За какие очереди отвечает супервизор.',
        'Queues a supervisor answers for.',
        {
          refersTo: 'queues',
        },
      ),
    ),
  enabled,
  passwordHash: z
    .string()
    .max(256)
    .optional()
    .meta(
      field(
        'Пароль',
        'Password',
        'Хранится только отпечаток. Пусто — войти нельзя.',
        'Only its scrypt hash is stored. Empty: nobody can sign in.',
        { secret: true },
      ),
    ),
});
