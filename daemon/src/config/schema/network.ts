import * as z from 'zod';
import { field, type Words } from '../field.ts';

const ipv4Hint: Words = ['адрес, например 192.168.1.1', 'an address such as 192.168.1.1'];
const octet = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const ipv4 = z.string().regex(new RegExp(`^${octet}(?:\\.${octet}){3}$`));

const serverHint: Words = [
  'имя или адрес сервера: ntp.example.ru или 192.168.1.1',
  'name or address of a server: ntp.example.com or 192.168.1.1',
];

/** The box in the network of the office. On a computer with a system of its own that system decides instead. */
export const network = z
  .object({
    name: z
      .string()
      // One label of RFC 1123 2.1.
      .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/)
      .optional()
      .meta(
        field(
          'Имя в сети',
          'Name in the network',
          'Под этим именем с «.local» на конце страница открывается без адреса. Пусто — имя с завода.',
          'With ".local" after it the page opens under this name, without an address. Empty: the name it came with.',
          { hint: ['строчные латинские буквы, цифры и дефис', 'lower-case letters, digits and hyphens'] },
        ),
      ),
    mode: z
      .enum(['dhcp', 'static'])
      .default('dhcp')
      .meta(
        field(
          'Адрес',
          'Address',
          'Обычно адрес выдаёт маршрутизатор офиса.',
          'Usually the router of the office gives out the address.',
          { choices: { dhcp: ['выдаёт маршрутизатор', 'from the router'], static: ['постоянный', 'fixed'] } },
        ),
      ),
    address: z
      .string()
      .regex(new RegExp(`^${octet}(?:\\.${octet}){3}/(?:[89]|[12]\\d|30)$`))
      .optional()
      .meta(
        field(
          'Постоянный адрес',
          'Fixed address',
          'С длиной маски через дробь: 192.168.1.10/24. Возьмите свободный, вне тех, что раздаёт маршрутизатор.',
          'With the length of its mask: 192.168.1.10/24. Take a free one that the router does not give out.',
          { hint: ['адрес и маску: 192.168.1.10/24', 'an address with its mask: 192.168.1.10/24'] },
        ),
      ),
    gateway: ipv4
      .optional()
      .meta(
        field(
          'Шлюз',
          'Gateway',
          'Адрес маршрутизатора офиса. Без него нет ни Интернета, ни операторов.',
          'Address of the router of the office. Without it there is neither Internet nor operators.',
          { hint: ipv4Hint },
        ),
      ),
    dns: z
      .array(ipv4.meta(field('Адрес', 'Address', 'Адрес.', 'An address.', { hint: ipv4Hint })))
      .max(3)
      .default([])
      .meta(
        field(
          'Серверы DNS',
          'DNS servers',
          'До трёх. Пусто: те, что назвал маршрутизатор; при постоянном адресе — сам маршрутизатор.',
          'Up to three. Empty: those the router names; with a fixed address, the router itself.',
        ),
      ),
    vlan: z
      .number()
      .int()
      .min(1)
      .max(4094)
      .optional()
      .meta(
        field(
          'Номер VLAN',
          'VLAN number',
          'Если телефония офиса вынесена в отдельную сеть VLAN. Гнездо коммутатора должно её пропускать.',
          'If telephony has a VLAN of its own. The socket of the switch must let it through.',
          { technical: true },
        ),
      ),
    timeServers: z
      .array(
        z
          .string()
          .regex(/^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/)
          .meta(field('Сервер', 'Server', 'Имя или адрес.', 'Name or address.', { hint: serverHint })),
      )
      .max(4)
      .default([])
      .meta(
        field(
          'Серверы времени',
          'Time servers',
          'Откуда устройство узнаёт время (NTP). Пусто: названные маршрутизатором, а без них общедоступные.',
          'Where the box learns the time (NTP). Empty: those the router names, else public ones.',
        ),
      ),
  })
  .prefault({})
  .meta(
    field(
      'Сеть',
      'Network',
      'Адрес и имя устройства в сети офиса, серверы времени.',
      'Address and name of the box in the office network; time servers.',
      { scope: 'at-once' },
    ),
  );
