/**
 * C09, the digest leak: who can make us answer a challenge of his own can try passwords on the answer at home.
 * We answer the trunk's own server and realm only, and nothing inside a call that somebody else began.
 */
import t from 'tap';
import { udpPeer } from '../sipd/peer.ts';
import { answered, bench, connected, outgoing } from './bench.ts';
import { next, ready } from './kit.ts';

const account = { user: 'office', password: 'secret', callerNumber: '+74951234567' };
const ask = (realm: string, nonce = 'n'): { extra: string } => ({
  extra: `WWW-Authenticate: Digest realm="${realm}", nonce="${nonce}", qop="auth"\r\n`,
});
const askProxy = (realm: string): { extra: string } => ({
  extra: `Proxy-Authenticate: Digest realm="${realm}", nonce="n", qop="auth"\r\n`,
});

/** Every credential that the peer has been sent. */
const credentials = (seen: readonly { headers: Record<string, string> }[]): string[] =>
  seen.flatMap((m) =>
    [m.headers.authorization, m.headers['proxy-authorization']].filter((h) => h !== undefined),
  );

for (const status of [401, 407] as const)
  t.test(
    `our BYE in a caller's dialog, answered ${status}: no credentials, whatever the realm`,
    async (t) => {
      const b = await bench(t, { ...account, mode: 'register', registerSeconds: 600 });
      b.peer.reply(await b.peer.expect('REGISTER'), 401, ask('operator'));
      b.peer.reply(await b.peer.expect('REGISTER'), 200, { extra: 'Expires: 600\r\n' });
      await ready(b.gateway, 'registered');
      const before = credentials(b.peer.seen).length;
      t.equal(before, 1, 'the registrar got its answer');
      const { leg } = await answered(b);
      leg.release({ q850: 16, sip: undefined, text: '', local: true } as never);
      const closed = next(b.gateway, 'dialogClosed');
      const bye = await b.peer.expect('BYE');
      b.peer.reply(bye, status, status === 401 ? ask('operator') : askProxy('operator'));
      // The dialog is over when the BYE has had its last answer; a second one would have gone before that.
      await closed;
      t.equal(b.peer.count('BYE'), 1);
      t.equal(credentials(b.peer.seen).length, before);
    },
  );

t.test(
  'a challenge to our INVITE that comes from another address than the operator is not answered',
  async (t) => {
    const b = await bench(t, account);
    const stranger = await udpPeer(t, '127.0.0.66');
    const { leg, invite } = await outgoing(b);
    const over = next(leg, 'released');
    // He has seen our request on its way, so all but the address fits.
    stranger.reply(invite, 401, ask('operator'));
    await over;
    t.same(credentials([...b.peer.seen, ...stranger.seen]), []);
    t.equal(b.peer.count('INVITE'), 1);
  },
);

t.test('in a call of ours, a realm that the operator never showed is not answered', async (t) => {
  const b = await bench(t, account);
  const { leg, invite } = await outgoing(b);
  b.peer.reply(invite, 407, askProxy('operator'));
  await b.peer.expect('INVITE');
  t.equal(credentials(b.peer.seen).length, 1, 'the realm is learned outside of a dialog');
  leg.release({ q850: 16 } as never);

  const c = await bench(t, account);
  const call = await connected(c);
  const holding = call.leg.hold(true);
  c.peer.reply(await c.peer.expect('INVITE'), 401, ask('operator'));
  await t.rejects(holding);
  t.same(credentials(c.peer.seen), [], 'and never inside one');
});

t.test('a wrong password is not tried again and again: the operator would lock the account', async (t) => {
  const b = await bench(t, account);
  const { leg, invite } = await outgoing(b);
  const over = next(leg, 'released');
  b.peer.reply(invite, 401, ask('operator', 'a'));
  b.peer.reply(await b.peer.expect('INVITE'), 401, ask('operator', 'b'));
  await over;
  t.equal(b.peer.count('INVITE'), 2);
});
