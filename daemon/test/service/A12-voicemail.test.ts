import t from 'tap';
import { CallRecordings } from '../../src/service/call-recordings.ts';
import { VoicemailLamps } from '../../src/service/voicemail/lamps.ts';
import { settle } from '../kit/fake-ports.ts';
import { office } from '../kit/office.ts';
import { heard, roomPin } from '../kit/services.ts';
import { VoicemailBench } from '../kit/voicemail.ts';

const number = '+74951110099';

/** The office, where Anna has a mailbox that a number outside leads to. */
const withMailbox = (settings: object = {}, more: object = {}): object => ({
  ...office,
  people: [{ ...office.people[0], voicemail: { enabled: true, pin: roomPin('258025'), ...settings } }],
  destinations: [
    ...office.destinations,
    {
      id: 'mailbox',
      name: 'Mailbox',
      classOfService: 'staff',
      steps: [
        { targets: ['voicemail:anna'], seconds: 20 },
        { targets: ['port:2'], seconds: 20 },
      ],
    },
  ],
  incomingNumbers: [...office.incomingNumbers, { id: 'vm', number, trunk: 'alpha', destination: 'mailbox' }],
  ...more,
});

const bench = (settings: object = {}, more: object = {}): VoicemailBench =>
  new VoicemailBench(withMailbox(settings, more));

t.test('a caller hears the greeting and the tone, speaks, keys # and keeps the message', async (t) => {
  const b = bench();
  const left: unknown[] = [];
  b.services.voicemail?.on('left', (box, message) => left.push([box.id, message.id]));
  const leg = await b.outside(number);
  t.equal(leg.state, 'answered');
  t.same(b.heardSince(), ['voicemail-greeting', 'beep']);
  const id = b.taking!;
  t.match(b.media.recorded.get(id)?.order, {
    alone: true,
    silenceMs: 6000,
    longestMs: 180_000,
    file: `/anna/${id}`,
  });
  await b.keys(leg, '5');
  t.equal(b.taking, id, 'other keys do not end it');
  b.media.recorded.get(id);
  leg.emit('digit', '#');
  b.media.recordingOver(id, { durationMs: 5000, sounded: true });
  await settle();
  t.same(b.heardSince(), ['voicemail-review']);
  await b.keys(leg, '1');
  t.same(b.heardSince(), [`sound ${id}`, 'voicemail-review']);
  await b.keys(leg, '3');
  t.same(b.heardSince(), ['voicemail-kept']);
  t.match(b.shelf.list('anna'), [{ id, ms: 5000, number: '+79031112233', callId: b.record.id }]);
  t.same(left, [['anna', id]]);
  t.match(b.record, { state: 'ended', servedBy: 'voicemail:anna', answeredAt: undefined });
  t.ok(b.record.events.some(({ what }) => what === 'voicemail-left'));
});

t.test('it can be recorded again, and only the last is kept; a hang-up keeps it, too', async (t) => {
  const b = bench();
  const leg = await b.outside(number);
  const first = b.taking!;
  await b.ends({ by: 'length' });
  await b.keys(leg, '2');
  const second = b.taking!;
  t.not(second, first);
  leg.farReleases(16);
  b.media.recordingOver(second, { durationMs: 9000, sounded: true });
  await settle();
  t.match(b.shelf.list('anna'), [{ id: second, ms: 9000 }]);
  t.equal(b.shelf.list('anna').length, 1);
  t.equal(b.shelf.open.size, 0, 'nothing is left of the first');
});

t.test('who says nothing has left no message; too little is told, and asked for again', async (t) => {
  const b = bench();
  await b.outside(number);
  await b.ends({ durationMs: 6000, sounded: false, by: 'silence' });
  t.equal(b.shelf.list('anna').length, 0, 'six seconds of nothing');
  t.equal(b.context.calls.size, 0, 'and the line is free again');
  const leg = await b.outside(number);
  b.heardSince();
  const id = b.taking!;
  leg.emit('digit', '#');
  b.media.recordingOver(id, { durationMs: 1000, sounded: true });
  await settle();
  t.same(b.heardSince(), ['voicemail-short', 'beep']);
  leg.farReleases(16);
  await settle();
  t.equal(b.shelf.list('anna').length, 0);
  t.equal(b.shelf.open.size, 0);
});

