import type { Headers } from './srf-types.ts';

/** What of a message tells of its body. */
export interface BodyOwner {
  get(name: string): string | undefined;
  body: string;
}

/** Parts of a multipart body that are looked at; an operator sends two or three. */
const MAX_PARTS = 16;

/** The bodies we can take, for Accept (RFC 3261 20.1). */
export const ACCEPT = 'application/sdp, multipart/mixed';

interface Part {
  /** Lower case, without parameters. */
  type: string;
  /** Content-Disposition: `session` where none is written and the body is SDP (RFC 3261 20.11). */
  disposition: string;
  /** Whoever does not understand it must refuse the message. */
  required: boolean;
  body: string;
}

const bare = (value: string | undefined): string => (value ?? '').split(';', 1)[0]!.trim().toLowerCase();

/** A parameter of a header value; quotes taken off. */
function parameter(value: string, name: string): string | undefined {
  const found = new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]*)"|([^;\\s]+))`, 'i').exec(value.slice(0, 512));
  return found?.[1] ?? found?.[2];
}

function part(type: string, disposition: string | undefined, body: string, inside: boolean): Part {
  const handling = parameter(disposition ?? '', 'handling')?.toLowerCase();
  return {
    type,
    disposition: bare(disposition) || (type === 'application/sdp' ? 'session' : 'render'),
    // RFC 3261 20.11: required where nothing is said. Beside a session description only what says so:
    // operators attach ISUP or location without a word to whoever may need it.
    required: inside ? handling === 'required' : handling !== 'optional',
    body,
  };
}

/** The parts of a body: one, or those of a multipart one (RFC 5621 3). */
function partsOf(message: BodyOwner): Part[] {
  const content = message.get('Content-Type') ?? 'application/sdp';
  const type = bare(content);
  if (!type.startsWith('multipart/'))
    return [part(type, message.get('Content-Disposition'), message.body, false)];
  const boundary = parameter(content, 'boundary');
  if (!boundary) return [];
  const pieces = `\n${message.body}`.split(`\n--${boundary}`);
  // What stands before the first boundary is nobody's (RFC 2046 5.1.1), and after the last one too.
  return pieces.slice(1, MAX_PARTS + 1).flatMap((piece) => {
    if (piece.startsWith('--')) return [];
    const text = piece.slice(piece.indexOf('\n') + 1);
    const blank = /\r?\n\r?\n|^\r?\n/.exec(text);
    if (!blank) return [];
    const headers = new Map<string, string>();
    for (const line of text.slice(0, blank.index).split(/\r?\n/)) {
      const colon = line.indexOf(':');
      if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
    }
    const body = text.slice(blank.index + blank[0].length).replace(/\r$/, '');
    return [
      part(bare(headers.get('content-type')) || 'text/plain', headers.get('content-disposition'), body, true),
    ];
  });
}

/**
 * The session description in a message: its body, or the part of a multipart one that is an
 * application/sdp for the session (RFC 5621 3 and 6); empty if there is none.
 */
export function descriptionOf(message: BodyOwner): string {
  if (!message.body.trim()) return '';
  return (
    partsOf(message).find((p) => p.type === 'application/sdp' && p.disposition === 'session')?.body ?? ''
  );
}

/**
 * Why a body cannot be taken (RFC 3261 8.2.3): an encoding or a type that we do not know, and that we
 * would have to. Undefined if it can, or may be ignored.
 */
export function bodyObjection(message: BodyOwner): { status: 415; headers: Headers } | undefined {
  if (!message.body.trim()) return undefined;
  const encoding = bare(message.get('Content-Encoding'));
  if (encoding !== '' && encoding !== 'identity')
    return { status: 415, headers: { 'Accept-Encoding': 'identity' } };
  const parts = partsOf(message);
  const known = parts.some((p) => p.type === 'application/sdp' && p.disposition === 'session');
  const foreign = parts.some((p) => p.type !== 'application/sdp' && p.required);
  const refused = foreign || (!known && (parts.length === 0 || parts.some((p) => p.required)));
  return refused ? { status: 415, headers: { Accept: ACCEPT } } : undefined;
}
