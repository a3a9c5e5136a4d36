import t from 'tap';
import { port } from '../../src/config/schema/port.ts';
import { PortEcho } from '../../src/main/port-echo.ts';
import { FakeMedia } from '../kit/fake-media.ts';

const fxs = { kind: 'fxs', classOfService: 'all', costCentre: 'office' };

t.test('what is set for a socket reaches its canceller once, and its figures the page', async (t) => {
  const media = new FakeMedia();
  const set: unknown[] = [];
  media.setEcho = async (...args: unknown[]) => void set.push(args);
  const changed: number[] = [];
  const echo = new PortEcho(media, (number) => changed.push(number));
  const telephone = port.parse({ ...fxs, number: 1 });
  const line = port.parse({ number: 5, kind: 'fxo' });
  t.match(telephone, { echoTailMs: 64, echoSuppressor: true });
  t.match(line, { echoTailMs: 64, echoSuppressor: true });
  t.throws(() => port.parse({ ...fxs, number: 1, echoTailMs: 50 }));
  echo.configure([telephone, line]);
  t.same(set, [], 'what is usual need not be said');
  echo.configure([{ ...telephone, echoTailMs: 16 }, line]);
  echo.configure([
    { ...telephone, echoTailMs: 16 },
    { ...line, echoSuppressor: false },
  ]);
  echo.configure([telephone, { ...line, echoSuppressor: false }]);
  t.same(set, [
    ['line:1', { tailMs: 16, suppress: true }],
    ['line:5', { tailMs: 64, suppress: false }],
    ['line:1', { tailMs: 64, suppress: true }],
  ]);
  media.emit('echo', 'line:5', { tailMs: 64, converged: true, erlDb: 11, erleDb: 36 });
  t.same(changed, [5]);
  t.match(echo.figures(5), { erlDb: 11, erleDb: 36 });
  t.equal(echo.figures(1), undefined);
});
