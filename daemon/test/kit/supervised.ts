import { operatorCall, pointTrunk, startBox, startOperator, until } from './box.ts';
import { NotifySocket } from './notify-socket.ts';
import { Sabotage } from './sabotage.ts';

/** The part of a tap test that is needed here. */
interface Test {
  teardown(fn: () => unknown): void;
  ok(ok: unknown, what: string): void;
}

/** What systemd would allow between two pings, ms. */
export const watchdogMs = 3000;

/** A box under a supervisor of ours: ready, and known to send pings. */
export async function supervised(t: Test, data?: string) {
  const supervisor = new NotifySocket();
  t.teardown(() => supervisor.close());
  const sabotage = new Sabotage(t);
  const operator = await startOperator(t);
  const box = await startBox(t, {
    ...(data === undefined ? {} : { data }),
    edit: (office) => pointTrunk(office, 'alpha', operator),
    env: {
      ...sabotage.env,
      NOTIFY_SOCKET: supervisor.path,
      WATCHDOG_USEC: String(watchdogMs * 1000),
    },
  });
  await supervisor.wait('READY=1', 5000);
  await supervisor.wait('WATCHDOG=1', watchdogMs);
  return { supervisor, sabotage, operator, box };
}

/** A call on its trunk, answered and known to be so in the box. */
export async function talk({ box, operator }: Awaited<ReturnType<typeof supervised>>): Promise<void> {
  await box.dial(1, '88121234567');
  await operatorCall(operator, 'answered');
  await until('polarity reversed', () => box.telephone(1).reversed, 3000);
}

/** After the new start: told so, the call closed in the records and at the operator, and the next one goes. */
export async function recovered(t: Test, parts: Awaited<ReturnType<typeof supervised>>): Promise<void> {
  const { supervisor, operator, box } = parts;
  const far = operator.calls()[0]!;
  const from = supervisor.heard.length;
  box.telephone(1).hangup();
  await box.restart();
  await supervisor.wait('READY=1', 5000, from);
  await until(
    'the operator gets a BYE',
    () => operator.calls().find((call) => call.id === far.id)?.state === 'ended',
    5000,
  );
  const [record] = await box.records();
  t.ok(record?.state === 'interrupted' || record?.state === 'ended', 'the record is closed');
  await box.portsIdle();
  await box.dial(1, '88121234568');
  await until('the next call', () => operator.calls().length === 2, 4000);
}
