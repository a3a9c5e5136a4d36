import type { Said } from '../../dialplan/route-plan.ts';
import { counted, telephone } from '../saying/saying.ts';
import type { VoiceMessage } from './shelf.ts';

/** Who left a message, to be spoken: the name where there is one, and the number. */
export function spokenCaller({
  number,
  name,
  absence,
}: Pick<VoiceMessage, 'number' | 'name' | 'absence'>): Said {
  if (number === undefined) {
    return absence === 'private'
      ? { ru: 'номер скрыт', en: 'number withheld' }
      : { ru: 'номер неизвестен', en: 'number unknown' };
  }
  const said = telephone(number);
  const who = name === undefined ? '' : `${name}, `;
  return { ru: `от ${who}${said.ru}`, en: `from ${who}${said.en}` };
}

/** How many messages there are; one of the two at least is not zero. */
export function spokenCounts(fresh: number, old: number): Said {
  const parts = [
    ...(fresh > 0 ? [counted(fresh, newOnes)] : []),
    ...(old > 0 ? [counted(old, heardOnes)] : []),
  ];
  return { ru: parts.map(({ ru }) => ru).join(', '), en: parts.map(({ en }) => en).join(', ') };
}

const newOnes = {
  ru: ['новое сообщение', 'новых сообщения', 'новых сообщений'],
  gender: 'neuter',
  en: ['new message', 'new messages'],
} as const;

const heardOnes = {
  ru: ['прослушанное', 'прослушанных', 'прослушанных'],
  gender: 'neuter',
  en: ['heard before', 'heard before'],
} as const;
