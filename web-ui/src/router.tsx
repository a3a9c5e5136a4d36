import { useEffect } from 'react';
import { Link as RouterLink, useBlocker, useLocation } from 'react-router';

/** A link within the page; a modified click does what the browser does with links. */
export { RouterLink as Link };

/** Path of the page now shown. A hook. */
export function usePath(): string {
  return useLocation().pathname;
}

/** Asks before the page is left while `unsaved`: both within the page and by closing the tab. A hook. */
export function useLeaveGuard(unsaved: boolean, question: string): void {
  const blocker = useBlocker(unsaved);
  useEffect(() => {
    if (blocker.state !== 'blocked') return;
    if (confirm(question)) blocker.proceed();
    else blocker.reset();
  }, [blocker, question]);
  useEffect(() => {
    if (!unsaved) return;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [unsaved]);
}
