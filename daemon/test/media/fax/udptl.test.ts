import t from 'tap';
import {
  ifpLength,
  readUdptl,
  type UdptlDatagram,
  UdptlReceiver,
  UdptlSender,
  writeUdptl,
} from '../../../src/media/fax/udptl.ts';
import { random } from '../support/v21.ts';

/** An IFP packet that a reader of IFP takes: a V.21 data packet whose field says which it is. */
const ifp = (n: number, bytes = 4): Uint8Array => {
  const field = Uint8Array.from({ length: bytes }, (_, i) => (n * 31 + i * 7) & 0xff);
  return Uint8Array.from([0xc0, 1, 0x80, ((bytes - 1) >> 8) & 0xff, (bytes - 1) & 0xff, ...field]);
};

const row = (count: number): Uint8Array[] => Array.from({ length: count }, (_, n) => ifp(n, 1 + (n % 40)));

t.test('T.38 annex A: the octets of a datagram', async (t) => {
  const noSignal = Uint8Array.of(0x00);
  const cng = Uint8Array.of(0x02);
  t.equal(
    writeUdptl({ sequence: 0x0102, primary: cng, secondaries: [noSignal] }).toString('hex'),
    // number, length 1, CNG, redundancy, one of them, length 1, no signal
    '01020102000101' + '00',
  );
  t.equal(writeUdptl({ sequence: 0, primary: noSignal, secondaries: [] }).toString('hex'), '000001000000');
  const fec = { span: 3, entries: [Uint8Array.of(1, 2)] };
  t.equal(
    writeUdptl({ sequence: 5, primary: cng, secondaries: [], correction: fec }).toString('hex'),
    '00050102' + '80' + '0103' + '01' + '020102',
  );
});

t.test('what is written is read again', async (t) => {
  const next = random(3);
  for (let n = 0; n < 300; n++) {
    const bytes = (): Uint8Array =>
      Uint8Array.from({ length: 1 + Math.floor(400 * Math.abs(next())) }, () => (next() * 127 + 128) & 0xff);
    const datagram: UdptlDatagram = {
      sequence: Math.floor(65536 * Math.abs(next())) & 0xffff,
      primary: bytes(),
      secondaries: Array.from({ length: n % 5 }, bytes),
    };
    if (n % 3 === 0) {
      datagram.secondaries = [];
      datagram.correction = { span: n % 7, entries: Array.from({ length: n % 4 }, bytes) };
    }
    const written = writeUdptl(datagram);
    const read = readUdptl(written);
    const same =
      read?.sequence === datagram.sequence &&
      Buffer.compare(read.primary, datagram.primary) === 0 &&
      read.secondaries.length === datagram.secondaries.length &&
      read.correction?.entries.length === datagram.correction?.entries.length &&
      Buffer.compare(writeUdptl(read), written) === 0;
    if (!same) t.fail(`datagram ${n}`);
  }
  t.pass('300 of them');
});

t.test('what is no datagram is refused, and nothing throws', async (t) => {
  const good = writeUdptl({ sequence: 7, primary: ifp(1), secondaries: [ifp(0), ifp(2)] });
  for (let cut = 0; cut < good.length; cut++) t.notOk(readUdptl(good.subarray(0, cut)), `cut at ${cut}`);
  t.notOk(readUdptl(Buffer.concat([good, Buffer.of(0)])), 'an octet too many');
  t.notOk(readUdptl(Buffer.from('0001c1000000', 'hex')), 'a length in fragments');
  t.notOk(readUdptl(Buffer.from('0001000000', 'hex')), 'an empty packet');
  t.notOk(readUdptl(Buffer.from('0001010000ff', 'hex')), 'a hundred packets announced');
  const rtp = Buffer.alloc(172, 0xd5);
  rtp.writeUInt16BE(0x8008, 0);
  let taken = 0;
  for (let n = 0; n < 65536; n += 11) {
    rtp.writeUInt16BE(n, 2);
    rtp.writeUInt32BE(n * 160, 4);
    if (readUdptl(rtp)) taken++;
  }
  t.equal(taken, 0, 'no packet of RTP passes for one');
  const next = random(11);
  const receiver = new UdptlReceiver();
  for (let n = 0; n < 20_000; n++) {
    const junk = Buffer.from(
      Uint8Array.from({ length: Math.floor(60 * Math.abs(next())) }, () => next() * 300),
    );
    const read = readUdptl(junk);
    if (read) receiver.receive(read);
  }
  t.pass('20000 pieces of junk');
});

/** Sends a row through `carry` and gives what comes out. */
function through(
  packets: readonly Uint8Array[],
  redundancy: number,
  carry: (datagram: Buffer, n: number) => Buffer[],
  maxDatagram = 1400,
): { numbers: number[]; whole: boolean; receiver: UdptlReceiver } {
  const sender = new UdptlSender({ redundancy, maxDatagram });
  const receiver = new UdptlReceiver();
  const numbers: number[] = [];
  let whole = true;
  packets.forEach((packet, n) => {
    for (const datagram of carry(sender.next(packet), n)) {
      const read = readUdptl(datagram);
      for (const { sequence, data } of read ? receiver.receive(read) : []) {
        numbers.push(sequence);
        const sent = packets[sequence + (packets.length > 65536 && numbers.length > 65536 ? 65536 : 0)];
        whole &&= sent !== undefined && Buffer.compare(sent, data) === 0;
      }
    }
  });
  return { numbers, whole, receiver };
}

