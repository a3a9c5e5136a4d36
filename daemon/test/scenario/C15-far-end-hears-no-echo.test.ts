import t from 'tap';
import { DEMO_OFFICE } from '../../../hw/simulator/office/layout.ts';
import type { Telephone } from '../../../hw/simulator/office/telephone.ts';
import type { Operator } from '../../../scripts/lib/operator.ts';
import type { EchoLive } from '../../src/api/contract.ts';
import { levelDbm0 } from '../../src/media/dsp/level.ts';
import { operatorCall, pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';

/** A telephone behind a line that sends back what it gets, 8 dB weaker and 30 ms late. */
const layout = { ...DEMO_OFFICE, echoLossDb: 8, echoDelayMs: 30 };

/** What comes back to the operator's side, dBm0 over the last second. */
const returned = (operator: Operator, id: string): number =>
  operator.calls().find((call) => call.id === id)?.rtp.levelDbm0 ?? -100;

/** Waits until the voice from the operator's side is heard at a telephone. */
const heardAt = (phone: Telephone): Promise<true> =>
  until('the voice', () => levelDbm0(phone.heard.last(1000)) > -25 || undefined, 5000);

t.test('the far end speaks through a poor line 30 ms away, and hears nothing of itself', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, { layout, edit: (office) => pointTrunk(office, 'alpha', operator) });
  const phone = box.telephone(1);
  await box.dial(1, '88121234567');
  const far = await operatorCall(operator, 'answered');
  operator.play(far.id, { type: 'voice', dbm0: -12 });
  await heardAt(phone);
  let level = 0;
  const quiet = (): true | undefined => {
    level = returned(operator, far.id);
    return level < -55 || undefined;
  };
  await until('the echo to go', quiet, 5000).catch(() => t.fail(`the echo is at ${level.toFixed(1)} dBm0`));
  t.ok(levelDbm0(phone.heard.last(1000)) > -25, `the far end speaks, and ${level.toFixed(1)} dBm0 come back`);

  // It goes on learning after it first counts as converged, and a machine that stumbles throws it back for a while.
  let echo: EchoLive | undefined;
  await until(
    'figures of the canceller on the page',
    async () => {
      echo = (await box.live()).ports.find(({ number }) => number === 1)?.echo;
      return (echo?.converged && (echo.erleDb ?? 0) > 25) || undefined;
    },
    8000,
  ).catch(() => t.fail('more than 25 dB by the canceller'));
  t.equal(echo?.tailMs, 64);
  t.ok(
    Math.abs((echo?.erlDb ?? 0) - 8) < 1,
    `loss of the line: ${echo?.erlDb} dB; the canceller adds ${echo?.erleDb} dB`,
  );

  void phone.speak({ tone: 1000, level: -12 });
  const heard = await toneAtOperator(operator, far.id, 1000, -12);
  t.pass(`through double talk the telephone is heard at ${heard.toFixed(1)} dBm0`);
  phone.hangup();
  t.match(await box.ended(), { releasedBy: 'caller' });
});

t.test('a socket for a modem is left alone: there the echo comes back', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, {
    layout,
    edit: (office) => {
      pointTrunk(office, 'alpha', operator);
      office.ports.find((port: { number: number }) => port.number === 1).role = 'modem';
    },
  });
  const phone = box.telephone(1);
  await box.dial(1, '88121234567');
  const far = await operatorCall(operator, 'answered');
  operator.play(far.id, { type: 'voice', dbm0: -12 });
  await heardAt(phone);
  await until('the echo', () => returned(operator, far.id) > -30 || undefined, 5000);
  t.pass(`the echo is at ${returned(operator, far.id).toFixed(1)} dBm0`);
  t.equal((await box.live()).ports.find(({ number }) => number === 1)?.echo?.converged ?? false, false);
  phone.hangup();
});
