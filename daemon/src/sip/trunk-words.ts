import type { Said } from '../dialplan/route-plan.ts';
import { tlsWords } from './tls-words.ts';
import type { Trouble } from './trouble.ts';

/** An exchange as words are made of it. */
interface Spoken {
  /** REGISTER, OPTIONS or INVITE. */
  request: string;
  status: number;
  /** Reason phrase, or ours. */
  text: string;
  /** By the operator's server, and not by silence or our own engine. */
  answered: boolean;
}

const net: Said = {
  ru: 'Проверьте Интернет и адрес сервера. Звонки пока идут другими путями, если они есть.',
  en: 'Check the Internet and the address of the server. Calls take other routes meanwhile, if there are any.',
};

const account: Said = {
  ru: 'Проверьте имя и пароль в договоре с оператором.',
  en: 'Check the user name and password in the contract with the operator.',
};

const ask: Said = {
  ru: 'Спросите оператора, назвав ему этот ответ.',
  en: 'Ask the operator and quote this answer.',
};

/** The name of the server leads to no address. */
export const noAddress = (server: string): Trouble => ({
  said: {
    ru: `Не удаётся узнать адрес сервера ${server}`,
    en: `The address of the server ${server} cannot be found`,
  },
  cure: {
    ru: 'Проверьте имя сервера и связь с Интернетом (DNS).',
    en: 'Check the name of the server and the Internet connection (DNS).',
  },
});

/** The machine has no way to the server. */
export const noRoute: Trouble = {
  said: {
    ru: 'Нет сети: до сервера оператора нет пути',
    en: "No network: there is no way to the operator's server",
  },
  cure: { ru: 'Проверьте сетевой кабель и роутер.', en: 'Check the network cable and the router.' },
};

/** SRTP is required, and its library is missing or does not work. */
export const noSrtp: Trouble = {
  said: {
    ru: 'Линия требует шифрования разговора, а библиотеки для него (libsrtp2) на устройстве нет',
    en: 'The trunk requires encrypted speech, and the library for it (libsrtp2) is missing on the box',
  },
  cure: {
    ru: 'Установите пакет libsrtp2-1 и перезапустите службу. До этого звонки по этой линии не проходят.',
    en: 'Install the package libsrtp2-1 and restart the service. Until then no calls take this trunk.',
  },
};

/** Our own SIP engine is away. */
export const noEngine: Trouble = {
  said: { ru: 'Не работает движок SIP', en: 'The SIP engine does not work' },
  cure: { ru: 'Он перезапустится сам в течение минуты.', en: 'It restarts by itself within a minute.' },
};

/** Answers whose cause is known well enough to be named; REGISTER and any request alike unless told apart. */
const KNOWN: Readonly<Record<number, { ru: string; en: string; cure: Said; only?: 'REGISTER' }>> = {
  401: {
    only: 'REGISTER',
    ru: 'Оператор не принял имя или пароль',
    en: 'The operator did not accept the user name or password',
    cure: account,
  },
  407: {
    only: 'REGISTER',
    ru: 'Оператор не принял имя или пароль',
    en: 'The operator did not accept the user name or password',
    cure: account,
  },
  403: {
    only: 'REGISTER',
    ru: 'Оператор не принял имя или пароль',
    en: 'The operator did not accept the user name or password',
    cure: account,
  },
  404: {
    only: 'REGISTER',
    ru: 'Оператор не знает такого имени',
    en: 'The operator does not know this user',
    cure: account,
  },
  402: {
    ru: 'Оператор требует оплаты',
    en: 'The operator asks for payment',
    cure: { ru: 'Проверьте, оплачен ли договор.', en: 'See whether the contract is paid.' },
  },
  420: {
    only: 'REGISTER',
    ru: 'Оператор не умеет регистрировать все номера сразу',
    en: 'The operator cannot register all numbers at once',
    cure: { ru: 'Выключите «Регистрация всех номеров сразу».', en: 'Switch "Bulk registration" off.' },
  },
  423: {
    only: 'REGISTER',
    ru: 'Оператор требует другого срока регистрации',
    en: 'The operator wants another registration time',
    cure: { ru: 'Увеличьте срок регистрации.', en: 'Make the registration time longer.' },
  },
  503: {
    ru: 'Сервер оператора перегружен или остановлен',
    en: "The operator's server is overloaded or stopped",
    cure: { ru: 'Подождите: устройство попробует снова само.', en: 'Wait: the box tries again by itself.' },
  },
};

/** An exchange in words for people, without a full stop. */
export function sayExchange(spoken: Spoken): Said {
  const { request, status, text, answered } = spoken;
  if (!answered) return sayUnanswered(spoken);
  if (status < 300) {
    return request === 'REGISTER'
      ? { ru: 'Оператор принял регистрацию', en: 'The operator accepted the registration' }
      : { ru: 'Сервер оператора отвечает', en: "The operator's server answers" };
  }
  const quoted = `${status} ${text}`.trim();
  const known = knownAnswer(request, status);
  if (known) return { ru: `${known.ru} (${quoted})`, en: `${known.en} (${quoted})` };
  if (status < 400)
    return {
      ru: `Оператор отсылает на другой адрес (${quoted})`,
      en: `The operator refers us to another address (${quoted})`,
    };
  return { ru: `Ответ оператора: ${quoted}`, en: `The operator answered: ${quoted}` };
}

function sayUnanswered({ status, text }: Spoken): Said {
  if (status !== 503)
    return { ru: 'Сервер оператора не отвечает', en: "The operator's server does not answer" };
  const secure = tlsWords(text);
  if (secure) return secure.said;
  return {
    ru: 'Сервер оператора недоступен: запрос не удалось отправить',
    en: "The operator's server cannot be reached: the request could not be sent",
  };
}

/** What to do about an exchange that failed. */
export function cureOf({ request, status, answered, text }: Spoken): Said {
  if (!answered) return tlsWords(text)?.cure ?? net;
  return knownAnswer(request, status)?.cure ?? ask;
}

function knownAnswer(request: string, status: number) {
  const known = KNOWN[status];
  return known && (known.only === undefined || known.only === request) ? known : undefined;
}
