import { useParams } from 'react-router';
import type { CallRecord, DiversionRecord } from '../../../../daemon/src/api/contract.ts';
import { money } from '../../format/money.ts';
import { tenths } from '../../format/number.ts';
import { phone } from '../../format/phone.ts';
import { clockTime, duration, moment } from '../../format/time.ts';
import { t, word } from '../../i18n/index.ts';
import { boxNow } from '../../live/store.ts';
import { useBox } from '../../query.ts';
import { Link } from '../../router.tsx';
import { isAdmin } from '../../session.ts';
import { Icon, Mark } from '../../ui/icons.tsx';
import { Card, Fact, Failure, PlaceHead, State } from '../../ui/parts.tsx';
import { useNames } from '../names.ts';
import { callerName, outcomeOf, outcomeTone, partyName, placeName } from '../state-words.ts';
import { Trace } from '../trace/trace.tsx';
import { causeWords } from './cause-words.ts';
import { faxWords } from './fax-words.ts';
import { LineAccounts } from './line-accounts.tsx';
import { partiesOf } from './list.tsx';
import { Observe } from './observe.tsx';
import { type PathStep, pathOf } from './path.ts';
import { LegQualityView } from './quality.tsx';
import { Recordings } from './recordings.tsx';
import { stepWords } from './step-words.ts';

/** One call as a path: who was tried, how long, why it moved on, what it cost. */
export function CallDetail() {
  const { id = '' } = useParams();
  return <OneCall key={id} id={id} />;
}

function OneCall({ id }: { id: string }) {
  const { value: record, failure } = useBox<CallRecord>(`/calls/${encodeURIComponent(id)}`, 'records');
  const names = useNames();
  const back = (
    <Link to="/calls" className="button">
      <Icon name="left" />
      {t('calls.back')}
    </Link>
  );
  if (!record) {
    return (
      <>
        <PlaceHead title={t('place.calls')}>{back}</PlaceHead>
        {failure ? <Failure error={failure} /> : <p className="waiting">{t('loading')}</p>}
      </>
    );
  }
  const { caller, called } = partiesOf(record);
  const outcome = outcomeOf(record);
  return (
    <article className="call-detail" data-record={record.id}>
      <PlaceHead
        title={`${callerName(caller)} → ${partyName(called)}`}
        lead={
          <>
            <State tone={outcomeTone[outcome]}>{t(`outcome.${outcome}`)}</State>{' '}
            <span>{moment(record.startedAt, boxNow.value)}</span>
          </>
        }
      >
        {back}
      </PlaceHead>
      <Card title={t('call.facts')}>
        <dl className="facts">
          <Fact name={t('call.kind')}>
            {word('direction', record.direction)}
            {record.service !== 'plain' && `, ${word('service', record.service)}`}
          </Fact>
          <Fact name={t('call.dialed')}>{record.dialed}</Fact>
          <Fact name={t('detail.callerCategory')}>{record.callerCategory}</Fact>
          <Fact name={t('call.divertedBy')}>{record.diversions?.map(divertedWords).join('; ')}</Fact>
          <Fact name={t('call.connected')}>
            {(record.connectedNumber ?? record.connectedName) !== undefined &&
              partyName({ number: record.connectedNumber, name: record.connectedName })}
          </Fact>
          <Fact name={t('call.fax')}>{record.fax && faxWords(record.fax)}</Fact>
          <Fact name={t('call.class')}>{record.tollClass && word('class', record.tollClass)}</Fact>
          <Fact name={t('call.talk')}>{record.talkMs !== undefined && duration(record.talkMs)}</Fact>
          <Fact name={t('call.rang')}>
            {record.ringMs !== undefined && t('time.seconds', { n: Math.round(record.ringMs / 1000) })}
          </Fact>
          <Fact name={t('call.price')}>{record.price !== undefined && money(record.price)}</Fact>
          <Fact name={t('call.route')}>{record.routeId && names('routes', record.routeId)}</Fact>
          <Fact name={t('call.trunk')}>{record.trunkId && placeName(`trunk:${record.trunkId}`)}</Fact>
          <Fact name={t('call.costCentre')}>
            {record.costCentre && names('costCentres', record.costCentre)}
          </Fact>
          <Fact name={t('call.pin')}>{record.pinId && names('pins', record.pinId)}</Fact>
          <Fact name={t('call.transferredBy')}>
            {record.transferredBy && placeName(record.transferredBy)}
          </Fact>
          <Fact name={t('call.transferredFrom')}>
            {record.transferredFrom && <OtherRecord id={record.transferredFrom} />}
          </Fact>
          <Fact name={t('call.transferredTo')}>
            {record.transferredTo && <OtherRecord id={record.transferredTo} />}
          </Fact>
          <Fact name={t('call.conference')}>
            {record.conferenceWith && <OtherRecord id={record.conferenceWith} />}
          </Fact>
          <Fact name={t('call.cause')}>{causeWords(record)}</Fact>
          <Fact name={t('call.releasedBy')}>
            {record.releasedBy && word('releasedBy', record.releasedBy)}
          </Fact>
        </dl>
      </Card>
      <Recordings record={record} />
      {isAdmin() && <Observe record={record} />}
      {isAdmin() && <LineAccounts key={record.id} record={record} />}
      <Card title={t('call.path')}>
        <ol className="path">
          {pathOf(record).map((step, i) => (
            <Step key={i} step={step} record={record} />
          ))}
        </ol>
      </Card>
      {isAdmin() && record.legs.some((leg) => leg.kind === 'sip') && (
        <div className="card">
          <Trace title={t('trace.call')} of={`/calls/${encodeURIComponent(record.id)}`} record={record} />
        </div>
      )}
      {record.legs.some((leg) => leg.quality) && (
        <Card title={t('quality.title')}>
          {record.legs.map(
            (leg) => leg.quality && <LegQualityView key={leg.id} of={leg.place} quality={leg.quality} />,
          )}
        </Card>
      )}
      <details className="card technical">
        <summary>{t('technical')}</summary>
        <Technical record={record} />
      </details>
    </article>
  );
}

