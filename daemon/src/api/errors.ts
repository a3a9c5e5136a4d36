import { CodedError, codeOf } from '../base/error.ts';
import type { ApiError, ConfigIssue, Said } from './contract.ts';
import { setupFaults } from './setup-faults.ts';
import { updateFaults } from './update-faults.ts';

interface Known {
  status: number;
  said: Said;
}

const known = {
  ...setupFaults,
  ...updateFaults,
  'api/not-on-lan': {
    status: 403,
    said: {
      ru: 'Страница открывается только из сети офиса. Подключитесь к той же сети, что и устройство.',
      en: 'The page opens only from the office network. Connect to the same network as the box.',
    },
  },
  'api/wrong-host': {
    status: 421,
    said: {
      ru: 'Откройте устройство по его IP-адресу или по местному имени.',
      en: 'Open the box by its IP address or by its local name.',
    },
  },
  'api/https-only': {
    status: 403,
    said: {
      ru: 'Страница работает только по защищённому адресу: откройте её через https://.',
      en: 'The page works at its protected address only: open it by https://.',
    },
  },
  'api/bad-certificate': {
    status: 422,
    said: {
      ru: 'Этот сертификат не подходит.',
      en: 'This certificate will not do.',
    },
  },
  'api/wrong-origin': {
    status: 403,
    said: {
      ru: 'Запрос пришёл с чужой страницы и отклонён. Откройте страницу устройства заново.',
      en: 'The request came from a foreign page and was refused. Open the page of the box again.',
    },
  },
  'api/wrong-type': {
    status: 415,
    said: { ru: 'Запрос должен быть в формате JSON.', en: 'The request must be JSON.' },
  },
  'api/bad-json': {
    status: 400,
    said: { ru: 'Запрос не читается как JSON.', en: 'The request cannot be read as JSON.' },
  },
  'api/bad-request': {
    status: 400,
    said: {
      ru: 'В запросе чего-то не хватает или что-то записано неверно.',
      en: 'Something in the request is missing or wrong.',
    },
  },
  'api/no-mail': {
    status: 409,
    said: {
      ru: 'Почтовый сервер не настроен. Укажите его в разделе «Почта».',
      en: 'No mail server is set up. Enter one under Mail.',
    },
  },
  'api/no-address': {
    status: 409,
    said: {
      ru: 'У этого сотрудника не указана электронная почта.',
      en: 'This person has no e-mail address.',
    },
  },
  'api/line-in-use': {
    status: 409,
    said: { ru: 'Линия сейчас занята.', en: 'The line is in use now.' },
  },
  'api/recording-of-another-box': {
    status: 410,
    said: {
      ru: 'Запись зашифрована ключом другого устройства, и прочесть её здесь нельзя.',
      en: 'The recording is encrypted with the key of another box, and cannot be read here.',
    },
  },
  'api/call-observed': {
    status: 409,
    said: {
      ru: 'К этому разговору уже подключён другой телефон.',
      en: 'Another telephone takes part in this call already.',
    },
  },
  'api/call-not-observed': {
    status: 409,
    said: {
      ru: 'К экстренному вызову, факсу и разговору втроём подключиться нельзя.',
      en: 'Nobody can take part in an emergency call, a fax or a talk of three.',
    },
  },
  'api/sound-unknown': {
    status: 400,
    said: {
      ru: 'Это не звуковой файл. Подойдут WAV, MP3 и Ogg (Opus или Vorbis).',
      en: 'This is no sound file. WAV, MP3 and Ogg (Opus or Vorbis) will do.',
    },
  },
  'api/sound-format': {
    status: 400,
    said: {
      ru: 'Такой WAV не читается. Сохраните его как PCM или возьмите MP3.',
      en: 'A WAV file of this kind is not read. Save it as PCM, or take an MP3.',
    },
  },
  'api/sound-broken': {
    status: 400,
    said: { ru: 'Файл повреждён или загружен не полностью.', en: 'The file is damaged or not whole.' },
  },
  'api/sound-empty': {
    status: 400,
    said: { ru: 'В файле нет звука.', en: 'There is no sound in the file.' },
  },
  'api/sound-long': {
    status: 400,
    said: {
      ru: 'Слишком длинно: запись может идти до 5 минут, музыка — до 10.',
      en: 'Too long: a recording may last 5 minutes, music 10.',
    },
  },
  'api/prompts-full': {
    status: 409,
    said: {
      ru: 'Места для записей больше нет. Удалите ненужные.',
      en: 'There is no room for more recordings. Delete some that are not needed.',
    },
  },
  'api/no-telephone': {
    status: 422,
    said: {
      ru: 'Нужен внутренний номер телефона офиса.',
      en: 'The extension of a telephone of the office is needed.',
    },
  },
  'api/prompt-being-recorded': {
    status: 409,
    said: {
      ru: 'Сейчас уже записывают другое сообщение. Подождите, пока закончат.',
      en: 'Another message is being recorded now. Wait until that is done.',
    },
  },
  'api/prompt-used': {
    status: 409,
    said: {
      ru: 'Эту запись слышат звонящие. Сначала уберите её из настроек или впишите ей текст.',
      en: 'Callers hear this recording. Take it out of the settings first, or give it a text.',
    },
  },
  'api/too-large': { status: 413, said: { ru: 'Запрос слишком велик.', en: 'The request is too large.' } },
  'api/not-found': { status: 404, said: { ru: 'Такого здесь нет.', en: 'There is no such thing here.' } },
  'api/not-signed-in': {
    status: 401,
    said: { ru: 'Войдите, чтобы продолжить.', en: 'Sign in to go on.' },
  },
  'api/not-allowed': {
    status: 403,
    said: {
      ru: 'Вашей учётной записи это недоступно. Попросите администратора.',
      en: 'Your account may not do this. Ask the administrator.',
    },
  },
  'api/bad-table': {
    status: 422,
    said: {
      ru: 'Таблица не читается. Сохраните её как XLSX или CSV и загрузите снова.',
      en: 'The table cannot be read. Save it as XLSX or CSV, and upload it again.',
    },
  },
  'api/import-running': {
    status: 409,
    said: {
      ru: 'Другая таблица ещё загружается. Подождите, пока она закончится.',
      en: 'Another table is still being read. Wait until it is done.',
    },
  },
  'api/nothing-to-ring': {
    status: 422,
    said: {
      ru: 'Там нет телефона, который мог бы зазвонить. Выберите сотрудника с телефоном или гнездо.',
      en: 'There is no telephone there that could ring. Choose a person who has one, or a socket.',
    },
  },
  'api/bad-number': {
    status: 422,
    said: {
      ru: 'Это не номер. Впишите внутренний или городской номер цифрами.',
      en: 'This is no number. Enter an extension or a telephone number in digits.',
    },
  },
  'api/call-refused': {
    status: 422,
    said: {
      ru: 'Туда с этого телефона звонить нельзя. Права меняют в классах обслуживания.',
      en: 'This telephone may not call there. Rights are changed in the classes of service.',
    },
  },
  'api/wrong-token': {
    status: 401,
    said: {
      ru: 'Ключ не действует: он отозван, истёк или введён неверно. Новый выпускает администратор в разделе «Доступ».',
      en: 'The token does not hold: it was revoked, has run out, or is wrong. An administrator makes another under Access.',
    },
  },
  'api/scope-missing': {
    status: 403,
    said: {
      ru: 'Этому ключу такое право не дано. Выпустите ключ с нужным правом.',
      en: 'This token has not been given that right. Make one that has it.',
    },
  },
  'api/too-many-requests': {
    status: 429,
    said: {
      ru: 'Программа обращается слишком часто. Подождите и повторите.',
      en: 'The program asks too often. Wait, then try again.',
    },
  },
  'api/too-many-tokens': {
    status: 409,
    said: {
      ru: 'Ключей уже слишком много. Отзовите ненужные.',
      en: 'There are too many tokens already. Revoke those that are not needed.',
    },
  },
  'api/wrong-password': {
    status: 401,
    said: {
      ru: 'Пароль не подошёл. Проверьте раскладку и Caps Lock.',
      en: 'Wrong password. Check the layout and Caps Lock.',
    },
  },
  'api/wrong-code': {
    status: 401,
    said: {
      ru: 'Код не подошёл. Он напечатан на наклейке под устройством, дефисы вводить не нужно.',
      en: 'Wrong code. It is printed on the label under the box; dashes can be left out.',
    },
  },
  'api/too-many-attempts': {
    status: 429,
    said: {
      ru: 'Слишком много неверных попыток. Подождите и попробуйте снова.',
      en: 'Too many wrong attempts. Wait, then try again.',
    },
  },
  'api/weak-password': {
    status: 422,
    said: {
      ru: 'Пароль должен быть не короче 8 знаков и не совпадать с кодом на наклейке.',
      en: 'The password needs 8 characters or more, and must not be the code on the label.',
    },
  },
  'api/already-claimed': {
    status: 409,
    said: {
      ru: 'Пароль уже задан. Войдите с ним; если он забыт, сбросьте устройство кнопкой.',
      en: 'The password has been set already. Sign in with it; if it is lost, reset the box with its button.',
    },
  },
  'api/not-claimed': {
    status: 409,
    said: {
      ru: 'Пароль ещё не задан: нужен код с наклейки.',
      en: 'No password has been set yet: the code from the label is needed.',
    },
  },
  'config/invalid': {
    status: 422,
    said: {
      ru: 'Так сохранить нельзя: исправьте отмеченное.',
      en: 'This cannot be saved: correct what is marked.',
    },
  },
  'config/conflict': {
    status: 409,
    said: {
      ru: 'Настройки тем временем изменились. Посмотрите новые и повторите.',
      en: 'The settings have changed meanwhile. Look at the new ones and try again.',
    },
  },
  'config/not-undoable': {
    status: 409,
    said: {
      ru: 'Это изменение уже нельзя отменить: на нём стоят более поздние.',
      en: 'This change can no longer be undone: later ones stand on it.',
    },
  },
  'config/draft-conflict': {
    status: 409,
    said: {
      ru: 'Часть изменений сделана поверх того, что с тех пор изменил кто-то другой. Решите, какие оставить.',
      en: 'Some of the changes stand on what somebody else has changed since. Decide which to keep.',
    },
  },
  'config/draft-empty': {
    status: 409,
    said: { ru: 'Применять нечего: изменений нет.', en: 'There is nothing to apply: no change is waiting.' },
  },
  'config/draft-full': {
    status: 409,
    said: {
      ru: 'Накопилось слишком много изменений. Примените их или отмените.',
      en: 'Too many changes are waiting. Apply or drop them.',
    },
  },
  'config/trial-running': {
    status: 409,
    said: {
      ru: 'Другое изменение сети сейчас на проверке. Подтвердите его или подождите минуту.',
      en: 'Another change of the network is on trial. Confirm it, or wait a minute.',
    },
  },
  'config/no-trial': {
    status: 409,
    said: {
      ru: 'Подтверждать нечего: изменение уже подтверждено или отменено.',
      en: 'There is nothing to confirm: the change was confirmed or taken back already.',
    },
  },
  'config/confirm-elsewhere': {
    status: 409,
    said: {
      ru: 'Подтвердите по новому адресу: только так видно, что страница по нему открывается.',
      en: 'Confirm at the new address: only that shows that the page opens there.',
    },
  },
  'config/write-failed': {
    status: 507,
    said: {
      ru: 'Настройки не записались: память устройства полна или не пишет. Действуют прежние.',
      en: 'The settings could not be written: the storage of the box is full or takes no writes. The old ones stay.',
    },
  },
  'api/busy': {
    status: 503,
    said: {
      ru: 'Открыто слишком много страниц. Закройте лишние.',
      en: 'Too many pages are open. Close some.',
    },
  },
  'api/failed': {
    status: 500,
    said: {
      ru: 'Внутри устройства что-то не сработало. Попробуйте ещё раз; подробности в журнале.',
      en: 'Something inside the box failed. Try again; details are in its log.',
    },
  },
} satisfies Record<string, Known>;

