import type { ReactNode } from 'react';

/** Stroke icons on a grid of 24; decoration only, the word stands beside each. */
const shapes = {
  now: <path d="M3 12h4l2.5-7 5 14 2.5-7h4" />,
  calls: (
    <path d="M5 4h4l1.5 5-2.5 1.500a12 12 0 0 0 5.5 5.500L15 13.500l5 1.500v4a2 2 0 0 1-2 2A15 15 0 0 1 3 6a2 2 0 0 1 2-2z" />
  ),
  people: (
    <>
      <circle cx="9" cy="8" r="3.5" />
      <path d="M2.5 20c.4-4 3-6 6.5-6s6.1 2 6.5 6M16 4.800a3.5 3.5 0 0 1 0 6.400M18 14.500c2 .8 3.2 2.6 3.5 5.5" />
    </>
  ),
  in: <path d="M20 4 9 15m0-8v8h8M4 20h16" />,
  out: <path d="M9 15 20 4m-8 0h8v8M4 20h16" />,
  box: (
    <>
      <rect x="2.5" y="7" width="19" height="10" rx="2" />
      <path d="M6 14v-3h3v3m3 0v-3h3v3M18.2 11v0m0 3v0" />
    </>
  ),
  phone: (
    <path d="M3.5 9.500c0-3 4-5 8.5-5s8.5 2 8.5 5c0 1.3-1.4 2-3 1.700l-1.2-.3c-.9-.2-1.3-1-1.3-2-1.9-.5-4.1-.5-6 0 0 1-.4 1.8-1.3 2l-1.2.3c-1.6.3-3-.4-3-1.700zM8 12.500l-2.5 3.500c-.6.9-.9 1.8-.9 2.800v.7h14.800v-.7c0-1-.3-1.9-.9-2.800L16 12.5" />
  ),
  lifted: (
    <path d="M4 4.500c2-2 6.5-.5 10 3s5 8 3 10c-.9.9-2.3.4-3.2-1l-.7-1c-.5-.8-.2-1.6.5-2.3-.8-1.7-2.5-3.4-4.2-4.2-.7.7-1.5 1-2.3.5l-1-.7c-1.4-.9-3-3.4-2.1-4.300zM18 3.500l.8 2M21.5 6l-2 1M4 21h16" />
  ),
  exchange: (
    <>
      <rect x="4" y="3" width="16" height="18" rx="1.5" />
      <path d="M8 7.500h3M8 11h3M8 14.500h3M16 7.500v0M16 11v0M16 14.500v0M4 18h16" />
    </>
  ),
  city: <path d="M12 3v18M6 7h12M8 11h8M5 21h14M6 7v2M18 7v2M8 11v2M16 11v2" />,
  empty: <path d="M6 12h12" strokeDasharray="2 3" />,
  trunk: <path d="M7 18a4.5 4.5 0 0 1-.6-8.960A6 6 0 0 1 18 9.7 4.2 4.2 0 0 1 17.5 18zM12 14V21M9 19h6" />,
  bell: <path d="M6 16.500V11a6 6 0 0 1 12 0v5.500l1.5 1.500h-15zM10 20.500h4M12 3v2" />,
  alarm: <path d="M12 3.5 22 20.500H2zM12 10v5M12 17.800v0" />,
  info: (
    <>
      <circle cx="12" cy="12" r="9" />
      <path d="M12 11v5.500M12 7.700v0" />
    </>
  ),
  ok: <path d="m4.5 12.5 5 5 10-11" />,
  plus: <path d="M12 5v14M5 12h14" />,
  close: <path d="m6 6 12 12M18 6 6 18" />,
  undo: <path d="M8 5 4 9l4 4M4 9h10a6 6 0 0 1 0 12h-3" />,
  key: (
    <>
      <circle cx="8" cy="15" r="4.5" />
      <path d="m11.5 11.5 8-8M16 7l3 3" />
    </>
  ),
  search: (
    <>
      <circle cx="10.5" cy="10.5" r="6.5" />
      <path d="m15.5 15.5 5.5 5.5" />
    </>
  ),
  hangup: (
    <path d="M3 14.500c-.8-2.5 3.5-5 9-5s9.8 2.5 9 5l-.4 1.300c-.3.9-1.2 1.3-2.1 1l-2.5-.8c-.8-.3-1.2-1-1.1-1.800l.1-1.400a14 14 0 0 0-6 0l.1 1.400c.1.8-.3 1.5-1.1 1.800l-2.5.8c-.9.3-1.8-.1-2.1-1z" />
  ),
  exit: <path d="M14 4H6v16h8M10 12h11m-4-4 4 4-4 4" />,
  right: <path d="m9 5 7 7-7 7" />,
  left: <path d="m15 5-7 7 7 7" />,
  edit: <path d="m4 20 1-4.500L16.5 4 20 7.5 8.5 19zM14 6.500l3.5 3.5" />,
  trash: <path d="M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5.500M14 11v5.5" />,
  clock: (
    <>
      <circle cx="12" cy="12" r="9" />
      <path d="M12 7v5.500l3.5 2" />
    </>
  ),
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof shapes;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {shapes[name]}
    </svg>
  );
}

/** What a state means at a glance; colour and shape go together (never colour alone). */
export type Tone = 'talk' | 'ring' | 'active' | 'hold' | 'free' | 'attention' | 'broken' | 'off';

const marks: Record<Tone, ReactNode> = {
  talk: <circle cx="6" cy="6" r="5" fill="currentColor" />,
  ring: <path d="M6 .5 11.5 6 6 11.5.500 6z" fill="currentColor" />,
  active: <path d="M6 1 11.5 10.800H.500z" fill="currentColor" />,
  hold: <path d="M2 1.500h3v9H2zM7 1.500h3v9H7z" fill="currentColor" />,
  free: <circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" strokeWidth="1.6" />,
  attention: (
    <path d="M6 .6 11.8 11H.200zM6 4.500v3M6 9v.3" fill="none" stroke="currentColor" strokeWidth="1.5" />
  ),
  broken: <path d="M2 2l8 8M10 2l-8 8" stroke="currentColor" strokeWidth="2.4" fill="none" />,
  off: <path d="M1 11 11 1M1 6.5 6.5 1M5.5 11 11 5.5" stroke="currentColor" strokeWidth="1.6" fill="none" />,
};

/** The shape of a state, to stand beside its word. */
export function Mark({ tone, size = 12 }: { tone: Tone; size?: number }) {
  return (
    <svg className={`mark tone-${tone}`} width={size} height={size} viewBox="0 0 12 12" aria-hidden="true">
      {marks[tone]}
    </svg>
  );
}
