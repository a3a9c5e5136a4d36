import t from 'tap';
import { patient } from '../../../hw/simulator/office/patience.ts';
import { masked, maskedBehind } from '../../src/sipd/trace/mask.ts';
import { belongs, Trace } from '../../src/sipd/trace/ring.ts';
import type { Flow } from '../../src/sipd/transport/flow.ts';

const crlf = (...lines: string[]): string => lines.join('\r\n');

function flow(remote = '192.0.2.7', port = 5060): Flow {
  return {
    proto: 'udp',
    local: { host: '0.0.0.0', port: 5060 },
    remote: { host: remote, port },
    open: true,
    connected: true,
    send() {},
  };
}

const message = (callId: string, more = ''): string =>
  crlf('OPTIONS sip:a@b SIP/2.0', `Call-ID: ${callId}`, `From: <sip:alpha@op.example>;tag=1${more}`, '', '');

function bench(limits = { trace: 4, traceBytes: 100_000 }) {
  const time = { now: 10, wall: 1_700_000_000_010 };
  const trace = new Trace(limits, {
    now: () => time.now,
    wall: () => time.wall,
    localOf: (where) => ({ host: '198.51.100.1', port: where.local.port }),
  });
  return { time, trace };
}

t.test('the newest messages are kept, bounded by number and by bytes', async (t) => {
  const { trace } = bench();
  for (let i = 0; i < 6; i++) trace.add('in', flow(), message(`c${i}`), 'call');
  t.same(
    trace.entries().map((e) => e.callId),
    ['c2', 'c3', 'c4', 'c5'],
  );
  const small = bench({ trace: 100, traceBytes: 250 }).trace;
  for (let i = 0; i < 6; i++) small.add('in', flow(), message(`c${i}`), 'call');
  t.ok(small.size.bytes <= 250, `${small.size.bytes} bytes held`);
  t.equal(small.entries().at(-1)?.callId, 'c5');
  small.add('in', flow(), 'x'.repeat(1000), 'call');
  t.equal(small.size.messages, 1, 'one that is too large drives out the others and stays');
});

t.test('what is asked for is found: by calls, by text, by account, the last so many', async (t) => {
  const { trace } = bench({ trace: 100, traceBytes: 100_000 });
  trace.add('out', flow(), message('reg', ';x=1'), 'ours');
  trace.add(
    'in',
    flow(),
    crlf('SIP/2.0 200 OK', 'i : short', 'f: <sip:alpha@op.example>;tag=1', '', ''),
    'ours',
  );
  trace.add('out', flow(), message('a'), 'call');
  trace.add('in', flow(), message('b'), 'call', 'b');
  trace.add('in', flow(), message('a'), 'call');
  const ids = (list: { callId: string }[]): string[] => list.map((e) => e.callId);
  t.same(ids(trace.entries({ callIds: ['a', 'short'] })), ['short', 'a', 'a'], 'compact names too');
  t.same(
    ids(trace.entries({ account: '<sip:alpha@op.example>' })),
    ['reg', 'short'],
    'only requests of our own',
  );
  t.same(ids(trace.entries({ account: '<sip:alpha@op.exam>' })), []);
  t.same(ids(trace.entries(';x=1')), ['reg']);
  t.same(ids(trace.entries({ last: 2 })), ['b', 'a']);
});

t.test('what others ask outside of calls is kept apart too, and found by From or To', async (t) => {
  const { trace } = bench();
  trace.add(
    'in',
    flow(),
    crlf('REGISTER sip:box SIP/2.0', 't: <sip:ivan@box>', 'Call-ID: reg', '', ''),
    'theirs',
  );
  for (let i = 0; i < 1000; i++) trace.add('in', flow(), message(`c${i}`), 'call');
  t.match(trace.entries({ account: 'sip:ivan@' }), [{ callId: 'reg' }]);
  t.same(trace.entries({ account: 'sip:iva@' }), []);
  t.same(
    [belongs('REGISTER', false), belongs('OPTIONS', true), belongs('INVITE', true), belongs('INFO', false)],
    ['theirs', 'ours', 'call', 'call'],
  );
  for (let i = 0; i < 1000; i++) trace.add('in', flow(), message(`r${i}`), 'theirs');
  t.ok(trace.size.messages <= 404, 'bounded');
});

