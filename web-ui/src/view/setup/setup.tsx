import { Button, Group, Progress, Stack, Stepper, Text } from '@mantine/core';
import { lazy, type ReactNode, useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import type { ApiError, SetupStep, SetupView } from '../../../../daemon/src/api/contract.ts';
import { failureOf } from '../../api.ts';
import { t } from '../../i18n/index.ts';
import { useBox } from '../../query.ts';
import { isAdmin } from '../../session.ts';
import { Card, Failure, PlaceHead } from '../../ui/parts.tsx';
import '../../styles/setup.css';
import { keep, steps } from './memory.ts';
import { PlaceStep } from './place-step.tsx';
import { wizardSeen } from './seen.ts';
import { SocketsStep } from './sockets-step.tsx';

const LinesStep = lazy(() => import('./lines-step.tsx').then((m) => ({ default: m.LinesStep })));
const OperatorStep = lazy(() => import('./operator-step.tsx').then((m) => ({ default: m.OperatorStep })));
const PeopleStep = lazy(() => import('./people-step.tsx').then((m) => ({ default: m.PeopleStep })));
const TestStep = lazy(() => import('./test-step.tsx').then((m) => ({ default: m.TestStep })));
const BackupCard = lazy(() => import('../box/backup.tsx').then((m) => ({ default: m.BackupCard })));

/** What a step is given. */
export interface StepProps {
  view: SetupView;
  /** The step is done: what it had to store is stored. */
  onDone(): void;
}

/** The first-run wizard (V04): what it knows is kept on the box, so that closing the tab loses nothing. */
export function SetupPlace() {
  const first = useBox<SetupView>('/setup');
  const [view, setView] = useState<SetupView>();
  const [failure, setFailure] = useState<ApiError['error']>();
  const navigate = useNavigate();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    wizardSeen.value = true;
  }, []);
  useEffect(() => {
    if (first.value && !view) setView(first.value);
  }, [first.value, view]);
  if (!view) return <Failure error={first.failure} />;

  const tell = async (change: object): Promise<void> => {
    setFailure(undefined);
    try {
      setView(await keep(change));
    } catch (error) {
      setFailure(failureOf(error));
    }
  };
  const at = steps.indexOf(view.at);
  const goTo = async (step: SetupStep, change: object = {}): Promise<void> => {
    await tell({ at: step, ...change });
    heading.current?.focus();
  };
  const leave = async (how: 'done' | 'skipped'): Promise<void> => {
    const change = { steps: { [view.at]: how }, ...(how === 'done' && { drafts: { [view.at]: null } }) };
    const next = steps[at + 1];
    if (next) return await goTo(next, change);
    await end('finished', change);
  };
  const end = async (state: 'put-off' | 'finished', change: object = {}): Promise<void> => {
    await tell({ ...change, state });
    navigate('/');
  };
  const undone = steps.filter((step) => view.steps[step] !== 'done' && step !== view.at);
  const own = view.at === 'place' || view.at === 'password';
  const last = at === steps.length - 1;

  return (
    <>
      <PlaceHead title={t('wizard.title')} lead={t('wizard.lead')}>
        <Button variant="default" onClick={() => void end('put-off')}>
          {t('wizard.later')}
        </Button>
      </PlaceHead>
      <div className="setup">
        <Stepper
          visibleFrom="md"
          className="setup-steps"
          orientation="vertical"
          size="sm"
          active={at}
          onStepClick={(index) => void goTo(steps[index] ?? 'place')}
        >
          {steps.map((step, i) => (
            <Stepper.Step
              key={step}
              completedIcon={view.steps[step] === 'done' ? undefined : i + 1}
              label={t(`wizard.step.${step}`)}
              description={view.steps[step] === 'left' ? undefined : t(`wizard.${view.steps[step]}`)}
            />
          ))}
        </Stepper>
        <div className="setup-step" data-step={view.at}>
          <Stack hiddenFrom="md" gap={4}>
            <Text size="sm">{t('wizard.progress', { n: at + 1, all: steps.length })}</Text>
            <Progress value={((at + 1) / steps.length) * 100} aria-label={t('wizard.title')} />
          </Stack>
          <h2 tabIndex={-1} ref={heading}>
            {t(`wizard.step.${view.at}`)}
          </h2>
          <Failure error={failure} />
          <Step key={view.at} view={view} onDone={() => void leave('done')} />
          {last && undone.length > 0 && (
            <div className="notice setup-undone">
              <strong>{t('wizard.undone')}</strong>
              <ul>
                {undone.map((step) => (
                  <li key={step}>
                    {t(`wizard.step.${step}`)}: {t(`wizard.without.${step}`)}
                  </li>
                ))}
              </ul>
            </div>
          )}
          <Group className="setup-buttons">
            {at > 0 && (
              <Button variant="default" onClick={() => void goTo(steps[at - 1] ?? 'place')}>
                {t('wizard.back')}
              </Button>
            )}
            {view.at !== 'place' && (
              <Button data-next onClick={() => void leave('done')}>
                {t(last ? 'wizard.finish' : 'wizard.next')}
              </Button>
            )}
            {view.at !== 'password' && !last && (
              <Button variant="subtle" onClick={() => void leave('skipped')}>
                {t('wizard.skip')}
              </Button>
            )}
          </Group>
          {!own && !last && (
            <Text size="sm" className="dim">
              {t('wizard.left', { what: t(`wizard.without.${view.at}`) })}
            </Text>
          )}
        </div>
      </div>
    </>
  );
}

function Step(props: StepProps): ReactNode {
  switch (props.view.at) {
    case 'place':
      return <PlaceStep {...props} />;
    case 'password':
      return <p>{t('wizard.password.done')}</p>;
    case 'sockets':
      return <SocketsStep {...props} />;
    case 'lines':
      return <LinesStep />;
    case 'operator':
      return <OperatorStep />;
    case 'people':
      return <PeopleStep {...props} />;
    case 'test':
      return <TestStep {...props} />;
    case 'backup':
      return isAdmin() ? <BackupCard /> : <Card title={t('backup.title')}>{t('backup.lead')}</Card>;
  }
}
