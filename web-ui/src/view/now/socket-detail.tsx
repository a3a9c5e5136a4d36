import { ActionIcon, Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type {
  ApiError,
  EchoLive,
  LineTestRequest,
  LineTestResult,
  PortLive,
} from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { span } from '../../format/time.ts';
import { say, t, word } from '../../i18n/index.ts';
import { boxNow } from '../../live/store.ts';
import { Link } from '../../router.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Fact, Failure, State } from '../../ui/parts.tsx';
import { portName, portTone } from '../state-words.ts';
import { LastRelease } from './last-release.tsx';
import { Levels } from './levels.tsx';
import { LineFigures } from './line-figures.tsx';
import { Learning } from './line-learning.tsx';

/** What the echo canceller found, in a few words. */
function echoText({ erlDb, erleDb, converged, disabled }: EchoLive): string {
  if (disabled) return t(`detail.echo.${disabled}`);
  if (!converged || erlDb === undefined || erleDb === undefined) return t('detail.echo.learning');
  return t('detail.echo.figures', { erl: Math.round(erlDb), erle: Math.round(erleDb) });
}

const ringing = ({ kind, ringing: rings }: PortLive): string =>
  t(!rings ? 'detail.ringing.no' : kind === 'fxs' ? 'detail.ringing.telephone' : 'detail.ringing.line');

/** Nothing was found that anybody should look at. */
const isFine = ({ ok, figures = [] }: LineTestResult): boolean =>
  ok && figures.every(({ verdict }) => verdict === 'good');

/** What is known of one socket, and what can be done with it. */
export function SocketDetail({ port, onClose }: { port: PortLive; onClose(): void }) {
  const now = boxNow.use();
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<LineTestResult>();
  const [failure, setFailure] = useState<ApiError['error']>();
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    setResult(undefined);
    setFailure(undefined);
    title.current?.focus();
  }, [port.number]);

  const test = async (kind: LineTestRequest['kind']): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      setResult(await api<LineTestResult>(`/ports/${port.number}/test`, { body: { kind } }));
    } catch (error) {
      setFailure(failureOf(error));
    }
    setBusy(false);
  };

  const { volts, milliamps, reversed } = port.electrical ?? {};
  return (
    <div className="socket-detail" data-detail={port.number}>
      <header>
        <h2 ref={title} tabIndex={-1}>
          {t('socket')} {port.number}: {portName(port)}
        </h2>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('close')} onClick={onClose}>
          <Icon name="close" />
        </ActionIcon>
      </header>
      <dl className="facts">
        <Fact name={t('detail.state')}>
          <State tone={portTone(port)}>{word('state', port.state)}</State>{' '}
          <span className="dim">{t('since', { span: span(now - port.since) })}</span>
        </Fact>
        <Fact name={t('detail.hook')}>
          {port.offHook !== undefined && t(port.offHook ? 'detail.hook.off' : 'detail.hook.on')}
        </Fact>
        <Fact name={t('detail.ringing')}>{port.ringing !== undefined && ringing(port)}</Fact>
        <Fact name={t('detail.role')}>{word('role', port.role)}</Fact>
        <Fact name={t('detail.extension')}>{port.extension}</Fact>
        <Fact name={t('detail.person')}>{port.person?.name}</Fact>
        <Fact name={t('detail.volts')}>{volts !== undefined && t('volts', { n: Math.round(volts) })}</Fact>
        <Fact name={t('detail.milliamps')}>
          {milliamps !== undefined && t('milliamps', { n: Math.round(milliamps) })}
        </Fact>
        <Fact name={t('detail.polarity')}>
          {reversed !== undefined && t(reversed ? 'detail.reversed' : 'detail.straight')}
        </Fact>
        <Fact name={t('detail.echo')}>{port.echo && echoText(port.echo)}</Fact>
        <LastRelease port={port} />
      </dl>
      {port.role !== 'unused' && <Levels port={port} />}
      {port.callerId && (
        <details className="technical">
          <summary>
            {t('detail.callerId')}: {say(port.callerId.said)}
          </summary>
          {port.callerId.advice && <p>{say(port.callerId.advice)}</p>}
          {port.callerId.raw && (
            <p>
              {t('detail.callerIdRaw')} <span className="dim">{span(now - port.callerId.at)}</span>
              <br />
              <code>{port.callerId.raw}</code>
            </p>
          )}
          {port.callerId.category && (
            <p>
              {t('detail.callerCategory')}: {port.callerId.category}
            </p>
          )}
        </details>
      )}
      {port.reason && (
        <p className="notice">
          {say(port.reason)} {port.cure && say(port.cure)}
        </p>
      )}
      {port.role === 'city-line' && !port.proven && <p className="notice">{t('detail.notProven')}</p>}
      {port.kind === 'fxo' && port.role !== 'unused' && <Learning port={port} />}
      <Failure error={failure} />
      {result && (
        <p className={`notice ${isFine(result) ? 'good' : ''}`} role="status">
          {say(result.said)} {result.cure && say(result.cure)}
        </p>
      )}
      {result?.figures && <LineFigures figures={result.figures} />}
      <div className="actions">
        {port.kind === 'fxs' && (
          <Button
            variant="default"
            disabled={busy || port.role === 'unused'}
            onClick={() => void test('ring')}
          >
            <Icon name="bell" />
            {t('detail.ring')}
          </Button>
        )}
        <Button
          variant="default"
          disabled={busy || port.role === 'unused'}
          onClick={() => void test('measure')}
        >
          <Icon name="now" />
          {t(port.kind === 'fxs' ? 'detail.measurePair' : 'detail.measure')}
        </Button>
        <Link to="/box/ports" className="button">
          <Icon name="edit" />
          {t('detail.settings')}
        </Link>
      </div>
    </div>
  );
}
