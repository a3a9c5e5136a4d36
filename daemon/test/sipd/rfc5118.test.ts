/** RFC 5118 section 4: IPv6 in every place of a message, in messages of our own making. */
import t from 'tap';
import { parseSdp } from '../../src/sip/sdp.ts';
import { LenienceCounter } from '../../src/sipd/message/limits.ts';
import { type ParseResult, parse } from '../../src/sipd/message/parse.ts';
import { parseUri } from '../../src/sipd/message/uri.ts';
import { parseVia, viaParam, viaWithSource } from '../../src/sipd/message/via.ts';
import { bench } from './bench.ts';

const read = (uri: string, via: string, more = ''): ParseResult =>
  parse(
    Buffer.from(
      `REGISTER ${uri} SIP/2.0\r\nVia: ${via}\r\nMax-Forwards: 70\r\nTo: <sip:user@example.com>\r\n` +
        `From: <sip:user@example.com>;tag=81x2\r\nCall-ID: SSG9559905523997077@hlau_4100\r\nCSeq: 98176 REGISTER\r\n${more}Content-Length: 0\r\n\r\n`,
      'latin1',
    ),
    new LenienceCounter(),
  );

const VIA = 'SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111';

t.test('RFC 5118 4.1: a reference in Request-URI, Via and Contact', async (t) => {
  const result = read('sip:[2001:db8::10]', VIA, 'Contact: "Caller" <sip:caller@[2001:db8::1]>\r\n');
  t.ok(result.ok);
  if (result.ok) t.equal(result.message.via.host, '2001:db8::9:1');
  t.match(parseUri('sip:[2001:db8::10]'), { host: '2001:db8::10', port: 0 });
  t.match(parseUri('sip:caller@[2001:db8::1]'), { user: 'caller', host: '2001:db8::1' });
});

t.test('RFC 5118 4.2: without brackets it is no Request-URI, and answered 400', async (t) => {
  t.equal(parseUri('sip:2001:db8::10'), undefined);
  const b = await bench(t);
  b.peer.request(b.to, 'REGISTER', { uri: 'sip:2001:db8::10' });
  t.equal((await b.peer.response()).status, 400);
});

t.test('RFC 5118 4.3: what stands within the brackets is address, though it look like a port', async (t) => {
  t.match(parseUri('sip:[2001:db8::10:5070]'), { host: '2001:db8::10:5070', port: 0 });
});

t.test('RFC 5118 4.4: and what stands behind them is the port', async (t) => {
  t.match(parseUri('sip:[2001:db8::10]:5070'), { host: '2001:db8::10', port: 5070 });
  t.match(parseUri('sip:user@[2001:db8::10]:5070;transport=tcp'), { port: 5070, params: ';transport=tcp' });
});

t.test('RFC 5118 4.5: received with brackets and without is read alike, and written without', async (t) => {
  for (const received of ['[2001:db8::9:255]', '2001:db8::9:255']) {
    const via = parseVia(`SIP/2.0/UDP [2001:db8::9:1];received=${received};branch=z9hG4bKas3-111`);
    t.match(via, { host: '2001:db8::9:1', branch: 'z9hG4bKas3-111' });
    t.equal(viaParam(via!, 'received'), received);
  }
  const value = 'SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bK1;rport';
  t.match(
    viaWithSource(value, parseVia(value)!, '2001:db8::9:255', 5070),
    /;rport=5070;.*received=2001:db8::9:255$/,
  );
});

t.test('RFC 5118 4.6: in a session description', async (t) => {
  const sdp = parseSdp(
    'v=0\r\no=assistant 971731711378798081 0 IN IP6 2001:db8::20\r\ns=Live video feed\r\nc=IN IP6 2001:db8::20\r\nt=3338481189 3370017201\r\nm=audio 6000 RTP/AVP 2\r\na=rtpmap:2 G726-32/8000\r\nm=video 6024 RTP/AVP 107\r\n',
  );
  t.same(
    sdp.media.map((m) => `${m.kind} ${m.address}`),
    ['audio 2001:db8::20', 'video 2001:db8::20'],
  );
});

t.test('RFC 5118 4.7: addresses of both families in one message', async (t) => {
  const result = read(
    'sip:user@example.com',
    `${VIA}, SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK2`,
    'Via: SIP/2.0/UDP [2001:db8::9:255]:5061;branch=z9hG4bK3\r\nContact: <sip:user@[2001:db8::1]>, <sip:user@192.0.2.2>\r\n',
  );
  t.ok(result.ok);
  if (!result.ok) return;
  t.same(
    result.message.list('via').map((v) => parseVia(v)?.host),
    ['2001:db8::9:1', '192.0.2.1', '2001:db8::9:255'],
  );
  t.equal(result.message.list('contact').length, 2);
});

t.test('RFC 5118 4.8: and in one session description', async (t) => {
  const sdp = parseSdp(
    'v=0\r\no=bob 280744730 28977631 IN IP4 host.example.com\r\ns=\r\nt=0 0\r\nm=audio 22334 RTP/AVP 0\r\nc=IN IP4 192.0.2.1\r\nm=audio 6024 RTP/AVP 0\r\nc=IN IP6 2001:db8::1\r\n',
  );
  t.same(
    sdp.media.map((m) => m.address),
    ['192.0.2.1', '2001:db8::1'],
  );
});

t.test('RFC 5118 4.9: IPv4 written as IPv6', async (t) => {
  t.match(parseVia('SIP/2.0/UDP [::ffff:192.0.2.10]:19823;branch=z9hG4bKbh19'), {
    host: '::ffff:192.0.2.10',
    port: 19823,
  });
  t.match(parseUri('sip:user@[::ffff:192.0.2.2]:5060'), { host: '::ffff:192.0.2.2', port: 5060 });
});

t.test('RFC 5118 4.10, RFC 5954: two colons at most before an IPv4 part', async (t) => {
  t.match(parseUri('sip:user@[2001:db8::192.0.2.1]'), { host: '2001:db8::192.0.2.1' });
  t.equal(parseUri('sip:user@[2001:db8:::192.0.2.1]'), undefined);
  t.equal(parseUri('sip:user@[2001:db8::10::1]'), undefined);
});
