import {
  type Box,
  type OfficeDocument,
  operatorCall,
  pointTrunk,
  startBox,
  startOperator,
  until,
} from './box.ts';

/** Port 1 has called out over the trunk, holds that party and talks to port 2. */
export async function consulting(
  t: Parameters<typeof startBox>[0],
  edit: (office: OfficeDocument) => void = () => {},
) {
  const operator = await startOperator(t);
  const box = await startBox(t, {
    edit: (office) => {
      pointTrunk(office, 'alpha', operator);
      edit(office);
    },
  });
  const [phone, colleague] = [box.telephone(1), box.telephone(2)];
  await box.dial(1, '88121234567');
  const far = await operatorCall(operator, 'answered', 6000);
  await until('they talk', async () => (await box.live()).calls[0]?.state === 'talking' || undefined, 3000);
  await phone.flash(180);
  await phone.waitForTone(425, -20, 4000);
  const ringing = colleague.next('ringing', 8000);
  await phone.dial('12');
  await ringing;
  colleague.lift();
  await states(box, ['held', 'talking']);
  void colleague.speak({ tone: 700, level: -10 });
  await phone.waitForTone(700, -16, 4000);
  return { operator, box, phone, colleague, far };
}

/** Waits until the calls on the box are in these states, in the order of the alphabet. */
export async function states(box: Box, wanted: string[]): Promise<void> {
  let seen = '';
  await until(
    wanted.join(' and '),
    async () => {
      seen = (await box.live()).calls
        .map(({ state }) => state)
        .sort()
        .join();
      return seen === wanted.join() || undefined;
    },
    6000,
  ).catch(() => Promise.reject(new Error(`the calls are ${seen}, not ${wanted.join()}`)));
}
