import t from 'tap';
import { until } from '../../../scripts/lib/clients.ts';
import { operatorCall, pointTrunk, startBox, startOperator } from '../kit/box.ts';
import { Nat } from '../peers/nat.ts';

t.test(
  'with no time shortened: the router gets another address, and within 30 s the operator has it and calls come in',
  { timeout: 60_000 },
  async (t) => {
    const operator = await startOperator(t, { accounts: { office: 'keen-owl' } });
    const nat = await Nat.start(t, operator, '127.0.0.31');
    const box = await startBox(t, {
      // RFC 3261's own T1.
      sipT1: 500,
      edit: (office) => {
        pointTrunk(
          office,
          'alpha',
          { host: '127.0.0.1', port: nat.port },
          {
            ...{ mode: 'register', user: 'office', password: 'keen-owl' },
            // What a trunk has if nothing is said of it.
            ...{ optionsSeconds: undefined, registerSeconds: undefined },
          },
        );
        office.incomingNumbers = [
          { id: 'main', number: '+74951110000', trunk: 'alpha', destination: 'reception' },
        ];
      },
    });
    const has = (): string =>
      operator
        .registrations()
        .map(({ contact }) => contact)
        .join();
    const at = (): string => `<sip:office@${nat.place.host}:${nat.place.port}>`;
    await until('the operator has our place behind the router', () => has() === at() || undefined, 15_000);
    await nat.move('127.0.0.32');
    const moved = performance.now();
    // Not stretched on a busy machine: it is the claim.
    await until('the operator has the new one, and it alone', () => has() === at() || undefined, 30_000);
    t.comment(`after ${((performance.now() - moved) / 1000).toFixed(1)} s`);
    const id = await operator.call({ to: 'office', number: '+74951110000' });
    await until('it rings', () => box.telephone(1).ringing || undefined, 6000);
    box.telephone(1).lift();
    await operatorCall(operator, 'answered');
    await operator.hangUp(id);
    t.match(await box.ended(), { direction: 'incoming', trunkId: 'alpha', calledNumber: '+74951110000' });
  },
);
