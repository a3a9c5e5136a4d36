/**
 * drachtio-srf's public test suite, from the package as installed, against our engine and SIPp; b2b.js, the
 * longest, is in drachtio-srf-suite-b2b.test.ts.
 *
 * Every file of its index runs. Not run: `unit-tests/`, which test drachtio-srf's own parser and socket code
 * with no server at all and need packages that are not installed with it; `benchmark/`, which measures them;
 * `subscribe.js`, which the index leaves out too: its scenario waits for two NOTIFY of an application that
 * sends one. What it is about is in `uas.js`. Of the scenarios that no file plays, those of lost responses are
 * played here; `uac-drop-200-then-cancel.xml` is not: it wants 481 to a CANCEL that comes after the 200, which
 * RFC 3261 9.2 has answered with 200 (dialog-races.test.ts).
 */
import t from 'tap';
import { type Any, client, QUICK, sdp, until } from './kit.ts';
import { startNetwork } from './suite/network.ts';
import { playCaller, runFile } from './suite/run-file.ts';

t.jobs = 3;
t.test('uas.js', { buffered: true }, async (t) => {
  // It waits for the end of 64*T1, and has no interest in how long that is.
  await runFile(t, 'uas.js', 8, QUICK);
});
t.test('uac.js', { buffered: true }, async (t) => await runFile(t, 'uac.js', 19));
t.test('refer.js', { buffered: true }, async (t) => await runFile(t, 'refer.js', 1));
t.test('proxy.js', { buffered: true }, async (t) => await runFile(t, 'proxy.js', 2));
t.test('reinvite-tests.js', { buffered: true }, async (t) => await runFile(t, 'reinvite-tests.js', 1));
t.test('utils.js', { buffered: true }, async (t) => await runFile(t, 'utils.js', 27));

t.test('responses lost three times of four', { buffered: true }, async (t) => {
  // So many repetitions that one gets through: 400*T1 is 8 s, one every 100 ms.
  const { engines, env } = await startNetwork(t, 'uas.js', { T1: 20, T2: 100, T4: 100, give: 400 });
  const engine = engines.get('drachtio-sut')!;
  const srf = await client({ control: JSON.parse(env.SUITE_CONTROL!)['drachtio-sut'] });
  t.teardown(() => srf.disconnect());
  let refuses = false;
  srf.invite((req: Any, res: Any) => {
    if (refuses) res.send(503);
    else srf.createUAS(req, res, { localSdp: sdp(5000) }).catch(() => {});
  });
  await playCaller(env, 'uac-drop-one-200.xml');
  await until(() => engine.stats().dialogs === 0, 2000, 'the end of the call');
  t.notOk(engine.stats().counts['ack.timeout'], 'the 200 got through, and its ACK back');
  refuses = true;
  await playCaller(env, 'uac-drop-one-503.xml');
  t.pass('the 503 got through');
});
