import type { Socket } from 'node:net';
import type { Clock, Timer } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { CodedError, messageOf } from '../base/error.ts';
import { splitHostPort } from './address.ts';
import {
  createSrf,
  type Headers,
  type RepeatedHeaders,
  type SrfClient,
  type SrfDialog,
  type SrfRequest,
  type SrfResponse,
} from './srf-types.ts';

/** Where the SIP engine listens on the network. */
export interface HostPort {
  protocol: string;
  host: string;
  port: number;
}

export type FacadeEvents = {
  /** The engine is there (again); with what it listens on. */
  connected: [listening: readonly HostPort[]];
  /** The control connection broke; every dialog and request is gone, as far as we can steer them. */
  lost: [];
  /** A new call from the network. */
  invite: [req: SrfRequest, res: SrfResponse];
  /** Any other request outside of our dialogs. */
  request: [req: SrfRequest, res: SrfResponse];
};

export interface FacadeOptions {
  host: string;
  port: number;
  secret: string;
  /** How long the first connection may take, ms. */
  connectMs?: number;
}

export interface OutgoingRequest {
  uri: string;
  headers: Headers;
  body?: string;
  /** Next hop, `sip:address:port;transport=udp`; given always, so that no name is looked up on the way. */
  proxy: string;
}

/** An INVITE on its way. */
export interface OutgoingInvite {
  /** CANCELs it; what comes of it is reported all the same. */
  cancel(headers?: Headers): void;
  /** CANCELs it, and nothing is reported any more: a 200 that comes all the same is acknowledged and ended. */
  abandon(headers?: Headers): void;
}

/** What becomes of an outgoing INVITE; after `answered`, `rejected` or `failed` nothing more comes. */
export interface InviteHandlers {
  /** The engine has put it on the network. */
  sent(): void;
  provisional(response: SrfResponse): void;
  /** UPDATE came before the answer; to be answered. */
  update(req: SrfRequest, res: SrfResponse): void;
  /** 200 came and was acknowledged. Listeners must be added before this returns. */
  answered(dialog: SrfDialog): void;
  rejected(response: SrfResponse): void;
  /** The engine refused it, was lost, or never came back (`sip/engine`, `sip/engine-lost`, `sip/timeout`). */
  failed(error: CodedError): void;
}

/** The engine echoes what it was given at once; longer means that it hangs. */
const ECHO_MS = 5_000;

/** A transaction ends within 64*T1 = 32 s (RFC 3261 17.1); what takes longer never comes. */
const TRANSACTION_MS = 40_000;

/** srf's reconnection pause grows by 1.7 without an end unless capped. */
const RECONNECT_MAX_MS = 2_000;

/** Statuses younger than srf's own table, which it refuses to send by the usual way. */
const YOUNGER = new Map([[469, 'Bad Info Package']]);

/** Requests outside of dialogs that are answered; the engine refuses all others by itself. */
const METHODS = [
  'options',
  'register',
  'message',
  'subscribe',
  'notify',
  'refer',
  'info',
  'publish',
  'bye',
  'update',
];

/**
 * Tag by which our own engine learns that we want to see 100 Trying, which a drachtio-server keeps to
 * itself (and the tag means nothing to it).
 */
export const PASS_100_TAG = 'pass-100';

/**
 * srf writes each frame by itself. What the frames of one reading lead to (a 200 for one leg, an ACK for the
 * other) leaves in one write instead: each costs a system call and wakes the engine.
 */
function writeOncePerTurn(socket: Socket): void {
  let corked = false;
  socket.prependListener('data', () => {
    if (corked) return;
    corked = true;
    socket.cork();
    setImmediate(() => {
      corked = false;
      socket.uncork();
    });
  });
}

/**
 * A thin typed face of drachtio-srf. It adds what srf lacks when its socket breaks: everything that
 * waits is ended with an error, dialogs are swept, and reconnecting goes on at a bounded pace. srf's
 * own digest is never used: it hashes the wrong URI inside dialogs and knows MD5 only.
 */
export class SrfFacade extends Emitter<FacadeEvents> {
  readonly #srf: SrfClient;
  readonly #clock: Clock;
  #connected = false;
  #closed = false;
  #listening: readonly HostPort[] = [];
  /** Ends of everything that waits for the engine. */
  #waiting = new Set<(error: CodedError) => void>();
  #dialogs = new Map<SrfDialog, () => void>();

  constructor(clock: Clock) {
    super();
    this.#clock = clock;
    this.#srf = new createSrf([PASS_100_TAG]);
    this.#srf.use('invite', (req, res) => this.emit('invite', req, res));
    for (const method of METHODS) this.#srf.use(method, (req, res) => this.emit('request', req, res));
    // An 'error' without a listener would end the process; 'close' follows and is what counts.
    this.#srf.on('error', () => {});
    this.#srf.on('close', () => this.#lose());
  }

  get connected(): boolean {
    return this.#connected;
  }

  get listening(): readonly HostPort[] {
    return this.#listening;
  }

