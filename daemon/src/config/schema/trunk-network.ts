import * as z from 'zod';
import { field } from '../field.ts';

/** What a trunk is told of the network between us and the operator: part of the trunk's own fields. */
export const trunkNetwork = {
  bulkNumbers: z
    .boolean()
    .default(false)
    .meta(
      field(
        'Регистрация всех номеров сразу',
        'Bulk registration',
        'Одна регистрация на все номера офиса (SIPconnect, RFC 6140), если оператор так требует.',
        'One registration for all numbers of the office (SIPconnect 2.0, RFC 6140), where the operator asks for it.',
        { technical: true },
      ),
    ),
  outbound: z
    .enum(['auto', 'on', 'off'])
    .default('auto')
    .meta(
      field(
        'Несколько путей регистрации',
        'Registration by several ways',
        'Отдельная регистрация через каждый сервер оператора (RFC 5626, outbound). Обычно оператор сам сообщает, что так умеет.',
        'A registration over each server of the operator (RFC 5626, outbound). An operator that can usually says so.',
        {
          technical: true,
          choices: {
            auto: ['если оператор сообщает, что умеет', 'if the operator says that it can'],
            on: ['да', 'yes'],
            off: ['нет', 'no'],
          },
        },
      ),
    ),
  publicAddress: z
    .string()
    .max(45)
    .default('')
    .meta(
      field(
        'Внешний адрес',
        'Public address',
        'Если порты проброшены на роутере. Пусто — узнать у оператора.',
        'Where the router forwards our ports. Empty: as the operator sees us.',
        { technical: true, hint: ['адрес IP, например 203.0.113.5', 'an IP address, such as 203.0.113.5'] },
      ),
    ),
  sdpAddress: z
    .enum(['local', 'public'])
    .default('local')
    .meta(
      field(
        'Адрес для речи',
        'Address for speech',
        'Обычно свой: оператор сам увидит, откуда идёт речь.',
        'Usually our own: the operator sees by itself where speech comes from.',
        {
          scope: 'next-call',
          technical: true,
          choices: { local: ['свой', 'our own'], public: ['внешний', 'the public one'] },
        },
      ),
    ),
};
