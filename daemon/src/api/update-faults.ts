/** What the API answers about updates, see errors.ts. */
export const updateFaults = {
  'api/update-busy': {
    status: 409,
    said: {
      ru: 'Обновление уже идёт. Дождитесь его конца.',
      en: 'An update is under way already. Wait for its end.',
    },
  },
  'api/update-no-room': {
    status: 507,
    said: {
      ru: 'На устройстве не хватает места для файла обновления. Удалите старые записи разговоров и попробуйте ещё раз.',
      en: 'The box has no room for the update file. Delete old recordings and try again.',
    },
  },
  'api/no-update': {
    status: 409,
    said: {
      ru: 'Установленного обновления нет. Сначала загрузите файл обновления.',
      en: 'No update is installed. Upload an update file first.',
    },
  },
  'api/update-in-use': {
    status: 409,
    said: {
      ru: 'Сейчас идут разговоры. Перезапуск оборвал бы их: повторите, когда все положат трубки.',
      en: 'There are calls now, and a restart would cut them. Try again when everybody has hung up.',
    },
  },
  'api/update-no-address': {
    status: 409,
    said: {
      ru: 'Не указано, где искать обновления. Впишите адрес или загрузите файл.',
      en: 'Nobody has said where updates are. Enter the address, or upload a file.',
    },
  },
  'api/no-updates-here': {
    status: 404,
    said: {
      ru: 'Здесь программу обновляет система этого компьютера.',
      en: 'Here the system of this computer sees to updates.',
    },
  },
} as const;
