/** Words about recordings of the office that callers hear, and about tables that are taken in. */
export const ruPrompts = {
  'prompts.title': 'Звук записей для звонящих',
  'prompts.lead':
    'Подойдут WAV, MP3 и Ogg (Opus, Vorbis), до 5 минут и 30 МБ. Громкость выравнивается сама. Можно и наговорить по телефону.',
  'prompts.sound': '{length} · загружено {when}',
  'prompts.spoken': 'Звука нет: текст читает голос устройства.',
  'prompts.spokenName': 'Звука нет и текста нет: голос устройства читает название.',
  'prompts.used': 'слышно в {n} месте|слышно в {n} местах|слышно в {n} местах',
  'prompts.unused': 'пока нигде не звучит',
  'prompts.listen': 'Прослушать: {name}',
  'prompts.upload': 'Загрузить файл',
  'prompts.replace': 'Заменить файлом',
  'prompts.uploading': 'Загружается «{name}»: {n} %',
  'prompts.preparing': 'Файл получен, готовится звук…',
  'prompts.done': 'Готово: «{name}», {length}.',
  'prompts.delete': 'Удалить звук',
  'prompts.deleteQuestion': 'Удалить звук записи «{name}»? Вернуть его будет нельзя.',
  'prompts.record': 'Записать по телефону',
  'prompts.recordAt': 'Внутренний номер телефона',
  'prompts.recordHelp':
    'Этот телефон зазвонит. Снимите трубку, скажите сообщение и нажмите #, потом 1 — оставить, 2 — заново, 3 — прослушать.',
  'prompts.ring': 'Позвонить',
  'prompts.recording': 'Записывают по телефону {extension}…',

  'table.open': 'Из таблицы',
  'table.title.people': 'Сотрудники из таблицы',
  'table.title.speed-dials': 'Короткие номера из таблицы',
  'table.title.callers': 'Номера списка из таблицы',
  'table.file': 'Таблица CSV',
  'table.help.people':
    'В первой строке названия столбцов: «имя» и, если есть, «внутренний», «мобильный», «гнездо», «класс», «отдел». Кто уже есть с таким внутренним номером, будет изменён, остальные добавятся.',
  'table.help.speed-dials':
    'В первой строке названия столбцов: «код», «номер» и, если есть, «название». Коды, которые уже есть, получат новые номера, остальные добавятся.',
  'table.help.callers':
    'В первой строке название столбца: «номер». Номера из таблицы заменят все, что в списке сейчас.',
  'table.saveAs': 'В Excel и LibreOffice: «Сохранить как» → CSV.',
  'table.list': 'Какой список',
  'table.checking': 'Таблица проверяется…',
  'table.good': 'Таблица в порядке.',
  'table.rows': 'строк: {n}',
  'table.added': 'добавятся: {n}',
  'table.changed': 'изменятся: {n}',
  'table.numbers': 'номеров в списке станет: {n}',
  'table.bad': 'Ничего не загружено. Исправьте эти строки и выберите файл снова.',
  'table.line': 'Строка {n}',
  'table.take': 'Загрузить',
  'table.done': 'Загружено. Отменить можно в «Устройство», «Изменения».',
} as const;
