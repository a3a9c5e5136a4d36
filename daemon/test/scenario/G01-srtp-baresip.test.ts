import t from 'tap';
import { toneLevel } from '../../../hw/simulator/sound/level.ts';
import { pointTrunk, startBox, until } from '../kit/box.ts';
import { Authority } from '../peers/authority.ts';
import { Baresip } from '../peers/baresip.ts';
import { samplesOf, strongest } from '../peers/wave-file.ts';

t.test(
  'SRTP with baresip over TLS, which has SRTP of its own: heard both ways, held and resumed',
  async (t) => {
    const authority = new Authority(t.testdir());
    const peer = await Baresip.start(t, {
      user: '+78121234567',
      audio: 'sine:440',
      secure: authority.issue({ names: 'IP:127.0.0.1' }),
    });
    const box = await startBox(t, {
      edit: (office) =>
        pointTrunk(
          office,
          'alpha',
          { host: '127.0.0.1', port: peer.port + 1 },
          { transport: 'tls', tlsCa: authority.cert, srtp: 'required' },
        ),
    });
    const phone = box.telephone(1);
    await box.dial(1, '88121234567');
    await peer.event('CALL_ESTABLISHED');
    await phone.waitForTone(440, -12, 5000);
    // What it writes down ends at a hold.
    await phone.speak({ tone: 1000, level: -10, ms: 2500 });
    // Keys are agreed on again, twice.
    await peer.command('hold');
    await until('it is silent', () => phone.level(200, 440) < -45, 5000);
    await peer.command('resume');
    await phone.waitForTone(440, -12, 5000);
    phone.hangup();
    await peer.event('CALL_CLOSED');
    t.match(await box.ended(), { trunkId: 'alpha', releasedBy: 'caller', q850: 16, answerSource: 'sip' });
    const file = await until(
      'the recording of what baresip heard',
      async () => (await peer.recordings()).find((name) => /dec\.wav$/.test(name)),
      5000,
    );
    const heard = strongest(await samplesOf(file), (second) => toneLevel(second, 1000));
    t.ok(Math.abs(heard + 10) < 3, `baresip hears ${heard.toFixed(1)} dBm0`);
  },
);
