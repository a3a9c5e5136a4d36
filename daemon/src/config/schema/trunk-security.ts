import * as z from 'zod';
import { field, type Words } from '../field.ts';

export const pemHint: Words = [
  'текст сертификата от -----BEGIN CERTIFICATE----- до конца',
  'the text of a certificate from -----BEGIN CERTIFICATE----- to its end',
];

/** PEM text; whether it is any is checked by ../written-values.ts, since a schema is read by the page too. */
export const certificate = z.string().max(32_000).default('');

/** How a trunk is reached and, over TLS, secured: part of the trunk's own fields. */
export const trunkSecurity = {
  transport: z
    .enum(['udp', 'tcp', 'tls', 'auto'])
    .default('udp')
    .meta(
      field(
        'Транспорт',
        'Transport',
        'Как скажет оператор. TLS шифрует сигнализацию; «автоматически» — как указано в DNS.',
        'As the operator says. TLS encrypts signalling; automatic is what DNS says.',
        {
          choices: {
            udp: ['UDP', 'UDP'],
            tcp: ['TCP', 'TCP'],
            tls: ['TLS (с шифрованием)', 'TLS (encrypted)'],
            auto: ['автоматически', 'automatic'],
          },
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
        'Только при транспорте TLS: ключи идут в сигнализации. «Обязательно» — звонки без шифрования не проходят.',
        'With TLS transport only, as the keys travel in the signalling. Required: no call goes unencrypted.',
        {
          choices: {
            off: ['нет', 'no'],
            optional: ['если оператор умеет', 'if the operator can'],
            required: ['обязательно', 'required'],
          },
        },
      ),
    ),
  tlsCa: certificate.meta(
    field(
      'Удостоверяющий центр (TLS)',
      'Certificate authority (TLS)',
      'Сертификат центра в виде PEM, если у оператора он свой. Пусто — общеизвестные центры.',
      "PEM of the authority, where the operator has one of its own. Empty: the system's.",
      { technical: true, hint: pemHint },
    ),
  ),
  tlsName: z
    .string()
    .regex(/^[A-Za-z0-9.-]*$/)
    .max(255)
    .default('')
    .meta(
      field(
        'Имя в сертификате (TLS)',
        'Name in the certificate (TLS)',
        'Если оно не совпадает с именем сервера.',
        "Where it is not the server's.",
        { technical: true, hint: ['имя домена', 'a domain name'] },
      ),
    ),
  tlsVerify: z
    .boolean()
    .default(true)
    .meta(
      field(
        'Проверять сертификат (TLS)',
        'Check the certificate (TLS)',
        'Без проверки разговор можно перехватить.',
        'Without the check anybody on the way can pose as the operator.',
        { technical: true },
      ),
    ),
  tlsCertificate: certificate.meta(
    field(
      'Наш сертификат (TLS)',
      'Our certificate (TLS)',
      'Если оператор выдал его для входа.',
      'Where the operator has issued one for us to show.',
      { technical: true, hint: pemHint },
    ),
  ),
  tlsPrivateKey: z
    .string()
    .max(16_000)
    .default('')
    .meta(
      field('Ключ к нему (TLS)', 'Its key (TLS)', 'В виде PEM, без пароля.', 'PEM, without a password.', {
        secret: true,
        technical: true,
        hint: ['текст ключа PEM', 'the text of a PEM key'],
      }),
    ),
};
