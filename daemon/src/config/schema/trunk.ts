import * as z from 'zod';
import { field } from '../field.ts';
import {
  account,
  accountHint,
  digitWay,
  e164,
  e164Hint,
  enabled,
  hostPort,
  hostPortHint,
  id,
  idHint,
  name,
  peer,
  peerHint,
} from './common.ts';
import { trunkIdentity } from './trunk-identity.ts';
import { trunkNetwork } from './trunk-network.ts';
import { quality } from './trunk-quality.ts';
import { trunkSecurity } from './trunk-security.ts';

/** An operator with an access number of its own (main job 4): the box dials it, waits, sends PIN and destination. */
const operatorAccess = z.object({
  number: z
    .string()
    .regex(/^\+?[0-9*#]{1,20}$/)
    .meta(
      field(
        'Номер доступа',
        'Access number',
        'Номер оператора, который набирает устройство.',
        "The operator's number that the box dials.",
      ),
    ),
  waitMs: z
    .number()
    .int()
    .min(0)
    .max(20000)
    .default(2000)
    .meta(
      field('Пауза', 'Wait', 'После ответа, до цифр.', 'Pause after the answer, before the digits.', {
        unit: 'ms',
      }),
    ),
  pin: z
    .string()
    .regex(/^[0-9*#]{0,20}$/)
    .default('')
    .meta(
      field('ПИН-код оператора', "Operator's PIN", 'Передаётся тоном.', 'Sent as tones.', {
        secret: true,
        hint: ['до 20 цифр', 'up to 20 digits'],
      }),
    ),
  afterPin: z
    .string()
    .regex(/^[0-9*#,]{0,8}$/)
    .default('#,')
    .meta(
      field(
        'После ПИН-кода',
        'After the PIN',
        'Запятая — пауза в одну секунду.',
        'A comma is a pause of one second.',
      ),
    ),
  afterNumber: z
    .string()
    .regex(/^[0-9*#]{0,4}$/)
    .default('#')
    .meta(field('После номера', 'After the number', 'Обычно #.', 'Usually #.')),
});

export const trunk = z
  .object({
    id,
    name,
    enabled,
    mode: z
      .enum(['register', 'static'])
      .default('register')
      .meta(
        field(
          'Подключение',
          'Mode',
          'С регистрацией у оператора или по известным адресам.',
          "With registration at the operator, or by each other's known addresses.",
          {
            choices: {
              register: ['с регистрацией', 'with registration'],
              static: ['по адресам', 'by addresses'],
            },
          },
        ),
      ),
    server: hostPort
      .min(1)
      .meta(
        field(
          'Сервер оператора',
          'Server',
          'Имя или адрес, можно с портом.',
          "Host, or host:port, of the operator's server (request URI and From domain).",
          { hint: hostPortHint },
        ),
      ),
    outboundProxy: hostPort
      .optional()
      .meta(
        field(
          'Куда посылать',
          'Outbound proxy',
          'Если не на сам сервер.',
          'Where requests are really sent, if elsewhere.',
          { technical: true, hint: hostPortHint },
        ),
      ),
    ...trunkSecurity,
    user: account.default('').meta(
      field('Имя', 'User', 'Имя или номер из договора.', 'Name or number from the contract.', {
        hint: accountHint,
      }),
    ),
    authUser: account
      .optional()
      .meta(
        field(
          'Имя для пароля',
          'Authentication name',
          'Если отличается от имени.',
          'Name for digest, if it differs.',
          { technical: true, hint: accountHint },
        ),
      ),
    password: z
      .string()
      .max(128)
      .default('')
      .meta(
        field('Пароль', 'Password', 'Из договора с оператором.', 'From the contract with the operator.', {
          secret: true,
        }),
      ),
    registerSeconds: z
      .number()
      .int()
      .min(60)
      .max(86400)
      .default(600)
      .meta(
        field(
          'Срок регистрации',
          'Registration time',
          'Как часто обновлять.',
          'How long a registration lasts.',
          { unit: 's', technical: true },
        ),
      ),
    optionsSeconds: z
      .number()
      .int()
      .min(0)
      .max(3600)
      .default(30)
      .meta(
        field(
          'Проверка связи',
          'Health check',
          'Запрос OPTIONS; 0 — без проверки.',
          'OPTIONS requests; 0: none.',
          { unit: 's', technical: true },
        ),
      ),
    ...trunkNetwork,
    quality,
    peers: z
      .array(
        peer.meta(
          field('Адрес', 'Address', 'Адрес сервера или подсеть.', 'Address of a server, or a subnet.', {
            technical: true,
            hint: peerHint,
          }),
        ),
      )
      .default([])
      .meta(
        field(
          'Откуда принимать вызовы',
          'Peers',
          'Адреса оператора кроме самого сервера.',
          "Source addresses from which calls are taken besides the server's own, for static peers.",
        ),
      ),
    maxCalls: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .default(30)
      .meta(
        field(
          'Одновременных вызовов',
          'Channels',
          'Сверх этого берётся другой маршрут.',
          'Beyond it the next route is taken.',
          {
            scope: 'next-call',
          },
        ),
      ),
    numberFormat: z
      .enum(['e164-plus', 'e164', 'national-8'])
      .default('e164-plus')
      .meta(
        field(
          'Запись номеров',
          'Number format',
          '+7…, 7… или 8….',
          'How numbers are written toward the operator.',
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
    callerNumber: e164.optional().meta(
      field(
        'Наш номер',
        'Caller number',
        'Что видит вызываемый.',
        'Our number on this trunk, shown to the called.',
        {
          scope: 'next-call',
          hint: e164Hint,
          dialed: true,
        },
      ),
    ),
    ...trunkIdentity,
    noAnswerMs: z
      .number()
      .int()
      .min(500)
      .max(32000)
      .default(4000)
      .meta(
        field(
          'Ждать отклика',
          'Wait for progress',
          'Потом берётся следующий маршрут.',
          'How long to wait for any provisional answer before the next route.',
          { unit: 'ms', scope: 'next-call', technical: true },
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
    fax: z
      .enum(['auto', 't38', 'g711'])
      .default('auto')
      .meta(
        field(
          'Факсы',
          'Faxes',
          'По T.38 страница доходит целой и при потерях в сети. Если оператор на T.38 не согласен, факс идёт звуком.',
          'By T.38 a page arrives whole even where packets are lost. If the operator refuses T.38, the fax goes as sound.',
          {
            scope: 'next-call',
            technical: true,
            choices: {
              auto: ['T.38, если оператор умеет', 'T.38 if the operator can'],
              t38: ['T.38, предлагаем сами', 'T.38, offered by us'],
              g711: ['звуком (G.711)', 'as sound (G.711)'],
            },
          },
        ),
      ),
    directMedia: z
      .boolean()
      .default(false)
      .meta(
        field(
          'Разговор мимо устройства',
          'Media past the box',
          'Если вызов пришёл от оператора и ушёл к оператору, звук идёт между ними напрямую, пока он не нужен здесь: для записи, прослушивания, музыки. Включайте, только если оператор это разрешает: пропажу звука устройство тогда не заметит.',
          'Where a call came from an operator and went out to one, its audio flows between them directly until it is needed here: for a recording, listening, music. Only where the operator allows it: the box does not notice then if the audio stops.',
          { scope: 'next-call', technical: true },
        ),
      ),
    dtmf: digitWay(
      'Как передавать оператору набранное в разговоре.',
      'How digits are sent to the operator during a call.',
    ),
    emergencyShortCodes: z
      .boolean()
      .default(false)
      .meta(
        field(
          'Короткие экстренные номера',
          'Emergency short codes',
          'Оператор принимает 112 и 101–104.',
          'The operator takes 112 and 101-104.',
          { scope: 'next-call' },
        ),
      ),
    emergencyNumber: e164
      .optional()
      .meta(
        field(
          'Длинный номер диспетчера',
          'Emergency number',
          'Если короткие у оператора не работают.',
          'Dialed where short codes do not work.',
          { scope: 'next-call', hint: e164Hint, dialed: true },
        ),
      ),
    transferClass: id
      .optional()
      .meta(
        field(
          'Перевод со стороны оператора',
          "Transfer by the operator's side",
          'С какими правами тот, с кем говорят по этой линии, может перевести вызов (REFER). Пусто: не может, и это правильно почти всегда.',
          'With whose rights somebody on this trunk may transfer a call (REFER). Empty: not at all, which is nearly always right.',
          { refersTo: 'classesOfService', hint: idHint, scope: 'next-call', technical: true },
        ),
      ),
    accessNumber: operatorAccess
      .optional()
      .meta(
        field(
          'Через номер доступа оператора',
          'Through an access number',
          'Устройство само наберёт номер доступа, ПИН-код и номер.',
          'The box itself dials the access number, the PIN and the destination.',
          { scope: 'next-call' },
        ),
      ),
  })
  .meta(field('Линия оператора', 'Trunk', 'SIP-линия оператора.', "A SIP trunk of an operator's."));
