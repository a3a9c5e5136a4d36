import t from 'tap';
import { addressOf, bareTelephones, idsOf } from '../kit/bare-telephones.ts';
import { until } from '../kit/box.ts';
import { together } from '../kit/sip-telephone.ts';

t.test(
  'a REFER outside of the call that it names transfers it; somebody else’s does not (RFC 4538)',
  async (t) => {
    const [box, { peer, answer }, { peer: other }] = await bareTelephones(t);
    const [desk, store] = [box.telephone(1), box.telephone(2)];
    await box.dial(1, '31');
    const invite = await peer.expect('INVITE', 8000);
    t.match(invite.headers.supported, /\btdialog\b/);
    answer(invite, 'bare');
    await peer.expect('ACK', 5000);
    const { callId, fromTag, toTag } = idsOf(invite, 'bare');
    const extra = `Refer-To: <sip:12@box>\r\nTarget-Dialog: ${callId};local-tag=${toTag};remote-tag=${fromTag}\r\nRequire: tdialog\r\n`;
    const to = addressOf(box);

    other.request(to, 'REFER', { extra });
    t.match((await other.response(403)).headers.warning, /somebody else/);

    const ringing = store.next('ringing', 8000);
    peer.request(to, 'REFER', { callId: 'outside', extra });
    t.equal((await peer.response(202, 5000)).headers['call-id'], 'outside');
    for (const status of [100, 180]) {
      const notify = await peer.expect('NOTIFY', 5000);
      t.match(notify, {
        headers: { 'call-id': 'outside', event: 'refer' },
        body: new RegExp(`^SIP/2.0 ${status} `),
      });
      peer.reply(notify, 200);
    }
    await ringing;
    store.lift();
    const last = await peer.expect('NOTIFY', 5000);
    t.match(last, { headers: { 'subscription-state': /^terminated/ }, body: /^SIP\/2\.0 200 / });
    peer.reply(last, 200);
    peer.reply(await peer.expect('BYE', 5000), 200);
    await together(t, box);
    t.match(await box.record((record) => record.service === 'transfer'), {
      transferredBy: 'device:bare-31',
      state: 'active',
    });
    store.hangup();
    await until('the desk is let go', async () => (await box.live()).calls.length === 0 || undefined, 4000);
    desk.hangup();
  },
);
