import t from 'tap';
import { MessageWaiting } from '../../src/service/message-waiting.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench, heard } from '../kit/services.ts';

t.test('a telephone with messages for its person has a broken dial tone, until they are heard', async (t) => {
  const b = new Bench(office, officePins);
  b.messages.set('anna', { fresh: 1, old: 0 });
  b.port(1).lift();
  await settle();
  t.equal(b.hears(1), heard.stutter);
  await b.port(1).key('12');
  b.clock.advance(3000);
  await settle();
  t.ok(b.port(2).ringing, 'numbers are dialed into it as into any dial tone');
  b.port(1).hangUp();
  await settle();
  b.port(2).lift();
  await settle();
  t.equal(b.hears(2), heard.dial, 'a telephone of nobody in particular knows no messages');
  b.messages.set('anna', { fresh: 0, old: 1 });
  b.port(1).lift();
  await settle();
  t.equal(b.hears(1), heard.dial);
});

t.test('only a change is told', (t) => {
  const messages = new MessageWaiting();
  const told: string[] = [];
  messages.on('changed', (person) => told.push(person));
  t.same(messages.counts('anna'), { fresh: 0, old: 0 });
  messages.set('anna', { fresh: 0, old: 0 });
  messages.set('anna', { fresh: 2, old: 1 });
  messages.set('anna', { fresh: 2, old: 1 });
  t.same(told, ['anna']);
  t.same(messages.counts('anna'), { fresh: 2, old: 1 });
  t.end();
});
