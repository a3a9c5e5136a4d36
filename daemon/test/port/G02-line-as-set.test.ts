import t from 'tap';
import { CodedError } from '../../src/base/error.ts';
import { port as portSchema } from '../../src/config/schema/port.ts';
import type { Config } from '../../src/config/schema.ts';
import { portOptions } from '../../src/main/port-options.ts';
import { defaultFxoOptions } from '../../src/port/options.ts';
import { createPorts } from '../../src/port/ports.ts';
import { russia } from '../media/support/engine.ts';
import { environment, settle } from './port-bench.ts';
import { simulatedOffice } from './simulated-office.ts';

const options = (...ports: object[]) =>
  portOptions(
    { ports: ports.map((p) => portSchema.parse({ kind: 'fxo', ...p })) } as unknown as Config,
    russia,
  );

t.test('what the settings of a line become', (t) => {
  const [usual, set] = options(
    { number: 1 },
    { number: 2, rxGainDb: 2.5, txGainDb: -3, impedance: 'tbr21', flashMs: 600, pulseRate: 20 },
  );
  t.match(usual, { rxGainDb: 0, txGainDb: 0, flashMs: 100, pulse: { breakMs: 60, makeMs: 40 } });
  t.notOk(usual && 'termination' in usual);
  t.match(set, {
    rxGainDb: 2.5,
    txGainDb: -3,
    termination: 'tbr21',
    flashMs: 600,
    pulse: { breakMs: 30, makeMs: 20, interDigitMs: 800 },
  });
  t.throws(() => options({ number: 1, rxGainDb: 12.5 }));
  t.throws(() => options({ number: 1, flashMs: 300 }));
  t.end();
});

t.test(
  'the card is told the termination behind its setting up; one that does not know it goes on',
  async (t) => {
    const env = environment();
    const ports = createPorts(env, [{ kind: 'fxo', ...defaultFxoOptions(2), termination: '900r' }]);
    env.card.intercept = ({ type }) =>
      type === 'impedance' ? new CodedError('line/refused', 'refused: unknown-command') : undefined;
    env.card.come();
    env.card.indicate(2, { type: 'line-state', state: 'idle', volts: 60 });
    await settle();
    t.match(
      env.card.commands.slice(0, 2).map((c) => c.type),
      ['configure', 'impedance'],
    );
    t.match(env.card.commands, { 1: { termination: '900r' } });
    t.equal(ports.fxo.get(2)?.available, true);
    t.strictSame(env.errors, []);
  },
);

t.test('flash and pulses, measured by the exchange to a tenth', async (t) => {
  t.jobs = 3;
  const line = (port: number, pulses: boolean) => ({
    port,
    kind: 'fxo' as const,
    device: 'pbx-extension' as const,
    line: { rules: [], pulses, interDigitMs: 3000 },
  });
  const usual = { role: 'pbx-extension', waitForDialToneMs: 0, dialMethod: 'pulse' };
  const office = await simulatedOffice(
    t,
    { sockets: [line(1, false), line(2, false), line(3, false), line(4, true), line(5, true)] },
    options(
      { ...usual, number: 1, dialMethod: 'dtmf', flashMs: 100 },
      { ...usual, number: 2, dialMethod: 'dtmf', flashMs: 250 },
      { ...usual, number: 3, dialMethod: 'dtmf', flashMs: 600 },
      { ...usual, number: 4 },
      { ...usual, number: 5, pulseRate: 20 },
    ),
  );
  await Promise.all([
    ...[100, 250, 600].map((ms, i) =>
      t.test(`a flash of ${ms} ms`, { buffered: true }, async (t) => {
        await office.fxo(i + 1).dial('5');
        const flash = office.simulator.line(i + 1).next('flash', 4000);
        office.fxo(i + 1).flash();
        const measured = Number((await flash).ms);
        t.ok(Math.abs(measured - ms) <= ms / 10, `${measured} ms`);
      }),
    ),
    ...[
      [4, 460],
      [5, 230],
    ].map(([port, length]) =>
      t.test(`pulses on line ${port}`, { buffered: true }, async (t) => {
        const digits: number[] = [];
        const both = office.simulator.line(port!).next('digit', 8000, (e) => {
          t.match(e, { digit: '5', by: 'pulse' });
          return digits.push(e.at) === 2;
        });
        await Promise.all([office.fxo(port!).dial('55'), both]);
        const measured = digits[1]! - digits[0]! - 800;
        t.ok(Math.abs(measured - length!) <= length! / 10, `five pulses take ${measured} ms`);
      }),
    ),
  ]);
});
