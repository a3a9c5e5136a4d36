/** What applications do within dialogs with drachtio-srf on both sides, each with an engine of its own. */
import t from 'tap';
import { type Any, at, client, next, QUICK, sdp, startEngine, until, within } from './kit.ts';

async function side(t: Any, config = {}) {
  const engine = await startEngine({ timers: QUICK, ...config });
  const srf = await client(engine);
  t.teardown(async () => {
    srf.disconnect();
    await engine.close();
  });
  return { engine, srf };
}

/** A call between two applications; both dialogs. */
async function call(t: Any, options: Any = {}) {
  const [a, b] = await Promise.all([side(t), side(t)]);
  const uas = new Promise<Any>((resolve, reject) => {
    b.srf.invite((req: Any, res: Any) =>
      b.srf.createUAS(req, res, { localSdp: sdp(5000) }).then(resolve, reject),
    );
  });
  // The answer to OPTIONS comes after the route has been heard.
  await new Promise((resolve) => setTimeout(resolve, 30));
  const uac: Any = await within(
    a.srf.createUAC(`sip:b@${at(b.engine)}`, { localSdp: sdp(), ...options }),
    3000,
    'call',
  );
  return { a, b, uac, uas: await uas };
}

/** Sends a request within a dialog, or outside of any to a URI, and waits for its final response. */
function response(sender: Any, ...what: Any[]): Promise<Any> {
  if (what.length === 1) return within(sender.request(what[0]), 3000, 'response');
  const got = new Promise((resolve, reject) => {
    // A callback and no promise: the response may be read in the same turn as the echo.
    sender.request(...what, (error: Any, req: Any) =>
      error ? reject(error) : req.on('response', (res: Any) => res.status >= 200 && resolve(res)),
    );
  });
  return within(got as Promise<Any>, 3000, 'response');
}

t.jobs = 4;
const test = (name: string, work: (t: Any) => Promise<void>): Any => t.test(name, { buffered: true }, work);

test('REFER within a dialog, and the NOTIFYs that tell of it', async (t) => {
  const { uac, uas } = await call(t);
  const heard: string[] = [];
  uac.on('notify', (req: Any, res: Any) => {
    heard.push(`${req.get('Event')} ${req.get('Subscription-State')} ${req.body.trim()}`);
    res.send(200);
  });
  uas.on('refer', async (req: Any, res: Any) => {
    t.equal(req.get('Refer-To'), '<sip:c@example.ru>');
    res.send(202);
    for (const [state, line] of [
      ['active;expires=60', 'SIP/2.0 100 Trying'],
      ['terminated;reason=noresource', 'SIP/2.0 200 OK'],
    ])
      await response(uas, {
        method: 'NOTIFY',
        headers: {
          Event: 'refer',
          'Subscription-State': state,
          'Content-Type': 'message/sipfrag;version=2.0',
        },
        body: `${line}\r\n`,
      });
  });
  const accepted = await response(uac, { method: 'REFER', headers: { 'Refer-To': '<sip:c@example.ru>' } });
  t.equal(accepted.status, 202);
  await until(() => heard.length === 2, 3000, 'both NOTIFYs');
  t.same(heard, [
    'refer active;expires=60 SIP/2.0 100 Trying',
    'refer terminated;reason=noresource SIP/2.0 200 OK',
  ]);
  // RFC 3515 2.4.4: the end of the implicit subscription is not that of the call.
  const [, info] = await Promise.all([
    next(uas, 'info').then(([, res]) => res.send(200)),
    response(uac, { method: 'INFO' }),
  ]);
  t.equal(info.status, 200);
});

test('re-INVITE both ways, one after the other and at once', async (t) => {
  const { uac, uas } = await call(t);
  for (const [from, to, port] of [
    [uac, uas, 6000],
    [uas, uac, 6002],
  ]) {
    const got = next(to, 'modify').then(([req, res]) => {
      res.send(200, { body: sdp(port + 1) });
      return req.body;
    });
    t.equal(await within(from.modify(sdp(port)), 3000, 're-INVITE'), sdp(port + 1));
    t.equal(await got, sdp(port));
  }
  for (const dialog of [uac, uas])
    dialog.on('modify', (_: Any, res: Any) => res.send(200, { body: dialog.local.sdp }));
  const both = await within(
    Promise.allSettled([uac.modify(sdp(7000)), uas.modify(sdp(7002))]),
    3000,
    'both re-INVITEs',
  );
  // RFC 3261 14.2: 491 to each, or one was through before the other began.
  const statuses = both.map((r: Any) => (r.status === 'fulfilled' ? 200 : r.reason.status));
  t.ok(
    statuses.every((s: number) => s === 491) || statuses.includes(200),
    `both ended: ${statuses.join(', ')}`,
  );
  const end = next(uas, 'destroy');
  await within(uac.destroy(), 3000, 'BYE');
  await end;
});

test('hold and resume by modify', async (t) => {
  const { uac, uas } = await call(t);
  const states: string[] = [];
  uas.on('hold', () => states.push('hold'));
  uas.on('unhold', () => states.push('unhold'));
  // srf tells hold from other changes by the direction alone, and a refresh by the version.
  const offer = (version: number, direction: string): string =>
    sdp().replace(' 1 IN', ` ${version} IN`).replace('sendrecv', direction);
  t.match(await within(uac.modify(offer(2, 'sendonly')), 3000, 'hold'), /a=recvonly/);
  t.match(await within(uac.modify(offer(3, 'sendrecv')), 3000, 'resume'), /a=sendrecv/);
  t.same(states, ['hold', 'unhold']);
});

