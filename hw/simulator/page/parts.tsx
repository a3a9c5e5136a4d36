import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
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
      class={kind ?? ''}
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
  const value = useSignal(localStorage.getItem(props.name) ?? props.fallback ?? '');
  return (
    <form
      class="field"
      onSubmit={(event) => {
        event.preventDefault();
        wakeSound();
        localStorage.setItem(props.name, value.value);
        props.onSubmit(value.value);
      }}
    >
      <label>
        <span>{props.label}</span>
        <input
          inputMode="tel"
          autocomplete="off"
          value={value.value}
          onInput={(event) => {
            value.value = event.currentTarget.value;
          }}
        />
      </label>
      <button type="submit">{props.button}</button>
    </form>
  );
}

export function Check(props: { word: Word; on: boolean; onChange: (on: boolean) => void }) {
  return (
    <label class="check">
      <input type="checkbox" checked={props.on} onChange={(e) => props.onChange(e.currentTarget.checked)} />
      {w(props.word)}
    </label>
  );
}

/** Ears and mouth of a device. */
export function Voice({ device }: { device: DeviceView }) {
  const open = useSignal(false);
  const trouble = useSignal('');
  const mine = listening.value === device.id;
  const microphone = async () => {
    trouble.value = '';
    if (open.value) {
      closeMicrophone();
      open.value = false;
      return;
    }
    try {
      await openMicrophone(device.id);
      open.value = true;
    } catch {
      trouble.value = w('noMicrophone');
    }
  };
  return (
    <div class="row">
      <Button
        label={w(mine ? 'listening' : 'listen')}
        pressed={mine}
        onPress={() => listenTo(mine ? null : device.id)}
      />
      <Button
        label={w(open.value ? 'microphoneOn' : 'microphone')}
        pressed={open.value}
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
      {trouble.value && <span class="trouble">{trouble.value}</span>}
    </div>
  );
}

/** The pair between a device and its socket, with what a meter on it would show. */
export function Wire({ socket, children }: { socket: SocketView; children: ComponentChildren }) {
  const d = socket.device;
  const ringing = d?.bell || d?.ringing;
  const state = !d || d.dead ? 'cut' : ringing ? 'ringing' : d.milliamps > 1 ? 'talking' : 'free';
  return (
    <section class={`place ${socket.kind} ${state}`} aria-label={`${w('socket')} ${socket.port}`}>
      <div class="device">{children}</div>
      <div class="wire" title={w('wire')}>
        {d && (
          <span class="meter">
            <b>{d.volts.toFixed(1)}</b> V <b>{d.milliamps.toFixed(1)}</b> mA
            {d.reversed && <em title={w('reversed')}> ⇄</em>}
          </span>
        )}
      </div>
      <div class="socket" title={socket.lifeline ? w('lifeline') : ''}>
        <b>{socket.port}</b>
        <small>{socket.kind.toUpperCase()}</small>
        {socket.lifeline && <small class="relay">⤳</small>}
      </div>
    </section>
  );
}
