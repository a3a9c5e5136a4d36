import type { SipMessage } from '../message/message.ts';
import { parseNameAddr } from '../message/name-addr.ts';
import { parseUri } from '../message/uri.ts';
import type { Flow } from '../transport/flow.ts';

/** Where to ask what becomes of new requests, as a drachtio-server's request handlers are asked. */
export interface RequestHandlerConfig {
  /** `http` or `https`; asked with GET, what is known of the request in the query. */
  url: string;
  /** Methods asked about; INVITE alone by default. */
  methods?: readonly string[];
}

/** What the handler said. */
export type Decision =
  | { action: 'reject'; status: number; reason: string }
  | { action: 'redirect'; contacts: string[] }
  | { action: 'proxy'; destinations: string[]; flags: ProxyFlags }
  /** To one of the clients that carry the tag. */
  | { action: 'tag'; tag: string }
  /** To an application that waits for us to connect (`srf.listen`). */
  | { action: 'dial'; host: string; port: number };

/** Words of a `proxy` frame, from record-routing to the final time. */
export type ProxyFlags = [string, string, string, string, string, string];

/** How long the handler may take, ms: the caller hears nothing but 100 until then. */
const PATIENCE_MS = 3000;
const MAX_ANSWER = 65_536;

/** Asks the handler. */
export class RouteHandler {
  readonly #url: string;
  readonly #methods: ReadonlySet<string>;

  constructor(config: RequestHandlerConfig) {
    this.#url = config.url;
    this.#methods = new Set((config.methods ?? ['INVITE']).map((m) => m.toUpperCase()));
  }

  wants(method: string): boolean {
    return this.#methods.has(method);
  }

  /** @throws Error if it cannot be asked, or answers something else than a decision. */
  async ask(m: SipMessage, flow: Flow): Promise<Decision> {
    const url = new URL(this.#url);
    for (const [name, value] of Object.entries(questionOf(m, flow))) url.searchParams.set(name, value);
    // Loaded when there is a handler at all: few have one.
    const { get } = url.protocol === 'https:' ? await import('node:https') : await import('node:http');
    const text = await new Promise<string>((resolve, reject) => {
      const request = get(url, { timeout: PATIENCE_MS }, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          body += chunk;
          if (body.length > MAX_ANSWER) request.destroy(new Error('too long an answer'));
        });
        response.on('end', () => {
          if (response.statusCode === 200) resolve(body);
          else reject(new Error(`HTTP status ${response.statusCode}`));
        });
        response.on('error', reject);
      });
      request.on('timeout', () => request.destroy(new Error('no answer in time')));
      request.on('error', reject);
    });
    const decision = readDecision(text);
    if (!decision) throw new Error('not a decision');
    return decision;
  }
}

/** What is told of a request. */
export function questionOf(m: SipMessage, flow: Flow): Record<string, string> {
  const uri = parseUri(m.uri);
  const user = (header: string): string => {
    const addr = parseNameAddr(m.get(header) ?? '');
    return (addr && parseUri(addr.uri)?.user) || '';
  };
  return {
    method: m.method,
    domain: uri?.host ?? '',
    protocol: flow.proto,
    source_address: flow.remote.host,
    source_port: String(flow.remote.port),
    fromUser: user('from'),
    toUser: user('to'),
    uriUser: uri?.user ?? '',
    contentType: m.get('content-type') ?? '',
    callId: m.callId,
  };
}

/** Reads `{"action": …, "data": {…}}`; undefined if it is none. */
export function readDecision(text: string): Decision | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { action, data } = record(answer);
  const d = record(data);
  const words = (name: string): string[] => {
    const value = d[name];
    const list = Array.isArray(value) ? value : value === undefined ? [] : [value];
    // A line break or bar would end the header or the word it stands in.
    return list.filter((each): each is string => typeof each === 'string' && /^[^\r\n|]+$/.test(each));
  };
  switch (action) {
    case 'reject': {
      const status = Number(d.status);
      return status >= 300 && status <= 699
        ? { action, status: Math.trunc(status), reason: words('reason')[0] ?? '' }
        : undefined;
    }
    case 'redirect': {
      const contacts = words('contacts');
      return contacts.length > 0 ? { action, contacts } : undefined;
    }
    case 'proxy': {
      const destinations = words('destination');
      if (destinations.length === 0) return undefined;
      const flags: ProxyFlags = [
        d.recordRoute || d.remainInDialog ? 'remainInDialog' : '',
        '',
        d.followRedirects ? 'followRedirects' : '',
        d.simultaneous ? 'simultaneous' : 'serial',
        words('provisionalTimeout')[0] ?? '',
        words('finalTimeout')[0] ?? '',
      ];
      return { action, destinations, flags };
    }
    case 'route': {
      const tag = words('tag')[0];
      if (tag !== undefined) return { action: 'tag', tag };
      const [, host, port] = /^\[?([^\]|]+?)\]?:(\d{1,5})$/.exec(words('uri')[0] ?? '') ?? [];
      return host !== undefined ? { action: 'dial', host, port: Number(port) } : undefined;
    }
    default:
      return undefined;
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
