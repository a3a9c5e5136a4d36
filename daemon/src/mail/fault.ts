import type { Said } from '../dialplan/route-plan.ts';

/** What kept a letter from going out. */
export type FaultKind =
  /** No server of that name. */
  | 'no-such-server'
  /** It is there, and nothing listens at that port. */
  | 'refused'
  | 'timeout'
  /** Encryption could not be begun: not offered, or the certificate is not trusted. */
  | 'encryption'
  | 'certificate'
  /** User name or password. */
  | 'login'
  /** The sender's address. */
  | 'sender'
  /** The reader's address. */
  | 'recipient'
  /** The letter itself: too large, or taken for what nobody wants. */
  | 'letter'
  /** The server wants it later. */
  | 'later'
  | 'other';

/** Why a letter did not go out. No secret is in any of it. */
export interface MailFault {
  kind: FaultKind;
  /** No other try would help this letter. */
  permanent: boolean;
  /** It holds for every letter: the server cannot be used at all. */
  server: boolean;
  /** The server's own words, or the system's, in one line. */
  detail: string;
}

/** What nodemailer throws, as far as it matters. */
interface SmtpError {
  code?: unknown;
  responseCode?: unknown;
  response?: unknown;
  command?: unknown;
  message?: unknown;
  cause?: unknown;
}

/** Errors of Node that say that a certificate is not trusted. */
const certificate = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|ERR_TLS_/;
const LONGEST_DETAIL = 200;

/** What an error of the mailer means. `secrets`: what is to be in none of its words. */
export function faultOf(error: unknown, secrets: readonly string[]): MailFault {
  const { code, responseCode, response, command, message, cause } = (error ?? {}) as SmtpError;
  const words = String(response ?? message ?? error);
  const detail = masked(words, secrets).replace(/\s+/g, ' ').slice(0, LONGEST_DETAIL);
  const status = typeof responseCode === 'number' ? responseCode : undefined;
  const kind = kindOf(
    String(code ?? ''),
    `${words} ${String((cause as SmtpError | undefined)?.code ?? '')}`,
    String(command ?? ''),
    status,
  );
  const permanent = kind === 'recipient' || kind === 'letter';
  const server = !permanent && kind !== 'later';
  return { kind, permanent, server, detail };
}

function kindOf(code: string, words: string, command: string, status: number | undefined): FaultKind {
  if (code === 'EDNS' || /ENOTFOUND|EAI_AGAIN/.test(code + words)) return 'no-such-server';
  // RFC 4954 4 and 6: the server gives no password a hearing in the clear.
  if (status === 538 || /must issue a STARTTLS/i.test(words)) return 'encryption';
  if (code === 'EAUTH' || code === 'ENOAUTH') return status !== undefined && status < 500 ? 'later' : 'login';
  if (certificate.test(code) || certificate.test(words) || /certificate/i.test(words)) return 'certificate';
  if (/ECONNREFUSED|EHOSTUNREACH|ENETUNREACH/.test(code + words)) return 'refused';
  // Ours to say, before a status of the server's: it was asked for encryption and has none.
  if (code === 'ETLS' || command === 'STARTTLS') return 'encryption';
  if (code === 'ETIMEDOUT' || /timeout|ETIMEDOUT/i.test(words)) return 'timeout';
  if (status !== undefined && status >= 400 && status < 500) return 'later';
  if (status !== undefined && status >= 500) {
    if (/^RCPT/i.test(command)) return 'recipient';
    if (/^MAIL/i.test(command)) return status === 530 ? 'login' : 'sender';
    if (/^(?:DATA|BDAT)/i.test(command) || code === 'EMESSAGE') return 'letter';
    return 'other';
  }
  if (code === 'EENVELOPE') return /sender/i.test(words) ? 'sender' : 'recipient';
  return 'other';
}

