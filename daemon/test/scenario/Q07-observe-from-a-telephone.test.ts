import t from 'tap';
import type { AuditPage } from '../../src/api/contract.ts';
import { operatorCall, pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';

t.test('a code and an extension: 1 listens, 2 is heard by the agent alone, 3 by both', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, {
    edit: (office) => {
      pointTrunk(office, 'alpha', operator);
      office.dialing.observeCode = '*55';
      office.people.push({
        id: 'chief',
        name: 'Chief',
        ports: [2],
        classOfService: 'staff',
        mayObserve: true,
      });
    },
  });
  const [agent, supervisor] = [box.telephone(1), box.telephone(2)];
  await box.dial(1, '88121234567');
  const far = await operatorCall(operator, 'answered');
  void agent.speak({ tone: 1000, level: -10 });
  operator.play(far.id, { type: 'tone', frequency: 1400, dbm0: -10 });
  await toneAtOperator(operator, far.id, 1000);

  await box.dial(2, '*5521');
  await supervisor.waitForTone(1000, -13, 8000);
  await supervisor.waitForTone(1400, -13, 5000);
  void supervisor.speak({ tone: 700, level: -10 });
  await toneAtOperator(operator, far.id, 1000);
  t.ok(operator.level(far.id, 700) < -45, 'who listens is heard by the customer not at all');
  t.ok(agent.level(200, 700) < -35, 'nor by the agent');

  /** A key, and the voice again: the telephone sends one thing at a time. */
  const key = async (digit: string): Promise<void> => {
    supervisor.hush();
    await supervisor.dial(digit);
    void supervisor.speak({ tone: 700, level: -10 });
  };
  await key('2');
  await agent.waitForTone(700, -13, 8000);
  t.ok(operator.level(far.id, 700) < -25, 'a whisper is heard by the agent, and not by the customer');
  await key('3');
  await toneAtOperator(operator, far.id, 700);
  t.pass('then by both');

  supervisor.hush();
  supervisor.hangup();
  await until('a call of two again', () => operator.level(far.id, 700) < -40 || undefined, 5000);
  await agent.waitForTone(1400, -13, 3000);
  const call = (await box.live()).calls.find(({ caller }) => caller.place === 'port:1');
  agent.hangup();
  const { entries } = await box.api.get<AuditPage>(`/api/v1/audit?call=${call?.id}`);
  t.same(
    entries.map(({ who, from, act }) => `${who} ${from} ${act}`).reverse(),
    ['observed-listen', 'observed-whisper', 'observed-barge', 'observed-no-more'].map(
      (act) => `person:chief port:2 ${act}`,
    ),
    'all of it is in the audit log',
  );
  await box.portsIdle();
});
