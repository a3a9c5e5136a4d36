import t, { type Test } from 'tap';
import { systemClock } from '../../src/base/clock.ts';
import { udpPeer } from '../sipd/peer.ts';
import { AUDIO, type Bench, closing, describe, outgoing, tagOf } from './bench.ts';
import { next, sipAddress, startEngine, startGateway, trunkConfig, until } from './kit.ts';

const IMAGE = [
  'm=image 4000 udptl t38',
  'a=T38FaxVersion:0',
  'a=T38MaxBitRate:14400',
  'a=T38FaxUdpEC:t38UDPRedundancy',
];
/** The session is ours to refresh; the operator takes no UPDATE, so that a refresh has a description. */
const OURS = 'Session-Expires: 90;refresher=uac\r\nRequire: timer\r\nAllow: INVITE, ACK, BYE\r\n';

/** A gateway that lets the test say when 45 % of 90 s are over, at which it refreshes. */
async function hurried(t: Test): Promise<{ b: Bench; refresh: () => boolean }> {
  const engine = await startEngine(t);
  const peer = await udpPeer(t);
  const real = systemClock({ unref: true });
  let due: (() => void) | undefined;
  const clock = {
    ...real,
    after: (ms: number, fn: () => void) => {
      if (ms !== 40_500) return real.after(ms, fn);
      due = fn;
      return {
        cancel: () => {
          if (due === fn) due = undefined;
        },
      };
    },
  };
  const { gateway, media } = await startGateway(t, engine, [trunkConfig({ server: peer.address })], {
    clock,
    fax: () => true,
  });
  closing(t, gateway, [peer]);
  const refresh = (): boolean => {
    const fire = due;
    due = undefined;
    fire?.();
    return fire !== undefined;
  };
  return { b: { peer, gateway, media, to: sipAddress(engine) }, refresh };
}

t.test(
  'RFC 4028 10: a fax of many pages is refreshed by both sides again and again, and goes on',
  async (t) => {
    const { b, refresh } = await hurried(t);
    const { peer, media } = b;
    const { leg, invite, ids } = await outgoing(b);
    const up = next(leg, 'answered');
    peer.reply(invite, 200, { body: describe(AUDIO), extra: OURS });
    await up;
    await peer.expect('ACK');
    const going = leg.toFax?.(true);
    const offer = await peer.expect('INVITE');
    t.match(offer.body, /^m=image [1-9]\d* udptl t38\r$/m);
    peer.reply(offer, 200, { body: describe(IMAGE, 2), extra: OURS });
    await peer.expect('ACK');
    t.equal(await going, 't38');
    t.equal(media.faxes.length, 1);
    const sessions = media.set.length;
    const toTag = tagOf(invite.headers.from!);
    for (let round = 0; round < 3; round++) {
      await until(refresh);
      const ours = await peer.expect('INVITE');
      t.equal(
        ours.body,
        offer.body,
        'our refresh has the same description, of the same version (RFC 3264 8)',
      );
      t.match(ours.headers['session-expires'], /^90;refresher=uac/);
      peer.reply(ours, 200, { body: describe(IMAGE, 2), extra: OURS });
      await peer.expect('ACK');
      peer.request(b.to, 'INVITE', {
        ...{ callId: ids.callId, fromTag: 'peer', toTag, cseq: 10 + round, branch: `z9hG4bKrefresh${round}` },
        body: describe(IMAGE, 2),
        extra: 'Supported: timer\r\nSession-Expires: 90;refresher=uas\r\n',
      });
      const answer = await peer.response(200);
      t.match(answer.body, /^m=image [1-9]\d* udptl t38\r$/m, "and the operator's has its answer");
      peer.request(b.to, 'ACK', { callId: ids.callId, fromTag: 'peer', toTag, cseq: 10 + round });
    }
    t.equal(media.faxes.length, 1, 'the gateway was touched by none of them');
    t.equal(media.set.length, sessions);
    t.equal(leg.state, 'answered');
  },
);
