import t, { type Test } from 'tap';
import type { CallReport } from '../../../scripts/lib/operator.ts';
import { operatorCall, pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';
import { clean, LossyPath, worst } from '../kit/lossy-path.ts';

t.test('every SIP message is lost once, repeated and overtaken: calls still stand and end', async (t) => {
  const operator = await startOperator(t);
  const path = await LossyPath.open(t, operator);
  const box = await startBox(t, {
    sipT1: 50,
    edit: (office) => {
      pointTrunk(office, 'alpha', path);
      office.trunks = [office.trunks[0]];
      office.routes = office.routes.filter((route: { id: string }) => route.id !== 'beta-out');
    },
  });
  const phone = box.telephone(1);
  const report = (id: string): CallReport => operator.calls().find((call) => call.id === id)!;
  const inCalls = (): CallReport[] => operator.calls().filter((call) => call.direction === 'to-box');
  let records = 0;
  /** One more record, and nothing left in the box. */
  const over = async (t: Test): Promise<Awaited<ReturnType<typeof box.ended>>> => {
    records++;
    await until('no call is left', async () => (await box.live()).calls.length === 0, 5000);
    const all = await box.records(50);
    t.equal(all.length, records, 'exactly one record');
    t.equal(all[0]!.state, 'ended');
    if (phone.offHook) phone.hangup();
    await box.portsIdle();
    path.rule = clean;
    path.seen.length = 0;
    return all[0]!;
  };
  const callIn = (): Promise<string> =>
    operator.call({ to: path.towardBox(box.sip), number: '+74951110000', caller: '+78120000001' });

  await t.test('a call out, ended by us', async (t) => {
    path.rule = worst;
    await box.dial(1, '88121234567');
    const far = await operatorCall(operator, 'answered', 6000);
    await until('polarity reversed', () => phone.reversed, 4000);
    void phone.speak({ tone: 1000, level: -10 });
    await toneAtOperator(operator, far.id, 1000);
    phone.hush();
    operator.play(far.id, { type: 'tone', frequency: 1400, dbm0: -10 });
    await phone.waitForTone(1400, -12, 4000);
    phone.hangup();
    t.match(await operatorCall(operator, 'ended', 6000), { id: far.id, endedBy: 'box' });
    t.equal(operator.calls().length, 1, 'one call, though the INVITE came more than once');
    t.ok(path.count('box', 'INVITE') > 1 && path.count('box', 'BYE') > 1, 'they were repeated');
    t.match(await over(t), { trunkId: 'alpha', releasedBy: 'caller', q850: 16, price: 1.5 });
  });

  await t.test('a call in, ended by the operator', async (t) => {
    path.rule = worst;
    const id = await callIn();
    await until('the desk rings', () => phone.ringing, 6000);
    phone.lift();
    await until('answered', () => report(id).state === 'answered', 6000);
    operator.play(id, { type: 'tone', frequency: 1400, dbm0: -10 });
    await phone.waitForTone(1400, -12, 4000);
    const cut = phone.next('current-lost', 6000);
    await operator.hangUp(id);
    await cut;
    t.match(await over(t), { direction: 'incoming', releasedBy: 'caller', answeredAt: Number, q850: 16 });
  });

  await t.test('the ACK is lost twice: the 200 is repeated, the call stands', async (t) => {
    let lost = 0;
    path.rule = ({ method }) => (method === 'ACK' && lost++ < 2 ? [] : [0]);
    await box.dial(1, '88121234567');
    await until('the third ACK', () => path.count('box', 'ACK') >= 3, 8000);
    t.ok(path.count('operator', 'INVITE', 200) >= 3);
    t.match((await box.live()).calls, [{ state: 'talking' }]);
    phone.hangup();
    await operatorCall(operator, 'ended');
    t.match(await over(t), { releasedBy: 'caller' });
  });

  await t.test('no ACK ever comes for our 200: the call is ended, and the caller told', async (t) => {
    path.rule = ({ from, method }) => (from === 'operator' && method === 'ACK' ? [] : [0]);
    const id = await callIn();
    await until('the desk rings', () => phone.ringing, 6000);
    phone.lift();
    // 64 times T1, RFC 3261 13.3.1.4: 3.2 s here.
    await until('the BYE', () => report(id).state === 'ended', 8000);
    t.match(report(id), { endedBy: 'box' });
    t.ok(path.count('box', 'INVITE', 200) > 3, 'the 200 was repeated meanwhile');
    t.match(await over(t), { releasedBy: 'box' });
  });

  await t.test('the 200 crosses our CANCEL: ACK and BYE, nothing goes on unheard', async (t) => {
    path.rule = ({ from, method, status }) =>
      // The answer comes to light when the CANCEL has gone by, its own 481 or 200 not at all.
      from === 'operator' && method === 'INVITE' && status === 200 && path.count('box', 'CANCEL') === 0
        ? []
        : from === 'operator' && method === 'CANCEL'
          ? []
          : [0];
    await box.dial(1, '88121234567');
    await operatorCall(operator, 'answered');
    phone.hangup();
    t.match(await operatorCall(operator, 'ended', 6000), { endedBy: 'box' });
    t.ok(path.count('box', 'ACK') > 0 && path.count('box', 'BYE') > 0);
    t.match(await over(t), { releasedBy: 'caller', answeredAt: undefined, price: undefined });
  });

  await t.test('the ringing is overtaken by the answer', async (t) => {
    path.rule = ({ status }) => (status === 180 ? [700] : [0]);
    await box.dial(1, '88121234567');
    await until('polarity reversed', () => phone.reversed, 4000);
    await until('the late 180', () => path.count('operator', 'INVITE', 180) > 0, 2000);
    await until('its delivery', () => performance.now() > 0 && path.count('box', 'ACK') > 0, 2000);
    t.match((await box.live()).calls, [{ state: 'talking' }]);
    phone.hangup();
    await operatorCall(operator, 'ended');
    t.match(await over(t), { releasedBy: 'caller' });
  });

  await t.test('both hang up in the same moment', async (t) => {
    const id = await callIn();
    await until('the desk rings', () => phone.ringing, 6000);
    phone.lift();
    await until('answered', () => report(id).state === 'answered', 6000);
    // Neither BYE arrives before the other side's own is out.
    path.rule = ({ method, status }) => (method === 'BYE' && status === 0 ? [100] : [0]);
    phone.hangup();
    await operator.hangUp(id);
    await over(t);
    t.equal(inCalls().filter((call) => call.state !== 'ended').length, 0);
  });
});
