/** How a name goes to a telephone: in Latin letters, in Russian ones as CP1251, or not at all. */
export type NameLetters = 'latin' | 'cp1251' | 'none';

/** GR-1188-CORE: 15 characters of a name; the displays have no more. */
const MAX_NAME = 15;

const LATIN: Readonly<Record<string, string>> = {
  а: 'a',
  б: 'b',
  в: 'v',
  г: 'g',
  д: 'd',
  е: 'e',
  ё: 'e',
  ж: 'zh',
  з: 'z',
  и: 'i',
  й: 'i',
  к: 'k',
  л: 'l',
  м: 'm',
  н: 'n',
  о: 'o',
  п: 'p',
  р: 'r',
  с: 's',
  т: 't',
  у: 'u',
  ф: 'f',
  х: 'kh',
  ц: 'ts',
  ч: 'ch',
  ш: 'sh',
  щ: 'shch',
  ъ: '',
  ы: 'y',
  ь: '',
  э: 'e',
  ю: 'iu',
  я: 'ia',
};

/** A name as any telephone can show it: Russian letters in Latin (as in ICAO Doc 9303), other signs left out, 15 at most. */
export function displayName(name: string): string {
  let out = '';
  for (const c of name) {
    const small = c.toLowerCase();
    const latin = LATIN[small];
    if (latin !== undefined) out += c === small ? latin : latin.charAt(0).toUpperCase() + latin.slice(1);
    else if (c >= ' ' && c <= '~') out += c;
  }
  return out.trim().slice(0, MAX_NAME);
}

/** Bytes of a name in the letters wanted, 15 at most; signs that it has no code for are left out. */
export function nameBytes(name: string, letters: NameLetters): number[] {
  if (letters === 'none') return [];
  if (letters === 'latin') return [...displayName(name)].map((c) => c.charCodeAt(0));
  const bytes: number[] = [];
  for (const c of name.trim()) {
    const code = c.charCodeAt(0);
    if (code >= 0x20 && code < 0x7f) bytes.push(code);
    else if (c === 'Ё') bytes.push(0xa8);
    else if (c === 'ё') bytes.push(0xb8);
    else if (c === '№') bytes.push(0xb9);
    // А to я stand in one row from 0xC0 on, as they do in Unicode from U+0410 on.
    else if (c >= 'А' && c <= 'я') bytes.push(code - 0x0410 + 0xc0);
  }
  return bytes.slice(0, MAX_NAME);
}

/** A name as it came: what is not ASCII is read as CP1251, the only other code that exchanges here use. */
export function nameOf(bytes: Uint8Array): string {
  let out = '';
  for (const byte of bytes) {
    if (byte >= 0x20 && byte < 0x7f) out += String.fromCharCode(byte);
    else if (byte >= 0xc0) out += String.fromCharCode(byte - 0xc0 + 0x0410);
    else if (byte === 0xa8) out += 'Ё';
    else if (byte === 0xb8) out += 'ё';
    else if (byte === 0xb9) out += '№';
  }
  return out.trim();
}
