/** A UDP path between two engines that drops, repeats and delays messages, and flows that are sent over it. */
import { createSocket, type Socket } from 'node:dgram';
import { type Any, at, client, startEngine, until } from './kit.ts';

/** 64*T1 is 1.28 s. */
export const FAST = { T1: 20, T2: 160, T4: 100 };

export type Harm = 'none' | 'drop' | 'repeat' | 'delay';

async function socket(t: Any): Promise<Socket> {
  const s = createSocket('udp4');
  await new Promise<void>((resolve) => s.bind(0, '127.0.0.1', resolve));
  t.teardown(() => s.close());
  return s;
}

/** Joins two engines; `harm` is asked for every datagram, counted from 0. */
export async function path(t: Any, a: number, b: number) {
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

/** One exchange of calls over the path; resolves when it is all over on both sides. */
export type Flow = (name: string) => Promise<void>;

/** Harms each message of a flow in turn: lost, repeated, late. */
export async function harmEach(t: Any, state: Any, flow: Flow, least: number): Promise<number> {
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

export async function pair(t: Any) {
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
