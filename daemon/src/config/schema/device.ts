import * as z from 'zod';
import { field } from '../field.ts';
import {
  account,
  accountHint,
  classOfServiceId,
  costCentreId,
  dialable,
  dialableHint,
  digitWay,
  enabled,
  hideNumber,
  hostPort,
  hostPortHint,
  id,
  idHint,
  name,
  numberPattern,
  numberPatternHint,
  peer,
  peerHint,
  portNumber,
} from './common.ts';
import { deviceSecurity } from './device-security.ts';

/** A SIP device of the office network: a telephone, an adapter, a softphone, or a PBX (wire E). */
export const device = z
  .object({
    id,
    name,
    enabled,
    kind: z
      .enum(['telephone', 'adapter', 'softphone', 'pbx'])
      .default('telephone')
      .meta(
        field(
          'Что это',
          'Kind',
          'За АТС стоят другие номера, остальное — один абонент.',
          'Behind a PBX there are other numbers; the rest is one subscriber.',
          {
            choices: {
              telephone: ['IP-телефон', 'IP telephone'],
              adapter: ['SIP-адаптер', 'SIP adapter'],
              softphone: ['программа-телефон', 'softphone'],
              pbx: ['офисная АТС', 'office PBX'],
            },
          },
        ),
      ),
    mode: z
      .enum(['registers', 'static', 'client'])
      .default('registers')
      .meta(
        field(
          'Подключение',
          'Mode',
          'Регистрируется у нас, известен по адресу, или мы регистрируемся на нём (АТС).',
          'It registers with us, is known by its address, or we register at it (a PBX).',
          {
            choices: {
              registers: ['регистрируется у нас', 'registers with us'],
              static: ['по адресу', 'by its address'],
              client: ['мы регистрируемся на АТС', 'we register at the PBX'],
            },
          },
        ),
      ),
    user: account.min(1).meta(
      field(
        'Имя',
        'User',
        'Имя для входа; вписывается в телефон.',
        'Its user name; entered in the telephone.',
        {
          hint: accountHint,
        },
      ),
    ),
    authUser: account
      .optional()
      .meta(
        field(
          'Имя для пароля',
          'Authentication name',
          'Если в телефоне или на АТС оно не такое, как имя.',
          'Where the telephone or the PBX has another one than the user name.',
          { technical: true, hint: accountHint },
        ),
      ),
    password: z
      .string()
      .max(128)
      .default('')
      .meta(
        field(
          'Пароль',
          'Password',
          'Не короче 8 знаков; вписывается в телефон.',
          'Of 8 characters and more; entered in the telephone.',
          { secret: true },
        ),
      ),
    address: hostPort
      .optional()
      .meta(
        field(
          'Адрес',
          'Address',
          'Где устройство в сети; если оно регистрируется у нас, не нужен.',
          'Where the device is in the network; not needed where it registers with us.',
          { hint: hostPortHint },
        ),
      ),
    ...deviceSecurity,
    userToUser: z
      .boolean()
      .default(false)
      .meta(
        field(
          'Передавать данные звонящего',
          "Pass on the caller's data",
          'Заголовок User-to-User, если он пришёл с вызовом. Нужен рабочим местам, которые умеют его показать.',
          'The User-to-User header of calls that have one, for desks that can show it (RFC 7433).',
          { scope: 'next-call', technical: true },
        ),
      ),
    extension: dialable
      .optional()
      .meta(
        field(
          'Внутренний номер',
          'Extension',
          'Если устройство ничьё; телефон сотрудника звонит по номеру сотрудника.',
          "For a device that is nobody's; a person's device is rung by the person's number.",
          { scope: 'next-call', hint: dialableHint, dialed: true },
        ),
      ),
    numbers: z
      .array(
        numberPattern.meta(
          field('Номера', 'Numbers', '2XX — от 200 до 299.', '2XX: 200 to 299.', {
            hint: numberPatternHint,
          }),
        ),
      )
      .default([])
      .meta(
        field(
          'Номера за АТС',
          'Numbers behind the PBX',
          'Внутренние номера АТС; X — любая цифра.',
          'Extensions of the PBX; X is any digit.',
          { scope: 'next-call' },
        ),
      ),
    lines: z
      .array(
        portNumber.meta(
          field('Гнездо', 'Socket', 'Гнездо линии.', 'Socket of a line.', { refersTo: 'lines' }),
        ),
      )
      .default([])
      .meta(
        field(
          'Гнёзда линий той же АТС',
          'Lines of the same PBX',
          'Аналоговые внутренние номера этой АТС: по ним вызов идёт, если по сети нельзя.',
          'Its analog extensions on our line sockets: a call goes there where the network cannot carry it.',
          { scope: 'next-call', refersTo: 'lines' },
        ),
      ),
    sockets: z
      .array(
        portNumber.meta(
          field('Гнездо', 'Socket', 'Гнездо телефона.', 'Socket of a telephone.', { refersTo: 'telephones' }),
        ),
      )
      .default([])
      .meta(
        field(
          'Гнёзда городских входов той же АТС',
          'City-line inputs of the same PBX',
          'Вызов с этой АТС не вернётся на неё и через эти гнёзда.',
          'A call from this PBX does not come back to it by these either.',
          { scope: 'next-call', refersTo: 'telephones' },
        ),
      ),
    classOfService: classOfServiceId,
    costCentre: costCentreId,
    hideNumber,
    language: z
      .enum(['ru', 'en'])
      .optional()
      .meta(
        field('Язык', 'Language', 'Пусто: как у всего офиса.', 'Empty: that of the office.', {
          choices: { ru: ['русский', 'Russian'], en: ['английский', 'English'] },
          scope: 'next-call',
          technical: true,
        }),
      ),
    maxCalls: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .default(2)
      .meta(
        field(
          'Одновременных вызовов',
          'Calls at once',
          'Сверх этого устройство занято.',
          'Beyond it the device is busy.',
          { scope: 'next-call' },
        ),
      ),
    preset: id
      .optional()
      .meta(
        field(
          'Модель',
          'Preset',
          'Готовые настройки для известной модели.',
          'Ready settings for a known model.',
          { hint: idHint, technical: true },
        ),
      ),
    codecs: z
      .array(
        z.enum(['PCMA', 'PCMU']).meta(
          field('Кодек', 'Codec', 'Кодек речи.', 'A speech codec.', {
            choices: { PCMA: ['G.711 A', 'G.711 A-law'], PCMU: ['G.711 µ', 'G.711 mu-law'] },
          }),
        ),
      )
      .min(1)
      .default(['PCMA', 'PCMU'])
      .meta(
        field('Кодеки', 'Codecs', 'В порядке предпочтения.', 'In order of preference.', {
          scope: 'next-call',
          technical: true,
        }),
      ),
    ptimeMs: z
      .union([z.literal(10), z.literal(20), z.literal(30)])
      .default(20)
      .meta(
        field('Длина пакета', 'Packet time', '10, 20 или 30 мс речи.', '10, 20 or 30 ms of speech.', {
          unit: 'ms',
          scope: 'next-call',
          choices: { '10': ['10 мс', '10 ms'], '20': ['20 мс', '20 ms'], '30': ['30 мс', '30 ms'] },
          technical: true,
        }),
      ),
    dtmf: digitWay(
      'Как передавать устройству набранное в разговоре.',
      'How digits are sent to the device during a call.',
    ),
    messageLamp: z
      .enum(['subscribed', 'unsolicited'])
      .default('subscribed')
      .meta(
        field(
          'Лампочка сообщений',
          'Message lamp',
          'Большинство телефонов подписывается само; некоторым сообщают без подписки.',
          'Most telephones subscribe by themselves; some are told without.',
          {
            choices: {
              subscribed: ['телефон подписывается', 'the telephone subscribes'],
              unsolicited: ['сообщать без подписки', 'tell it without'],
            },
            technical: true,
          },
        ),
      ),
    numberFormat: z
      .enum(['e164-plus', 'e164', 'national-8'])
      .default('national-8')
      .meta(
        field(
          'Запись номеров',
          'Number format',
          'Как номера города видны на устройстве и приходят от него.',
          'How outside numbers are shown to the device, and sent by it.',
          {
            scope: 'next-call',
            choices: {
              'e164-plus': ['+74951234567', '+74951234567'],
              e164: ['74951234567', '74951234567'],
              'national-8': ['84951234567', '84951234567'],
            },
            technical: true,
          },
        ),
      ),
    networks: z
      .array(
        peer.meta(
          field('Сеть', 'Network', 'Адрес или подсеть.', 'An address, or a subnet.', {
            technical: true,
            hint: peerHint,
          }),
        ),
      )
      .default([])
      .meta(
        field(
          'Другие сети',
          'Other networks',
          'Откуда устройству можно входить кроме сети офиса.',
          'Where the device may come from besides the office network.',
          { technical: true },
        ),
      ),
  })
  .meta(
    field(
      'Устройство SIP',
      'SIP device',
      'IP-телефон, адаптер, программа или АТС в сети офиса.',
      'An IP telephone, adapter, softphone or PBX in the office network.',
    ),
  );
