import { Button } from '@mantine/core';
import { useState } from 'react';
import type {
  ApiError,
  CallRecord,
  LineAccountRecord,
  SettingProposal,
  VerdictResult,
} from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { hundredths, tenths } from '../../format/number.ts';
import { t, tn, word } from '../../i18n/index.ts';
import { Icon } from '../../ui/icons.tsx';
import { Card, Failure, State } from '../../ui/parts.tsx';
import { Proposals } from '../now/proposals.tsx';
import { placeName } from '../state-words.ts';

/** What a line's answer or release was recognised by, in words and figures: "Busy: 425 Hz, 0.35/0.36 s, 4 cycles, −17 dBm0". */
export function accountWords(account: LineAccountRecord): string {
  const parts: string[] = [];
  const { tone } = account;
  if (tone) {
    const whole = tone.cycles.filter(({ offMs }) => offMs > 0);
    const mean = (of: 'onMs' | 'offMs'): string =>
      hundredths(whole.reduce((sum, cycle) => sum + cycle[of], 0) / whole.length / 1000);
    const figures = { hz: Math.round(tone.frequencyHz), db: signed(tone.levelDbm0) };
    parts.push(
      whole.length
        ? t('account.tone', {
            ...figures,
            ...{ on: mean('onMs'), off: mean('offMs'), n: tn('account.cycles', tone.count) },
          })
        : t('account.toneSteady', figures),
    );
  }
  if (account.as === 'loop-break' && account.breakMs !== undefined)
    parts.push(t('account.break', { n: account.breakMs }));
  if (account.silenceMs !== undefined)
    parts.push(t('account.silenceFor', { n: Math.round(account.silenceMs / 1000) }));
  const named = word('account', account.as);
  return parts.length ? `${named}: ${parts.join(', ')}` : named;
}

const signed = (db: number): string => `${db < 0 ? '−' : ''}${Math.abs(Math.round(db))}`;

interface Told {
  leg: string;
  place: string;
  about: 'answer' | 'release';
  account: LineAccountRecord;
}

/** Why the box took it for an answer or a release; the admin may say that it was wrong. */
export function LineAccounts({ record: given }: { record: CallRecord }) {
  const [said, setSaid] = useState<CallRecord>();
  const [proposals, setProposals] = useState<readonly SettingProposal[]>([]);
  const [failure, setFailure] = useState<ApiError['error']>();
  const record = said ?? given;
  const told = record.legs.flatMap(({ id, place, lineAnswer, lineRelease }): Told[] => [
    ...(lineAnswer ? [{ leg: id, place, about: 'answer' as const, account: lineAnswer }] : []),
    ...(lineRelease ? [{ leg: id, place, about: 'release' as const, account: lineRelease }] : []),
  ]);
  if (told.length === 0) return null;
  const judge = async ({ leg, about }: Told, verdict: 'right' | 'wrong'): Promise<void> => {
    try {
      const result = await api<VerdictResult>(`/calls/${encodeURIComponent(record.id)}/verdict`, {
        body: { leg, about, verdict },
      });
      setSaid(result.record);
      setProposals(result.proposals);
      setFailure(undefined);
    } catch (error) {
      setFailure(failureOf(error));
    }
  };
  return (
    <Card title={t('account.title')}>
      <Failure error={failure} />
      <ul className="history">
        {told.map((one) => (
          <Account
            key={`${one.leg} ${one.about}`}
            told={one}
            over={record.state !== 'active'}
            onJudge={(verdict) => void judge(one, verdict)}
          />
        ))}
      </ul>
      {proposals.length > 0 && <Proposals list={proposals} onApplied={() => {}} />}
    </Card>
  );
}

function Account({
  told,
  over,
  onJudge,
}: {
  told: Told;
  over: boolean;
  onJudge(verdict: 'right' | 'wrong'): void;
}) {
  const { account, about, place } = told;
  const doubtful = account.doubts.length > 0;
  const more = [
    ...account.doubts.map((doubt) => word('doubt', doubt)),
    about === 'answer' &&
      account.sinceDialedMs !== undefined &&
      t('account.afterDialing', { n: tenths(account.sinceDialedMs / 1000) }),
    account.milliamps !== undefined && t('account.current', { n: Math.round(account.milliamps) }),
    account.polarityTurns > 0 && t('account.turns', { n: account.polarityTurns }),
    about === 'release' &&
      account.voiceBeforeMs !== undefined &&
      t('account.voiceBefore', { n: tenths(account.voiceBeforeMs / 1000) }),
  ].filter(Boolean);
  return (
    <li data-account={about}>
      <div>
        <p>
          <span className="dim">
            {t('account.place', { what: t(`account.${about}`), place: placeName(place) })}:
          </span>{' '}
          {accountWords(account)}{' '}
          <State tone={doubtful ? 'attention' : 'free'}>
            {t(doubtful ? 'account.doubtful' : 'account.certain')}
          </State>
        </p>
        <p className="dim">{more.join(' · ')}</p>
        {account.tone && account.tone.cycles.length > 1 && (
          <details>
            <summary>{t('account.cyclesTitle')}</summary>
            <p className="number">
              {account.tone.cycles
                .map(
                  (c) =>
                    `${hundredths(c.onMs / 1000)}/${hundredths(c.offMs / 1000)} ${tenths(c.frequencyHz)}`,
                )
                .join(' · ')}
            </p>
          </details>
        )}
        {account.verdict && (
          <p role="status">{t(account.verdict === 'right' ? 'account.saidRight' : 'account.saidWrong')}</p>
        )}
      </div>
      {over && !account.verdict && (
        <fieldset className="actions">
          <legend className="sr-only">{t('account.ask')}</legend>
          <Button variant="default" onClick={() => onJudge('right')}>
            <Icon name="ok" size={16} /> {t('account.right')}
          </Button>
          <Button variant="default" onClick={() => onJudge('wrong')}>
            <Icon name="close" size={16} /> {t('account.wrong')}
          </Button>
        </fieldset>
      )}
    </li>
  );
}
