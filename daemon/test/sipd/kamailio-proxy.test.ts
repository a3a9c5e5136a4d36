/** Kamailio as a proxy with Record-Route between two applications, each with an engine of its own. */
import t from 'tap';
import { type Kamailio, startKamailio } from '../peers/kamailio.ts';
import { type Any, at, client, next, sdp, startEngine, until, within } from './kit.ts';

type Transport = 'udp' | 'tcp';

/** `office` is registered at Kamailio; every other number is at `far`. */
async function network(t: Any, near: Transport, distant: Transport) {
  const [office, far] = await Promise.all([startEngine(), startEngine()]);
  const [srf, farSrf] = await Promise.all([client(office), client(far)]);
  t.teardown(async () => {
    srf.disconnect();
    farSrf.disconnect();
    await Promise.all([office.close(), far.close()]);
  });
  const kamailio = await startKamailio(t, {
    elsewhere: at(far, distant),
    elsewhereTransport: distant,
  });
  const uri = (user: string, transport: Transport): string =>
    `sip:${user}@${kamailio.host}:${kamailio.port}${transport === 'tcp' ? ';transport=tcp' : ''}`;
  const transport = near === 'tcp' ? ';transport=tcp' : '';
  const registered = new Promise<number>((resolve, reject) => {
    srf.request(
      uri('office', near),
      {
        method: 'REGISTER',
        headers: {
          To: `<sip:office@${kamailio.host}:${kamailio.port}>`,
          From: `<sip:office@${kamailio.host}:${kamailio.port}>`,
          Contact: `<sip:office@${at(office, near)}${transport}>;expires=60`,
        },
      },
      (error: Any, req: Any) =>
        error ? reject(error) : req.on('response', (res: Any) => resolve(res.status)),
    );
  });
  t.equal(await within(registered, 3000, 'REGISTER'), 200);
  return { kamailio, office, far, srf, farSrf, uri };
}

/** A request that came by the proxy: from its port, with its Via on top of the sender's. */
function byProxy(t: Any, req: Any, kamailio: Kamailio, transport: Transport): void {
  t.equal(req.get('Via').split(',').length, 2, `${req.method} has passed the proxy`);
  if (transport === 'udp') t.equal(Number(req.source_port), kamailio.port);
  t.equal(req.get('Route'), undefined, 'its own Route is taken off');
}

const combinations = [
  ['udp', 'udp'],
  ['tcp', 'tcp'],
  ['udp', 'tcp'],
] as const;

t.jobs = 3;
for (const [near, distant] of combinations)
  t.test(`${near} on our side, ${distant} on the other`, { buffered: true }, async (t) => {
    const { kamailio, office, far, srf, farSrf, uri } = await network(t, near, distant);
    for (const [caller, callee, target, inTransport, outTransport] of [
      [srf, farSrf, uri('+78121234567', near), near, distant],
      [farSrf, srf, uri('office', distant), distant, near],
    ] as const) {
      const answered = new Promise<Any>((resolve, reject) => {
        callee.invite((req: Any, res: Any) => {
          byProxy(t, req, kamailio, outTransport);
          t.match(req.get('Record-Route'), new RegExp(`<sip:${kamailio.host}:${kamailio.port}.*;lr`));
          res.send(180);
          callee.createUAS(req, res, { localSdp: sdp(5000) }).then(resolve, reject);
        });
      });
      const uac = await within(caller.createUAC(target, { localSdp: sdp() }), 4000, 'call');
      const uas = await answered;
      for (const [from, to, transport] of [
        [uac, uas, outTransport],
        [uas, uac, inTransport],
      ] as const) {
        const offered = next(to, 'modify').then(([req, res]) => {
          byProxy(t, req, kamailio, transport);
          res.send(200, { body: sdp(6001) });
        });
        t.equal(await within(from.modify(sdp(6000)), 3000, 're-INVITE'), sdp(6001));
        await offered;
        const heard = next(to, 'info').then(([req, res]) => {
          byProxy(t, req, kamailio, transport);
          res.send(200);
        });
        t.equal((await within(from.request({ method: 'INFO' }), 3000, 'INFO')).status, 200);
        await heard;
      }
      // Once by the caller, once by the called side.
      const [ending, other, transport] = caller === srf ? [uac, uas, outTransport] : [uas, uac, inTransport];
      const ended = next(other, 'destroy');
      await within(ending.destroy(), 3000, 'BYE');
      const [bye] = await ended;
      byProxy(t, bye, kamailio, transport);
      callee.invite(() => {});
      await until(() => office.stats().dialogs === 0 && far.stats().dialogs === 0, 2000, 'no dialogs');
    }
    t.same(office.stats().counts['ack.timeout'], undefined, 'every ACK found its way');
    t.same(far.stats().counts['ack.timeout'], undefined);
  });

t.test('CANCEL through the proxy, and a refusal', { buffered: true }, async (t) => {
  const { office, far, srf, farSrf, uri } = await network(t, 'udp', 'udp');
  const cancelled = new Promise<void>((resolve) => {
    farSrf.invite((req: Any, res: Any) => {
      if (req.calledNumber === 'busy') {
        res.send(486, { headers: { Reason: 'Q.850;cause=17' } });
        return;
      }
      res.send(180);
      req.on('cancel', resolve);
    });
  });
  await new Promise((resolve) => setTimeout(resolve, 30));
  let sent: Any;
  const call = srf.createUAC(
    uri('+7812', 'udp'),
    { localSdp: sdp() },
    { cbRequest: (_: Any, req: Any) => (sent = req), cbProvisional: () => sent.cancel() },
  );
  await t.rejects(within(call, 4000, '487'), { status: 487 } as Any);
  await within(cancelled, 3000, 'CANCEL');
  await t.rejects(within(srf.createUAC(uri('busy', 'udp'), { localSdp: sdp() }), 4000, '486'), {
    status: 486,
  } as Any);
  await until(() => office.stats().dialogs === 0 && far.stats().dialogs === 0, 2000, 'no dialogs');
});
