import t from 'tap';
import { toneLevel } from '../../../hw/simulator/sound/level.ts';
import { pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';
import { ivansTelephone, withTelephone } from '../kit/devices.ts';
import type { Baresip } from '../peers/baresip.ts';
import { samplesOf, strongest } from '../peers/wave-file.ts';

async function heard(peer: Baresip, frequency: number): Promise<number> {
  const file = await until(
    'the recording of what it heard',
    async () => (await peer.recordings()).find((name) => /dec\.wav$/.test(name)),
    5000,
  );
  return strongest(await samplesOf(file), (second) => toneLevel(second, frequency));
}

t.test('an IP telephone registers, is called by its number, is heard and hears (A08)', async (t) => {
  const box = await startBox(t, { edit: withTelephone });
  t.match((await box.live()).devices, [{ id: 'ivan-desk', state: 'absent', extension: '31' }]);
  const ivan = await ivansTelephone(t, box);
  const shown = await until(
    'the page shows it',
    async () => (await box.live()).devices.find((device) => device.state === 'registered'),
    3000,
  );
  t.match(shown, {
    person: { id: 'ivan' },
    contacts: [{ address: `udp/127.0.0.1:${ivan.port}`, alive: true }],
  });

  const desk = box.telephone(1);
  await box.dial(1, '31');
  await ivan.event('CALL_ESTABLISHED');
  const level = await desk.waitForTone(440, -12, 15_000);
  t.ok(Math.abs(level + 10) < 1.5, `it is heard at ${level.toFixed(1)} dBm0`);
  await desk.speak({ tone: 1000, level: -10, ms: 2500 });
  t.match((await box.live()).calls, [{ direction: 'internal', called: { place: 'device:ivan-desk' } }]);
  const from = ivan.events.find((event) => event.type === 'CALL_ESTABLISHED')?.peeruri;
  t.match(from, /sip:21@/, "it is shown the caller's extension");
  desk.hangup();
  await ivan.event('CALL_CLOSED');
  t.match(await box.ended(), {
    direction: 'internal',
    calledNumber: '31',
    callerNumber: '21',
    releasedBy: 'caller',
  });
  const level2 = await heard(ivan, 1000);
  t.ok(Math.abs(level2 + 10) < 3, `it hears ${level2.toFixed(1)} dBm0`);
});

t.test(
  'it calls long distance by the same dial plan, price and record as a telephone at a socket (A08)',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        withTelephone(office);
        pointTrunk(office, 'alpha', operator);
      },
    });
    const ivan = await ivansTelephone(t, box);
    await ivan.command('dial', `sip:88121234567@${box.sip.host}:${box.sip.port}`);
    await ivan.event('CALL_ESTABLISHED');
    const call = operator.calls().at(-1)!;
    t.equal(call.number, '+78121234567');
    await toneAtOperator(operator, call.id, 440);

    const live = (await box.live()).calls;
    t.match(live, [{ caller: { number: '31', name: 'Иван', place: 'device:ivan-desk' }, trunk: 'alpha' }]);
    await ivan.command('hangup');
    t.match(await box.ended(), {
      direction: 'outgoing',
      service: 'plain',
      dialed: '88121234567',
      calledNumber: '+78121234567',
      callerNumber: '31',
      routeId: 'alpha-out',
      costCentre: 'sales',
      tollClass: 'national',
      releasedBy: 'caller',
      price: 1.5,
    });
  },
);
