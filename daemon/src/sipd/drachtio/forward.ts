import { prettyName } from '../message/headers.ts';
import type { SipMessage } from '../message/message.ts';
import { splitList } from '../message/scan.ts';
import type { Draft } from './draft.ts';

/** What changes in a request that is passed on (RFC 3261 16.6). */
export interface ForwardChange {
  requestUri: string;
  /** Our Record-Route line with CRLF, or ''. */
  recordRoute: string;
  /** Drop the first Route entry: it named us (16.4). */
  dropRoute: boolean;
  /** Headers the client adds or replaces. */
  draft: Draft | undefined;
}

/**
 * The part of a forwarded request after its new Via line, and the start line before it: every
 * header in order, Max-Forwards one less, the body unchanged.
 */
export function forwardParts(m: SipMessage, change: ForwardChange): { start: string; rest: string } {
  const extra = change.draft ? change.draft.others + clientHeaders(change.draft) : '';
  const replaced = new Set(
    extra.split('\r\n').map((l) => l.slice(0, Math.max(0, l.indexOf(':'))).toLowerCase()),
  );
  let rest = '';
  let routed = !change.dropRoute;
  let maxForwards = false;
  for (let i = 0; i < m.names.length; i++) {
    const name = m.names[i]!;
    let value = m.values[i]!;
    if (name === 'max-forwards') {
      maxForwards = true;
      value = String(Math.max(0, m.maxForwards - 1));
    } else if (name === 'route' && !routed) {
      routed = true;
      const others = splitList(value).slice(1);
      if (others.length === 0) continue;
      value = others.join(', ');
    } else if (replaced.has(name)) continue;
    rest += `${spelledOut(m, i)}: ${value}\r\n`;
  }
  // A stream cannot do without it.
  if (m.contentLength < 0) rest += `Content-Length: ${m.bodyText.length}\r\n`;
  // 16.6 step 3: a request without Max-Forwards gets 70.
  if (!maxForwards) rest = `Max-Forwards: 70\r\n${rest}`;
  return {
    start: `${m.method} ${change.requestUri} SIP/2.0\r\n`,
    rest: `${change.recordRoute}${rest}${extra}\r\n${m.bodyText}`,
  };
}

function clientHeaders(draft: Draft): string {
  return draft.contact === undefined ? '' : `Contact: ${draft.contact}\r\n`;
}

/** A response as it goes on toward the caller: the top Via, which is ours, taken off (16.7 step 3). */
export function withoutTopVia(m: SipMessage): string {
  let out = `SIP/2.0 ${m.status} ${m.reason}\r\n`;
  let first = true;
  for (let i = 0; i < m.names.length; i++) {
    let value = m.values[i]!;
    if (first && m.names[i] === 'via') {
      first = false;
      const others = splitList(value).slice(1);
      if (others.length === 0) continue;
      value = others.join(', ');
    }
    out += `${spelledOut(m, i)}: ${value}\r\n`;
  }
  return `${out}\r\n${m.bodyText}`;
}

function spelledOut(m: SipMessage, i: number): string {
  const spelled = m.spelled[i]!;
  return spelled.length === 1 ? prettyName(m.names[i]!) : spelled;
}
