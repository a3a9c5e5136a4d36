import t from 'tap';
import { DEMO_OFFICE } from '../../../hw/simulator/office/layout.ts';
import { type Box, operatorCall, pointTrunk, startBox, startOperator, until } from '../kit/box.ts';

/** Whether port 1 stands on the city line of port 5. */
const joined = (box: Box): boolean => box.simulator.card.relay.engaged(1) === true;

/** A city number on the lifeline: without the box, through the exchange itself. */
async function callOnLifeline(box: Box): Promise<void> {
  const phone = box.telephone(1);
  phone.lift();
  await phone.waitForTone(425, -30, 3000);
  await phone.dial('2345678', { onMs: 60, offMs: 60 });
  await until('the exchange puts it through', () => box.line(5).talking, 6000);
}

t.test(
  'a dead daemon and a hung one: the lifeline is there, and parts late (rulings 1, 2, 36)',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, {
      layout: { ...DEMO_OFFICE, lifelineIdleMs: 500 },
      edit: (office) => pointTrunk(office, 'alpha', operator),
    });
    const phone = box.telephone(1);
    t.notOk(joined(box), "in service the socket is the box's");

    await t.test('hung: the relay is there after a second or two; a call on it is not cut', async (t) => {
      // By the card's own clock, as it counts what it has not heard.
      const hungAt = box.simulator.time.ms;
      box.daemon.process.kill('SIGSTOP');
      await until('the relay is joined', () => joined(box), 4000);
      const ms = box.simulator.time.ms - hungAt;
      t.ok(ms > 700 && ms < 2500, `after ${ms.toFixed(0)} ms`);
      await callOnLifeline(box);
      box.daemon.process.kill('SIGCONT');
      await until('the card is back', async () => (await box.live()).card.up, 8000);
      box.line(5).hush();
      void box.line(5).speak({ tone: 1400, level: -10 });
      await phone.waitForTone(1400, -14, 3000);
      t.ok(joined(box), 'while somebody talks on it the relay stays');
      t.ok(box.line(5).talking);
      t.match((await box.live()).calls, [], 'and the box does not meddle');
      phone.hangup();
      const idleAt = box.simulator.time.ms;
      await until('the relay parts', () => !joined(box), 4000);
      t.ok(box.simulator.time.ms - idleAt > 300, 'when the pair has been idle for its time');
    });

    await t.test('killed: the same, and after the start the box serves again', async (t) => {
      await box.portsIdle();
      const killedAt = box.simulator.time.ms;
      box.daemon.process.kill('SIGKILL');
      await until('the relay is joined', () => joined(box), 4000);
      const ms = box.simulator.time.ms - killedAt;
      t.ok(ms > 700 && ms < 2500, `after ${ms.toFixed(0)} ms`);
      await callOnLifeline(box);
      await box.restart();
      t.ok(joined(box) && box.line(5).talking, 'the start does not cut the call');
      phone.hangup();
      await until('the relay parts', () => !joined(box), 4000);
      await box.portsIdle();
      await box.dial(1, '88121234567');
      await operatorCall(operator, 'answered');
      phone.hangup();
      t.match(await box.record((record) => record.state === 'ended'), { trunkId: 'alpha' });
    });
  },
);
