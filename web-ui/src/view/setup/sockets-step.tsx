import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { ApiError, ConfigEdit, ConfigView, PortLive } from '../../../../daemon/src/api/contract.ts';
import { failureOf } from '../../api.ts';
import { say, t, word } from '../../i18n/index.ts';
import { live } from '../../live/store.ts';
import { Failure, State } from '../../ui/parts.tsx';
import { change, useDraft } from './memory.ts';
import type { StepProps } from './setup.tsx';

/** Below this a line is dead; city lines and PBX extensions have 20 to 72 V. */
const liveVolts = 18;

const roles = {
  fxs: ['telephone', 'pbx-line', 'fax', 'modem'],
  fxo: ['city-line', 'pbx-extension'],
} as const;

/** Each socket watched live: handsets that are lifted, voltages of lines. */
export function SocketsStep({ view }: StepProps) {
  const state = live.use();
  const ports = state?.ports ?? [];
  const [failure, setFailure] = useState<ApiError['error']>();
  const [draft, setDraft] = useDraft<{ seen: number[] }>(view, 'sockets', { seen: [] });
  const lifted = ports.filter((port) => port.kind === 'fxs' && port.state === 'off-hook');
  const fresh = lifted.map(({ number }) => number).filter((number) => !draft.seen.includes(number));
  useEffect(() => {
    if (fresh.length > 0) setDraft({ seen: [...draft.seen, ...fresh] });
  }, [fresh.join()]);
  const edit = (edits: (view: ConfigView) => ConfigEdit[]): void => {
    setFailure(undefined);
    change(edits).catch((error: unknown) => setFailure(failureOf(error)));
  };
  const unused = ports.some(({ role }) => role === 'unused');
  return (
    <Stack>
      <p className="lead">{t('wizard.sockets.lead')}</p>
      <Failure error={failure} />
      {ports.length === 0 && <p className="notice">{t('wizard.sockets.none')}</p>}
      {unused && (
        <div>
          <Button data-all onClick={() => edit((config) => missingSockets(ports, config))}>
            {t('wizard.sockets.all')}
          </Button>
        </div>
      )}
      <ul className="setup-sockets">
        {ports.map((port) => (
          <Socket key={port.number} port={port} seen={draft.seen.includes(port.number)} onEdit={edit} />
        ))}
      </ul>
      <p className="dim">{t('wizard.sockets.trap')}</p>
    </Stack>
  );
}

interface SocketProps {
  port: PortLive;
  seen: boolean;
  onEdit(edits: (view: ConfigView) => ConfigEdit[]): void;
}

function Socket({ port, seen, onEdit }: SocketProps) {
  const { number, kind, role } = port;
  const [name, setName] = useState(port.name);
  useEffect(() => setName(port.name), [port.name]);
  return (
    <li data-socket={number}>
      <strong>
        {t('socket')} {number}
      </strong>{' '}
      <span className="dim">{t(`wizard.sockets.${kind}`)}</span>
      {role !== 'unused' && (
        <>
          <p aria-live="polite">
            <SocketState port={port} seen={seen} />
          </p>
          <Group grow className="setup-row">
            <Select
              aria-label={t('wizard.sockets.role', { n: number })}
              data={roles[kind].map((value) => ({ value, label: word('role', value) }))}
              value={role}
              allowDeselect={false}
              onChange={(value) =>
                value && value !== role && onEdit(() => [{ op: 'put', path: `/ports/${number}/role`, value }])
              }
            />
            <TextInput
              aria-label={`${t('wizard.sockets.name')}, ${t('socket')} ${number}`}
              placeholder={t('wizard.sockets.name')}
              value={name}
              onChange={(e) => setName(e.currentTarget.value)}
              onBlur={() =>
                name !== port.name &&
                onEdit(() => [{ op: 'put', path: `/ports/${number}/name`, value: name }])
              }
            />
          </Group>
        </>
      )}
    </li>
  );
}

function SocketState({ port, seen }: { port: PortLive; seen: boolean }) {
  const { kind, number, electrical, reason, cure } = port;
  // A wrong socket is told as such, with what to do.
  if (port.state === 'out-of-service' && reason && (kind === 'fxs' || (electrical?.volts ?? 0) >= liveVolts))
    return (
      <>
        <State tone="broken">{say(reason)}</State> {cure && say(cure)}
      </>
    );
  if (kind === 'fxs') {
    if (port.state === 'off-hook') return <State tone="talk">{t('wizard.sockets.lifted')}</State>;
    if (seen) return <State tone="talk">{t('wizard.sockets.seen')}</State>;
    return <State tone="free">{t('wizard.sockets.lift', { n: number })}</State>;
  }
  const volts = electrical?.volts;
  if (volts === undefined) return <State tone="free">{t('wizard.sockets.measuring')}</State>;
  if (Math.abs(volts) < liveVolts) return <State tone="attention">{t('wizard.sockets.dead')}</State>;
  return <State tone="ring">{t('wizard.sockets.voltage', { n: Math.round(Math.abs(volts)) })}</State>;
}

/** Settings for every socket of the card that has none, with an extension each that nobody has. */
function missingSockets(ports: readonly PortLive[], { config }: ConfigView): ConfigEdit[] {
  const known = new Set(config.ports.map(({ number }) => number));
  const taken = new Set(
    [...config.ports, ...config.people].flatMap((one) => ('extension' in one && one.extension) || []),
  );
  return ports
    .filter(({ number }) => !known.has(number))
    .map(({ number, kind }) => {
      const extension = String(20 + number);
      const value =
        kind === 'fxs'
          ? {
              ...{ kind, number, classOfService: config.classesOfService[0]?.id },
              ...(taken.has(extension) ? {} : { extension }),
            }
          : { kind, number };
      return { op: 'put', path: `/ports/${number}`, value };
    });
}
