import { ruAccounts } from './ru-accounts.ts';
import { ruBox } from './ru-box.ts';
import { ruCalls } from './ru-calls.ts';
import { ruDoor } from './ru-door.ts';
import { ruForm } from './ru-form.ts';
import { ruHelp } from './ru-help.ts';
import { ruLines } from './ru-lines.ts';
import { ruLive } from './ru-live.ts';
import { ruNow } from './ru-now.ts';
import { ruPeople } from './ru-people.ts';
import { ruPrograms } from './ru-programs.ts';
import { ruPrompts } from './ru-prompts.ts';
import { ruQueues } from './ru-queues.ts';
import { ruReach } from './ru-reach.ts';
import { ruSchedules } from './ru-schedules.ts';
import { ruSettings } from './ru-settings.ts';
import { ruTalks } from './ru-talks.ts';
import { ruTrace } from './ru-trace.ts';
import { ruUpdate } from './ru-update.ts';
import { ruVoicemail } from './ru-voicemail.ts';
import { ruWays } from './ru-ways.ts';
import { ruWizard } from './ru-wizard.ts';

/**
 * The words of the page, Russian first: the glossary. A key that English lacks is a type error there; a key
 * that is not here is one where it is used. `a|b|c` are the forms for one, few and many.
 */
export const ru = {
  ...ruAccounts,
  ...ruBox,
  ...ruCalls,
  ...ruDoor,
  ...ruForm,
  ...ruSettings,
  ...ruHelp,
  ...ruLines,
  ...ruLive,
  ...ruNow,
  ...ruPeople,
  ...ruPrograms,
  ...ruPrompts,
  ...ruQueues,
  ...ruReach,
  ...ruSchedules,
  ...ruTalks,
  ...ruTrace,
  ...ruUpdate,
  ...ruVoicemail,
  ...ruWays,
  ...ruWizard,
  loading: 'Загружается…',
  technical: 'Технические подробности',
  close: 'Закрыть',
  undo: 'Отменить',
  off: 'выключено',
  since: 'уже {span}',
  skip: 'К содержанию',
  signOut: 'Выйти',
  'scheme.light': 'Светлое оформление',
  'scheme.dark': 'Тёмное оформление',
  noPlace: 'Такой страницы нет',
  socket: 'Гнездо',
  volts: '{n} В',
  milliamps: '{n} мА',
  megabytes: '{n} МБ',
  proven: 'проверена',
  notProven: 'ещё не проверена звонком',
  saved: 'Сохранено.',
  'saved.undone': 'Изменение отменено.',
  'error.wait': 'Осталось ждать {n} с.',

  'time.today': 'Сегодня',
  'time.yesterday': 'Вчера',
  'time.seconds': '{n} с',
  'time.minutes': '{n} мин',
  'time.hours': '{h} ч {m} мин',
  'time.days': '{d} дн. {h} ч',
  'price.unknown': 'цена не задана',
  'price.free': 'бесплатно',
  'price.perMinute': '{price}/мин',
  'price.connection': 'соединение {price}',
  'price.step': 'шаг {n} с',

  places: 'Разделы',
  'place.now': 'Сейчас',
  'place.calls': 'Звонки',
  'place.people': 'Люди',
  'place.in': 'Входящие',
  'place.out': 'Исходящие',
  'place.box': 'Устройство',

  'live.on': 'На связи',
  'live.waiting': 'Соединяемся…',
  'live.stale': 'Нет связи',
  'live.staleSince':
    'Нет связи с устройством. Показано то, что было в {time}; как только связь вернётся, страница обновится сама.',
  'live.retry': 'Проверить сейчас',
} as const;

export type Key = keyof typeof ru;
