import t from 'tap';
import { derive, keyStream, SUITES } from '../../../../scripts/lib/operator/srtp.ts';
import { both, hex } from './vectors.ts';

const suite = 'AES_256_CM_HMAC_SHA1_80';

t.test('RFC 6188 7.1: the key stream of AES-256 in counter mode', async (t) => {
  const stream = keyStream(
    hex('57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98'),
    hex('f0f1f2f3f4f5f6f7f8f9fafbfcfd0000'),
    48,
  );
  const expected =
    '92bdd28a93c3f52511c677d08b5515a4 9da71b2378a854f67050756ded165bac 63c4868b7096d88421b563b8c94c9a31';
  t.same(stream, hex(expected));
});

t.test(
  'RFC 6188 7.2: session keys of a master key of 256 bits, and the library takes the same',
  async (t) => {
    const master = hex(
      'f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6 3b04803de51ee7c96423ab5b78d2',
    );
    const keys = derive(SUITES[suite]!, master);
    t.same(keys.key, hex('5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4'));
    t.same(keys.salt, hex('fa31791685ca444a9e07c6c64e93'));
    t.same(keys.auth, hex('fd9c32d39ed5fbb5a9dc96b30818454d1313dc05'));
    const { ours, book } = both(suite, master, 0x1234);
    t.same(ours, book);
  },
);
