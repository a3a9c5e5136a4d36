import type { ReactNode } from 'react';
import { useEffect, useRef } from 'react';
import type { ApiError } from '../../../daemon/src/api/contract.ts';
import { say, t } from '../i18n/index.ts';
import { Icon, type IconName, Mark, type Tone } from './icons.tsx';

/** State as shape, colour and word. */
export function State({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={`state tone-${tone}`}>
      <Mark tone={tone} />
      <span>{children}</span>
    </span>
  );
}

interface CardProps {
  title: ReactNode;
  /** What stands at the right of the title. */
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
}

/** A titled part of a place. */
export function Card({ title, aside, children, className: extra = '' }: CardProps) {
  return (
    <section className={`card ${extra}`}>
      <header className="card-head">
        <h2>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

/** An empty list: what would be there, and the one button that begins it. */
export function Empty({
  icon,
  children,
  action,
}: {
  icon: IconName;
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="empty">
      <Icon name={icon} size={28} />
      <p>{children}</p>
      {action}
    </div>
  );
}

/** Why something did not work, with the next step; technical words are one click away. */
export function Failure({ error }: { error: ApiError['error'] | undefined }) {
  if (!error) return null;
  const wait =
    error.retryAfterMs === undefined
      ? ''
      : ` ${t('error.wait', { n: Math.ceil(error.retryAfterMs / 1000) })}`;
  return (
    <div className="failure" role="alert">
      <Icon name="alarm" />
      <div>
        <p>{say(error.said) + wait}</p>
        {error.detail && (
          <details>
            <summary>{t('technical')}</summary>
            <code>
              {error.code} {error.path} {error.detail}
            </code>
          </details>
        )}
      </div>
    </div>
  );
}

interface SheetProps {
  title: string;
  onClose(): void;
  children: ReactNode;
}

/** A form or a question over the page: the browser's own modal dialog, so focus and Escape work. */
export function Sheet({ title, onClose, children }: SheetProps) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      // The browser gives the focus back only while the dialog is still in the document.
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      className="sheet"
      aria-labelledby="sheet-title"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header className="sheet-head">
        <h2 id="sheet-title">{title}</h2>
        <button type="button" className="quiet square" aria-label={t('close')} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {children}
    </dialog>
  );
}

/** A pair of a list of facts; nothing is drawn for an absent value. */
export function Fact({ name, children }: { name: string; children: ReactNode }) {
  if (children === undefined || children === null || children === '' || children === false) return null;
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A place's title, and what can be done there. */
export function PlaceHead({
  title,
  lead,
  children,
}: {
  title: string;
  lead?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <header className="place-head">
      <div>
        <h1 tabIndex={-1}>{title}</h1>
        {lead && <p className="lead">{lead}</p>}
      </div>
      {children}
    </header>
  );
}
