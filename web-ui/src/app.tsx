import { useEffect, useState } from 'preact/hooks';
import type { ApiError, Role } from '../../daemon/src/api/contract.ts';
import { failureOf } from './api.ts';
import { clockTime } from './format/time.ts';
import { chooseLanguage, language, t } from './i18n/index.ts';
import { freshness, heardAt, live, retryNow } from './live/store.ts';
import { Link, path } from './router.tsx';
import { isAdmin, refreshSession, role, session, signOut } from './session.ts';
import { Icon, type IconName } from './ui/icons.tsx';
import { Failure } from './ui/parts.tsx';
import { SavedNotice } from './ui/saved-notice.tsx';
import { AccountPlace } from './view/account/account.tsx';
import { BoxPlace } from './view/box/box.tsx';
import { CallDetail } from './view/calls/detail.tsx';
import { CallsPlace } from './view/calls/list.tsx';
import { MessagesPlace } from './view/calls/messages.tsx';
import { ClaimDoor } from './view/door/claim.tsx';
import { LoginDoor } from './view/door/login.tsx';
import { NowPlace } from './view/now/now.tsx';
import { OwnNowPlace } from './view/now/own-now.tsx';
import { PeoplePlace } from './view/people/people.tsx';
import { QueuesPlace } from './view/queues/queues.tsx';
import { WaysInPlace } from './view/ways-in/ways-in.tsx';
import { WaysOutPlace } from './view/ways-out/ways-out.tsx';

const all = ['admin', 'supervisor', 'user'] as const satisfies readonly Role[];
const admin = ['admin'] as const satisfies readonly Role[];

const places = [
  { to: '/', icon: 'now', key: 'place.now', roles: all },
  { to: '/calls', icon: 'calls', key: 'place.calls', roles: all },
  { to: '/people', icon: 'people', key: 'place.people', roles: admin },
  { to: '/in', icon: 'in', key: 'place.in', roles: admin },
  { to: '/out', icon: 'out', key: 'place.out', roles: admin },
  { to: '/box', icon: 'box', key: 'place.box', roles: admin },
  // The administrator's password is in the box's own place.
  { to: '/account', icon: 'key', key: 'place.account', roles: ['supervisor', 'user'] },
] as const satisfies readonly { to: string; icon: IconName; key: string; roles: readonly Role[] }[];

/** Whether whoever is signed in has this place. */
const isHere = ({ roles }: { roles: readonly Role[] }): boolean =>
  role.value !== undefined && roles.includes(role.value);

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
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => {
    document.documentElement.lang = language.value;
  }, [language.value]);

  const view = session.value;
  if (!view) {
    return (
      <main class="door">
        <Failure error={failure} />
        {!failure && <p class="waiting">{t('loading')}</p>}
      </main>
    );
  }
  if (!view.claimed) return <ClaimDoor />;
  if (!view.signedIn) return <LoginDoor />;
  return <Shell />;
}

function Shell() {
  const here = path.value;
  const alarms = live.value?.alarms.filter((a) => a.severity !== 'info').length ?? 0;
  return (
    <div class="shell">
      <a class="skip" href="#place">
        {t('skip')}
      </a>
      <header class="top">
        <Link to="/" class="brand">
          <Brand />
          <span>{live.value?.box.name || session.value?.name || 'Linegate'}</span>
        </Link>
        <Freshness />
        <LanguageSwitch />
        <button type="button" class="quiet" onClick={() => void signOut()}>
          <Icon name="exit" />
          <span class="wide-only">{t('signOut')}</span>
          <span class="sr-only narrow-only">{t('signOut')}</span>
        </button>
      </header>
      <nav class="places" aria-label={t('places')}>
        {places.filter(isHere).map(({ to, icon, key }) => {
          const on =
            to === '/' ? here === '/' || here === '/queues' : here === to || here.startsWith(`${to}/`);
          return (
            <Link to={to} class={on ? 'on' : ''} key={to} aria-current={on ? 'page' : undefined}>
              <Icon name={icon} size={22} />
              <span>{t(key)}</span>
              {to === '/' && alarms > 0 && (
                <span class="count">
                  {alarms}
                  <span class="sr-only"> {t('alarms.short')}</span>
                </span>
              )}
            </Link>
          );
        })}
      </nav>
      <main id="place" tabIndex={-1}>
        <StaleNotice />
        <Place here={here} />
      </main>
      <SavedNotice />
    </div>
  );
}

function Place({ here }: { here: string }) {
  const [, first = '', second] = here.split('/');
  const known = places.find(({ to }) => to === `/${first}`);
  if (known && !isHere(known)) return <NoPlace />;
  if (first === '') return isAdmin.value ? <NowPlace /> : <OwnNowPlace />;
  if (first === 'account') return <AccountPlace />;
  if (first === 'queues' && role.value !== 'user') return <QueuesPlace />;
  if (first === 'calls' && second === 'messages') return <MessagesPlace />;
  if (first === 'calls')
    return second ? <CallDetail id={decodeURIComponent(second)} key={second} /> : <CallsPlace />;
  if (first === 'people') return <PeoplePlace />;
  if (first === 'in') return <WaysInPlace />;
  if (first === 'out') return <WaysOutPlace />;
  if (first === 'box') return <BoxPlace part={second} />;
  return <NoPlace />;
}

function NoPlace() {
  return (
    <div class="empty">
      <h1>{t('noPlace')}</h1>
      <Link to="/" class="button">
        {t('place.now')}
      </Link>
    </div>
  );
}

export function Brand() {
  return (
    <svg class="brand-mark" width="28" height="28" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="var(--accent-fill)" />
      <path d="M7 11h18v10H7z" fill="none" stroke="#fff" stroke-width="2.4" stroke-linejoin="round" />
      <path d="M11.5 21v-4m3 4v-4m3 4v-4m3 4v-4" stroke="#fff" stroke-width="2" />
    </svg>
  );
}

/** Whether what is shown is of now; said in words to whoever cannot see the dot. */
function Freshness() {
  const state = freshness.value;
  const text = state === 'live' ? t('live.on') : state === 'stale' ? t('live.stale') : t('live.waiting');
  return (
    <span class={`freshness ${state}`} role="status" data-freshness={state}>
      <span class="dot" aria-hidden="true" />
      <span class={state === 'live' ? 'wide-only-text' : ''}>{text}</span>
    </span>
  );
}

function StaleNotice() {
  if (freshness.value !== 'stale') return null;
  return (
    <div class="notice stale-notice">
      <Icon name="alarm" />
      <p>{t('live.staleSince', { time: clockTime(heardAt.value) })}</p>
      <button type="button" onClick={retryNow}>
        {t('live.retry')}
      </button>
    </div>
  );
}

export function LanguageSwitch() {
  return (
    <fieldset class="languages">
      <legend class="sr-only">Язык / Language</legend>
      {(['ru', 'en'] as const).map((l) => (
        <button
          type="button"
          key={l}
          lang={l}
          class="quiet"
          aria-pressed={language.value === l}
          onClick={() => chooseLanguage(l)}
        >
          {l === 'ru' ? 'Рус' : 'Eng'}
        </button>
      ))}
    </fieldset>
  );
}
