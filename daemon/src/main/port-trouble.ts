import type { PortLive, Said } from '../api/contract.ts';

/** Why a socket is out of service, in words, and what helps. */
export interface TroubleWords {
  reason: Said;
  cure: Said;
}

const restarts: Said = { ru: 'Пройдёт само.', en: 'It passes by itself.' };

/** What the ports' machines call their troubles (`fxsTrouble`, `fxoTrouble`), for people. */
const troubles: Record<string, TroubleWords> = {
  'foreign-voltage': {
    reason: {
      ru: 'Воткнуто не в то гнездо: здесь чужое напряжение, это провод городской линии или АТС',
      en: 'Plugged into the wrong socket: there is a foreign voltage, this is the cord of a city line or a PBX',
    },
    cure: {
      ru: 'Переставьте этот шнур в линейное гнездо, а сюда включите телефон. Гнездо защищено и включится само.',
      en: 'Move this cord to a line socket and plug a telephone in here. The socket is guarded and comes back by itself.',
    },
  },
  'no-line': {
    reason: { ru: 'На линии нет напряжения', en: 'There is no voltage on the line' },
    cure: {
      ru: 'Проверьте, вставлен ли шнур и работает ли линия с обычным телефоном.',
      en: 'See that the cord is in and that the line works with an ordinary telephone.',
    },
  },
  'line-unknown': {
    reason: { ru: 'Состояние линии ещё не измерено', en: 'The line has not been measured yet' },
    cure: restarts,
  },
  'link-lost': {
    reason: { ru: 'Плата линий не на связи', en: 'The line card does not answer' },
    cure: { ru: 'Проверьте шнур платы и её питание.', en: "See to the card's cord and power." },
  },
  configuring: {
    reason: { ru: 'Гнездо настраивается', en: 'The socket is being set up' },
    cure: restarts,
  },
  lifeline: {
    reason: {
      ru: 'Телефон соединён прямо с городской линией (аварийное реле)',
      en: 'The telephone is joined straight to the city line (lifeline relay)',
    },
    cure: {
      ru: 'Реле вернётся само через 2 с после того, как на линии станет тихо.',
      en: 'The relay goes back by itself 2 s after the line is quiet.',
    },
  },
};

/** Words for a trouble; one that has none is told as it is. */
export function troubleWords(kind: PortLive['kind'], trouble: string | undefined): TroubleWords {
  const known = trouble === undefined ? undefined : troubles[trouble];
  if (known) return known;
  const detail = trouble === undefined ? '' : `: ${trouble}`;
  return kind === 'fxo'
    ? {
        reason: { ru: `Линии нет${detail}`, en: `There is no line${detail}` },
        cure: {
          ru: 'Проверьте шнур и линию обычным телефоном.',
          en: 'See to the cord, and try the line with an ordinary telephone.',
        },
      }
    : {
        reason: { ru: `Гнездо не работает${detail}`, en: `The socket is out of service${detail}` },
        cure: {
          ru: 'Проверьте шнур и телефон; если не поможет, перезапустите устройство.',
          en: 'See to the cord and the telephone; if that does not help, restart the box.',
        },
      };
}

/** A handset that lies beside its telephone. */
export function leftOffHookWords(number: number, name: string | undefined): { said: Said; cure: Said } {
  const called = name ? ` (${name})` : '';
  return {
    said: {
      ru: `Трубка плохо лежит на телефоне № ${number}${called}: дозвониться туда нельзя.`,
      en: `Telephone ${number}${called} is off the hook: it cannot be reached.`,
    },
    cure: {
      ru: 'Положите трубку на место: телефон сразу заработает.',
      en: 'Put the handset back: the telephone works again at once.',
    },
  };
}
