import t from 'tap';
import { visitEveryPlace } from './every-place.ts';

t.test('every place is fit for use in Russian, on a desk, by day', (t) =>
  visitEveryPlace(t, { language: 'ru', colorScheme: 'light', width: 1280, height: 900 }),
);
