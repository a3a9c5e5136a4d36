import { Alert, Button, FileButton, Group, Progress, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ApiError, UpdateView } from '../../../../daemon/src/api/contract.ts';
import { api, failureOf, upload } from '../../api.ts';
import { ObjectSection } from '../../form/section.tsx';
import { moment } from '../../format/time.ts';
import { say, t } from '../../i18n/index.ts';
import { boxNow } from '../../live/store.ts';
import { useBox } from '../../query.ts';
import { Card, Fact, Failure } from '../../ui/parts.tsx';

/** How often the box is asked while something is under way, and otherwise, ms. */
const busyMs = 1000;
const idleMs = 10_000;

/** Versions of the box: which one runs, a new one from a file or an address, and what became of the last. */
export function UpdatePart() {
  const [quick, setQuick] = useState(false);
  const { value, failure, reload } = useBox<UpdateView>('/update', undefined, {
    everyMs: quick ? busyMs : idleMs,
  });
  const busy = value !== undefined && value.phase !== 'idle' && value.phase !== 'installed';
  if (busy !== quick) setQuick(busy);
  if (failure?.code === 'api/no-updates-here')
    return (
      <Card title={t('update.title')}>
        <Text c="dimmed">{say(failure.said)}</Text>
      </Card>
    );
  return (
    <>
      <Card title={t('update.title')}>
        {/* A box that restarts does not answer, and the page says already that it does. */}
        {value?.phase !== 'restarting' && <Failure error={failure} />}
        {value && <State view={value} reload={reload} />}
      </Card>
      <ObjectSection name="update" />
    </>
  );
}

function State({ view, reload }: { view: UpdateView; reload(): void }) {
  const now = boxNow.use();
  const [sent, setSent] = useState<number>();
  const [failure, setFailure] = useState<ApiError['error']>();
  const during = async (work: () => Promise<unknown>): Promise<void> => {
    setFailure(undefined);
    try {
      await work();
    } catch (error) {
      setFailure(failureOf(error));
    }
    setSent(undefined);
    reload();
  };
  const send = (file: File | null): void => {
    if (!file) return;
    setSent(0);
    void during(() => upload('/update', file, 'application/octet-stream', setSent));
  };
  const order = (path: string, body: object = {}): void =>
    void during(() => api(`/update/${path}`, { body }));
  const phase = sent === undefined ? view.phase : 'receiving';
  return (
    <Stack data-update={phase}>
      <dl className="facts">
        <Fact name={t('update.version')}>{view.version}</Fact>
        <Fact name={t('update.slot')}>{view.slot}</Fact>
        <Fact name={t('update.since')}>
          {view.kept && t('update.keptAt', { version: view.kept.version, time: moment(view.kept.at, now) })}
        </Fact>
        <Fact name={t('update.looked')}>
          {view.looked && `${moment(view.looked.at, now)} — ${say(view.looked.said)}`}
        </Fact>
      </dl>
      {view.takenBack && !view.takenBack.seen && (
        <Alert
          color="orange"
          title={t('update.takenBack', { version: view.takenBack.version })}
          data-taken-back
        >
          <p>{say(view.takenBack.said)}</p>
          <p className="dim">{t('update.takenBackAt', { time: moment(view.takenBack.at, now) })}</p>
          <Button variant="default" onClick={() => order('seen')}>
            {t('update.understood')}
          </Button>
        </Alert>
      )}
      {view.refused && (
        <Alert color="red" title={t('update.refused')} data-refused>
          {say(view.refused)}
        </Alert>
      )}
      <Failure error={failure} />
      {phase === 'installed' && <Installed view={view} order={order} />}
      {phase === 'idle' || phase === 'installed' ? (
        <>
          <Text c="dimmed">{t('update.lead')}</Text>
          <Group>
            <FileButton onChange={send} accept=".raucb" inputProps={{ 'aria-label': t('update.choose') }}>
              {(props) => (
                <Button {...props} variant={phase === 'idle' ? 'filled' : 'default'} data-choose="update">
                  {t('update.choose')}
                </Button>
              )}
            </FileButton>
            <Button variant="default" onClick={() => order('look')}>
              {t('update.look')}
            </Button>
          </Group>
        </>
      ) : (
        <UnderWay phase={phase} view={view} sent={sent} />
      )}
    </Stack>
  );
}

function Installed({ view, order }: { view: UpdateView; order(path: string, body?: object): void }) {
  return (
    <Alert color="blue" title={t('update.installed', { version: view.to ?? '' })} data-installed>
      <p>{view.tonight ? t('update.willTonight') : t('update.installedLead')}</p>
      <Group>
        <Button data-restart="now" onClick={() => order('restart')}>
          {t('update.now')}
        </Button>
        <Button
          variant="default"
          data-restart="tonight"
          onClick={() => order('restart', { when: view.tonight ? 'not-tonight' : 'tonight' })}
        >
          {t(view.tonight ? 'update.notTonight' : 'update.tonight')}
        </Button>
      </Group>
    </Alert>
  );
}

type Way = Exclude<UpdateView['phase'], 'idle' | 'installed'>;

function UnderWay({ phase, view, sent }: { phase: Way; view: UpdateView; sent: number | undefined }) {
  const percent = sent === undefined ? view.percent : Math.round(sent * 100);
  const words = t(`update.step.${phase}`, { version: view.to ?? '' });
  const measured = percent !== undefined && (phase === 'receiving' || phase === 'installing');
  return (
    <div>
      <p role="status">{words}</p>
      <Progress
        value={measured ? percent : 100}
        animated
        striped={!measured}
        aria-label={measured ? t('update.progress', { n: percent }) : words}
      />
      <p className="dim">
        {t(phase === 'receiving' && sent !== undefined ? 'update.keepOpen' : 'update.mayClose')}
      </p>
    </div>
  );
}
