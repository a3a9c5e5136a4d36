import * as z from 'zod';
import { field } from '../field.ts';

/** Whether somebody may listen to others' calls from a telephone. */
export const mayObserve = z
  .boolean()
  .default(false)
  .meta(
    field(
      'Может подключаться к разговорам',
      'May take part in calls of others',
      'Код набирают со своего телефона, а с чужого — со своим ПИН-кодом: слушать (1), подсказывать (2), говорить (3). Каждый раз остаётся в журнале.',
      'By the code, from their own telephone, or from another with their PIN: listen (1), whisper (2), join in (3). Each time stays in the log.',
      { scope: 'next-call' },
    ),
  );

/** Whether others may listen to somebody's calls. */
export const observable = z
  .boolean()
  .default(true)
  .meta(
    field(
      'К разговорам можно подключаться',
      'Others may take part in the calls',
      'Выключите для тех, чьи разговоры не слушает никто.',
      'Turn it off for those whose calls nobody listens to.',
      { scope: 'next-call', technical: true },
    ),
  );

/** For how many queues somebody may answer (S07). */
export const maxQueues = z
  .number()
  .int()
  .min(0)
  .max(50)
  .default(5)
  .meta(
    field(
      'Очередей не больше',
      'At most so many queues',
      'За сколько очередей этот сотрудник может отвечать: больше одному не удержать в голове.',
      'For how many queues this person may answer: nobody keeps more of them in mind.',
      { scope: 'next-call', technical: true },
    ),
  );
