import t from 'tap';
import { operatorCall, pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';
import { wavFile } from '../kit/wav.ts';

/** Four seconds of 900 Hz at 16 kHz, 16 bit, mono. */
function ownMusic(): Buffer {
  const samples = Int16Array.from({ length: 16_000 * 4 }, (_, i) =>
    Math.round(3000 * Math.sin((2 * Math.PI * 900 * i) / 16_000)),
  );
  return wavFile(samples, 16_000);
}

t.test('a held party hears the melody of the box, then the music that the office has put in', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, { edit: (office) => pointTrunk(office, 'alpha', operator) });
  const phone = box.telephone(1);
  await box.dial(1, '88121234567');
  const far = await operatorCall(operator, 'answered');
  await phone.flash(180);
  await until('held', async () => (await box.live()).calls[0]?.state === 'held' || undefined, 4000);
  await until('the melody: its C', () => operator.level(far.id, 261.63) > -40 || undefined, 8000);
  t.pass('the melody is heard');

  const wrong = await box.api.upload('/api/v1/hold-music', Buffer.from('no music'), 'audio/wav');
  t.match(wrong, { status: 400, body: { error: { code: 'api/sound-unknown', said: { ru: /WAV/ } } } });
  t.equal((await box.api.upload('/api/v1/hold-music', ownMusic(), 'audio/wav')).status, 200);
  const level = await toneAtOperator(operator, far.id, 900, -20);
  t.pass(`the music of the office, at ${level.toFixed(1)} dBm0`);
  t.match(await box.api.get('/api/v1/hold-music'), { own: { bytes: 44 + 64_000 } }, 'kept at 8 kHz');
  await box.api.delete('/api/v1/hold-music');
  await until('the melody again', () => operator.level(far.id, 900) < -40 || undefined, 4000);
  phone.hangup();
  await box.portsIdle();
});
