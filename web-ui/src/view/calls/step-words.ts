import type { CallRecord, LegRecord } from '../../../../daemon/src/api/contract.ts';
import { tenths } from '../../format/number.ts';
import { phone } from '../../format/phone.ts';
import { hasWord, t, word } from '../../i18n/index.ts';
import type { Tone } from '../../ui/icons.tsx';
import { callerName, placeName } from '../state-words.ts';
import { causeOf, causeWords } from './cause-words.ts';
import type { PathStep } from './path.ts';

/** A step of a call's path in words: its mark, what happened, and more about it. */
export function stepWords(step: PathStep, record: CallRecord): [Tone, string, string] {
  switch (step.kind) {
    case 'began': {
      const via = placeName(step.leg?.place);
      const who = callerName({
        ...{ number: record.callerNumber, name: record.callerName, absence: record.callerAbsence },
        place: step.leg?.place,
      });
      return ['active', t('path.began', { who }), via && via !== who ? t('path.from', { place: via }) : ''];
    }
    case 'tried': {
      const { leg } = step;
      const to = leg.number ? `${placeName(leg.place)}, ${phone(leg.number)}` : placeName(leg.place);
      const took = step.tookMs === undefined ? '' : t('path.took', { s: tenths(step.tookMs / 1000) });
      if (step.result === 'answered')
        return ['talk', t('path.answered', { to }), [took, sourceWords(leg)].filter(Boolean).join(' · ')];
      if (step.result === 'trying') return ['ring', t('path.trying', { to }), ''];
      const why = [t(step.result === 'rang' ? 'path.rang' : 'path.notRang'), causeOf(leg.q850), took];
      if (step.movedOn) why.push(t('path.movedOn'));
      return [
        step.result === 'rang' ? 'attention' : 'broken',
        t('path.tried', { to }),
        why.filter(Boolean).join(' · '),
      ];
    }
    case 'event': {
      const known = hasWord('event', step.what);
      return [
        'free',
        known ? word('event', step.what) : step.what,
        known && !step.detail ? '' : detailWords(step.detail),
      ];
    }
    case 'ended': {
      const by = record.releasedBy ? word('releasedBy', record.releasedBy) : '';
      return [
        record.answeredAt ? 'free' : 'off',
        t('path.ended'),
        [by, causeWords(record)].filter(Boolean).join(' · '),
      ];
    }
  }
}

/** Details of events are codes of places where they are anything people know. */
function detailWords(detail: string | undefined): string {
  if (detail === undefined) return '';
  return detail.replace(/\b((?:port|line):\d+|(?:trunk|device):[a-z0-9-]+)/g, (place) => placeName(place));
}

function sourceWords(leg: LegRecord): string {
  return leg.answerSource && hasWord('answer', leg.answerSource) ? word('answer', leg.answerSource) : '';
}
