import type { LegQuality, SpeechQuality } from '../../../../daemon/src/api/contract.ts';
import { hundredths, tenths } from '../../format/number.ts';
import { t } from '../../i18n/index.ts';
import { Fact, State } from '../../ui/parts.tsx';
import { placeName } from '../state-words.ts';
import { gradeOf, gradeTone, whyOf } from './quality-words.ts';

/** How a leg sounds in both directions: in a word, why, what helps, and the figures for those who want them. */
export function LegQualityView({ of, quality }: { of?: string; quality: LegQuality }) {
  const { from, to } = quality;
  return (
    <div className="leg-quality">
      {of && <h3>{placeName(of)}</h3>}
      <dl className="facts">
        {from && (
          <Fact name={t('quality.from')}>
            <Direction quality={from} />
          </Fact>
        )}
        {to && (
          <Fact name={t('quality.to')}>
            <Direction quality={to} />
          </Fact>
        )}
      </dl>
      <details className="technical">
        <summary>{t('technical')}</summary>
        {from && <p>{figures(t('quality.from'), from)}</p>}
        {to && <p>{figures(t('quality.to'), to)}</p>}
        <p className="dim">{t('quality.model')}</p>
      </details>
    </div>
  );
}

function Direction({ quality }: { quality: SpeechQuality }) {
  const grade = gradeOf(quality);
  const why = whyOf(quality);
  return (
    <>
      <State tone={gradeTone[grade]}>{t(`quality.${grade}`)}</State>
      {why && (
        <span className="dim">
          {' '}
          {why.why} {why.cure}
        </span>
      )}
    </>
  );
}

const figures = (name: string, { mos, r, lossPercent, jitterMs, delayMs }: SpeechQuality): string =>
  [
    `${name}: ${t('quality.mos', { mos: hundredths(mos), r: Math.round(r) })}`,
    t('quality.lost', { n: tenths(lossPercent) }),
    t('quality.jitter', { n: Math.round(jitterMs) }),
    delayMs !== undefined && t('quality.oneWay', { n: delayMs }),
  ]
    .filter(Boolean)
    .join(' · ');