export type ApiErrorCode = keyof typeof known;

interface FaultExtra {
  path?: string;
  issues?: ConfigIssue[];
  retryAfterMs?: number;
  detail?: string;
  said?: Said;
}

/** A refusal with its HTTP status and its words; thrown anywhere in a route. */
export class ApiFault extends CodedError<ApiErrorCode> {
  readonly status: number;
  readonly body: ApiError;

  constructor(code: ApiErrorCode, extra: FaultExtra = {}) {
    super(code, `${code}${extra.detail ? `: ${extra.detail}` : ''}`);
    const { status, said } = known[code];
    this.status = status;
    this.body = { error: { code, said, ...extra } };
  }
}

/** Any thrown thing as a fault: body-parser's errors by their type, everything unknown as `api/failed`. */
export function toFault(error: unknown): ApiFault {
  if (error instanceof ApiFault) return error;
  if (codeOf(error) === 'config/write-failed') return new ApiFault('config/write-failed');
  const type = (error as { type?: unknown } | null)?.type;
  if (type === 'entity.too.large') return new ApiFault('api/too-large');
  const status = (error as { status?: unknown } | null)?.status;
  if (typeof type === 'string' && status === 400) return new ApiFault('api/bad-json');
  if (status === 415) return new ApiFault('api/wrong-type');
  // A malformed percent-escape in the path (thrown by the router).
  if (error instanceof URIError || status === 400) return new ApiFault('api/bad-request');
  return new ApiFault('api/failed');
}
