import t from 'tap';
import {
  type OfficeDocument,
  operatorCall,
  pointTrunk,
  startBox,
  startOperator,
  toneAtOperator,
  until,
} from '../kit/box.ts';

// Wire B: an FXO port in an extension socket of the office PBX. The simulated PBX has its own dial tone after
// 600 ms, `9` for the city line, no polarity reversal, and releases by busy tone.
const port = 7;

function withPbx(office: OfficeDocument): void {
  office.ports.push({ kind: 'fxo', number: port, name: 'PBX', role: 'pbx-extension', outsidePrefix: '9' });
  office.accessNumbers[0].linePorts = [port];
  office.routes[2].via.ports = [port];
}

t.test(
  'staff dial the PBX extension that the box sits on, give a PIN, and call long distance (wire B, L02)',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        withPbx(office);
        pointTrunk(office, 'alpha', operator);
      },
    });
    const line = box.line(port);
    const answered = line.next('picked-up', 8000);
    line.ringIn({});
    await answered;
    await line.dial('135790', { onMs: 100, offMs: 100 });
    await line.waitForTone(425, -25, 5000);
    await line.dial('88121234567', { onMs: 100, offMs: 100 });
    const far = await operatorCall(operator, 'answered', 8000);
    t.equal(far.number, '+78121234567');
    void line.speak({ tone: 1000, level: -10 });
    await toneAtOperator(operator, far.id, 1000, -10, 6);
    line.hush();
    operator.play(far.id, { type: 'tone', frequency: 1400, dbm0: -10 });
    await line.waitForTone(1400, -16, 4000);
    t.pass('audio both ways through the PBX');

    // No current break and no polarity: the PBX's busy tone is all that tells of the caller's hanging up.
    line.hangup();
    await operatorCall(operator, 'ended', 8000);
    t.match(await box.ended(), {
      service: 'access',
      calledNumber: '+78121234567',
      pinId: 'pin-sales',
      releasedBy: 'caller',
      legs: [{ place: `line:${port}`, causeText: /busy/ }, {}],
    });
  },
);

t.test(
  'a telephone of the box reaches the city through the PBX: prefix, second dial tone, number (wire B)',
  async (t) => {
    const box = await startBox(t, { edit: withPbx });
    const line = box.line(port);
    const dialed = line.next('answered', 15_000);
    await box.dial(1, '5345678');
    const { digits } = await dialed;
    t.equal(digits, '5345678', 'the PBX took the 9, the exchange behind it got the number');
    const seen = line.log.filter((event) => event.type === 'digit').map((event) => event.digit);
    t.equal(seen[0], '9');
    await until('they talk', async () => (await box.live()).calls[0]?.state === 'talking' || undefined, 8000);
    void line.speak({ tone: 1400, level: -10 });
    await box.telephone(1).waitForTone(1400, -16, 4000);
    const released = line.next('released', 5000);
    box.telephone(1).hangup();
    await released;
    t.match(await box.ended(), { calledNumber: '+74955345678', releasedBy: 'caller', tollClass: 'local' });
  },
);
