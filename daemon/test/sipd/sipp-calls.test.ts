/** Calls with a foreign stack, SIPp, over real UDP and TCP. */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import t from 'tap';
import { type Any, at, client, QUICK, sdp, startEngine, until, within } from './kit.ts';

/** Runs SIPp in the test's folder; resolves with its exit code and what it wrote. */
function sipp(t: Any, args: string[]): { done: Promise<{ code: number; out: string }>; stop(): void } {
  const child = spawn('sipp', [...args, '-nostdin', '-timeout', '12s', '-timeout_error'], {
    cwd: t.testdir(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  child.stdout.on('data', (d) => (out += d));
  child.stderr.on('data', (d) => (out += d));
  t.teardown(() => child.kill('SIGKILL'));
  return {
    done: new Promise((resolve) =>
      child.on('close', (code) => resolve({ code: code ?? -1, out: out.slice(-1500) })),
    ),
    stop: () => void child.kill('SIGKILL'),
  };
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

async function app(t: Any) {
  const engine = await startEngine({ timers: QUICK });
  const srf = await client(engine);
  t.teardown(async () => {
    srf.disconnect();
    await engine.close();
  });
  return { engine, srf };
}

for (const transport of ['udp', 'tcp'] as const) {
  t.test(`SIPp calls over ${transport}: answered, ended by SIPp`, async (t) => {
    const { engine, srf } = await app(t);
    let ended = 0;
    srf.invite(async (req: Any, res: Any) => {
      res.send(180);
      const dialog = await srf.createUAS(req, res, { localSdp: sdp(5000) });
      dialog.on('destroy', () => ended++);
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    const run = sipp(t, [
      '-sn',
      'uac',
      at(engine, transport),
      '-i',
      '127.0.0.1',
      '-p',
      String(await freePort()),
      '-t',
      transport === 'udp' ? 'u1' : 't1',
      '-m',
      '40',
      '-r',
      '40',
      '-d',
      '50',
    ]);
    const { code, out } = await within(run.done, 14_000, 'sipp');
    t.equal(code, 0, out);
    t.equal(ended, 40);
    await until(() => engine.stats().dialogs === 0, 2000, 'dialogs gone');
  });

  t.test(`SIPp answers over ${transport}: called, ended by us`, async (t) => {
    const { engine, srf } = await app(t);
    const port = await freePort();
    sipp(t, [
      '-sn',
      'uas',
      '-i',
      '127.0.0.1',
      '-p',
      String(port),
      '-t',
      transport === 'udp' ? 'u1' : 't1',
      '-m',
      '20',
    ]);
    const uri = `sip:service@127.0.0.1:${port};transport=${transport}`;
    const probe = async (): Promise<boolean> =>
      srf.createUAC(uri, { localSdp: sdp() }).then(
        (d: Any) => d.destroy(),
        () => undefined,
      );
    // SIPp takes a moment to listen; over TCP an early call is refused.
    let up = false;
    for (let i = 0; i < 50 && !up; i++)
      up =
        (await within(probe(), 6000, 'first call')) !== undefined ||
        (await new Promise((resolve) => setTimeout(() => resolve(false), 50)));
    t.ok(up, 'SIPp answers');
    const calls = await within(
      Promise.all(Array.from({ length: 19 }, () => srf.createUAC(uri, { localSdp: sdp() }))),
      8000,
      'answers',
    );
    for (const dialog of calls) t.match(dialog.remote.sdp, /m=audio/);
    await within(Promise.all(calls.map((dialog: Any) => dialog.destroy())), 5000, 'BYEs');
    await until(() => engine.stats().dialogs === 0, 2000, 'dialogs gone');
  });
}

t.test('SIPp to SIPp through a B2BUA', async (t) => {
  const { engine, srf } = await app(t);
  const port = await freePort();
  sipp(t, ['-sn', 'uas', '-i', '127.0.0.1', '-p', String(port), '-m', '60']);
  srf.invite(async (req: Any, res: Any) => {
    const { uas, uac } = await srf.createB2BUA(req, res, `sip:service@127.0.0.1:${port}`, {});
    uas.on('destroy', () => uac.destroy());
    uac.on('destroy', () => uas.destroy());
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  const run = sipp(t, [
    '-sn',
    'uac',
    at(engine),
    '-i',
    '127.0.0.1',
    '-p',
    String(await freePort()),
    '-m',
    '60',
    '-r',
    '30',
    '-d',
    '50',
  ]);
  const { code, out } = await within(run.done, 14_000, 'sipp');
  t.equal(code, 0, out);
  await until(() => engine.stats().dialogs === 0, 3000, 'dialogs gone');
  t.equal(engine.stats().counts['ack.timeout'], undefined);
});