t.test('every packet comes once and in order', async (t) => {
  const packets = row(200);
  const all = packets.map((_, n) => n);
  const clean = through(packets, 3, (d) => [d]);
  t.same(clean.numbers, all);
  t.ok(clean.whole);
  const twice = through(packets, 3, (d) => [d, d]);
  t.same(twice.numbers, all, 'duplicated');
  const lossy = through(packets, 3, (d, n) => (n % 4 === 3 ? [d] : []));
  t.same(lossy.numbers, all, 'three of four lost');
  t.ok(lossy.whole);
  t.same(lossy.receiver.counts, { received: 50, repaired: 150, lost: 0 });
});

t.test('packets that come in another order are taken from their successors', async (t) => {
  const packets = row(100);
  let kept: Buffer | undefined;
  const swapped = through(packets, 3, (d, n) => {
    if (n % 5 === 1) {
      kept = d;
      return [];
    }
    const out = kept ? [d, kept] : [d];
    kept = undefined;
    return out;
  });
  t.same(
    swapped.numbers,
    packets.map((_, n) => n),
  );
  t.ok(swapped.whole);
});

t.test('a gap beyond repair is left out, and the row goes on', async (t) => {
  const gap = through(row(60), 2, (d, n) => (n >= 20 && n < 30 ? [] : [d]));
  t.same(gap.numbers.slice(18, 24), [18, 19, 28, 29, 30, 31]);
  t.equal(gap.receiver.counts.lost, 8);
});

t.test('random loss of 5 %: with three earlier packets next to none is missing', async (t) => {
  const next = random(99);
  const packets = row(20_000);
  const lossy = through(packets, 3, (d) => (Math.abs(next()) < 0.05 ? [] : [d]));
  t.ok(lossy.whole);
  // 0.05 to the fourth of 20000 is an eighth of a packet.
  t.ok(lossy.receiver.counts.lost <= 2, `${lossy.receiver.counts.lost} lost for good`);
});

t.test('the number turns over', async (t) => {
  const packets = Array.from({ length: 65_600 }, (_, n) => ifp(n & 0xff, 1));
  const next = random(5);
  const turned = through(packets, 3, (d) => (Math.abs(next()) < 0.02 ? [] : [d]));
  t.equal(turned.numbers.length + turned.receiver.counts.lost, 65_600);
  t.equal(turned.numbers.at(-1), 63);
});

t.test('a datagram is no longer than the peer takes', async (t) => {
  const sender = new UdptlSender({ redundancy: 3, maxDatagram: 72 });
  for (let n = 0; n < 50; n++) {
    const datagram = sender.next(ifp(n, 28));
    t.ok(datagram.length <= 72 && readUdptl(datagram)!.secondaries.length === Math.min(n, 1));
  }
  const long = new UdptlSender({ redundancy: 3, maxDatagram: 72 }).next(ifp(0, 200));
  t.equal(readUdptl(long)?.secondaries.length, 0, 'what is too long by itself goes all the same');
});

t.test('a number far off is another sender, until three in a row say otherwise', async (t) => {
  const receiver = new UdptlReceiver();
  const send = (sequence: number): number =>
    receiver.receive({ sequence, primary: ifp(1), secondaries: [] }).length;
  send(0);
  t.equal(send(30_000), 0);
  t.equal(send(1), 1, 'the row goes on');
  t.equal(send(40_000), 0);
  t.equal(send(40_001), 0);
  t.equal(send(40_002), 1, 'the third is believed');
  t.equal(send(40_003), 1);
  t.equal(send(2), 0);
});

t.test('T.38 annex C: forward error correction is used where the peer sends it', async (t) => {
  const packets = row(120);
  const span = 3;
  const count = 3;
  const datagrams = packets.map((primary, sequence) => {
    const entries: Uint8Array[] = [];
    if (sequence >= span * count) {
      for (let m = 0; m < count; m++) {
        const covered = Array.from({ length: span }, (_, k) => packets[sequence + m - (k + 1) * count]!);
        const sum = new Uint8Array(Math.max(...covered.map((p) => p.length)));
        for (const packet of covered) for (const [i, octet] of packet.entries()) sum[i]! ^= octet;
        entries.push(sum);
      }
    }
    return writeUdptl({ sequence, primary, secondaries: [], correction: { span, entries } });
  });
  const receiver = new UdptlReceiver();
  const got: number[] = [];
  let whole = true;
  datagrams.forEach((datagram, n) => {
    // Three in a row are lost again and again: each sum misses one of them.
    if (n > 20 && n % 12 < 3) return;
    for (const { sequence, data } of receiver.receive(readUdptl(datagram)!)) {
      got.push(sequence);
      whole &&= Buffer.compare(data, packets[sequence]!) === 0;
    }
  });
  t.same(
    got,
    packets.map((_, n) => n),
  );
  t.ok(whole, 'octet by octet, though the packets are not of one length');
});

t.test('the length of an IFP packet is in it', async (t) => {
  t.equal(ifpLength(Uint8Array.of(0x02, 0, 0)), 1, 'an indicator');
  t.equal(ifpLength(Uint8Array.from([...ifp(3, 9), 0, 0, 0])), 14);
  t.equal(ifpLength(Uint8Array.of(0xc0, 1, 0x10)), 3, 'a field without data');
  t.equal(ifpLength(Uint8Array.of(0xc0, 1, 0x80, 0xff, 0xff, 1)), undefined, 'cut off');
  t.equal(ifpLength(new Uint8Array()), undefined);
});
