/** The parts of the guard, by themselves: who is counted together, who is banned for how long, who is refused first. */
import t from 'tap';
import { BAN_MS, BanList, UNPROVEN_MS } from '../../src/sipd/guard/ban-list.ts';
import { Conduct } from '../../src/sipd/guard/conduct.ts';
import { Bucket, Governor, type Load } from '../../src/sipd/guard/governor.ts';
import { opensSomething } from '../../src/sipd/guard/peek.ts';
import { isScanner, SCANNER_NAMES } from '../../src/sipd/guard/scanner-names.ts';
import { Subnets } from '../../src/sipd/guard/source.ts';
import { sourceKey } from '../../src/sipd/transport/source-key.ts';

t.test('an IPv6 source is its /64, an IPv4 one its address, mapped or not', async (t) => {
  t.equal(sourceKey('192.0.2.7'), '192.0.2.7');
  t.equal(sourceKey('::ffff:192.0.2.7'), '192.0.2.7');
  t.equal(sourceKey('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64');
  t.equal(sourceKey('2001:db8:1:2::9'), '2001:db8:1:2::/64');
  t.equal(sourceKey('2001:DB8::1'), '2001:db8:0:0::/64');
  t.equal(sourceKey('::1'), '0:0:0:0::/64');
  t.equal(sourceKey('fe80::1%eth0'), 'fe80:0:0:0::/64');
});

t.test('subnets', async (t) => {
  const s = new Subnets(['192.0.2.0/24', '198.51.100.7', '2001:db8::/32', 'nonsense', '1.2.3.4/99']);
  t.equal(s.size, 3);
  for (const host of ['192.0.2.200', '::ffff:192.0.2.1', '198.51.100.7', '2001:db8:ffff::1'])
    t.ok(s.has(host), host);
  for (const host of ['192.0.3.1', '198.51.100.8', '2001:db9::1', 'nonsense', '']) t.notOk(s.has(host), host);
});

t.test('scanners are known by their names, honest equipment is not', async (t) => {
  for (const name of SCANNER_NAMES) t.ok(isScanner(`x ${name.toUpperCase()} 1.0`, ''), name);
  t.ok(isScanner('Ordinary/1', 'sipvicious'));
  for (const name of [
    '',
    'Asterisk PBX 20',
    'Grandstream HT813',
    'Yealink SIP-T46S',
    'baresip v3',
    'MicroSIP/3.21',
  ])
    t.notOk(isScanner(name, '100'), name);
  t.ok(isScanner('newscan/2', '', ['newscan']), 'names can be added');
});

t.test(
  'bans grow for a source that has shown its address, and stay short for one that has not',
  async (t) => {
    const bans = new BanList();
    let now = 1000;
    for (const ms of [...BAN_MS, BAN_MS.at(-1)!]) {
      t.equal(bans.ban('a', 'digest', true, now) - now, ms);
      now += ms;
      t.equal(bans.until('a', now), 0, 'over');
    }
    for (let i = 0; i < 3; i++) t.equal(bans.ban('b', 'malformed', false, now) - now, UNPROVEN_MS);
    t.ok(bans.lift('a'));
    t.equal(bans.ban('a', 'digest', true, now) - now, BAN_MS[0], 'a ban taken back is forgotten');
  },
);

t.test('the list of bans is bounded; unproven ones make room for proven', async (t) => {
  const bans = new BanList(10);
  bans.ban('proven', 'digest', true, 0);
  for (let i = 0; i < 1000; i++) bans.ban(`forged-${i}`, 'malformed', false, 0);
  t.ok(bans.size <= 10, `${bans.size} kept`);
  t.ok(bans.until('proven', 1) > 0);
});

t.test('bans outlive a restart, whatever the clocks say', async (t) => {
  const bans = new BanList();
  bans.ban('a', 'digest', true, 0);
  bans.ban('a', 'digest', true, 600_000);
  bans.ban('b', 'scanner', false, 600_000);
  const wall = 1_700_000_000_000;
  const kept = bans.record(600_000, wall);
  t.match(kept, [{ source: 'a', times: 2, until: wall + BAN_MS[1]! }]);
  const after = (wallNow: number): number => {
    const next = new BanList();
    next.restore(kept, 50, wallNow);
    return next.until('a', 51) - 50;
  };
  t.equal(after(wall + 1000), BAN_MS[1]! - 1000, 'the time without power counts');
  t.equal(after(0), BAN_MS[1], 'a clock not yet set does not end it');
  t.ok(after(wall + BAN_MS[1]! + 1) <= 0, 'over meanwhile');
  const next = new BanList();
  next.restore([{ ...kept[0]!, until: Number.MAX_SAFE_INTEGER }], 0, wall);
  t.ok(next.until('a', 1) <= BAN_MS.at(-1)!, 'no file makes a ban longer than the longest');
});

t.test('misconduct is counted within a time, and forgiven more from who is known', async (t) => {
  const conduct = new Conduct({ digest: { most: 3, windowMs: 1000 }, unknown: { most: 9, windowMs: 1000 } });
  t.equal(conduct.note('a', 'digest', 0), undefined);
  t.equal(conduct.note('a', 'digest', 500), undefined);
  t.equal(conduct.note('a', 'digest', 1600), undefined, 'the first two are forgotten');
  t.equal(conduct.note('a', 'digest', 1700), undefined);
  t.equal(conduct.note('a', 'digest', 1800), 'digest');
  for (let i = 0; i < 14; i++) t.equal(conduct.note('b', 'digest', 0, { acquainted: true }), undefined);
  t.equal(conduct.note('b', 'digest', 0, { acquainted: true }), 'digest');
  let verdict: string | undefined;
  let tries = 0;
  for (; !verdict; tries++) verdict = conduct.note('c', 'unknown', 0, { dialed: `810${tries}` });
  t.same([verdict, tries], ['dialing', 8], 'many numbers are noticed before many requests');
  verdict = undefined;
  for (tries = 0; !verdict; tries++) verdict = conduct.note('d', 'unknown', 0, { dialed: 'same' });
  t.same([verdict, tries], ['unknown', 9]);
  for (let i = 0; i < 10_000; i++) conduct.note(`s${i}`, 'malformed', 0);
  t.ok(conduct.size <= 4000, `${conduct.size} suspects kept`);
});

const load = (more: Partial<Load> = {}): Load => ({
  utilization: 0.2,
  lagMs: 0,
  waiting: 0,
  filled: 0,
  ...more,
});

/** Four samples a second of `askers` a second each. */
function run(
  governor: Governor,
  from: number,
  seconds: number,
  feel: Load,
  perSecond: Partial<Record<'stranger' | 'minor' | 'call' | 'emergency', number>>,
): Record<string, number> {
  const admitted: Record<string, number> = {};
  for (let now = from; now < from + seconds * 1000; now += 50) {
    for (const [asker, rate] of Object.entries(perSecond))
      for (let i = 0; i < rate / 20; i++)
        if (governor.admit(asker as 'call', now)) admitted[asker] = (admitted[asker] ?? 0) + 1;
    if (now % 250 === 0) governor.sample(feel, now);
  }
  return admitted;
}

t.test('calm: everybody is served; busy: strangers are not; saturated: calls are rationed', async (t) => {
  const calm = run(new Governor(), 0, 2, load(), { stranger: 100, minor: 100, call: 100 });
  t.same(calm, { stranger: 200, minor: 200, call: 200 });

  const governor = new Governor();
  run(governor, 0, 3, load({ utilization: 0.85 }), { stranger: 100, call: 100 });
  t.equal(governor.level, 'busy');
  const busy = run(governor, 3000, 2, load({ utilization: 0.85 }), { stranger: 100, minor: 20, call: 100 });
  t.same(busy, { minor: 40, call: 200 });

  run(governor, 5000, 3, load({ utilization: 1 }), { stranger: 100, call: 400, emergency: 20 });
  t.equal(governor.level, 'saturated');
  const full = run(governor, 8000, 2, load({ utilization: 1 }), {
    stranger: 20,
    minor: 20,
    call: 400,
    emergency: 20,
  });
  t.equal(full.stranger, undefined);
  t.equal(full.minor, undefined);
  t.equal(full.emergency, 40, 'emergency calls all go through');
  t.ok(full.call! > 20 && full.call! < 400, `${full.call} of 800 calls taken`);

  run(governor, 10_000, 4, load(), { call: 60 });
  t.equal(governor.level, 'calm', 'it recovers');
  t.same(run(governor, 14_000, 1, load(), { stranger: 40, minor: 20, call: 60 }), {
    stranger: 40,
    minor: 20,
    call: 60,
  });
});

t.test('a machine that is slow for other reasons refuses nobody', async (t) => {
  const governor = new Governor();
  const admitted = run(governor, 0, 5, load({ utilization: 1, lagMs: 2000 }), { stranger: 20, call: 20 });
  t.equal(governor.level, 'calm');
  t.same(admitted, { stranger: 100, call: 100 });
});

t.test('an application that does not answer, or a table that fills, is pressure at any rate', async (t) => {
  const waiting = new Governor();
  waiting.sample(load({ waiting: 1200 }), 250);
  t.equal(waiting.level, 'saturated');
  t.notOk(waiting.admit('stranger', 260));
  const filled = new Governor();
  filled.sample(load({ filled: 0.75 }), 250);
  t.equal(filled.level, 'busy');
  t.ok(filled.admit('call', 260));
});

t.test('a bucket', async (t) => {
  const bucket = new Bucket(4, 0);
  let taken = 0;
  for (let i = 0; i < 20; i++) if (bucket.take(2, 4, 0)) taken++;
  t.equal(taken, 4);
  t.equal(bucket.tokens, -4, 'debt is bounded');
  t.notOk(bucket.take(2, 4, 1000), 'and has to be paid first');
  t.ok(bucket.take(2, 4, 4000));
});

t.test('what opens something is told from the bytes', async (t) => {
  const of = (start: string, to: string): Buffer =>
    Buffer.from(
      `${start}\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n${to}\r\nFrom: <sip:a@b>;tag=1\r\n\r\n`,
      'latin1',
    );
  const yes = [
    of('INVITE sip:a SIP/2.0', 'To: <sip:a@b>'),
    of('OPTIONS sip:a SIP/2.0', 't: sip:a'),
    of('REGISTER sip:a SIP/2.0', 'TO  : <sip:a>;x=y'),
  ];
  const no = [
    of('INVITE sip:a SIP/2.0', 'To: <sip:a@b>;tag=2'),
    of('BYE sip:a SIP/2.0', 't: <sip:a@b> ;TAG=2'),
    of('INFO sip:a SIP/2.0', 'To: <sip:a@b>\r\n ;tag=2'),
    of('ACK sip:a SIP/2.0', 'To: <sip:a@b>'),
    of('CANCEL sip:a SIP/2.0', 'To: <sip:a@b>'),
    of('SIP/2.0 200 OK', 'To: <sip:a@b>'),
    of('INVITE sip:a SIP/2.0', 'Subject: x'),
    Buffer.from(''),
    Buffer.from('INVITE'),
    Buffer.from('x\nto'),
  ];
  for (const b of yes) t.ok(opensSomething(b), b.toString('latin1'));
  for (const b of no) t.notOk(opensSomething(b), b.toString('latin1'));
});
