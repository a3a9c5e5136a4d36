import t from 'tap';
import { type Box, operatorCall, pointTrunk, startBox, startOperator, until } from '../kit/box.ts';

/** Hangs up, and sees that nothing is left of whatever there was. */
async function hangUpAndLook(box: Box, port = 1): Promise<void> {
  box.telephone(port).hangup();
  await until(
    'all calls are gone and the socket is idle',
    async () => {
      const live = await box.live();
      return (
        (live.calls.length === 0 && live.ports.find((p) => p.number === port)?.state === 'idle') || undefined
      );
    },
    6000,
  );
}

t.test('hanging up at every state leaves nothing behind (5j)', async (t) => {
  const operator = await startOperator(t, { usual: { status: 200, ringMs: 60_000 } });
  const box = await startBox(t, { edit: (office) => pointTrunk(office, 'alpha', operator) });
  const phone = box.telephone(1);
  const ended = async (what: string): Promise<void> => {
    const last = await until(
      `the operator's call is over: ${what}`,
      () => operator.calls().findLast((call) => call.state === 'ended' && call.endedBy === 'box'),
      4000,
    );
    t.ok(last, what);
  };

  phone.lift();
  await phone.waitForTone(425, -20, 3000);
  await hangUpAndLook(box);
  t.pass('with dial tone');
  await box.dial(1, '8812');
  await hangUpAndLook(box);
  t.equal((await box.records()).length, 0, 'half dialed: nobody was called, nothing is recorded');

  operator.silent = true;
  await box.dial(1, '88121230001');
  await until('it tries', async () => (await box.live()).calls[0]?.state === 'trying' || undefined, 3000);
  await hangUpAndLook(box);
  operator.silent = false;
  t.match((await box.records())[0], {
    state: 'ended',
    releasedBy: 'caller',
    legs: [{}, { place: 'trunk:alpha' }],
  });

  await box.dial(1, '88121230002');
  await operatorCall(operator, 'ringing');
  await until('it rings', async () => (await box.live()).calls[0]?.state === 'ringing' || undefined, 3000);
  await hangUpAndLook(box);
  await ended('ringing: CANCEL');
  t.match(operator.calls().at(-1), { number: '+78121230002', status: 487 });
  t.match((await box.records())[0], { releasedBy: 'caller', dialed: '88121230002' });

  operator.usual = { status: 200, ringMs: 200 };
  await box.dial(1, '88121230003');
  const far = await operatorCall(operator, 'answered');
  await until('they talk', async () => (await box.live()).calls[0]?.state === 'talking' || undefined, 3000);
  await phone.flash(180);
  await until('it is held', async () => (await box.live()).calls[0]?.state === 'held' || undefined, 3000);
  await hangUpAndLook(box);
  await until(
    'the held far end got its BYE',
    () => operator.calls().find((c) => c.id === far.id && c.state === 'ended'),
    4000,
  );
  t.match((await box.records())[0], { releasedBy: 'caller', q850: 16, dialed: '88121230003' });
  t.equal(
    (await box.live()).trunks.find((trunk) => trunk.id === 'alpha')?.calls,
    0,
    'no channel stays taken',
  );
});

t.test('the called telephone hangs up while it consults, and the held caller is let go', async (t) => {
  // Where hanging up puts nobody through (M13).
  const box = await startBox(t, {
    edit: (config) => {
      config.dialing = { ...config.dialing, hangUpTransfers: false };
    },
  });
  const [desk, hall] = [box.telephone(1), box.telephone(4)];
  await box.dial(1, '14');
  await until('the hall rings', () => hall.ringing || undefined, 6000);
  hall.lift();
  await until('they talk', async () => (await box.live()).calls[0]?.state === 'talking' || undefined, 4000);
  await hall.flash(180);
  await until(
    'the desk is held',
    async () => (await box.live()).calls[0]?.state === 'held' || undefined,
    3000,
  );
  await hall.dial('12');
  await until('the store rings', () => box.telephone(2).ringing || undefined, 6000);
  hall.hangup();
  await until(
    'the store is quiet',
    async () => (await box.live()).ports[1]?.state === 'idle' || undefined,
    4000,
  );
  await desk.waitForTone(425, -20, 4000);
  t.pass('the held caller hears the busy tone');
  t.equal((await box.live()).calls.length, 0);
  await hangUpAndLook(box, 1);
  t.equal((await box.records()).filter((record) => record.state === 'ended').length, 2);
});
