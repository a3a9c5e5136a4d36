import { Switch } from '@mantine/core';
import type { ReactNode } from 'react';

interface RowProps {
  id: string;
  title: string;
  help?: string;
  error?: string;
  required?: boolean;
  children: ReactNode;
}

/** One field of a form with its title, its help and what is wrong with it. */
export function Row({ id, title, help, error, required, children }: RowProps) {
  return (
    <div className="field" data-field={id}>
      <label htmlFor={id}>
        {title}
        {required && <span className="required"> *</span>}
      </label>
      {children}
      {help && (
        <p className="help" id={`${id}-help`}>
          {help}
        </p>
      )}
      {error && (
        <p className="error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

interface TickProps {
  id: string;
  title: string;
  help?: string;
  on: boolean;
  onSet(on: boolean): void;
}

/** A thing that is so or not. */
export function Tick({ id, title, help, on, onSet }: TickProps) {
  return (
    <div className="field">
      <Switch
        id={id}
        label={title}
        description={help}
        checked={on}
        onChange={(e) => onSet(e.currentTarget.checked)}
      />
    </div>
  );
}
