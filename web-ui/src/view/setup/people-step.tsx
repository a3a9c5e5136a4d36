import { Button, Checkbox, Group, Select, Stack, TextInput } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import type { ApiError, ConfigEdit, ConfigView, PublicConfig } from '../../../../daemon/src/api/contract.ts';
import { failureOf } from '../../api.ts';
import { idFor } from '../../form/value.ts';
import { phone } from '../../format/phone.ts';
import { t } from '../../i18n/index.ts';
import { useBox } from '../../query.ts';
import { Card, Failure } from '../../ui/parts.tsx';
import { socketName } from '../section-words.ts';
import { change, useDraft } from './memory.ts';
import type { StepProps } from './setup.tsx';

/** Who sits at which telephone, and who is rung when somebody calls the office. */
export function PeopleStep(props: StepProps) {
  const config = useBox<ConfigView>('/config', 'config');
  if (!config.value) return <Failure error={config.failure} />;
  return (
    <Stack>
      <p className="lead">{t('wizard.people.lead')}</p>
      <NewPerson {...props} config={config.value.config} />
      <Incoming config={config.value.config} />
    </Stack>
  );
}

const nobody = { name: '', extension: '', socket: '', mobile: '' };

function NewPerson({ view, config }: StepProps & { config: PublicConfig }) {
  const [draft, setDraft] = useDraft(view, 'people', nobody);
  const [failure, setFailure] = useState<ApiError['error']>();
  const taken = new Set(config.people.flatMap(({ ports }) => ports));
  const free = telephones(config).filter(({ number }) => !taken.has(number));
  const add = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    setFailure(undefined);
    try {
      await change(({ config: now }) => personEdits(now, draft));
      setDraft(nobody);
    } catch (error) {
      setFailure(failureOf(error));
    }
  };
  return (
    <Card title={t('wizard.people.have')}>
      <ul className="contents-list" data-people>
        {config.people.map(({ id, name, extension, ports, mobile }) => (
          <li key={id}>
            <strong>{name}</strong>{' '}
            <span className="dim">
              {[extension, ...ports.map((number) => socketName(config, number)), mobile && phone(mobile)]
                .filter(Boolean)
                .join(' · ')}
            </span>
          </li>
        ))}
      </ul>
      <Stack component="form" onSubmit={(event) => void add(event)} aria-label={t('wizard.people.one')}>
        <Group grow align="flex-end" className="setup-row">
          <TextInput
            id="person-name"
            label={t('wizard.people.name')}
            value={draft.name}
            maxLength={64}
            onChange={(e) => setDraft({ name: e.currentTarget.value })}
          />
          <Select
            id="person-socket"
            label={t('wizard.people.socket')}
            data={[
              { value: '', label: t('wizard.people.noSocket') },
              ...free.map(({ number }) => ({ value: String(number), label: socketName(config, number) })),
            ]}
            value={draft.socket}
            allowDeselect={false}
            onChange={(value) => {
              const extension = telephones(config).find(({ number }) => String(number) === value)?.extension;
              setDraft({
                socket: value ?? '',
                ...(draft.extension === '' && extension !== undefined && { extension }),
              });
            }}
          />
          <TextInput
            id="person-extension"
            label={t('wizard.people.extension')}
            inputMode="numeric"
            value={draft.extension}
            maxLength={8}
            onChange={(e) => setDraft({ extension: e.currentTarget.value })}
          />
          <TextInput
            id="person-mobile"
            label={t('wizard.people.mobile')}
            type="tel"
            value={draft.mobile}
            maxLength={32}
            onChange={(e) => setDraft({ mobile: e.currentTarget.value })}
          />
        </Group>
        <Failure error={failure} />
        <div>
          <Button type="submit" variant="default" disabled={draft.name.trim() === ''} data-add-person>
            {t('wizard.people.add')}
          </Button>
        </div>
      </Stack>
    </Card>
  );
}

type Telephone = Extract<PublicConfig['ports'][number], { kind: 'fxs' }>;

const telephones = (config: PublicConfig): Telephone[] =>
  config.ports.filter((port): port is Telephone => port.kind === 'fxs' && port.role === 'telephone');

function personEdits(config: PublicConfig, draft: typeof nobody): ConfigEdit[] {
  const { name, extension, socket, mobile } = draft;
  const id = idFor(name, new Set(config.people.map((one) => one.id)));
  const port = telephones(config).find(({ number }) => String(number) === socket);
  const edits: ConfigEdit[] = [];
  // The number goes with the person: one that the socket had is theirs from now on.
  if (port?.extension !== undefined && port.extension === extension)
    edits.push({ op: 'remove', path: `/ports/${port.number}/extension` });
  edits.push({
    op: 'put',
    path: `/people/${id}`,
    value: {
      ...{ id, name: name.trim(), ports: port ? [port.number] : [] },
      classOfService: port?.classOfService ?? config.classesOfService[0]?.id,
      ...(extension !== '' && { extension }),
      ...(mobile !== '' && { mobile: international(mobile) }),
    },
  });
  return edits;
}

