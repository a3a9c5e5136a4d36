import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import t from 'tap';
import { srtpSuites } from '../../../src/media/srtp/library.ts';

t.test('the library works in a second thread of a process that has started it', async (t) => {
  const here = srtpSuites();
  t.equal(here[0], 'AES_CM_128_HMAC_SHA1_80', 'the one everybody has is offered first');
  t.equal(here.length, 5);
  const library = new URL('../../../src/media/srtp/library.ts', import.meta.url).href;
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  const worker = new Worker(
    `import(${loader})
      .then(({ register }) => (register(), import(${JSON.stringify(library)})))
      .then(({ srtpSuites }) => require('node:worker_threads').parentPort.postMessage(srtpSuites()))`,
    { eval: true, execArgv: [] },
  );
  t.teardown(() => worker.terminate());
  t.same((await once(worker, 'message'))[0], here);
});
