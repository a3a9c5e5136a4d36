import type { Fxo } from '../../src/port/fxo.ts';
import type { FxoOptions } from '../../src/port/options.ts';
import { defaultFxoOptions } from '../../src/port/options.ts';
import { createPorts } from '../../src/port/ports.ts';
import { environment, settle } from './port-bench.ts';

/** A city line, idle and ready, with everything the port says in `take()`. */
export async function cityLine(changes: Partial<FxoOptions> = {}) {
  const env = environment();
  const options = { kind: 'fxo' as const, ...defaultFxoOptions(2), ...changes };
  const ports = createPorts(env, [options]);
  const port = ports.fxo.get(2) as Fxo;
  const said: string[] = [];
  for (const event of ['ringing', 'ringingStopped', 'alerting'] as const)
    port.on(event, () => said.push(event));
  port.on('caller', (caller) => said.push(`caller ${caller?.number ?? 'unknown'}`));
  port.on('answered', (source) => said.push(`answered ${source}`));
  port.on('released', (cause) => said.push(`released ${cause}`));
  port.on('digit', (key) => said.push(`digit ${key}`));
  port.on('available', (available, reason) =>
    said.push(`${available ? 'available' : 'unavailable'}: ${reason}`),
  );
  const take = (): string[] => said.splice(0);
  env.card.come();
  env.card.indicate(2, { type: 'line-state', state: 'idle', volts: 60 });
  await settle();
  env.card.take();
  take();

  /** How `dial()` ends: 'pending', 'dialed' or the code of the error. */
  function dial(digits: string, dialOptions?: { emergency?: boolean }): { result: string; message: string } {
    const outcome = { result: 'pending', message: '' };
    port.dial(digits, dialOptions).then(
      () => {
        outcome.result = 'dialed';
      },
      (error: { code: string; message: string }) => {
        outcome.result = error.code;
        outcome.message = error.message;
      },
    );
    return outcome;
  }

  /** Dials by tones up to the point where the answer is waited for. */
  async function dialThrough(digits = '2345678', dialOptions?: { emergency?: boolean }): Promise<void> {
    const outcome = dial(digits, dialOptions);
    await settle();
    env.media.emit('tone', 'line:2', 'dial');
    env.clock.advance(options.dialDelayMs);
    await env.media.finish();
    if (outcome.result !== 'dialed') throw new Error(`not dialed: ${outcome.result} ${outcome.message}`);
    env.card.take();
  }

  /** Dials and has the far end answer. */
  async function callAnswered(dialOptions?: { emergency?: boolean }): Promise<void> {
    await dialThrough('2345678', dialOptions);
    env.card.indicate(2, { type: 'polarity', reversed: true });
    take();
  }

  /** An incoming call, answered. */
  async function incomingAnswered(): Promise<void> {
    env.card.indicate(2, { type: 'ring', on: true });
    await port.answer();
    env.card.take();
    take();
  }

  return { ...env, ports, port, options, take, dial, dialThrough, callAnswered, incomingAnswered };
}
