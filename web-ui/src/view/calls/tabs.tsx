import type { MailboxView } from '../../../../daemon/src/api/contract.ts';
import { t } from '../../i18n/index.ts';
import { voicemailVersion } from '../../live/store.ts';
import { Link, path } from '../../router.tsx';
import { useLoad } from '../use-load.ts';

const parts = [
  { to: '/calls', key: 'calls.log' },
  { to: '/calls/messages', key: 'calls.messages' },
] as const;

/** The parts of the place Calls, with how many messages nobody has heard. */
export function CallsTabs() {
  const { value } = useLoad<MailboxView[]>('/voicemail', voicemailVersion.value);
  const fresh = (value ?? []).reduce((sum, box) => sum + box.fresh, 0);
  return (
    <nav class="tabs" aria-label={t('place.calls')}>
      {parts.map(({ to, key }) => {
        const on = path.value === to;
        return (
          <Link key={to} to={to} class={on ? 'on' : ''} aria-current={on ? 'page' : undefined}>
            {t(key)}
            {to === '/calls/messages' && fresh > 0 && (
              <span class="count">
                {fresh}
                <span class="sr-only"> {t('messages.newShort')}</span>
              </span>
            )}
          </Link>
        );
      })}
    </nav>
  );
}
