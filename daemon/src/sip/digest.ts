import { createHash, randomBytes } from 'node:crypto';
import { CodedError } from '../base/error.ts';

/** One challenge of a WWW-Authenticate or Proxy-Authenticate header (RFC 7616 3.3). */
export interface Challenge {
  realm: string;
  nonce: string;
  opaque: string | undefined;
  /** As sent, upper case; `MD5` when the peer wrote none. */
  algorithm: string;
  /** Offered protection; empty: RFC 2069 style without qop. */
  qop: readonly string[];
  /** The nonce was old, the password right: try again with the new nonce. */
  stale: boolean;
}

/** Our hash for each algorithm, strongest first: RFC 8760 2.4 takes the topmost that is known unless a policy, as here, says otherwise. */
const ALGORITHMS: readonly { name: string; hash: string; session: boolean }[] = [
  { name: 'SHA-512-256', hash: 'sha512-256', session: false },
  { name: 'SHA-512-256-SESS', hash: 'sha512-256', session: true },
  { name: 'SHA-256', hash: 'sha256', session: false },
  { name: 'SHA-256-SESS', hash: 'sha256', session: true },
  { name: 'MD5', hash: 'md5', session: false },
  { name: 'MD5-SESS', hash: 'md5', session: true },
];

/** Longest header examined and most challenges read from it; a peer has no reason to send more. */
const MAX_HEADER = 8192;
const MAX_CHALLENGES = 8;

