import { type ReactNode, useState } from 'react';
import type { DeviceView, SocketView } from '../control/contract.ts';
import { act, listening, listenTo } from './live.ts';
import { closeMicrophone, openMicrophone, wakeSound } from './sound.ts';
import { type Word, w } from './words.ts';

interface ButtonProps {
  label: string;
  onPress: () => void;
  pressed?: boolean;
  kind?: 'main' | 'danger';
  disabled?: boolean;
}

export function Button({ label, onPress, pressed, kind, disabled }: ButtonProps) {
  return (
    <button
      type="button"
      className={kind ?? ''}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={() => {
        wakeSound();
        onPress();
      }}
    >
      {label}
    </button>
  );
}

/** A field whose content outlives a reload. */
export function Field(props: {
  name: string;
  label: string;
  fallback?: string;
  button: string;
  onSubmit: (value: string) => void;
}) {
  const [value, setValue] = useState(localStorage.getItem(props.name) ?? props.fallback ?? '');
  return (
    <form
      className="field"
      onSubmit={(event) => {
        event.preventDefault();
        wakeSound();
        localStorage.setItem(props.name, value);
        props.onSubmit(value);
      }}
    >
      <label>
        <span>{props.label}</span>
        <input
          inputMode="tel"
          autoComplete="off"
          value={value}
          onChange={(event) => {
            setValue(event.currentTarget.value);
          }}
        />
      </label>
      <button type="submit">{props.button}</button>
    </form>
  );
}

export function Check({ word, on, onChange }: { word: Word; on: boolean; onChange: (on: boolean) => void }) {
  // Shown as it was put, until the office tells how it is.
  const [put, setPut] = useState({ on, told: on });
  const shown = put.told === on ? put.on : on;
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={shown}
        onChange={(event) => {
          setPut({ on: event.currentTarget.checked, told: on });
          onChange(event.currentTarget.checked);
        }}
      />
      {w(word)}
    </label>
  );
}

/** Ears and mouth of a device. */
export function Voice({ device }: { device: DeviceView }) {
  const [open, setOpen] = useState(false);
  const [trouble, setTrouble] = useState('');
  const mine = listening.use() === device.id;
  const microphone = async () => {
    setTrouble('');
    if (open) {
      closeMicrophone();
      setOpen(false);
      return;
    }
    try {
      await openMicrophone(device.id);
      setOpen(true);
    } catch {
      setTrouble(w('noMicrophone'));
    }
  };
  return (
    <div className="row">
      <Button
        label={w(mine ? 'listening' : 'listen')}
        pressed={mine}
        onPress={() => listenTo(mine ? null : device.id)}
      />
      <Button
        label={w(open ? 'microphoneOn' : 'microphone')}
        pressed={open}
        onPress={() => void microphone()}
      />
      {device.speaking ? (
        <Button label={w('hush')} onPress={() => void act(device.id, 'hush')} />
      ) : (
        <>
          <Button label={w('speech')} onPress={() => void act(device.id, 'speak', { speech: true })} />
          <Button
            label={w('tone')}
            onPress={() => void act(device.id, 'speak', { freq: 1000, level: -10 })}
          />
        </>
      )}
      {trouble && <span className="trouble">{trouble}</span>}
    </div>
  );
}

/** The pair between a device and its socket, with what a meter on it would show. */
export function Wire({ socket, children }: { socket: SocketView; children: ReactNode }) {
  const d = socket.device;
  const ringing = d?.bell || d?.ringing;
  const state = !d || d.dead ? 'cut' : ringing ? 'ringing' : d.milliamps > 1 ? 'talking' : 'free';
  return (
    <section className={`place ${socket.kind} ${state}`} aria-label={`${w('socket')} ${socket.port}`}>
      <div className="device">{children}</div>
      <div className="wire" title={w('wire')}>
        {d && (
          <span className="meter">
            <b>{d.volts.toFixed(1)}</b> V <b>{d.milliamps.toFixed(1)}</b> mA
            {d.reversed && <em title={w('reversed')}> ⇄</em>}
          </span>
        )}
      </div>
      <div className="socket" title={socket.lifeline ? w('lifeline') : ''}>
        <b>{socket.port}</b>
        <small>{socket.kind.toUpperCase()}</small>
        {socket.lifeline && <small className="relay">⤳</small>}
      </div>
    </section>
  );
}
