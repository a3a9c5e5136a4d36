import type { Socket } from 'node:net';
import { type ClientFrame, FrameReader, frame, parseFrame } from './wire.ts';

/** Most bytes a client may leave unread before it is taken for dead. */
const MAX_BACKLOG = 64 * 1024 * 1024;
/** Tag of a client that wants to see 100 Trying. */
export const PASS_100 = 'pass-100';
/** Tags that are kept of a client; srf itself allows 20. */
const MAX_TAGS = 20;
/** A client has this long to authenticate. */
const AUTH_MS = 10_000;

/** What a session needs from those above. */
export interface SessionHost {
  readonly secret: string;
  /** Words of the reply to authenticate, after OK. */
  welcome(): string;
  /** A frame other than authenticate, ping, route and remove_route; false if its verb is unknown. */
  request(session: Session, frame: ClientFrame): boolean;
  route(session: Session, verb: string, on: boolean): void;
  authenticated(session: Session): void;
  closed(session: Session): void;
  uuid(): string;
}

/** One control connection of a drachtio client. Nothing but authenticate is heard before it. */
export class Session {
  authenticated = false;
  /** What the client said of itself when it authenticated. */
  tags: ReadonlySet<string> = new Set();
  readonly #socket: Socket;
  readonly #host: SessionHost;
  readonly #reader = new FrameReader();
  readonly #deadline: NodeJS.Timeout;
  #out = '';
  #closed = false;

  constructor(socket: Socket, host: SessionHost) {
    this.#socket = socket;
    this.#host = host;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      if (!this.#reader.push(chunk, (payload) => this.#frame(payload))) this.close();
    });
    socket.on('error', () => {});
    socket.on('close', () => this.#gone());
    this.#deadline = setTimeout(() => this.close(), AUTH_MS);
    this.#deadline.unref();
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Sends a frame; those of one turn of the event loop leave in one write. */
  send(leader: string, sip = ''): void {
    if (this.#closed) return;
    if (this.#out === '') setImmediate(() => this.#flush());
    this.#out += frame(leader, sip);
  }

  /** Replies to a client's frame: `OK...` or `NOK|reason`, and SIP text. */
  reply(id: string, words: string, sip = ''): void {
    this.send(`${this.#host.uuid()}|response|${id}|${words}`, sip);
  }

  /** Sends what is waiting and closes. */
  close(): void {
    this.#flush();
    this.#socket.end();
    this.#gone();
  }

  #flush(): void {
    if (this.#out === '') return;
    const out = this.#out;
    this.#out = '';
    if (this.#socket.destroyed) return;
    this.#socket.write(out, 'latin1');
    if (this.#socket.writableLength > MAX_BACKLOG) this.#socket.destroy();
  }

  #gone(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#deadline);
    this.#host.closed(this);
  }

  #frame(payload: string): void {
    if (this.#closed) return;
    const message = parseFrame(payload);
    if (!message) {
      this.close();
      return;
    }
    const { id, verb, words } = message;
    if (verb === 'authenticate') {
      this.#authenticate(id, words[0] ?? '', words[1] ?? '');
      return;
    }
    if (!this.authenticated) {
      this.reply(id, 'NO|not authenticated');
      this.close();
      return;
    }
    switch (verb) {
      case 'ping':
        this.reply(id, 'OK|pong');
        break;
      case 'route':
      case 'remove_route':
        this.#host.route(this, words[0] ?? '', verb === 'route');
        this.reply(id, 'OK');
        break;
      default:
        if (!this.#host.request(this, message)) {
          this.reply(id, 'NO|Unknown message type');
          this.close();
        }
    }
  }

  #authenticate(id: string, secret: string, tags: string): void {
    if (!sameSecret(secret, this.#host.secret)) {
      this.reply(id, 'NO|incorrect secret');
      this.close();
      return;
    }
    clearTimeout(this.#deadline);
    this.authenticated = true;
    this.tags = new Set(tags.split(',').slice(0, MAX_TAGS));
    this.reply(id, `OK|${this.#host.welcome()}`);
    this.#host.authenticated(this);
  }
}

/** Compares in a time that tells nothing of where they differ. */
function sameSecret(a: string, b: string): boolean {
  let diff = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) diff |= a.charCodeAt(i) ^ b.charCodeAt(i % Math.max(1, b.length));
  return diff === 0;
}
