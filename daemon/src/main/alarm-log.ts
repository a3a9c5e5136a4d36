import type { Alarm, AlarmBoard } from '../health/alarm-board.ts';
import type { Logger, LogLevel } from '../log/logger.ts';

const levels: Record<Alarm['severity'], LogLevel> = { info: 'info', warning: 'warn', critical: 'error' };

/** Writes alarms that rise, change their words or end to the log, for who has a console and not the page. Returns the end of it. */
export function logAlarms(alarms: AlarmBoard, log: Logger): () => void {
  const said = new Map<string, string>();
  const raised = alarms.on('raised', ({ id, severity, said: words, cure }) => {
    const text = `${words.en} ${cure.en}`;
    if (said.get(id) === text) return;
    said.set(id, text);
    log.log(levels[severity], text, { id });
  });
  const cleared = alarms.on('cleared', ({ id, said: words }) => {
    said.delete(id);
    log.info(`over: ${words.en}`, { id });
  });
  return () => {
    raised();
    cleared();
  };
}
