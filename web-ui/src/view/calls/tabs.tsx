import type { MailboxView } from '../../../../daemon/src/api/contract.ts';
import { t } from '../../i18n/index.ts';
import { useBox } from '../../query.ts';
import { Link, usePath } from '../../router.tsx';

const parts = [
  { to: '/calls', key: 'calls.log' },
  { to: '/calls/messages', key: 'calls.messages' },
] as const;

/** The parts of the place Calls, with how many messages nobody has heard. */
export function CallsTabs() {
  const { value } = useBox<MailboxView[]>('/voicemail', 'voicemail');
  const here = usePath();
  const fresh = (value ?? []).reduce((sum, box) => sum + box.fresh, 0);
  return (
    <nav className="tabs" aria-label={t('place.calls')}>
      {parts.map(({ to, key }) => {
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
