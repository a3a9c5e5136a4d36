import { ActionIcon, Button, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { IconMoon, IconSun } from '@tabler/icons-react';
import { type ComponentType, lazy, Suspense, useEffect, useState } from 'react';
import { createBrowserRouter, Navigate, Outlet, type RouteObject, RouterProvider } from 'react-router';
import type { ApiError, Role, SetupView } from '../../daemon/src/api/contract.ts';
import { failureOf } from './api.ts';
import { clockTime } from './format/time.ts';
import { chooseLanguage, language, t } from './i18n/index.ts';
import { freshness, heardAt, live, retryNow } from './live/store.ts';
import { useBox } from './query.ts';
import { Link, usePath } from './router.tsx';
import { isTechnical, refreshSession, role, session, signOut } from './session.ts';
import { Icon, type IconName } from './ui/icons.tsx';
import { Failure } from './ui/parts.tsx';
import { SavedNotice } from './ui/saved-notice.tsx';
import { ClaimDoor } from './view/door/claim.tsx';
import { LoginDoor } from './view/door/login.tsx';
import { NowPlace } from './view/now/now.tsx';
import { OwnNowPlace } from './view/now/own-now.tsx';
import { QueuesPlace } from './view/queues/queues.tsx';
import { Pending } from './view/settings/pending.tsx';
import { confirmByAddress, TrialNotice } from './view/settings/trial.tsx';
import { wizardSeen } from './view/setup/seen.ts';

const all = ['admin', 'supervisor', 'user'] as const satisfies readonly Role[];
const everybody = ['admin', 'installer', 'supervisor', 'user'] as const satisfies readonly Role[];
const technical = ['admin', 'installer'] as const satisfies readonly Role[];
const admin = ['admin'] as const satisfies readonly Role[];

const places = [
  { to: '/', icon: 'now', key: 'place.now', roles: everybody },
  { to: '/calls', icon: 'calls', key: 'place.calls', roles: everybody },
  { to: '/people', icon: 'people', key: 'place.people', roles: admin },
  { to: '/in', icon: 'in', key: 'place.in', roles: admin },
  { to: '/out', icon: 'out', key: 'place.out', roles: admin },
  { to: '/box', icon: 'box', key: 'place.box', roles: technical },
  // The administrator's password is in the box's own place.
  { to: '/account', icon: 'key', key: 'place.account', roles: ['installer', 'supervisor', 'user'] },
] as const satisfies readonly { to: string; icon: IconName; key: string; roles: readonly Role[] }[];

/** Whether whoever is signed in has this place. */
const isHere = ({ roles }: { roles: readonly Role[] }): boolean => {
  const own = role();
  return own !== undefined && roles.includes(own);
};

export function App() {
  const [failure, setFailure] = useState<ApiError['error']>();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const ask = (): void => {
      refreshSession().then(
        () => setFailure(undefined),
        (error) => {
          setFailure(failureOf(error));
          timer = setTimeout(ask, 2000);
        },
      );
    };
    ask();
    void confirmByAddress();
    return () => clearTimeout(timer);
  }, []);
  const spoken = language.use();
  useEffect(() => {
    document.documentElement.lang = spoken;
  }, [spoken]);

  const view = session.use();
  if (!view) {
    return (
      <main className="door">
        <Failure error={failure} />
        {!failure && <p className="waiting">{t('loading')}</p>}
      </main>
    );
  }
  if (!view.claimed) return <ClaimDoor />;
  if (!view.signedIn) return <LoginDoor />;
  return <SignedIn />;
}

/** Whoever is signed in: each place is fetched when it is first opened. */
function SignedIn() {
  const [router] = useState(() => createBrowserRouter([{ Component: Shell, children: routes }]));
  return <RouterProvider router={router} />;
}

const AccountPlace = lazy(() =>
  import('./view/account/account.tsx').then((m) => ({ default: m.AccountPlace })),
);
const BoxPlace = lazy(() => import('./view/box/box.tsx').then((m) => ({ default: m.BoxPlace })));
const CallDetail = lazy(() => import('./view/calls/detail.tsx').then((m) => ({ default: m.CallDetail })));
const CallsPlace = lazy(() => import('./view/calls/list.tsx').then((m) => ({ default: m.CallsPlace })));
const MessagesPlace = lazy(() =>
  import('./view/calls/messages.tsx').then((m) => ({ default: m.MessagesPlace })),
);
const PeoplePlace = lazy(() => import('./view/people/people.tsx').then((m) => ({ default: m.PeoplePlace })));
const PhonebookPlace = lazy(() =>
  import('./view/people/phonebook.tsx').then((m) => ({ default: m.PhonebookPlace })),
);
const ApiDocsPlace = lazy(() =>
  import('./view/api-docs/api-docs.tsx').then((m) => ({ default: m.ApiDocsPlace })),
);
const SetupPlace = lazy(() => import('./view/setup/setup.tsx').then((m) => ({ default: m.SetupPlace })));
const FlowPlace = lazy(() => import('./view/flows/flow-place.tsx').then((m) => ({ default: m.FlowPlace })));
const WaysInPlace = lazy(() =>
  import('./view/ways-in/ways-in.tsx').then((m) => ({ default: m.WaysInPlace })),
);
const WaysOutPlace = lazy(() =>
  import('./view/ways-out/ways-out.tsx').then((m) => ({ default: m.WaysOutPlace })),
);

