/** Talking to the three programs of a whole box over HTTP. */
import { WebSocket } from 'ws';
import { patient } from '../../hw/simulator/office/patience.ts';

async function json<T>(url: string, init?: RequestInit): Promise<T> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (!response.ok)
    throw new Error(`${init?.method ?? 'GET'} ${url}: ${response.status} ${text.slice(0, 300)}`);
  return (text === '' ? {} : JSON.parse(text)) as T;
}

const post = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

/** The simulated office: what hands do to telephones, and what ears hear. */
export class OfficeClient {
  readonly #base: string;

  /** @param address HOST:PORT of the simulator's control. */
  constructor(address: string) {
    this.#base = `http://${address}`;
  }

  async devices(): Promise<{ id: string; kind: string; port: number; [detail: string]: unknown }[]> {
    return await json(`${this.#base}/devices`);
  }

  async state(id: string): Promise<Record<string, unknown>> {
    return await json(`${this.#base}/devices/${id}`);
  }

  async do(id: string, action: string, body: object = {}): Promise<unknown> {
    return await json(`${this.#base}/devices/${id}/${action}`, post(body));
  }

  /** Level heard over `ms`, dBm0: of one frequency, or of everything. */
  async hear(id: string, ms: number, hz?: number): Promise<number> {
    const query = hz === undefined ? '' : `&freq=${hz}`;
    return (await json<{ dbm0: number }>(`${this.#base}/devices/${id}/hear?ms=${ms}${query}`)).dbm0;
  }

  /** Waits until a frequency is heard. @throws Error when `timeoutMs` have passed. */
  async waitForTone(id: string, hz: number, timeoutMs: number, dbm0 = -30): Promise<number> {
    const until = Date.now() + patient(timeoutMs);
    for (;;) {
      const level = await this.hear(id, 200, hz);
      if (level >= dbm0) return level;
      if (Date.now() > until) throw new Error(`${id} does not hear ${hz} Hz (${level.toFixed(1)} dBm0)`);
    }
  }
}

/** A call as the simulated operator tells it; see scripts/lib/operator/operator.ts. */
export interface OperatorCall {
  id: string;
  callId: string;
  number: string;
  state: 'ringing' | 'answered' | 'ended';
}

/** The simulated operator. */
export class OperatorClient {
  readonly #base: string;

  constructor(address: string) {
    this.#base = `http://${address}`;
  }

  async do<T = unknown>(order: object): Promise<T> {
    return await json<T>(`${this.#base}/do`, post(order));
  }

  async calls(): Promise<OperatorCall[]> {
    return (await json<{ calls: OperatorCall[] }>(`${this.#base}/state`)).calls;
  }

  async level(id: string, hz: number): Promise<number> {
    return (await this.do<{ dbm0: number }>({ do: 'level', id, hz })).dbm0;
  }
}

/** The box itself, as its page sees it. */
export class BoxClient {
  readonly #address: () => string;
  #cookie = '';

  /** @param address HOST:PORT of the page; a function where it may change with a restart. */
  constructor(address: string | (() => string)) {
    this.#address = typeof address === 'string' ? () => address : address;
  }

  get #base(): string {
    return `http://${this.#address()}`;
  }

  /** First visit: sets the admin's password with the code from the label, and is signed in. */
  async claim(code: string, password: string): Promise<void> {
    await this.#sign('/api/v1/claim', { code, password });
  }

  async login(password: string): Promise<void> {
    await this.#sign('/api/v1/login', { password });
  }

  async get<T>(path: string): Promise<T> {
    return await json<T>(`${this.#base}${path}`, { headers: { cookie: this.#cookie } });
  }

  /** A file that the page offers, with the name it is to have. */
  async download(path: string): Promise<{ name: string; data: Buffer }> {
    const response = await fetch(`${this.#base}${path}`, { headers: { cookie: this.#cookie } });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status}`);
    const name = /filename="?([^";]+)/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? '';
    return { name, data: Buffer.from(await response.arrayBuffer()) };
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    return await json<T>(`${this.#base}${path}`, post(body, this.#headers));
  }

  async patch<T>(path: string, body: unknown): Promise<T> {
    return await json<T>(`${this.#base}${path}`, { ...post(body, this.#headers), method: 'PATCH' });
  }

  async put<T>(path: string, body: unknown): Promise<T> {
    return await json<T>(`${this.#base}${path}`, { ...post(body, this.#headers), method: 'PUT' });
  }

  /** Puts a file to the box, of a type that is not JSON. */
  async upload(path: string, data: Buffer, type: string): Promise<{ status: number; body: unknown }> {
    const headers = { ...this.#headers, 'content-type': type };
    const response = await fetch(`${this.#base}${path}`, {
      method: 'PUT',
      headers,
      body: new Uint8Array(data),
    });
    return { status: response.status, body: await response.json() };
  }

  async delete<T>(path: string): Promise<T> {
    return await json<T>(`${this.#base}${path}`, { headers: this.#headers, method: 'DELETE' });
  }

  /** Part of a file, as a player asks for it: status, Content-Range and what came. */
  async range(path: string, range: string): Promise<{ status: number; range: string; data: Buffer }> {
    const response = await fetch(`${this.#base}${path}`, { headers: { cookie: this.#cookie, range } });
    const data = Buffer.from(await response.arrayBuffer());
    return { status: response.status, range: response.headers.get('content-range') ?? '', data };
  }

  /** The live state at this moment: the snapshot with which the page's stream begins. */
  async snapshot<T>(): Promise<T> {
    const socket = new WebSocket(`ws://${this.#address()}/api/v1/live`, { headers: this.#headers });
    try {
      return await new Promise<T>((resolve, reject) => {
        socket.on('error', reject);
        socket.on('message', (data) => {
          const message = JSON.parse(String(data)) as { type: string; state?: T };
          if (message.type === 'snapshot') resolve(message.state!);
        });
      });
    } finally {
      socket.close();
    }
  }

  /** Hands on each change of the live stream; resolves, once it has begun, with what ends it. */
  async follow(told: (change: { what: string; id?: string }) => void): Promise<() => void> {
    const socket = new WebSocket(`ws://${this.#address()}/api/v1/live`, { headers: this.#headers });
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('message', (data) => {
        const message = JSON.parse(String(data)) as { changes?: { what: string; id?: string }[] };
        for (const change of message.changes ?? []) told(change);
        resolve();
      });
    });
    return () => socket.close();
  }

  get #headers(): Record<string, string> {
    return { cookie: this.#cookie, origin: this.#base };
  }

  async #sign(path: string, body: object): Promise<void> {
    const response = await fetch(`${this.#base}${path}`, post(body, { origin: this.#base }));
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    this.#cookie = response.headers
      .getSetCookie()
      .map((cookie) => cookie.split(';', 1)[0])
      .join('; ');
  }
}

/** Asks until the answer is there. @throws Error with `what` when `timeoutMs` have passed. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  timeoutMs: number,
): Promise<T> {
  const end = Date.now() + patient(timeoutMs);
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > end) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
