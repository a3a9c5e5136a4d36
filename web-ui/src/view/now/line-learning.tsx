import { Button } from '@mantine/core';
import { type SyntheticEvent, useEffect, useState } from 'react';
import type {
  ApiError,
  LearnOrder,
  LearnView,
  LineFindings,
  PortLive,
  ToneFound,
} from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { hundredths, tenths } from '../../format/number.ts';
import { say, t, word } from '../../i18n/index.ts';
import { live } from '../../live/store.ts';
import { Icon, Mark } from '../../ui/icons.tsx';
import { Fact, Failure } from '../../ui/parts.tsx';
import { portName } from '../state-words.ts';
import { Proposals } from './proposals.tsx';

/** How often the page asks how far a lesson is, ms. */
const LOOK_MS = 700;
const kinds = ['alone', 'lines', 'call-in', 'call-out'] as const;

/** Learns what a line does, tells how far it is, and proposes settings. */
export function Learning({ port }: { port: PortLive }) {
  const [view, setView] = useState<LearnView>();
  const [open, setOpen] = useState(false);
  const [failure, setFailure] = useState<ApiError['error']>();
  const look = async (): Promise<void> => {
    try {
      setView(await api<LearnView>(`/ports/${port.number}/learn`));
    } catch {
      // Nothing was learnt of this line yet.
    }
  };
  const running = view?.state === 'running';
  useEffect(() => {
    setView(undefined);
    setFailure(undefined);
    void look();
  }, [port.number]);
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => void look(), LOOK_MS);
    return () => clearInterval(timer);
  }, [running, port.number]);

  const begin = async (order: LearnOrder): Promise<void> => {
    setFailure(undefined);
    try {
      setView(await api<LearnView>(`/ports/${port.number}/learn`, { body: order }));
    } catch (error) {
      setFailure(failureOf(error));
    }
  };
  const stop = async (): Promise<void> => {
    await api(`/ports/${port.number}/learn`, { method: 'DELETE' }).catch(() => undefined);
    await look();
  };
  return (
    <details
      className="learning"
      data-learning={port.number}
      open={open || running}
      onToggle={(e) => setOpen(e.currentTarget.open)}
    >
      <summary>{t('learn.title')}</summary>
      <p className="dim">{t('learn.lead')}</p>
      <Failure error={failure} />
      {!running && (
        <LearnForm port={port} again={view !== undefined} onStart={(order) => void begin(order)} />
      )}
      {view && <Progress view={view} />}
      {running && (
        <Button variant="default" onClick={() => void stop()}>
          <Icon name="close" size={16} /> {t('learn.stop')}
        </Button>
      )}
      {view && !running && (
        <>
          {Object.entries(view.found).map(([number, found]) => (
            <Findings key={number} number={number} found={found} />
          ))}
          <Proposals key={view.startedAt} list={view.proposals} onApplied={() => {}} />
        </>
      )}
    </details>
  );
}

function LearnForm({
  port,
  again,
  onStart,
}: {
  port: PortLive;
  again: boolean;
  onStart(order: LearnOrder): void;
}) {
  const others = (live.use()?.ports ?? []).filter(
    (one) => one.kind === 'fxo' && one.number !== port.number && one.role !== 'unused',
  );
  const [kind, setKind] = useState<(typeof kinds)[number]>('alone');
  const [other, setOther] = useState(others[0]?.number ?? 0);
  const [number, setNumber] = useState('');
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (kind === 'lines') onStart({ kind, other, otherNumber: number });
    else if (kind === 'call-out') onStart({ kind, number });
    else onStart({ kind });
  };
  return (
    <form className="learn-form" onSubmit={submit}>
      <label>
        {t('learn.kind')}
        <select value={kind} onChange={(e) => setKind(e.currentTarget.value as (typeof kinds)[number])}>
          {kinds
            .filter((one) => one !== 'lines' || others.length > 0)
            .map((one) => (
              <option key={one} value={one}>
                {t(`learn.kind.${one}`)}
              </option>
            ))}
        </select>
      </label>
      {kind === 'lines' && (
        <label>
          {t('learn.other')}
          <select value={other} onChange={(e) => setOther(Number(e.currentTarget.value))}>
            {others.map((one) => (
              <option key={one.number} value={one.number}>
                {one.number}: {portName(one)}
              </option>
            ))}
          </select>
        </label>
      )}
      {(kind === 'lines' || kind === 'call-out') && (
        <label>
          {t(kind === 'lines' ? 'learn.otherNumber' : 'learn.number')}
          <input
            type="tel"
            required
            value={number}
            autoComplete="off"
            onChange={(e) => setNumber(e.currentTarget.value)}
          />
        </label>
      )}
      <Button variant="default" type="submit">
        <Icon name="now" size={16} /> {t(again ? 'learn.again' : 'learn.start')}
      </Button>
    </form>
  );
}

