import t from 'tap';
import { startBox } from '../kit/box.ts';

t.test(
  'the exchange sends DTMF before the ring; the page tells how this line does it, also after a start',
  async (t) => {
    const box = await startBox(t);
    const [line, phone] = [box.line(5), box.telephone(1)];
    line.options.callerIdScheme = 'dtmf';
    const shown = phone.next('caller-id', 12_000);
    line.ringIn({ absence: 'private' });
    t.match(await shown, { absence: 'private' });
    const picked = line.next('picked-up', 6000);
    phone.lift();
    await picked;
    phone.hangup();
    const record = await box.ended(9000);
    t.equal(record.callerAbsence, 'private');
    const port = async () => (await box.live()).ports.find(({ number }) => number === 5);
    const learnt = {
      callerId: { said: { en: 'DTMF, before the first ring: 1 call in a row' }, raw: 'B10C' },
    };
    t.match(await port(), learnt);
    await box.daemon.stop();
    await box.restart();
    t.match(await port(), learnt, 'remembered');
  },
);
