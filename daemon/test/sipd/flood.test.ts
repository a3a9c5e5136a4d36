/** A flood from the Internet against the engine in its thread: calls, trunk and emergency go on, memory is bounded. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { patient } from '../../../hw/simulator/office/patience.ts';
import { startSipd } from '../../src/sipd/host.ts';
import { control } from './control.ts';
import { type Any, at, SECRET, sdp, until } from './kit.ts';
import { udpPeer } from './peer.ts';

const TRUNK = '127.0.0.9';
const flooder = fileURLToPath(new URL('../kit/flooder.mjs', import.meta.url));

/** Floods `to`; resolves with what came back. */
function flood(t: Any, to: string, perSecond: number, ms: number, sources: string[]): Promise<Any> {
  const child = spawn(process.execPath, [flooder, to, String(perSecond), String(ms), ...sources], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill());
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  return new Promise((resolve) => child.once('exit', () => resolve(JSON.parse(out || '{}'))));
}

for (const [how, sources] of [
  ['one source', ['127.0.7.7']],
  ['many sources', Array.from({ length: 200 }, (_, i) => `127.0.8.${i + 1}`)],
] as const)
  t.test(`${how}: 4000 requests a second are shed; call, trunk, BYE and emergency are not`, async (t) => {
    const sipd = await startSipd({
      listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }],
      control: { host: '127.0.0.1', port: 0, secret: SECRET },
      guard: { trunks: [TRUNK], lan: ['127.0.0.20/32'], emergency: ['112'] },
    });
    t.teardown(() => sipd.close());
    const to = at(sipd as Any);
    const app = await control(t, sipd);
    for (const verb of ['invite', 'options', 'register']) await app.reply(app.send(`route|${verb}`));
    let asked = 0;
    const timer = setInterval(() => {
      for (const f of app.frames.splice(0)) {
        if (f.words[1] !== 'sip' || f.sip.startsWith('SIP/') || f.words[8] === undefined) continue;
        const friend = f.words[5] === TRUNK || f.words[5] === '127.0.0.20';
        if (f.sip.startsWith('ACK')) continue;
        if (!friend) asked++;
        const ok = `SIP/2.0 200 OK\r\nContent-Type: application/sdp\r\n\r\n${sdp()}`;
        app.send(
          `sip|${f.words[8]}|`,
          friend ? (f.sip.startsWith('INVITE') ? ok : 'SIP/2.0 200 OK\r\n\r\n') : 'SIP/2.0 403 No\r\n\r\n',
        );
      }
    }, 2);
    t.teardown(() => clearInterval(timer));
    const trunk = await udpPeer(t, TRUNK);
    const phone = await udpPeer(t, '127.0.0.20');

    /** A call to the box; resolves with how long its 200 took, and the tag. */
    const call = async (
      peer: Any,
      id: string,
      uri = `sip:100@${to}`,
    ): Promise<{ ms: number; tag: string }> => {
      const began = performance.now();
      // A flood may cost a packet before anyone can look at it: that is what timer A is for (17.1.1.2).
      const text = peer.request(to, 'INVITE', { callId: id, fromTag: 'f', uri, body: sdp() });
      const again = setInterval(() => peer.send(to, text), 500);
      t.teardown(() => clearInterval(again));
      const ok = await peer.next((m: Any) => m.headers['call-id'] === id && m.status >= 200, 5000);
      clearInterval(again);
      t.equal(ok.status, 200, id);
      const toTag = /tag=([^;\s]+)/.exec(ok.headers.to)![1]!;
      peer.request(to, 'ACK', { callId: id, fromTag: 'f', toTag });
      return { ms: performance.now() - began, tag: toTag };
    };
    const before = await call(trunk, 'before');
    const rss = process.memoryUsage().rss;
    const done = flood(t, to, 4000, 1500, [...sources]);
    await until(() => asked > 5, 4000, 'the flood has begun');

    const during = await call(trunk, 'during');
    const emergency = await call(phone, 'emergency', `sip:112@${to}`);
    const began = performance.now();
    const text = trunk.request(to, 'BYE', { callId: 'before', fromTag: 'f', toTag: before.tag, cseq: 2 });
    const again = setInterval(() => trunk.send(to, text), 500);
    t.equal((await trunk.next((m: Any) => m.headers.cseq === '2 BYE', 5000)).status, 200);
    clearInterval(again);
    const bye = performance.now() - began;
    for (const [what, ms] of Object.entries({ during: during.ms, emergency: emergency.ms, bye }))
      t.ok(ms < patient(4000), `${what}: ${ms.toFixed(0)} ms`);
    const { sent, got, retryAfter } = await done;
    t.ok(sent > 3000, `${sent} sent`);
    const replies = Object.values(got as Record<string, number>).reduce((a, b) => a + b, 0);
    t.ok(replies < sent / 3, `answered ${JSON.stringify(got)}: a flood is not doubled`);
    t.equal(retryAfter, got['503'] ?? 0, 'every 503 says when to come back');
    t.ok((got['503'] ?? 0) > 0, 'some are told');
    t.ok(asked < 1200, `the application was asked ${asked} times`);
    const stats = await sipd.stats();
    t.ok(stats.serverTransactions < 4000, `${stats.serverTransactions} transactions`);
    const grown = (process.memoryUsage().rss - rss) / 2 ** 20;
    t.ok(grown < 120, `${grown.toFixed(0)} MB more`);
    t.equal(stats.guard.bans.length, how === 'one source' ? 1 : 0, 'who floods alone is banned');
  });
