import t from 'tap';
import { addressOf, bareTelephones, idsOf } from '../kit/bare-telephones.ts';
import { until } from '../kit/box.ts';
import { AUDIO, describe, tagOf } from '../sip/bench.ts';

t.test(
  'a telephone picks up what rings at another, which its lamp has named (RFC 3891, RFC 4235)',
  async (t) => {
    const [box, { peer: rung }, { peer: next }] = await bareTelephones(t);
    const to = addressOf(box);
    next.request(to, 'SUBSCRIBE', {
      uri: `sip:31@${to}`,
      callId: 'lamp',
      fromTag: 'lamp',
      extra: 'Event: dialog\r\nExpires: 600\r\n',
    });
    await next.response(202, 5000);
    next.reply(await next.expect('NOTIFY', 5000), 200);

    await box.dial(1, '31');
    const invite = await rung.expect('INVITE', 8000);
    rung.reply(invite, 180, { tag: 'rung' });
    const early = async (): Promise<string> => {
      for (;;) {
        const notify = await next.expect('NOTIFY', 5000);
        next.reply(notify, 200);
        if (/local-tag="rung"/.test(notify.body)) return notify.body;
      }
    };
    const told = await early();
    const [, callId = '', localTag = '', remoteTag = ''] =
      /call-id="([^"]+)" local-tag="([^"]+)" remote-tag="([^"]+)" direction="recipient"/.exec(told) ?? [];
    t.equal(callId, invite.headers['call-id']);
    t.same({ localTag, remoteTag }, { localTag: 'rung', remoteTag: tagOf(invite.headers.from!) });

    next.request(to, 'INVITE', {
      uri: `sip:31@${to}`,
      callId: 'pick-up',
      fromTag: 'next',
      extra: `Replaces: ${callId};to-tag=${localTag};from-tag=${remoteTag};early-only\r\nRequire: replaces\r\n`,
      body: describe(AUDIO).replaceAll('127.0.0.1', '127.0.0.32'),
    });
    const ok = await next.response(200, 5000);
    const ids = { callId: 'pick-up', fromTag: 'next', toTag: tagOf(ok.headers.to!) };
    next.request(to, 'ACK', { ...ids, cseq: 1 });
    const cancel = await rung.expect('CANCEL', 5000);
    rung.reply(cancel, 200);
    rung.reply(invite, 487, { tag: 'rung' });
    t.match(cancel.headers.reason, /answered elsewhere/);
    await until(
      'they talk',
      async () => (await box.live()).calls.some(({ state }) => state === 'talking') || undefined,
      4000,
    );
    t.match((await box.live()).calls, [{ caller: { place: 'port:1' }, called: { place: 'device:bare-32' } }]);
    next.request(to, 'BYE', { ...ids, cseq: 2 });
    await next.response(200, 5000);
    const record = await box.ended();
    t.ok(record.events.some(({ what }) => what === 'picked-up'));
    t.match(record, { answerSource: 'sip', releasedBy: 'called' });
    t.equal(idsOf(invite, 'rung').callId, record.legs[1]?.sipCallId);
    box.telephone(1).hangup();
  },
);
