import t from 'tap';
import { cityLine } from './fxo-bench.ts';
import { settle } from './port-bench.ts';

const fsk = (number: string) => ({ number, way: 'fsk-v23', raw: '80 00' }) as const;

t.test('rings, caller ID comes between the rings, and the line is not answered by itself', async (t) => {
  const { card, media, clock, take } = await cityLine();
  card.indicate(2, { type: 'ring', on: true });
  t.strictSame(take(), ['ringing']);
  t.strictSame(media.detection, { callerId: true });
  card.indicate(2, { type: 'ring', on: false });
  clock.advance(1500);
  media.emit('callerId', 'line:2', fsk('4951234567'));
  media.emit('callerId', 'line:2', fsk('4951234567'));
  t.strictSame(take(), ['caller 4951234567'], 'told once');
  for (let i = 0; i < 10; i++) {
    card.indicate(2, { type: 'ring', on: true });
    clock.advance(1000);
    card.indicate(2, { type: 'ring', on: false });
    clock.advance(4000);
  }
  t.strictSame(take(), []);
  t.notOk(card.take().includes('seize'), 'the caller is not charged before somebody answers');
});

t.test('no caller ID in its time', async (t) => {
  const { card, clock, take } = await cityLine();
  card.indicate(2, { type: 'ring', on: true });
  clock.advance(2999);
  t.strictSame(take(), ['ringing']);
  clock.advance(1);
  t.strictSame(take(), ['caller unknown']);
});

t.test('not waiting for caller ID', async (t) => {
  const { card, take } = await cityLine({ callerId: { mode: 'between-rings', early: false, waitMs: 0 } });
  card.indicate(2, { type: 'ring', on: true });
  t.strictSame(take(), ['ringing', 'caller unknown']);
});

t.test('caller ID before the first ring, where it is listened for', async (t) => {
  const { card, media, clock, take } = await cityLine({
    callerId: { mode: 'auto', early: true, waitMs: 3000 },
  });
  t.strictSame(media.detection, { callerId: true }, 'on-hook already');
  media.emit('callerId', 'line:2', fsk('111'));
  clock.advance(6000);
  media.emit('callerId', 'line:2', fsk('222'));
  clock.advance(300);
  card.indicate(2, { type: 'ring', on: true });
  t.strictSame(take(), ['ringing', 'caller 222']);
});

t.test('answered: the loop closes, digits of the caller are heard, our own are not', async (t) => {
  const { card, media, clock, port, take } = await cityLine();
  card.indicate(2, { type: 'ring', on: true });
  card.take();
  await port.answer();
  t.strictSame(card.take(), ['seize']);
  t.strictSame(take(), ['ringing', 'caller unknown'], 'who waits for the caller ID is told');
  media.emit('digit', 'line:2', '1', 60, 'dtmf');
  t.strictSame(take(), ['digit 1']);

  const sent = port.sendDigits('42');
  const next = port.sendDigits('7');
  await settle();
  t.match(media.played, [{ type: 'dtmf', digits: '42' }]);
  media.emit('digit', 'line:2', '4', 60, 'dtmf');
  await media.finish();
  await sent;
  t.match(media.played[1], { digits: '7' }, 'one string after the other');
  await media.finish();
  await next;
  media.emit('digit', 'line:2', '7', 60, 'dtmf');
  t.strictSame(take(), [], 'echo of our own');
  clock.advance(200);
  media.emit('digit', 'line:2', '5', 60, 'dtmf');
  t.strictSame(take(), ['digit 5']);
  port.flash();
  t.match(card.commands.at(-1), { type: 'flash', ms: 100 });
});

t.test('the caller gives up', async (t) => {
  const { card, clock, port, take } = await cityLine();
  card.indicate(2, { type: 'ring', on: true });
  card.indicate(2, { type: 'ring', on: false });
  clock.advance(7000);
  t.strictSame(take(), ['ringing', 'caller unknown', 'ringingStopped']);
  await t.rejects(port.answer(), { code: 'port/not-ringing' });
  t.equal(port.idle, true);
  t.equal(clock.pending, 0);
});

t.test('somebody takes the call on a parallel telephone', async (t) => {
  const { card, port, take } = await cityLine();
  card.indicate(2, { type: 'ring', on: true });
  card.indicate(2, { type: 'line-state', state: 'in-use', volts: 9 });
  t.strictSame(take(), ['ringing', 'ringingStopped']);
  t.equal(port.available, true);
  t.equal(port.idle, false);
});

t.test('the link is lost while it rings, and while it is answered', async (t) => {
  const ringing = await cityLine();
  ringing.card.indicate(2, { type: 'ring', on: true });
  ringing.card.emit('down', 'gone');
  t.strictSame(ringing.take(), ['ringing', 'ringingStopped', 'unavailable: link-lost']);
  t.equal(ringing.clock.pending, 0);

  const answering = await cityLine();
  answering.card.indicate(2, { type: 'ring', on: true });
  answering.card.intercept = ({ type }) => (type === 'seize' ? new Promise(() => undefined) : undefined);
  const answered = t.rejects(answering.port.answer(), { code: 'port/no-line' });
  answering.card.emit('down', 'gone');
  await answered;
});

t.test('the card was reset: set up again, ready again', async (t) => {
  const { card, port, take } = await cityLine();
  card.emit('down', 'the card was reset');
  card.come();
  await settle();
  t.strictSame(
    take(),
    ['unavailable: link-lost', 'unavailable: configuring', 'unavailable: line-unknown'],
    'nothing is known of the line yet',
  );
  t.equal(port.trouble, 'line-unknown');
  card.indicate(2, { type: 'line-state', state: 'idle', volts: 60 });
  t.strictSame(take(), ['available: ready']);
  t.ok(card.take().includes('configure'));
});

t.test('a port of the settings that the card has as another kind stays away', async (t) => {
  const { ports, card, options } = await cityLine();
  ports.update([options, { ...options, number: 1 }, { ...options, number: 9 }]);
  t.strictSame(ports.missing(card.inventory!), [1, 9]);
  t.equal(ports.fxo.get(1)?.available, false);
});

t.test('a port added while the card is up learns the line’s state; one removed lets go', async (t) => {
  const { ports, port, card, options, clock, incomingAnswered } = await cityLine();
  await incomingAnswered();
  const released: string[] = [];
  port.on('released', (cause) => released.push(cause));
  ports.update([]);
  t.ok(card.take().includes('release'), 'its loop is opened');
  t.strictSame(released, ['link-lost']);
  t.equal(ports.fxo.size, 0);
  ports.update([options]);
  await settle();
  t.equal(ports.fxo.get(2)?.idle, true);
  t.equal(clock.pending, 0);
});
