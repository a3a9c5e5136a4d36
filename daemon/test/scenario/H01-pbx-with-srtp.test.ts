import t from 'tap';
import { operatorCall, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';
import { withPbx } from '../kit/devices.ts';
import { Authority } from '../peers/authority.ts';
import { Baresip } from '../peers/baresip.ts';

t.test(
  'a PBX known by address over TLS, with a certificate of its own making: SRTP both ways (H01)',
  async (t) => {
    const authority = new Authority(t.testdir());
    const pbx = await Baresip.start(t, {
      ...{ user: '245', audio: 'sine:440' },
      secure: authority.issue({ names: 'DNS:pbx.local' }),
    });
    const box = await startBox(t, {
      // Its certificate names another host and nobody vouches for it: what is not given is not checked.
      edit: (office) => {
        const address = `127.0.0.1:${pbx.port + 1}`;
        withPbx(office, { mode: 'static', address, transport: 'tls', srtp: 'required' });
      },
    });
    await box.dial(1, '245');
    await pbx.event('CALL_ESTABLISHED');
    const level = await box.telephone(1).waitForTone(440, -12, 8000);
    t.ok(Math.abs(level + 10) < 1.5, `it is heard at ${level.toFixed(1)} dBm0`);
    box.telephone(1).hangup();
    await pbx.event('CALL_CLOSED');
    t.match(await box.ended(), { calledNumber: '245', q850: 16, legs: [{}, { place: 'device:pbx' }] });
  },
);

t.test('an account of ours at a PBX over TLS, its certificate checked: SRTP both ways (H01)', async (t) => {
  const authority = new Authority(t.testdir());
  const pbx = await startOperator(t, {
    accounts: { linegate: 'its password' },
    sound: { type: 'tone', frequency: 1000, dbm0: -10 },
    tls: authority.issue({ names: 'IP:127.0.0.1' }),
    srtp: ['AES_CM_128_HMAC_SHA1_80'],
  });
  const account = {
    ...{ mode: 'client', address: `${pbx.host}:${pbx.port}`, password: 'its password' },
    ...{ transport: 'tls', tlsCa: authority.cert, srtp: 'required' },
  };
  const box = await startBox(t, { edit: (office) => withPbx(office, account) });
  await until(
    'we are registered there',
    async () => (await box.live()).devices.find((device) => device.state === 'registered'),
    5000,
  );
  await box.dial(1, '235');
  const phone = box.telephone(1);
  await phone.waitForTone(1000, -13, 8000);
  const call = await operatorCall(pbx, 'answered', 6000);
  void phone.speak({ tone: 700, level: -10 });
  await toneAtOperator(pbx, call.id, 700, -10, 6);
  phone.hush();
  phone.hangup();
  t.match(await box.ended(), { direction: 'internal', calledNumber: '235', q850: 16 });

  pbx.srtp = [];
  const plain = await pbx.call({ to: 'linegate', number: '21', caller: '205' });
  const refused = await until(
    'it is refused',
    () => pbx.calls().find((c) => c.id === plain && c.status >= 300),
    4000,
  );
  t.match(refused, { status: 488, reason: /^Q\.850;cause=88;text=".*SRTP is required"/ });
});
