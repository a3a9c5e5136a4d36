/** Header names: canonical (lower case) for look-up, conventional spelling for the wire. */

/** RFC 3261 7.3.3 and IANA: every registered compact form. */
const COMPACT: ReadonlyArray<readonly [string, string]> = [
  ['a', 'accept-contact'],
  ['b', 'referred-by'],
  ['c', 'content-type'],
  ['d', 'request-disposition'],
  ['e', 'content-encoding'],
  ['f', 'from'],
  ['i', 'call-id'],
  ['j', 'reject-contact'],
  ['k', 'supported'],
  ['l', 'content-length'],
  ['m', 'contact'],
  ['n', 'identity-info'],
  ['o', 'event'],
  ['r', 'refer-to'],
  ['s', 'subject'],
  ['t', 'to'],
  ['u', 'allow-events'],
  ['v', 'via'],
  ['x', 'session-expires'],
  ['y', 'identity'],
];

const SPELLED = [
  'Accept',
  'Accept-Contact',
  'Accept-Encoding',
  'Accept-Language',
  'Alert-Info',
  'Allow',
  'Allow-Events',
  'Authentication-Info',
  'Authorization',
  'Call-ID',
  'Call-Info',
  'Contact',
  'Content-Disposition',
  'Content-Encoding',
  'Content-Language',
  'Content-Length',
  'Content-Type',
  'CSeq',
  'Date',
  'Diversion',
  'Error-Info',
  'Event',
  'Expires',
  'From',
  'History-Info',
  'Identity',
  'Identity-Info',
  'In-Reply-To',
  'Max-Forwards',
  'MIME-Version',
  'Min-Expires',
  'Min-SE',
  'Organization',
  'P-Access-Network-Info',
  'P-Asserted-Identity',
  'P-Early-Media',
  'P-Preferred-Identity',
  'Path',
  'Priority',
  'Privacy',
  'Proxy-Authenticate',
  'Proxy-Authorization',
  'Proxy-Require',
  'RAck',
  'Reason',
  'Record-Route',
  'Refer-Sub',
  'Refer-To',
  'Referred-By',
  'Reject-Contact',
  'Remote-Party-ID',
  'Replaces',
  'Reply-To',
  'Request-Disposition',
  'Require',
  'Retry-After',
  'Route',
  'RSeq',
  'Server',
  'Service-Route',
  'Session-Expires',
  'Subject',
  'Subscription-State',
  'Supported',
  'Timestamp',
  'To',
  'Unsupported',
  'User-Agent',
  'Via',
  'Warning',
  'WWW-Authenticate',
]; // prettier-ignore

const CANONICAL = new Map<string, string>();
const PRETTY = new Map<string, string>();
for (const name of SPELLED) {
  const lower = name.toLowerCase();
  PRETTY.set(lower, name);
  CANONICAL.set(name, lower);
  CANONICAL.set(lower, lower);
}
for (const [short, lower] of COMPACT) {
  CANONICAL.set(short, lower);
  CANONICAL.set(short.toUpperCase(), lower);
}

/** The canonical (lower-case, long) form of a header name as spelled on the wire. */
export function canonicalName(spelled: string): string {
  return CANONICAL.get(spelled) ?? spelled.toLowerCase();
}

/** Whether `spelled` is a registered one-letter form. */
export function isCompactName(spelled: string): boolean {
  return spelled.length === 1 && CANONICAL.has(spelled);
}

/**
 * The spelling to send: the conventional one of a known header; X- headers as given; any other
 * with a capital after each hyphen.
 */
export function prettyName(spelled: string): string {
  const known = PRETTY.get(canonicalName(spelled));
  if (known !== undefined) return known;
  if (spelled.startsWith('X-') || spelled.startsWith('P-')) return spelled;
  let out = '';
  let upper = true;
  for (const c of spelled) {
    out += upper ? c.toUpperCase() : c;
    upper = c === '-';
  }
  return out;
}
