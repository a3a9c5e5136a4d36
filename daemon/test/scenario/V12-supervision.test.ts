import { setTimeout as wait } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { type Box, operatorCall, pointTrunk, startBox, startOperator, until } from '../kit/box.ts';
import { NotifySocket } from '../kit/notify-socket.ts';
import { Sabotage, type Thread } from '../kit/sabotage.ts';

/** What systemd would allow between two pings, ms. */
const watchdogMs = 3000;

/** A box under a supervisor of ours, with a call on the trunk. */
async function supervised(t: Test) {
  const supervisor = new NotifySocket();
  t.teardown(() => supervisor.close());
  const sabotage = new Sabotage(t);
  const operator = await startOperator(t);
  const box = await startBox(t, {
    edit: (office) => pointTrunk(office, 'alpha', operator),
    env: {
      ...sabotage.env,
      NOTIFY_SOCKET: supervisor.path,
      WATCHDOG_USEC: String(watchdogMs * 1000),
    },
  });
  await supervisor.wait('READY=1', 5000);
  await supervisor.wait('WATCHDOG=1', watchdogMs);
  await box.dial(1, '88121234567');
  const far = await operatorCall(operator, 'answered');
  return { supervisor, sabotage, operator, box, far };
}

/** What systemd does: no ping for the whole time, then SIGABRT and a new start. @returns pings heard. */
async function starve(supervisor: NotifySocket): Promise<number> {
  const from = supervisor.heard.length;
  await wait(watchdogMs);
  return supervisor.heard.slice(from).filter(({ line }) => line === 'WATCHDOG=1').length;
}

/** After the new start: told so, the call closed in the records and at the operator, and the next one goes. */
async function recovered(t: Test, parts: Awaited<ReturnType<typeof supervised>>): Promise<void> {
  const { supervisor, operator, box, far } = parts;
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

const ended = (box: Box): Promise<number | null> =>
  Promise.race([
    box.daemon.ended,
    wait(5000, undefined, { ref: false }).then(() => {
      throw new Error('the process goes on');
    }),
  ]);

t.test('the main event loop hangs: pings stop, the lifeline is joined, a new start cures it', async (t) => {
  const parts = await supervised(t);
  const { supervisor, sabotage, box } = parts;
  t.ok(supervisor.heard.some(({ line }) => line === `MAINPID=${box.daemon.process.pid}`));
  sabotage.hang('main');
  await until('the relay is joined', () => box.simulator.card.relay.engaged(1), 4000);
  t.pass('though the thread that feeds the card still turns (ruling 2)');
  t.equal(await starve(supervisor), 0, 'no ping for the whole time');
  box.daemon.process.kill('SIGABRT');
  await box.daemon.ended;
  await recovered(t, parts);
});

for (const thread of ['media', 'sipd'] as Thread[]) {
  t.test(
    `the thread ${thread} dies: the process ends at once with an error, to be started anew`,
    async (t) => {
      const parts = await supervised(t);
      parts.sabotage.kill(thread);
      t.equal(await ended(parts.box), 1);
      t.match(parts.box.daemon.errors(), /fatal: .*sabotage/);
      await recovered(t, parts);
    },
  );
}
