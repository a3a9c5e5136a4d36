import eu from '../../../hw/profile/eu.json' with { type: 'json' };
import ru from '../../../hw/profile/ru.json' with { type: 'json' };
import us from '../../../hw/profile/us.json' with { type: 'json' };
import type { ToneSet } from '../call/tones.ts';
import type { ToneSpec } from '../media/api.ts';
import { type CountryProfile, parseProfile, type ToneName } from '../media/dsp/profile.ts';

const documents = { ru, eu, us };

/** The profile of a country, checked. */
export function countryProfile(country: keyof typeof documents): CountryProfile {
  return parseProfile(documents[country]);
}

/** The tones that call control plays, from a country's profile. */
export function toneSet(profile: CountryProfile): ToneSet {
  const tone = (name: ToneName): readonly ToneSpec[] => {
    const found = profile.tones[name];
    return (Array.isArray(found) ? found : [found]) as readonly ToneSpec[];
  };
  return {
    dial: tone('dial'),
    ringback: tone('ringback'),
    busy: tone('busy'),
    congestion: tone('congestion'),
    sit: tone('sit'),
    stutter: tone('stutter'),
    callWaiting: tone('callWaiting'),
    confirmation: tone('confirmation'),
  };
}
