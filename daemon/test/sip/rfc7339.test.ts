/** RFC 7339, the client's part: an operator that asks for fewer calls gets fewer, for as long as it says. */
import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { trunkLive } from '../../src/main/trunk-live.ts';
import { Overload, readOverload } from '../../src/sip/overload.ts';
import { type Seen, udpPeer } from '../sipd/peer.ts';
import { closing } from './bench.ts';
import { makeLeg, next, startEngine, startGateway, trunkConfig, until } from './kit.ts';

const VIA = 'SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1;rport=5060';

t.test('RFC 7339 4: what a Via says', (t) => {
  const read = (params: string) => readOverload(`${VIA}${params}`);
  t.same(read(';oc=20;oc-algo="loss";oc-validity=1000;oc-seq=1282321615.782'), {
    loss: 20,
    validityMs: 1000,
    sequence: 1282321615.782,
  });
  t.match(
    read(';oc=0;oc-algo=loss'),
    { loss: 0, validityMs: 500, sequence: undefined },
    '4.4: half a second',
  );
  for (const nothing of ['', ';oc;oc-algo="loss"', ';oc=101;oc-algo="loss"', ';oc=x;oc-algo="loss"'])
    t.equal(read(nothing), undefined, nothing);
  t.equal(read(';oc=20;oc-algo="rate"'), undefined, '4.2: an algorithm that we have not offered');
  t.equal(read(';oc=20'), undefined);
  t.end();
});

t.test('RFC 7339 4.4, 4.5: it ends by itself, by a word, and what is older is not heard', (t) => {
  const clock = new FakeClock();
  let lot = 0;
  let changes = 0;
  const overload = new Overload(
    clock,
    () => lot,
    () => changes++,
  );
  const say = (oc: number, seq: number, validity = 1000): void =>
    overload.heard('a', `${VIA};oc=${oc};oc-algo="loss";oc-validity=${validity};oc-seq=${seq}`);
  say(30, 2);
  t.equal(overload.share('a'), 30);
  t.equal(overload.share('b'), 0, 'one server is not another');
  lot = 0.29;
  t.ok(overload.sheds('a'));
  lot = 0.3;
  t.notOk(overload.sheds('a'));
  say(90, 1);
  t.equal(overload.share('a'), 30, 'an older word');
  say(40, 3);
  t.equal(overload.share('a'), 40);
  say(0, 4);
  t.equal(overload.share('a'), 0, 'taken back');
  say(50, 5);
  say(50, 6, 0);
  t.equal(overload.share('a'), 0, 'a validity of nothing');
  say(60, 7);
  const before = changes;
  clock.advance(1002);
  t.equal(overload.share('a'), 0, 'out of date');
  t.equal(changes, before + 1, 'and told');
  t.end();
});

/** What the peer says of itself, in the Via of its answer. */
const with_ = (m: Seen, word: string): Seen => ({
  ...m,
  headers: { ...m.headers, via: m.headers.via!.replace(/;oc;oc-algo="loss"/, word) },
});

t.test('fewer calls, never an emergency call, and the page says why', async (t) => {
  const engine = await startEngine(t, { heedsOverload: true });
  const peer = await udpPeer(t);
  const trunk = trunkConfig({ server: peer.address, emergencyShortCodes: true });
  let lot = 0.5;
  const { gateway } = await startGateway(t, engine, [trunk], { random: () => lot });
  closing(t, gateway, [peer]);
  const leg = await makeLeg(gateway);
  leg.start();
  const invite = await peer.expect('INVITE');
  t.match(invite.headers.via, /;oc;oc-algo="loss"/, 'RFC 7339 4.1: announced');
  const released = next(leg, 'released');
  const word = (oc: number, seq: number) =>
    `;oc=${oc};oc-algo="loss";oc-validity=60000;oc-seq=1282321615.${seq}`;
  peer.reply(with_(invite, word(60, 100)), 486);
  await released;
  const request = { trunkId: 'acme', number: '+78121234567', caller: {} };
  const refused = gateway.call(request);
  t.match(refused, { q850: 42, by: 'local' }, 'which is of the road, so that the next route is tried');
  lot = 0.7;
  t.ok('start' in gateway.call(request), 'the others go');
  lot = 0;
  const urgent = gateway.call({ ...request, number: '112', emergency: true });
  t.ok('start' in urgent, 'RFC 7339 5.10.1: an emergency call always');
  const [status] = gateway.trunks();
  t.equal(status?.overload, 60);
  t.match(trunkLive(trunk, status!), {
    said: { ru: /перегружен.* 60 %/, en: /overloaded.* 60 %/ },
    cure: { ru: /следующему маршруту/, en: /next route/ },
  });
  if (!('start' in urgent)) return;
  urgent.start();
  const second = await peer.expect('INVITE');
  const ended = next(urgent, 'released');
  peer.reply(with_(second, word(0, 200)), 486);
  await ended;
  await until(() => gateway.trunks()[0]?.overload === undefined);
  t.ok('start' in gateway.call(request), 'taken back');
});

t.test('an engine that is not told to does not announce what nobody would heed', async (t) => {
  const engine = await startEngine(t);
  const peer = await udpPeer(t);
  const { gateway } = await startGateway(t, engine, [trunkConfig({ server: peer.address })]);
  closing(t, gateway, [peer]);
  (await makeLeg(gateway)).start();
  t.notMatch((await peer.expect('INVITE')).headers.via, /;oc/);
});
