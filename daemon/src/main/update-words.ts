import type { Said } from '../api/contract.ts';
import type { UpdateView } from '../api/update-contract.ts';
import type { AlarmBoard } from '../health/alarm-board.ts';
import type { Failing, Refusal } from '../health/update.ts';

export const whyRefused: Readonly<Record<Refusal, Said>> = {
  unsigned: {
    ru: 'Файл не подписан изготовителем. Возьмите обновление из надёжного источника.',
    en: 'The file is not signed by the maker. Take the update from a source that can be trusted.',
  },
  broken: {
    ru: 'Файл повреждён, или это не обновление. Скачайте его заново и загрузите ещё раз.',
    en: 'The file is damaged, or is no update. Download it anew and upload it again.',
  },
  'other-board': {
    ru: 'Это обновление для устройства другой модели. Возьмите файл для своей.',
    en: 'This update is for another model of the box. Take the file for yours.',
  },
  'too-old': {
    ru: 'Возврат к такой старой версии запрещён: в ней остались исправленные потом уязвимости. Возьмите более новую.',
    en: 'The box does not go back to a version as old as this: it has holes that were mended since. Take a newer one.',
  },
  'not-newer': {
    ru: 'По адресу обновлений лежит файл не новее установленной версии. Сообщите тому, кто его выложил.',
    en: 'The file at the address of updates is no newer than the installed version. Tell whoever put it there.',
  },
};

export const whyBack: Readonly<Record<Failing, Said>> = {
  card: {
    ru: 'Новая версия не нашла плату линий. Устройство вернулось к прежней версии.',
    en: 'The new version did not find the line card. The box went back to the version before.',
  },
  trunks: {
    ru: 'С новой версией не удалось подключиться к оператору, с которым раньше связь была. Устройство вернулось к прежней версии.',
    en: 'With the new version an operator that had worked could not be reached. The box went back to the version before.',
  },
  page: {
    ru: 'В новой версии не открывалась эта страница. Устройство вернулось к прежней версии.',
    en: 'With the new version this page did not open. The box went back to the version before.',
  },
  'not-started': {
    ru: 'Новая версия не запустилась. Устройство вернулось к прежней версии.',
    en: 'The new version did not start. The box went back to the version before.',
  },
};

/** What a look at the address of updates has found. */
export const looks = {
  'up-to-date': {
    ru: 'Установлена самая новая версия.',
    en: 'The newest version is installed.',
  },
  'given-up-before': {
    ru: 'Новее есть только версия, от которой устройство уже отказалось. Её можно загрузить файлом.',
    en: 'The only newer version is one that the box has given up before. It can be uploaded as a file.',
  },
  unreachable: {
    ru: 'Адрес обновлений не отвечает. Проверьте адрес и выход в Интернет.',
    en: 'The address of updates does not answer. Check it, and the way to the Internet.',
  },
  'no-list': {
    ru: 'По адресу обновлений нет списка версий. Проверьте адрес.',
    en: 'There is no list of versions at the address of updates. Check the address.',
  },
  'no-room': {
    ru: 'Для обновления не хватает места. Удалите старые записи разговоров.',
    en: 'There is no room for the update. Delete old recordings.',
  },
  found: {
    ru: 'Найдена новая версия.',
    en: 'A newer version was found.',
  },
} as const satisfies Record<string, Said>;

export const notActivated: Said = {
  ru: 'Не удалось переключиться на новую версию, работает прежняя. Загрузите обновление ещё раз.',
  en: 'The box could not be switched to the new version; the one before goes on. Upload the update again.',
};

/** Keeps the alarms about updates as the view says. */
export function tellAlarms(alarms: Pick<AlarmBoard, 'set'>, view: UpdateView): void {
  const { to = '', tonight = false, takenBack } = view;
  alarms.set(view.phase === 'installed', {
    id: 'update-waits',
    severity: 'info',
    said: {
      ru: `Обновление ${to} установлено и ждёт перезапуска.`,
      en: `The update ${to} is installed and waits for a restart.`,
    },
    cure: tonight
      ? {
          ru: 'Устройство перезапустится ночью, когда никто не говорит. Это можно сделать и сейчас: «Устройство», «Обновление».',
          en: 'The box restarts at night while nobody speaks. It can be done now, too: Box, Update.',
        }
      : {
          ru: 'Перезапустите устройство сейчас или назначьте перезапуск на ночь: «Устройство», «Обновление».',
          en: 'Restart the box now, or have it done at night: Box, Update.',
        },
  });
  alarms.set(takenBack !== undefined && !takenBack.seen, {
    id: 'update-taken-back',
    severity: 'warning',
    said: {
      ru: `Обновление до версии ${takenBack?.version} отменено. ${takenBack?.said.ru ?? ''}`,
      en: `The update ${takenBack?.version} was taken back. ${takenBack?.said.en ?? ''}`,
    },
    cure: {
      ru: 'Телефоны работают, как раньше. Причина — на странице «Обновление»; перед новой попыткой сделайте пакет для поддержки.',
      en: 'Telephones work as before. The reason stands on the page Update; make a bundle for support before another try.',
    },
  });
}