/** Reads the parameters of each Digest value of a header whose repetitions were joined with commas; names in lower case. */
export function digestParameters(header: string): Map<string, string>[] {
  const text = header.slice(0, MAX_HEADER);
  const out: Map<string, string>[] = [];
  let current: Map<string, string> | undefined;
  const token = /([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:\s*(=)\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?/y;
  for (let at = 0; at < text.length; ) {
    if (' ,\t\r\n'.includes(text[at] ?? '')) {
      at++;
      continue;
    }
    token.lastIndex = at;
    const match = token.exec(text);
    if (!match?.[1]) {
      at++;
      continue;
    }
    at = token.lastIndex;
    if (match[2] === undefined) {
      current = match[1].toLowerCase() === 'digest' ? new Map() : undefined;
      if (current) out.push(current);
    } else current?.set(match[1].toLowerCase(), (match[3] ?? match[4] ?? '').replace(/\\(.)/g, '$1'));
  }
  return out;
}

/** Reads all Digest challenges of a header whose repetitions were joined with commas; others are skipped. */
export function parseChallenges(header: string): Challenge[] {
  return digestParameters(header)
    .flatMap((given): Challenge[] => {
      const realm = given.get('realm');
      const nonce = given.get('nonce');
      if (realm === undefined || nonce === undefined) return [];
      return [
        {
          realm,
          nonce,
          opaque: given.get('opaque'),
          algorithm: (given.get('algorithm') ?? 'MD5').toUpperCase(),
          qop: (given.get('qop') ?? '')
            .toLowerCase()
            .split(/[\s,]+/)
            .filter((word) => word !== ''),
          stale: given.get('stale')?.toLowerCase() === 'true',
        },
      ];
    })
    .slice(0, MAX_CHALLENGES);
}

/** The strongest challenge that we can answer; undefined when there is none. */
export function chooseChallenge(challenges: readonly Challenge[]): Challenge | undefined {
  for (const { name } of ALGORITHMS) {
    const found = challenges.find(
      (c) =>
        c.algorithm === name && (c.qop.length === 0 || c.qop.includes('auth') || c.qop.includes('auth-int')),
    );
    if (found) return found;
  }
  return undefined;
}

/** Everything that a digest response is made of. */
export interface DigestParts {
  username: string;
  password: string;
  realm: string;
  nonce: string;
  /** As in {@link Challenge}. */
  algorithm: string;
  method: string;
  uri: string;
  body?: string;
  /** undefined: RFC 2069 style. */
  qop: string | undefined;
  nc: string;
  cnonce: string;
}

/**
 * The `response` parameter, hexadecimal (RFC 7616 3.4.1).
 * @throws CodedError `sip/digest` for an algorithm that we do not know
 */
export function digestResponse(parts: DigestParts): string {
  const { username, password, realm, nonce, method, uri, body, qop, nc, cnonce } = parts;
  const algorithm = ALGORITHMS.find((a) => a.name === parts.algorithm);
  if (!algorithm) throw new CodedError('sip/digest', `digest algorithm ${parts.algorithm} is not supported`);
  const h = (text: string): string => createHash(algorithm.hash).update(text, 'utf8').digest('hex');
  const secret = h(`${username}:${realm}:${password}`);
  const ha1 = algorithm.session ? h(`${secret}:${nonce}:${cnonce}`) : secret;
  const ha2 = qop === 'auth-int' ? h(`${method}:${uri}:${h(body ?? '')}`) : h(`${method}:${uri}`);
  return qop ? h(`${ha1}:${nonce}:${nc}:${cnonce}:${qop}:${ha2}`) : h(`${ha1}:${nonce}:${ha2}`);
}

export interface DigestInput {
  username: string;
  password: string;
  method: string;
  /** Request-URI exactly as sent. */
  uri: string;
  body?: string;
  /** How often this nonce has been used, this time included. */
  nonceCount?: number;
  /** For tests against published vectors; else random. */
  cnonce?: string;
}

/**
 * Value of Authorization or Proxy-Authorization that answers `challenge` (RFC 7616 3.4).
 * @throws CodedError `sip/digest` for an algorithm or qop that we do not know
 */
export function answerChallenge(challenge: Challenge, input: DigestInput): string {
  const algorithm = ALGORITHMS.find((a) => a.name === challenge.algorithm);
  if (!algorithm)
    throw new CodedError('sip/digest', `digest algorithm ${challenge.algorithm} is not supported`);
  const cnonce = input.cnonce ?? randomBytes(16).toString('hex');
  const nc = (input.nonceCount ?? 1).toString(16).padStart(8, '0');
  const qop = challenge.qop.includes('auth')
    ? 'auth'
    : challenge.qop.includes('auth-int')
      ? 'auth-int'
      : undefined;
  if (!qop && challenge.qop.length > 0) {
    throw new CodedError('sip/digest', `digest qop ${challenge.qop.join(',')} is not supported`);
  }
  const response = digestResponse({ ...input, ...challenge, qop, nc, cnonce });
  const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
  const written = algorithm.session ? algorithm.name.replace('-SESS', '-sess') : algorithm.name;
  const parts = [
    `username=${quoted(input.username)}`,
    `realm=${quoted(challenge.realm)}`,
    `nonce=${quoted(challenge.nonce)}`,
    `uri=${quoted(input.uri)}`,
    `response="${response}"`,
    `algorithm=${written}`,
  ];
  if (qop) parts.push(`qop=${qop}`, `nc=${nc}`);
  if (qop || algorithm.session) parts.push(`cnonce=${quoted(cnonce)}`);
  if (challenge.opaque !== undefined) parts.push(`opaque=${quoted(challenge.opaque)}`);
  return `Digest ${parts.join(', ')}`;
}

/** What decides whether a challenge may be answered at all (C09). */
export interface ChallengeContext {
  /** Realm that the trunk's server showed before; undefined: none yet. */
  pinnedRealm: string | undefined;
  /** Host of the trunk as configured, which is the commonest realm. */
  server: string;
  /** The response came from an address of the trunk. */
  fromTrunk: boolean;
  /** `outside`: a request outside of dialogs; `ours`, `theirs`: inside a dialog that we, that they began. */
  dialog: 'outside' | 'ours' | 'theirs';
  method: string;
}

/**
 * Whether a challenge may be answered: only from the trunk's own server and to its realm, and never
 * inside a dialog that a caller began, where any stranger behind the operator could ask for a hash
 * to crack (C09).
 */
export function mayAnswer(challenge: Challenge, context: ChallengeContext): boolean {
  if (!context.fromTrunk || context.dialog === 'theirs') return false;
  // A registrar speaks for itself, so a REGISTER teaches the realm; elsewhere a known one must match.
  if (context.method === 'REGISTER' || context.pinnedRealm === undefined) return context.dialog === 'outside';
  return challenge.realm === context.pinnedRealm || challenge.realm === context.server;
}
