import type { Letter } from './letter.ts';

/** Languages in which letters are written. */
export type Language = 'ru' | 'en';

/** Somebody who has called, as far as the reader may know. */
export interface LetterCaller {
  number?: string | undefined;
  name?: string | undefined;
  absence?: 'private' | 'unavailable' | undefined;
}

/** Where and when, for what a letter says of a call. */
export interface LetterContext {
  language: Language;
  timeZone: string;
  /** Name of the site; may be empty. */
  site: string;
}

const nobody = {
  ru: { private: 'номер скрыт', unavailable: 'номер неизвестен' },
  en: { private: 'number withheld', unavailable: 'number unknown' },
} as const;

/** Who called, on one line. */
export function callerText({ number, name, absence }: LetterCaller, language: Language): string {
  if (absence === 'private' || number === undefined)
    return nobody[language][absence === 'private' ? 'private' : 'unavailable'];
  return name === undefined || name === number ? number : `${name}, ${number}`;
}

/** A moment as it is written in letters. */
export function timeText(
  at: number,
  { language, timeZone }: Pick<LetterContext, 'language' | 'timeZone'>,
): string {
  return new Intl.DateTimeFormat(language === 'ru' ? 'ru-RU' : 'en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
  }).format(at);
}

/** A length as minutes and seconds. */
const lengthText = (ms: number): string => {
  const seconds = Math.max(1, Math.round(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};

const signed = (lines: readonly string[], { site }: LetterContext): string =>
  `${[...lines, ...(site === '' ? [] : ['', `-- \n${site}`])].join('\n')}\n`;

/** A letter that a voice message was left. `box`: whose mailbox, where it is not the reader's own. */
export function voicemailLetter(
  message: { caller: LetterCaller; at: number; ms: number; box?: string; attached: boolean; code: string },
  context: LetterContext,
): Pick<Letter, 'subject' | 'text'> {
  const { language } = context;
  const who = callerText(message.caller, language);
  const when = timeText(message.at, context);
  const length = lengthText(message.ms);
  const { box, attached, code } = message;
  if (language === 'ru') {
    return {
      subject: `Голосовое сообщение${box === undefined ? '' : ` (${box})`}: ${who}`,
      text: signed(
        [
          `${box === undefined ? 'Вам' : `Для «${box}»`} оставлено голосовое сообщение.`,
          '',
          `Кто: ${who}`,
          `Когда: ${when}`,
          `Длина: ${length}`,
          '',
          attached
            ? 'Запись приложена к письму.'
            : code === ''
              ? 'Прослушать его можно с телефона.'
              : `Прослушать его можно с телефона: наберите ${code}.`,
        ],
        context,
      ),
    };
  }
  return {
    subject: `Voice message${box === undefined ? '' : ` (${box})`}: ${who}`,
    text: signed(
      [
        `${box === undefined ? 'There is a voice message for you.' : `There is a voice message for ${box}.`}`,
        '',
        `From: ${who}`,
        `When: ${when}`,
        `Length: ${length}`,
        '',
        attached
          ? 'The recording is attached.'
          : code === ''
            ? 'You can listen to it from your telephone.'
            : `To listen to it, dial ${code} on your telephone.`,
      ],
      context,
    ),
  };
}

/** A letter that a call was missed. `called`: the number that was called, where it says anything. */
export function missedCallLetter(
  call: { caller: LetterCaller; at: number; rungMs?: number; called?: string; box?: string },
  context: LetterContext,
): Pick<Letter, 'subject' | 'text'> {
  const { language } = context;
  const who = callerText(call.caller, language);
  const when = timeText(call.at, context);
  const rung = call.rungMs === undefined ? undefined : Math.round(call.rungMs / 1000);
  const { box, called } = call;
  if (language === 'ru') {
    return {
      subject: `Пропущенный вызов${box === undefined ? '' : ` (${box})`}: ${who}`,
      text: signed(
        [
          box === undefined ? 'Вам звонили, никто не ответил.' : `Звонили в «${box}», никто не ответил.`,
          '',
          `Кто: ${who}`,
          `Когда: ${when}`,
          ...(called === undefined ? [] : [`На номер: ${called}`]),
          ...(rung === undefined ? [] : [`Звонок продолжался: ${rung} с`]),
        ],
        context,
      ),
    };
  }
  return {
    subject: `Missed call${box === undefined ? '' : ` (${box})`}: ${who}`,
    text: signed(
      [
        box === undefined
          ? 'Somebody called you, and nobody answered.'
          : `Somebody called ${box}, and nobody answered.`,
        '',
        `From: ${who}`,
        `When: ${when}`,
        ...(called === undefined ? [] : [`Number called: ${called}`]),
        ...(rung === undefined ? [] : [`It rang for: ${rung} s`]),
      ],
      context,
    ),
  };
}

/** A note that somebody at the telephone took for the reader (S04). */
export function noteLetter(
  note: { text: string; from?: string; caller?: LetterCaller; at: number },
  context: LetterContext,
): Pick<Letter, 'subject' | 'text'> {
  const { language } = context;
  const who = note.caller && callerText(note.caller, language);
  const when = timeText(note.at, context);
  const ru = language === 'ru';
  const title = ru ? 'Записка' : 'Note';
  return {
    subject: who === undefined ? title : `${title}: ${who}`,
    text: signed(
      [
        note.text,
        '',
        ...(who === undefined ? [] : [ru ? `Звонил: ${who}` : `Caller: ${who}`]),
        ru ? `Когда: ${when}` : `When: ${when}`,
        ...(note.from === undefined ? [] : [ru ? `Записал: ${note.from}` : `Taken by: ${note.from}`]),
      ],
      context,
    ),
  };
}

/** A letter that only shows that letters arrive. */
export function testLetter(context: LetterContext): Pick<Letter, 'subject' | 'text'> {
  return context.language === 'ru'
    ? {
        subject: 'Проверка почты',
        text: signed(['Это письмо отправлено для проверки: почта настроена верно.'], context),
      }
    : {
        subject: 'Test of mail',
        text: signed(['This letter was sent as a test: mail is set up right.'], context),
      };
}
