import type { TrunkLive } from '../../../../daemon/src/api/contract.ts';
import { clockTime, span } from '../../format/time.ts';
import { say, t, word } from '../../i18n/index.ts';
import { boxNow } from '../../live/store.ts';
import { State } from '../../ui/parts.tsx';
import { trunkTone } from '../state-words.ts';
import { Trace } from '../trace/trace.tsx';

/** Lines of operators: whether they work, how full they are, and what to do if they do not. */
export function TrunkList({ trunks }: { trunks: readonly TrunkLive[] }) {
  const now = boxNow.use();
  return (
    <ul className="trunks">
      {trunks.map((trunk) => (
        <li key={trunk.id} className="trunk" data-trunk={trunk.id} data-state={trunk.state}>
          <div className="trunk-head">
            <strong>{trunk.name}</strong>
            <State tone={trunkTone(trunk)}>{word('trunk', trunk.state)}</State>
          </div>
          <p>{say(trunk.said)}</p>
          {trunk.cure && <p className="cure">{say(trunk.cure)}</p>}
          <div className="load">
            <meter
              min={0}
              max={trunk.maxCalls}
              value={trunk.calls}
              aria-label={t('trunk.load', { n: trunk.calls, of: trunk.maxCalls })}
            />
            <span>{t('trunk.load', { n: trunk.calls, of: trunk.maxCalls })}</span>
          </div>
          <details>
            <summary>{t('technical')}</summary>
            <p>
              {t('since', { span: span(now - trunk.since) })}
              {trunk.latencyMs !== undefined &&
                ` · ${t('trunk.latency', { n: Math.round(trunk.latencyMs) })}`}
              {trunk.expiresAt !== undefined &&
                ` · ${t('trunk.expires', { time: clockTime(trunk.expiresAt) })}`}
            </p>
            {trunk.publicAddress !== undefined && (
              <p>{t('trunk.outside', { address: trunk.publicAddress })}</p>
            )}
            {trunk.targets && (
              <>
                <p>{t('trunk.targets')}</p>
                <ul className="targets">
                  {trunk.targets.map((target) => (
                    <li key={target.address}>
                      <code>{target.address}</code> {word('target', target.state)}
                      {target.at !== undefined && `, ${clockTime(target.at)}`}
                      {target.registered !== undefined &&
                        `, ${t(target.registered ? 'trunk.registeredThere' : 'trunk.notRegisteredThere')}`}
                    </li>
                  ))}
                </ul>
              </>
            )}
            {trunk.lastSuccess && trunk.lastSuccess.at !== trunk.lastExchange?.at && (
              <p>
                {t('trunk.success', { time: clockTime(trunk.lastSuccess.at), text: trunk.lastSuccess.text })}
              </p>
            )}
            {trunk.lastExchange && (
              <p>
                <code>
                  {clockTime(trunk.lastExchange.at)} {trunk.lastExchange.text}
                </code>
              </p>
            )}
            <Trace
              title={t('trace.trunk')}
              of={`/trunks/${encodeURIComponent(trunk.id)}`}
              version={trunk.lastExchange?.at ?? 0}
            />
          </details>
        </li>
      ))}
    </ul>
  );
}
