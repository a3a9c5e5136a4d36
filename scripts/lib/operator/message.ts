/*
 * A small SIP message reader and writer for the simulated operator. It shares nothing with the daemon
 * on purpose: a mistake made on both sides of one code base would pass unseen.
 */

export interface Message {
  /** Empty in a response. */
  method: string;
  /** Request-URI; empty in a response. */
  uri: string;
  /** 0 in a request. */
  status: number;
  reason: string;
  /** Values by lower-case name, in order. */
  headers: Map<string, string[]>;
  body: string;
}

const COMPACT: Record<string, string> = {
  v: 'via',
  f: 'from',
  t: 'to',
  i: 'call-id',
  m: 'contact',
  l: 'content-length',
  c: 'content-type',
  k: 'supported',
  s: 'subject',
  e: 'content-encoding',
};

/** Reads a datagram; undefined for what is no SIP. */
export function readMessage(text: string): Message | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [start = '', ...lines] = text
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const written = line.slice(0, colon).trim().toLowerCase();
    const name = COMPACT[written] ?? written;
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  const request = /^([A-Z]+) (\S+) SIP\/2\.0$/.exec(start);
  const response = /^SIP\/2\.0 (\d{3}) ?(.*)$/.exec(start);
  if (!request && !response) return undefined;
  return {
    method: request?.[1] ?? '',
    uri: request?.[2] ?? '',
    status: Number(response?.[1] ?? 0),
    reason: response?.[2] ?? '',
    headers,
    body: text.slice(end + 4),
  };
}

/** First value of a header, or ''. */
export const header = (message: Message, name: string): string => message.headers.get(name)?.[0] ?? '';

/** URI inside a From, To or Contact value. */
export const uriIn = (value: string): string =>
  /<([^>]*)>/.exec(value)?.[1] ?? value.split(';', 1)[0]?.trim() ?? '';

/** User part of a URI, with escapes undone. */
export function userIn(uri: string): string {
  const user = /^sips?:([^@;:>]+)(?::[^@]*)?@/.exec(uri)?.[1] ?? '';
  try {
    return decodeURIComponent(user);
  } catch {
    return user;
  }
}

export const tagIn = (value: string): string => /;\s*tag=([^;\s]+)/.exec(value)?.[1] ?? '';

/** Host and port of a SIP URI. */
export function placeIn(uri: string): { host: string; port: number } | undefined {
  const match = /^sips?:(?:[^@]*@)?(\[[^\]]+\]|[^:;?>]+)(?::(\d+))?/.exec(uri);
  return match?.[1] ? { host: match[1].replace(/^\[|\]$/g, ''), port: Number(match[2] ?? 5060) } : undefined;
}

/** Writes a message; the length is added. */
export function writeMessage(
  start: string,
  headers: readonly (readonly [string, string])[],
  body = '',
): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  return `${[start, ...lines, `Content-Length: ${Buffer.byteLength(body)}`].join('\r\n')}\r\n\r\n${body}`;
}

/** Words of the statuses that the operator sends. */
export const REASONS: Record<number, string> = {
  100: 'Trying',
  180: 'Ringing',
  183: 'Session Progress',
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  480: 'Temporarily Unavailable',
  481: 'Call/Transaction Does Not Exist',
  484: 'Address Incomplete',
  486: 'Busy Here',
  487: 'Request Terminated',
  488: 'Not Acceptable Here',
  500: 'Server Internal Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Server Time-out',
  600: 'Busy Everywhere',
  603: 'Decline',
  604: 'Does Not Exist Anywhere',
};
