import { readFileSync } from 'node:fs';
import t from 'tap';
import { dialToneFrequencies, parseProfile, TONE_NAMES } from '../../../src/media/dsp/profile.ts';
import { ToneGenerator } from '../../../src/media/dsp/tone-generator.ts';
import { profileDocument, profileOf } from './profiles.ts';

const COUNTRIES = ['ru', 'eu', 'us'];

t.test('the shipped profiles are sound, and every tone of them sounds', async (t) => {
  for (const country of COUNTRIES) {
    const profile = profileOf(country);
    t.equal(profile.country, country);
    for (const name of TONE_NAMES) {
      const generator = new ToneGenerator();
      generator.start(profile.tones[name]);
      const out = new Int16Array(800);
      t.ok(generator.process(out) > 0 && out.some((v) => v !== 0), `${country} ${name}`);
    }
  }
  t.same(dialToneFrequencies(profileOf('ru')), [425]);
  t.same(dialToneFrequencies(profileOf('us')), [350, 440]);
});

t.test('the schema knows every field of the profiles, and no other', async (t) => {
  const schema = JSON.parse(
    readFileSync(new URL('../../../../hw/profile/schema.json', import.meta.url), 'utf8'),
  ) as Schema;
  for (const country of COUNTRIES) t.same(unknownFields(schema, schema, profileDocument(country), ''), []);
  const extra = { ...profileDocument('ru'), colour: 'red' };
  t.same(unknownFields(schema, schema, extra, ''), ['/colour']);
  const missing = profileDocument('ru');
  delete missing.hook;
  t.same(unknownFields(schema, schema, missing, ''), ['/hook missing']);
});

t.test('a wrong profile is refused with the place and the reason', async (t) => {
  const cases: [string, (p: Draft) => void, RegExp][] = [
    ['no country', (p) => delete p.country, /country is missing/],
    [
      'pulse and flash overlap',
      (p) => (p.hook.pulseDialing.flashMs = [100, 900]),
      /hook\.pulseDialing\.flashMs begins at 100/,
    ],
    ['a missing tone', (p) => delete p.tones.busy, /tones\.busy is missing/],
    ['a tone too loud', (p) => (p.tones.busy.levelDbm0 = 20), /tones\.busy\.levelDbm0 must be a number/],
    ['a tone that cannot be played', (p) => (p.tones.busy.cadence = [0, 0]), /tones\.busy .*length/],
    [
      'a range the wrong way',
      (p) => (p.line.onHookVolts = [72, 20]),
      /line\.onHookVolts must be \[least, largest\]/,
    ],
    [
      'text for a number',
      (p) => (p.ring.frequencyHz = '25'),
      /ring\.frequencyHz must be a number within 15\.\.70/,
    ],
    ['half a cadence', (p) => (p.ring.cadence = [1000]), /ring\.cadence must be on, off/],
    [
      'too wide a range',
      (p) => (p.detect.sets[0].rangeHz = [300, 480]),
      /detect\.sets\[0\]\.rangeHz reaches/,
    ],
    ['an unknown scheme', (p) => (p.callerId.send = 'morse'), /callerId\.send must be one of/],
    ['nothing to detect', (p) => (p.detect.sets = []), /detect\.sets must not be empty/],
    ['a list for an object', (p) => (p.dial = []), /dial must be an object/],
  ];
  for (const [name, spoil, message] of cases) {
    const document = profileDocument('ru');
    spoil(document as Draft);
    t.throws(() => parseProfile(document), { code: 'media/profile', message }, name);
  }
  t.throws(() => parseProfile('ru'), { code: 'media/profile' });
});

// biome-ignore lint/suspicious/noExplicitAny: spoiling a document is what its type is there to prevent.
type Draft = any;

interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  oneOf?: Schema[];
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
}

/** What `value` has that the schema does not name, and what it lacks: the part of JSON Schema used here. */
function unknownFields(root: Schema, schema: Schema, value: unknown, path: string): string[] {
  if (schema.$ref) return unknownFields(root, root.$defs![schema.$ref.replace('#/$defs/', '')]!, value, path);
  if (schema.oneOf) {
    const wanted = Array.isArray(value) ? 'array' : 'object';
    const chosen = schema.oneOf.find((s) => s.type === wanted || (wanted === 'object' && s.$ref));
    return unknownFields(root, chosen!, value, path);
  }
  if (Array.isArray(value))
    return value.flatMap((v, i) => unknownFields(root, schema.items!, v, `${path}/${i}`));
  if (typeof value !== 'object' || value === null || !schema.properties) return [];
  const missing = (schema.required ?? []).filter((k) => !(k in value)).map((k) => `${path}/${k} missing`);
  const fields = Object.entries(value).flatMap(([k, v]) => {
    const known = schema.properties![k];
    return known ? unknownFields(root, known, v, `${path}/${k}`) : [`${path}/${k}`];
  });
  return [...missing, ...fields];
}
