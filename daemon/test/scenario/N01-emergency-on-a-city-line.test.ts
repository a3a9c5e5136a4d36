import t from 'tap';
import { pointTrunk, startBox, startOperator, until } from '../kit/box.ts';

t.test(
  '112 from a telephone that may call nobody goes out on a city line, and the dispatcher can call back (5h, rulings 3 to 6)',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, { edit: (office) => pointTrunk(office, 'alpha', operator) });
    const [line, phone] = [box.line(5), box.telephone(2)];
    const dialed = line.next('dialed', 8000);
    await box.dial(2, '112');
    t.match(await dialed, { digits: '112' }, 'the exchange got the three digits');
    await until('it talks', async () => (await box.live()).calls[0]?.state === 'talking' || undefined, 5000);
    void phone.speak({ tone: 1000, level: -10 });
    await line.waitForTone(1000, -16, 4000);
    phone.hush();
    void line.speak({ tone: 1400, level: -10 });
    await phone.waitForTone(1400, -16, 4000);
    t.equal(operator.calls().length, 0, 'a free city line goes before every trunk');
    phone.hangup();
    t.match(await box.ended(), {
      service: 'emergency',
      tollClass: 'emergency',
      dialed: '112',
      answerSource: 'polarity',
      routeId: 'emergency-line',
      legs: [{ place: 'port:2' }, { place: 'line:5', number: '112' }],
    });

    // Incoming calls usually ring port 1; for an hour the port of the emergency call comes first.
    await box.portsIdle();
    const ringing = phone.next('ringing', 6000);
    await operator.call({
      to: `${box.sip.host}:${box.sip.port}`,
      number: '+74951110000',
      caller: '+74951120112',
    });
    await ringing;
    t.notOk(box.telephone(1).ringing, 'the usual destination is not rung meanwhile');
    phone.lift();
    await until(
      'the dispatcher is through',
      () => operator.calls().at(-1)?.state === 'answered' || undefined,
      4000,
    );
    phone.hangup();
    t.match(await box.record((r) => r.direction === 'incoming' && r.state === 'ended'), {
      callerNumber: '+74951120112',
      legs: [{ place: 'trunk:alpha' }, { place: 'port:2' }],
    });
  },
);
