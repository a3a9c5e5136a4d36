import type { Config } from '../config/schema.ts';
import type { Said } from './route-plan.ts';

/** What is dialed behind a code. */
export type CodeArgument =
  | 'none'
  /** A number as it would be dialed, ended by `#` or by a pause. */
  | 'number'
  /** An extension of the office. */
  | 'extension'
  /** One digit. */
  | 'digit'
  /** One digit, `*`, and a number as it would be dialed. */
  | 'digit-number'
  /** One digit and `#`. */
  | 'digit-end';

/** One feature code: the only place where it is said what there is. */
export interface FeatureCode {
  /** Its name in `dialing.codes`, and for {@link codeHandlers}. */
  readonly kind: string;
  /** What is dialed unless the office says otherwise: those of ETSI and mobile networks where there are any. */
  readonly code: string;
  readonly argument: CodeArgument;
  readonly name: Said;
  readonly help: Said;
}

/** ETSI EN 300 207 and 3GPP TS 22.030 annex B: 21 always, 67 busy, 61 no answer, 62 not reachable. */
export const featureCodes = [
  {
    kind: 'forwardAlways',
    code: '*21*',
    argument: 'number',
    name: { ru: 'Переадресация всегда: включить', en: 'Forward always: on' },
    help: {
      ru: 'За кодом номер и решётка: *21*89161234567#. Все вызовы идут туда.',
      en: 'The code, a number and #: *21*89161234567#. All calls go there.',
    },
  },
  {
    kind: 'forwardAlwaysOff',
    code: '#21#',
    argument: 'none',
    name: { ru: 'Переадресация всегда: выключить', en: 'Forward always: off' },
    help: { ru: 'Вызовы снова идут на телефон.', en: 'Calls ring the telephone again.' },
  },
  {
    kind: 'forwardAlwaysCheck',
    code: '*#21#',
    argument: 'none',
    name: { ru: 'Переадресация всегда: проверить', en: 'Forward always: check' },
    help: {
      ru: 'Слышно, включена ли она и куда.',
      en: 'Tells whether it is on, and where to.',
    },
  },
  {
    kind: 'forwardBusy',
    code: '*67*',
    argument: 'number',
    name: { ru: 'Переадресация по занятости: включить', en: 'Forward when busy: on' },
    help: { ru: 'За кодом номер и решётка.', en: 'The code, a number and #.' },
  },
  {
    kind: 'forwardBusyOff',
    code: '#67#',
    argument: 'none',
    name: { ru: 'Переадресация по занятости: выключить', en: 'Forward when busy: off' },
    help: { ru: 'При занятом снова слышно «занято».', en: 'Callers hear busy again.' },
  },
  {
    kind: 'forwardBusyCheck',
    code: '*#67#',
    argument: 'none',
    name: { ru: 'Переадресация по занятости: проверить', en: 'Forward when busy: check' },
    help: { ru: 'Слышно, включена ли она и куда.', en: 'Tells whether it is on, and where to.' },
  },
  {
    kind: 'forwardNoAnswer',
    code: '*61*',
    argument: 'number',
    name: { ru: 'Переадресация без ответа: включить', en: 'Forward when not answered: on' },
    help: { ru: 'За кодом номер и решётка.', en: 'The code, a number and #.' },
  },
  {
    kind: 'forwardNoAnswerOff',
    code: '#61#',
    argument: 'none',
    name: { ru: 'Переадресация без ответа: выключить', en: 'Forward when not answered: off' },
    help: { ru: 'Телефон звонит, пока не ответят.', en: 'The telephone rings until it is answered.' },
  },
  {
    kind: 'forwardNoAnswerCheck',
    code: '*#61#',
    argument: 'none',
    name: { ru: 'Переадресация без ответа: проверить', en: 'Forward when not answered: check' },
    help: { ru: 'Слышно, включена ли она и куда.', en: 'Tells whether it is on, and where to.' },
  },
  {
    kind: 'forwardUnreachable',
    code: '*62*',
    argument: 'number',
    name: { ru: 'Переадресация при недоступности: включить', en: 'Forward when unreachable: on' },
    help: { ru: 'За кодом номер и решётка.', en: 'The code, a number and #.' },
  },
  {
    kind: 'forwardUnreachableOff',
    code: '#62#',
    argument: 'none',
    name: { ru: 'Переадресация при недоступности: выключить', en: 'Forward when unreachable: off' },
    help: { ru: 'Вызовы больше никуда не уходят.', en: 'Calls go nowhere else any more.' },
  },
  {
    kind: 'forwardUnreachableCheck',
    code: '*#62#',
    argument: 'none',
    name: { ru: 'Переадресация при недоступности: проверить', en: 'Forward when unreachable: check' },
    help: { ru: 'Слышно, включена ли она и куда.', en: 'Tells whether it is on, and where to.' },
  },
  {
    kind: 'forwardAllOff',
    code: '#002#',
    argument: 'none',
    name: { ru: 'Все переадресации: выключить', en: 'All forwarding: off' },
    help: { ru: 'Снимает все четыре сразу.', en: 'Takes off all four at once.' },
  },
  {
    kind: 'doNotDisturb',
    code: '*26#',
    argument: 'none',
    name: { ru: '«Не беспокоить»: включить', en: 'Do not disturb: on' },
    help: { ru: 'Телефоны молчат.', en: 'The telephones are silent.' },
  },
  {
    kind: 'doNotDisturbOff',
    code: '#26#',
    argument: 'none',
    name: { ru: '«Не беспокоить»: выключить', en: 'Do not disturb: off' },
    help: { ru: 'Телефоны снова звонят.', en: 'The telephones ring again.' },
  },
  {
    kind: 'doNotDisturbCheck',
    code: '*#26#',
    argument: 'none',
    name: { ru: '«Не беспокоить»: проверить', en: 'Do not disturb: check' },
    help: { ru: 'Слышно, включено ли оно.', en: 'Tells whether it is on.' },
  },
  {
    kind: 'callWaiting',
    code: '*43#',
    argument: 'none',
    name: { ru: 'Второй вызов: включить', en: 'Call waiting: on' },
    help: { ru: 'В разговоре слышно, что звонит ещё кто-то.', en: 'Another caller is heard during a call.' },
  },
  {
    kind: 'callWaitingOff',
    code: '#43#',
    argument: 'none',
    name: { ru: 'Второй вызов: выключить', en: 'Call waiting: off' },
    help: { ru: 'Второй звонящий слышит «занято».', en: 'A second caller hears busy.' },
  },
  {
    kind: 'callWaitingCheck',
    code: '*#43#',
    argument: 'none',
    name: { ru: 'Второй вызов: проверить', en: 'Call waiting: check' },
    help: { ru: 'Слышно, включён ли он.', en: 'Tells whether it is on.' },
  },
  {
    kind: 'callBack',
    code: '*37#',
    argument: 'none',
    name: { ru: 'Перезвонить, когда освободится', en: 'Call back when free' },
    help: {
      ru: 'После «занято» или без ответа внутри офиса: телефон позвонит, когда тот освободится.',
      en: 'After busy or no answer inside the office: the telephone rings once the other is free.',
    },
  },
  {
    kind: 'callBackOff',
    code: '#37#',
    argument: 'none',
    name: { ru: 'Перезвонить: отменить', en: 'Call back: cancel' },
    help: { ru: 'Отменяет все заказы с этого телефона.', en: "Cancels all of this telephone's." },
  },
  {
    kind: 'callBackCheck',
    code: '*#37#',
    argument: 'none',
    name: { ru: 'Перезвонить: проверить', en: 'Call back: check' },
    help: { ru: 'Слышно, ждёт ли заказ.', en: 'Tells whether one is waiting.' },
  },
  {
    kind: 'redial',
    code: '*0',
    argument: 'none',
    name: { ru: 'Повторить последний номер', en: 'Redial' },
    help: { ru: 'Набирает последний номер ещё раз.', en: 'Dials the last number again.' },
  },
  {
    kind: 'returnCall',
    code: '*69',
    argument: 'none',
    name: { ru: 'Позвонить тому, кто звонил', en: 'Call the last caller' },
    help: { ru: 'Набирает номер последнего звонившего.', en: 'Dials the number of the last caller.' },
  },
  {
    kind: 'callLog',
    code: '*68',
    argument: 'none',
    name: { ru: 'Последние вызовы голосом', en: 'Last calls, read out' },
    help: {
      ru: 'Сначала пропущенные; клавиша 1 перезванивает.',
      en: 'Missed ones first; key 1 calls back.',
    },
  },
  {
    kind: 'pickUpGroup',
    code: '*8',
    argument: 'none',
    name: { ru: 'Перехват в группе', en: 'Pick up in the group' },
    help: {
      ru: 'Отвечает на вызов, который звонит у коллеги по группе.',
      en: 'Answers what rings at a colleague of the group.',
    },
  },
  {
    kind: 'pickUp',
    code: '**',
    argument: 'extension',
    name: { ru: 'Перехват с телефона', en: 'Pick up a telephone' },
    help: {
      ru: 'За кодом внутренний номер того, у кого звонит: **12.',
      en: 'The code and the extension that rings: **12.',
    },
  },
  {
    kind: 'park',
    code: '*45',
    argument: 'none',
    name: { ru: 'Поставить вызов на парковку', en: 'Park a call' },
    help: {
      ru: 'Во время разговора: флеш и код. Слышно, какое это место.',
      en: 'During a call: flash and the code. The number of the slot is told.',
    },
  },
  {
    kind: 'retrieve',
    code: '*46',
    argument: 'digit',
    name: { ru: 'Взять вызов с парковки', en: 'Take a parked call' },
    help: { ru: 'За кодом номер места: *461.', en: 'The code and the number of the slot: *461.' },
  },
  {
    kind: 'dialOwn',
    code: '*7',
    argument: 'digit',
    name: { ru: 'Свой сокращённый номер', en: 'Own abbreviated number' },
    help: { ru: 'За кодом одна цифра: *71.', en: 'The code and one digit: *71.' },
  },
  {
    kind: 'storeOwn',
    code: '*51*',
    argument: 'digit-number',
    name: { ru: 'Свой сокращённый номер: записать', en: 'Own abbreviated number: store' },
    help: {
      ru: 'Код, цифра, звёздочка, номер и решётка: *51*1*89161234567#.',
      en: 'The code, a digit, *, a number and #: *51*1*89161234567#.',
    },
  },
  {
    kind: 'clearOwn',
    code: '#51*',
    argument: 'digit-end',
    name: { ru: 'Свой сокращённый номер: стереть', en: 'Own abbreviated number: clear' },
    help: { ru: 'Код, цифра и решётка: #51*1#.', en: 'The code, a digit and #: #51*1#.' },
  },
  {
    kind: 'checkOwn',
    code: '*#51*',
    argument: 'digit-end',
    name: { ru: 'Свой сокращённый номер: проверить', en: 'Own abbreviated number: check' },
    help: { ru: 'Код, цифра и решётка: *#51*1#.', en: 'The code, a digit and #: *#51*1#.' },
  },
  {
    kind: 'voicemail',
    code: '*98',
    argument: 'none',
    name: { ru: 'Голосовая почта', en: 'Voicemail' },
    help: {
      ru: 'Сообщения этого телефона; с общего спрашивают внутренний номер и ПИН-код.',
      en: "This telephone's messages; at a shared one extension and PIN are asked for.",
    },
  },
  {
    kind: 'agentOn',
    code: '*91',
    argument: 'none',
    name: { ru: 'Очереди: на линии', en: 'Queues: on line' },
    help: {
      ru: 'Сотрудник этого телефона принимает вызовы очередей; паузу после разговора код прекращает.',
      en: "This telephone's person takes calls of the queues; the code ends a wrap-up, too.",
    },
  },
  {
    kind: 'agentPause',
    code: '*92',
    argument: 'none',
    name: { ru: 'Очереди: пауза', en: 'Queues: pause' },
    help: {
      ru: 'Новых вызовов из очередей нет, пока сотрудник снова не на линии.',
      en: 'No calls of the queues come until the person is on line again.',
    },
  },
  {
    kind: 'agentOff',
    code: '*93',
    argument: 'none',
    name: { ru: 'Очереди: ушёл', en: 'Queues: off' },
    help: { ru: 'Рабочий день окончен.', en: 'The working day is over.' },
  },
] as const satisfies readonly FeatureCode[];

