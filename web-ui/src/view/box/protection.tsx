import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ApiError, LeaningView, ProtectionView } from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { ObjectSection } from '../../form/section.tsx';
import { moment, span } from '../../format/time.ts';
import { say, t } from '../../i18n/index.ts';
import { boxNow } from '../../live/store.ts';
import { useBox } from '../../query.ts';
import { Icon } from '../../ui/icons.tsx';
import { Card, Empty, Fact, Failure, State } from '../../ui/parts.tsx';

/** How often the page looks for new bans and figures, ms. */
const LOOK_MS = 5000;

const tones = { calm: 'talk', busy: 'attention', saturated: 'broken' } as const;

/** What the box defends itself with: settings, who is banned, who is forgiven, how hard it is pressed. */
export function ProtectionPart() {
  const { value, failure, reload } = useBox<ProtectionView>('/protection', undefined, { everyMs: LOOK_MS });
  return (
    <>
      {value?.available && <Bans view={value} reload={reload} />}
      {failure && <Failure error={failure} />}
      {value && !value.available && <p className="lead">{t('protection.external')}</p>}
      <ObjectSection name="protection" />
      {value?.available && <Leanings list={value.leanings} />}
      {value?.available && <Figures view={value} />}
    </>
  );
}

function Bans({ view, reload }: { view: ProtectionView; reload: () => void }) {
  const now = boxNow.use();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiError['error']>();
  const lift = async (source: string): Promise<void> => {
    setBusy(true);
    try {
      await api('/protection/lift', { body: { source } });
      setFailure(undefined);
    } catch (error) {
      setFailure(failureOf(error));
    }
    setBusy(false);
    reload();
  };
  return (
    <Card title={t('protection.bans')}>
      <Failure error={failure} />
      {view.bans.length === 0 ? (
        <Empty icon="ok">{t('protection.noBans')}</Empty>
      ) : (
        <ol className="history">
          {view.bans.map((ban) => (
            <li key={ban.source} data-ban={ban.source}>
              <div>
                <p>
                  <span className="number">{ban.source}</span> — {say(ban.said)}
                </p>
                <p className="dim">
                  {t('protection.until', {
                    since: moment(ban.since, now).toLowerCase(),
                    left: span(Math.max(0, ban.until - now)),
                  })}
                  {ban.times > 1 && ` · ${t('protection.times', { n: ban.times })}`}
                  {ban.dropped > 0 && ` · ${t('protection.dropped', { n: ban.dropped })}`}
                </p>
              </div>
              <Button
                variant="default"
                disabled={busy}
                aria-label={t('protection.liftOf', { source: ban.source })}
                onClick={() => void lift(ban.source)}
              >
                <Icon name="undo" size={16} /> {t('protection.lift')}
              </Button>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}

function Leanings({ list }: { list: readonly LeaningView[] }) {
  if (list.length === 0) return null;
  return (
    <Card title={t('protection.leanings')}>
      <p className="dim">{t('protection.leaningsHelp')}</p>
      <ul className="probes">
        {list.map((entry) => (
          <li key={`${entry.what} ${entry.peer}`} data-leaning={entry.what}>
            <span>
              {entry.trunk ?? <span className="number">{entry.peer}</span>}: {say(entry.said)}
            </span>
            <span className="dim">
              {[
                entry.forgiven > 0 && t('protection.forgiven', { n: entry.forgiven }),
                entry.refused > 0 && t('protection.refused', { n: entry.refused }),
              ]
                .filter(Boolean)
                .join(' · ')}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Figures({ view: { load, figures } }: { view: ProtectionView }) {
  return (
    <Card title={t('protection.figures')}>
      <dl className="facts">
        <Fact name={t('protection.load')}>
          <State tone={tones[load]}>{t(`protection.${load}`)}</State>
        </Fact>
        <Fact name={t('protection.strangers')}>{String(figures.strangers)}</Fact>
        <Fact name={t('protection.malformed')}>{String(figures.malformed)}</Fact>
        <Fact name={t('protection.droppedAll')}>{String(figures.dropped)}</Fact>
        <Fact name={t('protection.shed')}>{String(figures.shed)}</Fact>
      </dl>
    </Card>
  );
}
