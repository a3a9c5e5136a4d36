import type { CallsPage, PortLive } from '../../../../daemon/src/api/contract.ts';
import { moment } from '../../format/time.ts';
import { t, word } from '../../i18n/index.ts';
import { boxNow } from '../../live/store.ts';
import { useBox } from '../../query.ts';
import { Link } from '../../router.tsx';
import { Fact } from '../../ui/parts.tsx';
import { causeWords } from '../calls/cause-words.ts';

/** How the last call at a socket ended, and the way to its record. It is kept over restarts, as records are. */
export function LastRelease({ port }: { port: PortLive }) {
  const place = `${port.kind === 'fxs' ? 'port' : 'line'}:${port.number}`;
  const { value } = useBox<CallsPage>(`/calls?place=${place}&limit=5`, 'records');
  const last = value?.calls.find(({ state }) => state !== 'active');
  if (!last) return null;
  const { endedAt, startedAt, releasedBy } = last;
  return (
    <Fact name={t('detail.lastRelease')}>
      <Link to={`/calls/${encodeURIComponent(last.id)}`}>{moment(endedAt ?? startedAt, boxNow.value)}</Link>
      {': '}
      {[causeWords(last), releasedBy && t('detail.lastReleaseBy', { who: word('releasedBy', releasedBy) })]
        .filter(Boolean)
        .join('; ')}
    </Fact>
  );
}