/** A place for those roles; to others it does not exist. */
const place = (path: string, roles: readonly Role[], Component: ComponentType): RouteObject => ({
  path,
  Component: function Here() {
    // In another language the place is drawn anew, and nothing that was typed is lost.
    language.use();
    return isHere({ roles }) ? <Component /> : <NoPlace />;
  },
});

/** A box that is being set up for the first time begins where its wizard was left. */
function TechnicalFirst() {
  const setup = useBox<SetupView>('/setup').value;
  if (setup?.state === 'open' && !wizardSeen.value) return <Navigate to="/setup" replace />;
  return <NowPlace />;
}

const FirstPlace = () => (isTechnical() ? <TechnicalFirst /> : <OwnNowPlace />);

const routes: RouteObject[] = [
  place('', everybody, FirstPlace),
  place('queues', ['admin', 'supervisor'], QueuesPlace),
  place('calls', everybody, CallsPlace),
  place('calls/messages', all, MessagesPlace),
  place('calls/:id', everybody, CallDetail),
  place('people', admin, PeoplePlace),
  place('people/phonebook', all, PhonebookPlace),
  place('api-docs', everybody, ApiDocsPlace),
  place('in', admin, WaysInPlace),
  place('in/flows/:id', admin, FlowPlace),
  place('out', admin, WaysOutPlace),
  place('box/:part?', technical, BoxPlace),
  place('setup', technical, SetupPlace),
  place('account', ['installer', 'supervisor', 'user'], AccountPlace),
  place('*', everybody, NoPlace),
];

function Shell() {
  const here = usePath();
  language.use();
  const box = live.use();
  const alarms = box?.alarms.filter((a) => a.severity !== 'info').length ?? 0;
  return (
    <div className="shell">
      <a className="skip" href="#place">
        {t('skip')}
      </a>
      <header className="top">
        <Link to="/" className="brand">
          <Brand />
          <span>{box?.box.name || session.value?.name || 'Linegate'}</span>
        </Link>
        {isTechnical() && <Pending />}
        <Freshness />
        <LanguageSwitch />
        <SchemeSwitch />
        <Button variant="subtle" color="gray" onClick={() => void signOut()}>
          <Icon name="exit" />
          <span className="wide-only">{t('signOut')}</span>
          <span className="sr-only narrow-only">{t('signOut')}</span>
        </Button>
      </header>
      <nav className="places" aria-label={t('places')}>
        {places.filter(isHere).map(({ to, icon, key }) => {
          const on =
            to === '/' ? here === '/' || here === '/queues' : here === to || here.startsWith(`${to}/`);
          return (
            <Link to={to} className={on ? 'on' : ''} key={to} aria-current={on ? 'page' : undefined}>
              <Icon name={icon} size={22} />
              <span>{t(key)}</span>
              {to === '/' && alarms > 0 && (
                <span className="count">
                  {alarms}
                  <span className="sr-only"> {t('alarms.short')}</span>
                </span>
              )}
            </Link>
          );
        })}
      </nav>
      <main id="place" tabIndex={-1}>
        <StaleNotice />
        <Suspense fallback={<p className="waiting">{t('loading')}</p>}>
          <Outlet />
        </Suspense>
      </main>
      <SavedNotice />
      <TrialNotice />
    </div>
  );
}

function NoPlace() {
  return (
    <div className="empty">
      <h1>{t('noPlace')}</h1>
      <Link to="/" className="button">
        {t('place.now')}
      </Link>
    </div>
  );
}

export function Brand() {
  return (
    <svg className="brand-mark" width="28" height="28" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="var(--accent-fill)" />
      <path d="M7 11h18v10H7z" fill="none" stroke="#fff" strokeWidth="2.4" strokeLinejoin="round" />
      <path d="M11.5 21v-4m3 4v-4m3 4v-4m3 4v-4" stroke="#fff" strokeWidth="2" />
    </svg>
  );
}

/** Whether what is shown is of now; said in words to whoever cannot see the dot. */
function Freshness() {
  const state = freshness.use();
  const text = state === 'live' ? t('live.on') : state === 'stale' ? t('live.stale') : t('live.waiting');
  return (
    <span className={`freshness ${state}`} role="status" data-freshness={state}>
      <span className="dot" aria-hidden="true" />
      <span className={state === 'live' ? 'wide-only-text' : ''}>{text}</span>
    </span>
  );
}

function StaleNotice() {
  const stale = freshness.use() === 'stale';
  if (!stale) return null;
  return (
    <div className="notice stale-notice">
      <Icon name="alarm" />
      <p>{t('live.staleSince', { time: clockTime(heardAt.value) })}</p>
      <Button variant="default" onClick={retryNow}>
        {t('live.retry')}
      </Button>
    </div>
  );
}

/** Light or dark; until somebody here has chosen, as the system is. */
function SchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme('light') === 'dark';
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={t(dark ? 'scheme.light' : 'scheme.dark')}
      title={t(dark ? 'scheme.light' : 'scheme.dark')}
      onClick={() => setColorScheme(dark ? 'light' : 'dark')}
    >
      {dark ? <IconSun size={20} /> : <IconMoon size={20} />}
    </ActionIcon>
  );
}

export function LanguageSwitch() {
  const spoken = language.use();
  return (
    <fieldset className="languages">
      <legend className="sr-only">Язык / Language</legend>
      {(['ru', 'en'] as const).map((l) => (
        <button
          type="button"
          key={l}
          lang={l}
          className="quiet"
          aria-pressed={spoken === l}
          onClick={() => chooseLanguage(l)}
        >
          {l === 'ru' ? 'Рус' : 'Eng'}
        </button>
      ))}
    </fieldset>
  );
}
