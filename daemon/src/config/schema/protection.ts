import * as z from 'zod';
import { field, type Words } from '../field.ts';

const addressHint: Words = [
  'адрес или подсеть: 203.0.113.5 или 203.0.113.0/24',
  'an address or a subnet: 203.0.113.5 or 203.0.113.0/24',
];

const address = z
  .string()
  .max(64)
  .regex(/^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]*(?::[0-9a-fA-F.]*){2,8})(?:\/\d{1,3})?$/)
  .meta(field('Адрес', 'Address', 'Адрес или подсеть.', 'An address or a subnet.', { hint: addressHint }));

/** What can be forgiven, by the names that the SIP engine knows it by. */
export const forgivable = [
  'no-branch',
  'trailing-body',
  'udp-over-mtu',
  'display-name',
  'bare-lf',
  'addr-spec-spaces',
  'addr-spec-unbracketed',
  'start-line-space',
  'duplicate-header',
] as const;

/** Words for a person who reads a counter of one of them, or ticks it. */
export const forgivableWords: Readonly<Record<(typeof forgivable)[number], Words>> = {
  'no-branch': ['Via старого образца, без branch', 'Via of the old kind, without a branch'],
  'trailing-body': ['лишние байты после сообщения', 'surplus bytes after the message'],
  'udp-over-mtu': ['длинные запросы по UDP', 'long requests over UDP'],
  'display-name': ['имя без кавычек', 'a name without its quotes'],
  'bare-lf': ['строки без CR', 'lines without CR'],
  'addr-spec-spaces': ['пробелы внутри скобок адреса', 'spaces within the brackets of an address'],
  'addr-spec-unbracketed': [
    'адрес с запятой или «?» без скобок',
    'an address with a comma or ? and no brackets',
  ],
  'start-line-space': ['лишние пробелы в первой строке', 'extra spaces in the first line'],
  'duplicate-header': ['заголовок, повторённый дважды', 'a header that is there twice'],
};

export const protection = z
  .object({
    banScanners: z
      .boolean()
      .default(true)
      .meta(
        field(
          'Блокировать сканеры',
          'Ban scanners',
          'Кто подбирает пароли и номера или шлёт мусор, того устройство перестаёт слушать на время.',
          'Whoever guesses passwords and numbers or sends garbage is not listened to for a while.',
        ),
      ),
    officeNetworks: z
      .array(address)
      .max(64)
      .default([])
      .meta(
        field(
          'Сети офиса',
          'Office networks',
          'Пусто: сеть, в которой стоит устройство. Добавьте и другие, если телефоны стоят за маршрутизатором.',
          'Empty: the network the box stands in. List that one and others if telephones are behind a router.',
          { technical: true },
        ),
      ),
    banLan: z
      .boolean()
      .default(false)
      .meta(
        field(
          'Блокировать и в сети офиса',
          'Ban in the office network too',
          'Телефон с неверным паролем тогда замолчит на время. Роутер не блокируется никогда.',
          'A telephone with a wrong password then falls silent for a while. The router is never banned.',
        ),
      ),
    neverBan: z
      .array(address)
      .max(64)
      .default([])
      .meta(
        field(
          'Никогда не блокировать',
          'Never ban',
          'Адреса филиалов и удалённых телефонов. Операторы не блокируются и без этого.',
          'Addresses of branches and remote telephones. Operators are never banned anyway.',
        ),
      ),
    forgive: z
      .array(z.enum(forgivable))
      .default(['no-branch', 'trailing-body', 'udp-over-mtu'])
      .meta(
        field(
          'Прощать ошибки в SIP',
          'Forgive errors in SIP',
          'Что оператор нарушает, видно на этой странице ниже. Лишнего не разрешайте.',
          'What an operator gets wrong is shown below on this page. Allow nothing without need.',
          { technical: true, choices: forgivableWords },
        ),
      ),
  })
  .prefault({})
  .meta(
    field('Защита', 'Protection', 'От сканеров и перегрузки.', 'Against scanners and overload.', {
      scope: 'at-once',
    }),
  );
