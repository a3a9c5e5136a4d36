import t from 'tap';
import { operatorCall, pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';

t.test('a supervisor listens, whispers to the agent, and joins in: who hears whom', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, { edit: (office) => pointTrunk(office, 'alpha', operator) });
  const [agent, supervisor] = [box.telephone(1), box.telephone(2)];
  await box.dial(1, '88121234567');
  const far = await operatorCall(operator, 'answered');
  void agent.speak({ tone: 1000, level: -10 });
  operator.play(far.id, { type: 'tone', frequency: 1400, dbm0: -10 });
  await toneAtOperator(operator, far.id, 1000);
  const { id } = (await box.live()).calls[0]!;
  await t.rejects(box.api.post(`/api/v1/calls/${id}/observe`, { mode: 'spy', extension: '12' }), /400/);

  const ringing = supervisor.next('ringing', 8000);
  await box.api.post(`/api/v1/calls/${id}/observe`, { mode: 'listen', extension: '12' });
  await ringing;
  supervisor.lift();
  void supervisor.speak({ tone: 700, level: -10 });
  await supervisor.waitForTone(1000, -13, 5000);
  await supervisor.waitForTone(1400, -13, 5000);
  t.pass('the supervisor hears both');
  t.ok(operator.level(far.id, 700) < -45, 'and is heard by the customer not at all');
  t.ok(agent.level(200, 700) < -35, 'nor by the agent');
  await toneAtOperator(operator, far.id, 1000);
  await agent.waitForTone(1400, -13, 3000);

  await box.api.post(`/api/v1/calls/${id}/observe`, { mode: 'whisper', extension: '12' });
  await agent.waitForTone(700, -13, 4000);
  t.pass('a whisper is heard by the agent');
  t.ok(operator.level(far.id, 700) < -25, 'and by the customer not');

  await box.api.post(`/api/v1/calls/${id}/observe`, { mode: 'barge', extension: '12' });
  await toneAtOperator(operator, far.id, 700);
  await agent.waitForTone(700, -13, 4000);
  t.pass('then by both');

  supervisor.hush();
  supervisor.hangup();
  await until('the call is one of two again', () => operator.level(far.id, 700) < -40 || undefined, 4000);
  await toneAtOperator(operator, far.id, 1000);
  await agent.waitForTone(1400, -13, 3000);
  agent.hangup();
  const { events } = await box.ended();
  t.strictSame(
    events.map(({ what }) => what).filter((what) => what.startsWith('observed')),
    ['observed-listen', 'observed-whisper', 'observed-barge', 'observed-no-more'],
    'the record tells all of it',
  );
  await box.portsIdle();
});

t.test('nobody takes part in an emergency call', async (t) => {
  const box = await startBox(t);
  await box.dial(1, '112');
  const call = await until('the call', async () => (await box.live()).calls[0], 8000);
  await t.rejects(
    box.api.post(`/api/v1/calls/${call.id}/observe`, { mode: 'listen', extension: '12' }),
    /40[49]/,
  );
  box.telephone(1).hangup();
});
