import t from 'tap';
import { ReceptionStatistics } from '../../../src/media/rtp/reception.ts';
import {
  buildRtcp,
  ntpMiddle,
  ntpOf,
  parseRtcp,
  roundTripMs,
  rtcpIntervalMs,
} from '../../../src/media/rtp/rtcp.ts';

const block = {
  ssrc: 0xcafebabe,
  fractionLost: 64,
  cumulativeLost: -3,
  highestSequence: 0x0001_0203,
  jitter: 17,
  lastSenderReport: 0x11223344,
  delaySinceLastSenderReport: 65536,
};
const sender = {
  ntp: { seconds: 0xe0000001, fraction: 0x80000000 },
  rtpTimestamp: 0xfffffff0,
  packets: 50,
  bytes: 8000,
};

t.test('a sender report with SDES and BYE, byte for byte (RFC 3550 6.4 to 6.6)', async (t) => {
  const data = new Uint8Array(200);
  const length = buildRtcp({ ssrc: 1, cname: 'box', sender, reports: [block], bye: true }, data);
  const hex = Buffer.from(data.subarray(0, length)).toString('hex');
  t.equal(
    hex,
    '81c8000c' +
      '00000001' +
      'e000000180000000' +
      'fffffff0' +
      '00000032' +
      '00001f40' +
      'cafebabe' +
      '40fffffd' +
      '00010203' +
      '00000011' +
      '11223344' +
      '00010000' +
      '81ca0003' +
      '00000001' +
      '0103626f' +
      '78000000' +
      '81cb0001' +
      '00000001',
  );
  t.same(parseRtcp(data, length), { ssrc: 1, sender, reports: [block], cname: 'box', bye: [1] });
});

t.test('a receiver report without blocks, and CNAMEs of every length', async (t) => {
  for (let n = 1; n < 20; n++) {
    const data = new Uint8Array(100);
    const cname = 'x'.repeat(n);
    const length = buildRtcp({ ssrc: 9, cname, reports: [] }, data);
    t.equal(length % 4, 0);
    t.same(parseRtcp(data, length), { ssrc: 9, reports: [], cname, bye: [] });
  }
  t.throws(() => buildRtcp({ ssrc: 1, cname: 'box', reports: [] }, new Uint8Array(10)), {
    code: 'media/rtcp-buffer',
  });
  t.throws(() => buildRtcp({ ssrc: 1, cname: 'x'.repeat(256), reports: [] }, new Uint8Array(999)), {
    code: 'media/rtcp-report',
  });
});

t.test('refuses what fails the checks of RFC 3550 A.2', async (t) => {
  const good = new Uint8Array(100);
  const length = buildRtcp({ ssrc: 1, cname: 'box', sender, reports: [block] }, good);
  const spoilt = (at: number, value: number): Uint8Array => {
    const bad = good.slice(0, length);
    bad[at] = value;
    return bad;
  };
  t.equal(parseRtcp(good.subarray(0, length - 4)), undefined, 'cut off');
  t.equal(parseRtcp(good.subarray(0, length - 1)), undefined, 'no multiple of four');
  t.equal(parseRtcp(spoilt(0, 0x41)), undefined, 'version');
  t.equal(parseRtcp(spoilt(1, 202)), undefined, 'does not begin with a report');
  t.equal(parseRtcp(spoilt(0, 0x9f)), undefined, 'more blocks than fit');
  t.equal(parseRtcp(spoilt(3, 200)), undefined, 'longer than the datagram');
  t.equal(parseRtcp(new Uint8Array(4)), undefined);
  for (let i = 0; i < length; i++) for (const v of [0, 0xff]) parseRtcp(spoilt(i, v));
  t.pass('and no byte makes it throw');
});

t.test('loss after RFC 3550 A.3', async (t) => {
  const stats = new ReceptionStatistics(7);
  t.equal(stats.receive(65530, 0, 0), 'probation', 'one packet is no source yet (A.1)');
  for (let i = 1; i <= 100; i++) if (i % 10 !== 5) stats.receive((65530 + i) & 0xffff, i * 160, i * 20);
  t.equal(stats.packetsReceived, 90);
  t.equal(stats.packetsLost, 10);
  const report = stats.report(2000);
  t.equal(report.cumulativeLost, 10);
  t.equal(report.fractionLost, Math.floor((10 * 256) / 100));
  t.equal(report.highestSequence, 65536 + 94, 'the wrap is counted');
  t.equal(stats.report(2000).fractionLost, 0, 'nothing since');
  stats.receive(94, 16_000, 2020);
  t.equal(stats.packetsLost, 9, 'a double counts as received, as A.3 has it');
});

t.test('jitter after RFC 3550 A.8', async (t) => {
  const even = new ReceptionStatistics(7);
  const uneven = new ReceptionStatistics(7);
  for (let i = 0; i < 500; i++) {
    even.receive(i, (0xfffff000 + i * 160) >>> 0, i * 20);
    uneven.receive(i, (0xfffff000 + i * 160) >>> 0, i * 20 + (i % 2) * 5);
  }
  t.equal(even.jitterMs, 0, 'also where the timestamp wraps');
  t.ok(Math.abs(uneven.jitterMs - 5) < 0.1, `each transit differs by 5 ms from the last: ${uneven.jitterMs}`);
});

t.test('a jump is a stray packet once, a new start twice', async (t) => {
  const stats = new ReceptionStatistics(7);
  stats.receive(1, 0, 0);
  stats.receive(2, 160, 20);
  t.equal(stats.receive(30_000, 320, 40), 'stray');
  t.equal(stats.receive(3, 320, 40), 'valid');
  t.equal(stats.receive(40_000, 480, 60), 'stray');
  t.equal(stats.receive(40_001, 640, 80), 'restart');
  t.equal(stats.packetsLost, 0);
  const late = new ReceptionStatistics(7);
  for (const s of [10, 11, 13, 12, 14]) late.receive(s, s * 160, s * 20);
  t.equal(late.packetsLost, 0, 'out of order is not lost');
});

t.test('round trip from our own report coming back', async (t) => {
  const sent = ntpOf(1_700_000_000_000);
  const report = { ...block, lastSenderReport: ntpMiddle(sent), delaySinceLastSenderReport: 65536 * 2 };
  t.ok(Math.abs(roundTripMs(report, ntpMiddle(ntpOf(1_700_000_002_125)))! - 125) < 0.1);
  t.equal(roundTripMs({ ...block, lastSenderReport: 0 }, 5), undefined);
  t.equal(
    roundTripMs(report, ntpMiddle(ntpOf(1_700_000_001_000))),
    0,
    'a clock set back gives nothing absurd',
  );
  const stats = new ReceptionStatistics(1);
  stats.senderReport(0xabcd0000, 500);
  t.match(stats.report(1500), { lastSenderReport: 0xabcd0000, delaySinceLastSenderReport: 65536 });
});

t.test('reports come every 2.5 to 7.5 s', async (t) => {
  t.equal(rtcpIntervalMs(0), 2500);
  t.equal(rtcpIntervalMs(0.5), 5000);
});
