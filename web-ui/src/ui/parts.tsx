import { Drawer } from '@mantine/core';
import { type ReactNode, useLayoutEffect } from 'react';
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

/** A form or a question beside the page; the whole screen of a telephone. The focus goes back to where it was. */
export function Sheet({ title, onClose, children }: SheetProps) {
  // The library gives the focus back to what it saw open and close; this comes and goes as a whole.
  useLayoutEffect(() => {
    const before = document.activeElement;
    return () => {
      if (before instanceof HTMLElement) setTimeout(() => before.focus());
    };
  }, []);
  return (
    <Drawer
      opened
      onClose={onClose}
      title={title}
      position="right"
      size="40rem"
      closeButtonProps={{ 'aria-label': t('close') }}
      classNames={{ content: 'sheet', title: 'sheet-title', body: 'sheet-body' }}
      transitionProps={{ duration: 0 }}
    >
      {children}
    </Drawer>
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
