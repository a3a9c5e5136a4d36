import t from 'tap';
import { isRtcp, RTP_HEADER_BYTES, RtpHeader, writeRtpHeader } from '../../../src/media/rtp/packet.ts';
import { sequenceDelta, TimestampExtender, timestampDelta } from '../../../src/media/rtp/sequence.ts';

/** A packet byte by byte, RFC 3550 5.1. */
const packet = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);
const HEADER = [0x80, 0x88, 0x12, 0x34, 0xff, 0xff, 0xff, 0x00, 0xde, 0xad, 0xbe, 0xef];

t.test('reads the fixed header', async (t) => {
  const header = new RtpHeader();
  t.equal(header.parse(packet(...HEADER, 1, 2, 3)), undefined);
  t.match(header, {
    payloadType: 8,
    marker: true,
    sequence: 0x1234,
    timestamp: 0xffffff00,
    ssrc: 0xdeadbeef,
    payloadOffset: 12,
    payloadLength: 3,
  });
});

t.test('steps over CSRCs and an extension, and takes padding off', async (t) => {
  const header = new RtpHeader();
  const full = packet(
    0xb2,
    ...HEADER.slice(1),
    ...Array(8).fill(0),
    0xbe,
    0xde,
    0,
    1,
    9,
    9,
    9,
    9,
    7,
    7,
    7,
    0,
    0,
    3,
  );
  t.equal(header.parse(full), undefined);
  t.equal(header.payloadOffset, 28);
  t.equal(header.payloadLength, 3);
  t.equal(header.parse(packet(...HEADER)), undefined, 'an empty payload is no fault');
  t.equal(header.payloadLength, 0);
});

t.test('refuses what is no RTP, and leaves the fields alone', async (t) => {
  const header = new RtpHeader();
  header.parse(packet(...HEADER, 1));
  const cases: [string, Uint8Array, string][] = [
    ['nothing', packet(), 'too-short'],
    ['11 bytes', packet(...HEADER.slice(0, 11)), 'too-short'],
    ['version 1', packet(0x40, ...HEADER.slice(1)), 'version'],
    ['STUN', packet(0x00, 0x01, ...HEADER.slice(2)), 'version'],
    ['RTCP', packet(0x80, 200, ...HEADER.slice(2)), 'rtcp'],
    ['CSRCs beyond the end', packet(0x8f, ...HEADER.slice(1), 1, 2), 'truncated'],
    ['an extension cut off', packet(0x90, ...HEADER.slice(1), 0, 0), 'truncated'],
    ['an extension longer than the packet', packet(0x90, ...HEADER.slice(1), 0, 0, 0, 9), 'truncated'],
    ['padding of 0', packet(0xa0, ...HEADER.slice(1), 1, 0), 'padding'],
    ['padding longer than the payload', packet(0xa0, ...HEADER.slice(1), 1, 3), 'padding'],
  ];
  for (const [name, data, fault] of cases) t.equal(header.parse(data), fault, name);
  t.equal(header.sequence, 0x1234);
  t.equal(header.payloadLength, 1);
});

t.test('any bytes at all are either read within their bounds or refused', async (t) => {
  const header = new RtpHeader();
  let state = 1;
  for (let n = 0; n < 20_000; n++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const data = new Uint8Array((state >>> 8) % 60);
    for (let i = 0; i < data.length; i++)
      data[i] = (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24;
    if (data.length > 0 && n % 2) data[0] = 0x80 | (data[0]! & 0x3f);
    if (header.parse(data) === undefined && header.payloadOffset + header.payloadLength > data.length)
      t.fail('beyond the end');
  }
});

t.test('writes what it reads', async (t) => {
  const data = new Uint8Array(RTP_HEADER_BYTES + 1);
  const header = new RtpHeader();
  for (const [sequence, timestamp, ssrc] of [
    [0, 0, 0],
    [65535, 0xffffffff, 0xffffffff],
    [65536 + 5, 2 ** 32 + 7, 0x80000000],
  ] as const) {
    writeRtpHeader(data, 101, sequence === 0, sequence, timestamp, ssrc);
    t.equal(header.parse(data), undefined);
    t.match(header, {
      payloadType: 101,
      marker: sequence === 0,
      sequence: sequence & 0xffff,
      timestamp: timestamp >>> 0,
      ssrc: ssrc >>> 0,
      payloadLength: 1,
    });
  }
  t.throws(() => writeRtpHeader(new Uint8Array(11), 0, false, 0, 0, 0), { code: 'media/rtp-buffer' });
});

t.test('RTCP on a shared port is known by its packet type (RFC 5761 4)', async (t) => {
  t.equal(isRtcp(packet(0x81, 201, 0, 1, 0, 0, 0, 1)), true);
  t.equal(isRtcp(packet(...HEADER)), false);
  t.equal(isRtcp(packet(0x81, 201, 0, 1)), false);
});

t.test('counters wrap', async (t) => {
  t.equal(sequenceDelta(65535, 0), 1);
  t.equal(sequenceDelta(0, 65535), -1);
  t.equal(sequenceDelta(100, 50), -50);
  t.equal(timestampDelta(0xffffff60, 0), 160);
  t.equal(timestampDelta(0, 0xffffff60), -160);
  const extender = new TimestampExtender();
  t.equal(extender.extend(0xffffff60), 0xffffff60);
  t.equal(extender.extend(0x40), 2 ** 32 + 0x40);
  t.equal(extender.extend(0xffffffff), 0xffffffff, 'back again');
  extender.reset();
  t.equal(extender.extend(5), 5);
});