/** A number as people write it, as the settings want it. */
function international(text: string): string {
  const digits = text.replace(/[^\d+]/g, '');
  return /^8\d{10}$/.test(digits) ? `+7${digits.slice(1)}` : digits;
}

/** The destination that the wizard makes. */
const OFFICE = 'office';

function Incoming({ config }: { config: PublicConfig }) {
  const made = config.destinations.find(({ id }) => id === OFFICE);
  const all = [
    ...config.people.map(({ id, name }) => ({ value: `person:${id}`, label: name })),
    ...telephones(config)
      .filter(({ number }) => !config.people.some(({ ports }) => ports.includes(number)))
      .map(({ number }) => ({ value: `port:${number}`, label: socketName(config, number) })),
  ];
  const [chosen, setChosen] = useState<readonly string[]>();
  const rung = chosen ?? made?.steps[0]?.targets ?? all.map(({ value }) => value);
  const [numbers, setNumbers] = useState<Record<string, string>>({});
  const [failure, setFailure] = useState<ApiError['error']>();
  const [kept, setKept] = useState(false);
  const numbersOf = (trunk: string): string =>
    numbers[trunk] ??
    config.incomingNumbers
      .filter((one) => one.trunk === trunk)
      .map(({ number }) => phone(number))
      .join(', ');
  const save = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    setFailure(undefined);
    try {
      await change(({ config: now }) => incomingEdits(now, rung, numbersOf));
      setNumbers({});
      setKept(true);
    } catch (error) {
      setFailure(failureOf(error));
    }
  };
  return (
    <Card title={t('wizard.people.incoming')}>
      <Stack component="form" onSubmit={(event) => void save(event)}>
        <p className="dim">{t('wizard.people.incomingHelp')}</p>
        <Checkbox.Group
          value={[...rung]}
          onChange={(values) => {
            setChosen(values);
            setKept(false);
          }}
          label={t('wizard.people.everybody')}
          data-rung
        >
          <Stack gap="xs" mt="xs">
            {all.map(({ value, label }) => (
              <Checkbox key={value} value={value} label={label} />
            ))}
          </Stack>
        </Checkbox.Group>
        {config.trunks.map(({ id, name }) => (
          <TextInput
            key={id}
            label={t('wizard.people.numbers', { name })}
            description={t('wizard.people.numbersHelp')}
            value={numbersOf(id)}
            type="tel"
            data-numbers={id}
            onChange={(e) => {
              const text = e.currentTarget.value;
              setNumbers((now) => ({ ...now, [id]: text }));
              setKept(false);
            }}
          />
        ))}
        <Failure error={failure} />
        <Group>
          <Button type="submit" variant="default" disabled={rung.length === 0} data-save-rung>
            {t('wizard.people.ringsSave')}
          </Button>
          <span role="status" data-kept={kept}>
            {kept && t('wizard.kept')}
          </span>
        </Group>
      </Stack>
    </Card>
  );
}

/** City lines and the numbers of trunks all lead to whoever was chosen; what leads elsewhere already is left alone. */
function incomingEdits(
  config: PublicConfig,
  targets: readonly string[],
  numbersOf: (trunk: string) => string,
): ConfigEdit[] {
  const steps = [{ targets, seconds: 30 }];
  const there = config.destinations.some(({ id }) => id === OFFICE);
  const edits: ConfigEdit[] = [
    there
      ? { op: 'put', path: `/destinations/${OFFICE}/steps`, value: steps }
      : {
          op: 'put',
          path: `/destinations/${OFFICE}`,
          value: { id: OFFICE, name: t('wizard.people.office'), steps },
        },
  ];
  for (const port of config.ports)
    if (port.kind === 'fxo' && port.incoming === undefined)
      edits.push({ op: 'put', path: `/ports/${port.number}/incoming`, value: OFFICE });
  for (const { id: trunk } of config.trunks) {
    const wanted = numbersOf(trunk)
      .split(/[,;\n]+/)
      .map(international)
      .filter(Boolean);
    const had = config.incomingNumbers.filter((one) => one.trunk === trunk);
    for (const { id, number } of had)
      if (!wanted.includes(international(number)))
        edits.push({ op: 'remove', path: `/incomingNumbers/${id}` });
    const ids = new Set(config.incomingNumbers.map(({ id }) => id));
    for (const number of wanted) {
      if (had.some((one) => international(one.number) === number)) continue;
      const id = idFor(`${trunk} ${number}`, ids);
      ids.add(id);
      edits.push({
        op: 'put',
        path: `/incomingNumbers/${id}`,
        value: { id, number, trunk, destination: OFFICE },
      });
    }
  }
  return edits;
}
