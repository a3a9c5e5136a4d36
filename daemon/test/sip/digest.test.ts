import t from 'tap';
import { patient } from '../../../hw/simulator/office/patience.ts';
import { answerChallenge, chooseChallenge, mayAnswer, parseChallenges } from '../../src/sip/digest.ts';

const field = (header: string, name: string): string | undefined =>
  new RegExp(`(?:^|[ ,])${name}="?([^",]*)"?`).exec(header)?.[1];

t.test('RFC 7616 3.9.1: MD5 and SHA-256 of the worked example', async (t) => {
  const header =
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",' +
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
  const [sha, md5] = parseChallenges(header);
  t.match(sha, {
    algorithm: 'SHA-256',
    realm: 'http-auth@example.org',
    qop: ['auth', 'auth-int'],
    stale: false,
  });
  const input = {
    username: 'Mufasa',
    password: 'Circle of Life',
    method: 'GET',
    uri: '/dir/index.html',
    cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
  };
  t.equal(
    field(answerChallenge(sha!, input), 'response'),
    '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
  );
  t.equal(field(answerChallenge(md5!, input), 'response'), '8ca523f5e9506fed4657c9700eebdbec');
});

t.test('RFC 2617 3.5: MD5 with qop=auth', async (t) => {
  const [challenge] = parseChallenges(
    'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
  );
  const header = answerChallenge(challenge!, {
    username: 'Mufasa',
    password: 'Circle Of Life',
    method: 'GET',
    uri: '/dir/index.html',
    cnonce: '0a4f113b',
  });
  t.equal(field(header, 'response'), '6629fae49393a05397450978507c4ef1');
  t.equal(field(header, 'nc'), '00000001');
  t.equal(field(header, 'opaque'), '5ccc069c403ebaf9f0171e9517f40e41');
});

t.test('without qop, with sessions, with auth-int and with further algorithms', async (t) => {
  const input = { username: 'u', password: 'p', method: 'INVITE', uri: 'sip:x@y', body: 'v=0', cnonce: 'c' };
  const [old] = parseChallenges('Digest realm="r", nonce="n"');
  const plain = answerChallenge(old!, input);
  t.notMatch(plain, /qop=|cnonce=|nc=/);
  // MD5(MD5(u:r:p):n:MD5(INVITE:sip:x@y)), worked out with md5sum.
  t.equal(field(plain, 'response'), 'd15c26d1f9dbc965980a7b6cff61f746');
  const [session] = parseChallenges('Digest realm="r", nonce="n", algorithm=MD5-sess, qop="auth"');
  t.match(answerChallenge(session!, input), /algorithm=MD5-sess.*cnonce="c"/);
  const [integrity] = parseChallenges('Digest realm="r", nonce="n", algorithm=SHA-512-256, qop="auth-int"');
  const protectedBody = answerChallenge(integrity!, input);
  t.match(protectedBody, /qop=auth-int/);
  t.not(
    field(protectedBody, 'response'),
    field(answerChallenge(integrity!, { ...input, body: 'v=1' }), 'response'),
  );
});

t.test('the strongest known algorithm is chosen; unknown ones are passed over', async (t) => {
  const all = parseChallenges(
    'Digest realm="a", nonce="1", algorithm=AKAv1-MD5, Digest realm="b", nonce="2", algorithm=MD5, qop="auth", Basic realm="c", Digest realm="d", nonce="3", algorithm=SHA-256, qop="auth", stale=TRUE',
  );
  t.same(
    all.map((c) => c.realm),
    ['a', 'b', 'd'],
  );
  t.match(chooseChallenge(all), { realm: 'd', stale: true });
  t.equal(chooseChallenge(parseChallenges('Digest realm="a", nonce="1", algorithm=AKAv1-MD5')), undefined);
  t.equal(chooseChallenge(parseChallenges('Digest realm="a", nonce="1", qop="other"')), undefined);
});

t.test('hostile headers cost no time and give nothing', async (t) => {
  const began = performance.now();
  t.same(parseChallenges(`Digest ${' '.repeat(60_000)}`), []);
  t.same(parseChallenges(`Digest ${'a=",'.repeat(20_000)}`), []);
  t.ok(parseChallenges('Digest realm="r", nonce="n", '.repeat(500)).length <= 8);
  t.ok(performance.now() - began < patient(200));
});

t.test('C09: only the trunk, only its realm, never inside a dialog that a caller began', async (t) => {
  const [challenge] = parseChallenges('Digest realm="operator", nonce="n"');
  const ask = (change: object) =>
    mayAnswer(challenge!, {
      pinnedRealm: 'operator',
      server: 'sip.operator.example',
      fromTrunk: true,
      dialog: 'ours',
      method: 'BYE',
      ...change,
    });
  t.equal(ask({}), true);
  t.equal(ask({ dialog: 'theirs' }), false);
  t.equal(ask({ fromTrunk: false }), false);
  t.equal(ask({ pinnedRealm: 'another' }), false);
  t.equal(ask({ pinnedRealm: undefined }), false, 'a realm is never learned inside a dialog');
  t.equal(ask({ pinnedRealm: undefined, dialog: 'outside', method: 'INVITE' }), true);
  t.equal(ask({ pinnedRealm: 'another', dialog: 'outside', method: 'REGISTER' }), true);
  t.equal(ask({ pinnedRealm: 'another', server: 'operator', dialog: 'outside', method: 'INVITE' }), true);
});
