import { secretMark } from '../../api/redact.ts';

/** What stands in place of a secret in a file. */
const MASK = '***';
/** A shorter secret would be found in every second word; it is marked where it stands, and nowhere else. */
const SHORTEST = 4;
/** Of a number, so many digits stay: enough to tell two calls apart, too few to ring anybody. */
const KEPT = 2;

/** The texts that stand where a redacted copy has marks. */
export function secretsIn(original: unknown, redacted: unknown): string[] {
  if (redacted === secretMark) return typeof original === 'string' ? [original] : [];
  if (typeof original !== 'object' || original === null) return [];
  const copy = (typeof redacted === 'object' && redacted !== null ? redacted : {}) as Record<string, unknown>;
  return Object.entries(original).flatMap(([key, value]) => secretsIn(value, copy[key]));
}

/** Every text anywhere in a value: for parts of which nothing at all may get out. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

/**
 * Takes known secrets out of a text, also as they are written in URIs, in base64 and in hexadecimal. All that gets into
 * a bundle has been cleaned where it was made; this is the net below.
 */
export function scrubber(secrets: readonly string[]): (text: string) => string {
  const forms = new Set(
    secrets
      .filter((secret) => secret.length >= SHORTEST)
      .flatMap((secret) => {
        const bytes = Buffer.from(secret);
        const json = JSON.stringify(secret).slice(1, -1);
        return [secret, json, encodeURIComponent(secret), bytes.toString('base64'), bytes.toString('hex')];
      }),
  );
  // The longest first: one may be the beginning of another.
  const ordered = [...forms].sort((a, b) => b.length - a.length);
  return (text) => ordered.reduce((clean, form) => clean.replaceAll(form, MASK), text);
}

/** A text without telephone numbers but for their last digits, and without mail addresses. */
export function withoutNumbers(text: string): string {
  return (
    text
      .replace(/[\w.+-]{1,64}@(?=[\w-]{1,63}(?:\.[\w-]{1,63})+)(?<!sips?:[^\s@]{1,64}@)/gi, 'x@')
      // In URIs a number may be short, and a port is none.
      .replace(
        /\b(sips?:|tel:)(\+?\d{5,})/gi,
        (_all, scheme: string, number: string) => scheme + short(number),
      )
      .replace(/\+?\d{6,}/g, short)
  );
}

/** One number with its last digits only; an extension stays as it is. */
export function short(number: string): string {
  const digits = number.replace(/\D/g, '').length;
  if (digits < 5) return number;
  let left = digits - KEPT;
  return number.replace(/\d/g, (digit) => (left-- > 0 ? 'x' : digit));
}

/** A value with its texts without numbers; keys of fields that are numbers of people are cut even where they are short. */
export function valueWithoutNumbers(value: unknown, key = ''): unknown {
  if (typeof value === 'string') {
    if (/^(?:callerName|connectedName)$/.test(key)) return value === '' ? '' : MASK;
    return /number|dialed|mobile/i.test(key) ? short(withoutNumbers(value)) : withoutNumbers(value);
  }
  if (Array.isArray(value)) return value.map((item) => valueWithoutNumbers(item, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, valueWithoutNumbers(part, name)]),
  );
}