  /** The engine has moved its sockets; it says so at the next greeting only. */
  set listening(bound: readonly HostPort[]) {
    this.#listening = bound;
  }

  /** @throws CodedError `sip/engine-refused` for a wrong secret, `sip/engine-unreachable` after `connectMs` */
  connect(options: FacadeOptions): Promise<void> {
    const { host, port, secret, connectMs = 10_000 } = options;
    return new Promise((resolve, reject) => {
      const timer = this.#clock.after(connectMs, () => {
        this.close();
        reject(
          new CodedError('sip/engine-unreachable', `no SIP engine at ${host}:${port} within ${connectMs} ms`),
        );
      });
      this.#srf.on('connect', (error, hostports) => {
        if (this.#closed) return this.#disconnect();
        timer.cancel();
        if (error) {
          if (!this.#listening.length) this.close();
          return reject(
            new CodedError('sip/engine-refused', `SIP engine at ${host}:${port}: ${messageOf(error)}`),
          );
        }
        this.#connected = true;
        this.#listening = parseHostports(hostports ?? '');
        resolve();
        this.emit('connected', this.#listening);
      });
      this.#srf.connect({
        host,
        port,
        secret,
        enablePing: true,
        pingInterval: 15_000,
        reconnect: { retryMaxDelay: RECONNECT_MAX_MS },
      });
      this.#srf.app.client?.wp?.on('connect', writeOncePerTurn);
    });
  }

  /** Sends an INVITE. `cancel` may be called at any time; what then still comes is reported all the same. */
  invite(request: OutgoingRequest, handlers: InviteHandlers): OutgoingInvite {
    let sent: SrfRequest | undefined;
    let cancelHeaders: Headers | undefined;
    const ended = this.#wait(ECHO_MS, (error) => handlers.failed(error));
    const sendCancel = (headers: Headers): void => {
      ended.limit(TRANSACTION_MS);
      this.#attempt(() => sent?.cancel({ headers }, () => {}));
    };
    if (ended.open) {
      const options = { headers: request.headers, localSdp: request.body ?? '', proxy: request.proxy };
      const progress = {
        cbRequest: (error: unknown, req?: SrfRequest) => {
          if (error || !req) return;
          sent = req;
          ended.limit(TRANSACTION_MS);
          if (ended.open) handlers.sent();
          // srf's own listener, added after this call, would answer every offer with our first one.
          queueMicrotask(() => {
            req.removeAllListeners('update');
            req.on('update', (update, res) => handlers.update(update, res));
          });
          if (cancelHeaders) sendCancel(cancelHeaders);
        },
        cbProvisional: (response: SrfResponse) => {
          // From here on it may ring for as long as the call is willing to wait.
          if (ended.open && !cancelHeaders) ended.limit(undefined);
          if (ended.open) handlers.provisional(response);
        },
      };
      const failure = this.#attempt(() =>
        this.#srf.createUAC(request.uri, options, progress, (error, dialog) => {
          const open = ended.end();
          if (dialog && open) handlers.answered(dialog);
          // Nobody waits for it any more: acknowledged by srf, it must not stay up (ruling 15).
          else if (dialog) this.#abandon(dialog);
          else if (open && error?.res) handlers.rejected(error.res);
          else if (open)
            handlers.failed(new CodedError('sip/engine', `INVITE not sent: ${messageOf(error)}`));
        }),
      );
      if (failure && ended.end()) handlers.failed(failure);
    }
    const cancel = (headers: Headers = {}): void => {
      if (cancelHeaders) return;
      cancelHeaders = headers;
      if (sent) sendCancel(headers);
    };
    return {
      cancel,
      abandon: (headers) => {
        cancel(headers);
        ended.end();
      },
    };
  }

  /**
   * Sends a request outside of dialogs and returns its final response.
   * @throws CodedError `sip/engine`, `sip/engine-lost`, `sip/timeout`
   */
  request(method: string, request: OutgoingRequest): Promise<SrfResponse> {
    return this.#promise(TRANSACTION_MS, (resolve, reject) => {
      const { uri, headers, body, proxy } = request;
      const options = { method, headers, proxy, ...(body === undefined ? {} : { body }) };
      this.#srf.request(uri, options, (error, req) => {
        if (error || !req)
          return reject(new CodedError('sip/engine', `${method} not sent: ${messageOf(error)}`));
        req.on('response', (response) => void (response.status >= 200 && resolve(response)));
      });
    });
  }

  /**
   * Sends a request inside a dialog and returns its final response; a 200 to a re-INVITE with a body is acknowledged.
   * @throws CodedError as {@link request}
   */
  dialogRequest(dialog: SrfDialog, method: string, headers: Headers, body?: string): Promise<SrfResponse> {
    return this.#promise(TRANSACTION_MS, (resolve, reject) => {
      const options = { method, headers, ...(body === undefined ? {} : { body }) };
      dialog.request(options, (error, response) => {
        if (error || !response)
          return reject(new CodedError('sip/engine', `${method} not sent: ${messageOf(error)}`));
        if (response.status >= 200) resolve(response);
      });
    });
  }

  /** Answers an INVITE with 200. `attach` is called with the dialog before anything else can arrive in it. */
  answer(
    req: SrfRequest,
    res: SrfResponse,
    options: { headers: Headers; body: string },
    attach: (dialog: SrfDialog) => void,
  ): Promise<void> {
    return this.#promise(ECHO_MS, (resolve, reject) => {
      this.#srf.createUAS(req, res, { headers: options.headers, localSdp: options.body }, (error, dialog) => {
        if (!dialog) return reject(new CodedError('sip/engine', `200 not sent: ${messageOf(error)}`));
        attach(dialog);
        resolve();
      });
    });
  }

  /**
   * Sends a response without waiting; one that comes too late (cancelled call) is dropped by the engine.
   * `pracked` hears of the PRACK to a reliable provisional one.
   */
  respond(
    res: SrfResponse,
    status: number,
    options: { headers?: RepeatedHeaders; body?: string } = {},
    pracked?: (prack: SrfRequest) => void,
  ): void {
    const { headers, ...rest } = options;
    const all = { ...rest, ...(headers && { headers: written(headers) }) };
    const phrase = YOUNGER.get(status);
    this.#attempt(() => {
      if (phrase === undefined) res.send(status, all, () => {}, pracked);
      else {
        Object.assign(res.msg, { status, reason: phrase });
        res.status = status;
        res.agent.sendResponse(res, all, () => {});
      }
    });
  }

  /** Has `lost` called if the control connection breaks while the dialog lives. */
  track(dialog: SrfDialog, lost: () => void): void {
    this.#dialogs.set(dialog, lost);
  }

  /** Forgets a dialog that has ended. */
  forget(dialog: SrfDialog): void {
    this.#dialogs.delete(dialog);
    this.#srf.removeDialog(dialog);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#disconnect();
    this.#lose();
  }

  #disconnect(): void {
    // srf cannot be told to stop reconnecting while it is not connected; its wire layer has the switch.
    const wire = this.#srf.app.client?.wp;
    if (wire) wire.closing = true;
    this.#attempt(() => this.#srf.disconnect());
  }

  #lose(): void {
    const was = this.#connected;
    this.#connected = false;
    const error = new CodedError('sip/engine-lost', 'connection to the SIP engine lost');
    for (const end of [...this.#waiting]) end(error);
    for (const [dialog, lost] of [...this.#dialogs]) {
      this.forget(dialog);
      dialog.removeAllListeners();
      lost();
    }
    if (was && !this.#closed) this.emit('lost');
  }

  #abandon(dialog: SrfDialog): void {
    this.dialogRequest(dialog, 'BYE', {})
      .catch(() => {})
      .finally(() => this.forget(dialog));
  }

  /** Runs what srf may throw from synchronously, above all while its socket is gone. */
  #attempt(fn: () => void): CodedError | undefined {
    try {
      fn();
      return undefined;
    } catch (error) {
      return new CodedError('sip/engine', messageOf(error), { cause: error });
    }
  }

  #wait(ms: number, fail: (error: CodedError) => void) {
    let timer: Timer | undefined;
    const state = {
      open: true,
      /** Ends the wait; false if it had ended already. */
      end: (): boolean => {
        if (!state.open) return false;
        state.open = false;
        timer?.cancel();
        this.#waiting.delete(give);
        return true;
      },
      limit: (limitMs: number | undefined): void => {
        timer?.cancel();
        if (!state.open || limitMs === undefined) return;
        timer = this.#clock.after(limitMs, () =>
          give(new CodedError('sip/timeout', `no end within ${limitMs} ms`)),
        );
      },
    };
    const give = (error: CodedError): void => {
      if (state.end()) fail(error);
    };
    this.#waiting.add(give);
    state.limit(ms);
    if (!this.#connected)
      queueMicrotask(() => give(new CodedError('sip/engine-lost', 'no connection to the SIP engine')));
    return state;
  }

  #promise<T>(
    ms: number,
    start: (resolve: (value: T) => void, reject: (error: CodedError) => void) => void,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const ended = this.#wait(ms, reject);
      if (!this.#connected) return;
      const failure = this.#attempt(() =>
        start(
          (value) => void (ended.end() && resolve(value)),
          (error) => void (ended.end() && reject(error)),
        ),
      );
      if (failure && ended.end()) reject(failure);
    });
  }
}

/**
 * srf joins the values of a repeated field with commas, which RFC 3261 7.3.1 forbids for challenges; written
 * as lines of their own they reach the engine as they are meant.
 */
function written(headers: RepeatedHeaders): Headers {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : value.join(`\r\n${name}: `),
    ]),
  );
}

/** Reads `udp/192.0.2.1:5060,tcp/...` of the engine's greeting. */
export function parseHostports(text: string): HostPort[] {
  return text.split(',').flatMap((entry) => {
    const slash = entry.indexOf('/');
    const { host, port } = splitHostPort(entry.slice(slash + 1).trim());
    return slash > 0 && host
      ? [{ protocol: entry.slice(0, slash).trim().toLowerCase(), host, port: port ?? 5060 }]
      : [];
  });
}
