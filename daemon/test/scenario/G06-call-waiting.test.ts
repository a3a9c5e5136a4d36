import t from 'tap';
import type { Operator } from '../../../scripts/lib/operator/operator.ts';
import { type Box, pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';

t.setTimeout(240_000);

/** Nobody is on the telephone any more. */
const quiet = (box: Box): Promise<unknown> =>
  until('no calls', async () => (await box.live()).calls.length === 0 || undefined, 15_000);

/**
 * A second caller is shown on a telephone that talks. Its answer to the alerting signal and the data have tenths of a
 * second (EN 300 659-2), which a machine that is short of time may not have: then the caller tries again.
 */
async function showsWho(box: Box, operator: Operator): Promise<void> {
  const to = `${box.sip.host}:${box.sip.port}`;
  for (let n = 1; ; n++) {
    const shown = box.telephone(1).next('call-waiting-id', 20_000);
    const id = await operator.call({ to, number: '+74951110000', caller: '+74957650002' });
    const read = await shown.catch((error: Error) => ({ number: error.message }));
    if (read.number === '74957650002') return;
    if (n === 4) throw new Error(`read: ${JSON.stringify(read)}`);
    await operator.hangUp(id);
    await until('it waits no more', async () => (await box.live()).calls.length === 1 || undefined, 15_000);
  }
}

t.test(
  'a second call waits behind the first: a tone, the number on the display, and the ring afterwards',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        pointTrunk(office, 'alpha', operator);
        Object.assign(office.ports[0], { callWaiting: true });
        // On a machine that is short of time the office takes long for what it tells the telephone.
        office.destinations[0].steps[0].seconds = 120;
      },
    });
    const at = `${box.sip.host}:${box.sip.port}`;
    const phone = box.telephone(1);
    phone.typeTwo = true;
    const first = operator.call({ to: at, number: '+74951110000', caller: '+74957650001' });
    first.catch(() => {});
    await phone.next('ringing', 20_000);
    phone.lift();
    await until('they talk', async () => (await box.live()).calls[0]?.state === 'talking' || undefined, 6000);

    await showsWho(box, operator);
    t.match(
      (await box.live()).calls.map(({ state }) => state).sort(),
      ['ringing', 'talking'],
      'the first goes on, the second rings',
    );
    const rings = phone.next('ringing', 20_000);
    phone.hangup();
    await rings;
    phone.lift();
    await until(
      'the second talks',
      async () => {
        const { calls } = await box.live();
        return (calls.length === 1 && calls[0]!.state === 'talking' && calls[0]!.caller.number) || undefined;
      },
      15_000,
    );
    const [talking] = (await box.live()).calls;
    t.equal(talking?.caller.number, '+74957650002');
    phone.hangup();
    await quiet(box);
  },
);

t.test(
  'a flash takes the call that waits, the next changes over, and who is left on hold rings back',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        pointTrunk(office, 'alpha', operator);
        Object.assign(office.ports[0], { callWaiting: true });
        // On a machine that is short of time the office takes long for what it tells the telephone.
        office.destinations[0].steps[0].seconds = 120;
      },
    });
    const to = `${box.sip.host}:${box.sip.port}`;
    const phone = box.telephone(1);
    const rung = phone.next('ringing', 40_000);
    const firstId = await operator.call({ to, number: '+74951110000', caller: '+74957650001' });
    await rung;
    phone.lift();
    await until('they talk', async () => (await box.live()).calls[0]?.state === 'talking' || undefined, 6000);
    const secondId = await operator.call({ to, number: '+74951110000', caller: '+74957650002' });
    const states = async (): Promise<string> =>
      (await box.live()).calls
        .map(({ caller, state }) => `${caller.number?.slice(-1)} ${state}`)
        .sort()
        .join(', ');
    const become = (what: string): Promise<unknown> =>
      until(what, async () => (await states()) === what || undefined, 15_000);

    await become('1 talking, 2 ringing');
    await phone.flash(180);
    await become('1 held, 2 talking');
    void phone.speak({ tone: 1000, level: -10 });
    await toneAtOperator(operator, secondId, 1000, -10, 3);
    await until(
      'the held party hears none of it',
      () => operator.level(firstId, 1000) < -40 || undefined,
      5000,
    );

    await phone.flash(180);
    await become('1 talking, 2 held');
    void phone.speak({ tone: 1000, level: -10 });
    await toneAtOperator(operator, firstId, 1000, -10, 3);
    phone.hush();

    const rings = phone.next('ringing', 40_000);
    phone.hangup();
    await rings;
    await become('2 held');
    phone.lift();
    await become('2 talking');
    void phone.speak({ tone: 1000, level: -10 });
    await toneAtOperator(operator, secondId, 1000, -10, 3);
    phone.hangup();
    await quiet(box);
    const records = await box.records();
    t.equal(records.length, 2);
    t.ok(
      records.every(({ state, answeredAt }) => state === 'ended' && answeredAt !== undefined),
      'both talked',
    );
  },
);
