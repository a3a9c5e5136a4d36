/** RFC 8760: SHA-256 and SHA-512-256 for SIP, and several challenges at once. */
import { createHash } from 'node:crypto';
import t from 'tap';
import { answerChallenge, chooseChallenge, parseChallenges } from '../../src/sip/digest.ts';
import { AUDIO, bench, describe, outgoing } from './bench.ts';
import { next } from './kit.ts';

const offer = (algorithm: string, more = 'qop="auth"'): string =>
  `Digest realm="operator", nonce="n-${algorithm}", algorithm=${algorithm}, ${more}`;
const field = (header: string, name: string): string =>
  new RegExp(`(?:^|[ ,])${name}="?([^",]*)"?`).exec(header)?.[1] ?? '';

t.test('RFC 8760 2.1, 2.2: as many hexadecimal digits as the hash has, in lower case', async (t) => {
  const input = { username: 'u', password: 'p', method: 'REGISTER', uri: 'sip:operator', cnonce: 'c' };
  for (const [algorithm, hash, length] of [
    ['MD5', 'md5', 32],
    ['SHA-256', 'sha256', 64],
    ['SHA-512-256', 'sha512-256', 64],
  ] as const) {
    for (const session of ['', '-sess']) {
      const [challenge] = parseChallenges(offer(`${algorithm}${session}`));
      const header = answerChallenge(challenge!, input);
      const h = (text: string): string => createHash(hash).update(text).digest('hex');
      const plain = h('u:operator:p');
      const secret = session ? h(`${plain}:${challenge!.nonce}:c`) : plain;
      const response = h(`${secret}:${challenge!.nonce}:00000001:c:auth:${h('REGISTER:sip:operator')}`);
      t.equal(field(header, 'response'), response, algorithm + session);
      t.match(response, new RegExp(`^[0-9a-f]{${length}}$`));
      t.equal(field(header, 'algorithm'), `${algorithm}${session}`, 'as the server wrote it');
    }
  }
});

t.test(
  'RFC 8760 2.4: the strongest that is known, wherever it stands; an unknown one is passed over',
  async (t) => {
    const choose = (...all: string[]): string | undefined =>
      chooseChallenge(parseChallenges(all.map((a) => offer(a)).join(', ')))?.algorithm;
    t.equal(choose('MD5', 'SHA-256', 'SHA-512-256'), 'SHA-512-256');
    t.equal(choose('SHA-256', 'MD5'), 'SHA-256');
    t.equal(choose('MD5', 'SHA-256'), 'SHA-256');
    t.equal(choose('SHA3-512', 'MD5'), 'MD5');
    t.equal(choose('SHA3-512'), undefined);
    t.equal(chooseChallenge(parseChallenges('Basic realm="x"')), undefined);
    t.equal(
      chooseChallenge(parseChallenges(`${offer('SHA-256', 'qop="token"')}, ${offer('MD5')}`))?.algorithm,
      'MD5',
      'nor one whose protection is unknown',
    );
  },
);

t.test('RFC 8760 2.4: several challenges as header lines of their own', async (t) => {
  const b = await bench(t, { user: 'office', password: 'secret' });
  const { leg, invite } = await outgoing(b);
  b.peer.reply(invite, 401, {
    extra: ['MD5', 'SHA-256', 'SHA-512-256'].map((a) => `WWW-Authenticate: ${offer(a)}\r\n`).join(''),
  });
  const again = await b.peer.expect('INVITE');
  t.equal(field(again.headers.authorization!, 'algorithm'), 'SHA-512-256');
  t.equal(field(again.headers.authorization!, 'nonce'), 'n-SHA-512-256');
  const up = next(leg, 'answered');
  b.peer.reply(again, 200, { body: describe(AUDIO) });
  await up;
});

t.test('RFC 8760 2.6: without qop the old way of RFC 2069, for old servers', async (t) => {
  const [challenge] = parseChallenges('Digest realm="r", nonce="n"');
  const header = answerChallenge(challenge!, { username: 'u', password: 'p', method: 'BYE', uri: 'sip:x' });
  t.notMatch(header, /qop|cnonce|nc=/);
});
