import t from 'tap';
import { doTwelveTasks } from './twelve-tasks.ts';

t.test('the twelve commonest tasks', (t) =>
  doTwelveTasks(t, { language: 'en', width: 390, colorScheme: 'light' }),
);
