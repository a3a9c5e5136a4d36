import t from 'tap';
import { startBox, until } from '../kit/box.ts';
import { ivansTelephone, withTelephone } from '../kit/devices.ts';

t.test('it holds a colleague, who hears the tone of a hold, and takes them back (A08)', async (t) => {
  const box = await startBox(t, { edit: withTelephone });
  const ivan = await ivansTelephone(t, box);
  const desk = box.telephone(1);
  await ivan.command('dial', `sip:21@${box.sip.host}:${box.sip.port}`);
  await until('the desk rings', () => desk.ringing || undefined, 5000);
  desk.lift();
  await ivan.event('CALL_ESTABLISHED');
  await desk.waitForTone(440, -12, 15_000);
  await ivan.command('hold');
  await until(
    'the call is held',
    async () => (await box.live()).calls[0]?.state === 'held' || undefined,
    4000,
  );
  await until('its tone is gone', () => desk.level(200, 440) < -45 || undefined, 4000);
  await ivan.command('resume');
  await desk.waitForTone(440, -12, 15_000);
  t.match(await box.live(), { calls: [{ state: 'talking' }] });
  await ivan.command('hangup');
  const record = await box.ended();
  t.ok(
    record.events.some((event) => event.what === 'held') &&
      record.events.some((event) => event.what === 'resumed'),
  );
  desk.hangup();
});

t.test('registrations outlive a restart of the box (A08)', async (t) => {
  const box = await startBox(t, { edit: withTelephone });
  const ivan = await ivansTelephone(t, box);
  await box.daemon.stop();
  await box.restart();
  t.match((await box.live()).devices, [
    { state: 'registered', contacts: [{ address: `udp/127.0.0.1:${ivan.port}` }] },
  ]);
  await box.portsIdle();
  await box.dial(1, '31');
  await ivan.event('CALL_ESTABLISHED');
  await box.telephone(1).waitForTone(440, -12, 5000);
  box.telephone(1).hangup();
  await ivan.event('CALL_CLOSED');
});
