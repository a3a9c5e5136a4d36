import t from 'tap';
import { pointTrunk, startBox, startOperator, until } from '../kit/box.ts';
import { ivansTelephone, withTelephone } from '../kit/devices.ts';
import { RawPhone } from '../peers/raw-phone.ts';

t.test(
  '112 from an IP telephone of the office goes out on a city line whatever its class, and it is called back (rulings 3 to 6)',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        withTelephone(office);
        // It may call inside only, and one call at once.
        Object.assign(office.devices[0], { classOfService: 'inside', maxCalls: 1 });
        pointTrunk(office, 'alpha', operator);
      },
    });
    const ivan = await ivansTelephone(t, box);
    const line = box.line(5);
    const at = `${box.sip.host}:${box.sip.port}`;
    await ivan.command('dial', `sip:88121234567@${at}`);
    t.match((await ivan.event('CALL_CLOSED')).param, /403/);
    t.match(await box.ended(), { q850: 21, legs: [{ place: 'device:ivan-desk' }] });

    const dialed = line.next('dialed', 8000);
    await ivan.command('dial', `sip:112@${at}`);
    t.match(await dialed, { digits: '112' });
    await ivan.event('CALL_ESTABLISHED');
    await line.waitForTone(440, -20, 5000);
    t.equal(operator.calls().length, 0, 'a free city line goes before every trunk');
    await ivan.command('hangup');
    t.match(await box.record((r) => r.service === 'emergency' && r.state === 'ended'), {
      tollClass: 'emergency',
      routeId: 'emergency-line',
      legs: [{ place: 'device:ivan-desk' }, { place: 'line:5', number: '112' }],
    });

    const before = ivan.events.length;
    await operator.call({ to: at, number: '+74951110000', caller: '+74951120112' });
    await ivan.event('CALL_ESTABLISHED', 6000, before);
    t.match(await box.live(), {
      calls: [{ caller: { number: '+74951120112' }, called: { place: 'device:ivan-desk' } }],
    });
    t.notOk(box.telephone(1).ringing, 'the usual destination is not rung meanwhile');
    await ivan.command('hangup');
  },
);

t.test('who is not a device of the office reaches no 112 (ruling 3)', async (t) => {
  const box = await startBox(t, { edit: withTelephone });
  const stranger = await RawPhone.open(t, `${box.sip.host}:${box.sip.port}`, 'udp', '127.0.0.8');
  const account = { user: 'ivan', password: 'a guess' };
  const answer = await stranger.signed('INVITE', 'sip:112@box', account, {
    Contact: `<sip:ivan@127.0.0.8:${stranger.port}>`,
  });
  t.equal(answer.status, 403);
  t.same((await box.live()).calls, []);
  await until(
    'nothing of it is in the records',
    async () => (await box.records()).length === 0 || undefined,
    1000,
  );
});