t.test(
  'a full mailbox and a full disk are told, and the call goes on; the second raises an alarm',
  async (t) => {
    const b = bench();
    b.shelf.space = 'box-full';
    const leg = await b.outside(number);
    t.same(b.heardSince(), ['voicemail-full']);
    t.ok(b.port(2).ringing, 'the next step has its turn');
    t.notOk(b.alarms.has('voicemail-disk'));
    leg.farReleases(16);
    b.shelf.space = 'disk-full';
    (await b.outside(number)).farReleases(16);
    t.ok(b.alarms.has('voicemail-disk'));
    b.shelf.space = 'free';
    await b.outside(number);
    b.heardSince();
    await b.ends({ durationMs: 7000, failed: 'disk-full' });
    t.equal(b.shelf.list('anna').length, 1, 'what there was room for is kept');
    t.ok(b.alarms.has('voicemail-disk'));
    await b.outside(number);
    await b.ends();
    t.notOk(b.alarms.has('voicemail-disk'), 'over with the next that is whole');
  },
);

t.test('a message that cannot be written is told to its caller', async (t) => {
  const b = bench();
  b.shelf.writes = false;
  await b.outside(number);
  b.heardSince();
  await b.ends();
  b.clock.advance(20_000);
  await settle();
  t.same(b.heardSince(), ['voicemail-review', 'voicemail-lost']);
  t.ok(b.alarms.has('voicemail-disk'));
});

t.test('the greeting: a text, a recording of the owner, and # goes past it', async (t) => {
  const b = bench({ greeting: 'Анна в отпуске.' });
  const leg = await b.outside(number);
  t.same(b.heardSince(), ['Анна в отпуске.', 'beep']);
  leg.farReleases(16);
  b.shelf.greetings.set('anna', 'own');
  await b.outside(number);
  t.same(b.heardSince(), ['greeting own', 'beep']);
});

t.test(
  'the owner hears messages from the own telephone by a code, without a PIN, and the lamp goes out',
  async (t) => {
    const b = bench(
      {},
      { ports: office.ports.map((p) => (p.number === 1 ? { ...p, messageWaiting: 'both' } : p)) },
    );
    new VoicemailLamps({ config: () => b.config, shelf: b.shelf, messages: b.messages });
    await b.outside(number);
    await b.ends();
    b.clock.advance(20_000);
    await settle();
    t.same(b.messages.counts('anna'), { fresh: 1, old: 0 });
    b.port(1).lift();
    await settle();
    t.equal(b.hears(1), heard.stutter);
    b.heardSince();
    const [message] = b.shelf.list('anna');
    await b.port(1).key('*98');
    b.clock.advance(3000);
    await settle();
    t.same(b.heardSince(), [
      'одно новое сообщение',
      'voicemail-new',
      'сегодня в двенадцать часов',
      'от плюс семь, девятьсот три, сто одиннадцать, двадцать два, тридцать три',
      `sound ${message?.id}`,
      'voicemail-menu',
    ]);
    t.same(b.messages.counts('anna'), { fresh: 0, old: 1 });
    await b.port(1).key('7');
    t.same(b.heardSince().slice(0, 2), [
      'сегодня в двенадцать часов',
      'от плюс семь, девятьсот три, сто одиннадцать, двадцать два, тридцать три',
    ]);
    await b.port(1).key('3');
    t.same(b.heardSince(), ['voicemail-deleted', 'voicemail-none', 'voicemail-options']);
    t.equal(b.shelf.list('anna').length, 0);
    t.match(
      b.audit.map(({ act, who }) => [act, who]),
      [
        ['voicemail-heard', 'person:anna'],
        ['voicemail-deleted', 'person:anna'],
      ],
    );
    b.port(1).hangUp();
    await settle();
    t.match(b.record, { service: 'voicemail', servedBy: 'mailbox:any' });
    b.port(1).lift();
    await settle();
    t.equal(b.hears(1), heard.dial, 'no broken dial tone any more');
  },
);

