/** RFC 7616 (and 2617): digest, by the examples of the RFC and in the requests of a trunk. */
import { createHash } from 'node:crypto';
import t from 'tap';
import { answerChallenge, parseChallenges } from '../../src/sip/digest.ts';
import type { Seen } from '../sipd/peer.ts';
import { AUDIO, bench, connected, describe, outgoing } from './bench.ts';
import { next, ready } from './kit.ts';

const field = (header: string | undefined, name: string): string | undefined =>
  new RegExp(`(?:^|[ ,])${name}="?([^",]*)"?`).exec(header ?? '')?.[1];
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** What RFC 7616 3.4.1 makes of the parameters of an Authorization, worked out here by itself. */
function expected(method: string, header: string, body?: string): string {
  const f = (name: string): string => field(header, name)!;
  let secret = md5(`${f('username')}:${f('realm')}:secret`);
  if (/algorithm=MD5-sess/.test(header)) secret = md5(`${secret}:${f('nonce')}:${f('cnonce')}`);
  const a2 = f('qop') === 'auth-int' ? `${method}:${f('uri')}:${md5(body ?? '')}` : `${method}:${f('uri')}`;
  return md5(`${secret}:${f('nonce')}:${f('nc')}:${f('cnonce')}:${f('qop')}:${md5(a2)}`);
}

const account = { user: 'office', password: 'secret', callerNumber: '+74951234567' };
const challenge = (lines: string): { extra: string } => ({ extra: lines });
const WWW = (more: string): string => `WWW-Authenticate: Digest realm="operator", ${more}\r\n`;

t.test('RFC 7616 3.9.1: the worked example, SHA-256 and MD5', async (t) => {
  const common =
    'realm="http-auth@example.org", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", qop="auth, auth-int"';
  const input = {
    username: 'Mufasa',
    password: 'Circle of Life',
    method: 'GET',
    uri: '/dir/index.html',
    cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
  };
  for (const [algorithm, response] of [
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
  ] as const) {
    const [offered] = parseChallenges(`Digest ${common}, algorithm=${algorithm}`);
    t.equal(field(answerChallenge(offered!, input), 'response'), response, algorithm);
  }
});

t.test('RFC 7616 3.9.2: SHA-512-256 with a name and password beyond ASCII (erratum 4897)', async (t) => {
  const [offered] = parseChallenges(
    'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true',
  );
  const header = answerChallenge(offered!, {
    username: 'Jäsøn Doe',
    password: 'Secret, or not?',
    method: 'GET',
    uri: '/doe.json',
    cnonce: 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v',
  });
  t.equal(field(header, 'response'), '3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5');
});

t.test(
  'RFC 7616 3.4: INVITE, re-INVITE and BYE are sent again with credentials; nc counts per nonce',
  async (t) => {
    const b = await bench(t, account);
    const { leg, invite } = await outgoing(b);
    b.peer.reply(invite, 401, challenge(WWW('nonce="n1", qop="auth,auth-int", opaque="o"')));
    const check = (seen: Seen, nonce: string, nc: number): void => {
      const header = seen.headers.authorization!;
      t.equal(field(header, 'response'), expected(seen.method, header, seen.body), seen.method);
      t.equal(field(header, 'uri'), seen.text.split(' ')[1], 'the Request-URI as it was sent');
      t.match(field(header, 'nc'), nc.toString(16).padStart(8, '0'));
      t.equal(field(header, 'nonce'), nonce);
    };
    const again = await b.peer.expect('INVITE');
    check(again, 'n1', 1);
    t.equal(field(again.headers.authorization, 'opaque'), 'o');
    const up = next(leg, 'answered');
    b.peer.reply(again, 200, { body: describe(AUDIO) });
    await up;
    await b.peer.expect('ACK');
    t.equal(field((await b.peer.expect('ACK')).headers.authorization, 'nonce'), 'n1', '22.1 of RFC 3261');
    const holding = leg.hold(true);
    b.peer.reply(await b.peer.expect('INVITE'), 401, challenge(WWW('nonce="n1", qop="auth"')));
    const held = await b.peer.expect('INVITE');
    check(held, 'n1', 2);
    b.peer.reply(held, 200, { body: describe([...AUDIO, 'a=recvonly'], 2) });
    await holding;
    leg.release({ q850: 16, text: '', by: 'local' });
    b.peer.reply(await b.peer.expect('BYE'), 401, challenge(WWW('nonce="n2", qop="auth"')));
    const bye = await b.peer.expect('BYE');
    check(bye, 'n2', 1);
    b.peer.reply(bye, 200);
  },
);

