import type { Trouble } from '../trouble.ts';

const TROUBLE = {
  'no-tls': {
    said: {
      ru: 'Подключено без TLS, а шифрование разговора обязательно',
      en: 'Connected without TLS, while encryption of speech is required',
    },
    cure: {
      ru: 'Включите в устройстве транспорт TLS и SRTP, или разрешите здесь звонки без шифрования.',
      en: 'Set the device to TLS transport and SRTP, or allow calls without encryption here.',
    },
  },
  'no-srtp': {
    said: {
      ru: 'Шифрование разговора обязательно, а на этой коробке его нет',
      en: 'Encryption of speech is required, and this box has none',
    },
    cure: {
      ru: 'Установите пакет libsrtp2-1 и перезапустите службу.',
      en: 'Install the package libsrtp2-1 and restart the service.',
    },
  },
} as const satisfies Record<string, Trouble>;

/** Why a device that is there cannot be called: SRTP is required, and cannot be had. */
export const deviceTrouble = (what: keyof typeof TROUBLE): Trouble => TROUBLE[what];