t.test('messages are gone through to and fro, saved, and their caller is called back', async (t) => {
  const b = bench();
  for (const from of ['+74951110001', '+79031112233']) {
    const leg = await b.outside(number, from);
    await b.ends();
    leg.farReleases(16);
    await settle();
  }
  const [first, second] = b.shelf.list('anna');
  b.port(1).lift();
  await settle();
  await b.port(1).key('*98');
  b.clock.advance(3000);
  await settle();
  b.heardSince();
  await b.port(1).key('2');
  t.ok(b.heardSince().includes(`sound ${second?.id}`), 'saved, and the next one');
  t.match(first, { saved: true });
  await b.port(1).key('4');
  t.ok(b.heardSince().includes(`sound ${first?.id}`), 'the one before');
  await b.port(1).key('6');
  t.ok(b.heardSince().includes(`sound ${second?.id}`));
  await b.port(1).key('8');
  t.equal(b.trunkCalls.at(-1)?.request.number, '+79031112233');
  b.trunkLeg.farAnswers();
  await settle();
  t.match(b.context.calls.get(b.record.id)?.state, 'talking');
});

t.test(
  'from outside: * during the greeting, then the PIN; a wrong one and a locked place sound the same',
  async (t) => {
    const b = bench();
    const leg = await b.outside(number);
    await b.ends();
    leg.farReleases(16);
    await settle();
    const owner = await b.outside(number, '+79161234567');
    await b.keys(owner, '#');
    owner.farReleases(16);
    const ask = async (digits: string): Promise<string[]> => {
      const other = await b.greeted(number);
      b.heardSince();
      await b.keys(other, `${digits}#`);
      const said = b.heardSince();
      other.farReleases(16);
      await settle();
      return said;
    };
    t.ok((await ask('258025')).includes('одно новое сообщение'));
    t.same(await ask('111111#222222#333333'), ['wrong-pin', 'enter-pin', 'wrong-pin', 'enter-pin']);
    t.match(b.record, { q850: 21 });
    t.same(await ask('258025#258025#258025'), ['wrong-pin', 'enter-pin', 'wrong-pin', 'enter-pin'], 'locked');
    t.ok(b.audit.some(({ act }) => act === 'voicemail-refused'));
    t.notOk(JSON.stringify([...b.records.values()]).includes('258025'), 'the PIN is in no record');
    b.port(1).lift();
    await settle();
    await b.port(1).key('*98');
    b.clock.advance(3000);
    await settle();
    t.ok(b.heardSince().includes('одно прослушанное'), 'who sits at the own telephone is not locked out');
  },
);

t.test(
  'from a telephone that is not the own: extension and PIN; a mailbox that is not there sounds no different',
  async (t) => {
    const b = bench({}, { voicemail: { extension: '88' } });
    const from = async (keys: string): Promise<string[]> => {
      b.port(2).lift();
      await settle();
      await b.port(2).key('88');
      b.clock.advance(3000);
      await settle();
      b.heardSince();
      await b.port(2).key(keys);
      const said = b.heardSince();
      b.port(2).hangUp();
      await settle();
      return said;
    };
    t.same(await from('21#258025#'), ['enter-pin', 'voicemail-none', 'voicemail-options']);
    const wrong = ['enter-pin', 'wrong-pin', 'enter-pin', 'wrong-pin', 'enter-pin'];
    t.same(await from('21#111111#222222#333333#'), wrong);
    t.same(await from('99#111111#222222#333333#'), wrong);
  },
);