t.test('RFC 7616 3.3: auth-int where nothing else is offered, MD5-sess, and a proxy in front', async (t) => {
  const b = await bench(t, account);
  const { leg, invite } = await outgoing(b);
  b.peer.reply(invite, 407, {
    extra: 'Proxy-Authenticate: Digest realm="operator", nonce="p", qop="auth", algorithm=MD5-sess\r\n',
  });
  const first = await b.peer.expect('INVITE');
  const proxy = first.headers['proxy-authorization']!;
  t.equal(field(proxy, 'response'), expected('INVITE', proxy));
  b.peer.reply(first, 401, challenge(WWW('nonce="s", qop="auth-int"')));
  const second = await b.peer.expect('INVITE');
  const server = second.headers.authorization!;
  t.equal(field(server, 'response'), expected('INVITE', server, second.body));
  t.ok(second.headers['proxy-authorization'], 'the proxy gets its own as well');
  const released = next(leg, 'released');
  b.peer.reply(second, 486);
  await released;
});

t.test(
  'RFC 7616 3.3: stale asks for the new nonce; the same question again means a wrong password',
  async (t) => {
    const b = await bench(t, account);
    const { leg, invite } = await outgoing(b);
    b.peer.reply(invite, 401, challenge(WWW('nonce="a", qop="auth"')));
    b.peer.reply(await b.peer.expect('INVITE'), 401, challenge(WWW('nonce="b", qop="auth", stale=true')));
    const third = await b.peer.expect('INVITE');
    t.equal(field(third.headers.authorization, 'nonce'), 'b');
    const released = next(leg, 'released');
    b.peer.reply(third, 401, challenge(WWW('nonce="c", qop="auth"')));
    t.match((await released)[0], { sip: 401 });
    t.equal(b.peer.count('INVITE'), 3);
  },
);

t.test(
  'RFC 7616 3.5: nextnonce is used ahead in the next REGISTER, and a refusal of it is no wrong password',
  async (t) => {
    const b = await bench(t, { ...account, mode: 'register', registerSeconds: 60 });
    const grant = (extra: string): { extra: string } => ({ extra: `Expires: 1\r\n${extra}` });
    b.peer.reply(await b.peer.expect('REGISTER'), 401, challenge(WWW('nonce="r1", qop="auth"')));
    const first = await b.peer.expect('REGISTER');
    t.equal(field(first.headers.authorization, 'nonce'), 'r1');
    b.peer.reply(first, 200, grant('Authentication-Info: qop=auth, nextnonce="r2"\r\n'));
    await ready(b.gateway, 'registered');
    const second = await b.peer.expect('REGISTER');
    const header = second.headers.authorization!;
    t.equal(field(header, 'nonce'), 'r2', 'without being asked');
    t.equal(field(header, 'response'), expected('REGISTER', header));
    b.peer.reply(second, 401, challenge(WWW('nonce="r3", qop="auth"')));
    const third = await b.peer.expect('REGISTER');
    t.equal(field(third.headers.authorization, 'nonce'), 'r3');
    b.peer.reply(third, 200, grant(''));
    const fourth = await b.peer.expect('REGISTER');
    t.equal(fourth.headers.authorization, undefined, 'none ahead where no nonce was given');
    b.peer.reply(fourth, 200, grant(''));
  },
);

t.test('RFC 7616 5: a stranger behind the operator gets no answer to a challenge', async (t) => {
  const b = await bench(t, account);
  const { leg } = await connected(b);
  const holding = leg.hold(true);
  b.peer.reply(await b.peer.expect('INVITE'), 401, {
    extra: 'WWW-Authenticate: Digest realm="another", nonce="x"\r\n',
  });
  await t.rejects(holding, { code: 'sip/refused' });
});
