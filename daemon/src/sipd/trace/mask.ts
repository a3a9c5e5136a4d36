const SECRET = ['authorization:', 'proxy-authorization:'];

/**
 * A message for the eyes of people: the credentials of Authorization and Proxy-Authorization are
 * replaced by `***`, because a digest response can be guessed against off line.
 */
export function masked(text: string): string {
  if (text.search(/authorization/i) < 0) return text;
  const lines = text.split('\r\n');
  for (let i = 0; i < lines.length && lines[i] !== ''; i++) {
    const lower = lines[i]!.toLowerCase();
    if (SECRET.some((s) => lower.startsWith(s)))
      lines[i] = `${lines[i]!.slice(0, lines[i]!.indexOf(':') + 1)} ***`;
  }
  return lines.join('\r\n');
}
