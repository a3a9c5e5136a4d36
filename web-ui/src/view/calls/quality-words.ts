import type { LegQuality, SpeechQuality } from '../../../../daemon/src/api/contract.ts';
import { tenths } from '../../format/number.ts';
import { t } from '../../i18n/index.ts';
import type { Tone } from '../../ui/icons.tsx';

export type Grade = 'good' | 'fair' | 'poor';

export const gradeTone: Record<Grade, Tone> = { good: 'talk', fair: 'attention', poor: 'broken' };

/** How speech sounds by its rating (ITU-T G.109): from 80 users are satisfied, under 70 many are not. */
export function gradeOf({ r }: SpeechQuality): Grade {
  return r >= 80 ? 'good' : r >= 70 ? 'fair' : 'poor';
}

/** The worse of both directions; undefined: nothing is known of either. */
export function worstOf(legs: readonly LegQuality[]): Grade | undefined {
  const grades = legs.flatMap(({ from, to }) => [from, to]).flatMap((one) => (one ? [gradeOf(one)] : []));
  return (['poor', 'fair', 'good'] as const).find((grade) => grades.includes(grade));
}

/** Loss that costs more than a delay of 250 ms does, percent; and the delay from which talkers disturb each other, ms. */
const muchLoss = 1.5;
const longDelay = 200;

/** What spoils it, and what helps; nothing for what is good. */
export function whyOf(quality: SpeechQuality): { why: string; cure: string } | undefined {
  if (gradeOf(quality) === 'good') return undefined;
  const { lossPercent, delayMs = 0 } = quality;
  if (lossPercent >= muchLoss || delayMs < longDelay)
    return { why: t('quality.loss', { n: tenths(lossPercent) }), cure: t('quality.lossCure') };
  return { why: t('quality.delay', { n: delayMs }), cure: t('quality.delayCure') };
}
