import type { Said } from '../../dialplan/route-plan.ts';

/** Digits as they are read out: in groups of two and three, as people say telephone numbers. */
export function readOut(number: string): Said {
  const digits = number.replace(/^\+7(?=\d{10}$)/, '8').replace(/[^0-9]/g, '');
  const groups = /^8\d{10}$/.test(digits)
    ? digits.replace(/^(\d)(\d{3})(\d{3})(\d{2})(\d{2})$/, '$1, $2, $3, $4, $5')
    : digits.length > 4
      ? digits.replace(/(\d{3})(?=\d{2})/g, '$1, ')
      : digits;
  return { ru: groups, en: [...digits].join(' ') };
}

const join = (make: (pick: (said: Said) => string) => string): Said => ({
  ru: make(({ ru }) => ru),
  en: make(({ en }) => en),
});

/** A sentence with a number in it. */
export const withNumber = (sentence: Said, number: Said): Said =>
  join((pick) => pick(sentence).replace('{}', pick(number)));

/** What the box says of the codes of telephones; the tone has said whether it is yes or no. */
export const words = {
  nobodys: {
    ru: 'У этого телефона нет владельца, поэтому настройка не изменена.',
    en: 'This telephone belongs to nobody, so nothing was changed.',
  },
  notAllowed: {
    ru: 'На этот номер переадресация не разрешена.',
    en: 'Forwarding to this number is not allowed.',
  },
  noSuchNumber: { ru: 'Такого номера нет.', en: 'There is no such number.' },
  toItself: { ru: 'Это собственный номер.', en: 'That is the number itself.' },
  badTime: {
    ru: 'Время может быть от трёх до ста двадцати секунд.',
    en: 'The time can be 3 to 120 seconds.',
  },
  notKept: { ru: 'Настройку не удалось сохранить.', en: 'The setting could not be stored.' },
  disturbOff: { ru: 'Телефон не будет звонить.', en: 'Do not disturb is on.' },
  disturbOn: { ru: 'Телефон будет звонить.', en: 'Do not disturb is off.' },
  waitingOn: { ru: 'Второй вызов включён.', en: 'Call waiting is on.' },
  waitingOff: { ru: 'Второй вызов выключен.', en: 'Call waiting is off.' },
  notHere: {
    ru: 'На этом телефоне второй вызов включается в самом аппарате.',
    en: 'On this telephone call waiting is set in the telephone itself.',
  },
  allOff: { ru: 'Переадресация выключена.', en: 'All forwarding is off.' },
  empty: { ru: 'Здесь ничего не записано.', en: 'Nothing is stored there.' },
  stored: { ru: 'Номер записан: {}.', en: 'The number is stored: {}.' },
  cleared: { ru: 'Номер стёрт.', en: 'The number is cleared.' },
  kept: { ru: 'Записан номер {}.', en: 'The number is {}.' },
  nothingDialed: { ru: 'С этого телефона ещё не звонили.', en: 'Nothing was dialed from here yet.' },
  noCaller: { ru: 'Последний звонивший неизвестен.', en: 'The last caller is not known.' },
  nothingRings: { ru: 'Сейчас никто не звонит.', en: 'Nothing rings now.' },
  notYours: { ru: 'Этот вызов перехватить нельзя.', en: 'This call cannot be picked up.' },
  parkedAt: { ru: 'Вызов на месте {}.', en: 'The call is parked at {}.' },
  nothingToPark: {
    ru: 'Сейчас нет вызова, который можно поставить на парковку.',
    en: 'There is no call to be parked.',
  },
  allTaken: { ru: 'Все места заняты.', en: 'All slots are taken.' },
  slotEmpty: { ru: 'На этом месте никого нет.', en: 'Nobody is parked there.' },
  willCallBack: { ru: 'Мы позвоним, когда абонент освободится.', en: 'We will call when the other is free.' },
  nobodyToCallBack: { ru: 'Некому перезванивать.', en: 'There is nobody to be called back.' },
  callBackWaits: { ru: 'Мы ждём, пока освободится {}.', en: 'We are waiting for {} to be free.' },
  noCallBack: { ru: 'Обратных вызовов нет.', en: 'No call back is waiting.' },
  callBackOff: { ru: 'Обратный вызов отменён.', en: 'The call back is cancelled.' },
  tooMany: { ru: 'Ждёт уже слишком много обратных вызовов.', en: 'Too many calls back are waiting already.' },
  whileHeld: {
    ru: 'Этот код не набирают, пока кто-то ждёт на удержании.',
    en: 'This code is not for while somebody is on hold.',
  },
} as const satisfies Record<string, Said>;

/** How the four kinds of forwarding are called, as their sentences begin. */
export const forwardingWords = {
  always: { ru: 'Переадресация', en: 'Forwarding' },
  busy: { ru: 'Переадресация по занятости', en: 'Forwarding when busy' },
  noAnswer: { ru: 'Переадресация без ответа', en: 'Forwarding when not answered' },
  unreachable: { ru: 'Переадресация при недоступности', en: 'Forwarding when unreachable' },
} as const satisfies Record<string, Said>;

/** "Forwarding to 8, 916, ..." or "Forwarding is off". */
export function forwardingSentence(kind: keyof typeof forwardingWords, to: Said | undefined): Said {
  const name = forwardingWords[kind];
  return to
    ? { ru: `${name.ru} включена на номер ${to.ru}.`, en: `${name.en} is on, to ${to.en}.` }
    : { ru: `${name.ru} выключена.`, en: `${name.en} is off.` };
}