/** Who sent the call on before it came here, why, and how often. */
function divertedWords({ number, hidden, reason, times }: DiversionRecord): string {
  const who =
    number === undefined ? t(hidden ? 'call.divertedHidden' : 'call.divertedUntold') : phone(number);
  const why = word('diverted', reason);
  return `${who}: ${why}${times > 1 ? `, ${t('call.divertedTimes', { n: times })}` : ''}`;
}

/** The way to the record of the same conversation before or after a transfer. */
function OtherRecord({ id }: { id: string }) {
  return <Link to={`/calls/${encodeURIComponent(id)}`}>{t('call.otherRecord')}</Link>;
}

function Step({ step, record }: { step: PathStep; record: CallRecord }) {
  const [tone, title, more] = stepWords(step, record);
  return (
    <li className={`step step-${step.kind}`}>
      <Mark tone={tone} size={14} />
      <time>{clockTime(step.at)}</time>
      <div>
        <p className="step-title">{title}</p>
        {more && <p className="dim">{more}</p>}
      </div>
    </li>
  );
}

function Technical({ record }: { record: CallRecord }) {
  return (
    <div className="technical-body">
      <p>
        <code>{record.id}</code>
        {record.postDialDelayMs !== undefined &&
          ` · post-dial delay ${Math.round(record.postDialDelayMs)} ms`}
        {record.q850 !== undefined && ` · Q.850 ${record.q850} ${record.causeText ?? ''}`}
      </p>
      <div className="scroll-x">
        <table>
          <thead>
            <tr>
              <th>{t('tech.leg')}</th>
              <th>Q.850</th>
              <th>SIP</th>
              <th>Call-ID</th>
              <th>RTP</th>
            </tr>
          </thead>
          <tbody>
            {record.legs.map((leg) => (
              <tr key={leg.id}>
                <td>
                  {leg.place} {leg.direction === 'incoming' ? '→' : '←'}
                </td>
                <td>
                  {leg.q850} {leg.causeText}
                </td>
                <td>{leg.sipStatus}</td>
                <td>
                  <code>{leg.sipCallId}</code>
                </td>
                <td>
                  {leg.rtp &&
                    t('tech.rtp', {
                      sent: leg.rtp.sent,
                      received: leg.rtp.received,
                      lost: leg.rtp.lost,
                      jitter: tenths(leg.rtp.jitterMs),
                    })}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <ul className="raw-events">
        {record.events.map((event, i) => (
          <li key={i}>
            <code>
              {clockTime(event.at)} {event.what} {event.detail}
            </code>
          </li>
        ))}
      </ul>
    </div>
  );
}
