import { Button } from '@mantine/core';
import { useState } from 'react';
import type {
  ApiError,
  ConfigView,
  DeviceLink,
  DevicePreset,
  DeviceSetupView,
} from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { shortTime } from '../../format/time.ts';
import { language, say, t } from '../../i18n/index.ts';
import { useBox } from '../../query.ts';
import { Card, Fact, Failure } from '../../ui/parts.tsx';

/** What to do at a telephone or adapter to have it here, and a file that does most of it. */
export function DeviceSetup() {
  const config = useBox<ConfigView>('/config', 'config');
  const presets = useBox<DevicePreset[]>('/device-presets');
  const registering = (config.value?.config.devices ?? []).filter((device) => device.mode === 'registers');
  const [deviceId, setDevice] = useState('');
  const [model, setModel] = useState('');
  const device = registering.find(({ id }) => id === deviceId) ?? registering[0];
  const wanted = model || device?.preset || 'generic-telephone';
  const preset = presets.value?.find(({ id }) => id === wanted) ?? presets.value?.[0];
  if (!device) return null;
  return (
    <Card title={t('setup.title')} className="setup">
      <p>{t('setup.lead')}</p>
      <Failure error={presets.failure} />
      <div className="field">
        <label htmlFor="setup-device">{t('setup.device')}</label>
        <select id="setup-device" value={device.id} onChange={(e) => setDevice(e.currentTarget.value)}>
          {registering.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <div className="field">
        <label htmlFor="setup-model">{t('setup.model')}</label>
        <select id="setup-model" value={preset?.id} onChange={(e) => setModel(e.currentTarget.value)}>
          {presets.value?.map(({ id, name }) => (
            <option key={id} value={id}>
              {say(name)}
            </option>
          ))}
        </select>
      </div>
      {preset && <ModelSetup key={`${device.id} ${preset.id}`} deviceId={device.id} preset={preset} />}
    </Card>
  );
}

/** Settings of one device in one model, in words, as a file and by a link. */
function ModelSetup({ deviceId, preset }: { deviceId: string; preset: DevicePreset }) {
  const at = `/devices/${encodeURIComponent(deviceId)}`;
  const query = `preset=${encodeURIComponent(preset.id)}`;
  const { value, failure } = useBox<DeviceSetupView>(`${at}/setup?${query}`, 'config');
  return (
    <div className="setup">
      <Failure error={failure} />
      <ol>
        {preset.steps[language.value].map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      {value && (
        <>
          <h3>{t('setup.words')}</h3>
          <dl className="facts" data-part="settings">
            {value.settings.map(({ name, value: entered }) => (
              <Fact key={name.en} name={say(name)}>
                {say(entered)}
              </Fact>
            ))}
          </dl>
          {value.encryptByHand && <p className="help">{t('setup.encryptByHand')}</p>}
          {value.vendor.length > 0 && <VendorNames list={value.vendor} />}
        </>
      )}
      {preset.hasFile && (
        <>
          <h3>{t('setup.byFile')}</h3>
          {preset.verify && <p className="help">{t('setup.verify')}</p>}
          <p>
            <a className="button" href={`/api/v1${at}/file?${query}`} download>
              {t('setup.file')}
            </a>
          </p>
          <p className="help">{t('setup.secret')}</p>
          <OneTimeLink at={at} preset={preset.id} />
        </>
      )}
    </div>
  );
}

/** The same settings under the names that the file has for them. */
function VendorNames({ list }: { list: DeviceSetupView['vendor'] }) {
  return (
    <details>
      <summary>{t('setup.vendor')}</summary>
      <table data-part="vendor">
        <tbody>
          {list.map(({ name, value }) => (
            <tr key={name}>
              <th scope="row">
                <code>{name}</code>
              </th>
              <td>{value === undefined ? <i>{t('setup.password')}</i> : <code>{value}</code>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

/** An address by which the telephone fetches the file itself, once. */
function OneTimeLink({ at, preset }: { at: string; preset: string }) {
  const [link, setLink] = useState<DeviceLink>();
  const [failure, setFailure] = useState<ApiError['error']>();
  const make = async (): Promise<void> => {
    try {
      setLink(await api<DeviceLink>(`${at}/link`, { body: { preset } }));
      setFailure(undefined);
    } catch (error) {
      setFailure(failureOf(error));
    }
  };
  return (
    <>
      <h3>{t('setup.byLink')}</h3>
      <p>{t('setup.linkLead')}</p>
      <Failure error={failure} />
      <p>
        <Button variant="default" data-action="make-link" onClick={() => void make()}>
          {t(link ? 'setup.linkAgain' : 'setup.link')}
        </Button>
      </p>
      {link && (
        <div data-part="link" role="status">
          <p>
            {t('setup.linkUntil', { time: shortTime(link.expiresAt) })} <code>{link.url}</code>
          </p>
          <p>{t('setup.linkFolder')}</p>
          <p>
            <code>{link.folder}</code>
          </p>
          <p className="help">{t('setup.option66')}</p>
        </div>
      )}
    </>
  );
}
