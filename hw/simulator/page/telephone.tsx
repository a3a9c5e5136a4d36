import type { DeviceView, SocketView } from '../control/contract.ts';
import { act, fault, listening, listenTo } from './live.ts';
import { Button, Check, Field, Voice } from './parts.tsx';
import { keyTone } from './sound.ts';
import { w } from './words.ts';

/** Digits go one after another, however fast the keys are pressed. */
let last: Promise<void> = Promise.resolve();
const key = (device: string, digit: string) => {
  keyTone(digit);
  last = last.then(() => act(device, 'dial', { digits: digit, onMs: 90, offMs: 60 }));
};

function Keypad({ device }: { device: DeviceView }) {
  return (
    <fieldset className="keypad">
      <legend>{w('keypad')}</legend>
      {[...'123456789*0#'].map((digit) => (
        <button key={digit} type="button" onClick={() => key(device.id, digit)}>
          {digit}
        </button>
      ))}
    </fieldset>
  );
}

function caller(device: DeviceView): string {
  const c = device.callerId;
  if (!c) return '';
  return [c.number ?? c.absence ?? '', c.name ?? ''].filter(Boolean).join(', ');
}

/** A telephone, or the city-line input of an old PBX, which is handled much like one. */
export function Telephone({ socket, device }: { socket: SocketView; device: DeviceView }) {
  const pbx = device.kind === 'pbx-trunk';
  const lift = () => {
    // Whoever lifts a handset holds it to the ear.
    listenTo(device.id);
    void act(device.id, 'lift');
  };
  const hangup = () => {
    if (listening.value === device.id) listenTo(null);
    void act(device.id, 'hangup');
  };
  const said =
    device.bell || (device.ringing && !device.offHook) ? 'ringing' : device.offHook ? 'offHook' : 'onHook';
  return (
    <>
      <h2>
        <span className={`icon ${said}`} aria-hidden="true">
          {pbx ? '▤' : '☎'}
        </span>
        {w(pbx ? 'pbx-trunk' : 'telephone')} {socket.port} <small>{w(said)}</small>
      </h2>
      {caller(device) && (
        <output className="caller">
          {w('from')}: <b>{caller(device)}</b>
        </output>
      )}
      {device.billing && <p className="billing">{w('billing')}</p>}
      {pbx && (
        <Field
          name={`burst-${device.id}`}
          label={w('burst')}
          fallback={device.burst ?? ''}
          button={w('sendBurst')}
          onSubmit={(digits) => {
            listenTo(device.id);
            void act(device.id, 'burst', { digits, wait: false });
          }}
        />
      )}
      <div className="row">
        {device.offHook ? (
          <>
            <Button kind="danger" label={w('hangup')} onPress={hangup} />
            <Button label={w('flash')} onPress={() => void act(device.id, 'flash')} />
          </>
        ) : (
          <Button kind="main" label={w(said === 'ringing' ? 'answer' : 'lift')} onPress={lift} />
        )}
      </div>
      {device.offHook && !pbx && <Keypad device={device} />}
      {device.offHook && !pbx && (
        <>
          <Field
            name={`number-${device.id}`}
            label={w('number')}
            button={w('dial')}
            onSubmit={(digits) => void act(device.id, 'dial', { digits, wait: false })}
          />
          <Button
            label={w('pulse')}
            onPress={() => {
              const digits = (localStorage.getItem(`number-${device.id}`) ?? '').replace(/\D/g, '');
              if (digits) void act(device.id, 'pulse', { digits, wait: false });
            }}
          />
        </>
      )}
      {device.offHook && <Voice device={device} />}
      <details>
        <summary>{w('faults')}</summary>
        <Check
          word="stuckHook"
          on={device.stuckHook ?? false}
          onChange={(on) => void act(device.id, 'stuck-hook', { on })}
        />
        <Check
          word="foreign"
          on={socket.foreignVolts > 0}
          onChange={(on) => void fault('foreign-voltage', { port: socket.port, on })}
        />
      </details>
    </>
  );
}
