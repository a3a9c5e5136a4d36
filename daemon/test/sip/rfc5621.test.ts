/** RFC 5621, RFC 3420 and RFC 3261 8.2.3: bodies of several parts, and bodies that are not for us. RFC 6086, RFC 2976: INFO. */
import t from 'tap';
import { patient } from '../../../hw/simulator/office/patience.ts';
import { ACCEPT, bodyObjection, descriptionOf } from '../../src/sip/body.ts';
import { infoRefusal, keyOfInfo } from '../../src/sip/dtmf-info.ts';
import { AUDIO, answered, bench, describe } from './bench.ts';
import { next } from './kit.ts';

const message = (body: string, headers: Record<string, string> = {}) => ({
  body,
  get: (name: string) => headers[name],
});
const SDP = describe(AUDIO);
const ISUP = 'Content-Type: application/ISUP;version=itu-t92+\r\n';
const mixed = (parts: string[], boundary = 'b1'): string =>
  `preamble\r\n${parts.map((p) => `--${boundary}\r\n${p}\r\n`).join('')}--${boundary}--\r\nepilogue`;
const multipart = (parts: string[], type = 'multipart/mixed;boundary=b1') =>
  message(mixed(parts), { 'Content-Type': type });

t.test('RFC 5621 3.1: the session description is found among the parts', async (t) => {
  const parts = [
    `${ISUP}Content-Disposition: signal;handling=optional\r\n\r\n\x01\x00`,
    `Content-Type: application/sdp\r\n\r\n${SDP}`,
  ];
  t.equal(descriptionOf(multipart(parts)), SDP);
  t.equal(bodyObjection(multipart(parts)), undefined);
  t.equal(
    descriptionOf(multipart(parts.reverse(), 'Multipart/Mixed; boundary="b1"')),
    SDP,
    'boundary in quotes',
  );
  t.equal(descriptionOf(message(SDP)), SDP, 'and where no type is said');
  const bare = mixed([`Content-Type: application/sdp\r\n\r\n${SDP}`]).replaceAll('\r\n', '\n');
  t.match(descriptionOf(message(bare, { 'Content-Type': 'multipart/mixed;boundary=b1' })), /^v=0\n/);
});

t.test('RFC 5621 6: a description that is for something else is none of ours', async (t) => {
  const early = `Content-Type: application/sdp\r\nContent-Disposition: early-session\r\n\r\n${SDP}`;
  t.equal(descriptionOf(multipart([early])), '');
  t.equal(
    descriptionOf(message(SDP, { 'Content-Type': 'application/sdp', 'Content-Disposition': 'icon' })),
    '',
  );
});

t.test('RFC 3261 8.2.3, 20.11: what must be understood and is not gets 415 with what would be', async (t) => {
  const refused = { status: 415, headers: { Accept: ACCEPT } };
  t.same(bodyObjection(message('x', { 'Content-Type': 'text/plain' })), refused);
  t.equal(
    bodyObjection(
      message('x', { 'Content-Type': 'text/plain', 'Content-Disposition': 'render;handling=optional' }),
    ),
    undefined,
  );
  const sdp = `Content-Type: application/sdp\r\n\r\n${SDP}`;
  t.same(
    bodyObjection(multipart([sdp, `${ISUP}Content-Disposition: signal;handling=required\r\n\r\n\x01`])),
    refused,
  );
  t.equal(
    bodyObjection(multipart([sdp, `${ISUP}\r\n\x01`])),
    undefined,
    'beside a description we are lenient',
  );
  t.same(bodyObjection(multipart(['no part at all'], 'multipart/mixed')), refused, 'no boundary');
  t.same(bodyObjection(message(SDP, { 'Content-Type': 'application/sdp', 'Content-Encoding': 'gzip' })), {
    status: 415,
    headers: { 'Accept-Encoding': 'identity' },
  });
  t.equal(bodyObjection(message('')), undefined);
});

t.test('RFC 5621 3: broken and endless bodies cost nothing', async (t) => {
  const began = performance.now();
  const parts = Array.from({ length: 5000 }, () => 'X: y\r\n\r\nz');
  t.equal(descriptionOf(multipart(parts)), '');
  t.equal(
    descriptionOf(message('--b1'.repeat(10_000), { 'Content-Type': 'multipart/mixed;boundary=b1' })),
    '',
  );
  t.ok(performance.now() - began < patient(200));
});

t.test('RFC 5621: a call whose offer stands among other parts is answered', async (t) => {
  const b = await bench(t);
  const body = mixed([
    `Content-Type: application/sdp\r\n\r\n${SDP}`,
    `${ISUP}Content-Disposition: signal;handling=optional\r\n\r\nx`,
  ]);
  // The helper writes application/sdp; the type that stands first is the one that counts.
  const arrived = next(b.gateway, 'incoming', () => true, 3000);
  const text = b.peer
    .request('127.0.0.1:9', 'INVITE', { body })
    .replace(
      'Content-Type: application/sdp\r\nContent-Length',
      'Content-Type: multipart/mixed;boundary=b1\r\nContent-Length',
    );
  b.peer.send(b.to, text);
  const [leg] = await arrived;
  await leg.answer();
  t.match((await b.peer.response(200)).body, /m=audio \d+ RTP\/AVP 8\r\n/);
});

t.test('RFC 6086 4.2.2: an INFO of a package that we never asked for is 469', async (t) => {
  const b = await bench(t);
  const { ids, leg } = await answered(b);
  const info = async (cseq: number, extra: string, body = ''): Promise<ReturnType<typeof b.peer.next>> => {
    const text = b.peer
      .request('127.0.0.1:9', 'INFO', { ...ids, cseq, extra, body })
      .replace('Content-Type: application/sdp\r\n', '');
    b.peer.send(b.to, text);
    return b.peer.next((m) => m.headers.cseq === `${cseq} INFO`);
  };
  t.match(await info(2, 'Info-Package: foo\r\nContent-Type: application/foo\r\n', 'x'), {
    status: 469,
    headers: { 'recv-info': 'nil' },
  });
  t.match(await info(3, 'Content-Type: application/foo\r\n', 'x'), {
    status: 415,
    headers: { accept: /application\/dtmf-relay/ },
  });
  t.equal((await info(4, '')).status, 200, 'RFC 2976 2.3: one without a body is answered');
  const digit = next(leg, 'digit');
  t.equal(
    (await info(5, 'Content-Type: application/dtmf-relay\r\n', 'Signal=7\r\nDuration=160')).status,
    200,
  );
  t.equal((await digit)[0], '7');
});

t.test('RFC 2976: digits in their usual writings', async (t) => {
  for (const [type, body, key] of [
    ['application/dtmf-relay', 'Signal=5\r\nDuration=160', '5'],
    ['application/dtmf-relay', 'Signal= *', '*'],
    ['application/dtmf-relay', 'Signal=11', '#'],
    ['application/dtmf;charset=x', 'a', 'A'],
    ['application/dtmf', '16', undefined],
    ['text/plain', '5', undefined],
  ] as const)
    t.equal(keyOfInfo(type, body), key, `${type} ${body}`);
  t.equal(infoRefusal(message('Signal=1', { 'Content-Type': 'application/dtmf-relay' })), undefined);
});
