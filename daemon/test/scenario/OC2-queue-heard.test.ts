import t from 'tap';
import type { QueuesView } from '../../src/api/contract.ts';
import { pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';
import { wavFile } from '../kit/wav.ts';

/** A second and a half of 1000 Hz: an announcement that can be measured. */
const words = Int16Array.from({ length: 12_000 }, (_, i) =>
  Math.round(20_000 * Math.sin((2 * Math.PI * 1000 * i) / 8000)),
);

t.test(
  'callers wait in line, hear announcements, and talk to whoever comes free, the first first',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        pointTrunk(office, 'alpha', operator);
        office.prompts = [{ id: 'hold', name: 'Please hold' }];
        office.queues = [
          {
            ...{ id: 'sales', name: 'Sales', members: [{ person: 'anna' }], wrapUpSeconds: 0 },
            ...{ announcement: 'prompt:hold', announcePosition: false, announceSeconds: 10 },
            sound: 'ringback',
          },
        ];
        office.destinations[0].steps = [{ targets: ['queue:sales'], seconds: 30 }];
      },
    });
    await box.api.upload('/api/v1/prompts/hold/sound', wavFile(words), 'audio/wav');
    const anna = box.telephone(1);
    anna.lift();
    await anna.waitForTone(425, -20, 8000);

    const { host, port } = box.sip;
    const calling = (caller: string): Promise<string> =>
      operator.call({ to: `${host}:${port}`, number: '+74951110000', caller });
    const report = (id: string) => operator.calls().find((call) => call.id === id);
    const first = await calling('+79035550001');
    await until(
      'the first is answered, not busy',
      () => report(first)?.state === 'answered' || undefined,
      8000,
    );
    await toneAtOperator(operator, first, 1000, -21, 2);
    t.pass('the announcement is heard');
    await toneAtOperator(operator, first, 425, -19, 6);
    t.pass('and what is heard while waiting after it');
    const second = await calling('+79035550002');
    await until('so is the second', () => report(second)?.state === 'answered' || undefined, 8000);
    const waiting = async (): Promise<string[]> =>
      (await box.live()).queues[0]!.waiting.map(({ position, number }) => `${position} ${number}`);
    t.same(await waiting(), ['1 +79035550001', '2 +79035550002'], 'the board shows both, in order');

    anna.hangup();
    await until('anna is rung', () => anna.ringing || undefined, 8000);
    anna.lift();
    void anna.speak({ tone: 700, level: -10 });
    await toneAtOperator(operator, first, 700);
    t.ok(operator.level(second, 700) < -40, 'the second hears nothing of it');
    t.same(await waiting(), ['1 +79035550002'], 'and has moved up');
    t.match((await box.live()).agents, [{ id: 'anna', state: 'talking', queue: 'sales' }]);
    anna.hush();
    anna.hangup();
    await until('and again', () => anna.ringing || undefined, 8000);
    anna.lift();
    void anna.speak({ tone: 700, level: -10 });
    await toneAtOperator(operator, second, 700);
    anna.hush();
    anna.hangup();

    const record = await box.record(
      ({ callerNumber, state }) => callerNumber === '+79035550002' && state === 'ended',
    );
    t.match(record, { servedBy: 'queue:sales', answeredBy: 'anna' });
    t.same(
      record.events.filter(({ what }) => what.startsWith('queue')).map(({ what }) => what),
      ['queued', 'queue-offered', 'queue-answered'],
    );
    const { queues } = await box.api.get<QueuesView>('/api/v1/queues');
    t.match(queues[0], { waiting: [], today: { came: 2, answered: 2, abandoned: 0 } });
    await box.portsIdle();
  },
);