t.test('own greeting from the handset: recorded, heard, and back to the standard one', async (t) => {
  const b = bench();
  b.port(1).lift();
  await settle();
  await b.port(1).key('*98');
  b.clock.advance(3000);
  await settle();
  t.same(b.heardSince(), ['voicemail-none', 'voicemail-options']);
  await b.port(1).key('1');
  t.same(b.heardSince(), ['voicemail-speak', 'beep']);
  const id = b.taking!;
  b.port(1).emit('digit', '#');
  b.media.recordingOver(id, { durationMs: 4000, sounded: true });
  await settle();
  t.same(b.heardSince(), ['voicemail-greeting-kept', 'voicemail-options']);
  t.equal(b.shelf.greetings.get('anna'), id);
  await b.port(1).key('2');
  t.equal(b.heardSince()[0], `greeting ${id}`);
  await b.port(1).key('3');
  t.equal(b.heardSince()[0], 'voicemail-greeting-standard');
  t.equal(b.shelf.greetings.size, 0);
});

t.test('a group has a mailbox: its members see the lamp and hear it behind their own', async (t) => {
  const b = bench(
    {},
    {
      groups: [
        { id: 'sales', name: 'Sales', members: [{ target: 'person:anna' }], voicemail: { enabled: true } },
      ],
      destinations: [
        ...office.destinations,
        { id: 'mailbox', name: 'Mailbox', steps: [{ targets: ['voicemail:sales'], seconds: 20 }] },
      ],
    },
  );
  new VoicemailLamps({ config: () => b.config, shelf: b.shelf, messages: b.messages });
  const leg = await b.outside(number);
  await b.ends();
  leg.farReleases(16);
  await settle();
  t.same(b.messages.counts('anna'), { fresh: 1, old: 0 });
  b.port(1).lift();
  await settle();
  await b.port(1).key('*98');
  b.clock.advance(3000);
  await settle();
  b.heardSince();
  await b.port(1).key('#');
  t.same(b.heardSince().slice(0, 2), ['Sales', 'одно новое сообщение']);
  t.same(b.messages.counts('anna'), { fresh: 0, old: 1 });
});

t.test(
  'a talk that was recorded and is put through to a mailbox: the message is taken, and the talk is over',
  async (t) => {
    const b = bench(
      {},
      {
        recording: { calls: 'all' },
        devices: [
          {
            id: 'desk',
            name: 'Desk',
            user: 'desk',
            password: 'secret-of-desk',
            extension: '31',
            classOfService: 'staff',
          },
        ],
        destinations: [
          {
            id: 'mailbox',
            name: 'Desk',
            classOfService: 'staff',
            steps: [{ targets: ['device:desk'], seconds: 20 }],
          },
        ],
        voicemail: { minFreeMegabytes: 1 },
        people: [
          {
            ...office.people[0],
            ports: [],
            mobile: undefined,
            forwarding: { always: 'voicemail:anna' },
            voicemail: { enabled: true },
          },
        ],
      },
    );
    b.context.recordings = new CallRecordings(b.context, { place: (file) => ({ file }), tidy() {} });
    b.devices.set('desk', [['one']]);
    const caller = await b.outside(number);
    const desk = b.deviceLegs.at(-1)!;
    desk.farAnswers();
    await settle();
    t.equal(b.media.recorded.size, 1, 'the talk is recorded');
    const order = { to: '21', refuse() {}, accept() {}, ringing() {}, done() {}, failed() {} };
    desk.emit('transferAsked', order);
    await settle();
    t.same(
      [...b.media.recorded.values()].map(({ endpoint, order: { alone } }) => [endpoint, alone]),
      [[caller.endpoint, true]],
      'nothing but the message is recorded now',
    );
    await b.ends();
    b.clock.advance(20_000);
    await settle();
    t.equal(b.shelf.list('anna').length, 1);
  },
);
