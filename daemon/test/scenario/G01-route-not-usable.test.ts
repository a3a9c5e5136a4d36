import { createSocket } from 'node:dgram';
import t from 'tap';
import { patient } from '../../../hw/simulator/office/patience.ts';
import { operatorCall, startOperator, until } from '../kit/box.ts';
import { FailoverOffice, tried } from '../kit/failover.ts';
import { freeTcpPort, freeUdpPort } from '../peers/process.ts';

t.test('a route cannot be used, and the next is taken: refused, full, down (5g, G01, C05)', async (t) => {
  const busy = await startOperator(t);
  const mute = createSocket('udp4');
  await new Promise<void>((resolve) => mute.bind(0, '127.0.0.1', resolve));
  t.teardown(() => mute.close());
  const at = (port: number): string => `127.0.0.1:${port}`;
  const office = await FailoverOffice.start(t, [
    { id: 'closed', prefix: '7815', server: at(await freeUdpPort()), more: { noAnswerMs: 700 } },
    { id: 'closed-tcp', prefix: '7816', server: at(await freeTcpPort()), more: { transport: 'tcp' } },
    { id: 'full', prefix: '7817', server: at(busy.port), more: { maxCalls: 1 } },
    { id: 'down', prefix: '7818', server: at(mute.address().port), more: { optionsSeconds: 1 } },
  ]);

  for (const [what, number, trunk] of [
    ['nobody listens there (UDP): its time for a sign of life passes', '+78151000001', 'closed'],
    ['the connection is refused (TCP): at once', '+78161000001', 'closed-tcp'],
  ] as const) {
    await t.test(what, async (t) => {
      await office.dial(number);
      const before = Date.now();
      await office.atBeta(number);
      t.ok(Date.now() - before < patient(2500), 'not after the time for an answer');
      t.same(tried(await office.hangUp(number)), [`trunk:${trunk}`, 'trunk:beta']);
    });
  }

  await t.test('its only channel is taken', async (t) => {
    await office.dial('88171000001', 2);
    await operatorCall(busy, 'answered');
    await office.dial('88171000002');
    await office.atBeta('+78171000002');
    t.equal(busy.calls().length, 1, 'the full trunk was not asked');
    await office.hangUp('+78171000002');
    office.box.telephone(2).hangup();
    await operatorCall(busy, 'ended');
  });

  await t.test('it does not answer OPTIONS: it is known to be down, and not asked', async (t) => {
    const shown = await until(
      'the page shows it',
      async () =>
        (await office.box.live()).trunks.find(
          (trunk) => trunk.id === 'down' && trunk.state === 'unreachable',
        ),
      12_000,
    );
    t.match(shown, { said: { en: /does not answer/ }, cure: { ru: /\S/ } });
    let invites = 0;
    mute.on('message', (packet) => void (packet.toString().startsWith('INVITE') && invites++));
    await office.dial('88181000001');
    await office.atBeta('+78181000001');
    t.equal(invites, 0);
    await office.hangUp('+78181000001');
  });
});
