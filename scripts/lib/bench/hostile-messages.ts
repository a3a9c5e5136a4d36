/** Messages made to cost a SIP parser as much as possible, of any length: for tests of growth and for the bench. */

/** One of them. */
export interface HostileMessage {
  name: string;
  bytes: Buffer;
}

const START = 'INVITE sip:a@b SIP/2.0\r\n';
const HEAD =
  `${START}Via: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n` +
  'Max-Forwards: 70\r\nContact: <sip:a@b>\r\n';
const END = 'Content-Length: 0\r\n\r\n';

/** `before`, as many `unit`s as fit, `after`: `length` bytes at most. */
function filled(length: number, before: string, unit: string, after: string): Buffer {
  const room = Math.max(0, length - before.length - after.length);
  return Buffer.from(before + unit.repeat(Math.floor(room / unit.length)) + after, 'latin1');
}

/** Lines `name: value` of up to 8000 bytes whose values repeat `unit`; no line is over the parser's limit. */
function lines(length: number, name: string, first: string, unit: string, last = ''): Buffer {
  const line = (room: number): string =>
    `${name}: ${first}${unit.repeat(Math.max(1, Math.floor(room / unit.length)))}${last}\r\n`;
  let out = HEAD;
  while (out.length < length - END.length) {
    const room =
      Math.min(7900, length - END.length - out.length) - name.length - first.length - last.length - 4;
    if (room < unit.length) break;
    out += line(room);
  }
  return Buffer.from(out + END, 'latin1');
}

/**
 * The worst that is known, each about `length` bytes long (64 kB is the most that a datagram can hold). Some
 * are refused by a sound parser, after as little work as possible; others are legal and have to be read.
 */
export function hostileMessages(length = 65_000): HostileMessage[] {
  const kinds: Record<string, Buffer> = {
    // One piece without an end.
    'spaces in a header': filled(length, `${HEAD}X: `, ' ', '\r\n\r\n'),
    'a start line': filled(length, '', 'a', ''),
    'a start line of spaces': filled(length, 'INVITE ', ' ', ' SIP/2.0\r\n\r\n'),
    'a URI of @': filled(length, 'INVITE sip:', '@', ' SIP/2.0\r\n\r\n'),
    'bare CR': filled(length, HEAD, '\r', '\r\n\r\n'),
    NUL: filled(length, HEAD, '\0', '\r\n\r\n'),
    'empty lines first': filled(length, '', '\r\n', HEAD + END),
    // Many small pieces.
    'lines of LF': filled(length, HEAD, 'a\n', '\r\n\r\n'),
    'lines without a colon': filled(length, HEAD, 'aaaaaaaa\r\n', '\r\n'),
    'many headers': filled(length, HEAD, 'a: b\r\n', END),
    'many Vias': filled(length, HEAD, 'Via: SIP/2.0/UDP h;branch=z9hG4bK\r\n', END),
    'many To': filled(length, HEAD, 'To: <sip:a@b>\r\n', END),
    'folded lines': filled(length, `${HEAD}X: a\r\n`, ' \r\n', END),
    'folded letters': filled(length, `${HEAD}X: a\r\n`, ' b\r\n', END),
    'a folded Via': filled(length, `${HEAD}Via: a\r\n`, ' ,\r\n', END),
    // Lists and parameters within the limit of a line, line after line.
    'commas in Via': lines(length, 'Via', '', ','),
    'brackets in Route': lines(length, 'Route', '', '<'),
    'many Routes': lines(length, 'Route', '', '<sip:p;lr>,', '<sip:q;lr>'),
    'quotes in Contact': lines(length, 'Contact', '', '"'),
    'escapes in Contact': lines(length, 'Contact', '"', '\\"', '" <sip:a@b>'),
    'semicolons in Contact': lines(length, 'Contact', '<sip:a@b>', ';'),
    'parameters in Contact': lines(length, 'Contact', '<sip:a@b>', ';a=b'),
    'many Contacts': lines(length, 'Contact', '', '<sip:a@b>, ', '<sip:c@d>'),
    'words in Require': lines(length, 'Require', '', 'a,', 'b'),
    'words in Supported': lines(length, 'Supported', '', 'a ,  ', 'b'),
    'equal signs in Authorization': lines(length, 'Authorization', 'Digest ', 'a="b",', 'c="d"'),
    'open quotes in Authorization': lines(length, 'Authorization', 'Digest ', 'a="'),
    'sip: in P-Asserted-Identity': lines(length, 'P-Asserted-Identity', '', 'sip:', 'x'),
    'spaced words in Subject': lines(length, 'Subject', '', 'a ', 'b'),
    'names of a prototype': filled(length, HEAD, '__proto__: x\r\nconstructor: y\r\n', END),
    // A long display name and long parameters where the parser must look.
    'a long name in From': filled(
      Math.min(length, 8000),
      `${START}Via: SIP/2.0/UDP h;branch=z9hG4bK1\r\nTo: <sip:a@b>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nFrom: `,
      'a ',
      `<sip:a@b>;tag=1\r\n${END}`,
    ),
    'long parameters in To': filled(
      Math.min(length, 8000),
      `${START}Via: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nTo: <sip:a@b>`,
      ';a="\\""',
      `\r\n${END}`,
    ),
  };
  const body = filled(Math.max(0, length - HEAD.length - 80), '', 'a=rtpmap:0 PCMU/8000\r\n', '').toString(
    'latin1',
  );
  kinds['a long description'] = Buffer.from(
    `${HEAD}Content-Type: application/sdp\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    'latin1',
  );
  return Object.entries(kinds).map(([name, bytes]) => ({ name, bytes: bytes.subarray(0, 65_535) }));
}
