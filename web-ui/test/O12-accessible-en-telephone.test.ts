import t from 'tap';
import { visitEveryPlace } from './every-place.ts';

t.test('every place is fit for use in English, on a telephone, in the dark', (t) =>
  visitEveryPlace(t, { language: 'en', colorScheme: 'dark', width: 360, height: 760 }),
);
