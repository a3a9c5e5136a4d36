import { CodedError } from '../base/error.ts';

/**
 * Reads a JSON document written by a person. The parser's own messages quote the text around a fault, which
 * may hold a password, and often do not say where it is; so only the place is told.
 * @param name what the message calls the document, such as its path
 * @throws CodedError `config/corrupt` with line and column
 */
export function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const before = text.slice(0, faultOf(text)).split('\n');
    const place = `line ${before.length}, column ${before.at(-1)!.length + 1}`;
    throw new CodedError('config/corrupt', `${name} is no JSON document: look at ${place}`);
  }
}

/** RFC 8259 tokens; `sticky`, so that a match begins exactly where the reader stands. */
const space = /[ \t\n\r]*/y;
const string = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Offset of the first character that no JSON document could have there; the end if something is missing. */
function faultOf(text: string): number {
  let at = 0;
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  const sign = (...wanted: string[]): string | undefined => {
    take(space);
    const found = wanted.find((one) => text[at] === one);
    if (found) at++;
    return found;
  };
  /** What closes the objects and lists that are open. */
  const open: string[] = [];
  for (;;) {
    // Here a value has to begin, or in an object its name first.
    take(space);
    if (open.at(-1) === '}' && !(take(string) && sign(':'))) return at;
    const begun = sign('{', '[');
    if (begun) {
      const end = begun === '{' ? '}' : ']';
      if (!sign(end)) {
        open.push(end);
        continue;
      }
    } else if (!take(string) && !take(scalar)) return at;
    // Behind a value: what is open goes on with a comma or ends.
    while (open.length > 0 && sign(open.at(-1)!)) open.pop();
    if (open.length === 0) {
      take(space);
      return at;
    }
    if (!sign(',')) return at;
  }
}
