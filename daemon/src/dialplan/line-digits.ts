import type { FxoPortConfig } from '../config/schema.ts';
import type { Area } from './number-rules.ts';
import type { ClassifiedNumber } from './route-plan.ts';

/**
 * What to dial on a city line or an extension of the office PBX for a classified number: the local number
 * in the area's own format, else the national or international prefix; in front of it the outside prefix
 * with its pauses (`,` two seconds, `w` wait for dial tone). `undefined`: it cannot be dialed there, for
 * want of a number or because pulses have no `*` and `#`.
 */
export function lineDigits(
  number: Pick<ClassifiedNumber, 'class' | 'e164' | 'shortCode' | 'carrier'>,
  port: Pick<FxoPortConfig, 'outsidePrefix' | 'dialMethod'>,
  area: Area,
): string | undefined {
  const digits =
    number.shortCode ?? (number.e164 ? cityDigits(number.e164, number.carrier, area) : undefined);
  if (digits === undefined) return undefined;
  const all = port.outsidePrefix + digits;
  return port.dialMethod === 'pulse' && /[*#]/.test(all) ? undefined : all;
}

function cityDigits(e164: string, carrier: string | undefined, area: Area): string {
  const digits = e164.slice(1);
  const national = area.profile.national[0] ?? '';
  const international = area.profile.international[0] ?? '';
  if (carrier)
    return national + carrier + (carrier.startsWith(area.profile.carrierNational) ? digits.slice(1) : digits);
  if (!digits.startsWith('7')) return international + digits;
  const own = area.areaCodes[0];
  const home = digits.slice(1);
  // The other codes of an area (Moscow's 499 beside 495) are dialed in full since its plan was closed.
  if (own !== undefined && home.startsWith(own)) return home.slice(own.length);
  return national + home;
}
