/**
 * drachtio-srf's public test suite, from the package as installed, against our engine and SIPp; b2b.js, the
 * longest, is in drachtio-srf-suite-b2b.test.ts.
 *
 * Every file of its index runs. Not run: `unit-tests/`, which test drachtio-srf's own parser and socket code
 * with no server at all and need packages that are not installed with it; `benchmark/`, which measures them;
 * `subscribe.js`, which the index leaves out too: its scenario waits for two NOTIFY of an application that
 * sends one. What it is about is in `uas.js`.
 */
import t from 'tap';
import { QUICK } from './kit.ts';
import { runFile } from './suite/run-file.ts';

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
