import t from 'tap';
import { type Box, startBox, until } from '../kit/box.ts';

async function talking(box: Box, port: number): Promise<void> {
  await until(
    `port ${port} talks`,
    async () =>
      (await box.live()).calls.some((c) => c.caller.place === `port:${port}` && c.state === 'talking') ||
      undefined,
    9000,
  );
}

t.test(
  'with all lines in use an emergency call takes one over, and never one of another emergency call (ruling 5)',
  async (t) => {
    const box = await startBox(t);
    const [five, six] = [box.line(5), box.line(6)];
    await Promise.all([box.dial(1, '2345671'), box.dial(4, '2345674')]);
    await Promise.all([talking(box, 1), talking(box, 4)]);

    const first = five.next('dialed', 12_000);
    await box.dial(2, '112');
    t.match(await first, { digits: '112' }, 'the line has new digits after its own dial tone');
    const cut = await box.record((r) => r.calledNumber === '+74952345671' && r.state === 'ended');
    t.match(cut, { releasedBy: 'box', causeText: /emergency/ });
    await box.telephone(1).waitForTone(425, -20, 4000);
    t.pass('whose call it was hears the busy tone');
    t.ok(six.talking, 'the other call goes on');

    // Now whoever was cut off calls for help as well: the remaining ordinary call gives way.
    box.telephone(1).hangup();
    await until(
      'port 1 is free',
      async () => (await box.live()).ports[0]?.state === 'idle' || undefined,
      4000,
    );
    const second = six.next('dialed', 12_000);
    await box.dial(1, '103');
    t.match(await second, { digits: '103' });
    await talking(box, 1);

    // Nothing is left to be taken: the third is told so, and the two go on.
    box.telephone(4).hangup();
    await until(
      'port 4 is free',
      async () => (await box.live()).ports[3]?.state === 'idle' || undefined,
      4000,
    );
    await box.dial(4, '101');
    const refused = await box.record((r) => r.dialed === '101' && r.state === 'ended');
    t.match(refused, { service: 'emergency', releasedBy: 'box', q850: 34 });
    t.match(
      (await box.live()).calls.map((call) => [call.service, call.state]),
      [
        ['emergency', 'talking'],
        ['emergency', 'talking'],
      ],
    );
  },
);