/** Words without secrets, in clear or as they cross the wire (RFC 4616, base64). */
function masked(text: string, secrets: readonly string[]): string {
  const [user = '', password = ''] = secrets;
  const forms = password === '' ? [] : [password, base64(password), base64(`\0${user}\0${password}`)];
  return forms.reduce((left, form) => left.replaceAll(form, '***'), text);
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

const told: Record<FaultKind, { said: Said; cure: Said }> = {
  'no-such-server': {
    said: { ru: 'Почтового сервера с таким именем нет.', en: 'There is no mail server of that name.' },
    cure: {
      ru: 'Проверьте имя сервера и связь с интернетом.',
      en: 'Check its name, and the Internet connection.',
    },
  },
  refused: {
    said: {
      ru: 'Почтовый сервер не принимает соединений на этом порту.',
      en: 'The mail server takes no connections at this port.',
    },
    cure: {
      ru: 'Проверьте адрес и порт: обычно 587 со STARTTLS или 465 с TLS.',
      en: 'Check address and port: usually 587 with STARTTLS or 465 with TLS.',
    },
  },
  timeout: {
    said: { ru: 'Почтовый сервер не отвечает.', en: 'The mail server does not answer.' },
    cure: {
      ru: 'Проверьте адрес и порт. Порт 25 провайдеры часто закрывают.',
      en: 'Check address and port. Port 25 is often closed by the provider.',
    },
  },
  encryption: {
    said: {
      ru: 'С почтовым сервером не удалось договориться о шифровании.',
      en: 'No encryption could be agreed on with the mail server.',
    },
    cure: {
      ru: 'Выберите другое шифрование: 465 — TLS с начала, 587 — STARTTLS.',
      en: 'Choose the other kind: 465 is TLS from the beginning, 587 is STARTTLS.',
    },
  },
  certificate: {
    said: {
      ru: 'Сертификату почтового сервера нельзя доверять.',
      en: "The mail server's certificate cannot be trusted.",
    },
    cure: {
      ru: 'Проверьте имя сервера. Если сервер свой, отключите проверку сертификата.',
      en: 'Check its name. If the server is your own, switch the check of the certificate off.',
    },
  },
  login: {
    said: {
      ru: 'Почтовый сервер не принял имя или пароль.',
      en: 'The mail server did not accept the user name or password.',
    },
    cure: {
      ru: 'Многие почтовые службы требуют отдельный пароль приложения.',
      en: 'Many mail services want a password made for the application.',
    },
  },
  sender: {
    said: {
      ru: 'Почтовый сервер не принял адрес отправителя.',
      en: 'The mail server did not accept the sender address.',
    },
    cure: {
      ru: 'Обычно он должен совпадать с именем для входа.',
      en: 'Usually it has to be the same as the user name.',
    },
  },
  recipient: {
    said: {
      ru: 'Почтовый сервер не принял адрес получателя.',
      en: "The mail server did not accept the reader's address.",
    },
    cure: { ru: 'Проверьте адрес: возможно, в нём опечатка.', en: 'Check the address: it may be misspelt.' },
  },
  letter: {
    said: { ru: 'Почтовый сервер не принял письмо.', en: 'The mail server did not accept the letter.' },
    cure: {
      ru: 'Возможно, вложение слишком велико: выберите формат Opus или письма без записи.',
      en: 'The attachment may be too large: choose Opus, or letters without the recording.',
    },
  },
  later: {
    said: {
      ru: 'Почтовый сервер просит попробовать позже.',
      en: 'The mail server asks to try again later.',
    },
    cure: { ru: 'Письмо будет отправлено позже само.', en: 'The letter will be sent later by itself.' },
  },
  other: {
    said: { ru: 'Письмо не удалось отправить.', en: 'The letter could not be sent.' },
    cure: {
      ru: 'Проверьте настройки почты; подробности — в технических сведениях.',
      en: 'Check the settings of mail; see the technical details.',
    },
  },
};

/** A fault in plain words, and what to do about it. */
export function wordsOf({ kind }: Pick<MailFault, 'kind'>): { said: Said; cure: Said } {
  return told[kind];
}
