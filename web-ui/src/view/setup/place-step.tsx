import { Button, Select, Stack, TextInput } from '@mantine/core';
import { lazy, type SyntheticEvent, useState } from 'react';
import type { ApiError, ConfigView } from '../../../../daemon/src/api/contract.ts';
import { failureOf } from '../../api.ts';
import { chooseLanguage, language, t } from '../../i18n/index.ts';
import { useBox } from '../../query.ts';
import { isAdmin } from '../../session.ts';
import { Failure } from '../../ui/parts.tsx';
import { change, useDraft } from './memory.ts';
import type { StepProps } from './setup.tsx';

const RestoreCard = lazy(() => import('../box/backup.tsx').then((m) => ({ default: m.RestoreCard })));

/** Where the office is: country, area code, time zone. */
export function PlaceStep(props: StepProps) {
  const config = useBox<ConfigView>('/config', 'config');
  if (!config.value) return <Failure error={config.failure} />;
  return <PlaceForm {...props} config={config.value.config} />;
}

function PlaceForm({ view, onDone, config }: StepProps & { config: ConfigView['config'] }) {
  const { site, dialing } = config;
  const [draft, setDraft] = useDraft(view, 'place', {
    name: site.name,
    country: dialing.country as string,
    codes: dialing.areaCodes.join(', '),
    zone: site.timeZone,
    emergency: site.emergencyCaller ?? '',
  });
  const [failure, setFailure] = useState<ApiError['error']>();
  const [restoring, setRestoring] = useState(false);
  const codes = draft.codes.split(/[\s,;]+/).filter(Boolean);
  const save = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    setFailure(undefined);
    try {
      await change(() => [
        { op: 'put', path: '/site/name', value: draft.name },
        { op: 'put', path: '/site/language', value: language.value },
        { op: 'put', path: '/site/timeZone', value: draft.zone },
        { op: 'put', path: '/dialing/country', value: draft.country },
        { op: 'put', path: '/dialing/areaCodes', value: codes },
        {
          op: 'put',
          path: '/dialing/localLength',
          value: Math.min(7, Math.max(5, 10 - (codes[0]?.length ?? 3))),
        },
        ...(draft.emergency === ''
          ? []
          : [{ op: 'put' as const, path: '/site/emergencyCaller', value: draft.emergency }]),
      ]);
      onDone();
    } catch (error) {
      setFailure(failureOf(error));
    }
  };
  return (
    <Stack component="form" onSubmit={(event) => void save(event)}>
      <TextInput
        id="setup-name"
        label={t('wizard.place.name')}
        value={draft.name}
        onChange={(e) => setDraft({ name: e.currentTarget.value })}
      />
      <Select
        label={t('wizard.place.language')}
        data={[
          { value: 'ru', label: 'Русский' },
          { value: 'en', label: 'English' },
        ]}
        value={language.use()}
        allowDeselect={false}
        onChange={(value) => value && chooseLanguage(value as 'ru' | 'en')}
      />
      <Select
        label={t('wizard.place.country')}
        description={t('wizard.place.countryHelp')}
        data={(['ru', 'eu', 'us'] as const).map((value) => ({
          value,
          label: t(`wizard.place.country.${value}`),
        }))}
        value={draft.country}
        allowDeselect={false}
        onChange={(country) => country && setDraft({ country })}
      />
      <TextInput
        id="setup-codes"
        label={t('wizard.place.codes')}
        description={t('wizard.place.codesHelp')}
        value={draft.codes}
        onChange={(e) => setDraft({ codes: e.currentTarget.value })}
        inputMode="numeric"
        required
        withAsterisk={false}
        error={!codes.every((code) => /^\d{3,5}$/.test(code)) && t('wizard.place.codesHelp')}
      />
      <Select
        label={t('wizard.place.zone')}
        data={zones}
        searchable
        value={draft.zone}
        allowDeselect={false}
        onChange={(zone) => zone && setDraft({ zone })}
      />
      <TextInput
        id="setup-emergency"
        label={t('wizard.place.emergency')}
        description={t('wizard.place.emergencyHelp')}
        type="tel"
        value={draft.emergency}
        onChange={(e) => setDraft({ emergency: e.currentTarget.value })}
      />
      {draft.country === 'ru' && <p className="notice">{effect(codes[0] ?? '', draft.zone)}</p>}
      <Failure error={failure} />
      {failure?.issues?.map((issue) => (
        <p key={issue.path} className="dim">
          {issue.said[language.value]}
        </p>
      ))}
      <Button type="submit" data-save>
        {t('wizard.save')}
      </Button>
      {isAdmin() && !restoring && (
        <Button variant="default" data-restore onClick={() => setRestoring(true)}>
          {t('wizard.restore.have')}
        </Button>
      )}
      {restoring && <RestoreCard />}
    </Stack>
  );
}

const zones: string[] = Intl.supportedValuesOf('timeZone');

/** What a local call looks like with this code, and the time there. */
function effect(code: string, zone: string): string {
  const digits = '1234567'.slice(0, Math.max(5, 10 - code.length));
  const local = `${digits.slice(0, -4)}-${digits.slice(-4, -2)}-${digits.slice(-2)}`;
  const time = new Intl.DateTimeFormat('ru-RU', { timeZone: zone, hour: '2-digit', minute: '2-digit' });
  return t('wizard.place.effect', { local, full: `+7 ${code} ${local}`, time: time.format(new Date()) });
}
