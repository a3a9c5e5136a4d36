import type { Said } from '../dialplan/route-plan.ts';
import type { DeviceAccount } from './device-file.ts';
import { type ReadPreset, recommended } from './device-presets.ts';
import type { DeviceConfig } from './schema.ts';

/** One setting in words. */
export interface SettingInWords {
  name: Said;
  value: Said;
}

const CODECS = { PCMA: 'G.711 A-law (PCMA)', PCMU: 'G.711 µ-law (PCMU)' } as const;

/**
 * What is entered at a device, in words and in the order of most telephones' own pages. The password is told by
 * where it stands, never by itself.
 */
export function settingsInWords(
  preset: Pick<ReadPreset, 'kind'>,
  device: Pick<DeviceConfig, 'codecs' | 'ptimeMs' | 'dtmf'>,
  account: DeviceAccount,
): SettingInWords[] {
  const same = (text: string): Said => ({ ru: text, en: text });
  const { host, port, user, name, srtp } = account;
  const off: Said = { ru: 'выключить', en: 'off' };
  return [
    { name: { ru: 'Сервер SIP (регистратор)', en: 'SIP server (registrar)' }, value: same(host) },
    { name: { ru: 'Порт', en: 'Port' }, value: same(String(port)) },
    { name: { ru: 'Транспорт', en: 'Transport' }, value: same(srtp ? 'TLS' : 'UDP') },
    { name: { ru: 'Имя пользователя', en: 'User name' }, value: same(user) },
    { name: { ru: 'Имя для авторизации', en: 'Authentication name' }, value: same(user) },
    {
      name: { ru: 'Пароль', en: 'Password' },
      value: { ru: 'тот, что указан в настройках устройства', en: 'the one in the settings of the device' },
    },
    { name: { ru: 'Отображаемое имя', en: 'Display name' }, value: same(name) },
    {
      name: { ru: 'Кодеки, по порядку', en: 'Codecs, in this order' },
      value: same(device.codecs.map((codec) => CODECS[codec]).join(', ')),
    },
    {
      name: { ru: 'Длина пакета', en: 'Packet time' },
      value: { ru: `${device.ptimeMs} мс`, en: `${device.ptimeMs} ms` },
    },
    {
      name: { ru: 'Тональный набор (DTMF)', en: 'DTMF' },
      value: same(device.dtmf === 'info' ? 'SIP INFO' : `${recommended.dtmf} (RFC 2833), 101`),
    },
    {
      name: { ru: 'Срок регистрации', en: 'Registration' },
      value: {
        ru: `${recommended.registerSeconds} с (${recommended.registerSeconds / 60} мин)`,
        en: `${recommended.registerSeconds} s (${recommended.registerSeconds / 60} min)`,
      },
    },
    {
      name: { ru: 'Поддержание связи (keep-alive)', en: 'Keepalive' },
      value: { ru: `${recommended.keepaliveSeconds} с`, en: `${recommended.keepaliveSeconds} s` },
    },
    {
      name: { ru: 'Шифрование разговора (SRTP, SDES)', en: 'Encryption of speech (SRTP, SDES)' },
      value:
        srtp === 'required'
          ? { ru: 'обязательно', en: 'required' }
          : srtp === 'optional'
            ? { ru: 'по возможности', en: 'optional' }
            : off,
    },
    ...(srtp
      ? [
          {
            name: { ru: 'Проверка сертификата сервера', en: 'Check of the server certificate' },
            value: {
              ru: 'выключить, пока у коробки свой сертификат',
              en: 'off, while the box has a certificate of its own making',
            },
          },
        ]
      : []),
    { name: { ru: 'Таймер сеанса (session timer)', en: 'Session timer' }, value: off },
    { name: { ru: 'Поиск сервера по DNS SRV', en: 'DNS SRV' }, value: off },
    ...(preset.kind === 'adapter'
      ? [
          {
            name: { ru: 'Гудки, 425 Гц', en: 'Tones, 425 Hz' },
            value: {
              ru: 'ответ станции непрерывно, контроль посылки вызова 1 с через 4 с, занято 0,35/0,35 с',
              en: 'dial tone continuous, ringback 1 s on, 4 s off, busy 0.35 s on, 0.35 s off',
            },
          },
        ]
      : []),
  ];
}
