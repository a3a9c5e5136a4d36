import { lazy, Suspense } from 'react';
import { useSearchParams } from 'react-router';

const CallDrawer = lazy(() => import('./call-drawer.tsx').then((m) => ({ default: m.CallDrawer })));

/** The call that the address names (`?call=ID`), opened at the side; closing it goes back to the place as it was. */
export function OpenCall() {
  const [params, setParams] = useSearchParams();
  const id = params.get('call');
  if (!id) return null;
  const close = (): void => {
    const next = new URLSearchParams(params);
    next.delete('call');
    setParams(next, { replace: true });
  };
  return (
    <Suspense fallback={null}>
      <CallDrawer key={id} id={id} onClose={close} />
    </Suspense>
  );
}
