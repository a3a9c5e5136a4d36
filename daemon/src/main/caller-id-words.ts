import type { LineCallerId, Said } from '../api/contract.ts';
import type { FxoPortConfig } from '../config/schema.ts';
import type { CallerIdWay } from '../media/api.ts';
import { type CallerIdMoment, habit } from '../port/caller-learning.ts';
import type { CallerHabit } from './caller-habits.ts';

const ways: Record<CallerIdWay, Said> = {
  'fsk-v23': { ru: 'FSK V.23', en: 'FSK V.23' },
  'fsk-bell202': { ru: 'FSK Bell 202', en: 'FSK Bell 202' },
  dtmf: { ru: 'тональный (DTMF)', en: 'DTMF' },
  aon: { ru: 'классический АОН', en: 'classic АОН' },
};

const moments: Record<CallerIdMoment, Said> = {
  'before-ring': { ru: 'до первого звонка', en: 'before the first ring' },
  'between-rings': { ru: 'между звонками', en: 'between the rings' },
  'on-request': { ru: 'по запросу после ответа', en: 'on request, after the answer' },
};

/** ru: 1 вызов, 2 вызова, 5 вызовов. */
function calls(n: number): Said {
  const [ten, hundred] = [n % 10, n % 100];
  const few = ten >= 2 && ten <= 4 && !(hundred >= 12 && hundred <= 14);
  const one = ten === 1 && hundred !== 11;
  return { ru: `${n} ${one ? 'вызов' : few ? 'вызова' : 'вызовов'}`, en: n === 1 ? '1 call' : `${n} calls` };
}

/** What a line has shown of its caller ID, and what follows for its settings. */
export function lineCallerId(port: FxoPortConfig, { learning, at }: CallerHabit): LineCallerId {
  const advice = advise(port.callerIdMode, habit(learning));
  return {
    said: sentence(learning),
    ...(advice ? { advice } : {}),
    at,
    ...(learning.last ? { raw: learning.last.raw } : {}),
    ...(learning.last?.category ? { category: learning.last.category } : {}),
  };
}

function sentence({ way, moment, inRow, without }: CallerHabit['learning']): Said {
  const none = calls(without);
  if (way === undefined || moment === undefined)
    return { ru: `номер не пришёл: ${none.ru} подряд`, en: `none came: ${none.en} in a row` };
  const how: Said = {
    ru: `${ways[way].ru}, ${moments[moment].ru}`,
    en: `${ways[way].en}, ${moments[moment].en}`,
  };
  if (without > 0)
    return {
      ru: `${how.ru}; потом номера не было: ${none.ru}`,
      en: `${how.en}; then none came: ${none.en}`,
    };
  const row = calls(inRow);
  return { ru: `${how.ru}: ${row.ru} подряд`, en: `${how.en}: ${row.en} in a row` };
}

function advise(mode: FxoPortConfig['callerIdMode'], known: ReturnType<typeof habit>): Said | undefined {
  switch (known) {
    case 'none':
      return mode === 'auto'
        ? {
            ru: 'Похоже, на этой линии номер не передаётся: телефоны звонят сразу, не дожидаясь его.',
            en: 'This line seems to send no numbers: the telephones ring at once and do not wait for one.',
          }
        : undefined;
    case 'between-rings':
    case 'before-ring': {
      if (mode === 'off' || mode === known) return undefined;
      const choice = moments[known];
      return mode === 'auto'
        ? {
            ru: `Линия передаёт номер всегда так. Это можно закрепить: в настройках гнезда выберите «${choice.ru}».`,
            en: `The line always does it like this. To have it fixed, choose “${choice.en}” in the settings of the socket.`,
          }
        : {
            ru: `Номер приходит ${choice.ru}, а в настройках гнезда выбрано другое: выберите «само».`,
            en: `The number comes ${choice.en}, but the settings of the socket say otherwise: choose “automatic”.`,
          };
    }
    default:
      return undefined;
  }
}