t.test('calls do not wash away what we asked the operators', async (t) => {
  const { trace } = bench();
  trace.add('out', flow(), message('reg'), 'ours');
  for (let i = 0; i < 1000; i++) trace.add('in', flow(), message(`c${i}`), 'call');
  t.equal(trace.entries({ account: '<sip:alpha@op.example>' }).length, 1);
});

t.test('times have microseconds, and are right again after the clock was set', async (t) => {
  const { trace, time } = bench();
  time.now = 10.123;
  trace.add('out', flow('2001:db8::1', 5070), message('a'), 'call');
  const [first] = trace.entries();
  t.match(first, { at: 1_700_000_000_010.123, local: '198.51.100.1:5060', remote: '[2001:db8::1]:5070' });
  time.wall += 0.4;
  t.equal(trace.entries()[0]!.at, first!.at, 'two readings of the clocks differ a little and move nothing');
  time.wall += 3_600_000;
  t.ok(trace.entries()[0]!.at - first!.at > 3_599_000);
  trace.add('in', flow(), message('a'), 'call');
  t.equal(new Set(trace.entries().map((e) => e.id)).size, 2, 'each has a name of its own');
});

t.test('RFC 3261 22: of credentials the realm stays, what they could be guessed from goes', async (t) => {
  const text = masked(
    crlf(
      'REGISTER sip:op.example SIP/2.0',
      'Authorization: Digest username="alpha",realm="op, \\"x\\"", nonce="n0nce",',
      '\turi="sip:op.example",response="5ecre7",cnonce=c0nce , algorithm=MD5,qop=auth,nc=00000001,opaque="0paque"',
      'Proxy-Authorization:Basic YWxwaGE6c2VjcmV0',
      'authorization : Bearer t0ken',
      'WWW-Authenticate: Digest realm="op",nonce="n0nce",algorithm=SHA-256,qop="auth"',
      'Authentication-Info: nextnonce="n0nce2", rspauth="5ecre7", qop=auth',
      'Call-ID: 1',
      '',
      '',
    ),
  );
  for (const secret of ['5ecre7', 'n0nce', 'c0nce', '0paque', 'YWxwaGE6c2VjcmV0', 't0ken'])
    t.notMatch(text, secret);
  for (const kept of [
    'username="alpha"',
    'realm="op, \\"x\\""',
    'algorithm=MD5',
    'algorithm=SHA-256',
    'nc=00000001',
  ])
    t.ok(text.includes(kept), kept);
  t.match(text, /\r\nCall-ID: 1\r\n\r\n$/, 'lines end as they did');
});

t.test('passwords in URIs and digits to be sent behind a pause go, numbers stay', async (t) => {
  const of = (line: string): string => masked(crlf('INVITE sip:a@b SIP/2.0', line, '', '')).split('\r\n')[1]!;
  t.equal(of('To: <sip:alice:5ecre7@op.example>'), 'To: <sip:alice:***@op.example>');
  t.equal(
    of('To: "a:b@c" <sip:+74951234567@op.example:5060>'),
    'To: "a:b@c" <sip:+74951234567@op.example:5060>',
  );
  t.equal(
    of('Contact: <sip:a@h>,<SIPS:b:5ecre7@h;x=sip:c:5ecre7@k>'),
    'Contact: <sip:a@h>,<SIPS:b:***@h;x=sip:c:***@k>',
  );
  t.equal(of('Refer-To: <tel:+74951234567;postd=pp864209#>'), 'Refer-To: <tel:+74951234567;postd=***>');
  t.equal(of('To: <sip:+74951234567,,864209#88121234567@op>'), 'To: <sip:+74951234567,***@op>');
  t.equal(
    of('Refer-To: <sip:a@h?Proxy-Authorization=Digest%205ecre7>'),
    'Refer-To: <sip:a@h?Proxy-Authorization=***>',
  );
  t.equal(masked('INVITE sip:a:5ecre7@b SIP/2.0\r\n\r\n'), 'INVITE sip:a:***@b SIP/2.0\r\n\r\n');
});

