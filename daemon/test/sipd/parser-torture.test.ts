/**
 * RFC 4475 and RFC 5118: the cases, by their names there, in messages of our own making that have
 * the same peculiarity.
 */
import t from 'tap';
import { LENIENCES, LenienceCounter } from '../../src/sipd/message/limits.ts';
import type { SipMessage } from '../../src/sipd/message/message.ts';
import { type ParseFailure, parse } from '../../src/sipd/message/parse.ts';
import { parseUri } from '../../src/sipd/message/uri.ts';
import { parseVia, viaWithSource } from '../../src/sipd/message/via.ts';

const lenient = new LenienceCounter(LENIENCES);

interface Parts {
  start?: string;
  via?: string;
  from?: string;
  to?: string;
  callId?: string;
  cseq?: string;
  rest?: string;
  length?: string;
  body?: string | Buffer;
}

function bytes(p: Parts = {}): Buffer {
  const body = Buffer.from(p.body ?? '');
  const head =
    `${p.start ?? 'INVITE sip:user@example.com SIP/2.0'}\r\n${p.via ?? 'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKkdjuw'}\r\n` +
    `${p.from ?? 'From: <sip:caller@example.net>;tag=1'}\r\n${p.to ?? 'To: <sip:user@example.com>'}\r\n${p.callId ?? 'Call-ID: one@192.0.2.1'}\r\n` +
    `${p.cseq ?? 'CSeq: 8 INVITE'}\r\nMax-Forwards: 70\r\n${p.rest ?? ''}${p.length ?? `Content-Length: ${body.length}`}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'utf8'), body]);
}

function good(p: Parts | Buffer = {}): SipMessage {
  const result = parse(Buffer.isBuffer(p) ? p : bytes(p), lenient);
  if (!result.ok) throw new Error(`refused: ${result.text}`);
  return result.message;
}

function bad(p: Parts | Buffer): ParseFailure {
  const result = parse(Buffer.isBuffer(p) ? p : bytes(p), lenient);
  if (result.ok) throw new Error('accepted');
  return result;
}

t.test('what is legal though odd is accepted', async (t) => {
  // wsinv: folding, spaces around colons, mixed case, compact forms, lists, quotes with escapes
  const wsinv = good(
    Buffer.from(
      'INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\r\nTO :\r\n sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\r\n' +
        'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>\r\n  ;\r\n  tag = 98asjd8\r\nMaX-fOrWaRdS: 0068\r\n' +
        'Call-ID: wsinv.ndaksdj@192.0.2.1\r\nContent-Length   : 3\r\ncseq: 0009\r\n  INVITE\r\n' +
        'Via  : SIP  /   2.0\r\n /UDP\r\n    192.0.2.2;branch=390skdjuw\r\ns :\r\nNewFangledHeader:   newfangled value\r\n continued newfangled value\r\n' +
        'UnknownHeaderWithUnusualValue: ;;,,;;,;\r\nContent-Type: application/sdp\r\n' +
        'v:  SIP  / 2.0  / TCP     spindle.example.com   ;\r\n  branch  =   z9hG4bK9ikj8  ,\r\n SIP  /    2.0   / UDP  192.168.255.111   ; branch=\r\n z9hG4bK30239\r\n' +
        'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =\r\n      newvalue ;\r\n  secondparam ; q = 0.33\r\n\r\nabc',
    ),
  );
  t.match(wsinv, {
    toTag: '1918181833n',
    fromTag: '98asjd8',
    cseq: 9,
    cseqMethod: 'INVITE',
    maxForwards: 68,
    contentLength: 3,
  });
  t.equal(wsinv.via.host, '192.0.2.2');
  t.equal(wsinv.list('via').length, 3);
  t.equal(wsinv.get('newfangledheader'), 'newfangled value continued newfangled value');
  t.equal(wsinv.get('subject'), '');
  t.equal(wsinv.bodyText, 'abc');

  // intmeth: every odd character a token, a quoted name, a URI may hold
  const odd = good({
    start:
      "!interesting-Method0123456789_*+`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0",
    via: "Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~",
    to: 'To: "BEL:\\\x07 NUL:\\\x00 DEL:\\\x7F" <sip:1_unusual.URI~(to-be!sure)&isn\'t+it$/crazy?,/;;*@example.com>',
    from: "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%=\"работающий\";tag=_token~1'+`*%!-.",
    callId: 'Call-ID: intmeth.word%ZK-!.*_+\'@word`~)(><:\\/"][?}{',
    cseq: "CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~",
  });
  t.equal(odd.fromTag, "_token~1'+`*%!-.");
  t.equal(parseUri(odd.uri)?.host, 'example.com');

  // esc01, escnull, escruri: escapes are left as they are
  t.equal(
    good({ start: 'INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0' }).uri,
    'sip:sips%3Auser%40example.com@example.net',
  );
  t.equal(parseUri('sip:null-%00-null@example.com')?.user, 'null-%00-null');
  // esc02: % in a method is no escape
  t.equal(
    good({ start: 'RE%47IST%45R sip:registrar.example.com SIP/2.0', cseq: 'CSeq: 8 RE%47IST%45R' }).method,
    'RE%47IST%45R',
  );
  // lwsdisp: no space between display name and <
  t.match(good({ from: 'From: caller<sip:caller@example.com>;tag=323' }).from, {
    display: 'caller',
    uri: 'sip:caller@example.com',
  });
  // longreq: long values
  const long = good({
    to: `To: "I have a user name of ${'extreme'.repeat(30)} proportion"<sip:user@example.com:6000;p=1;long${'param'.repeat(100)}=x>`,
  });
  t.match(long.to.uri, /^sip:user@example\.com:6000/);
  // dblreq: what follows Content-Length on a datagram is dropped
  const dbl = good(Buffer.concat([bytes(), Buffer.from('INVITE sip:joe@example.com SIP/2.0\r\n')]));
  t.equal(dbl.bodyText, '');
  t.equal(dbl.clean, false);
  // semiuri: ; in the user part
  t.match(parseUri('sip:user;par=u%40example.net@example.com'), {
    user: 'user;par=u%40example.net',
    host: 'example.com',
  });
  // transports: any transport in Via
  t.equal(good({ via: 'Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKkdjuw' }).via.transport, 'UNKNOWN');
  // mpart01: the body is bytes
  t.same(
    good({ body: Buffer.from([0, 255, 13, 10, 13, 10, 1]) }).body,
    Buffer.from([0, 255, 13, 10, 13, 10, 1]),
  );
  // unreason, noreason
  const response = (line: string): SipMessage => good({ start: line });
  t.match(response('SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять - простое'), { status: 200 });
  t.match(response('SIP/2.0 100 '), { status: 100, reason: '' });
  t.match(response('SIP/2.0 100'), { status: 100 });
  // inv2543: no branch, no Max-Forwards
  const before = lenient.counts.get('no-branch') ?? 0;
  t.equal(good({ via: 'Via: SIP/2.0/UDP iftgw.example.com' }).via.branch, '');
  t.equal(lenient.counts.get('no-branch'), before + 1, 'and counted');
  // regescrt: ? in an addr-spec without brackets belongs to the URI
  t.equal(
    good({ to: 'To: sip:user@example.com?Route=%3Csip:example.com%3E' }).to.uri,
    'sip:user@example.com?Route=%3Csip:example.com%3E',
  );
  // zeromf, cparam01, test: values for those above to judge
  t.equal(
    good({ rest: 'Contact: sip:+19725552222@gw1.example.net;unknownparam\r\n' }).get('contact'),
    'sip:+19725552222@gw1.example.net;unknownparam',
  );
});