export type CodeKind = (typeof featureCodes)[number]['kind'];

/** A code as the office has it, with where it stands in the document. */
export interface OfficeCode {
  kind: CodeKind;
  code: string;
  argument: CodeArgument;
  name: Said;
  path: string;
}

/** The codes of an office that are not turned off. */
export function officeCodes(dialing: Config['dialing']): OfficeCode[] {
  return featureCodes.flatMap(({ kind, argument, name }) => {
    const code = dialing.codes[kind];
    return code === '' ? [] : [{ kind, code, argument, name, path: `/dialing/codes/${kind}` }];
  });
}

/** A code with what was dialed behind it. */
export interface DialedCode {
  kind: CodeKind;
  /** Digits behind the code, without the `#` that ends them; with `*` between two of them. */
  argument: string;
}

/** How far digits are a code, and which. */
export interface ReadCode {
  completeness: 'complete' | 'may-continue' | 'partial' | 'impossible';
  dialed?: DialedCode;
}

/**
 * Reads digits as a feature code. `extension`: how far digits are one, for codes with an extension behind them.
 * @returns undefined if they begin no code.
 */
export function readCode(
  digits: string,
  codes: readonly Pick<OfficeCode, 'kind' | 'code' | 'argument'>[],
  extension: (digits: string) => ReadCode['completeness'],
): ReadCode | undefined {
  const behind = codes.filter(({ code }) => digits.startsWith(code));
  const [found] = behind.sort((a, b) => b.code.length - a.code.length);
  const grows = codes.some(({ code }) => code.length > digits.length && code.startsWith(digits));
  if (!found) return grows ? { completeness: 'partial' } : undefined;
  const rest = digits.slice(found.code.length);
  const { completeness, argument } = readArgument(rest, found.argument, extension);
  const dialed = argument === undefined ? {} : { dialed: { kind: found.kind, argument } };
  if (grows && completeness === 'complete') return { completeness: 'may-continue', ...dialed };
  return { completeness: grows && completeness === 'impossible' ? 'partial' : completeness, ...dialed };
}

