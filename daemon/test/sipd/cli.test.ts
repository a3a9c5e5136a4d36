import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { Authority } from '../peers/authority.ts';
import { FakeDns } from '../peers/dns.ts';
import { type Any, client, sdp, within } from './kit.ts';
import { type Peer, udpPeer } from './peer.ts';
import { WebPeer } from './web-peer.ts';

const CLI = fileURLToPath(new URL('../../src/sipd/cli.ts', import.meta.url));
const SCRIPT = fileURLToPath(new URL('../../../scripts/sipd', import.meta.url));
const patience = Number(process.env.LINEGATE_PATIENCE ?? 1);
const anywhere = ['--sip', '127.0.0.1:0', '--control', '127.0.0.1:0', '--secret', 's'];

function run(t: { teardown(fn: () => void): void }, args: string[]) {
  const child = spawn(process.execPath, ['--import=tsx', CLI, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let errors = '';
  child.stderr.on('data', (d) => (errors += d));
  const closed = new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? -1)));
  return { child, closed, errors: () => errors };
}

t.test('the engine as a process: one ready line, a client, a clean end', async (t) => {
  const { child, closed } = run(t, ['--sip', '127.0.0.1:0', '--control=127.0.0.1:0', '--secret', 's']);
  const line: string = await within(
    new Promise((resolve) => createInterface(child.stdout).once('line', resolve)),
    15_000,
    'ready',
  );
  t.match(line, /^ready sip=udp\/127\.0\.0\.1:\d+,tcp\/127\.0\.0\.1:\d+ control=127\.0\.0\.1:\d+ pid=\d+$/);
  const port = Number(/control=127\.0\.0\.1:(\d+)/.exec(line)![1]);
  const srf = await client({ control: { host: '127.0.0.1', port } }, 's');
  srf.disconnect();
  child.kill('SIGTERM');
  t.equal(await within(closed, 5000, 'end'), 0);
});

t.test('wrong options are told with the usage', async (t) => {
  const { closed, errors } = run(t, ['--sip', 'nonsense', '--control', '127.0.0.1:0', '--secret', 's']);
  t.equal(await within(closed, 15_000, 'end'), 2);
  t.match(errors(), /--sip must be HOST:PORT, got nonsense\nUsage/);
});

/** `scripts/sipd` and its ready line. */
async function script(t: { teardown(fn: () => void): void }, args: string[]) {
  const began = performance.now();
  const child = spawn(SCRIPT, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  t.teardown(() => child.kill('SIGKILL'));
  const line: string = await within(
    new Promise((resolve) => createInterface(child.stdout).once('line', resolve)),
    30_000,
    'ready',
  );
  const took = performance.now() - began;
  const port = (what: RegExp): number => Number(what.exec(line)![1]);
  return {
    child,
    line,
    took,
    udp: port(/udp\/127\.0\.0\.1:(\d+)/),
    tcp: port(/tcp\/127\.0\.0\.1:(\d+)/),
    control: { host: '127.0.0.1', port: port(/control=127\.0\.0\.1:(\d+)/) },
  };
}

t.test('scripts/sipd is ready within a second, and stays the process that was started', async (t) => {
  // The first may have something to build.
  (await script(t, anywhere)).child.kill();
  const starts = [await script(t, anywhere), await script(t, anywhere), await script(t, anywhere)];
  const best = Math.min(...starts.map((s) => s.took));
  t.ok(best < 1000 * patience, `ready after ${best.toFixed()} ms`);
  const { child } = starts[0]!;
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  t.equal(await within(ended, 5000, 'end'), 0, 'it is the engine itself that hears the signal');
});

t.test('scripts/sipd takes calls over UDP and TCP, and finds hosts by name', async (t) => {
  const peer: Peer = await udpPeer(t);
  const dns = await FakeDns.start(t, [
    { name: 'op.test', type: 'NAPTR', data: '10 50 s SIP+D2U _sip._udp.op.test' },
    { name: '_sip._udp.op.test', type: 'SRV', data: `10 0 ${peer.port} edge.op.test` },
    { name: 'edge.op.test', type: 'A', data: '127.0.0.1' },
  ]);
  const sipd = await script(t, [...anywhere, '--dns', dns.address]);
  const other = await script(t, anywhere);
  const [srf, far]: Any[] = [await client(sipd, 's'), await client(other, 's')];
  t.teardown(() => {
    srf.disconnect();
    far.disconnect();
  });
  const call = srf.createUAC('sip:1@op.test', { localSdp: sdp() });
  peer.reply(await peer.expect('INVITE'), 200, { body: sdp(5000) });
  const dialog = await within(call, 3000, 'call by name');
  t.same(dns.asked, ['NAPTR op.test', 'SRV _sip._udp.op.test', 'A edge.op.test']);
  const ended = dialog.destroy();
  peer.reply(await peer.expect('BYE'), 200);
  await within(ended, 3000, 'BYE');

  far.invite((req: Any, res: Any) => far.createUAS(req, res, { localSdp: sdp(5000) }).catch(() => {}));
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (const [port, transport] of [
    [other.udp, 'udp'],
    [other.tcp, 'tcp'],
  ]) {
    const uri = `sip:2@127.0.0.1:${port};transport=${transport}`;
    const uac = await within(srf.createUAC(uri, { localSdp: sdp() }), 3000, transport as string);
    t.match(uac.res.get('Via'), new RegExp(`^SIP/2.0/${String(transport).toUpperCase()} `));
    await within(uac.destroy(), 3000, 'BYE');
  }
});

t.test('scripts/sipd listens for SIP over WebSocket where it is told to (RFC 7118)', async (t) => {
  const { key, cert } = new Authority(t.testdir()).selfSigned('DNS:box');
  const dir = t.testdir({ key, cert });
  const tls = ['--wss', '127.0.0.1:0', '--key', `${dir}/key`, '--cert', `${dir}/cert`];
  const sipd = await script(t, [...anywhere, '--ws', '127.0.0.1:0', ...tls]);
  const srf = await client(sipd, 's');
  t.teardown(() => srf.disconnect());
  srf.options((_: Any, res: Any) => res.send(200));
  const port = (proto: string): string => new RegExp(`${proto}/127\\.0\\.0\\.1:(\\d+)`).exec(sipd.line)![1]!;
  for (const proto of ['ws', 'wss']) {
    const url = `${proto}://127.0.0.1:${port(proto)}`;
    const peer = await WebPeer.open(t, url, { rejectUnauthorized: false });
    peer.request('OPTIONS');
    await peer.response(200);
  }
  const { closed, errors } = run(t, [...anywhere, '--wss', '127.0.0.1:0']);
  t.equal(await within(closed, 15_000, 'end'), 2);
  t.match(errors(), /--wss needs --key and --cert/);
});

t.test('scripts/sipd asks the handler it is given', async (t) => {
  const server = createServer((_, res) => res.end('{"action":"reject","data":{"status":603}}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const sipd = await script(t, [...anywhere, '--handler', url]);
  const peer = await udpPeer(t);
  peer.request(`127.0.0.1:${sipd.udp}`, 'INVITE');
  t.match((await peer.response(603)).text, /^SIP\/2\.0 603 Decline\r\n/);
});
