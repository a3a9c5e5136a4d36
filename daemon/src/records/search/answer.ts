import { figuresOf } from '../figures/figures.ts';
import { countFound, findIds } from './find.ts';
import type { SearchAnswer, SearchQuestion } from './messages.ts';
import type { SearchStore } from './store.ts';

/** Changes that an answer waits for; where more wait, it is given of what is known, and says so. */
const readFirst = 5000;
/** Further than this is not looked for how many there are. */
const mostBehind = 10_000_000;

/** Brings the index up to date and answers from it. */
export function answerOf(store: SearchStore, question: SearchQuestion): SearchAnswer {
  const reading = store.follow(readFirst) < readFirst ? 0 : store.behind(mostBehind);
  if (question.ask === 'figures') return { figures: figuresOf(store.db, question.query), reading };
  const { filter, limit, before, count } = question;
  const ids = findIds(store.db, filter, limit, before);
  const records = store.records();
  try {
    const doc = records.prepare('SELECT doc FROM call WHERE id = ?');
    const docs = ids.flatMap((id) => (doc.get(id) as { doc: string } | undefined)?.doc ?? []);
    return { docs, reading, ...(count ? { count: countFound(store.db, filter) } : {}) };
  } finally {
    records.close();
  }
}
