import type { LiveState } from '../../../../daemon/src/api/contract.ts';
import { span } from '../../format/time.ts';
import { say, t, tn } from '../../i18n/index.ts';
import { boxNow, live } from '../../live/store.ts';
import { Link } from '../../router.tsx';
import { Icon, Mark } from '../../ui/icons.tsx';
import { Card, Empty, PlaceHead } from '../../ui/parts.tsx';
import { QueuesNow } from '../queues/queues.tsx';
import { alarmTone } from '../state-words.ts';
import { CallBars } from './call-bars.tsx';
import { DeviceList } from './devices.tsx';
import { Faceplate } from './faceplate.tsx';
import { OpenCall } from './open-call.tsx';
import { TrunkList } from './trunks.tsx';

/** Is everything all right? Who is talking? */
export function NowPlace() {
  const now = boxNow.use();
  const state = live.use();
  if (!state) return <p className="waiting">{t('loading')}</p>;
  return (
    <>
      <PlaceHead title={t('place.now')} lead={<Summary state={state} />} />
      <Alarms state={state} />
      {state.ports.every(({ role }) => role === 'unused') && <WizardHint />}
      <Faceplate state={state} />
      <Card title={t('now.calls')} className="calls-now">
        {state.calls.length === 0 ? (
          <Empty icon="calls">{t('now.noCalls')}</Empty>
        ) : (
          <CallBars calls={state.calls} now={now} />
        )}
      </Card>
      <OpenCall />
      <QueuesNow queues={state.queues} />
      <Card title={t('now.trunks')}>
        {state.trunks.length === 0 ? (
          <Empty
            icon="trunk"
            action={
              <Link to="/box/trunks" className="button primary">
                {t('trunks.add')}
              </Link>
            }
          >
            {t('now.noTrunks')}
          </Empty>
        ) : (
          <TrunkList trunks={state.trunks} />
        )}
      </Card>
      {state.devices.length > 0 && (
        <Card title={t('now.devices')}>
          <DeviceList devices={state.devices} />
        </Card>
      )}
    </>
  );
}

/** Nothing is set up: that is where to begin. */
function WizardHint() {
  return (
    <div className="notice wizard-hint">
      <p>{t('wizard.hint')}</p>
      <Link to="/setup" className="button primary">
        {t('wizard.again')}
      </Link>
    </div>
  );
}

function Summary({ state }: { state: LiveState }) {
  const serious = state.alarms.filter((a) => a.severity !== 'info').length;
  const talking = state.calls.filter((c) => c.state === 'talking' || c.state === 'held').length;
  const good = serious === 0 && state.health.ok && state.card.up;
  return (
    <span className="summary" aria-live="polite">
      <Mark tone={good ? 'talk' : 'attention'} />
      {good ? t('now.allGood') : serious > 0 ? tn('now.attention', serious) : t('now.notWell')}
      {' · '}
      {talking > 0 ? tn('now.talking', talking) : t('now.quiet')}
    </span>
  );
}

/** The way to where the alarm comes from. */
function AlarmPlace({ place }: { place: string | undefined }) {
  const [kind, id = ''] = place?.split(':') ?? [];
  if (kind === 'port' || kind === 'line') return <Link to={`/?socket=${id}`}>{t('alarm.toSocket')}</Link>;
  if (kind === 'trunk') return <Link to="/box/trunks">{t('alarm.toTrunks')}</Link>;
  return null;
}

function Alarms({ state }: { state: LiveState }) {
  const now = boxNow.use();
  return (
    <ul className="alarms" aria-live="polite" aria-label={t('alarms')}>
      {state.alarms.map((alarm) => (
        <li key={alarm.id} className={`alarm ${alarm.severity}`} data-alarm={alarm.id}>
          <Icon name={alarm.severity === 'info' ? 'info' : 'alarm'} />
          <div>
            <p className="said">
              <Mark tone={alarmTone(alarm)} />{' '}
              <span className="sr-only">{t(`severity.${alarm.severity}`)}: </span>
              {say(alarm.said)}
            </p>
            <p className="cure">
              {say(alarm.cure)} <AlarmPlace place={alarm.place} />
            </p>
          </div>
          <span className="since">{t('since', { span: span(now - alarm.since) })}</span>
        </li>
      ))}
    </ul>
  );
}
