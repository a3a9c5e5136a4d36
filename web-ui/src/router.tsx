import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';

/** Path of the page now shown. */
export const path = signal(location.pathname);

/** What must be asked before leaving: unsaved work. Returns false to stay. */
let mayLeave: () => boolean = () => true;

addEventListener('popstate', () => {
  path.value = location.pathname;
});

/** Sets the question before leaving, and returns a function that takes it back. */
export function guardLeaving(question: () => boolean): () => void {
  mayLeave = question;
  return () => {
    mayLeave = () => true;
  };
}

export function go(to: string): void {
  if (to === path.value) return;
  if (!mayLeave()) return;
  history.pushState(null, '', to);
  path.value = to;
  scrollTo(0, 0);
}

interface LinkProps {
  to: string;
  children: ComponentChildren;
  class?: string;
  'aria-current'?: 'page' | undefined;
}

/** A link within the page; a modified click does what the browser does with links. */
export function Link({ to, children, ...rest }: LinkProps) {
  const click = (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a href={to} onClick={click} {...rest}>
      {children}
    </a>
  );
}
