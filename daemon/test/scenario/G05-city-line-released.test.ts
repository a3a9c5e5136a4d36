import t from 'tap';
import { type Box, startBox, until } from '../kit/box.ts';

/**
 * A call from the city line is answered; then its far end hangs up, which the exchange tells in its way.
 * Returns the record's words for it.
 */
async function wordsOfRelease(box: Box, release: 'loop-break' | 'polarity' | 'busy'): Promise<string> {
  const [line, phone] = [box.line(5), box.telephone(1)];
  line.options.release = release;
  const ringing = phone.next('ringing', 10_000);
  line.ringIn({ number: '4957654321' });
  await ringing;
  const picked = line.next('picked-up', 6000);
  phone.lift();
  await picked;
  // A turn of polarity within 2 s of the answer is the answer's echo; by now a person has said something.
  const said = line.speak({ tone: 1000, level: -10, ms: 2200 });
  await phone.waitForTone(1000, -16, 5000);
  await said;
  const { id } = (await box.live()).calls[0]!;
  const released = line.next('released', 8000);
  line.hangup();
  const record = await box.record((r) => r.id === id && r.state === 'ended', 8000);
  await released;
  await phone.waitForTone(425, -20, 4000);
  phone.hangup();
  await until(
    'telephone and line are free',
    async () =>
      (await box.live()).ports.every((p) => (p.number !== 1 && p.number !== 5) || p.state === 'idle') ||
      undefined,
    8000,
  );
  if (record.releasedBy !== 'caller' || record.q850 !== 16) throw new Error(JSON.stringify(record));
  return record.causeText ?? '';
}

t.test(
  'the far end of a city line hangs up: the box lets go of the line, and hears it by each sign (G05)',
  async (t) => {
    const box = await startBox(t);
    t.equal(await wordsOfRelease(box, 'loop-break'), 'loop-break');
    t.equal(await wordsOfRelease(box, 'polarity'), 'polarity');
    t.equal(await wordsOfRelease(box, 'busy'), 'busy-tone');
    t.equal((await box.live()).calls.length, 0);
  },
);
