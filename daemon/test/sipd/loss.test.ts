/** A call through a UDP path that drops, repeats and reorders every message of it in turn. */
import t from 'tap';
import { type Any, at, client, next, QUICK, sdp, startEngine, until, within } from './kit.ts';
import { FAST, path } from './losing-path.ts';

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

t.test('a fifth of everything lost, a fifth repeated, a fifth late: calls go on', async (t) => {
  // 64*T1 are 4 s here, which no machine takes to let a process go on.
  const [a, b] = await Promise.all([startEngine({ timers: QUICK }), startEngine({ timers: QUICK })]);
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
    15_000,
    'calls',
  );
  t.equal(results.length, 30);
  await until(() => a.stats().dialogs + b.stats().dialogs === 0, 4000, 'dialogs gone');
});
