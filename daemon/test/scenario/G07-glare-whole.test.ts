import t from 'tap';
import { startBox, until } from '../kit/box.ts';

t.test(
  'a city line rings as it is seized: the stranger is joined to nobody, the call takes the other line (G07)',
  async (t) => {
    const box = await startBox(t);
    const [five, six, phone] = [box.line(5), box.line(6), box.telephone(4)];
    five.armGlare({ number: '4951230000' });
    const taken = six.next('dialed', 10_000);
    await box.dial(4, '2345678');
    t.match(await taken, { digits: '2345678' }, 'the number went out on the other line');
    await until(
      'they talk',
      async () =>
        (await box.live()).calls.some((c) => c.direction === 'outgoing' && c.state === 'talking') ||
        undefined,
      6000,
    );
    void six.speak({ tone: 1400, level: -10 });
    await phone.waitForTone(1400, -16, 4000);
    void phone.speak({ tone: 1000, level: -10 });
    await six.waitForTone(1000, -16, 4000);
    t.ok(five.level(500, 1000) < -50, 'whoever came in on the first line hears nothing of it');
    t.equal(five.digits, '', 'and no digit of the number');
    phone.hangup();
    const record = await box.record((r) => r.direction === 'outgoing' && r.state === 'ended');
    t.match(record, {
      calledNumber: '+74952345678',
      answerSource: 'polarity',
      legs: [
        { place: 'port:4' },
        { place: 'line:5', q850: 44, causeText: /call came in/ },
        { place: 'line:6' },
      ],
    });
    t.notOk(
      record.legs.some((leg) => leg.place === 'line:5' && leg.answeredAt !== undefined),
      'the first line was never part of the conversation',
    );
  },
);
