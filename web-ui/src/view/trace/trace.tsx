import { Button } from '@mantine/core';
import { useState } from 'react';
import type { CallRecord, TraceView } from '../../../../daemon/src/api/contract.ts';
import { sinceStart } from '../../format/time.ts';
import { t } from '../../i18n/index.ts';
import { useBox } from '../../query.ts';
import { Failure } from '../../ui/parts.tsx';
import { LadderDiagram, laneName, MessageText, type Opened, rungWords } from './ladder.tsx';
import { type Ladder, ladderOf } from './ladder-model.ts';

interface TraceProps {
  /** `/calls/ID`, `/trunks/ID` or `/devices/ID`. */
  of: string;
  version?: number | undefined;
  /** Of a call: its legs are the lanes. */
  record?: CallRecord;
}

/** What was said in SIP: asked for when it is opened, as a diagram, as a table, and as a file. */
export function Trace({ of, version, record, title }: TraceProps & { title: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details className="trace" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{title}</summary>
      {open && <TraceBody of={of} version={version} {...(record ? { record } : {})} />}
    </details>
  );
}

function TraceBody({ of, version, record }: TraceProps) {
  const { value, failure } = useBox<TraceView>(`${of}/trace`, record ? 'records' : undefined, { version });
  const [shape, setShape] = useState<'diagram' | 'table'>('diagram');
  const [shown, setShown] = useState<string>();
  if (!value) return failure ? <Failure error={failure} /> : <p className="waiting">{t('loading')}</p>;
  if (!value.available) return <p className="dim">{t('trace.elsewhere')}</p>;
  if (value.messages.length === 0)
    return <p className="dim">{t(record ? 'trace.none' : 'trace.noneTrunk')}</p>;
  const ladder = ladderOf(value.messages, record);
  const opened: Opened = { id: shown, toggle: (id) => setShown(id === shown ? undefined : id) };
  return (
    <div className="trace-body">
      <div className="trace-tools">
        <fieldset className="segments">
          <legend className="sr-only">{t('trace.shape')}</legend>
          {(['diagram', 'table'] as const).map((s) => (
            <button type="button" key={s} aria-pressed={shape === s} onClick={() => setShape(s)}>
              {t(`trace.${s}`)}
            </button>
          ))}
        </fieldset>
        <a className="button" href={`/api/v1${of}/trace.pcap`} download="">
          {t('trace.download')}
        </a>
      </div>
      <p className="dim">{t('trace.hint')}</p>
      {shape === 'diagram' ? (
        <LadderDiagram ladder={ladder} opened={opened} />
      ) : (
        <LadderTable ladder={ladder} opened={opened} />
      )}
    </div>
  );
}

function LadderTable({ ladder, opened }: { ladder: Ladder; opened: Opened }) {
  const { lanes, rungs } = ladder;
  const start = rungs[0]?.at ?? 0;
  const name = (lane: number): string => laneName(lanes[lane]!);
  return (
    <div className="scroll-x">
      <table className="trace-table">
        <thead>
          <tr>
            <th>{t('trace.time')}</th>
            <th>{t('trace.message')}</th>
            <th>{t('trace.from')}</th>
            <th>{t('trace.to')}</th>
          </tr>
        </thead>
        <tbody>
          {rungs.map((rung) => {
            const { message } = rung;
            const open = opened.id === rung.id && message !== undefined;
            return [
              <tr key={rung.id} className={`kind-${message?.kind ?? 'line'}`}>
                <td>{sinceStart(rung.at - start)}</td>
                <td>
                  {message ? (
                    <Button
                      variant="subtle"
                      color="gray"
                      aria-expanded={open}
                      onClick={() => opened.toggle(rung.id)}
                    >
                      {rungWords(rung)}
                      {message.repeated && `, ${t('trace.repeated')}`}
                    </Button>
                  ) : (
                    rungWords(rung)
                  )}
                </td>
                <td>{name(rung.from)}</td>
                <td>{name(rung.to)}</td>
              </tr>,
              open && (
                <tr key={`${rung.id} text`}>
                  <td colSpan={4}>
                    <MessageText message={message} />
                  </td>
                </tr>
              ),
            ];
          })}
        </tbody>
      </table>
    </div>
  );
}
