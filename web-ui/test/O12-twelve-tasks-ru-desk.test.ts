import t from 'tap';
import { doTwelveTasks } from './twelve-tasks.ts';

t.test('the twelve commonest tasks', (t) =>
  doTwelveTasks(t, { language: 'ru', width: 1280, colorScheme: 'light' }),
);
