import t from 'tap';
import { ask, claimed, startApi } from './kit.ts';

t.test('traces are read and downloaded by the admin, and by nobody else', async (t) => {
  const at = await startApi();
  t.teardown(() => at.server.close());
  const cookie = await claimed(at);
  at.traces.set('r1', { available: true, messages: [] }).set('alpha', { available: false, messages: [] });
  const paths = [
    '/api/v1/calls/r1/trace',
    '/api/v1/calls/r1/trace.pcap',
    '/api/v1/trunks/alpha/trace',
    '/api/v1/trunks/alpha/trace.pcap',
    '/api/v1/devices/alpha/trace',
    '/api/v1/devices/alpha/trace.pcap',
  ];
  for (const path of paths) {
    t.match(await ask(at, path), { status: 401, json: { error: { code: 'api/not-signed-in' } } }, path);
    t.match(await ask(at, path, { cookie }), { status: 200 }, path);
    const unknown = path.replace(/r1|alpha/, 'nobody');
    t.match(
      await ask(at, unknown, { cookie }),
      { status: 404, json: { error: { code: 'api/not-found' } } },
      unknown,
    );
  }
  t.same((await ask(at, '/api/v1/calls/r1/trace', { cookie })).json, { available: true, messages: [] });
  const { headers } = await ask(at, '/api/v1/calls/r1/trace.pcap', { cookie });
  t.match(headers, {
    'content-type': /^application\/vnd\.tcpdump\.pcap/,
    'content-disposition': /^attachment; filename="?linegate-r1\.pcap"?$/,
    'cache-control': 'no-store',
  });
});