test('UPDATE, INFO, MESSAGE and OPTIONS within a dialog, both ways', async (t) => {
  const { uac, uas } = await call(t);
  for (const [from, to] of [
    [uac, uas],
    [uas, uac],
  ])
    for (const method of ['UPDATE', 'INFO', 'MESSAGE', 'OPTIONS']) {
      const got = next(to, method.toLowerCase()).then(([req, res]) => {
        res.send(200, { headers: { 'X-Heard': req.get('X-Said') } });
      });
      const res = await response(from, { method, headers: { 'X-Said': method } });
      t.equal(res.status, 200);
      t.equal(res.get('X-Heard'), method);
      await got;
    }
});

test('SUBSCRIBE makes a dialog: NOTIFY within it, refreshed, ended by either side', async (t) => {
  const [a, b] = await Promise.all([side(t), side(t)]);
  const made = new Promise<Any>((resolve, reject) => {
    b.srf.subscribe((req: Any, res: Any) =>
      b.srf.createUAS(req, res, { headers: { Expires: req.get('Expires') } }).then(resolve, reject),
    );
  });
  await new Promise((resolve) => setTimeout(resolve, 30));
  const subscriber = await within(
    a.srf.createUAC(`sip:b@${at(b.engine)}`, {
      method: 'SUBSCRIBE',
      headers: { Event: 'message-summary', Expires: '60' },
    }),
    3000,
    'SUBSCRIBE',
  );
  const notifier = await made;
  const heard = next(subscriber, 'notify').then(([req, res]) => {
    res.send(200);
    return req.body;
  });
  const res = await response(notifier, {
    method: 'NOTIFY',
    headers: {
      Event: 'message-summary',
      'Subscription-State': 'active',
      'Content-Type': 'application/simple-message-summary',
    },
    body: 'Messages-Waiting: yes\r\n',
  });
  t.equal(res.status, 200);
  t.equal(await heard, 'Messages-Waiting: yes\r\n');
  const refreshed = next(notifier, 'subscribe').then(([req, res]) => {
    res.send(202, { headers: { Expires: '60' } });
    return req.get('Expires');
  });
  t.equal(
    (
      await response(subscriber, {
        method: 'SUBSCRIBE',
        headers: { Event: 'message-summary', Expires: '60' },
      })
    ).status,
    202,
  );
  t.equal(await refreshed, '60');
  subscriber.on('notify', (_: Any, r: Any) => r.send(200));
  await within(notifier.destroy(), 3000, 'last NOTIFY');
  await until(() => a.engine.stats().dialogs === 0 && b.engine.stats().dialogs === 0, 3000, 'no dialogs');
});

test('requests outside of dialogs: MESSAGE, PUBLISH, INFO, REFER, NOTIFY', async (t) => {
  const [a, b] = await Promise.all([side(t), side(t)]);
  const methods = ['message', 'publish', 'info', 'refer', 'notify'];
  for (const method of methods) b.srf[method]((req: Any, res: Any) => res.send(req.body ? 202 : 200));
  await new Promise((resolve) => setTimeout(resolve, 30));
  for (const method of methods) {
    const send = (body?: string): Promise<Any> =>
      response(a.srf, `sip:b@${at(b.engine)}`, {
        method: method.toUpperCase(),
        headers: body ? { 'Content-Type': 'text/plain' } : {},
        ...(body ? { body } : {}),
      });
    t.equal((await send()).status, 200, method);
    t.equal((await send('слово')).status, 202, `${method} with a body`);
  }
});

test('a client that comes back after its connection broke is served, and its dialogs go on', async (t) => {
  const { a, b, uac, uas } = await call(t);
  const back = next(b.srf, 'connect', 5000);
  uas.socket.destroy();
  await back;
  await new Promise((resolve) => setTimeout(resolve, 30));
  // New calls come to it, as its routes are sent again.
  const second = await within(a.srf.createUAC(`sip:b@${at(b.engine)}`, { localSdp: sdp() }), 3000, 'call');
  // The dialog that it held is still known on both sides, and ends in order.
  const ended = next(uas, 'destroy');
  await within(uac.destroy(), 3000, 'BYE');
  await ended;
  await within(second.destroy(), 3000, 'BYE');
  await until(() => b.engine.stats().dialogs === 0, 3000, 'no dialogs');
});

test('early media and a PRACK each way', async (t) => {
  const [a, b] = await Promise.all([side(t), side(t)]);
  const pracked = new Promise<Any>((resolve) => {
    b.srf.invite((req: Any, res: Any) => {
      res.send(183, { headers: { Require: '100rel' }, body: sdp(5000) }, undefined, (prack: Any) => {
        resolve(prack);
        b.srf.createUAS(req, res, { localSdp: sdp(5000) }).catch(() => {});
      });
    });
  });
  await new Promise((resolve) => setTimeout(resolve, 30));
  const provisional: Any[] = [];
  const uac = await within(
    a.srf.createUAC(
      `sip:b@${at(b.engine)}`,
      { localSdp: sdp(), headers: { Supported: '100rel' } },
      { cbProvisional: (res: Any) => provisional.push(res) },
    ),
    4000,
    'call',
  );
  t.match((await pracked).get('RAck'), /^\d+ \d+ INVITE$/);
  t.equal(provisional[0].status, 183);
  t.equal(provisional[0].body, sdp(5000));
  await within(uac.destroy(), 3000, 'BYE');
});
