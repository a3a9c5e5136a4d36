import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ApiError, DiagnosisView, Finding } from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { moment } from '../../format/time.ts';
import { say, t, tn } from '../../i18n/index.ts';
import { boxNow } from '../../live/store.ts';
import { useBox } from '../../query.ts';
import { Link } from '../../router.tsx';
import { Card, Empty, Failure, State } from '../../ui/parts.tsx';
import { Term } from '../../ui/term.tsx';
import { SupportCard } from './support.tsx';
import { WorkSteps } from './work-steps.tsx';
import '../../styles/help.css';

/** How often what has been found is asked for, ms: while a check runs, and at rest. */
const RUNNING_MS = 700;
const REST_MS = 10_000;

const tones = { critical: 'broken', warning: 'attention', info: 'free' } as const;

/** What is wrong, why and what to do; a check of servers and time; and a file for whoever is asked to help. */
export function DiagnosisPart() {
  const [running, setRunning] = useState(false);
  const { value, failure, reload } = useBox<DiagnosisView>('/diagnosis', undefined, {
    everyMs: running ? RUNNING_MS : REST_MS,
  });
  const [refused, setRefused] = useState<ApiError['error']>();
  const now = boxNow.use();
  const isRunning = value?.run?.state === 'running';
  if (running !== isRunning && value) setRunning(isRunning);
  const run = async (): Promise<void> => {
    try {
      await api('/diagnosis/run', { body: {} });
      setRefused(undefined);
      setRunning(true);
    } catch (error) {
      setRefused(failureOf(error));
    }
    reload();
  };
  return (
    <>
      <Card
        title={t('diagnosis.title')}
        aside={
          <Button onClick={() => void run()} loading={isRunning} data-run="diagnosis">
            {t('diagnosis.run')}
          </Button>
        }
      >
        <p className="dim">
          {t('diagnosis.lead')} <Term id="dns" />, <Term id="nat" />, <Term id="alg" />, <Term id="ntp" />.
        </p>
        <Failure error={refused ?? failure} />
        {value?.run && <WorkSteps steps={value.run.steps} />}
        {value?.run?.endedAt !== undefined && (
          <p className="dim">
            {t('diagnosis.checked', { time: moment(value.run.endedAt, now).toLowerCase() })}
          </p>
        )}
      </Card>
      <Card title={value ? tn('diagnosis.found', value.findings.length) : t('loading')}>
        {value?.findings.length === 0 && <Empty icon="ok">{t('diagnosis.nothing')}</Empty>}
        <ul className="findings">
          {value?.findings.map((finding) => (
            <FindingRow key={`${finding.code} ${finding.about ?? ''}`} finding={finding} now={now} />
          ))}
        </ul>
      </Card>
      <SupportCard />
    </>
  );
}

function FindingRow({ finding, now }: { finding: Finding; now: number }) {
  const { code, severity, said, cure, about, at, technical } = finding;
  const way = about === undefined ? undefined : wayTo(about);
  return (
    <li className="finding" data-finding={code}>
      <State tone={tones[severity]}>{t(`diagnosis.${severity}`)}</State>
      <p>
        <strong>{say(said)}</strong>
      </p>
      <p className="cure">
        <span className="dim">{t('diagnosis.do')}</span> {say(cure)}
      </p>
      <div className="help-row">
        {way && <Link to={way.to}>{t(way.key)}</Link>}
        {code.startsWith('port/') && <Link to="/box/wiring">{t('diagnosis.toWiring')}</Link>}
        <span className="dim">{moment(at, now)}</span>
      </div>
      {technical !== undefined && (
        <details>
          <summary>{t('technical')}</summary>
          <code>
            {code}: {technical}
          </code>
        </details>
      )}
    </li>
  );
}

function wayTo(about: string) {
  const [kind, id = ''] = about.split(':');
  if (kind === 'trunk') return { to: '/box/trunks', key: 'diagnosis.toTrunk' } as const;
  if (kind === 'call') return { to: `/calls/${id}`, key: 'diagnosis.toCall' } as const;
  if (kind === 'port') return { to: '/box/ports', key: 'diagnosis.toPort' } as const;
  return undefined;
}
