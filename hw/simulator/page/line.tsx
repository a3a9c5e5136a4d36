import type { DeviceView, SocketView } from '../control/contract.ts';
import { act, listenTo } from './live.ts';
import { Button, Check, Field, Voice } from './parts.tsx';
import { stateWord, w } from './words.ts';

/** What stands at the outside end of an FXO port: a city exchange, or the PBX's extension. */
export function Line({ socket, device }: { socket: SocketView; device: DeviceView }) {
  const state = device.dead ? 'dead' : (device.state ?? 'idle');
  const inCall = state === 'talking' || state === 'ringback';
  return (
    <>
      <h2>
        <span className={`icon ${state}`} aria-hidden="true">
          {device.kind === 'pbx-extension' ? '▤' : '⌂'}
        </span>
        {w(device.kind === 'pbx-extension' ? 'pbx-extension' : 'city-line')} {socket.port}{' '}
        <small>{stateWord(state)}</small>
      </h2>
      {device.digits && (
        <p>
          {w('dialed')}: <b className="digits">{device.digits}</b>
        </p>
      )}
      {device.talkDigits && (
        <p>
          {w('keyed')}: <b className="digits">{device.talkDigits}</b>
        </p>
      )}
      {state === 'idle' && (
        <Field
          name={`from-${device.id}`}
          label={w('ringFrom')}
          fallback="4957654321"
          button={w('ring')}
          onSubmit={(number) => void act(device.id, 'ring', number ? { number } : {})}
        />
      )}
      <div className="row">
        {state === 'ringing' && (
          <Button kind="danger" label={w('giveUp')} onPress={() => void act(device.id, 'abandon')} />
        )}
        {state === 'ringback' && (
          <Button
            kind="main"
            label={w('farAnswer')}
            onPress={() => {
              listenTo(device.id);
              void act(device.id, 'answer');
            }}
          />
        )}
        {inCall && (
          <Button kind="danger" label={w('farHangup')} onPress={() => void act(device.id, 'hangup')} />
        )}
      </div>
      {state === 'talking' && (
        <>
          <Voice device={device} />
          <Field
            name={`far-${device.id}`}
            label={w('farKeys')}
            button={w('dial')}
            onSubmit={(digits) => void act(device.id, 'dial', { digits, wait: false })}
          />
        </>
      )}
      <details>
        <summary>{w('faults')}</summary>
        <Check word="dead" on={device.dead ?? false} onChange={(on) => void act(device.id, 'dead', { on })} />
        <Check
          word="parallel"
          on={device.parallel ?? false}
          onChange={(on) => void act(device.id, 'parallel', { on })}
        />
        <Button label={w('glare')} onPress={() => void act(device.id, 'glare', { number: '4950000000' })} />
      </details>
    </>
  );
}
