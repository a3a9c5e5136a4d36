/** Words about schedules and the production calendar. */
export const ruSchedules = {
  'hours.title': 'Сейчас по расписанию',
  'hours.now': '{mode}: {why}',
  'hours.next': 'Дальше: {when} — {mode}',
  'hours.until': 'Вручную до: {when}',
  'hours.stays': 'Вручную, пока не вернут',
  'hours.open': 'Открыть',
  'hours.close': 'Закрыть',
  'hours.back': 'По расписанию',
  'hours.help': 'Переключение держится до ближайшей смены режима по расписанию, потом возвращается само.',
  'hours.none': 'часов нет: всегда закрыто',
  'calendar.title': 'Загрузить производственный календарь',
  'calendar.file': 'Файл календаря',
  'calendar.help': 'Таблица CSV с портала открытых данных: строка на год, столбец на месяц.',
  'calendar.done': 'Календарь загружен.',
  'calendar.year': 'нерабочих: {off}, рабочих выходных: {working}, сокращённых: {short}',
} as const;
