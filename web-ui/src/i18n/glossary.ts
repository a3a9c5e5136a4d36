import type { Said } from '../../../daemon/src/api/contract.ts';

/** One word of the page: what it is called, and what it means to somebody who has never seen it. */
export interface Entry {
  word: Said;
  means: Said;
}

/** The glossary: the same word for the same thing on the page, in prompts, letters and alarms. */
export const glossary = {
  fxs: {
    word: { ru: 'телефонное гнездо', en: 'telephone socket' },
    means: {
      ru: 'Гнездо, которое само даёт гудок и питание: сюда включают телефон, факс или городской вход АТС. По-английски FXS.',
      en: 'A socket that itself gives dial tone and power: a telephone, a fax, or a line input of a PBX is plugged in here. Also called FXS.',
    },
  },
  fxo: {
    word: { ru: 'линейное гнездо', en: 'line socket' },
    means: {
      ru: 'Гнездо, которое ждёт гудок снаружи: сюда включают городскую линию или внутреннюю линию АТС. По-английски FXO.',
      en: 'A socket that waits for dial tone from outside: a city line or an extension of a PBX is plugged in here. Also called FXO.',
    },
  },
  pbx: {
    word: { ru: 'АТС', en: 'PBX' },
    means: {
      ru: 'Офисная станция со своими внутренними номерами, которая стоит рядом с этим устройством.',
      en: 'The exchange of the office with extensions of its own, standing beside this box.',
    },
  },
  trunk: {
    word: { ru: 'линия оператора', en: 'trunk' },
    means: {
      ru: 'Связь с оператором через Интернет (SIP): по ней идёт сразу много звонков. В договоре она называется SIP-линией или транком.',
      en: 'The connection to an operator over the Internet (SIP); it carries many calls at once.',
    },
  },
  registration: {
    word: { ru: 'регистрация', en: 'registration' },
    means: {
      ru: 'Устройство раз в несколько минут сообщает оператору, где оно, и показывает имя и пароль. Без этого входящие не придут.',
      en: 'Every few minutes the box tells the operator where it is, with a user name and password. Without it no calls come in.',
    },
  },
  sip: {
    word: { ru: 'SIP', en: 'SIP' },
    means: {
      ru: 'Язык, на котором телефоны и операторы договариваются о звонке через Интернет. Сама речь идёт отдельно.',
      en: 'The language in which telephones and operators agree on a call over the Internet. Speech itself travels apart.',
    },
  },
  rtp: {
    word: { ru: 'речь по сети (RTP)', en: 'speech over the network (RTP)' },
    means: {
      ru: 'Пакеты с голосом: пятьдесят в секунду в каждую сторону. Если идут только в одну, одного из собеседников не слышно.',
      en: 'Packets of voice, fifty a second each way. If they go one way only, one side is not heard.',
    },
  },
  alg: {
    word: { ru: 'SIP ALG', en: 'SIP ALG' },
    means: {
      ru: '«Помощник» в роутере, который меняет сообщения SIP на ходу и этим чаще мешает. Его лучше выключить.',
      en: 'A "helper" in routers that changes SIP messages on their way and mostly does harm. It is best switched off.',
    },
  },
  nat: {
    word: { ru: 'адрес за роутером (NAT)', en: 'address behind a router (NAT)' },
    means: {
      ru: 'У офиса один адрес в Интернете на всех, а у каждого устройства свой внутренний. Роутер переводит одно в другое.',
      en: 'The office has one address on the Internet, and each device an inner one of its own. The router translates between them.',
    },
  },
  dns: {
    word: { ru: 'DNS', en: 'DNS' },
    means: {
      ru: 'Справочная Интернета: по имени сервера сообщает его адрес.',
      en: 'The directory of the Internet: it gives the address for the name of a server.',
    },
  },
  ntp: {
    word: { ru: 'точное время (NTP)', en: 'exact time (NTP)' },
    means: {
      ru: 'Серверы, по которым устройство сверяет часы.',
      en: 'Servers that the box sets its clock by.',
    },
  },
  certificate: {
    word: { ru: 'сертификат', en: 'certificate' },
    means: {
      ru: 'Документ, которым страница доказывает браузеру, что она та самая. Подписывает его центр, которому браузер верит.',
      en: 'What the page proves to a browser with that it is the right one. It is signed by an authority that the browser trusts.',
    },
  },
  authority: {
    word: { ru: 'свой центр сертификации', en: 'the box’s own authority' },
    means: {
      ru: 'Устройство само подписывает свой сертификат. Один раз добавьте его центр в браузер, и предупреждений не будет. Верить он позволяет только местным именам и адресам.',
      en: 'The box signs its certificate itself. Add its authority to the browser once, and there are no warnings. It may speak for local names and addresses only.',
    },
  },
  fingerprint: {
    word: { ru: 'отпечаток', en: 'fingerprint' },
    means: {
      ru: 'Короткая запись сертификата. Если в браузере и на экране устройства она одинакова, между вами никого нет.',
      en: 'A short form of the certificate. If the browser and the console of the box show the same, nobody stands between you.',
    },
  },
  hsts: {
    word: { ru: 'HSTS', en: 'HSTS' },
    means: {
      ru: 'Просьба браузеру полгода открывать эту страницу только с шифрованием.',
      en: 'A request to the browser to open this page for half a year with encryption only.',
    },
  },
  lifeline: {
    word: { ru: 'аварийное реле', en: 'lifeline relay' },
    means: {
      ru: 'Без питания оно соединяет телефон прямо с городской линией, чтобы можно было вызвать помощь.',
      en: 'Without power it joins a telephone straight to a city line, so that help can be called.',
    },
  },
  pin: {
    word: { ru: 'ПИН-код', en: 'PIN' },
    means: {
      ru: 'Цифры, которые набирают, чтобы звонить за счёт офиса. Кто перебирает их, того устройство перестаёт слушать.',
      en: 'Digits that are keyed to call at the cost of the office. Whoever guesses at them is not listened to for a while.',
    },
  },
} as const satisfies Record<string, Entry>;

export type TermId = keyof typeof glossary;
