import t from 'tap';
import { operatorCall, pointTrunk, startBox, startOperator, until } from '../kit/box.ts';

const question = (name: string, next: string): object => ({
  id: name,
  does: {
    kind: 'record',
    name,
    say: 'Please rate us from one to five',
    allowed: '12345',
    next,
    otherwise: 'thanks',
  },
});

t.test(
  'a poll by telephone: questions are spoken, answers keyed, kept in the record, and the line is given back',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        pointTrunk(office, 'alpha', operator);
        office.flows = [
          {
            id: 'poll',
            name: 'Poll',
            extension: '66',
            nodes: [
              question('service', 'price'),
              question('price', 'thanks'),
              { id: 'thanks', does: { kind: 'end', say: 'Thank you' } },
            ],
          },
        ];
        office.destinations[0].steps = [{ targets: ['flow:poll'], seconds: 60 }];
      },
    });
    const { host, port } = box.sip;
    const id = await operator.call({ to: `${host}:${port}`, number: '+74951110000' });
    await operatorCall(operator, 'answered');
    await until(
      'the question is heard',
      () => (operator.calls()[0]?.rtp.levelDbm0 ?? -99) > -35 || undefined,
      8000,
    );
    // A wrong mark, the right one, and the second answer ahead of its question.
    await operator.digits(id, '9');
    await until(
      'the wrong one is noted',
      async () => (await box.records(1))[0]?.events.some(({ what }) => what === 'wrong-key') || undefined,
      6000,
    );
    await operator.digits(id, '45');
    await until('the box hangs up', () => operator.calls()[0]?.state === 'ended' || undefined, 15_000);
    const record = await box.ended(8000);
    t.match(record, { servedBy: 'flow:poll', releasedBy: 'box', direction: 'incoming' });
    t.same(record.answers, [
      { flow: 'poll', name: 'service', value: '4' },
      { flow: 'poll', name: 'price', value: '5' },
    ]);
    t.equal(record.answeredAt, undefined, 'nobody of the office had to answer');

    // The same from a telephone of the office, with pauses a hand makes.
    const phone = box.telephone(1);
    await box.dial(1, '66');
    await box.record(({ direction, servedBy }) => direction === 'internal' && servedBy !== undefined, 8000);
    await phone.dial('1');
    await phone.dial('2');
    const own = await box.record(
      ({ direction, answers }) => direction === 'internal' && answers?.length === 2,
      8000,
    );
    t.same(
      own.answers?.map(({ value }) => value),
      ['1', '2'],
    );
    phone.hangup();
    await box.portsIdle();
  },
);
