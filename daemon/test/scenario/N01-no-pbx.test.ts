import t from 'tap';
import { operatorCall, pointTrunk, startBox, startOperator, until } from '../kit/box.ts';
import { hearCadence } from '../kit/ears.ts';

t.test('without a PBX: 8 495 ... takes the trunk, a number of the town the city line (N01)', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, {
    edit: (office) => {
      pointTrunk(office, 'alpha', operator);
      office.dialing.areaCodes = ['812'];
    },
  });
  const phone = box.telephone(1);
  const line = box.line(5);
  await box.dial(1, '84951234567');
  const far = await operatorCall(operator, 'answered', 6000);
  t.equal(far.number, '+74951234567');
  phone.hangup();
  t.match(await box.ended(), { tollClass: 'national', trunkId: 'alpha', answerSource: 'sip' });
  t.equal(line.lineState, 'idle', 'no city line was taken for it');
  await box.portsIdle();

  const dialed = line.next('dialed', 8000);
  await box.dial(1, '2345678');
  t.match(await dialed, { digits: '2345678' }, 'the exchange received these digits');
  await phone.waitForTone(425, -25, 4000);
  t.pass("the exchange's own ringback is heard");
  await until('they talk', async () => (await box.live()).calls[0]?.state === 'talking' || undefined, 6000);
  void phone.speak({ tone: 1000, level: -10 });
  const toLine = await line.waitForTone(1000, -16, 4000);
  phone.hush();
  void line.speak({ tone: 1400, level: -10 });
  const toPhone = await phone.waitForTone(1400, -16, 4000);
  t.pass(`audio both ways: ${toLine.toFixed(1)} and ${toPhone.toFixed(1)} dBm0`);
  const live = await box.live();
  t.match(live.calls, [{ state: 'talking', called: { place: 'line:5' } }]);
  t.match(
    live.ports.filter((port) => port.number === 1 || port.number === 5).map((port) => port.state),
    ['talking', 'talking'],
  );
  t.equal(operator.calls().length, 1, 'nothing of it went to the trunk');
  const released = line.next('released', 5000);
  phone.hangup();
  await released;
  t.pass('the exchange has its line back');
  t.match(await box.ended(), {
    direction: 'outgoing',
    tollClass: 'local',
    calledNumber: '+78122345678',
    routeId: 'city',
    answerSource: 'polarity',
    releasedBy: 'caller',
    q850: 16,
    legs: [{ place: 'port:1' }, { place: 'line:5', answerSource: 'polarity' }],
  });
});

t.test('the number of the town is busy: the busy tone is heard, and the record says so', async (t) => {
  const box = await startBox(t);
  const line = box.line(5);
  line.options.rules = [{ pattern: '2\\d{6}', result: 'busy' }];
  const released = line.next('released', 15_000);
  await box.dial(1, '2345678');
  t.match(await box.ended(10_000), {
    q850: 17,
    releasedBy: 'called',
    calledNumber: '+74952345678',
    legs: [{}, { place: 'line:5', q850: 17 }],
  });
  await released;
  t.pass('the box has let go of the line');
  const { onMs, offMs } = await hearCadence(box.telephone(1));
  t.ok(near(onMs, 350) && near(offMs, 350), `busy tone: ${onMs} ms on, ${offMs} ms off`);
  t.equal((await box.live()).calls.length, 0);
  box.telephone(1).hangup();
  await box.portsIdle();
});

const near = (ms: number, wanted: number): boolean => Math.abs(ms - wanted) <= 40;
