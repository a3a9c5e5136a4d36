import t from 'tap';
import { operatorCall, pointTrunk, startBox, startOperator, until } from '../kit/box.ts';

/** GET /api/v1/spending, as far as this test goes into it. */
interface Spending {
  budgets: { account: string; spent: number; limit: number }[];
}

t.test(
  'the budget ends in mid-call: a beep, then the release; and it stays spent after kill -9',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        pointTrunk(office, 'alpha', operator);
        // A rouble a second, and six of them.
        office.routes[0].prices = [{ prefix: '', perMinute: 60, stepSeconds: 1, firstSeconds: 0 }];
        office.routes = office.routes.filter((route: { id: string }) => route.id !== 'beta-out');
        office.costCentres[0].limits = { moneyPerDay: 6 };
        office.spending = { beepSeconds: 5 };
      },
    });
    const spending = async (): Promise<Spending> => box.api.get<Spending>('/api/v1/spending');
    const phone = box.telephone(1);
    await box.dial(1, '88121234567');
    // A busy machine may be so late that the call is over when it is looked for.
    const far = await until('the INVITE', () => operator.calls()[0], 5000);
    const beep = await phone.waitForTone(1400, -25, 8000);
    t.pass(`the beep is heard at ${beep.toFixed(1)} dBm0`);
    t.match(await operatorCall(operator, 'ended'), { id: far.id, endedBy: 'box', reason: /cause=16/ });
    const busy = await phone.waitForTone(425, -20, 5000);
    t.pass(`the busy tone at ${busy.toFixed(1)} dBm0`);
    phone.hangup();
    const record = await box.ended();
    t.match(record, {
      releasedBy: 'box',
      causeText: 'the budget of cost-centre:sales for the day is used up',
      accounts: ['person:anna', 'cost-centre:sales'],
    });
    const before = await spending();
    t.match(before.budgets, [{ account: 'cost-centre:sales', spent: record.price, limit: 6 }]);
    const alarm = (await box.live()).alarms.find(({ id }) => id === 'budget-cost-centre-sales-money-day');
    t.match(alarm?.said, { ru: /бюджет/i, en: /budget/i });

    await box.portsIdle();
    box.daemon.process.kill('SIGKILL');
    await box.daemon.ended;
    await box.restart();
    t.same((await spending()).budgets, before.budgets, 'nothing is given back');
    await box.change({ op: 'put', path: '/costCentres/sales/limits', value: { moneyPerDay: record.price } });
    await box.dial(1, '88121234567');
    const refused = await box.record(({ id, state }) => id !== record.id && state === 'ended');
    t.match(refused, { q850: 21, causeText: /used up/ });
    t.equal(operator.calls().length, 1, 'and no call is begun with nothing left');
    await until('the alarm', async () => (await box.live()).alarms.some(({ id }) => id === alarm?.id), 3000);
  },
);
