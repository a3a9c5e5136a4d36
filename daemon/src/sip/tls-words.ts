import type { Said } from '../dialplan/route-plan.ts';
import type { Trouble } from './trouble.ts';

const operator: Said = {
  ru: 'Сообщите об этом оператору. Пока он не исправит, звонки по этой линии не пойдут.',
  en: 'Tell the operator. Until it is mended there, no calls go over this trunk.',
};

const authority: Said = {
  ru: 'Если у оператора свой удостоверяющий центр, впишите его сертификат в настройки линии.',
  en: 'If the operator has an authority of its own, put its certificate into the settings of the trunk.',
};

const own: Said = {
  ru: 'Впишите в настройки линии сертификат и ключ, которые выдал оператор.',
  en: 'Put the certificate and key that the operator has issued into the settings of the trunk.',
};

/** What a connection over TLS failed of, by the engine's code (sipd/transport/tls.ts). */
const WORDS: Readonly<Record<string, Trouble>> = {
  'tls/expired': {
    said: {
      ru: 'Срок действия сертификата оператора истёк',
      en: "The operator's certificate has expired",
    },
    cure: {
      ru: 'Проверьте часы устройства. Если они верны, сообщите оператору.',
      en: "See that the box's clock is right; if it is, tell the operator.",
    },
  },
  'tls/not-yet-valid': {
    said: {
      ru: 'Сертификат оператора ещё не действует',
      en: "The operator's certificate is not valid yet",
    },
    cure: {
      ru: 'Скорее всего, отстают часы устройства: проверьте их.',
      en: "Most likely the box's clock is slow: see to it.",
    },
  },
  'tls/self-signed': {
    said: {
      ru: 'Сертификат оператора никем не заверен (самоподписанный)',
      en: "Nobody vouches for the operator's certificate (self-signed)",
    },
    cure: authority,
  },
  'tls/unknown-issuer': {
    said: {
      ru: 'Сертификат оператора выдан неизвестным удостоверяющим центром',
      en: "The operator's certificate is of an authority that is not known here",
    },
    cure: authority,
  },
  'tls/wrong-name': {
    said: {
      ru: 'Сертификат выдан на другое имя, не на сервер оператора',
      en: "The certificate is for another name than the operator's server",
    },
    cure: {
      ru: 'Впишите сервер так, как он назван в договоре; имя в сертификате можно указать отдельно.',
      en: 'Write the server as the contract names it; the name in the certificate can be given apart.',
    },
  },
  'tls/revoked': {
    said: { ru: 'Сертификат оператора отозван', en: "The operator's certificate is revoked" },
    cure: operator,
  },
  'tls/certificate-asked': {
    said: {
      ru: 'Оператор требует наш сертификат, а его нет',
      en: 'The operator asks for a certificate of ours, and there is none',
    },
    cure: own,
  },
  'tls/we-are-refused': {
    said: {
      ru: 'Оператор отказал в защищённом соединении',
      en: 'The operator refused the secure connection',
    },
    cure: own,
  },
  'tls/old-version': {
    said: {
      ru: 'Сервер оператора знает только устаревшие версии TLS',
      en: "The operator's server knows outdated versions of TLS only",
    },
    cure: operator,
  },
  'tls/bad-settings': {
    said: {
      ru: 'Сертификат или ключ в настройках линии негоден',
      en: 'The certificate or the key in the settings of the trunk is of no use',
    },
    cure: {
      ru: 'Вставьте их заново, целиком.',
      en: 'Put them in again, whole.',
    },
  },
};

const GENERAL: Trouble = {
  said: {
    ru: 'Защищённое соединение с оператором (TLS) не состоялось',
    en: 'The secure connection (TLS) to the operator failed',
  },
  cure: {
    ru: 'Проверьте, что оператор принимает TLS на этом адресе и порту.',
    en: 'See whether the operator takes TLS at this address and port.',
  },
};

/** What went wrong with TLS, and what to do; undefined if `text` is no such code. */
export function tlsWords(text: string): Trouble | undefined {
  return text.startsWith('tls/') ? (WORDS[text] ?? GENERAL) : undefined;
}
