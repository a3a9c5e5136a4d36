/** A call through a UDP path that drops, repeats and reorders every message of it in turn. */
import { createSocket, type Socket } from 'node:dgram';
import t from 'tap';
import { type Any, at, client, next, sdp, startEngine, until, within } from './kit.ts';

/** 64*T1 is 1.28 s. */
const FAST = { T1: 20, T2: 160, T4: 100 };

type Harm = 'none' | 'drop' | 'repeat' | 'delay';

async function socket(t: Any): Promise<Socket> {
  const s = createSocket('udp4');
  await new Promise<void>((resolve) => s.bind(0, '127.0.0.1', resolve));
  t.teardown(() => s.close());
  return s;
}

/** Joins two engines; `harm` is asked for every datagram, counted from 0. */
async function path(t: Any, a: number, b: number) {
  const [left, right] = [await socket(t), await socket(t)];
  const state = { closed: false, count: 0, harm: (_n: number): Harm => 'none', log: [] as string[] };
  t.teardown(() => {
    state.closed = true;
  });
  const pass = (from: Socket, to: Socket, toPort: number): void => {
    from.on('message', (bytes) => {
      // The peers must find each other through the path, not around it.
      const text = bytes
        .toString('latin1')
        .replace(/^(Contact: .*127\.0\.0\.1:)\d+/m, `$1${to.address().port}`);
      const send = (): void => {
        if (!state.closed) to.send(Buffer.from(text, 'latin1'), toPort, '127.0.0.1');
      };
      const harm = state.harm(state.count++);
      state.log.push(`${harm} ${text.split('\r\n')[0]}`);
      if (harm === 'drop') return;
      // Long enough for what follows, and its repetition, to overtake it.
      if (harm === 'delay') setTimeout(send, 50);
      else send();
      if (harm === 'repeat') setTimeout(send, 3);
    });
  };
  pass(left, right, b);
  pass(right, left, a);
  return { state, toB: left.address().port };
}

t.test('every message lost, repeated or late: the call stands and ends cleanly', async (t) => {
  const [a, b] = await Promise.all([startEngine({ timers: FAST }), startEngine({ timers: FAST })]);
  const [caller, callee] = await Promise.all([client(a), client(b)]);
  t.teardown(async () => {
    caller.disconnect();
    callee.disconnect();
    await Promise.all([a.close(), b.close()]);
  });
  const port = (e: typeof a): number => Number(at(e).split(':')[1]);
  const { state, toB } = await path(t, port(a), port(b));
  const invites: string[] = [];
  callee.invite(async (req: Any, res: Any) => {
    invites.push(req.get('Call-ID'));
    res.send(180);
    const dialog = await callee.createUAS(req, res, { localSdp: sdp(5000) });
    dialog.on('info', (_q: Any, r: Any) => r.send(200));
  });

  async function call(name: string): Promise<void> {
    state.count = 0;
    state.log = [];
    try {
      const uac = await within(
        caller.createUAC(`sip:1@127.0.0.1:${toB}`, { localSdp: sdp() }),
        2500,
        'answer',
      );
      const info = await within(uac.request({ method: 'INFO' }), 2500, 'INFO');
      if (info.status !== 200) throw new Error(`INFO ${info.status}`);
      await within(uac.destroy(), 2500, 'BYE');
      await until(() => a.stats().dialogs + b.stats().dialogs === 0, 2500, 'dialogs gone');
    } catch (e) {
      t.fail(`${name}: ${(e as Error).message}`, { log: state.log });
    }
  }

  await call('undisturbed');
  const messages = state.count;
  t.ok(messages >= 9, `${messages} messages`);
  for (const harm of ['drop', 'repeat', 'delay'] as const)
    for (let victim = 0; victim < messages; victim++) {
      state.harm = (n) => (n === victim ? harm : 'none');
      await call(`${harm} ${victim}`);
    }
  t.equal(new Set(invites).size, invites.length, 'no INVITE reached the client twice');
  t.equal(invites.length, 1 + 3 * messages);
  t.same([a.stats().counts['ack.timeout'], b.stats().counts['ack.timeout']], [undefined, undefined]);
});

/** One exchange of calls over the path; resolves when it is all over on both sides. */
type Flow = (name: string) => Promise<void>;

/** Harms each message of a flow in turn: lost, repeated, late. */
async function harmEach(t: Any, state: Any, flow: Flow, least: number): Promise<number> {
  const run = async (name: string): Promise<void> => {
    state.count = 0;
    state.log = [];
    await flow(name).catch((e: Error) => t.fail(`${name}: ${e.message}`, { log: state.log }));
  };
  state.harm = () => 'none';
  await run('undisturbed');
  const messages = state.count;
  t.ok(messages >= least, `${messages} messages`);
  for (const harm of ['drop', 'repeat', 'delay'] as const)
    for (let victim = 0; victim < messages; victim++) {
      state.harm = (n: number) => (n === victim ? harm : 'none');
      await run(`${harm} ${victim}`);
    }
  return 1 + 3 * messages;
}

