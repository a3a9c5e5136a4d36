import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { type PcapMessage, pcap } from '../../src/sipd/trace/pcap.ts';

/** What tcpdump makes of a file; `-vv` has it check every sum. */
function read(t: Test, messages: PcapMessage[], ...options: string[]): string {
  const file = `${t.testdir()}/trace.pcap`;
  writeFileSync(file, pcap(messages));
  return execFileSync('tcpdump', ['-r', file, '-nn', '-tttt', '-vv', ...options], {
    encoding: 'utf8',
    env: { ...process.env, TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

const at = Date.UTC(2026, 0, 15, 9, 0, 0) + 0.25;
const sip = (line: string, body = ''): string =>
  `${line}\r\nCall-ID: c1\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

t.test('UDP over IPv4: addresses, microseconds, sums and the message itself', async (t) => {
  const text = sip('OPTIONS sip:a@b SIP/2.0', 'caf\xe9');
  const out = read(t, [{ at, proto: 'udp', from: '192.0.2.1:5060', to: '198.51.100.7:5070', text }], '-X');
  t.match(out, /2026-01-15 09:00:00\.000250 IP/);
  t.match(out, '192.0.2.1.5060 > 198.51.100.7.5070');
  t.match(out, '[udp sum ok]');
  t.notMatch(out, /bad|truncated|wrong/i);
  t.match(out, `length: ${text.length}`, 'tcpdump knows it for SIP');
  t.match(out, /e9\s/, 'a byte is a byte');
});

t.test('UDP over IPv6, written in several ways; an odd length has its sum too', async (t) => {
  const out = read(t, [
    {
      at,
      proto: 'udp',
      from: '[2001:db8::1]:5060',
      to: '[2001:db8:0:0:0:0:0:2]:5060',
      text: sip('BYE sip:a@b SIP/2.0', 'x'),
    },
    {
      at,
      proto: 'udp',
      from: '[fe80::1%eth0]:5060',
      to: '[::]:5060',
      text: sip('BYE sip:a@b SIP/2.0', 'xy'),
    },
    { at, proto: 'udp', from: '[::ffff:192.0.2.9]:5060', to: '192.0.2.1:5060', text: 'x' },
  ]);
  t.match(out, '2001:db8::1.5060 > 2001:db8::2.5060');
  t.match(out, 'fe80::1.5060 > ::.5060');
  t.match(out, '192.0.2.9.5060 > 192.0.2.1.5060', 'an IPv4 peer on an IPv6 socket is an IPv4 peer');
  t.equal(out.match(/udp sum ok/g)?.length, 3);
});

t.test('TCP: a handshake, bytes counted on both sides, long messages in segments', async (t) => {
  const [a, b] = ['192.0.2.1:5060', '198.51.100.7:5060'];
  const long = sip('INVITE sip:a@b SIP/2.0', 'x'.repeat(4000));
  const answer = sip('SIP/2.0 200 OK');
  const out = read(t, [
    { at, proto: 'tcp', from: a, to: b, text: long },
    { at: at + 5, proto: 'tcp', from: b, to: a, text: answer },
    { at: at + 6, proto: 'tls', from: a, to: b, text: sip('BYE sip:a@b SIP/2.0') },
    { at: at + 7, proto: 'tls', from: '[2001:db8::2]:5061', to: '[2001:db8::1]:5061', text: answer },
  ]);
  const flags = [...out.matchAll(/Flags \[([^\]]+)\]/g)].map((m) => m[1]);
  t.same(flags, ['S', 'S.', '.', '.', '.', 'P.', '.', 'P.', '.', 'P.', '.', 'S', 'S.', '.', 'P.', '.']);
  t.notMatch(out, /incorrect|bad/);
  t.equal(out.match(/\(correct\)/g)?.length, flags.length, 'every sum');
  t.match(out, `seq 1:1441, ack 1`);
  t.match(out, `seq 2881:${long.length + 1}, ack 1`);
  t.match(
    out,
    `seq 1:${answer.length + 1}, ack ${long.length + 1}`,
    'the answer acknowledges what was asked',
  );
});

t.test('what cannot be a packet is left out, and the rest is there', async (t) => {
  const out = read(t, [
    { at, proto: 'udp', from: 'op.example:5060', to: '192.0.2.1:5060', text: 'x' },
    { at, proto: 'udp', from: '[2001:db8::1]:5060', to: '192.0.2.1:5060', text: 'x' },
    { at, proto: 'udp', from: '192.0.2.1:99999', to: '192.0.2.1:5060', text: 'x' },
    { at, proto: 'udp', from: '[1:2:3::4:5:6:7:8:9]:1', to: '[::1]:5060', text: 'x' },
    { at, proto: 'udp', from: '192.0.2.2:5060', to: '192.0.2.1:5060', text: 'x'.repeat(70_000) },
    { at, proto: 'udp', from: '192.0.2.3:5060', to: '192.0.2.1:5060', text: '' },
  ]);
  t.equal(out.match(/^\d{4}-/gm)?.length, 2);
  t.match(out, '192.0.2.3.5060 > 192.0.2.1.5060');
  t.equal(pcap([]).length, 24, 'no messages: a file without packets');
});
