import { useState } from 'preact/hooks';
import type { ConfigView, DevicePreset } from '../../../../daemon/src/api/contract.ts';
import { language, say, t } from '../../i18n/index.ts';
import { configVersion } from '../../live/store.ts';
import { Card, Failure } from '../../ui/parts.tsx';
import { useLoad } from '../use-load.ts';

/** What to do at a telephone or adapter to have it here, and a file that does most of it. */
export function DeviceSetup() {
  const config = useLoad<ConfigView>('/config', configVersion.value);
  const presets = useLoad<DevicePreset[]>('/device-presets', 0);
  const registering = (config.value?.config.devices ?? []).filter((device) => device.mode === 'registers');
  const [deviceId, setDevice] = useState('');
  const [model, setModel] = useState('');
  const device = registering.find(({ id }) => id === deviceId) ?? registering[0];
  const wanted = model || device?.preset || 'generic-telephone';
  const preset = presets.value?.find(({ id }) => id === wanted) ?? presets.value?.[0];
  if (!device) return null;
  return (
    <Card title={t('setup.title')}>
      <p>{t('setup.lead')}</p>
      <Failure error={presets.failure} />
      <div class="field">
        <label for="setup-device">{t('setup.device')}</label>
        <select id="setup-device" value={device.id} onChange={(e) => setDevice(e.currentTarget.value)}>
          {registering.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <div class="field">
        <label for="setup-model">{t('setup.model')}</label>
        <select id="setup-model" value={preset?.id} onChange={(e) => setModel(e.currentTarget.value)}>
          {presets.value?.map(({ id, name }) => (
            <option key={id} value={id}>
              {say(name)}
            </option>
          ))}
        </select>
      </div>
      {preset && (
        <>
          <dl class="facts">
            <dt>{t('setup.server')}</dt>
            <dd>{location.hostname}</dd>
            <dt>{t('setup.user')}</dt>
            <dd>{device.user}</dd>
          </dl>
          <ol>
            {preset.steps[language.value].map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
          {preset.hasFile && (
            <>
              <p>
                <a
                  class="button"
                  href={`/api/devices/${encodeURIComponent(device.id)}/file?preset=${encodeURIComponent(preset.id)}`}
                  download
                >
                  {t('setup.file')}
                </a>
              </p>
              <p class="help">{t('setup.secret')}</p>
            </>
          )}
        </>
      )}
    </Card>
  );
}
