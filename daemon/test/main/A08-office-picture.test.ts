import t from 'tap';
import { OfficePicture } from '../../src/main/office-picture.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench } from '../kit/services.ts';

/** Anna, 21, has port 1 and a SIP device. */
const document = {
  ...office,
  devices: [
    { id: 'anna-desk', name: 'Desk', user: 'anna', password: 'kept-by-anna', classOfService: 'staff' },
  ],
  people: [{ ...office.people[0], devices: ['anna-desk'] }],
};

function picture(): { b: Bench; seen: OfficePicture; told: string[] } {
  const b = new Bench(document, officePins);
  const seen = new OfficePicture({ config: () => b.config, calls: b.context.calls, messages: b.messages });
  const told: string[] = [];
  seen.on('extensionChanged', (extension) => told.push(extension));
  seen.on('messagesChanged', (device) => told.push(device));
  return { b, seen, told };
}

t.test('the lamp of an extension: calls out, rings, talks, is free (RFC 4235)', async (t) => {
  const { b, seen, told } = picture();
  const lamp = (extension: string): string =>
    (seen.extensionCalls(extension) ?? []).map(({ state, direction }) => `${state} ${direction}`).join();
  t.same(seen.extensionCalls('12'), []);
  b.port(1).lift();
  await b.port(1).key('12');
  b.clock.advance(3000);
  await settle();
  t.equal(lamp('21'), 'early initiator');
  t.equal(lamp('12'), 'early recipient');
  t.ok(told.includes('21') && told.includes('12'));
  b.port(2).lift();
  await settle();
  t.equal(lamp('21'), 'confirmed initiator');
  t.equal(lamp('12'), 'confirmed recipient');
  told.length = 0;
  b.port(1).hangUp();
  await settle();
  t.equal(lamp('21'), '');
  t.equal(lamp('12'), '');
  t.ok(told.includes('12'), 'the end is told too');
});

t.test('whoever stops ringing since a colleague answered shows nothing any more', async (t) => {
  const { b, seen } = picture();
  b.port(2).lift();
  await b.port(2).key('21');
  b.clock.advance(3000);
  await settle();
  t.match(seen.extensionCalls('21'), [{ state: 'early', direction: 'recipient' }]);
  b.port(2).hangUp();
  await settle();
  t.same(seen.extensionCalls('21'), []);
});

t.test('unknown extensions, and devices of nobody, have no state', (t) => {
  const { b, seen, told } = picture();
  t.equal(seen.extensionCalls('99'), undefined);
  t.equal(seen.messages('nobody'), undefined);
  t.same(seen.messages('anna-desk'), { fresh: 0, old: 0 });
  b.messages.set('anna', { fresh: 1, old: 2 });
  t.same(told, ['anna-desk']);
  t.same(seen.messages('anna-desk'), { fresh: 1, old: 2 });
  t.end();
});
