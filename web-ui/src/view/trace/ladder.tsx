import { type CSSProperties, type KeyboardEvent, useRef } from 'react';
import { phone } from '../../format/phone.ts';
import { clockTime, duration, sinceStart } from '../../format/time.ts';
import { t, word } from '../../i18n/index.ts';
import { placeName } from '../state-words.ts';
import type { Ladder, Lane, Rung } from './ladder-model.ts';

/** What is open, and how it is changed. */
export interface Opened {
  id: string | undefined;
  toggle(id: string): void;
}

/** A lane's name, as people call the party. */
export const laneName = (lane: Lane): string => (lane.key === 'box' ? t('trace.box') : placeName(lane.place));

/** What a rung says, in few words. */
export function rungWords(rung: Rung): string {
  if (rung.message) return rung.message.summary;
  const { event, number } = rung.line!;
  return number ? `${word('line', event)} ${phone(number)}` : word('line', event);
}

/**
 * A ladder diagram. Each rung is a button with a drawing behind it, so that it is read, focused and pressed as
 * any list of buttons is; arrows up and down go from one to the next.
 */
export function LadderDiagram({ ladder, opened }: { ladder: Ladder; opened: Opened }) {
  const { lanes, rungs } = ladder;
  const list = useRef<HTMLOListElement>(null);
  const start = rungs[0]?.at ?? 0;
  const move = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const buttons = [...(list.current?.querySelectorAll<HTMLButtonElement>('button.rung') ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const next = buttons[at + (event.key === 'ArrowDown' ? 1 : -1)];
    if (at < 0 || !next) return;
    event.preventDefault();
    next.focus();
  };
  return (
    <div className="ladder-scroll">
      <div className="ladder" style={{ '--lanes': lanes.length } as CSSProperties}>
        <div className="ladder-head" aria-hidden="true">
          <span />
          <div className="ladder-names">
            {lanes.map((lane) => (
              <span key={lane.key} className={lane.key === 'box' ? 'ladder-box' : ''}>
                {laneName(lane)}
              </span>
            ))}
          </div>
        </div>
        <ol ref={list} onKeyDown={move}>
          {rungs.map((rung) => (
            <RungRow key={rung.id} rung={rung} lanes={lanes} start={start} opened={opened} />
          ))}
        </ol>
      </div>
    </div>
  );
}

function RungRow({
  rung,
  lanes,
  start,
  opened,
}: {
  rung: Rung;
  lanes: Lane[];
  start: number;
  opened: Opened;
}) {
  const { message } = rung;
  const open = opened.id === rung.id;
  const body = (
    <>
      <time>{sinceStart(rung.at - start)}</time>
      <span className="rung-way">
        <Arrow rung={rung} count={lanes.length} />
        <span className="sr-only">
          {t('trace.fromTo', { from: laneName(lanes[rung.from]!), to: laneName(lanes[rung.to]!) })}
        </span>
        <span className="rung-label" style={between(rung, lanes.length)}>
          <Label rung={rung} />
        </span>
      </span>
    </>
  );
  const kind = `kind-${message?.kind ?? 'line'}`;
  return (
    <li>
      {rung.pauseMs !== undefined && (
        <p className="ladder-pause">
          {t('trace.pause', { time: clockTime(rung.at), span: duration(rung.pauseMs) })}
        </p>
      )}
      {message ? (
        <button
          type="button"
          className={`rung ${kind}`}
          data-message={message.id}
          aria-expanded={open}
          onClick={() => opened.toggle(rung.id)}
        >
          {body}
        </button>
      ) : (
        <div className={`rung ${kind}`}>{body}</div>
      )}
      {open && message && <MessageText message={message} />}
    </li>
  );
}

function Label({ rung }: { rung: Rung }) {
  const { message } = rung;
  return (
    <>
      {rungWords(rung)}
      {message?.sdp && <span className="sdp">SDP</span>}
      {message?.repeated && (
        <>
          <span aria-hidden="true"> ↻</span>
          <span className="sr-only">, {t('trace.repeated')}</span>
        </>
      )}
    </>
  );
}

/** The text of a message as it was on the wire, and where that was. */
export function MessageText({ message }: { message: NonNullable<Rung['message']> }) {
  const { direction, local, remote, transport } = message;
  const [from, to] = direction === 'in' ? [remote, local] : [local, remote];
  return (
    <div className="sip-message">
      <p className="dim">
        {transport.toUpperCase()} {from} → {to}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so with keys too */}
      <pre tabIndex={0}>{message.text.trimEnd()}</pre>
    </div>
  );
}

const middleOf = (lane: number, count: number): number => ((lane + 0.5) / count) * 100;

function between({ from, to }: Rung, count: number): { left: string; width: string } {
  const low = middleOf(Math.min(from, to), count);
  return { left: `${low}%`, width: `${middleOf(Math.max(from, to), count) - low}%` };
}

/** The lanes' lines and the arrow of one rung. Percentages, so that it is as wide as there is room. */
function Arrow({ rung, count }: { rung: Rung; count: number }) {
  const from = middleOf(rung.from, count);
  const to = middleOf(rung.to, count);
  const rightward = to > from;
  return (
    <svg className="rung-drawing" aria-hidden="true">
      {Array.from({ length: count }, (_, lane) => (
        <line
          key={lane}
          className="lane"
          x1={`${middleOf(lane, count)}%`}
          x2={`${middleOf(lane, count)}%`}
          y1="0"
          y2="100%"
        />
      ))}
      <line className="shaft" x1={`${from}%`} x2={`${to}%`} y1="76%" y2="76%" />
      <svg x={`${to}%`} y="76%" overflow="visible" width="1" height="1" aria-hidden="true">
        <path className="head" d={rightward ? 'M0 0l-8-4.5v9z' : 'M0 0l8-4.5v9z'} />
      </svg>
    </svg>
  );
}
