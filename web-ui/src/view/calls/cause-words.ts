import type { CallRecord } from '../../../../daemon/src/api/contract.ts';
import { hasWord, t, word } from '../../i18n/index.ts';

/** The cause of a release (ITU-T Q.850) as a person would say it. */
export function causeOf(q850: number | undefined): string {
  if (q850 === undefined) return '';
  return hasWord('cause', String(q850)) ? word('cause', String(q850)) : t('cause.other', { n: q850 });
}

/** Why a call did not come about, or how it ended, in words. */
export function causeWords(record: CallRecord): string {
  if (record.answeredAt === undefined && record.q850 === 16) {
    return t(record.releasedBy === 'caller' ? 'cause.gaveUp' : 'cause.16');
  }
  return causeOf(record.q850);
}