async function pair(t: Any) {
  const [a, b] = await Promise.all([startEngine({ timers: FAST }), startEngine({ timers: FAST })]);
  const [caller, callee] = await Promise.all([client(a), client(b)]);
  t.teardown(async () => {
    caller.disconnect();
    callee.disconnect();
    await Promise.all([a.close(), b.close()]);
  });
  const port = (e: typeof a): number => Number(at(e).split(':')[1]);
  const { state, toB } = await path(t, port(a), port(b));
  const clean = (): Promise<void> =>
    until(() => a.stats().dialogs + b.stats().dialogs === 0, 2500, 'dialogs gone');
  return { a, b, caller, callee, state, toB, clean };
}

t.test(
  'reliable ringing, PRACK, re-INVITE both ways, UPDATE and BYE by the callee: each message harmed',
  async (t) => {
    const { caller, callee, state, toB, clean } = await pair(t);
    let answered: ((dialog: Any) => void) | undefined;
    const seen = { invites: 0, pracks: 0 };
    callee.invite((req: Any, res: Any) => {
      seen.invites++;
      res.send(
        183,
        { headers: { Require: '100rel' }, body: sdp(5000) },
        () => {},
        () => {
          seen.pracks++;
          callee.createUAS(req, res, { localSdp: sdp(5000) }).then((dialog: Any) => answered?.(dialog));
        },
      );
    });
    const runs = await harmEach(
      t,
      state,
      async () => {
        const standing = new Promise<Any>((resolve) => {
          answered = resolve;
        });
        const uac = await within(
          caller.createUAC(`sip:1@127.0.0.1:${toB}`, { localSdp: sdp(), headers: { Supported: '100rel' } }),
          3000,
          'answer',
        );
        const uas = await within(standing, 3000, 'uas');
        uac.on('modify', (_q: Any, r: Any) => r.send(200, { body: sdp(4002) }));
        for (const side of [uas, uac])
          side.on('update', (_q: Any, r: Any) => r.send(200, { body: sdp(5002) }));
        uas.on('modify', (_q: Any, r: Any) => r.send(200, { body: sdp(5004) }));
        // The ACK may still be on its way, and re-INVITEs of both sides have to take turns.
        const offer = async (side: Any, method: string, port: number): Promise<void> => {
          for (let tries = 0; ; tries++) {
            const { status } = await within(side.request({ method, body: sdp(port) }), 3000, method);
            if (status === 200) return;
            if (tries > 5 || (status !== 491 && status !== 500)) throw new Error(`${method} ${status}`);
            await new Promise((resolve) => setTimeout(resolve, 60));
          }
        };
        await offer(uac, 'INVITE', 4010);
        await offer(uac, 'UPDATE', 4012);
        await offer(uas, 'INVITE', 5010);
        await within(uas.destroy(), 3000, 'BYE');
        await clean();
      },
      18,
    );
    t.same(seen, { invites: runs, pracks: runs }, 'each told to the client once');
  },
);

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

t.test('a fifth of everything lost, a fifth repeated, a fifth late: calls go on', async (t) => {
  const [a, b] = await Promise.all([startEngine({ timers: FAST }), startEngine({ timers: FAST })]);
  const [caller, callee] = await Promise.all([client(a), client(b)]);
  t.teardown(async () => {
    caller.disconnect();
    callee.disconnect();
    await Promise.all([a.close(), b.close()]);
  });
  const port = (e: typeof a): number => Number(at(e).split(':')[1]);
  const { state, toB } = await path(t, port(a), port(b));
  let seed = 12345;
  const random = (): number => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
  state.harm = () =>
    random() < 0.2 ? 'drop' : random() < 0.25 ? 'repeat' : random() < 0.33 ? 'delay' : 'none';
  callee.invite(
    async (req: Any, res: Any) => void (await callee.createUAS(req, res, { localSdp: sdp(5000) })),
  );
  const results = await within(
    Promise.all(
      Array.from({ length: 30 }, async () => {
        const uac = await caller.createUAC(`sip:1@127.0.0.1:${toB}`, { localSdp: sdp() });
        if ((await uac.request({ method: 'INFO' })).status !== 200) throw new Error('INFO');
        const gone = next(uac, 'destroy', 100).catch(() => undefined);
        await uac.destroy();
        await gone;
        return 'done';
      }),
    ),
    9000,
    'calls',
  );
  t.equal(results.length, 30);
  await until(() => a.stats().dialogs + b.stats().dialogs === 0, 4000, 'dialogs gone');
});
