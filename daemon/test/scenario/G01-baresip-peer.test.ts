import t from 'tap';
import { toneLevel } from '../../../hw/simulator/sound/level.ts';
import { type Box, pointTrunk, startBox, until } from '../kit/box.ts';
import { Baresip } from '../peers/baresip.ts';
import { samplesOf, strongest } from '../peers/wave-file.ts';

/** Level of a tone in what baresip heard, from the file that it writes at the end of a call. */
async function heardByBaresip(peer: Baresip, frequency: number): Promise<number> {
  const file = await until(
    'the recording of what baresip heard',
    async () => (await peer.recordings()).find((name) => /dec\.wav$/.test(name)),
    5000,
  );
  return strongest(await samplesOf(file), (second) => toneLevel(second, frequency));
}

/** A telephone of ours speaks with baresip: both hear the other's tone. */
async function converse(box: Box): Promise<number> {
  const phone = box.telephone(1);
  const level = await phone.waitForTone(440, -12, 5000);
  // Long enough for a whole second of it in the recording, wherever that begins.
  await phone.speak({ tone: 1000, level: -10, ms: 2500 });
  return level;
}

t.test('our telephone calls baresip: audio both ways, hold from its side, our BYE', async (t) => {
  const peer = await Baresip.start(t, {
    user: '+78121234567',
    audio: 'sine:440',
  });
  const box = await startBox(t, {
    edit: (office) => pointTrunk(office, 'alpha', { host: '127.0.0.1', port: peer.port }),
  });
  const phone = box.telephone(1);
  await box.dial(1, '88121234567');
  await peer.event('CALL_ESTABLISHED');
  const level = await converse(box);
  t.ok(Math.abs(level + 10) < 1.5, `baresip is heard at ${level.toFixed(1)} dBm0`);

  await peer.command('hold');
  await until('it is silent', () => phone.level(200, 440) < -45, 5000);
  t.match((await box.live()).calls, [{ called: { number: '+78121234567' } }], 'the call stands');
  await peer.command('resume');
  await phone.waitForTone(440, -12, 5000);
  t.pass('and heard again');

  phone.hangup();
  await peer.event('CALL_CLOSED');
  const record = await box.ended();
  t.match(record, { trunkId: 'alpha', releasedBy: 'caller', q850: 16, answerSource: 'sip', price: 1.5 });
  const { legs } = await box.record(({ id, legs }) => id === record.id && legs[1]?.rtp !== undefined);
  t.ok((legs[1]?.rtp?.received ?? 0) > 50);
  const heard = await heardByBaresip(peer, 1000);
  t.ok(Math.abs(heard + 10) < 3, `baresip hears ${heard.toFixed(1)} dBm0`);
});

t.test('baresip calls our number, in mu-law: the desk answers; the BYE comes from baresip', async (t) => {
  const peer = await Baresip.start(t, {
    user: '+78120000001',
    audio: 'sine:440',
    codecs: ['PCMU'],
  });
  const box = await startBox(t, {
    edit: (office) => pointTrunk(office, 'alpha', { host: '127.0.0.1', port: peer.port }),
  });
  const phone = box.telephone(1);
  await peer.command('dial', `sip:+74951110000@${box.sip.host}:${box.sip.port}`);
  await until('the desk rings', () => phone.ringing, 5000);
  await peer.event('CALL_RINGING');
  phone.lift();
  await peer.event('CALL_ESTABLISHED');
  const level = await converse(box);
  t.ok(Math.abs(level + 10) < 1.5, `baresip is heard at ${level.toFixed(1)} dBm0`);
  const cut = phone.next('current-lost', 4000);
  await peer.command('hangup');
  await cut;
  t.pass('the telephone is told by a cut of the current');
  t.match(await box.ended(), {
    direction: 'incoming',
    callerNumber: '+78120000001',
    calledNumber: '+74951110000',
    releasedBy: 'caller',
    q850: 16,
  });
  const heard = await heardByBaresip(peer, 1000);
  t.ok(Math.abs(heard + 10) < 3, `baresip hears ${heard.toFixed(1)} dBm0`);
  phone.hangup();
});
