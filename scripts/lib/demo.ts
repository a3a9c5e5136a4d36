/** `scripts/demo`: the main job's call, unattended and measured. See scripts/demo --help. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CallRecord } from '../../daemon/src/records/call-record.ts';
import { readOptions } from './arguments.ts';
import { BoxClient, OfficeClient, OperatorClient, until } from './clients.ts';
import { demo } from './demo-office.ts';
import { type Stack, startStack } from './stack.ts';

/** What the call showed. Levels are dBm0 of the 1 kHz tone that was sent at -10 dBm0 (ruling 33). */
export interface DemoResult {
  dialled: string;
  pinAccepted: boolean;
  sipCallId: string;
  answered: boolean;
  answerPolarityReversed: boolean;
  audioToTrunkDb: number;
  audioToPhoneDb: number;
  /** From the last digit recognised to the INVITE, ms (ruling 32). */
  postDialDelayMs: number;
  /** From the end of the last key at the handset to the INVITE at the operator, ms. */
  handsetToInviteMs: number;
  recordId: string;
  price: number;
}

const sentHz = 1000;
const sentDbm0 = -10;
/** What a path without loss may take or add, dB: G.711 and the analog ends together. */
const toleranceDb = 2;
/** Which telephone calls: the store's, whose class allows long distance only with a PIN. */
const telephonePort = 2;

async function call(stack: Stack): Promise<DemoResult> {
  const office = new OfficeClient(stack.simulator!.ready.http!);
  const operator = new OperatorClient(stack.operator!.ready.http!);
  const box = new BoxClient(stack.daemon.ready.http!);
  await box.claim(readFileSync(join(stack.data, 'label-code'), 'utf8').trim(), 'demo-password');

  const phone = (await office.devices()).find((device) => device.port === telephonePort)!.id;
  await office.do(phone, 'lift');
  await office.waitForTone(phone, 425, 3000);
  const keys = `${demo.accessCode}${demo.pin}${demo.number}`;
  await office.do(phone, 'dial', { digits: keys });
  const dialedAt = Date.now();

  const far = await until('the operator gets the call', async () => (await operator.calls())[0], 5000);
  const handsetToInviteMs = Date.now() - dialedAt;
  await until('the operator answers', async () => (await operator.calls())[0]?.state === 'answered', 8000);
  const reversed = await until(
    'polarity reversed',
    async () => (await office.state(phone)).reversed === true,
    3000,
  );

  await operator.do({ do: 'play', id: far.id, sound: 'silence' });
  await office.do(phone, 'speak', { freq: sentHz, level: sentDbm0 });
  const audioToTrunkDb = await settled(() => operator.level(far.id, sentHz));
  await office.do(phone, 'hush');
  await operator.do({ do: 'play', id: far.id, sound: `tone:${sentHz}:${sentDbm0}` });
  const audioToPhoneDb = await settled(() => office.hear(phone, 400, sentHz));
  await office.do(phone, 'hangup');

  const record = await until(
    'the record is closed',
    async () => {
      const { calls } = await box.get<{ calls: CallRecord[] }>('/api/v1/calls?limit=1');
      return calls[0]?.state === 'ended' ? calls[0] : undefined;
    },
    5000,
  );
  return {
    dialled: record.dialed ?? '',
    pinAccepted: record.pinId !== undefined,
    sipCallId: record.legs.find((leg) => leg.kind === 'sip')?.sipCallId ?? '',
    answered: record.answeredAt !== undefined,
    answerPolarityReversed: reversed === true,
    audioToTrunkDb: round(audioToTrunkDb),
    audioToPhoneDb: round(audioToPhoneDb),
    postDialDelayMs: record.postDialDelayMs ?? Number.NaN,
    handsetToInviteMs,
    recordId: record.id,
    price: record.price ?? 0,
  };
}

/** Measures until two readings in a row agree: buffers take a moment, and the operator's is of a whole second. */
async function settled(measure: () => Promise<number>): Promise<number> {
  let last = await measure();
  for (let i = 0; i < 15; i++) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    const next = await measure();
    if (Math.abs(next - last) < 0.3 && next > -60) return next;
    last = next;
  }
  return last;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** Everything that did not hold, in words. */
function faults(result: DemoResult, expectedCallId: string | undefined): string[] {
  const near = (level: number): boolean => Math.abs(level - sentDbm0) <= toleranceDb;
  const checks: [boolean, string][] = [
    [result.dialled === demo.number, `dialled is ${result.dialled}, not ${demo.number}`],
    [result.pinAccepted, 'the PIN was not accepted'],
    [
      result.sipCallId !== '' && result.sipCallId === expectedCallId,
      'the SIP Call-ID is not the one the operator saw',
    ],
    [result.answered, 'the call was not answered'],
    [result.answerPolarityReversed, 'polarity was not reversed'],
    [near(result.audioToTrunkDb), `1 kHz reached the trunk at ${result.audioToTrunkDb} dBm0`],
    [near(result.audioToPhoneDb), `1 kHz reached the telephone at ${result.audioToPhoneDb} dBm0`],
    [result.postDialDelayMs >= 0, 'there is no post-dial delay'],
    [result.recordId !== '', 'there is no record'],
    [result.price > 0, 'the call cost nothing'],
  ];
  return checks.filter(([held]) => !held).map(([, what]) => what);
}

const flag = { type: 'boolean', default: false } as const;
const values = readOptions('demo', { json: flag, verbose: flag });
let stack: Stack | undefined;
let status = 1;
try {
  stack = await startStack({ verbose: values.verbose });
  const result = await call(stack);
  const seen = (await new OperatorClient(stack.operator!.ready.http!).calls())[0]?.callId;
  const wrong = faults(result, seen);
  for (const line of wrong) console.error(`not as it should be: ${line}`);
  if (!values.json)
    for (const [key, value] of Object.entries(result)) console.log(`${key.padEnd(24)} ${value}`);
  else console.log(JSON.stringify(result));
  status = wrong.length === 0 ? 0 : 1;
} catch (error) {
  console.error(`error: ${(error as Error).message}`);
  if (stack) console.error(stack.daemon.errors().split('\n').slice(-20).join('\n'));
} finally {
  await stack?.stop();
}
process.exit(status);
