import t from 'tap';
import { open, SUITES, seal } from '../../../../scripts/lib/operator/srtp.ts';
import { SrtpGuard } from '../../../src/media/srtp/guard.ts';
import { both, hex, keyOf, packet } from './vectors.ts';

const plain = hex(`8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976
  69736120 696e2070 61727465 73207472 6573`);
const salt = hex('517569642070726f2071756f');

for (const [clause, suite, key, sealed] of [
  [
    '16.1',
    'AEAD_AES_128_GCM',
    '000102030405060708090a0b0c0d0e0f',
    `8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a
     51c7d19b 36de3adf 8833899d 7f27beb1 6a9152cf 765ee439 0cce`,
  ],
  [
    '16.2',
    'AEAD_AES_256_GCM',
    '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
    `8040f17b 8041f8d3 5501a0b2 32b1de78 a822fe12 ef9f78fa 332e33aa b1801238 9a58e2f3 b50b2a02
     76ffae0f 1ba63799 b87b7aa3 db36dfff d6b0f9bb 7878d7a7 6c13`,
  ],
] as const) {
  t.test(`RFC 7714 ${clause}: ${suite}`, async (t) => {
    const keys = { key: hex(key), salt, auth: Buffer.alloc(0) };
    t.same(seal(SUITES[suite]!, keys, plain, 0), hex(sealed));
    t.same(open(SUITES[suite]!, keys, hex(sealed), 0), plain);
    const bytes = key.length / 2;
    const master = Buffer.from(Array.from({ length: bytes + 12 }, (_, i) => i * 7 + 1));
    const { ours, book } = both(suite, master, 0x4321);
    t.same(ours, book, 'and the library makes the same of a master key');
    const guard = new SrtpGuard({ send: keyOf(suite, master), receive: keyOf(suite, master) });
    t.teardown(() => guard.close());
    t.same(guard.unprotect(book), packet(0x4321), 'and opens it');
    const report = hex('80c90001 cafebabe');
    t.same(guard.unprotect(Buffer.from(guard.protect(report, true)!), true), report, 'RTCP too');
  });
}
