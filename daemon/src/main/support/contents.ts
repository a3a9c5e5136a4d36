import type { Said } from '../../api/contract.ts';

/** What a bundle holds, in its order; shown before one is made, and written into it. */
export const contents: readonly { name: string; said: Said }[] = [
  {
    name: 'about.json',
    said: {
      ru: 'Версии, модель, время работы, память и диск',
      en: 'Versions, model, time of running, memory and disk',
    },
  },
  {
    name: 'config.json',
    said: {
      ru: 'Настройки без паролей, ПИН-кодов и учётных записей',
      en: 'Settings without passwords, PINs and accounts',
    },
  },
  {
    name: 'diagnosis.json',
    said: { ru: 'Найденные неполадки и предупреждения', en: 'What diagnosis has found, and alarms' },
  },
  {
    name: 'live.json',
    said: {
      ru: 'Состояние гнёзд, линий и телефонов сейчас',
      en: 'Sockets, trunks and telephones as they are now',
    },
  },
  {
    name: 'calls.json',
    said: {
      ru: 'Последние 200 записей о звонках: кто, когда, чем кончилось; без записей разговоров',
      en: 'The last 200 call records: who, when, how it ended; no recordings',
    },
  },
  {
    name: 'log.txt',
    said: { ru: 'Последние строки журнала', en: 'The last lines of the log' },
  },
  {
    name: 'traces/',
    said: {
      ru: 'Обмен SIP с операторами и последних неудачных звонков, без паролей и нажатых клавиш',
      en: 'SIP exchanges with operators and of the last calls that failed, without passwords and keys pressed',
    },
  },
];
