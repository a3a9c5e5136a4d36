import type { FaxRecord } from '../../../../daemon/src/api/contract.ts';
import { t } from '../../i18n/index.ts';

/** How a fax went: by T.38 or as sound, how many pages, and with what end. */
export function faxWords({ by, pages, result, bitRate }: FaxRecord): string {
  const parts = [t(by === 't38' ? 'fax.t38' : 'fax.g711')];
  if (pages !== undefined) parts.push(t('fax.pages', { n: pages }));
  if (result !== undefined) parts.push(t(`fax.${result}`));
  if (bitRate !== undefined) parts.push(t('fax.rate', { n: bitRate }));
  return parts.join(', ');
}
