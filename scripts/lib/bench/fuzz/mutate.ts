/** Numbers that can be repeated: the same seed gives the same numbers. */
export type Random = (below: number) => number;

/** Xorshift with 32 bits. */
export function seeded(seed: number): Random {
  let s = (seed ^ 0x9e3779b9) >>> 0 || 1;
  return (below) => {
    s ^= s << 13;
    s >>>= 0;
    s ^= s >>> 17;
    s ^= s << 5;
    s >>>= 0;
    return s % below;
  };
}

const TOKENS = [
  ...[
    '\r\n',
    '\n',
    '\r',
    ' ',
    '\t',
    ':',
    ';',
    ',',
    '<',
    '>',
    '"',
    '\\',
    '@',
    '=',
    '[',
    ']',
    '%',
    '/',
    '?',
    '&',
    '|',
    '#',
  ],
  ...[
    '\0',
    '\xff',
    'SIP/2.0',
    '999999999999',
    '-1',
    '4294967296',
    'Via: ',
    'z9hG4bK',
    ';tag=x',
    ';lr',
    ';rport',
    '\\"',
  ],
  ...[
    '__proto__',
    'constructor',
    'Digest ',
    'nonce="',
    'a=',
    'm=audio ',
    'Content-Length: ',
    '%00',
    '::',
    '*',
  ],
];

/** `text` with one to six changes: bytes put in, taken out, changed, moved, or a token repeated. */
export function mutated(text: string, random: Random): string {
  let out = text;
  for (let i = 1 + random(6); i > 0; i--) {
    const at = random(out.length + 1);
    const token = TOKENS[random(TOKENS.length)]!;
    switch (random(6)) {
      case 0:
        out = out.slice(0, at) + token + out.slice(at);
        break;
      case 1:
        out = out.slice(0, at) + out.slice(at + 1 + random(20));
        break;
      case 2:
        out = out.slice(0, at) + String.fromCharCode(random(256)) + out.slice(at + 1);
        break;
      case 3: {
        const from = random(out.length + 1);
        out = out.slice(0, at) + out.slice(from, from + random(80)) + out.slice(at);
        break;
      }
      case 4:
        out = out.slice(0, at) + token.repeat(1 + random(40)) + out.slice(at);
        break;
      default:
        out = out.slice(0, at);
    }
  }
  return out;
}

/** One of them. */
export function oneOf<T>(of: readonly T[], random: Random): T {
  return of[random(of.length)]!;
}
