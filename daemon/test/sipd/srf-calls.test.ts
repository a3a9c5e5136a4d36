import t from 'tap';
import { type Any, at, client, next, QUICK, sdp, startEngine, until, within } from './kit.ts';

/** A caller and a callee, each with an engine of its own, joined by real UDP. */
async function pair(t: Any, timers = QUICK) {
  const [a, b] = await Promise.all([startEngine({ timers }), startEngine({ timers })]);
  const [caller, callee] = await Promise.all([client(a), client(b)]);
  t.teardown(async () => {
    caller.disconnect();
    callee.disconnect();
    await Promise.all([a.close(), b.close()]);
  });
  return { a, b, caller, callee };
}

t.test('a call is set up, seen ringing, answered, and ended by the caller', async (t) => {
  const { a, b, caller, callee } = await pair(t);
  const ended = new Promise<void>((resolve) => {
    callee.invite(async (req: Any, res: Any) => {
      t.equal(req.callingNumber, '1000');
      t.equal(req.calledNumber, '2000');
      t.match(req.receivedOn, at(b));
      res.send(180);
      const dialog = await callee.createUAS(req, res, { localSdp: sdp(5000) });
      dialog.on('destroy', () => resolve());
    });
  });
  const seen: number[] = [];
  const dialog = await within(
    caller.createUAC(
      `sip:2000@${at(b)}`,
      { localSdp: sdp(), callingNumber: '1000' },
      { cbProvisional: (res: Any) => seen.push(res.status) },
    ),
    3000,
    'answer',
  );
  t.same(seen, [180]);
  t.equal(dialog.remote.sdp, sdp(5000));
  await within(dialog.destroy(), 3000, 'BYE');
  await within(ended, 3000, 'destroy at the callee');
  await until(() => a.stats().dialogs + b.stats().dialogs === 0, 2000, 'dialogs gone');
});

t.test('the callee hangs up; INFO, re-INVITE and OPTIONS pass within the dialog', async (t) => {
  const { b, caller, callee } = await pair(t);
  const answered = new Promise<Any>((resolve) => {
    callee.invite(async (req: Any, res: Any) =>
      resolve(await callee.createUAS(req, res, { localSdp: sdp(5000) })),
    );
  });
  const uac = await within(caller.createUAC(`sip:2000@${at(b)}`, { localSdp: sdp() }), 3000, 'answer');
  const uas = await answered;
  uas.on('info', (req: Any, res: Any) => {
    t.equal(req.body, 'Signal=5\r\n');
    res.send(200);
  });
  const info = await within(
    uac.request({
      method: 'INFO',
      headers: { 'Content-Type': 'application/dtmf-relay' },
      body: 'Signal=5\r\n',
    }) as Promise<Any>,
    3000,
    'INFO',
  );
  t.equal(info.status, 200);
  uas.on('modify', (req: Any, res: Any) => {
    t.equal(req.body, sdp(4002));
    res.send(200, { body: sdp(5002) });
  });
  t.equal(await within(uac.modify(sdp(4002)), 3000, 're-INVITE'), sdp(5002));
  uac.on('modify', (_req: Any, res: Any) => res.send(200, { body: sdp(4004) }));
  t.equal(await within(uas.modify(sdp(5004)), 3000, 're-INVITE back'), sdp(4004));
  const gone = next(uac, 'destroy');
  await within(uas.destroy(), 3000, 'BYE');
  await gone;
});

t.test('a B2BUA joins two legs and passes the hang-up on', async (t) => {
  const { a, b, caller, callee } = await pair(t);
  const middle = await startEngine({ timers: QUICK });
  const b2bua = await client(middle);
  t.teardown(async () => {
    b2bua.disconnect();
    await middle.close();
  });
  b2bua.invite(async (req: Any, res: Any) => {
    const { uas, uac } = await b2bua.createB2BUA(req, res, `sip:2000@${at(b)}`, {});
    uas.on('destroy', () => uac.destroy());
    uac.on('destroy', () => uas.destroy());
  });
  const answered = new Promise<Any>((resolve) => {
    callee.invite(async (req: Any, res: Any) => {
      res.send(183, { body: sdp(5000) });
      resolve(await callee.createUAS(req, res, { localSdp: sdp(5000) }));
    });
  });
  const uac = await within(caller.createUAC(`sip:2000@${at(middle)}`, { localSdp: sdp() }), 3000, 'answer');
  const uas = await answered;
  t.equal(uac.remote.sdp, sdp(5000));
  const gone = next(uas, 'destroy');
  await uac.destroy();
  await gone;
  await until(() => [a, b, middle].every((e) => e.stats().dialogs === 0), 2000, 'dialogs gone');
});

t.test('the caller cancels while it rings', async (t) => {
  const { b, caller, callee } = await pair(t);
  const cancelled = new Promise<void>((resolve) => {
    callee.invite((req: Any, res: Any) => {
      req.on('cancel', () => resolve());
      res.send(180);
    });
  });
  let invite: Any;
  const call = caller.createUAC(
    `sip:2000@${at(b)}`,
    { localSdp: sdp() },
    { cbRequest: (_e: Any, req: Any) => (invite = req), cbProvisional: () => invite.cancel() },
  );
  t.equal(await within(call, 3000, 'refusal').catch((e) => e.status), 487);
  await within(cancelled, 1000, 'cancel event');
});

t.test('busy is passed on', async (t) => {
  const { a, b, caller, callee } = await pair(t);
  callee.invite((_req: Any, res: Any) => res.send(486, { headers: { Reason: 'Q.850;cause=17' } }));
  const error: Any = await within(
    caller.createUAC(`sip:2000@${at(b)}`, { localSdp: sdp() }),
    3000,
    'refusal',
  ).catch((e: unknown) => e);
  t.equal(error.status, 486);
  t.equal(error.res.get('Reason'), 'Q.850;cause=17');
  await until(() => a.stats().dialogs + b.stats().dialogs === 0, 2000, 'dialogs gone');
});
