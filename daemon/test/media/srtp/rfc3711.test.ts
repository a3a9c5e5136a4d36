import t from 'tap';
import { derive, keyStream, SUITES } from '../../../../scripts/lib/operator/srtp.ts';
import { SrtpGuard } from '../../../src/media/srtp/guard.ts';
import { both, hex, keyOf, packet } from './vectors.ts';

const suite = 'AES_CM_128_HMAC_SHA1_80';
const master = hex('E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6');

t.test('RFC 3711 B.2: the key stream of AES in counter mode', async (t) => {
  const stream = keyStream(
    hex('2B7E151628AED2A6ABF7158809CF4F3C'),
    hex('F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000'),
    48,
  );
  const expected =
    'E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB 41E95B3BB0A2E8DD477901E4FCA894C0';
  t.same(stream, hex(expected));
});

t.test('RFC 3711 B.3: session keys of a master key, and the library takes the same', async (t) => {
  const keys = derive(SUITES[suite]!, master);
  t.same(keys.key, hex('C61E7A93744F39EE10734AFE3FF7A087'));
  t.same(keys.salt, hex('30CBBC08863D8C85D49DB34A9AE1'));
  t.same(keys.auth, hex('CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4'));
  for (const name of [suite, 'AES_CM_128_HMAC_SHA1_32'] as const) {
    const { ours, book } = both(name, master, 0x1234);
    t.same(ours, book, name);
  }
});

t.test('RFC 3711 3.3.1: the rollover counter goes on over the turn of the number', async (t) => {
  const key = keyOf(suite, master);
  const ours = new SrtpGuard({ send: key, receive: key });
  const far = new SrtpGuard({ send: key, receive: key });
  t.teardown(() => ours.close());
  t.teardown(() => far.close());
  let first: Buffer | undefined;
  for (let turn = 0; turn < 3; turn++) {
    for (const sequence of [0, 20_000, 40_000, 60_000, 65_535]) {
      const sent = ours.protect(packet(sequence));
      if (sequence === 0 && turn === 0) first = Buffer.from(sent!);
      if (sequence === 0 && turn === 1) t.notSame(sent, first, 'the same packet is another one turn later');
      t.same(far.unprotect(sent!), packet(sequence), `turn ${turn}, ${sequence}`);
    }
  }
});

t.test('RFC 3711 3.3.2, 4.2: a packet counts once, and not at all when it is not authentic', async (t) => {
  const key = keyOf(suite, master);
  const ours = new SrtpGuard({ send: key, receive: key });
  const far = new SrtpGuard({ send: key, receive: key });
  const sent = Buffer.from(ours.protect(packet(7))!);
  const forged = Buffer.from(sent);
  forged[40]! ^= 1;
  t.equal(far.unprotect(forged), undefined, 'one bit changed');
  t.equal(far.unprotect(packet(7)), undefined, 'not protected at all');
  t.equal(far.unprotect(sent.subarray(0, 8)), undefined, 'cut short');
  t.equal(far.unprotect(Buffer.alloc(2000, 0x80)), undefined, 'too long');
  t.same(far.unprotect(sent), packet(7));
  t.equal(far.unprotect(sent), undefined, 'and not a second time');
  t.equal(ours.protect(packet(7)), undefined, 'nor is a number used twice with one key');
  for (const guard of [ours, far]) guard.close();
  t.equal(far.unprotect(Buffer.from(sent)), undefined, 'nothing once the keys are given back');
  t.equal(ours.protect(packet(8)), undefined);
});

t.test('RFC 3711 3.4: RTCP is encrypted, numbered and signed', async (t) => {
  const key = keyOf(suite, master);
  const ours = new SrtpGuard({ send: key, receive: key });
  const far = new SrtpGuard({ send: key, receive: key });
  t.teardown(() => ours.close());
  t.teardown(() => far.close());
  const report = hex('80c90001 cafebabe 81ca0003 cafebabe 01046e616d650000');
  for (let index = 0; index < 3; index++) {
    const sent = Buffer.from(ours.protect(report, true)!);
    t.equal(sent.length, report.length + 14, 'index and tag');
    t.notOk(sent.includes('name'), 'no name in the clear');
    t.same(far.unprotect(sent, true), report);
    t.equal(far.unprotect(sent, true), undefined, 'once');
  }
});

t.test('RFC 3711 3.1: a master key identifier is taken out where the peer announced one', async (t) => {
  const key = keyOf(suite, master);
  const ours = new SrtpGuard({ send: key, receive: key });
  const far = new SrtpGuard({ send: key, receive: { ...key, mki: '00000001' } });
  t.teardown(() => ours.close());
  t.teardown(() => far.close());
  const sent = Buffer.from(ours.protect(packet(1))!);
  const marked = (mki: string) => Buffer.concat([sent.subarray(0, -10), hex(mki), sent.subarray(-10)]);
  t.equal(far.unprotect(marked('00000002')), undefined, 'another key');
  t.same(far.unprotect(marked('00000001')), packet(1));
});

t.test('a key is kept when it is agreed on again, and another begins anew', async (t) => {
  const key = keyOf(suite, master);
  const other = keyOf(suite, Buffer.alloc(30, 9));
  const ours = new SrtpGuard({ send: key, receive: key });
  const far = new SrtpGuard({ send: key, receive: key });
  t.teardown(() => ours.close());
  t.teardown(() => far.close());
  const old = Buffer.from(ours.protect(packet(1))!);
  far.unprotect(old);
  far.set({ send: key, receive: { ...key } });
  t.equal(far.unprotect(old), undefined, 'the replay window is the old one');
  far.set({ send: key, receive: other });
  ours.set({ send: other, receive: key });
  t.same(far.unprotect(ours.protect(packet(1))!), packet(1), 'the new key is in force at both ends');
  t.equal(far.unprotect(Buffer.from(old)), undefined, 'and the old one is not');
  t.throws(
    () => far.set({ send: key, receive: { suite, key: 'AAAA' } }),
    { code: 'media/srtp' },
    'a key of another length',
  );
});

t.test('packets in flight stay as they are while the next are protected', async (t) => {
  const key = keyOf(suite, master);
  const ours = new SrtpGuard({ send: key, receive: key });
  t.teardown(() => ours.close());
  const sent = Array.from({ length: 8 }, (_, i) => ours.protect(packet(i))!);
  const copies = sent.map((data) => Buffer.from(data));
  t.same(
    sent.map((data) => data.readUInt16BE(2)),
    [0, 1, 2, 3, 4, 5, 6, 7],
  );
  t.same(sent, copies);
  const again = ours.protect(packet(8))!;
  t.equal(again, sent[0], 'and equal lengths need no memory of their own');
});
