import t from 'tap';
import { visitEveryPlace } from './every-place.ts';

t.test('every place is fit for use in Russian, on a telephone', (t) =>
  visitEveryPlace(t, { language: 'ru', colorScheme: 'light', width: 360, height: 760 }),
);
