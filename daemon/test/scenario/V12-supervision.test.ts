import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import { until } from '../kit/box.ts';
import type { NotifySocket } from '../kit/notify-socket.ts';
import { recovered, supervised, talk, watchdogMs } from '../kit/supervised.ts';

/** What systemd does: no ping for the whole time, then an end and a new start. @returns pings heard. */
async function starve(supervisor: NotifySocket): Promise<number> {
  const from = supervisor.heard.length;
  await wait(watchdogMs);
  return supervisor.heard.slice(from).filter(({ line }) => line === 'WATCHDOG=1').length;
}

t.test('the main event loop hangs: pings stop, the lifeline is joined, a new start cures it', async (t) => {
  const parts = await supervised(t);
  await talk(parts);
  const { supervisor, sabotage, box } = parts;
  t.ok(supervisor.heard.some(({ line }) => line === `MAINPID=${box.daemon.process.pid}`));
  sabotage.hang('main');
  await until('the relay is joined', () => box.simulator.card.relay.engaged(1), 4000);
  t.pass('though the thread that feeds the card still turns (ruling 2)');
  t.equal(await starve(supervisor), 0, 'no ping for the whole time');
  // systemd sends SIGABRT first; under tap Node's own handler for it would wait for the loop that hangs.
  box.daemon.process.kill('SIGKILL');
  await box.daemon.ended;
  await recovered(t, parts);
});