function Progress({ view }: { view: LearnView }) {
  const running = view.state === 'running';
  const now = view.steps.at(-1);
  return (
    <div role="status">
      <p>
        <strong>{t(`learn.${view.state}`)}</strong>
        {view.reason && `. ${say(view.reason)}`}
      </p>
      {running && (
        <ol className="learn-steps">
          {view.steps.map((step) => (
            <li key={step} aria-current={step === now ? 'step' : undefined}>
              <Mark tone={step === now ? 'ring' : 'talk'} size={12} /> {word('step', step)}
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

const seconds = (ms: number): string => hundredths(ms / 1000);

function cadenceText({ onMs, offMs }: { onMs?: number; offMs?: number }): string {
  if (onMs === undefined) return '';
  return t('found.cadence', { on: seconds(onMs), off: offMs === undefined ? '…' : seconds(offMs) });
}

function toneText(tone: ToneFound): string {
  const hz = t('found.hz', { hz: tenths(tone.frequencyHz) });
  return tone.onMs === undefined ? hz : `${hz}, ${cadenceText(tone)}`;
}

/** What was measured of one line. */
function Findings({ number, found }: { number: string; found: LineFindings }) {
  const { dialTone, release, ring } = found;
  const released =
    release &&
    [
      release.polarityMs !== undefined && t('found.releasePolarity', { s: seconds(release.polarityMs) }),
      release.breakMs !== undefined && t('found.releaseBreak', { ms: release.breakMs }),
      release.tone &&
        `${t('found.releaseTone', {
          tone: word('lineTone', release.tone.tone),
          hz: tenths(release.tone.frequencyHz),
          s: seconds(release.tone.afterMs),
        })}${release.tone.onMs === undefined ? '' : `, ${cadenceText(release.tone)}`}`,
    ].filter(Boolean);
  return (
    <section data-found={number}>
      <h3>{t('found.title', { n: number })}</h3>
      <dl className="facts">
        <Fact name={t('found.volts')}>
          {found.onHookVolts !== undefined && t('volts', { n: found.onHookVolts })}
        </Fact>
        <Fact name={t('found.current')}>
          {found.loopMilliamps !== undefined && t('milliamps', { n: Math.round(found.loopMilliamps) })}
        </Fact>
        <Fact name={t('found.dialTone')}>
          {dialTone === null
            ? t('found.noDialTone')
            : dialTone &&
              t('found.dialToneAfter', {
                hz: tenths(dialTone.frequencyHz),
                s: seconds(dialTone.afterMs),
                db: Math.round(dialTone.levelDbm0),
              })}
        </Fact>
        <Fact name={t('found.tonesTaken')}>
          {found.tonesTaken !== undefined && t(found.tonesTaken ? 'found.tonesYes' : 'found.tonesNo')}
        </Fact>
        <Fact name={t('found.idle')}>
          {found.idleAfterMs === null
            ? t('found.idleNever')
            : found.idleAfterMs !== undefined && t('time.seconds', { n: tenths(found.idleAfterMs / 1000) })}
        </Fact>
        <Fact name={t('found.ring')}>{ring && cadenceText(ring)}</Fact>
        <Fact name={t('found.callerId')}>{ring?.callerId && word('callerIdWay', ring.callerId)}</Fact>
        <Fact name={t('found.ringback')}>{found.ringback && toneText(found.ringback)}</Fact>
        <Fact name={t('found.answer')}>
          {found.answerPolarityMs !== undefined &&
            t(found.answerPolarityMs === null ? 'found.answerNothing' : 'found.answerPolarity')}
        </Fact>
        <Fact name={t('found.loss')}>
          {found.lossDb !== undefined && t('found.lossDb', { n: tenths(found.lossDb) })}
        </Fact>
        <Fact name={t('found.release')}>
          {released && (released.length ? released.join('; ') : t('found.releaseNothing'))}
        </Fact>
        <Fact name={t('found.busy')}>{found.busy && toneText(found.busy)}</Fact>
        <Fact name={t('found.reached')}>
          {(found.reached !== undefined || found.wasReached) && t('found.reachedYes')}
        </Fact>
      </dl>
    </section>
  );
}
