import { Button } from '@mantine/core';
import { useState } from 'react';
import type {
  ApiError,
  ConfigOutcome,
  ConfigView,
  FormModel,
  SettingProposal,
} from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { fieldsOf } from '../../form/value.ts';
import { say, t } from '../../i18n/index.ts';
import { useBox } from '../../query.ts';
import { Icon } from '../../ui/icons.tsx';
import { Failure } from '../../ui/parts.tsx';
import { saved } from '../../ui/saved-notice.tsx';

/** Settings that the box proposes, with reasons; each is applied by a click, and can be taken back like any change. */
export function Proposals({ list, onApplied }: { list: readonly SettingProposal[]; onApplied(): void }) {
  const form = useBox<FormModel>('/config/form');
  const [applied, setApplied] = useState<ReadonlySet<string>>(new Set());
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiError['error']>();
  const left = list.filter(({ path }) => !applied.has(path));

  const apply = async (chosen: readonly SettingProposal[]): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      const { revision } = await api<ConfigView>('/config');
      const edits = chosen.map(({ path, value }) => ({ op: 'put', path, value }));
      saved(await api<ConfigOutcome>('/config', { method: 'PATCH', body: { revision, edits } }));
      setApplied(new Set([...applied, ...chosen.map(({ path }) => path)]));
      onApplied();
    } catch (error) {
      setFailure(failureOf(error));
    }
    setBusy(false);
  };

  const section = form.value?.sections.find(({ key }) => key === 'ports');
  const titleOf = (path: string): string => {
    const [, , number, key = ''] = path.split('/');
    const field = section && fieldsOf(section, { kind: 'fxo' }).find((one) => one.key === key);
    return `${field ? say(field.title) : key}, ${t('proposal.socket', { n: number ?? '' })}`;
  };
  return (
    <section className="proposals">
      <h3>{t('proposal.title')}</h3>
      <Failure error={failure} />
      {left.length === 0 && <p>{t('proposal.none')}</p>}
      <ul className="history">
        {left.map((proposal) => {
          const title = titleOf(proposal.path);
          return (
            <li key={proposal.path} data-proposal={proposal.path}>
              <div>
                <p>
                  {t('proposal.change', {
                    title,
                    now: valueWords(proposal.now),
                    value: valueWords(proposal.value),
                  })}
                </p>
                <p className="dim">{say(proposal.why)}</p>
              </div>
              <Button
                variant="default"
                disabled={busy}
                aria-label={t('proposal.applyOf', { title })}
                onClick={() => void apply([proposal])}
              >
                <Icon name="ok" size={16} /> {t('proposal.apply')}
              </Button>
            </li>
          );
        })}
      </ul>
      {left.length > 1 && (
        <Button variant="default" disabled={busy} onClick={() => void apply(left)}>
          <Icon name="ok" size={16} /> {t('proposal.applyAll')}
        </Button>
      )}
    </section>
  );
}

function valueWords(value: SettingProposal['now']): string {
  if (value === undefined) return t('proposal.unset');
  if (typeof value === 'boolean') return t(value ? 'proposal.true' : 'proposal.false');
  return String(value);
}
