import * as z from 'zod';
import { field } from '../field.ts';
import { certificate, pemHint } from './trunk-security.ts';

/** How a device is reached and its calls protected: part of the device's own fields. */
export const deviceSecurity = {
  transport: z
    .enum(['udp', 'tcp', 'tls'])
    .default('udp')
    .meta(
      field(
        'Транспорт',
        'Transport',
        'Для подключения по адресу; при регистрации выбирает телефон.',
        'For a device known by its address; one that registers chooses by itself.',
        {
          choices: {
            udp: ['UDP', 'UDP'],
            tcp: ['TCP', 'TCP'],
            tls: ['TLS (с шифрованием)', 'TLS (encrypted)'],
          },
          technical: true,
        },
      ),
    ),
  srtp: z
    .enum(['off', 'optional', 'required'])
    .default('off')
    .meta(
      field(
        'Шифрование разговора (SRTP)',
        'Encryption of speech (SRTP)',
        'Только если устройство подключено по TLS: ключи идут в сигнализации. «Обязательно» — звонки без шифрования не проходят, кроме экстренных.',
        'Only where the device is connected by TLS, as the keys travel in the signalling. Required: no call goes unencrypted but an emergency call.',
        {
          choices: {
            off: ['нет', 'no'],
            optional: ['если устройство умеет', 'if the device can'],
            required: ['обязательно', 'required'],
          },
          technical: true,
        },
      ),
    ),
  tlsCa: certificate.meta(
    field(
      'Сертификат устройства (TLS)',
      'Certificate of the device (TLS)',
      'Для подключения по адресу: сертификат АТС или её центра. Пусто — не проверяется.',
      'For a device known by its address: the certificate of the PBX, or of its authority. Empty: it is not checked.',
      { technical: true, hint: pemHint },
    ),
  ),
};