function readArgument(
  rest: string,
  argument: CodeArgument,
  extension: (digits: string) => ReadCode['completeness'],
): { completeness: ReadCode['completeness']; argument?: string } {
  const ended = rest.endsWith('#');
  const value = ended ? rest.slice(0, -1) : rest;
  const impossible = { completeness: 'impossible' } as const;
  switch (argument) {
    case 'none':
      return value === '' ? { completeness: 'complete', argument: '' } : impossible;
    case 'number':
      if (value === '') return ended ? impossible : { completeness: 'partial' };
      return { completeness: ended ? 'complete' : 'may-continue', argument: value };
    case 'extension': {
      if (value === '') return ended ? impossible : { completeness: 'partial' };
      const known = extension(value);
      if (known === 'impossible' || (ended && known === 'partial')) return impossible;
      if (known === 'partial') return { completeness: 'partial' };
      return { completeness: ended ? 'complete' : known, argument: value };
    }
    case 'digit':
    case 'digit-end':
      if (value === '') return ended ? impossible : { completeness: 'partial' };
      if (!/^\d$/.test(value)) return impossible;
      return {
        completeness: ended || argument === 'digit' ? 'complete' : 'may-continue',
        argument: value,
      };
    case 'digit-number':
      if (/^\d\*.+$/.test(value))
        return { completeness: ended ? 'complete' : 'may-continue', argument: value };
      return !ended && /^(?:\d\*?)?$/.test(value) ? { completeness: 'partial' } : impossible;
  }
}
