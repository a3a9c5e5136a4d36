import t from 'tap';
import { FxsCircuit } from '../../../hw/simulator/card/fxs.ts';
import { Timeline } from '../../../hw/simulator/office/timeline.ts';
import { openLoad } from '../../../hw/simulator/office/wire.ts';
import { port as portSchema } from '../../src/config/schema/port.ts';
import type { Config } from '../../src/config/schema.ts';
import type { CardCommand } from '../../src/line/card.ts';
import { portOptions } from '../../src/main/port-options.ts';
import { createPorts } from '../../src/port/ports.ts';
import { russia } from '../media/support/engine.ts';
import { environment, settle } from './port-bench.ts';

/** The simulated card's circuit as a telephone's settings set it up, with its handset lifted. */
async function telephone(settings: object) {
  const document = {
    ports: [portSchema.parse({ kind: 'fxs', number: 1, classOfService: 'all', ...settings })],
  };
  const env = environment();
  createPorts(env, portOptions(document as unknown as Config, russia));
  env.card.come();
  await settle();
  const configure = env.card.commands.find((c) => c.type === 'configure') as CardCommand & {
    type: 'configure';
  };
  const time = new Timeline();
  const told: string[] = [];
  const circuit = new FxsCircuit(1, time, (type, values) => {
    if (type !== 'loop-current') told.push([type, ...Object.values(values ?? {})].join(' '));
  });
  circuit.execute({ ...configure });
  const load = openLoad();
  const loop = (closed: boolean, ms: number): void => {
    load.closed = closed;
    for (let i = 0; i < ms; i++) {
      time.tick();
      circuit.tick(load);
    }
  };
  loop(true, 400);
  /** What a break of that length is. */
  const after = (ms: number): string => {
    told.splice(0);
    loop(false, ms);
    loop(true, 400);
    return told.join(', ');
  };
  return { loop, after, told };
}

t.test('ruling 12: a break of every length from 20 to 1500 ms, in both modes', async (t) => {
  for (const pulseDialing of [true, false]) {
    const { after } = await telephone({ pulseDialing });
    for (let ms = 20; ms <= 1500; ms += 10) {
      const flashFrom = pulseDialing ? 120 : 80;
      const expected =
        ms > 900
          ? 'on-hook, off-hook'
          : ms >= flashFrom
            ? `flash ${ms}`
            : pulseDialing && ms <= 110
              ? 'pulse-digit 1'
              : '';
      t.equal(after(ms), expected, `${ms} ms with pulses ${pulseDialing ? 'on' : 'off'}`);
    }
  }
});

t.test('windows of one port', async (t) => {
  const { after } = await telephone({
    pulseBreakMinMs: 40,
    pulseBreakMaxMs: 80,
    flashMinMs: 200,
    flashMaxMs: 600,
  });
  t.strictSame([30, 40, 80, 90, 190, 200, 600, 610].map(after), [
    '',
    'pulse-digit 1',
    'pulse-digit 1',
    '',
    '',
    'flash 200',
    'flash 600',
    'on-hook, off-hook',
  ]);
});

t.test('8 to 12 pulses a second, 33 to 75 % break, unsteady: the digit, and no flash', async (t) => {
  const { loop, told } = await telephone({});
  let seed = 11;
  const jitter = (): number => ((seed = (seed * 1103515245 + 12345) % 2147483648) % 9) - 4;
  for (const pps of [8, 9, 10, 11, 12]) {
    for (const share of [0.33, 0.5, 0.6, 0.75]) {
      for (const digit of ['1', '2', '9', '0']) {
        told.splice(0);
        for (let i = 0; i < (digit === '0' ? 10 : Number(digit)); i++) {
          const period = 1000 / pps;
          const open = Math.round(period * share) + jitter();
          loop(false, open);
          loop(true, Math.round(period) - open);
        }
        loop(true, 300);
        t.strictSame(told, [`pulse-digit ${digit}`], `${digit}, ${pps} a second, ${share * 100} %`);
      }
    }
  }
});
