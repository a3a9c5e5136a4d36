/** The B2BUA cases of drachtio-srf's public test suite; see drachtio-srf-suite.test.ts. */
import t from 'tap';
import { runFile } from './suite/run-file.ts';

t.test('b2b.js', async (t) => await runFile(t, 'b2b.js', 19));
