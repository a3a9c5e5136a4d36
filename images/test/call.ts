import { type Lab, until } from './lab.ts';
import type { Report } from './report.ts';

/** A telephone dials a long-distance number; the operator is called and answers; both hear each other. */
export async function mainCall(lab: Lab, report: Report): Promise<void> {
  const { operator } = lab;
  const before = operator.calls().length;
  const phone = lab.telephone(1);
  await lab.dialTone(1, 120);
  await phone.dial('88121234567');
  const call = await until('the operator is called', 60, () => operator.calls()[before]);
  report.check(
    'a telephone at the emulated card calls out through the operator',
    call.number === '+78121234567',
    call,
  );
  await until(
    'the operator has answered',
    60,
    () => operator.calls()[before]?.state === 'answered' || undefined,
  );

  // Emulated audio may stutter; what is judged is that each side hears the other's tone at its level.
  void phone.speak({ tone: 1000, level: -10 });
  let level = -99;
  const heard = await until('1 kHz at the operator', 90, () => {
    level = Math.max(level, operator.level(call.id, 1000));
    return level > -12 ? level : undefined;
  }).catch(() => level);
  report.check('1 kHz of the telephone reaches the operator at its level', Math.abs(heard + 10) < 2, heard);
  phone.hush();
  operator.play(call.id, { type: 'tone', frequency: 1400, dbm0: -10 });
  const back = await phone.waitForTone(1400, -13, 90_000).catch((error: Error) => error.message);
  report.check('1.4 kHz of the operator reaches the telephone', typeof back === 'number' && back < -8, back);
  report.say(
    `audio: ${heard.toFixed(1)} dBm0 to the operator, ${typeof back === 'number' ? back.toFixed(1) : '-'} dBm0 back`,
  );
  phone.hangup();
  const ended = await until('the call is over', 60, () => {
    const last = operator.calls()[before];
    return last?.state === 'ended' ? last : undefined;
  });
  report.check('hanging up ends it on the wire', ended.endedBy === 'box', ended);
}

/** Lifts a telephone and calls through the operator, to see that new calls work again. */
export async function shortCall(lab: Lab, seconds: number): Promise<void> {
  const { operator } = lab;
  const before = operator.calls().length;
  const phone = lab.telephone(1);
  await lab.dialTone(1, seconds);
  await phone.dial('88121234567');
  await until('the operator is called', 60, () => operator.calls()[before]);
  phone.hangup();
  await until('the call is over', 60, () => operator.calls()[before]?.state === 'ended' || undefined);
}
