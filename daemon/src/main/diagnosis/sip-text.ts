/** Reading of SIP messages as far as diagnosis needs it; they come from our own trace, and from servers that we have asked. */

/** The first value of a header, by its name or its short form; undefined: there is none. */
export function headerOf(text: string, name: string, short?: string): string | undefined {
  const head = headOf(text);
  const names = short === undefined ? name : `${name}|${short}`;
  return new RegExp(`^(?:${names})[ \\t]*:[ \\t]*(.*)$`, 'im').exec(head)?.[1]?.trim();
}

/** Every value of a header that may come in several lines. */
export function headersOf(text: string, name: string, short?: string): string[] {
  const names = short === undefined ? name : `${name}|${short}`;
  const lines = headOf(text).matchAll(new RegExp(`^(?:${names})[ \\t]*:[ \\t]*(.*)$`, 'gim'));
  return [...lines].map((line) => line[1]?.trim() ?? '');
}

/** What a top Via says: `host:port` that was written, and what the receiver added (RFC 3261 18.2.1, RFC 3581). */
export interface Via {
  sentBy: string;
  branch: string;
  received?: string;
  rport?: string;
}

export function viaOf(text: string): Via | undefined {
  const value = headerOf(text, 'via', 'v')?.split(',')[0] ?? '';
  const match = /^SIP\s*\/\s*2\.0\s*\/\s*\S+\s+([^;\s]+)(.*)$/i.exec(value);
  if (!match?.[1]) return undefined;
  const param = (name: string): string | undefined =>
    new RegExp(`;[ \\t]*${name}[ \\t]*=[ \\t]*([^;\\s]+)`, 'i').exec(match[2] ?? '')?.[1];
  const [received, rport] = [param('received'), param('rport')];
  return {
    sentBy: match[1].toLowerCase(),
    branch: param('branch') ?? '',
    ...(received === undefined ? {} : { received: received.replace(/^\[|\]$/g, '') }),
    ...(rport === undefined ? {} : { rport }),
  };
}

/** `host:port` of the URIs in a header's values. */
export function hostsIn(values: readonly string[]): string[] {
  return values.flatMap((value) =>
    [...value.matchAll(/sips?:(?:[^@\s<>;,]*@)?(\[[0-9a-f:.]+\]|[^\s<>;,:?]+)(:\d{1,5})?/gi)].map(
      ([, host = '', port = '']) => `${host.toLowerCase()}${port}`,
    ),
  );
}

/** Octets behind the empty line; what is traced keeps them as characters. */
export function bodyLength(text: string): number {
  const blank = /\r?\n\r?\n/.exec(text);
  return blank ? text.length - blank.index - blank[0].length : 0;
}

/** The address for speech in a body (RFC 4566 5.7); undefined: it describes none. */
export function mediaAddress(text: string): string | undefined {
  return /^c=IN IP[46] ([0-9a-f.:]+)/im.exec(text)?.[1];
}

export const statusOf = (text: string): number | undefined => {
  const status = /^SIP\/2\.0 (\d{3})/i.exec(text)?.[1];
  return status === undefined ? undefined : Number(status);
};

/** Method of a request, or of the request that a response answers. */
export const methodOf = (text: string): string =>
  /^cseq[ \t]*:[ \t]*\d+[ \t]+(\S{1,32})/im.exec(text)?.[1]?.toUpperCase() ?? '';

function headOf(text: string): string {
  const blank = text.search(/\r?\n\r?\n/);
  return blank < 0 ? text : text.slice(0, blank);
}
