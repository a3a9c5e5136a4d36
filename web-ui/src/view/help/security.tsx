import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ApiError, AuditEntry, LockoutView, SessionRow } from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { ObjectSection } from '../../form/section.tsx';
import { moment, span } from '../../format/time.ts';
import { say, t, word } from '../../i18n/index.ts';
import { boxNow } from '../../live/store.ts';
import { useBox } from '../../query.ts';
import { isAdmin } from '../../session.ts';
import { Card, Empty, Failure } from '../../ui/parts.tsx';
import { CertificateCard } from './certificate.tsx';
import '../../styles/help.css';

const LOOK_MS = 5000;

/** Who is in, who is shut out, what was done, and how the page is protected. */
export function SecurityPart() {
  return (
    <>
      <Lockouts />
      <SessionsCard />
      <CertificateCard />
      <ObjectSection name="page" />
      {isAdmin() && <AuditCard />}
    </>
  );
}

/** Sends one order at a time and looks again. */
function useOrders(reload: () => void) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiError['error']>();
  const order = async (path: string, options: Parameters<typeof api>[1]): Promise<void> => {
    setBusy(true);
    try {
      await api(path, options);
      setFailure(undefined);
    } catch (error) {
      setFailure(failureOf(error));
    }
    setBusy(false);
    reload();
  };
  return { busy, failure, order };
}

function Lockouts() {
  const { value, failure, reload } = useBox<LockoutView[]>('/lockouts', undefined, { everyMs: LOOK_MS });
  const orders = useOrders(reload);
  const now = boxNow.use();
  return (
    <Card title={t('security.lockouts')}>
      <Failure error={orders.failure ?? failure} />
      {value?.length === 0 && <Empty icon="ok">{t('security.noLockouts')}</Empty>}
      <ul className="security-list">
        {value?.map(({ id, said, until }) => (
          <li key={id} data-lock={id}>
            <div>
              <p>{say(said)}</p>
              <p className="dim">{t('security.left', { left: span(Math.max(0, until - now)) })}</p>
            </div>
            <Button
              variant="default"
              disabled={orders.busy}
              aria-label={`${t('security.lift')}: ${say(said)}`}
              onClick={() => void orders.order('/lockouts/lift', { body: { id } })}
            >
              {t('security.lift')}
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function SessionsCard() {
  const { value, failure, reload } = useBox<SessionRow[]>('/sessions', undefined, { everyMs: LOOK_MS });
  const orders = useOrders(reload);
  const now = boxNow.use();
  return (
    <Card title={t('security.sessions')}>
      <Failure error={orders.failure ?? failure} />
      <ul className="security-list">
        {value?.map(({ id, account, role, from, browser, secure, startedAt, seenAt, current }) => (
          <li key={id} data-session={account}>
            <div>
              <p>
                <strong>{account}</strong> · {t(`accountRole.${role}`)}
                {current && ` · ${t('security.current')}`}
              </p>
              <p className="dim">
                {[from, browser, t(secure ? 'security.secure' : 'security.bare')].filter(Boolean).join(' · ')}
              </p>
              <p className="dim">
                {t('security.since', {
                  since: moment(startedAt, now).toLowerCase(),
                  seen: moment(seenAt, now).toLowerCase(),
                })}
              </p>
            </div>
            {!current && (
              <Button
                variant="default"
                disabled={orders.busy}
                aria-label={`${t('security.end')}: ${account}, ${from}`}
                onClick={() => void orders.order(`/sessions/${id}`, { method: 'DELETE' })}
              >
                {t('security.end')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

interface AuditPage {
  entries: (AuditEntry & { id: number })[];
  next?: number;
}

function AuditCard() {
  const [before, setBefore] = useState<number>();
  const path = `/audit?limit=50${before === undefined ? '' : `&before=${before}`}`;
  const { value, failure } = useBox<AuditPage>(path, undefined, { keep: true });
  const now = boxNow.use();
  return (
    <Card title={t('security.audit')}>
      <p className="dim">{t('security.auditLead')}</p>
      <Failure error={failure} />
      {value?.entries.length === 0 && <Empty icon="info">{t('security.noAudit')}</Empty>}
      <ul className="security-list">
        {value?.entries.map(({ id, at, who, from, act, detail, callId }) => (
          <li key={id} data-audit={act}>
            <div>
              <p>{word('audit', act)}</p>
              <p className="dim">{[who, from, detail, callId].filter(Boolean).join(' · ')}</p>
            </div>
            <span className="dim">{moment(at, now)}</span>
          </li>
        ))}
      </ul>
      <div className="help-row">
        {before !== undefined && (
          <Button variant="default" onClick={() => setBefore(undefined)}>
            {t('security.newest')}
          </Button>
        )}
        {value?.next !== undefined && (
          <Button variant="default" onClick={() => setBefore(value.next)}>
            {t('security.older')}
          </Button>
        )}
      </div>
    </Card>
  );
}
