import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** What tap gives a test, as far as the kit needs it. */
interface Test {
  teardown(fn: () => unknown): void;
}

/** An error as an SMTP server tells it. */
export const refusal = (status: number, text: string): Error =>
  Object.assign(new Error(text), { responseCode: status });

/** How a server treats who comes; a test may change it at any time. */
export interface SmtpManners {
  /** Takes a password; undefined: any. */
  password?: string;
  /** Refuses readers. */
  recipient?(address: string): Error | undefined;
  /** Refuses whole letters. */
  letter?(): Error | undefined;
  /** Says nothing once a letter has come. */
  hangs?: boolean;
}

/** A real SMTP server with the letters that it has taken. */
export class SmtpStub {
  readonly letters: ParsedMail[] = [];
  readonly manners: SmtpManners;
  /** Connections that were encrypted when a letter came. */
  encrypted = 0;
  /** How often somebody has come. */
  visits = 0;
  readonly #server: SMTPServer;

  private constructor(server: (stub: SmtpStub) => SMTPServer, manners: SmtpManners) {
    this.manners = manners;
    this.#server = server(this);
    // A client that goes away in the middle is what some tests are about.
    this.#server.on('error', () => {});
  }

  /** Begins to serve on a free port of 127.0.0.1; it is stopped at the end of the test. */
  static async start(
    t: Test,
    manners: SmtpManners = {},
    options: Partial<SMTPServerOptions> = {},
  ): Promise<SmtpStub> {
    const stub = new SmtpStub((self) => serverOf(self, options), manners);
    await new Promise<void>((resolve) => stub.#server.listen(0, '127.0.0.1', resolve));
    t.teardown(() => stub.stop());
    return stub;
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      // It waits for its clients to leave, and one that hangs does not.
      for (const connection of (this.#server as unknown as { connections: Set<{ close(): void }> })
        .connections)
        connection.close();
    });
  }
}

function serverOf(stub: SmtpStub, options: Partial<SMTPServerOptions>): SMTPServer {
  return new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 100,
    onConnect(_session, done) {
      stub.visits++;
      done();
    },
    onAuth({ username, password }, _session, done) {
      const wanted = stub.manners.password;
      if (wanted !== undefined && password !== wanted) {
        // Some servers say back what they were told.
        done(refusal(535, `5.7.8 authentication failed for ${username} with ${password}`));
        return;
      }
      done(null, { user: username ?? '' });
    },
    onRcptTo({ address }, _session, done) {
      done(stub.manners.recipient?.(address));
    },
    onData(stream, { secure }, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        if (stub.manners.hangs) return;
        const refused = stub.manners.letter?.();
        if (refused) {
          done(refused);
          return;
        }
        void simpleParser(Buffer.concat(parts)).then((mail) => {
          stub.letters.push(mail);
          if (secure) stub.encrypted++;
          done();
        });
      });
    },
    ...options,
  });
}
