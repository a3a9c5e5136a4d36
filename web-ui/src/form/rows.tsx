import type { ComponentChildren } from 'preact';

interface RowProps {
  id: string;
  title: string;
  help?: string;
  error?: string;
  required?: boolean;
  children: ComponentChildren;
}

/** One field of a form with its title, its help and what is wrong with it. */
export function Row({ id, title, help, error, required, children }: RowProps) {
  return (
    <div class="field" data-field={id}>
      <label for={id}>
        {title}
        {required && <span class="required"> *</span>}
      </label>
      {children}
      {help && (
        <p class="help" id={`${id}-help`}>
          {help}
        </p>
      )}
      {error && (
        <p class="error" id={`${id}-error`}>
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
    <div class="field switch">
      <input
        id={id}
        type="checkbox"
        checked={on}
        aria-describedby={help && `${id}-help`}
        onChange={(e) => onSet(e.currentTarget.checked)}
      />
      <label for={id}>{title}</label>
      {help && (
        <p class="help" id={`${id}-help`}>
          {help}
        </p>
      )}
    </div>
  );
}
