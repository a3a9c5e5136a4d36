import t from 'tap';
import type { Leg } from '../../src/call/leg.ts';
import { SrfPhone } from '../peers/srf-phone.ts';
import { makeLeg, next, type SilentMedia, startEngine, startGateway, trunkConfig } from './kit.ts';

/** Our leg to a scripted far side on a trunk, answered. */
async function talking(t: Parameters<typeof startEngine>[0]): Promise<{
  leg: Leg;
  phone: SrfPhone;
  media: SilentMedia;
  // biome-ignore lint/suspicious/noExplicitAny: a dialog of the library's.
  far: any;
}> {
  const engine = await startEngine(t);
  const phone = await SrfPhone.start(t);
  const { gateway, media } = await startGateway(t, engine, [
    trunkConfig({ server: `${phone.host}:${phone.port}` }),
  ]);
  const leg = await makeLeg(gateway);
  leg.start();
  await next(leg, 'answered');
  await phone.until('the far side has its dialog', () => phone.dialogs.length > 0);
  return { leg, phone, media, far: phone.dialogs[0] };
}

t.test('RFC 3264 8.4: sendonly holds with music, inactive and 0.0.0.0 hold without', async (t) => {
  const { leg, phone, media, far } = await talking(t);
  const news: string[] = [];
  leg.on('held', (on, music) => news.push(`${on} ${music ?? false}`));
  const forms: [sdp: string, heard: string, direction: string][] = [
    [phone.sdp('sendonly'), 'true true', 'recvonly'],
    [phone.sdp('sendrecv'), 'false false', 'sendrecv'],
    [phone.sdp('inactive'), 'true false', 'inactive'],
    [phone.sdp('sendrecv'), 'false false', 'sendrecv'],
    // RFC 2543's way.
    [phone.sdp('sendrecv').replace(/c=IN IP4 \S+/, 'c=IN IP4 0.0.0.0'), 'true false', 'recvonly'],
    [phone.sdp('sendrecv'), 'false false', 'sendrecv'],
  ];
  for (const [sdp, heard, direction] of forms) {
    await far.modify(sdp);
    t.equal(news.at(-1), heard);
    t.equal(media.last(leg.endpoint)?.direction, direction);
  }
  t.equal(news.length, forms.length);
});

t.test('RFC 3311 5.2: the same by UPDATE', async (t) => {
  const { leg, phone, far } = await talking(t);
  const held = next(leg, 'held');
  const update = (sdp: string) =>
    far.request({
      method: 'UPDATE',
      body: sdp,
      headers: { Contact: phone.contact, 'Content-Type': 'application/sdp' },
    });
  const response = await update(phone.sdp('inactive'));
  t.equal(response.status, 200);
  t.match(response.body, /a=inactive/);
  t.same(await held, [true, false]);
  const back = next(leg, 'held');
  t.equal((await update(phone.sdp('sendrecv'))).status, 200);
  t.same((await back)[0], false);
});

t.test('both hold: each says inactive, and each comes back by itself', async (t) => {
  const { leg, phone, media, far } = await talking(t);
  const offers: string[] = [];
  far.removeAllListeners('modify');
  let theirs = 'sendonly';
  // biome-ignore lint/suspicious/noExplicitAny: of the library's.
  far.on('modify', (req: any, res: any) => {
    const offered = /a=(sendrecv|sendonly|recvonly|inactive)/.exec(req.body)?.[1] ?? '';
    offers.push(offered);
    const answer = offered === 'sendonly' ? 'recvonly' : offered === 'inactive' ? 'inactive' : theirs;
    res.send(200, { body: phone.sdp(answer), headers: { Contact: phone.contact } });
  });
  await leg.hold(true);
  await far.modify(phone.sdp('sendonly'));
  t.equal(media.last(leg.endpoint)?.direction, 'inactive');
  await leg.hold(false);
  t.same(offers, ['sendonly', 'sendrecv']);
  t.equal(media.last(leg.endpoint)?.direction, 'recvonly', 'they still hold');
  theirs = 'sendrecv';
  const free = next(leg, 'held');
  t.equal(await phone.hold(far, 'sendrecv'), 200);
  t.same((await free)[0], false);
  t.equal(media.last(leg.endpoint)?.direction, 'sendrecv');
});

t.test('RFC 3261 14.1: both hold at the same moment; whoever meets 491 tries again', async (t) => {
  const { leg, phone, media, far } = await talking(t);
  const [ours, theirs] = await Promise.allSettled([leg.hold(true), phone.hold(far, 'sendonly')]);
  t.equal(ours.status, 'fulfilled', 'ours gets there in the end');
  t.equal(theirs.status, 'fulfilled');
  if (theirs.status === 'fulfilled' && theirs.value === 491) t.equal(await phone.hold(far, 'sendonly'), 200);
  t.ok(['sendonly', 'inactive'].includes(media.last(leg.endpoint)?.direction ?? ''));
  await leg.hold(false);
  t.equal(await phone.hold(far, 'sendrecv'), 200);
  t.equal(media.last(leg.endpoint)?.direction, 'sendrecv');
});
