import t from 'tap';
import { toneLevelDbm0 } from '../../src/media/dsp/level.ts';
import { Latch } from '../../src/media/session/latch.ts';
import { engine, event, steadyLevel, toward } from './support/engine.ts';
import { silence } from './support/line-double.ts';
import { RtpPeer, sine } from './support/rtp-peer.ts';

t.test('the rules of the latch', async (t) => {
  t.test('the address of the SDP is believed at its first packet', async (t) => {
    const latch = new Latch();
    latch.expect('203.0.113.5', 4000);
    t.equal(latch.judge('203.0.113.5', 4000, 1, 1, 0), 'locked');
    t.equal(latch.judge('203.0.113.5', 4000, 1, 2, 20), 'accepted');
    t.equal(latch.judge('203.0.113.5', 4002, 1, 3, 40), 'rejected');
  });
  t.test('before there is an SDP nothing is believed', async (t) => {
    t.equal(new Latch().judge('203.0.113.5', 4000, 1, 1, 0), 'rejected');
  });
  t.test('a NAT that changed the port is followed after the window', async (t) => {
    const latch = new Latch({ windowMs: 300, packets: 5 });
    latch.expect('203.0.113.5', 4000);
    for (let i = 0; i < 15; i++) t.equal(latch.judge('203.0.113.5', 61000, 7, i, i * 20), 'held');
    t.equal(latch.judge('203.0.113.5', 61000, 7, 15, 300), 'locked');
    t.equal(latch.port, 61000, 'and sent to');
    t.equal(latch.judge('203.0.113.5', 4000, 7, 16, 320), 'rejected', 'once settled, settled');
  });
  t.test('a peer that gave a private address in its SDP is found', async (t) => {
    const latch = new Latch({ windowMs: 100, packets: 3 });
    latch.expect('192.168.1.20', 4000);
    for (let i = 0; i < 5; i++) latch.judge('198.51.100.7', 61000, 7, i, i * 20);
    t.equal(latch.judge('198.51.100.7', 61000, 7, 5, 100), 'locked');
  });
  t.test('a stranger is not, where the SDP has a reachable address', async (t) => {
    const latch = new Latch({ windowMs: 100, packets: 3 });
    latch.expect('203.0.113.5', 4000);
    for (let i = 0; i < 500; i++) t.equal(latch.judge('198.51.100.7', 61000, 7, i, i * 20), 'rejected');
    t.notOk(latch.locked);
  });
  t.test('the SDP wins over a stranger who was first', async (t) => {
    const latch = new Latch({ windowMs: 300, packets: 5 });
    latch.expect('192.168.1.20', 4000);
    for (let i = 0; i < 10; i++) latch.judge('192.168.1.66', 5000, 7, i, i * 20);
    t.equal(latch.judge('192.168.1.20', 4000, 9, 1, 210), 'locked');
    t.equal(latch.judge('192.168.1.66', 5000, 7, 10, 220), 'rejected');
  });
  t.test('repeated or random packets are no stream', async (t) => {
    const latch = new Latch({ windowMs: 100, packets: 3 });
    latch.expect('192.168.1.20', 4000);
    for (let i = 0; i < 50; i++) t.equal(latch.judge('192.168.1.66', 5000, 7, 4, i * 20), 'held');
    for (let i = 0; i < 50; i++)
      t.equal(latch.judge('192.168.1.66', 5000, 7, (i * 9973) & 0xffff, 1000 + i * 20), 'held');
  });
  t.test('a re-INVITE to another place begins anew, to the same place does not', async (t) => {
    const latch = new Latch();
    t.ok(latch.expect('203.0.113.5', 4000));
    latch.judge('203.0.113.5', 4000, 1, 1, 0);
    t.notOk(latch.expect('203.0.113.5', 4000));
    t.ok(latch.locked);
    t.ok(latch.expect('203.0.113.9', 4000));
    t.equal(latch.judge('203.0.113.5', 4000, 1, 2, 20), 'rejected');
    t.equal(latch.judge('203.0.113.9', 4000, 2, 1, 20), 'locked');
  });
});

