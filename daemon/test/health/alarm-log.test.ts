import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { AlarmBoard } from '../../src/health/alarm-board.ts';
import { createLogger } from '../../src/log/logger.ts';
import { textOf } from '../../src/log/text-sink.ts';
import { logAlarms } from '../../src/main/alarm-log.ts';

t.test('an alarm is logged when it rises, when its words change and when it ends', async (t) => {
  const lines: string[] = [];
  const alarms = new AlarmBoard(new FakeClock());
  logAlarms(
    alarms,
    createLogger({ sink: (entry) => lines.push(`${entry.level} ${textOf(entry)}`) }).child('alarm'),
  );
  const alarm = (en: string) => ({
    id: 'trunk-acme',
    severity: 'warning' as const,
    said: { ru: 'Линия', en },
    cure: { ru: 'Спросите', en: 'Ask.' },
  });
  alarms.raise(alarm('No answer.'));
  alarms.raise(alarm('No answer.'));
  t.same(lines.splice(0), ['warn alarm No answer. Ask. id=trunk-acme']);
  alarms.raise(alarm('Refused.'));
  t.same(lines.splice(0), ['warn alarm Refused. Ask. id=trunk-acme']);
  alarms.clear('trunk-acme');
  alarms.clear('trunk-acme');
  t.same(lines.splice(0), ['info alarm over: Refused. id=trunk-acme']);
  alarms.raise({ ...alarm('No answer.'), severity: 'critical' });
  t.same(lines.splice(0), ['error alarm No answer. Ask. id=trunk-acme']);
});
