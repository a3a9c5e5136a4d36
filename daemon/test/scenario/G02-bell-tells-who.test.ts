import t from 'tap';
import type { Telephone } from '../../../hw/simulator/office/telephone.ts';
import { startBox, until } from '../kit/box.ts';

/** From the beginning of the first burst of the next ringing to that of the second, ms by the office's clock. */
async function rhythm(phone: Telephone): Promise<number> {
  const first = await phone.next('ring-burst', 8000, (e) => e.count === 1);
  const second = await phone.next('ring-burst', 8000, (e) => e.count === 2);
  return second.at - first.at;
}

t.test('a colleague rings otherwise than the street, unless the port says no', async (t) => {
  const box = await startBox(t, {
    edit: (office) => {
      office.ports[0].hotline = { number: '12', afterSeconds: 0 };
    },
  });
  const [phone, colleague] = [box.telephone(1), box.telephone(2)];
  const inside = rhythm(colleague);
  phone.lift();
  t.equal(await inside, 600, '0.4 s, 0.2 s');
  phone.hangup();
  await until('it is over', async () => (await box.live()).calls.length === 0 || undefined, 4000);
  t.match(await box.records(), [{ direction: 'internal' }]);

  const street = rhythm(phone);
  box.simulator.line(5).ringIn({ number: '9031112233' });
  t.equal(await street, 5000, '1 s, 4 s');
  t.match((await box.live()).calls, [{ direction: 'incoming', state: 'ringing' }]);
});
