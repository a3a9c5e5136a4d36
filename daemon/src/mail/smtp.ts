import type { Config } from '../config/schema.ts';
import { faultOf, type MailFault } from './fault.ts';
import type { Envelope } from './letter.ts';

/** The settings of the mail server. */
export type MailSettings = Config['mail'];

/** How long the server may take, ms: to be connected, to greet, and to say anything at all. */
export interface MailPatience {
  connectMs: number;
  greetingMs: number;
  silenceMs: number;
}

export const mailPatience: MailPatience = { connectMs: 20_000, greetingMs: 20_000, silenceMs: 60_000 };

/** Brings letters to a server. */
export interface Mailer {
  /** Undefined: it has taken the letter. Never throws. */
  send(envelope: Envelope, settings: MailSettings): Promise<MailFault | undefined>;
}

/** Sends by SMTP (RFC 5321). The library is loaded with the first letter: most boxes send none for weeks. */
export class SmtpMailer implements Mailer {
  readonly #patience: MailPatience;

  constructor(patience: MailPatience = mailPatience) {
    this.#patience = patience;
  }

  async send(envelope: Envelope, settings: MailSettings): Promise<MailFault | undefined> {
    const { host, port, security, verify, user, password } = settings;
    try {
      const { createTransport } = await import('nodemailer');
      const transport = createTransport({
        host,
        port,
        // RFC 8314 3.3: TLS from the beginning; or STARTTLS (RFC 3207), which is insisted on where it was chosen.
        secure: security === 'tls',
        requireTLS: security === 'starttls',
        ignoreTLS: security === 'none',
        ...(user === '' ? {} : { auth: { user, pass: password } }),
        tls: { rejectUnauthorized: verify },
        connectionTimeout: this.#patience.connectMs,
        greetingTimeout: this.#patience.greetingMs,
        socketTimeout: this.#patience.silenceMs,
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      try {
        await transport.sendMail({
          from: envelope.from,
          to: envelope.to,
          subject: envelope.subject,
          text: envelope.text,
          messageId: envelope.messageId,
          date: new Date(envelope.at),
          // RFC 3834 5: nobody's absence notice is to answer it.
          headers: { 'Auto-Submitted': 'auto-generated' },
          attachments: envelope.enclosures.map(({ name, type, data }) => ({
            filename: name,
            contentType: type,
            content: data,
          })),
        });
      } finally {
        transport.close();
      }
      return undefined;
    } catch (error) {
      return faultOf(error, [user, password]);
    }
  }
}

/** In whose name letters go out; undefined: mail is not set up. */
export function senderOf({ host, from, user }: MailSettings): string | undefined {
  if (host === '') return undefined;
  return from ?? (user.includes('@') ? user : undefined);
}
