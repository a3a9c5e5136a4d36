import { Progress } from '@mantine/core';
import type { PortLevelsView, PortLive } from '../../../../daemon/src/api/contract.ts';
import { t } from '../../i18n/index.ts';
import { useBox } from '../../query.ts';
import '../../styles/live.css';

/** How often the levels are asked for, ms: a meter that moves, at the cost of two short questions a second. */
const everyMs = 500;
/** The scale: below it is silence, above it nothing goes, dBm0. */
const floor = -60;
const ceiling = 0;

type Loudness = 'silent' | 'quiet' | 'normal' | 'loud';

/** In words: speech is about -25 to -10 dBm0, and over -5 it is cut off at its peaks. */
function loudness(dbm0: number): Loudness {
  return dbm0 < -55 ? 'silent' : dbm0 < -38 ? 'quiet' : dbm0 <= -5 ? 'normal' : 'loud';
}

const colours: Record<Loudness, string> = { silent: 'gray', quiet: 'blue', normal: 'green', loud: 'red' };

/** How loud a socket is in both directions, for as long as it is on the screen. */
export function Levels({ port }: { port: PortLive }) {
  const { value } = useBox<PortLevelsView>(`/ports/${port.number}/levels`, undefined, { everyMs });
  const { fromDbm0, toDbm0 } = value ?? {};
  return (
    <div className="levels" data-levels={port.number}>
      <h3>{t('levels.title')}</h3>
      {fromDbm0 === undefined || toDbm0 === undefined ? (
        <p className="dim">{t('levels.nothing')}</p>
      ) : (
        <>
          <Level name={t(`levels.from.${port.kind}`)} dbm0={fromDbm0} />
          <Level name={t(`levels.to.${port.kind}`)} dbm0={toDbm0} />
        </>
      )}
    </div>
  );
}

function Level({ name, dbm0 }: { name: string; dbm0: number }) {
  const value = (100 * (Math.min(ceiling, Math.max(floor, dbm0)) - floor)) / (ceiling - floor);
  const how = loudness(dbm0);
  return (
    <div className="level">
      <span className="level-words">
        <span>{name}</span>
        <span>
          {t(`levels.${how}`)}
          {how !== 'silent' && <span className="dim"> {t('levels.dbm', { n: Math.round(dbm0) })}</span>}
        </span>
      </span>
      <Progress value={value} color={colours[how]} aria-label={name} transitionDuration={200} />
    </div>
  );
}
