/** What stands in place of a secret in a header. */
const MASK = '***';

/** Header fields that carry credentials or what they are made of (RFC 3261 22, RFC 8760). */
const AUTHENTICATION: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'www-authenticate',
  'proxy-authenticate',
  'authentication-info',
  'proxy-authentication-info',
]);

/**
 * Parameters that help to understand a refusal and give nothing to guess a password against: nonce,
 * cnonce and response together can be tried against a word list off line, so none of them is here.
 */
const HARMLESS: ReadonlySet<string> = new Set([
  'username',
  'realm',
  'domain',
  'algorithm',
  'qop',
  'stale',
  'uri',
  'nc',
  'userhash',
]);

/** A URI longer than this is masked whole: no telephone number is, and the search stays linear. */
const LONGEST_URI = 1024;

/**
 * A message for the eyes of people and for files: without credentials (digest, passwords in URIs,
 * keys of SRTP) and without keys pressed (INFO, KPML), which may be a PIN (P05). Telephone numbers stay.
 * Bodies keep their length, so that Content-Length stays true. Time is linear in the length.
 */
export function masked(text: string): string {
  const blank = text.search(/\r?\n\r?\n/);
  const headEnd = blank < 0 ? text.length : blank;
  const head = text.slice(0, headEnd);
  return maskedHead(head) + maskedBody(text.slice(headEnd), head);
}

/**
 * Masks what is dialed behind an access number in one go (`sip:771234568812...@`): it begins with a PIN.
 * @param accessNumbers as they are dialed; one in E.164 (with `+`) is known in the ways operators write it.
 */
export function maskedBehind(text: string, accessNumbers: readonly string[]): string {
  const starts = accessNumbers.flatMap(writings);
  if (starts.length === 0) return text;
  return text.replace(/\b(sips?:|tel:)(\+?[\d*#%a]{2,128})/gi, (all, scheme: string, user: string) => {
    const digits = user.replace(/%23/g, '#').replace(/%2a/gi, '*');
    const start = starts.find((number) => digits.length > number.length && digits.startsWith(number));
    return start === undefined ? all : `${scheme}${start}${MASK}`;
  });
}

/** An E.164 number of Russia is also written with 8, or with neither. */
function writings(accessNumber: string): string[] {
  const plain = accessNumber.replace(/[^\d*#+]/g, '');
  if (plain === '' || plain === '+') return [];
  if (!plain.startsWith('+')) return [plain];
  const national = /^\+7(\d{10})$/.exec(plain)?.[1];
  return [plain, plain.slice(1), ...(national ? [`8${national}`, national] : [])];
}

function maskedHead(head: string): string {
  const out: string[] = [];
  const lines = head.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    const colon = line.indexOf(':');
    const name = colon < 0 ? '' : line.slice(0, colon).trim().toLowerCase();
    if (i === 0 || !AUTHENTICATION.has(name)) {
      out.push(maskedUris(line));
      continue;
    }
    // RFC 3261 7.3.1: a value goes on in lines that begin with white space.
    let value = line.slice(colon + 1);
    while (/^[ \t]/.test(lines[i + 1] ?? '')) value += lines[++i]!;
    const end = value.endsWith('\r') ? '\r' : '';
    out.push(`${line.slice(0, colon + 1)} ${maskedCredentials(value, name.endsWith('-info'))}${end}`);
  }
  return out.join('\n');
}

/** Made anew from the parameters that are known to be harmless: what is not understood is left out. */
function maskedCredentials(value: string, bare: boolean): string {
  const scheme = /^\s*(\S{1,32})/.exec(value)?.[1] ?? '';
  if (!bare && scheme.toLowerCase() !== 'digest') return MASK;
  const params: string[] = [];
  const all = value.matchAll(/([a-z-]{1,32})[ \t]{0,8}=[ \t]{0,8}("(?:[^"\\]|\\.)*"?|[^",\s]*)/gi);
  for (const [, name = '', given = ''] of all)
    params.push(`${name}=${HARMLESS.has(name.toLowerCase()) ? given : `"${MASK}"`}`);
  return `${bare ? '' : `${scheme} `}${params.join(', ')}`;
}

/** Passwords, digits to be sent after the answer, and credentials in the URIs of a line. */
function maskedUris(line: string): string {
  if (!/sips?:|tel:/i.test(line)) return line;
  return line.replace(/(sips?:|tel:)([^\s<>"]+)/gi, (_all, scheme: string, rest: string) =>
    rest.length > LONGEST_URI ? scheme + MASK : scheme + maskedUri(rest),
  );
}

function maskedUri(rest: string): string {
  const at = rest.indexOf('@');
  let user = at < 0 ? rest : rest.slice(0, at);
  const tail = at < 0 ? '' : maskedUris(rest.slice(at));
  const colon = at < 0 ? -1 : user.indexOf(':');
  if (colon >= 0) user = `${user.slice(0, colon)}:${MASK}`;
  user = user
    // The digits to be sent after the answer: behind a pause, or as a parameter.
    .replace(/;postd=[^;>]*/gi, `;postd=${MASK}`)
    .replace(/^(\+?[\d*#]+[,pw])[\d*#,pw]+$/i, `$1${MASK}`);
  return (user + tail).replace(/([?&](?:proxy-)?authorization=)[^&>]*/gi, `$1${MASK}`);
}

function maskedBody(body: string, head: string): string {
  if (body.length <= 4) return body;
  const keys = /^INFO /.test(head);
  const kpml = /kpml/i.test(head);
  return body
    .split('\n')
    .map((line) => {
      if (keys) return maskedKeys(line);
      if (kpml && /digits/i.test(line))
        return line.replace(
          /(digits\s{0,8}=\s{0,8}["'])([^"']*)/gi,
          (_all, start: string, digits: string) => start + 'x'.repeat(digits.length),
        );
      if (/^a=crypto:/i.test(line))
        return line.replace(/inline:[^|;\s]+/gi, (key) => `inline:${'*'.repeat(key.length - 7)}`);
      if (/^(?:k=|a=key-mgmt:|a=ice-pwd:)/i.test(line)) {
        const from = /[:=]/.exec(line.slice(2))?.index ?? -1;
        const keep = line.startsWith('a=') ? from + 3 : 2;
        return line.slice(0, keep) + line.slice(keep).replace(/[^\r]/g, '*');
      }
      return line;
    })
    .join('\n');
}

/** A line of an INFO's body: which key was pressed is nobody's business, how long it was is. */
function maskedKeys(line: string): string {
  if (/^\s*duration\s{0,8}=/i.test(line)) return line;
  if (/^\s*signal\s{0,8}=/i.test(line)) {
    const equals = line.indexOf('=') + 1;
    return line.slice(0, equals) + line.slice(equals).replace(/[^\s]/g, 'x');
  }
  return /^\s*[\dA-D*#]{1,2}\s*$/i.test(line) ? line.replace(/\S/g, 'x') : line.replace(/[\d*#]/g, 'x');
}
