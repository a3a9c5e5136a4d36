import type { QueueToday } from '../../../../daemon/src/api/contract.ts';
import { duration } from '../../format/time.ts';
import { t } from '../../i18n/index.ts';
import { Fact } from '../../ui/parts.tsx';

/** 83: the share of calls answered in time, in whole percents. */
export const levelPercent = (level: number): number => Math.round(level * 100);

/** What a queue has done since midnight. */
export function DayFigures({ today }: { today: QueueToday }) {
  const { came, callbacks, serviceLevel, averageWaitMs, averageHandlingMs, longestWaitMs } = today;
  if (came === 0 && callbacks === 0) return <p className="dim">{t('queue.quietDay')}</p>;
  return (
    <dl className="facts day-figures">
      <Fact name={t('queue.level')}>
        {serviceLevel !== undefined &&
          t('queue.levelValue', { percent: levelPercent(serviceLevel), n: today.thresholdSeconds })}
      </Fact>
      <Fact name={t('queue.answered')}>{t('queue.answeredOf', { n: today.answered, of: came })}</Fact>
      <Fact name={t('queue.abandoned')}>{today.abandoned}</Fact>
      <Fact name={t('queue.passedOn')}>{today.passedOn > 0 && today.passedOn}</Fact>
      <Fact name={t('queue.asa')}>{averageWaitMs !== undefined && duration(averageWaitMs)}</Fact>
      <Fact name={t('queue.aht')}>{averageHandlingMs !== undefined && duration(averageHandlingMs)}</Fact>
      <Fact name={t('queue.longest')}>{longestWaitMs > 0 && duration(longestWaitMs)}</Fact>
      <Fact name={t('queue.callbacks')}>
        {callbacks > 0 && t('queue.callbacksValue', { n: callbacks, done: today.calledBack })}
      </Fact>
    </dl>
  );
}
