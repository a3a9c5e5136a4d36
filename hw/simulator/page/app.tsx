import { useEffect } from 'react';
import type { EventView, OfficeView, SocketView } from '../control/contract.ts';
import { Line } from './line.tsx';
import { connect, connected, events, fault, listening, office, refusal } from './live.ts';
import { Button, Check, Wire } from './parts.tsx';
import { ringBell } from './sound.ts';
import { Telephone } from './telephone.tsx';
import { eventWord, language, setLanguage, w } from './words.ts';

function Place({ socket }: { socket: SocketView }) {
  const { device } = socket;
  return (
    <Wire socket={socket}>
      {!device && <h2>{w('nothing')}</h2>}
      {device && socket.kind === 'fxs' && <Telephone socket={socket} device={device} />}
      {device && socket.kind === 'fxo' && <Line socket={socket} device={device} />}
    </Wire>
  );
}

/** A share in per cent, or a time in ms, that a slider sets. */
function Slider(props: {
  label: string;
  value: number;
  max: number;
  unit: string;
  onInput: (v: number) => void;
}) {
  return (
    <label className="slider">
      <span>
        {props.label}: {props.value} {props.unit}
      </span>
      <input
        type="range"
        min={0}
        max={props.max}
        value={props.value}
        onChange={(event) => props.onInput(Number(event.currentTarget.value))}
      />
    </label>
  );
}

function Faults({ state }: { state: OfficeView }) {
  const { faults, plugged } = state;
  return (
    <details className="panel">
      <summary>
        {w('faults')}: {w('link')}
      </summary>
      <Slider
        label={w('corrupt')}
        value={Math.round(faults.corrupt * 100)}
        max={50}
        unit="%"
        onInput={(v) => void fault('link', { corrupt: v / 100 })}
      />
      <Slider
        label={w('drop')}
        value={Math.round(faults.drop * 100)}
        max={50}
        unit="%"
        onInput={(v) => void fault('link', { drop: v / 100 })}
      />
      <Slider
        label={w('delay')}
        value={faults.delayMs}
        max={500}
        unit="ms"
        onInput={(v) => void fault('link', { delayMs: v })}
      />
      <Check word="mute" on={faults.mute} onChange={(mute) => void fault('link', { mute })} />
      <div className="row">
        <Button
          kind="danger"
          label={w(plugged ? 'unplug' : 'plug')}
          onPress={() => void fault(plugged ? 'unplug' : 'plug')}
        />
        <Button label={w('reset')} onPress={() => void fault('reset')} />
      </div>
    </details>
  );
}

/** Digits are left out: what is keyed may be a PIN. */
const details = (event: EventView): string =>
  ['number', 'name', 'ms', 'port']
    .flatMap((name) => (event[name] === undefined ? [] : [String(event[name])]))
    .join(' ');

function Log() {
  const told = events.use().flatMap((event) => {
    const word = eventWord(event.type);
    return word ? [{ event, word }] : [];
  });
  return (
    <section className="panel">
      <h2>{w('events')}</h2>
      {told.length === 0 && <p>{w('noEvents')}</p>}
      <ol className="log">
        {told.slice(0, 14).map(({ event, word }) => (
          <li key={`${event.at}-${event.device}-${event.type}`}>
            <time>{(event.at / 1000).toFixed(1)}</time> <b>{event.device}</b> {word} {details(event)}
          </li>
        ))}
      </ol>
    </section>
  );
}

export function App() {
  useEffect(connect, []);
  const state = office.use();
  const isConnected = connected.use();
  const spoken = language.use();
  const refused = refusal.use();
  // Everything below is drawn with this: whose ears the page has.
  listening.use();
  const bell = state?.sockets.some((s) => s.device?.bell) ?? false;
  useEffect(() => ringBell(bell), [bell]);
  const link =
    state && (!state.plugged && !state.tcp ? 'unplugged' : state.card.session ? 'boxUp' : 'boxDown');
  return (
    <>
      <header>
        <h1>{w('title')}</h1>
        <p>{w('intro')}</p>
        <nav aria-label="Language">
          {(['ru', 'en'] as const).map((to) => (
            <button key={to} type="button" aria-pressed={spoken === to} onClick={() => setLanguage(to)}>
              {to === 'ru' ? 'Русский' : 'English'}
            </button>
          ))}
        </nav>
      </header>
      {!isConnected && (
        <p className="stale" role="alert">
          {w('stale')}
        </p>
      )}
      <main>
        {state && (
          <>
            <section className="side" aria-label="FXS">
              {state.sockets
                .filter((s) => s.kind === 'fxs')
                .map((s) => (
                  <Place key={s.port} socket={s} />
                ))}
            </section>
            <output className={`box ${link}`}>
              <b>{w('box')}</b>
              <span className="link">{link && w(link)}</span>
              <small>{state.path ?? state.tcp}</small>
            </output>
            <section className="side" aria-label="FXO">
              {state.sockets
                .filter((s) => s.kind === 'fxo')
                .map((s) => (
                  <Place key={s.port} socket={s} />
                ))}
            </section>
          </>
        )}
      </main>
      <footer>
        {refused && (
          <p className="trouble" role="alert">
            {refused}
          </p>
        )}
        {state && <Faults state={state} />}
        <Log />
      </footer>
    </>
  );
}
