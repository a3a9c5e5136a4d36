import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { type SyntheticEvent, useEffect, useState } from 'react';
import type {
  ApiError,
  CallLive,
  CallRecord,
  ConfigView,
  PublicConfig,
  TestCallAnswer,
} from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { t } from '../../i18n/index.ts';
import { live } from '../../live/store.ts';
import { useBox } from '../../query.ts';
import { Card, Failure, State } from '../../ui/parts.tsx';
import { causeWords } from '../calls/cause-words.ts';
import { socketName } from '../section-words.ts';
import { callerName, placeName } from '../state-words.ts';
import { useDraft } from './memory.ts';
import type { StepProps } from './setup.tsx';

interface Tested {
  from: string;
  to: string;
  via: string;
  /** The last call out, and the last one in. */
  out: string;
  in: string;
}

const nothing: Tested = { from: '', to: '', via: '', out: '', in: '' };

/** A call in each direction, followed live; a city line is proven by one (ruling 4). */
export function TestStep({ view }: StepProps) {
  const config = useBox<ConfigView>('/config', 'config');
  const [draft, setDraft] = useDraft<Tested>(view, 'test', nothing);
  if (!config.value) return <Failure error={config.failure} />;
  return (
    <Stack>
      <CallOut config={config.value.config} draft={draft} setDraft={setDraft} />
      <CallIn draft={draft} setDraft={setDraft} config={config.value.config} />
      <Lines config={config.value.config} />
    </Stack>
  );
}

interface PartProps {
  config: PublicConfig;
  draft: Tested;
  setDraft(change: Partial<Tested>): void;
}

function CallOut({ config, draft, setDraft }: PartProps) {
  const [failure, setFailure] = useState<ApiError['error']>();
  const telephones = config.ports.filter(({ kind, role }) => kind === 'fxs' && role === 'telephone');
  const ways = [
    ...config.ports
      .filter(({ kind, role }) => kind === 'fxo' && role === 'city-line')
      .map(({ number, name }) => ({
        value: `line:${number}`,
        label: t('wizard.test.line', { n: number, name: name || t('wizard.sockets.fxo') }),
      })),
    ...config.trunks.map(({ id, name }) => ({
      value: `trunk:${id}`,
      label: t('wizard.test.trunk', { name }),
    })),
  ];
  const from = draft.from || (telephones[0] ? `port:${telephones[0].number}` : '');
  const via = ways.some(({ value }) => value === draft.via) ? draft.via : (ways[0]?.value ?? '');
  const call = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    setFailure(undefined);
    try {
      const { id } = await api<TestCallAnswer>('/setup/test-call', { body: { from, to: draft.to, via } });
      setDraft({ from, via, out: id });
    } catch (error) {
      setFailure(failureOf(error));
    }
  };
  return (
    <Card title={t('wizard.test.out')}>
      <p>{t('wizard.test.outLead')}</p>
      {telephones.length === 0 && <p className="notice">{t('wizard.test.noPhone')}</p>}
      {ways.length === 0 && <p className="notice">{t('wizard.test.noWay')}</p>}
      <Stack component="form" onSubmit={(event) => void call(event)}>
        <Group grow align="flex-end" className="setup-row">
          <Select
            id="test-phone"
            label={t('wizard.test.phone')}
            data={telephones.map(({ number }) => ({
              value: `port:${number}`,
              label: socketName(config, number),
            }))}
            value={from}
            allowDeselect={false}
            onChange={(value) => value && setDraft({ from: value })}
          />
          <Select
            id="test-via"
            label={t('wizard.test.via')}
            data={ways}
            value={via}
            allowDeselect={false}
            onChange={(value) => value && setDraft({ via: value })}
          />
        </Group>
        <TextInput
          id="test-number"
          label={t('wizard.test.number')}
          type="tel"
          value={draft.to}
          maxLength={64}
          onChange={(e) => setDraft({ to: e.currentTarget.value })}
        />
        <Failure error={failure} />
        <div>
          <Button type="submit" disabled={from === '' || via === '' || draft.to.trim() === ''} data-test-call>
            {t('wizard.test.call')}
          </Button>
        </div>
      </Stack>
      {draft.out !== '' && <Followed id={draft.out} config={config} words={outWords} />}
    </Card>
  );
}

