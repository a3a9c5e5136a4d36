import t from 'tap';
import { startBox, until } from '../kit/box.ts';

t.test('a line in use by a parallel set is seen and left alone; so is a dead one (O08)', async (t) => {
  const box = await startBox(t);
  const [line, other] = [box.line(5), box.line(6)];
  const shown = async (port: number) => (await box.live()).ports.find((p) => p.number === port)!;
  const turns = (port: number, state: string) =>
    until(`port ${port} is ${state}`, async () => (await shown(port)).state === state || undefined, 2500);
  line.parallel = true;
  await turns(5, 'in-use');
  const seized = line.log.filter(({ type }) => type === 'seized').length;
  const dialed = other.next('dialed', 8000);
  await box.dial(1, '2345678');
  t.match(await dialed, { digits: '2345678' }, 'the other line is taken');
  t.equal(line.log.filter(({ type }) => type === 'seized').length, seized, 'nobody is cut in upon');
  box.telephone(1).hangup();
  await box.ended();
  line.parallel = false;
  await turns(5, 'idle');

  line.dead = true;
  await turns(5, 'out-of-service');
  t.match((await shown(5)).reason, { ru: /нет напряжения/, en: /no voltage/ });
  line.dead = false;
  await turns(5, 'idle');
  t.notOk((await shown(5)).reason, 'and it is over by itself');
});
