import t from 'tap';
import { type Box, pointTrunk, startBox, startOperator, until } from '../kit/box.ts';

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
