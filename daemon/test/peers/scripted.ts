import { type Place, SipEndpoint } from '../../../scripts/lib/operator/endpoint.ts';
import { header, type Message } from '../../../scripts/lib/operator/message.ts';

interface Test {
  teardown(fn: () => unknown): void;
}

/** What a request is answered with; undefined: nothing at all. */
export interface Reply {
  status: number;
  headers?: [name: string, value: string][];
  body?: string;
}

/** A SIP server over UDP whose answers a test gives, and that keeps what came. */
export class ScriptedServer {
  readonly requests: Message[] = [];
  readonly #sip: SipEndpoint;

  private constructor(sip: SipEndpoint) {
    this.#sip = sip;
  }

  static async start(
    t: Test,
    answer: (request: Message, server: ScriptedServer) => Reply | undefined,
    host = '127.0.0.1',
  ): Promise<ScriptedServer> {
    const sip = await SipEndpoint.open(host, 0);
    const server = new ScriptedServer(sip);
    sip.onRequest = (request: Message, from: Place) => {
      server.requests.push(request);
      const reply = request.method === 'ACK' ? undefined : answer(request, server);
      if (reply) sip.answer(request, from, reply.status, reply.headers ?? [], reply.body ?? '');
    };
    t.teardown(() => sip.close());
    return server;
  }

  get host(): string {
    return this.#sip.host;
  }

  get port(): number {
    return this.#sip.port;
  }

  /** Requests of one method so far, repetitions left out. */
  of(method: string): Message[] {
    return this.requests.filter((request) => request.method === method);
  }
}

/** A header of a request; empty if it has none. */
export const headerOf = (request: Message | undefined, name: string): string =>
  request ? header(request, name.toLowerCase()) : '';

/** 200 to a REGISTER, granting what was asked. */
export const registered = (request: Message, headers: [string, string][] = []): Reply => ({
  status: 200,
  headers: [
    ['Contact', `${headerOf(request, 'contact').split(',', 1)[0]};expires=${headerOf(request, 'expires')}`],
    ...headers,
  ],
});