t.test('on real sockets', async (t) => {
  const media = engine(t);
  const peer = await new RtpPeer().open();
  const other = await new RtpPeer().open();
  const far = await new RtpPeer().open();
  for (const p of [peer, other, far]) t.teardown(() => p.close());
  const a = await media.openRtp('127.0.0.1');
  const b = await media.openRtp('127.0.0.1');
  peer.remotePort = other.remotePort = a.port;
  far.remotePort = b.port;
  await media.setRtp(a.endpoint, toward(peer));
  await media.setRtp(b.endpoint, toward(far));
  await media.connect(a.endpoint, b.endpoint);
  const latched = event<[string, string]>(
    (fn) => media.on('latched', fn),
    (e) => e === a.endpoint,
  );
  far.talk(silence);
  // The stranger is first, and goes on all the time.
  other.talk(sine(1500, -10));
  await new Promise((resolve) => setTimeout(resolve, 60));
  peer.talk(sine(1000, -10));
  t.same(await latched, [a.endpoint, `127.0.0.1:${peer.port}`], 'the address of the SDP is taken');
  const from = far.seen.length;
  await far.more(40);
  const heard = far.samples(from + 5);
  t.ok(Math.abs(steadyLevel(heard, 1000) + 10) < 0.5, 'the peer is heard');
  t.ok(toneLevelDbm0(heard, 1500) < -50, 'the stranger is not');
  t.equal((await media.statistics(a.endpoint))?.latched, `127.0.0.1:${peer.port}`);
  const before = other.seen.length;
  await peer.more(10);
  t.equal(other.seen.length, before, 'and is sent nothing');

  // A re-INVITE moves the far side: the socket that was connected is free for the new source.
  peer.hush();
  const again = event<[string, string]>(
    (fn) => media.on('latched', fn),
    (e, source) => e === a.endpoint && source.endsWith(`:${other.port}`),
  );
  await media.setRtp(a.endpoint, toward(other));
  await again;
  const then = far.seen.length;
  await far.more(40);
  t.ok(Math.abs(steadyLevel(far.samples(then + 5), 1500) + 10) < 0.5, 'now the other is the peer');
});

t.test('a peer behind a NAT is answered where it speaks from', async (t) => {
  const media = engine(t, { latch: { windowMs: 120, packets: 3 } });
  const peer = await new RtpPeer().open();
  t.teardown(() => peer.close());
  const a = await media.openRtp('127.0.0.1');
  peer.remotePort = a.port;
  await media.setRtp(a.endpoint, { ...toward(peer), remotePort: 9 });
  peer.talk(silence);
  await peer.more(5);
  const figures = await media.statistics(a.endpoint);
  t.equal(figures?.latched, `127.0.0.1:${peer.port}`);
});

t.test('what is no RTP of this session is counted and changes nothing', async (t) => {
  const media = engine(t);
  const peer = await new RtpPeer().open();
  t.teardown(() => peer.close());
  const a = await media.openRtp('127.0.0.1');
  peer.remotePort = a.port;
  await media.setRtp(a.endpoint, toward(peer));
  peer.raw(Buffer.from('hello'));
  peer.raw(Buffer.concat([Buffer.from([0x40]), peer.packet(8, Buffer.alloc(160)).subarray(1)]));
  peer.raw(peer.packet(97, Buffer.alloc(160)));
  peer.raw(Buffer.alloc(0));
  const latched = event((fn: (...args: [string, string]) => void) => media.on('latched', fn));
  peer.raw(peer.packet(8, Buffer.alloc(160, 0xd5)));
  await latched;
  const figures = await media.statistics(a.endpoint);
  t.equal(figures?.rejected, 4);
  t.equal(figures?.packetsReceived, 1);
});
