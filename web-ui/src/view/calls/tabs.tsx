import type { MailboxView } from '../../../../daemon/src/api/contract.ts';
import { t } from '../../i18n/index.ts';
import { useBox } from '../../query.ts';
import { Link, usePath } from '../../router.tsx';
import { role } from '../../session.ts';

const parts = [
  { to: '/calls', key: 'calls.log' },
  { to: '/calls/messages', key: 'calls.messages' },
] as const;

/** The parts of the place Calls, with how many messages nobody has heard. */
export function CallsTabs() {
  // An installer has no mailbox.
  const listens = role() !== 'installer';
  const { value } = useBox<MailboxView[]>(listens ? '/voicemail' : undefined, 'voicemail');
  const here = usePath();
  const fresh = (value ?? []).reduce((sum, box) => sum + box.fresh, 0);
  return (
    <nav className="tabs" aria-label={t('place.calls')}>
      {parts
        .filter(({ to }) => listens || to !== '/calls/messages')
        .map(({ to, key }) => {
          const on = here === to;
          return (
            <Link key={to} to={to} className={on ? 'on' : ''} aria-current={on ? 'page' : undefined}>
              {t(key)}
              {to === '/calls/messages' && fresh > 0 && (
                <span className="count">
                  {fresh}
                  <span className="sr-only"> {t('messages.newShort')}</span>
                </span>
              )}
            </Link>
          );
        })}
    </nav>
  );
}
