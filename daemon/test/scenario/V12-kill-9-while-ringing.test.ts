import t from 'tap';
import { pointTrunk, startBox, startOperator, until } from '../kit/box.ts';

t.test('kill -9 while the far end rings: no call stays up, though it is answered meanwhile', async (t) => {
  const operator = await startOperator(t, { usual: { status: 200, ringMs: 1500 } });
  const box = await startBox(t, { edit: (office) => pointTrunk(office, 'alpha', operator) });
  await box.dial(1, '88121234567');
  await until('it rings', () => operator.calls()[0]?.state === 'ringing', 5000);
  box.daemon.process.kill('SIGKILL');
  await box.daemon.ended;
  box.telephone(1).hangup();
  // Answered into the void: the operator repeats its 200, and nobody acknowledges.
  await until('answered', () => operator.calls()[0]!.state === 'answered', 4000);
  await box.restart();
  t.match(await box.records(), [{ state: 'interrupted', answeredAt: undefined, dialed: '88121234567' }]);
  t.equal((await box.live()).calls.length, 0);
  await box.portsIdle();
  await box.dial(1, '88121234568');
  await until('a new call', () => operator.calls().length === 2, 4000);
});
