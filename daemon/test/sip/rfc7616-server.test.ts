import t from 'tap';
import { answerChallenge, parseChallenges } from '../../src/sip/digest.ts';
import { DigestGate, type Verdict } from '../../src/sip/lan/digest-gate.ts';

const passwords: Record<string, string> = { ivan: 'right horse', off: '' };
const uri = 'sip:192.168.1.5';

function setup() {
  const clock = { now: 1_000_000 };
  const gate = new DigestGate('linegate', () => clock.now);
  const challenge = (algorithm: string) =>
    parseChallenges(gate.challenges('somebody', false).join(', ')).find((c) => c.algorithm === algorithm)!;
  const check = (authorization: string | undefined, more: { uri?: string; method?: string } = {}): Verdict =>
    gate.check({ method: 'REGISTER', uri, body: '', authorization, ...more }, (user) => passwords[user]);
  const answer = (
    given: ReturnType<typeof challenge>,
    more: Partial<{ username: string; password: string; nonceCount: number; uri: string }> = {},
  ) =>
    answerChallenge(given, { username: 'ivan', password: 'right horse', method: 'REGISTER', uri, ...more });
  return { gate, clock, challenge, check, answer };
}

t.test(
  'RFC 8760 2.4: SHA-256 and MD5 are offered, each in a header of its own, the stronger first',
  async (t) => {
    const { gate, challenge, check, answer } = setup();
    t.same(
      gate.challenges('a', false).map((value) => parseChallenges(value).map((c) => c.algorithm)),
      [['SHA-256'], ['MD5']],
    );
    for (const algorithm of ['SHA-256', 'MD5'])
      t.same(check(answer(challenge(algorithm))), { kind: 'right', user: 'ivan' }, algorithm);
  },
);

t.test('RFC 7616 3.7: who does not answer a choice of algorithms is offered MD5 alone', async (t) => {
  const { gate } = setup();
  t.equal(gate.challenges('old', false).length, 2);
  t.match(gate.challenges('old', false), [/algorithm=MD5/]);
  gate.answered('old');
  t.match(gate.challenges('old', true), [/algorithm=MD5, stale=true/], 'and so it stays');
  t.equal(gate.challenges('new', false).length, 2);
  gate.answered('new');
  t.equal(gate.challenges('new', false).length, 2);
});

t.test(
  'RFC 7616 3.4.5: a wrong password, a user that is not there and one without password look the same',
  async (t) => {
    const { challenge, check, answer } = setup();
    const given = challenge('SHA-256');
    t.equal(check(undefined).kind, 'none');
    t.equal(check('Digest realm="elsewhere", username="ivan"').kind, 'none');
    t.same(check(answer(given, { password: 'wrong' })), { kind: 'wrong', user: 'ivan' });
    t.same(check(answer(given, { username: 'nobody' })), { kind: 'wrong', user: 'nobody' });
    t.same(check(answer(given, { username: 'off', password: '' })), { kind: 'wrong', user: 'off' });
    t.same(
      check(answer(given), { method: 'INVITE' }),
      { kind: 'wrong', user: 'ivan' },
      'signed for another method',
    );
    t.same(
      check(answer({ ...given, algorithm: 'SHA-512-256' })),
      { kind: 'wrong', user: 'ivan' },
      'not offered',
    );
  },
);

t.test('RFC 7616 3.4.6: what was signed is what is asked for', async (t) => {
  const { challenge, check, answer } = setup();
  t.equal(check(answer(challenge('MD5'), { uri: 'sip:112@192.168.1.5' })).kind, 'wrong');
  t.equal(
    check(answer(challenge('MD5'), { uri: 'sip:192.168.1.5;transport=udp' })).kind,
    'right',
    'but for parameters',
  );
});

t.test('RFC 7616 3.3: an old nonce is stale, and so is a strange one if the password is right', async (t) => {
  const { clock, challenge, check, answer } = setup();
  const given = challenge('SHA-256');
  clock.now += 300_001;
  t.same(check(answer(given)), { kind: 'stale', user: 'ivan' });
  t.equal(check(answer(given, { password: 'wrong' })).kind, 'wrong', 'nobody else learns that');
  t.equal(check(answer(setup().challenge('MD5'))).kind, 'stale', 'of before our restart');
  t.equal(check(answer({ ...given, nonce: `${'f'.repeat(24)}${given.nonce.slice(24)}` })).kind, 'stale');
});

t.test('RFC 7616 3.4: nc must rise, so that nothing heard on the wire can be said again', async (t) => {
  const { challenge, check, answer } = setup();
  const given = challenge('SHA-256');
  const first = answer(given);
  t.equal(check(first).kind, 'right');
  t.equal(check(first).kind, 'stale', 'a replay');
  t.equal(check(answer(given, { nonceCount: 3 })).kind, 'right');
  t.equal(check(answer(given, { nonceCount: 2 })).kind, 'stale');
});

t.test('RFC 2617 3.2.2: an adapter of old without qop is served once for each nonce', async (t) => {
  const { challenge, check, answer } = setup();
  const plain = { ...challenge('MD5'), qop: [] };
  t.equal(check(answer(plain)).kind, 'right');
  t.equal(check(answer(plain)).kind, 'stale');
});