t.test('what is malformed is refused with the right status and can be answered', async (t) => {
  const refused: [string, Parts, number][] = [
    ['badinv01: empty parameters in Via are let be, a bare Via is not', { via: 'Via: SIP/2.0/UDP' }, 400],
    ['clerr: Content-Length larger than the message', { length: 'Content-Length: 9999' }, 400],
    ['ncl: negative Content-Length', { length: 'Content-Length: -999' }, 400],
    ['scalar02: CSeq beyond 2**31 - 1', { cseq: 'CSeq: 36893488147419103232 INVITE' }, 400],
    ['scalar02: Max-Forwards beyond 255', { rest: 'Max-Forwards: 300\r\n' }, 400],
    ['quotbal: open quote', { to: 'To: "Mr. J. User <sip:j.user@example.com>' }, 400],
    ['ltgtruri: Request-URI in brackets', { start: 'INVITE <sip:user@example.com> SIP/2.0' }, 400],
    ['lwsruri: space in the Request-URI', { start: 'INVITE sip:user@example.com; lr SIP/2.0' }, 400],
    ['badvers: another version', { start: 'INVITE sip:t.watson@example.org SIP/7.0' }, 505],
    ['mismatch01: CSeq method', { cseq: 'CSeq: 8 OPTIONS' }, 400],
    ['mismatch02: CSeq method, unknown methods', { start: 'NEWMETHOD sip:user@example.com SIP/2.0' }, 400],
    ['multi01: From twice', { rest: 'From: <sip:other@example.net>;tag=3\r\n' }, 400],
    ['multi01: Content-Length twice, different', { rest: 'Content-Length: 5\r\n' }, 400],
    ['mcl01: Call-ID twice', { rest: 'Call-ID: two@192.0.2.1\r\n' }, 400],
    ['insuf: no Call-ID', { callId: 'X: y' }, 400],
    ['insuf: no From', { from: 'X: y' }, 400],
    [
      'baddn: display name with a comma, unquoted',
      { from: 'From: Bell, Alexander <sip:a.g.bell@example.com>;tag=43' },
      400,
    ],
    ['baddate is a matter of those above; a header without a colon is not', { rest: 'Nonsense\r\n' }, 400],
    ['name that is no token', { rest: 'Bad Name: x\r\n' }, 400],
    ['ipv6-bug: IPv6 without brackets in Via', { via: 'Via: SIP/2.0/UDP 2001:db8::9:1;branch=z9hG4bK' }, 400],
    ['CR inside a line', { rest: 'X: a\rb\r\n' }, 400],
    ['no method', { start: ' sip:a@b SIP/2.0' }, 400],
  ];
  for (const [name, parts, status] of refused) {
    const failure = bad(parts);
    // The URI is judged by whoever uses it; its syntax by parseUri.
    t.equal(failure.status, status, name);
    t.match(failure.code, /^sip\//, name);
  }
  t.ok(bad({ length: 'Content-Length: 9999' }).partial, 'there is enough to answer');
  t.notOk(
    bad({ start: 'SIP/2.0 4294967301 better not break the receiver' }).partial,
    'bigcode: a response is dropped',
  );
  t.notOk(bad({ via: 'X: y' }).partial, 'without Via there is nowhere to answer to');
});

t.test('URIs that are none', async (t) => {
  for (const text of [
    '',
    'sip:',
    'sip:@host',
    'sip:user@',
    'sip:a b@c',
    'sip:a@b:99999',
    'sip:a@b:',
    'sip:a@[::1',
    'sip:a@b@c',
    '<sip:a@b>',
    'nocolon',
    'sip:[zz]',
    'tel:',
  ])
    t.equal(parseUri(text), undefined, text);
  t.match(parseUri('SIP:A@EXAMPLE.com;transport=TCP'), {
    scheme: 'sip',
    user: 'A',
    host: 'example.com',
    params: ';transport=TCP',
  });
  t.match(parseUri('tel:+7-495-123;phone-context=x'), { scheme: 'tel', user: '+7-495-123' });
  t.equal(parseUri('nobodyKnowsThisScheme:totally')?.scheme, 'nobodyknowsthisscheme');
});

t.test('lenient: counted and accepted', async (t) => {
  const counts = new LenienceCounter(LENIENCES);
  const accept = (p: Parts | Buffer): SipMessage => {
    const r = parse(Buffer.isBuffer(p) ? p : bytes(p), counts);
    if (!r.ok) throw new Error(r.text);
    return r.message;
  };
  // lwsstart, trws: RFC 4475 3.1.2.10, 3.1.2.11
  t.equal(accept({ start: 'INVITE  sip:user@example.com  SIP/2.0' }).uri, 'sip:user@example.com');
  t.equal(accept({ start: 'INVITE sip:user@example.com SIP/2.0  ' }).uri, 'sip:user@example.com');
  t.equal(counts.counts.get('start-line-space'), 2);
  t.equal(accept({ to: 'To: < sip:user@example.com >' }).to.uri, 'sip:user@example.com');
  t.equal(counts.counts.get('addr-spec-spaces'), 1);
  const lf = accept(Buffer.from(bytes({ body: 'x' }).toString('latin1').replaceAll('\r\n', '\n'), 'latin1'));
  t.equal(lf.bodyText, 'x');
  t.equal(lf.clean, false);
});

t.test('RFC 5118: IPv6 in every place', async (t) => {
  t.match(parseUri('sip:[2001:db8::10]:5070'), { host: '2001:db8::10', port: 5070 });
  t.match(
    parseUri('sip:user@[2001:db8::10:5070]'),
    { host: '2001:db8::10:5070', port: 0 },
    '4.3: the port is not part of the brackets',
  );
  t.match(parseVia('SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKas3-111'), {
    host: '2001:db8::9:1',
    port: 6050,
  });
  const received = parseVia('SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3-111');
  t.match(
    received,
    { host: '2001:db8::9:1', branch: 'z9hG4bKas3-111' },
    '4.5: received with brackets is accepted',
  );
  t.equal(parseVia('SIP/2.0/UDP [::ffff:192.0.2.10]:19823;branch=z9hG4bKbh19')?.host, '::ffff:192.0.2.10');
});

t.test('rport and received are filled in (18.2.1, RFC 3581)', async (t) => {
  const fill = (value: string, host: string, port: number): string =>
    viaWithSource(value, parseVia(value)!, host, port);
  t.equal(
    fill('SIP/2.0/UDP 10.1.1.1:4540;rport;branch=z9hG4bKkjs', '192.0.2.1', 9988),
    'SIP/2.0/UDP 10.1.1.1:4540;rport=9988;branch=z9hG4bKkjs;received=192.0.2.1',
  );
  t.equal(
    fill('SIP/2.0/UDP 10.1.1.1;branch=z9hG4bK1;rport=', '10.1.1.1', 5060),
    'SIP/2.0/UDP 10.1.1.1;branch=z9hG4bK1;rport=5060;received=10.1.1.1',
  );
  t.equal(
    fill('SIP/2.0/UDP 10.1.1.1;branch=z9hG4bK1', '10.1.1.1', 5066),
    'SIP/2.0/UDP 10.1.1.1;branch=z9hG4bK1',
    'untouched',
  );
  t.equal(
    fill('SIP/2.0/UDP gw.example;branch=z9hG4bKrport', '192.0.2.1', 1),
    'SIP/2.0/UDP gw.example;branch=z9hG4bKrport;received=192.0.2.1',
  );
});
