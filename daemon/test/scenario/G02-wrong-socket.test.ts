import t from 'tap';
import { startBox, until } from '../kit/box.ts';

t.test(
  'a city line plugged into a telephone socket: out of service, said in plain words (G02)',
  async (t) => {
    const box = await startBox(t);
    const circuit = box.simulator.card.circuit(4);
    if (circuit?.kind !== 'fxs') throw new Error('port 4 is a telephone socket');
    circuit.foreignVolts = 60;
    const alarm = await until(
      'the alarm',
      async () => (await box.live()).alarms.find((a) => a.id === 'port-4'),
      5000,
    );
    t.match(alarm, {
      severity: 'warning',
      place: 'port:4',
      said: { ru: /не в то гнездо/, en: /wrong socket/ },
      cure: { ru: /линейное гнездо/, en: /line socket/ },
    });
    t.match(
      (await box.live()).ports.find((port) => port.number === 4),
      {
        state: 'out-of-service',
        reason: { ru: /не в то гнездо/, en: /wrong socket/ },
        cure: { ru: /\S/, en: /\S/ },
      },
    );

    await box.dial(1, '14');
    t.match(await box.ended(), { q850: 27, releasedBy: 'box', calledNumber: '14' }, 'nobody is rung there');
    box.telephone(1).hangup();
    await until(
      'port 1 is free',
      async () => (await box.live()).ports[0]?.state === 'idle' || undefined,
      4000,
    );
    circuit.foreignVolts = 0;
    await until(
      'the socket is back by itself',
      async () => {
        const live = await box.live();
        const back = live.ports.find((port) => port.number === 4)?.state === 'idle';
        return (back && live.alarms.every((a) => a.id !== 'port-4')) || undefined;
      },
      5000,
    );
    await box.dial(1, '14');
    await until('it rings again', () => box.telephone(4).ringing || undefined, 6000);
    t.pass('and rings again');
    box.telephone(1).hangup();
  },
);
