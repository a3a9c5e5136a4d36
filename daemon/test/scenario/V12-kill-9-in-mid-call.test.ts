import t from 'tap';
import { patient } from '../../../hw/simulator/office/patience.ts';
import type { CallReport } from '../../../scripts/lib/operator.ts';
import { type Box, pointTrunk, startBox, startOperator, until } from '../kit/box.ts';

/** Death without a word, as by the kernel. */
async function kill(box: Box): Promise<void> {
  box.daemon.process.kill('SIGKILL');
  await box.daemon.ended;
}

t.test('kill -9 in the middle of three calls: nothing runs on, nothing is forgotten', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, {
    edit: (office) => {
      pointTrunk(office, 'alpha', operator);
      office.ports[1].classOfService = 'staff';
      const city = office.routes.find((route: { id: string }) => route.id === 'city');
      city.via.ports = [6];
      office.destinations.push({
        id: 'hall',
        name: 'Hall',
        classOfService: 'staff',
        steps: [{ targets: ['port:4'], seconds: 60 }],
      });
      office.incomingNumbers = [{ id: 'hall', number: '+74951110004', destination: 'hall' }];
    },
  });
  const report = (id: string): CallReport => operator.calls().find((call) => call.id === id)!;
  const [desk, store, hall] = [box.telephone(1), box.telephone(2), box.telephone(4)];
  const line = box.line(6);

  // One talks over the trunk, one over a city line, one rings.
  await box.dial(1, '88121234567');
  const far = await until('the trunk call', () => operator.calls().find((c) => c.state === 'answered'), 5000);
  await box.dial(2, '2345678');
  await until('the city call', () => line.talking, 6000);
  const caller = await operator.call({
    to: `${box.sip.host}:${box.sip.port}`,
    number: '+74951110004',
    caller: '+78120000001',
  });
  await until('the hall rings', () => hall.ringing, 4000);
  await until('all three are shown', async () => (await box.live()).calls.length === 3, 3000);

  // By the card's own clock, which a busy machine holds up.
  const { time } = box.simulator;
  const killedAt = time.ms;
  await kill(box);
  t.equal(line.lineState, 'talking', 'the exchange still holds the line');
  await until('the card has hung the line up by itself', () => line.lineState === 'idle', 20_000);
  t.ok(time.ms - killedAt < 6000, 'within 5 s of noticing (ruling 7)');
  t.equal(hall.state().bell, false, 'the bell is silent');
  t.equal(report(far.id).state, 'answered', 'the operator knows nothing yet');
  // The lifeline joins port 1 to line 5 while there is no daemon: the handset hears the exchange.
  await desk.waitForTone(425, -30, 4000);
  for (const phone of [desk, store]) phone.hangup();

  const restartedAt = time.ms;
  await box.restart();
  await until('the orphan gets its BYE', () => report(far.id).state === 'ended', 5000);
  t.match(report(far.id), { endedBy: 'box' });
  const records = await box.records();
  t.equal(records.length, 3);
  t.same([...new Set(records.map((record) => record.state))], ['interrupted']);
  t.match(
    records.find((record) => record.calledNumber === '+78121234567'),
    { trunkId: 'alpha', answeredAt: Number, q850: 41, endedAt: undefined, price: undefined },
  );
  t.equal((await box.live()).calls.length, 0);
  // The operator gives its ringing call up; the box that came back knows nothing of it.
  void operator.hangUp(caller);

  await box.portsIdle();
  await box.dial(1, '88121234568');
  const again = await until(
    'a new call',
    () => operator.calls().find((call) => call.number === '+78121234568' && call.state === 'answered'),
    6000,
  );
  t.ok(time.ms - restartedAt < patient(10_000), 'within 10 s of the new start');
  operator.play(again.id, { type: 'tone', frequency: 1400, dbm0: -10 });
  await desk.waitForTone(1400, -12, 4000);
  desk.hangup();
  t.match(await box.record((record) => record.dialed === '88121234568' && record.state === 'ended'), {
    releasedBy: 'caller',
  });
});