t.test('RFC 4568: keys of SRTP go, and the body keeps its length', async (t) => {
  const sdp = crlf(
    'v=0',
    'k=base64:5ecre7',
    'm=audio 1 RTP/SAVP 8',
    'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:5ecre7QUJD|2^20|1:4;inline:0ther5ecret|2^20|2:4',
    'a=ice-pwd:5ecre7',
    'a=rtpmap:8 PCMA/8000',
    '',
  );
  const head = crlf('INVITE sip:a@b SIP/2.0', `Content-Length: ${sdp.length}`, '', '');
  const text = masked(head + sdp);
  t.notMatch(text, /5ecre/);
  t.equal(text.length, head.length + sdp.length);
  t.match(text, /AES_CM_128_HMAC_SHA1_80 inline:\*{10}\|2\^20\|1:4;inline:\*+\|2\^20\|2:4\r\n/);
  t.match(text, 'a=rtpmap:8 PCMA/8000');
});

t.test('P05: keys pressed are in no INFO, how long they were stays', async (t) => {
  const info = (type: string, body: string): string =>
    masked(
      crlf('INFO sip:a@b SIP/2.0', `Content-Type: ${type}`, `Content-Length: ${body.length}`, '', body),
    ).split('\r\n\r\n')[1]!;
  t.equal(info('application/dtmf-relay', 'Signal=5\r\nDuration=160\r\n'), 'Signal=x\r\nDuration=160\r\n');
  t.equal(info('application/dtmf-relay', 'Signal= 11\r\n'), 'Signal= xx\r\n');
  t.equal(info('application/dtmf', 'D'), 'x');
  t.equal(info('application/x-unknown', '<digits>864209#</digits>'), '<digits>xxxxxxx</digits>');
  const kpml = masked(
    crlf('NOTIFY sip:a@b SIP/2.0', 'Event: kpml', '', '<kpml-response code="200" digits="8642" tag="x"/>'),
  );
  t.match(kpml, 'digits="xxxx"');
});

t.test('P05: what is dialed behind an access number in one go is no telephone number', async (t) => {
  const text = crlf(
    'INVITE sip:77864209%2388121234567@box SIP/2.0',
    'To: <sip:+74951230000864209@box>',
    'From: <sip:+77011234567@op>',
  );
  t.equal(
    maskedBehind(text, ['77', '+74951230000']),
    crlf('INVITE sip:77***@box SIP/2.0', 'To: <sip:+74951230000***@box>', 'From: <sip:+77011234567@op>'),
  );
  t.equal(maskedBehind('To: <sip:+74951230000@box>', ['+74951230000']), 'To: <sip:+74951230000@box>');
  for (const writing of ['74951230000', '84951230000', '4951230000'])
    t.equal(maskedBehind(`To: <sip:${writing}864209@op>`, ['+74951230000']), `To: <sip:${writing}***@op>`);
  t.equal(maskedBehind(text, []), text);
});

t.test('masking takes linear time, whatever comes', async (t) => {
  const hostile = [
    'sip:a:'.repeat(11_000),
    'a'.repeat(65_000),
    `Authorization: Digest ${'a'.repeat(65_000)}`,
    `Authorization: Digest ${'a="'.repeat(20_000)}`,
    `To: ${'sip:'.repeat(16_000)}@`,
    `To: ${'sip:a@'.repeat(10_000)}`,
    `To: sip:${'1'.repeat(65_000)}`,
    `\r\n\r\na=crypto:${'inline:'.repeat(9000)}`,
    `\r\n\r\n${'\n'.repeat(65_000)}`,
    '\r'.repeat(65_000),
    `X: y\r\n${' \r\n'.repeat(20_000)}`,
  ];
  for (const body of hostile) {
    const text = `INFO sip:a@b SIP/2.0\r\n${body}`;
    const start = performance.now();
    maskedBehind(masked(text), ['77']);
    const took = performance.now() - start;
    t.ok(took < patient(150), `${JSON.stringify(body.slice(0, 24))}: ${took.toFixed(1)} ms`);
  }
});
