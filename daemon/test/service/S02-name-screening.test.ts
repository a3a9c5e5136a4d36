import t from 'tap';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office } from '../kit/office.ts';
import { Bench, heard } from '../kit/services.ts';

const document = (screening: string, more: object = {}): object => ({
  ...office,
  people: [
    { id: 'anna', name: 'Anna', extension: '21', ports: [1], classOfService: 'staff', screening, ...more },
  ],
  destinations: [
    {
      id: 'reception',
      name: 'R',
      classOfService: 'staff',
      steps: [
        { targets: ['person:anna'], seconds: 15 },
        { targets: ['port:2'], seconds: 30 },
      ],
    },
  ],
});

/** A bench where a name that is said is `name`; what was asked to be recorded. */
function bench(of: object, name: Int16Array | null = new Int16Array(77)): Bench {
  const b = new Bench(of);
  b.context.takes = { place: (id) => `/takes/${id}`, read: async () => name ?? undefined, discard: () => {} };
  return b;
}

function call(b: Bench, caller: object = { number: '+79031112233' }): FakeLeg {
  const leg = new FakeLeg('incoming', 'trunk:alpha');
  leg.state = 'trying';
  b.services.trunkCall(leg, { trunkId: 'alpha', calledNumber: '+74951110000', caller });
  return leg;
}

/** The caller has heard the question and says a name, ended by a hash. */
async function saysName(leg: FakeLeg): Promise<void> {
  await settle();
  leg.emit('digit', '#');
  await settle();
}

const lengths = (b: Bench, endpoint: string): number[] =>
  b.media.played.flatMap((one) =>
    one.endpoint === endpoint && one.source.type === 'pcm' ? [one.source.samples.length] : [],
  );

t.test('a caller is asked for the name, the person hears it and takes the call with 1 (S02)', async (t) => {
  const b = bench(document('outside'));
  const caller = call(b);
  await settle();
  t.equal(caller.state, 'answered');
  t.match(b.said, [/Назовите себя/]);
  t.equal(b.media.recorded.size, 1);
  t.match([...b.media.recorded.values()][0], {
    endpoint: caller.endpoint,
    order: { alone: true, silenceMs: 1500, longestMs: 8000 },
  });
  t.notOk(b.port(1).ringing, 'nobody is rung before there is a name');
  await saysName(caller);
  t.equal(b.port(1).ringing, true);
  t.equal(b.media.toneAt(caller.endpoint), heard.ringback, 'the caller hears that it rings');
  b.port(1).lift();
  await settle();
  const keys = 'Чтобы ответить, нажмите один. Чтобы не отвечать, нажмите два.';
  t.equal(
    lengths(b, 'line:1').at(-1),
    'Вам звонит'.length + 77 + keys.length,
    'the name, in one with the words',
  );
  t.equal(b.media.joined.get('line:1'), undefined, 'the caller hears nothing of it');
  await b.port(1).key('1');
  await settle();
  t.equal(b.media.joined.get('line:1'), caller.endpoint);
  t.ok(b.record.answeredAt);
  t.match(b.record.events, [{ what: 'at', detail: 'screening:anna' }]);
  t.ok(b.record.events.some(({ what, detail }) => what === 'screened' && detail === 'name given'));
});

t.test('2, or no key at all, sends the call on to the next', async (t) => {
  const b = bench(document('outside'));
  const refused = call(b);
  await saysName(refused);
  b.port(1).lift();
  await settle();
  await b.port(1).key('2');
  await settle();
  t.equal(b.port(2).ringing, true, 'the next step is rung');
  t.equal(b.media.joined.get('line:1'), undefined);
  b.port(2).lift();
  await settle();
  t.equal(b.media.joined.get('line:2'), refused.endpoint, 'who is not asked for simply answers');

  const other = bench(document('outside'));
  await saysName(call(other));
  other.port(1).lift();
  await settle();
  other.clock.advance(20_000);
  await settle();
  t.equal(other.port(2).ringing, true);
});

t.test('the person’s own forwarding comes first after a refusal', async (t) => {
  const b = bench(document('outside', { forwarding: { noAnswer: 'number:+79160000009' } }));
  await saysName(call(b));
  b.port(1).lift();
  await settle();
  await b.port(1).key('2');
  await settle();
  t.equal(b.trunkCalls[0]?.request.number, '+79160000009');
});

t.test('who says nothing is put through as somebody without a name', async (t) => {
  const b = bench(document('outside'), null);
  await saysName(call(b));
  b.port(1).lift();
  await settle();
  t.ok(b.said.some((text) => /не называют себя/.test(text)));
});

t.test('a caller who hangs up while asked ends all of it', async (t) => {
  const b = bench(document('outside'));
  const caller = call(b);
  await settle();
  caller.farReleases(16);
  await settle();
  t.equal(b.media.recorded.size, 0);
  t.notOk(b.port(1).ringing);
  const later = call(b);
  await saysName(later);
  b.port(1).lift();
  await settle();
  later.farReleases(16);
  await settle();
  t.equal(b.hears(1), heard.busy);
});

t.test(
  'colleagues are not asked, nor known callers, nor anybody where the box cannot take a name',
  async (t) => {
    const inside = bench(document('outside'));
    inside.port(2).lift();
    await settle();
    await inside.port(2).key('21');
    inside.clock.advance(3000);
    await settle();
    t.equal(inside.port(1).ringing, true);
    t.same(inside.said, []);
    const known = bench(document('unknown'));
    call(known);
    await settle();
    t.equal(known.port(1).ringing, true, 'the number is known');
    const hidden = bench(document('unknown'));
    call(hidden, { absence: 'private' });
    await settle();
    t.notOk(hidden.port(1).ringing);
    t.match(hidden.said, [/Назовите себя/]);
    const without = new Bench(document('outside'));
    call(without);
    await settle();
    t.equal(without.port(1).ringing, true);
  },
);

t.test('a destination asks once for all of its steps, for a telephone as for a mobile', async (t) => {
  const b = bench({
    ...office,
    destinations: [
      {
        id: 'reception',
        name: 'R',
        classOfService: 'staff',
        screening: 'outside',
        steps: [
          { targets: ['port:1', 'port:2'], seconds: 15 },
          { targets: ['number:+79160000001'], seconds: 60 },
        ],
      },
    ],
  });
  const caller = call(b);
  await saysName(caller);
  t.ok(b.port(1).ringing && b.port(2).ringing);
  b.clock.advance(15_000);
  await settle();
  b.trunkLeg.farAnswers();
  await settle();
  t.equal(b.media.joined.get(caller.endpoint), undefined);
  b.trunkLeg.emit('digit', '1');
  await settle();
  t.equal(b.media.joined.get(caller.endpoint), b.trunkLeg.endpoint);
  t.equal(b.said.filter((text) => /Назовите/.test(text)).length, 1);
});
