import { useSearchParams } from 'react-router';
import type { LiveState, PortLive } from '../../../../daemon/src/api/contract.ts';
import { duration } from '../../format/time.ts';
import { say, t, word } from '../../i18n/index.ts';
import { boxNow } from '../../live/store.ts';
import { Icon, Mark } from '../../ui/icons.tsx';
import { portIcon, portName, portTone } from '../state-words.ts';
import { SocketDetail } from './socket-detail.tsx';

/** The box as it stands in the rack: its sockets in order, what is plugged into each, live. */
export function Faceplate({ state, levels = false }: { state: LiveState; levels?: boolean }) {
  const [open, setOpen] = useOpenSocket();
  const shown = state.ports.find((p) => p.number === open);
  const { box, card } = state;
  return (
    <section className="rack" aria-label={t('faceplate')}>
      <div className={`faceplate ${card.up ? '' : 'no-card'}`}>
        <div className="plate-name">
          <strong>{box.model ?? 'Linegate'}</strong>
          <span className="lamp">
            <Mark tone={card.up ? 'talk' : 'broken'} size={10} />
            {card.up ? (box.simulated ? t('card.simulated') : t('card.up')) : t('card.down')}
          </span>
          {card.board && !box.simulated && <span>{card.board}</span>}
        </div>
        <ol className="sockets" aria-label={t('faceplate.sockets')}>
          {state.ports.map((port) => (
            <Socket
              key={port.number}
              port={port}
              levels={levels}
              open={port.number === open}
              onOpen={() => setOpen(port.number === open ? undefined : port.number)}
            />
          ))}
        </ol>
        {state.ports.length === 0 && (
          <p className="plate-empty">
            {card.up ? t('card.noPorts') : card.reason ? say(card.reason) : t('card.downHelp')}
          </p>
        )}
      </div>
      {shown && <SocketDetail port={shown} onClose={() => setOpen(undefined)} />}
    </section>
  );
}

/** The open socket is in the address (`?socket=3`), so that an alarm can lead to it. A hook. */
function useOpenSocket(): [number | undefined, (number: number | undefined) => void] {
  const [params, setParams] = useSearchParams();
  const named = params.get('socket');
  const open = (number: number | undefined): void => {
    const next = new URLSearchParams(params);
    if (number === undefined) next.delete('socket');
    else next.set('socket', String(number));
    setParams(next, { replace: true, preventScrollReset: true });
  };
  return [named === null ? undefined : Number(named), open];
}

interface SocketProps {
  port: PortLive;
  levels: boolean;
  open: boolean;
  onOpen(): void;
}

function Socket({ port, levels, open, onOpen }: SocketProps) {
  const now = boxNow.use();
  const tone = portTone(port);
  const busy = port.state === 'talking' || port.state === 'ringing' || port.state === 'held';
  const { volts, milliamps } = port.electrical ?? {};
  return (
    <li className={`socket tone-${tone} role-${port.role}`} data-port={port.number} data-state={port.state}>
      <button type="button" aria-expanded={open} onClick={onOpen}>
        <span className="socket-number">
          <span className="sr-only">{t('socket')} </span>
          {port.number}
          <span className="kind">{port.kind === 'fxs' ? t('kind.fxs') : t('kind.fxo')}</span>
        </span>
        <Jack plugged={port.role !== 'unused'} />
        <span className="device">
          <Icon name={portIcon(port)} size={30} />
        </span>
        <span className="socket-name">{portName(port)}</span>
        <span className="socket-extension">
          {port.extension ?? (port.role === 'city-line' && port.proven ? t('proven') : ' ')}
        </span>
        <span className="socket-state">
          <Mark tone={tone} />
          <span>{word('state', port.state)}</span>
        </span>
        {busy && <time className="socket-time">{duration(now - port.since)}</time>}
        {levels && (
          <span className="socket-levels">
            {[
              volts !== undefined && t('volts', { n: Math.round(volts) }),
              milliamps !== undefined && t('milliamps', { n: Math.round(milliamps) }),
            ]
              .filter(Boolean)
              .join(' · ')}
          </span>
        )}
      </button>
    </li>
  );
}

/** A modular jack (6P) as seen from the front, with or without a plug in it. */
function Jack({ plugged }: { plugged: boolean }) {
  return (
    <svg className="jack" viewBox="0 0 64 58" aria-hidden="true">
      <rect className="jack-frame" x="3" y="1" width="58" height="50" rx="5" />
      <path className="jack-hole" d="M10 8h44v28H44v6h-6v4H26v-4h-6v-6H10z" />
      {plugged ? (
        <>
          <path className="plug" d="M13 10h38v23H41v6h-6v4h-6v-4h-6v-6H13z" />
          <path className="plug-cable" d="M32 40v18" />
        </>
      ) : (
        <path className="jack-pins" d="M20 9v9M26 9v9M32 9v9M38 9v9M44 9v9" />
      )}
    </svg>
  );
}
