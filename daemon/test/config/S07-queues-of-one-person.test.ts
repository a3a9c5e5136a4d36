import t from 'tap';
import { validateConfig } from '../../src/config/validate.ts';
import { members, queueOffice } from '../kit/queues.ts';

const issuesOf = (document: unknown): string[] => {
  const found = validateConfig(document);
  return found.ok ? [] : found.issues.map(({ path, said }) => `${path}: ${said.en}`);
};

const queue = (n: number, more: object = {}): object => ({
  ...{ id: n === 1 ? 'second' : `firm-${n}`, name: `Firm ${n}`, members: members('anna') },
  ...more,
});

t.test('nobody answers for more queues than one person can, and how many that is can be set (S07)', (t) => {
  const four = [1, 2, 3, 4].map((n) => queue(n));
  const sales = { members: members('anna') };
  t.same(issuesOf(queueOffice(sales, ...four)), [], 'five');
  t.same(issuesOf(queueOffice(sales, ...four, queue(5))), [
    '/queues/5/members/0/person: Anna: more than 5 queues for one person.',
  ]);
  t.same(issuesOf(queueOffice(sales, ...four, queue(5, { enabled: false }))), [], 'one that is off is none');
  const many = queueOffice(sales, ...four, queue(5));
  const [anna, ...others] = many.people as object[];
  t.same(issuesOf({ ...many, people: [{ ...anna, maxQueues: 6 }, ...others] }), []);
  t.end();
});

t.test('what a queue refers to is there', (t) => {
  const wrong = queueOffice(
    {
      members: members('anna', 'anna', 'nobody'),
      ...{ afterWait: 'queue:sales', whenFull: 'group:none', nobodyTo: '99' },
      greeting: 'prompt:none',
      callback: { classOfService: 'none', costCentre: 'none', offer: 'prompt:none' },
    },
    { id: 'sales', name: 'Sales again' },
    { id: 'second', name: 'Second' },
  );
  t.same(
    issuesOf(wrong).map((issue) => issue.split(': ')[0]),
    [
      '/queues/0/greeting',
      '/queues/0/callback/offer',
      '/queues/0/members/1/person',
      '/queues/0/members/2/person',
      '/queues/0/afterWait',
      '/queues/0/whenFull',
      '/queues/0/nobodyTo',
      '/queues/0/callback/classOfService',
      '/queues/0/callback/costCentre',
      '/queues/1/id',
    ],
  );
  const clash = issuesOf(queueOffice({ members: members('anna'), extension: '21' }));
  t.match(clash, [/queues\/0\/extension/], 'an extension is one of all');
  t.end();
});
