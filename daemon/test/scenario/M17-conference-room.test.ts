import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { DtmfDetector } from '../../src/media/dsp/dtmf-detector.ts';
import { operatorCall, pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';
import { telephoneAt, withTelephone } from '../kit/sip-telephone.ts';
import { loudest, recorded } from '../media/support/recorded.ts';

const pin = '258025';

/** Digits that a decoder finds on a side of a recording. */
function digitsIn(side: Int16Array): string {
  let found = '';
  const detector = new DtmfDetector((event) => {
    if (event.kind === 'end') found += event.digit;
  });
  for (let at = 0; at + 80 <= side.length; at += 80) detector.process(side.subarray(at, at + 80));
  return found;
}

t.test(
  'a telephone, somebody put through by a SIP telephone and a caller from outside meet in a room; its PIN is in no recording',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        withTelephone(office);
        pointTrunk(office, 'alpha', operator);
        office.rooms = [{ id: 'board', name: 'Board', extension: '80' }];
        office.destinations.push({
          id: 'meeting',
          name: 'Meeting',
          steps: [{ targets: ['room:board'], seconds: 20 }],
        });
        office.incomingNumbers.push({ id: 'meet', number: '+74951110099', destination: 'meeting' });
        // Music might have any frequency in it.
        office.dialing.holdSound = 'tone';
        office.recording = { telephones: [1], minFreeMegabytes: 1 };
      },
    });
    // As the page does it: digits go in, and only their fingerprint is kept.
    await box.change({ op: 'put', path: '/rooms/board/pin', value: pin });
    const ivan = await telephoneAt(t, box);
    const [desk, store] = [box.telephone(1), box.telephone(2)];
    const inRoom = (count: number) =>
      until(
        `${count} in the room`,
        async () => {
          const records = await box.records(20);
          const there = records.filter(
            ({ state, events }) => state === 'active' && events.some(({ what }) => what === 'room'),
          );
          return there.length === count || undefined;
        },
        8000,
      );

    // The desk talks to Petersburg, which is recorded, and calls the room meanwhile.
    await box.dial(1, '88121234567');
    const far = await operatorCall(operator, 'answered');
    void desk.speak({ tone: 1000, level: -10 });
    await toneAtOperator(operator, far.id, 1000);
    desk.hush();
    await desk.flash(180);
    await until('held', async () => (await box.live()).calls[0]?.state === 'held' || undefined, 4000);
    await desk.waitForTone(425, -20, 4000);
    await desk.dial('80');
    await until(
      'the room has answered',
      async () => (await box.records(5)).find(({ servedBy }) => servedBy === 'room:board'),
      8000,
    );
    await desk.dial(pin);
    await inRoom(1);

    // Ivan puts the store through into it.
    await box.dial(2, '31');
    await ivan.event('CALL_ESTABLISHED');
    await ivan.command('transfer', `sip:80@${box.sip.host}:${box.sip.port}`);
    await ivan.event('CALL_CLOSED');
    await until(
      'the room has answered the store',
      async () =>
        (await box.records(9)).find(
          ({ servedBy, service }) => servedBy === 'room:board' && service === 'transfer',
        ),
      8000,
    );
    await store.dial(pin);
    await inRoom(2);

    // And somebody calls from outside.
    const { host, port } = box.sip;
    const guest = await operator.call({ to: `${host}:${port}`, number: '+74951110099' });
    await until(
      'the guest is answered',
      () => operator.calls().find(({ id, state }) => id === guest && state === 'answered'),
      8000,
    );
    const report = () => operator.calls().find(({ id }) => id === guest);
    await until('the question is heard', () => (report()?.rtp.levelDbm0 ?? -99) > -35 || undefined, 8000);
    await operator.digits(guest, pin);
    await inRoom(3);

    void desk.speak({ tone: 1000, level: -10 });
    void store.speak({ tone: 700, level: -10 });
    operator.play(guest, { type: 'tone', frequency: 1400, dbm0: -10 });
    await toneAtOperator(operator, guest, 1000);
    await toneAtOperator(operator, guest, 700);
    t.pass('the guest hears both telephones');
    await desk.waitForTone(700, -13, 5000);
    await desk.waitForTone(1400, -13, 5000);
    t.pass('the desk hears the store and the guest');
    await store.waitForTone(1000, -13, 5000);
    await store.waitForTone(1400, -13, 5000);
    t.pass('the store hears the desk and the guest');
    t.ok(operator.level(far.id, 700) < -40, 'who is held hears nothing of it');

    desk.hush();
    desk.hangup();
    store.hangup();
    await operator.hangUp(guest);
    await operator.hangUp(far.id);

    const record = await box.record(
      ({ state, recordings, dialed }) =>
        state === 'ended' && dialed === '88121234567' && recordings?.[0]?.seconds !== undefined,
      8000,
    );
    t.equal(record.recordings?.length, 1);
    const { file } = record.recordings![0]!;
    const { data } = await box.api.download(`/api/v1/calls/${record.id}/recordings/${file}`);
    const path = join(t.testdir(), file);
    writeFileSync(path, data);
    const { left, right } = recorded(path);
    t.equal(digitsIn(left) + digitsIn(right), '', 'a decoder finds no digit in the recording');
    t.ok(loudest(left, 1000) > -13, 'but what was said before');
    for (const side of [left, right])
      t.ok(loudest(side.subarray(-12_000), 700) < -40, 'and nothing of the room, which spoke to the end');
    const records = await box.records(20);
    t.notOk(JSON.stringify(records).includes(pin), 'nor is it in any record');
    t.same(
      records.flatMap(({ servedBy }) => servedBy ?? []),
      Array.from({ length: 3 }, () => 'room:board'),
      'each of the three has one',
    );
    await box.portsIdle();
  },
);
