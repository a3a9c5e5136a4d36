import type { DeviceLive } from '../../../../daemon/src/api/contract.ts';
import { clockTime, span } from '../../format/time.ts';
import { say, t, tn, word } from '../../i18n/index.ts';
import { boxNow } from '../../live/store.ts';
import { State } from '../../ui/parts.tsx';
import { deviceTone } from '../state-words.ts';
import { Trace } from '../trace/trace.tsx';

/** IP telephones, adapters and PBXs of the office: whether they are there, and what to do if they are not. */
export function DeviceList({ devices }: { devices: readonly DeviceLive[] }) {
  const now = boxNow.use();
  return (
    <ul className="trunks">
      {devices.map((device) => (
        <li key={device.id} className="trunk" data-device={device.id} data-state={device.state}>
          <div className="trunk-head">
            <span>
              <strong>{device.name}</strong>
              {device.extension && <span className="number"> {device.extension}</span>}
            </span>
            <State tone={deviceTone(device)}>{say(device.said)}</State>
          </div>
          <p className="dim">
            {[
              word('device', device.kind),
              device.person?.name,
              device.calls > 0 && tn('device.calls', device.calls),
            ]
              .filter(Boolean)
              .join(' · ')}
          </p>
          {device.cure && <p className="cure">{say(device.cure)}</p>}
          {device.contacts.length > 0 && (
            <details>
              <summary>{t('technical')}</summary>
              <p>{t('since', { span: span(now - device.since) })}</p>
              {device.contacts.map((contact) => (
                <p key={contact.address}>
                  <code>{contact.address}</code>
                  {contact.userAgent && ` · ${contact.userAgent}`}
                  {contact.expiresAt !== undefined &&
                    ` · ${t('trunk.expires', { time: clockTime(contact.expiresAt) })}`}
                  {!contact.alive && ` · ${t('device.silent')}`}
                </p>
              ))}
            </details>
          )}
          <Trace
            title={t('trace.device')}
            of={`/devices/${encodeURIComponent(device.id)}`}
            version={device.since}
          />
        </li>
      ))}
    </ul>
  );
}
