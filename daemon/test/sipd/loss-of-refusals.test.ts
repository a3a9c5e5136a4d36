/** CANCEL, REGISTER, OPTIONS and refused INVITEs through a path that drops, repeats and delays each message in turn. */
import t from 'tap';
import { type Any, sdp, until, within } from './kit.ts';
import { harmEach, pair } from './losing-path.ts';

t.test('CANCEL of a ringing call: each message harmed', async (t) => {
  const { caller, callee, state, toB, clean } = await pair(t);
  let rang = 0;
  let cancelled = 0;
  callee.invite((req: Any, res: Any) => {
    rang++;
    req.on('cancel', () => cancelled++);
    res.send(180);
  });
  const runs = await harmEach(
    t,
    state,
    async () => {
      let sent: Any;
      const cancel = (): void => {
        sent?.cancel();
        sent = undefined;
      };
      const before = cancelled;
      const ended = caller
        .createUAC(
          `sip:1@127.0.0.1:${toB}`,
          { localSdp: sdp() },
          {
            cbRequest: (_e: Any, req: Any) => {
              sent = req;
              // A 180 that is lost is not repeated: whoever hears nothing gives up too.
              setTimeout(cancel, 100);
            },
            cbProvisional: () => cancel(),
          },
        )
        .then(
          () => 200,
          (e: Any) => e.status,
        );
      const status = await within(ended, 3000, 'end');
      if (status !== 487) throw new Error(`ended with ${status}`);
      await until(() => cancelled === before + 1, 1000, 'cancel at the callee');
      await clean();
    },
    7,
  );
  t.same([rang, cancelled], [runs, runs]);
});

t.test('REGISTER with its challenge, OPTIONS and a refused INVITE: each message harmed', async (t) => {
  const { caller, callee, state, toB, clean } = await pair(t);
  const bindings: string[] = [];
  callee.register((req: Any, res: Any) => {
    if (!req.has('Authorization'))
      return res.send(401, { headers: { 'WWW-Authenticate': 'Digest realm="x", nonce="1", qop="auth"' } });
    bindings.push(req.get('Contact'));
    return res.send(200, { headers: { Contact: `${req.get('Contact')};expires=60` } });
  });
  callee.options((_req: Any, res: Any) => res.send(200));
  callee.invite((_req: Any, res: Any) => res.send(486));
  const ask = (method: string, options: Any): Promise<Any> =>
    within(
      new Promise((resolve, reject) =>
        caller.request(`sip:127.0.0.1:${toB}`, { method, ...options }, (e: Any, req: Any) =>
          e ? reject(e) : req.on('response', (res: Any) => res.status >= 200 && resolve(res)),
        ),
      ),
      3000,
      method,
    );
  const runs = await harmEach(
    t,
    state,
    async () => {
      const registered = await ask('REGISTER', {
        headers: { To: '<sip:u@x>', From: '<sip:u@x>', Contact: '<sip:u@127.0.0.1:9>', Expires: '60' },
        auth: { username: 'u', password: 'p' },
      });
      if (registered.status !== 200) throw new Error(`REGISTER ${registered.status}`);
      const alive = await ask('OPTIONS', {});
      if (alive.status !== 200) throw new Error(`OPTIONS ${alive.status}`);
      const busy = await caller
        .createUAC(`sip:1@127.0.0.1:${toB}`, { localSdp: sdp() })
        .catch((e: Any) => e.status);
      if (busy !== 486) throw new Error(`INVITE ${busy}`);
      await clean();
    },
    9,
  );
  t.equal(bindings.length, runs, 'each REGISTER reached the registrar once');
});