function CallIn({ config, draft, setDraft }: PartProps) {
  const coming = live.select((state) => state?.calls.find(({ direction }) => direction === 'incoming'));
  useEffect(() => {
    if (coming && coming.id !== draft.in) setDraft({ in: coming.id });
  }, [coming?.id]);
  return (
    <Card title={t('wizard.test.in')}>
      <p>{t('wizard.test.inLead')}</p>
      {draft.in === '' ? (
        <p role="status">
          <State tone="free">{t('wizard.test.waiting')}</State>
        </p>
      ) : (
        <Followed id={draft.in} config={config} words={inWords} />
      )}
    </Card>
  );
}

const outWords = (call: CallLive): string => {
  if (call.state === 'talking' || call.state === 'held') return t('wizard.test.state.talking');
  if (call.legs.some(({ kind, state }) => kind !== 'fxs' && state === 'alerting'))
    return t('wizard.test.state.ringing');
  return t(call.legs.length > 1 ? 'wizard.test.state.dialing' : 'wizard.test.state.trying');
};

const inWords = (call: CallLive): string => {
  const place = `${placeName(call.caller.place)}, ${callerName(call.caller)}`;
  return t(call.state === 'talking' ? 'wizard.test.in.talking' : 'wizard.test.in.ringing', { place });
};

interface FollowedProps {
  id: string;
  config: PublicConfig;
  words(call: CallLive): string;
}

/** A test call as it goes, and how it ended. */
function Followed({ id, config, words }: FollowedProps) {
  const call = live.select((state) => state?.calls.find((one) => one.id === id));
  const record = useBox<CallRecord>(`/calls/${encodeURIComponent(id)}`, 'records').value;
  const ended = !call && record?.state === 'ended' ? record : undefined;
  const answered = call?.answeredAt !== undefined || ended?.answeredAt !== undefined;
  const places = call ? call.legs.map(({ place }) => place) : (ended?.legs.map(({ place }) => place) ?? []);
  const line = config.ports.find(
    (port) => port.kind === 'fxo' && port.role === 'city-line' && places.includes(`line:${port.number}`),
  );
  return (
    <div role="status" data-followed={ended ? 'ended' : (call?.state ?? 'gone')}>
      {call && <State tone={call.state === 'talking' ? 'talk' : 'ring'}>{words(call)}</State>}
      {ended && (
        <State tone={answered ? 'talk' : 'broken'}>
          {answered ? t('wizard.test.ended') : t('wizard.test.failed', { why: causeWords(ended) })}
        </State>
      )}
      {ended && answered && line?.kind === 'fxo' && !line.proven && <Prove line={line.number} call={id} />}
    </div>
  );
}

/** Only a person can say that somebody was heard at the other end. */
function Prove({ line, call }: { line: number; call: string }) {
  const [failure, setFailure] = useState<ApiError['error']>();
  const prove = async (): Promise<void> => {
    setFailure(undefined);
    try {
      await api(`/setup/lines/${line}/proof`, { body: { callId: call, heard: true } });
    } catch (error) {
      setFailure(failureOf(error));
    }
  };
  return (
    <>
      <Failure error={failure} />
      <Button variant="default" data-prove={line} onClick={() => void prove()}>
        {t('wizard.test.prove')}
      </Button>
    </>
  );
}

/** Which city lines a call has proven: only over those do emergency calls go. */
function Lines({ config }: { config: PublicConfig }) {
  const lines = config.ports.flatMap((port) =>
    port.kind === 'fxo' && port.role === 'city-line' ? [port] : [],
  );
  if (lines.length === 0) return null;
  return (
    <Card title={t('wizard.test.lines')}>
      <ul className="contents-list">
        {lines.map(({ number, proven }) => (
          <li key={number} data-line={number}>
            <State tone={proven ? 'talk' : 'attention'}>
              {t(proven ? 'wizard.test.proven' : 'wizard.test.unproven', { n: number })}
            </State>
          </li>
        ))}
      </ul>
    </Card>
  );
}
