import t from 'tap';
import { startBox, until } from '../kit/box.ts';

t.test(
  'a city line rings with caller ID: the telephone rings with the number, and only lifting it answers (5d)',
  async (t) => {
    const box = await startBox(t);
    const [line, phone] = [box.line(5), box.telephone(1)];
    const ringing = phone.next('ringing', 8000);
    const shown = phone.next('caller-id', 12_000);
    line.ringIn({ number: '4957654321' });
    await ringing;
    t.match(await shown, { number: '74957654321' }, 'decoded by the telephone from what it heard');
    t.match(await box.live(), {
      calls: [
        {
          direction: 'incoming',
          state: 'ringing',
          caller: { number: '+74957654321', place: 'line:5' },
          called: { place: 'port:1' },
        },
      ],
    });
    t.equal(line.lineState, 'ringing', 'the exchange sees an open loop: the caller pays nothing yet');
    t.equal(line.milliamps, 0);
    const picked = line.next('picked-up', 4000);
    phone.lift();
    await picked;
    await until('they talk', async () => (await box.live()).calls[0]?.state === 'talking' || undefined, 4000);
    void phone.speak({ tone: 1000, level: -10 });
    const toLine = await line.waitForTone(1000, -16, 4000);
    phone.hush();
    void line.speak({ tone: 1400, level: -10 });
    const toPhone = await phone.waitForTone(1400, -16, 4000);
    t.pass(`audio both ways: ${toLine.toFixed(1)} and ${toPhone.toFixed(1)} dBm0`);
    const released = line.next('released', 5000);
    phone.hangup();
    await released;
    t.match(await box.ended(), {
      direction: 'incoming',
      callerNumber: '+74957654321',
      answerSource: 'off-hook',
      releasedBy: 'called',
      q850: 16,
      legs: [{ place: 'line:5' }, { place: 'port:1' }],
    });
  },
);

t.test(
  'the caller withholds the number, and gives up: the ringing stops, a missed call is left',
  async (t) => {
    const box = await startBox(t, {
      edit: (office) => {
        for (const port of office.ports) if (port.kind === 'fxo') port.ringTimeoutMs = 6000;
      },
    });
    const [line, phone] = [box.line(5), box.telephone(1)];
    const shown = phone.next('caller-id', 14_000);
    line.ringIn({ absence: 'private' });
    t.match(await shown, { absence: 'private' });
    line.abandon();
    const record = await box.ended(9000);
    t.match(record, {
      direction: 'incoming',
      state: 'ended',
      callerAbsence: 'private',
      releasedBy: 'caller',
      legs: [{ place: 'line:5' }, { place: 'port:1' }],
    });
    t.notOk(record.callerNumber);
    t.notOk(record.answeredAt, 'missed');
    t.ok((record.ringMs ?? 0) > 2000, `it rang for ${record.ringMs} ms`);
    const bursts = phone.bursts;
    await box.portsIdle();
    t.equal(phone.bursts, bursts, 'no burst after the record was closed');
    t.equal(line.log.filter((event) => event.type === 'picked-up').length, 0, 'it was never answered');
    t.equal((await box.live()).calls.length, 0);
  },
);
