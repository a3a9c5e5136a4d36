import type { Said } from '../../dialplan/route-plan.ts';

/** How the box says where somebody stands. */
export const positionWords = (position: number): Said =>
  position === 1
    ? { ru: 'Вы первый в очереди.', en: 'You are first in line.' }
    : { ru: `Ваш номер в очереди: ${position}.`, en: `You are number ${position} in line.` };

/** How long it may take, rounded up to minutes: nobody counts seconds. */
export function waitWords(ms: number): Said {
  const minutes = Math.max(1, Math.ceil(ms / 60_000));
  return minutes === 1
    ? { ru: 'Ждать осталось около минуты.', en: 'The wait is about one minute.' }
    : {
        ru: `Ждать осталось около ${minutes} минут.`,
        en: `The wait is about ${minutes} minutes.`,
      };
}

/** Keys that have names. */
const keyNames: Readonly<Record<string, Said>> = {
  '*': { ru: 'звёздочку', en: 'the star key' },
  '#': { ru: 'решётку', en: 'the number sign' },
};

export function offerWords(key: string): Said {
  const name = keyNames[key] ?? { ru: key, en: key };
  return {
    ru: `Чтобы не ждать на линии, нажмите ${name.ru}, и мы вам перезвоним.`,
    en: `If you would rather not wait on the line, press ${name.en}, and we will call you back.`,
  };
}

export const orderedWords: Said = {
  ru: 'Спасибо. Вы сохраните место в очереди, мы вам перезвоним. Можно повесить трубку.',
  en: 'Thank you. You keep your place in line, and we will call you back. You may hang up now.',
};

export const numberWords: Said = {
  ru: 'Наберите номер, по которому вам перезвонить, и нажмите решётку.',
  en: 'Enter the number at which to call you back, then press the number sign.',
};

export const notThisNumberWords: Said = {
  ru: 'На этот номер мы перезвонить не можем. Пожалуйста, оставайтесь на линии.',
  en: 'We cannot call that number. Please stay on the line.',
};

export const noCallbackNowWords: Said = {
  ru: 'Сейчас перезвонить не получится. Пожалуйста, оставайтесь на линии.',
  en: 'We cannot call you back at the moment. Please stay on the line.',
};
