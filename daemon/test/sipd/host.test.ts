import t from 'tap';
import { type SipdHandle, startSipd } from '../../src/sipd/host.ts';
import { type Any, client, SECRET, sdp, within } from './kit.ts';

async function worker(t: Any): Promise<SipdHandle> {
  const sipd = await startSipd({
    listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }],
    control: { host: '127.0.0.1', port: 0, secret: SECRET },
  });
  t.teardown(() => sipd.close());
  return sipd;
}

const exited = (sipd: SipdHandle): Promise<string> => new Promise((resolve) => sipd.once('exited', resolve));

t.test('the engine runs in a worker, serves a client and answers pings', async (t) => {
  const sipd = await worker(t);
  const other = await worker(t);
  const [a, b] = await Promise.all([client(sipd), client(other)]);
  b.invite((req: Any, res: Any) => b.createUAS(req, res, { localSdp: sdp() }));
  const call = await within(
    a.createUAC(`sip:1@127.0.0.1:${other.sip[0]!.port}`, { localSdp: sdp() }),
    3000,
    'answer',
  );
  t.equal((await sipd.stats()).dialogs, 1);
  t.match(
    (await sipd.trace('INVITE')).map((e) => e.direction),
    ['out'],
  );
  await call.destroy();
  const before = sipd.alive();
  await new Promise((resolve) => setTimeout(resolve, 400));
  t.ok(sipd.alive() > before, 'a ping was answered');
  a.disconnect();
  b.disconnect();
});

t.test('a hung worker shows in alive(), a dead one in exited', async (t) => {
  const sipd = await worker(t);
  sipd.order({ kind: 'hang', ms: 700 });
  await new Promise((resolve) => setTimeout(resolve, 600));
  t.ok(performance.now() - sipd.alive() > 500, 'no pong while it hangs');
  const gone = exited(sipd);
  sipd.order({ kind: 'crash' });
  t.match(await within(gone, 3000, 'exited'), /crash/);
  await t.rejects(sipd.stats(), { code: 'sipd/gone' });
});

t.test('an address in use is an error with a reason', async (t) => {
  const sipd = await worker(t);
  await t.rejects(
    startSipd({
      listen: [{ transport: 'udp', host: '127.0.0.1', port: sipd.sip[0]!.port }],
      control: { host: '127.0.0.1', port: 0, secret: SECRET },
    }),
    { code: 'sipd/start', message: /EADDRINUSE/ },
  );
});
