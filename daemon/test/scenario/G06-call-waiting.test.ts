import t from 'tap';
import { type Box, pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';

t.setTimeout(240_000);
t.jobs = 2;

/** Nobody is on the telephone any more. */
const quiet = (box: Box): Promise<unknown> =>
  until('no calls', async () => (await box.live()).calls.length === 0 || undefined, 6000);

t.test(
  'a second call waits behind the first: a tone, the number on the display, and the ring afterwards',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        pointTrunk(office, 'alpha', operator);
        Object.assign(office.ports[0], { callWaiting: true });
      },
    });
    const at = `${box.sip.host}:${box.sip.port}`;
    const phone = box.telephone(1);
    phone.typeTwo = true;
    const first = operator.call({ to: at, number: '+74951110000', caller: '+74957650001' });
    first.catch(() => {});
    await phone.next('ringing', 6000);
    phone.lift();
    await until('they talk', async () => (await box.live()).calls[0]?.state === 'talking' || undefined, 6000);

    const shown = phone.next('call-waiting-id', 9000);
    const second = operator.call({ to: at, number: '+74951110000', caller: '+74957650002' });
    second.catch(() => {});
    t.match(await shown, { number: '74957650002' }, 'read while talking');
    t.match(
      (await box.live()).calls.map(({ state }) => state).sort(),
      ['ringing', 'talking'],
      'the first goes on, the second rings',
    );
    const rings = phone.next('ringing', 6000);
    phone.hangup();
    await rings;
    phone.lift();
    await until(
      'the second talks',
      async () => {
        const { calls } = await box.live();
        return (calls.length === 1 && calls[0]!.state === 'talking' && calls[0]!.caller.number) || undefined;
      },
      6000,
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
      },
    });
    const to = `${box.sip.host}:${box.sip.port}`;
    const phone = box.telephone(1);
    phone.typeTwo = true;
    const rung = phone.next('ringing', 40_000);
    const firstId = await operator.call({ to, number: '+74951110000', caller: '+74957650001' });
    await rung;
    phone.lift();
    await until('they talk', async () => (await box.live()).calls[0]?.state === 'talking' || undefined, 6000);
    const shown = phone.next('call-waiting-id', 40_000);
    const secondId = await operator.call({ to, number: '+74951110000', caller: '+74957650002' });
    await shown;
    const states = async (): Promise<string> =>
      (await box.live()).calls
        .map(({ caller, state }) => `${caller.number?.slice(-1)} ${state}`)
        .sort()
        .join(', ');
    const become = (what: string): Promise<unknown> =>
      until(what, async () => (await states()) === what || undefined, 15_000);

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
