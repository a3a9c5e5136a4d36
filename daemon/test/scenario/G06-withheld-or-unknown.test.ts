import t from 'tap';
import { type Box, pointTrunk, startBox, startOperator, until } from '../kit/box.ts';

/** Nobody is on the telephone any more. */
const quiet = (box: Box): Promise<unknown> =>
  until('no calls', async () => (await box.live()).calls.length === 0 || undefined, 6000);

t.test('withheld and unknown are told apart at the telephone, in the record, on the page', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, { edit: (office) => pointTrunk(office, 'alpha', operator) });
  const at = `${box.sip.host}:${box.sip.port}`;
  const phone = box.telephone(1);
  const cases = [
    ['anonymous', 'private', 'private'],
    ['unknown', undefined, 'unavailable'],
  ] as const;
  for (const [caller, recorded, displayed] of cases) {
    const shown = phone.next('caller-id', 9000);
    const call = operator.call({ to: at, number: '+74951110000', caller });
    call.catch(() => {});
    t.match(await shown, { absence: displayed }, `${caller}: the telephone’s display`);
    const [live] = (await box.live()).calls;
    t.equal(live?.caller.absence, recorded, `${caller}: the page`);
    t.equal(live?.caller.number, undefined);
    phone.lift();
    await until('they talk', async () => (await box.live()).calls[0]?.state === 'talking' || undefined, 6000);
    phone.hangup();
    await quiet(box);
    const [record] = await box.records();
    t.equal(record?.callerAbsence, recorded, `${caller}: the record`);
  }
});
