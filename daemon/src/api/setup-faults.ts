/** Refusals of the wizard, of backup and of restore; a part of errors.ts. */
export const setupFaults = {
  'api/test-number': {
    status: 422,
    said: {
      ru: 'Для проверки подойдёт обычный городской или мобильный номер. За границу, на платные и экстренные номера она не звонит.',
      en: 'An ordinary landline or mobile number will do for a test. It calls nothing abroad, charged or for emergencies.',
    },
  },
  'api/not-proven': {
    status: 409,
    said: {
      ru: 'Этот звонок не доказывает, что линия городская.',
      en: 'That call does not prove the line to be a city line.',
    },
  },
  'api/backup-foreign': {
    status: 422,
    said: {
      ru: 'Это не резервная копия такого устройства. Выберите файл, имя которого кончается на .lgbackup.',
      en: 'This is no backup of such a box. Choose the file whose name ends in .lgbackup.',
    },
  },
  'api/backup-broken': {
    status: 422,
    said: {
      ru: 'Файл повреждён или скопирован не до конца. Настройки не тронуты. Скопируйте его ещё раз или возьмите другую копию.',
      en: 'The file is damaged, or was not copied whole. Nothing was changed. Copy it again, or take another backup.',
    },
  },
  'api/backup-newer': {
    status: 422,
    said: {
      ru: 'Копию сделала более новая версия. Сначала обновите это устройство, потом восстановите её.',
      en: 'A newer release made this backup. Update this box first, then restore it.',
    },
  },
  'api/backup-passphrase': {
    status: 422,
    said: {
      ru: 'Пароль копии не подошёл. Попробуйте ещё раз или восстановите без него: пароли линий тогда придётся ввести заново.',
      en: 'Wrong passphrase. Try again, or restore without it: passwords of trunks then have to be typed anew.',
    },
  },
  'api/backup-gone': {
    status: 410,
    said: {
      ru: 'Проверенный файл уже удалён. Выберите его снова.',
      en: 'The file that was checked is gone. Choose it again.',
    },
  },
  'api/backup-room': {
    status: 507,
    said: {
      ru: 'На диске слишком мало места для этой копии. Удалите ненужные записи разговоров и повторите.',
      en: 'There is too little room on the disk for this backup. Delete recordings that are not needed, and try again.',
    },
  },
  'api/restore-running': {
    status: 409,
    said: {
      ru: 'Восстановление уже идёт. Подождите, пока оно закончится.',
      en: 'A restore is under way already. Wait until it is done.',
    },
  },
} as const;
