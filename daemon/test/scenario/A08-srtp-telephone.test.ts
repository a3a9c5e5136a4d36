import t, { type Test } from 'tap';
import { toneLevel } from '../../../hw/simulator/sound/level.ts';
import type { DeviceSetupView } from '../../src/api/contract.ts';
import { type Box, type OfficeDocument, startBox, until } from '../kit/box.ts';
import { devicePassword, withTelephone } from '../kit/devices.ts';
import { Authority } from '../peers/authority.ts';
import { Baresip } from '../peers/baresip.ts';
import { samplesOf, strongest } from '../peers/wave-file.ts';

const secured = (office: OfficeDocument): void => {
  withTelephone(office);
  office.devices[0].srtp = 'required';
};

/** Where the page says that a telephone with SRTP registers: `host:port`, by TLS. */
async function tlsAddress(box: Box): Promise<string> {
  const { settings } = await box.api.get<DeviceSetupView>(
    '/api/v1/devices/ivan-desk/setup?preset=generic-telephone',
  );
  const [host, port] = ['SIP server (registrar)', 'Port'].map(
    (name) => settings.find((s) => s.name.en === name)?.value.en,
  );
  return `${host}:${port}`;
}

const secureBaresip = (t: Test): Promise<Baresip> =>
  Baresip.start(t, {
    ...{ user: 'unused', audio: 'sine:440' },
    secure: new Authority(t.testdir()).issue({ names: 'IP:127.0.0.1' }),
  });

t.test(
  'a telephone with SRTP: registers over TLS, is called by that connection, heard both ways (A08, G01)',
  async (t) => {
    const box = await startBox(t, { edit: secured });
    const ivan = await secureBaresip(t);
    await ivan.register(await tlsAddress(box), 'ivan', devicePassword, ';transport=tls', [
      'mediaenc=srtp-mand',
    ]);
    const shown = await until(
      'the page shows it',
      async () => (await box.live()).devices.find((device) => device.state === 'registered'),
      3000,
    );
    t.match(shown, { contacts: [{ address: /^tls\/127\.0\.0\.1:\d+$/, alive: true }] });
    t.not(
      shown.contacts[0]?.address,
      `tls/127.0.0.1:${ivan.port + 1}`,
      'the connection that it opened, not its own port',
    );

    const desk = box.telephone(1);
    await box.dial(1, '31');
    await ivan.event('CALL_ESTABLISHED');
    const level = await desk.waitForTone(440, -12, 15_000);
    t.ok(Math.abs(level + 10) < 1.5, `it is heard at ${level.toFixed(1)} dBm0`);
    await desk.speak({ tone: 1000, level: -10, ms: 2500 });
    desk.hangup();
    await ivan.event('CALL_CLOSED');
    t.match(await box.ended(), { calledNumber: '31', releasedBy: 'caller', q850: 16 });
    const file = await until(
      'the recording of what it heard',
      async () => (await ivan.recordings()).find((name) => /dec\.wav$/.test(name)),
      5000,
    );
    const heard = strongest(await samplesOf(file), (second) => toneLevel(second, 1000));
    t.ok(Math.abs(heard + 10) < 3, `it hears ${heard.toFixed(1)} dBm0`);

    await ivan.command('dial', `sip:12@${await tlsAddress(box)};transport=tls`);
    await until('the other rings', () => box.telephone(2).ringing || undefined, 6000);
    box.telephone(2).lift();
    await box.telephone(2).waitForTone(440, -12, 8000);
    await ivan.command('hangup');
    t.match(await box.record((r) => r.calledNumber === '12' && r.state === 'ended'), {
      callerNumber: '31',
      legs: [{ place: 'device:ivan-desk' }, { place: 'port:2' }],
    });
  },
);

t.test(
  'with SRTP required and UDP: why it cannot speak is said on the page, and only 112 goes (A08, N01)',
  async (t) => {
    const box = await startBox(t, { edit: secured });
    const ivan = await Baresip.start(t, { user: 'unused', audio: 'sine:440' });
    await ivan.register(`${box.sip.host}:${box.sip.port}`, 'ivan', devicePassword);
    const shown = await until(
      'the page shows it',
      async () => (await box.live()).devices.find((device) => device.contacts.length > 0),
      3000,
    );
    t.match(shown, {
      state: 'unreachable',
      said: { ru: /без TLS.*обязательно/, en: /without TLS.*required/ },
      cure: { ru: /Включите в устройстве транспорт TLS/, en: /TLS transport and SRTP/ },
    });
    await ivan.command('dial', `sip:12@${box.sip.host}:${box.sip.port}`);
    const closed = await ivan.event('CALL_CLOSED');
    t.match(closed.param, /403/);
    t.match(await box.ended(), {
      calledNumber: '12',
      q850: 57,
      legs: [{ place: 'device:ivan-desk' }],
    });
    await box.dial(1, '31');
    t.match(await box.record((r) => r.calledNumber === '31' && r.state !== 'active'), {
      q850: 20,
      legs: [{ place: 'port:1' }],
    });
    box.telephone(1).hangup();

    const emergency = box.line(5).next('dialed', 20_000);
    await ivan.command('dial', `sip:112@${box.sip.host}:${box.sip.port}`);
    t.match(await emergency, { digits: '112' });
    await ivan.command('hangup');
  },
);
