import t from 'tap';
import { type OfficeDocument, operatorCall, pointTrunk, startBox, startOperator, until } from '../kit/box.ts';

/** Sets one telephone's socket. */
function port(office: OfficeDocument, number: number, settings: object): void {
  Object.assign(
    office.ports.find((p: { number: number }) => p.number === number),
    settings,
  );
}

t.test('hotline and warmline: lifting is dialing, at once or after some seconds (N02)', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, {
    edit: (office) => {
      pointTrunk(office, 'alpha', operator);
      port(office, 1, { hotline: { number: '88121234567' } });
      port(office, 4, { hotline: { number: '12', afterSeconds: 2 } });
    },
  });
  const [hot, warm, store] = [box.telephone(1), box.telephone(4), box.telephone(2)];
  hot.lift();
  const far = await operatorCall(operator, 'answered', 5000);
  t.equal(far.number, '+78121234567');
  operator.play(far.id, { type: 'tone', frequency: 1400, dbm0: -10 });
  await hot.waitForTone(1400, -12, 4000);
  hot.hangup();
  t.match(await box.ended(), { dialed: '88121234567', costCentre: 'sales', trunkId: 'alpha' });

  // By the wall clock, as the daemon waits: the office's own runs late on a busy machine and then catches up.
  const liftedAt = performance.now();
  warm.lift();
  const ringing = store.next('ringing', 8000);
  await warm.waitForTone(425, -20, 2500);
  t.pass('the warmline has dial tone first');
  await ringing;
  const waited = performance.now() - liftedAt;
  t.ok(waited >= 2000, `and calls after ${Math.round(waited)} ms`);
  warm.hangup();
  await until('the bell stops', async () => (await box.live()).ports[1]?.state === 'idle' || undefined, 4000);

  // What is dialed goes before the warmline: the hall calls the desk instead.
  const bursts = store.bursts;
  await box.dial(4, '11');
  await until('the desk rings', () => hot.ringing || undefined, 6000);
  t.equal(store.bursts, bursts);
  warm.hangup();
  await box.record((r) => r.dialed === '11' && r.state === 'ended');
});

t.test('a speed dial, and the second dial tone after 8 (N02)', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, {
    edit: (office) => {
      pointTrunk(office, 'alpha', operator);
      office.speedDials = [{ id: 'branch', name: 'Branch', code: '*1', number: '+78121234567' }];
      office.dialing.secondDialTone = true;
    },
  });
  const phone = box.telephone(1);
  await box.dial(1, '*1');
  const far = await operatorCall(operator, 'answered', 5000);
  t.equal(far.number, '+78121234567');
  phone.hangup();
  t.match(await box.ended(), { dialed: '*1', calledNumber: '+78121234567', tollClass: 'national' });
  await box.portsIdle();

  await box.dial(1, '8');
  await phone.waitForTone(425, -20, 3000);
  t.pass('dial tone again');
  await phone.dial('8');
  await until(
    'it goes with the next digit',
    async () => (await phone.hear(200, 425)) < -45 || undefined,
    3000,
  );
  await phone.dial('127654321');
  await until('the number is whole', () => operator.calls().find((c) => c.number === '+78127654321'), 5000);
  phone.hangup();
  await box.record((r) => r.calledNumber === '+78127654321' && r.state === 'ended');
});
