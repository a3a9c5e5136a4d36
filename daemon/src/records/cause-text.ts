import type { Said } from '../dialplan/route-plan.ts';
import texts from './data/causes.json' with { type: 'json' };

const q850Texts = texts.q850 as Record<string, Said>;
const sipTexts = texts.sip as Record<string, Said>;

/**
 * Why a call ended, in words for people. The SIP status, where there is one, tells more about a call that was
 * never answered; the Q.850 cause (ITU-T Q.850 table 1) about the rest.
 */
export function explainCause(q850: number | undefined, sip?: number): Said {
  if (sip !== undefined && sip >= 300) {
    const known = sipTexts[String(sip)];
    if (known) return known;
  }
  const cause = q850 === undefined ? undefined : q850Texts[String(q850)];
  if (cause) return cause;
  if (sip !== undefined && sip >= 300) {
    const group = sipTexts[`${Math.floor(sip / 100)}xx`];
    if (group) return { ru: `${group.ru} (${sip})`, en: `${group.en} (${sip})` };
  }
  if (q850 !== undefined) return { ru: `Причина ${q850} по Q.850`, en: `Q.850 cause ${q850}` };
  return { ru: 'Причина неизвестна', en: 'Cause not known' };
}
