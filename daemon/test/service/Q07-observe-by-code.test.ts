import t from 'tap';
import { validateConfig } from '../../src/config/validate.ts';
import type { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office } from '../kit/office.ts';
import { RecordingBench } from '../kit/recordings.ts';

const dialing = { ...office.dialing, observeCode: '*55' };
const anna = office.people[0]!;
const chief = {
  id: 'chief',
  name: 'Chief',
  extension: '24',
  ports: [4],
  classOfService: 'staff',
  mayObserve: true,
};
const document = { ...office, dialing, people: [anna, chief] };

/** Anna at extension 21 talks to Petersburg over the trunk. */
async function talking(edit: object = {}): Promise<{ b: RecordingBench; far: FakeLeg }> {
  const b = new RecordingBench({ ...document, ...edit });
  b.port(1).lift();
  await settle();
  await b.port(1).key('88121234567');
  b.trunkLeg.farAnswers();
  await settle();
  return { b, far: b.trunkLeg };
}

async function dials(b: RecordingBench, port: number, digits: string): Promise<void> {
  b.port(port).lift();
  await settle();
  await b.port(port).key(digits);
  b.clock.advance(3000);
  await settle();
}

/** Who hears whom in the call that is observed. */
function matrix(b: RecordingBench): Record<string, string[]> | undefined {
  const seats = [...b.media.mixes.values()][0];
  return (
    seats &&
    Object.fromEntries(seats.map(({ endpoint, hears }) => [endpoint, hears.map(({ from }) => from).sort()]))
  );
}

t.test('the code and an extension: 1 listens, 2 is heard by the agent alone, 3 by both', async (t) => {
  const { b, far } = await talking();
  const id = b.record.id;
  await dials(b, 4, '*5521');
  const both = ['line:1', far.endpoint].sort();
  t.same(matrix(b), { 'line:1': [far.endpoint], [far.endpoint]: ['line:1'], 'line:4': both }, 'listens');
  await b.port(4).key('2');
  t.same(
    matrix(b),
    { 'line:1': ['line:4', far.endpoint].sort(), [far.endpoint]: ['line:1'], 'line:4': both },
    'whispers',
  );
  await b.port(4).key('3');
  t.same(
    matrix(b),
    {
      'line:1': ['line:4', far.endpoint].sort(),
      [far.endpoint]: ['line:1', 'line:4'],
      'line:4': both,
    },
    'joins in',
  );
  await b.port(4).key('1');
  t.same(matrix(b)?.[far.endpoint], ['line:1'], 'and listens again');
  b.port(4).hangUp();
  await settle();
  t.equal(b.media.joined.get('line:1'), far.endpoint, 'a call of two again');
  t.same(
    b.audit.map(({ who, from, act, callId }) => `${who} ${from} ${act} ${callId === id}`),
    ['listen', 'whisper', 'barge', 'listen', 'no-more'].map(
      (act) => `person:chief port:4 observed-${act} true`,
    ),
    'all of it is in the audit log',
  );
  far.farReleases(16);
  await settle();
  t.ok(b.records.get(id)?.events.some(({ what }) => what === 'observed-whisper'));
});

t.test('a whisper goes to whoever has the extension, caller or called', async (t) => {
  const b = new RecordingBench(document);
  b.port(2).lift();
  await settle();
  await b.port(2).key('21');
  b.clock.advance(3000);
  await settle();
  b.port(1).lift();
  await settle();
  await dials(b, 4, '*5521');
  await b.port(4).key('2');
  t.same(matrix(b)?.['line:1'], ['line:2', 'line:4']);
  t.same(matrix(b)?.['line:2'], ['line:1']);
  b.port(4).hangUp();
  await settle();
  await dials(b, 4, '*5512');
  await b.port(4).key('2');
  t.same(matrix(b)?.['line:2'], ['line:1', 'line:4']);
});

t.test('when the call ends the observer hears that it has', async (t) => {
  const { b, far } = await talking();
  await dials(b, 4, '*5521');
  far.farReleases(16);
  await settle();
  t.equal(matrix(b), undefined);
  t.ok(b.media.toneAt('line:4'), 'a tone');
  b.port(1).hangUp();
  b.port(4).hangUp();
  await settle();
  t.equal(b.context.calls.size, 0);
});

t.test('without the right nobody listens, and the try is in the log', async (t) => {
  const { b } = await talking();
  await dials(b, 2, '*5521');
  t.equal(matrix(b), undefined);
  t.match(b.audit, [{ who: 'port:2', act: 'observing-refused', detail: /^21/ }]);
  t.match(b.record, { q850: 21 });
  t.equal(b.hears(2), '425/175-175');
});

t.test('at another telephone the PIN of somebody with the right is asked for', async (t) => {
  const pins = [{ ...office.pins[0]!, owner: 'chief' }];
  const { b } = await talking({ pins });
  await dials(b, 2, '*5521');
  t.equal(b.told('enter-pin').length, 1);
  await b.port(2).key('135791#');
  t.equal(matrix(b), undefined, 'not with a wrong one');
  await b.port(2).key('135790#');
  t.ok(matrix(b)?.['line:2']);
  t.match(b.audit, [{ who: 'person:chief', from: 'port:2', act: 'observed-listen' }]);
  t.notOk(JSON.stringify([...b.records.values()]).includes('13579'), 'no PIN in any record');
  const other = await talking({ pins: [{ ...office.pins[0]!, owner: 'anna' }] });
  await dials(other.b, 2, '*5521');
  t.same(other.b.told('enter-pin'), [], 'where no PIN would open it none is asked for');
});

t.test('never an emergency call, nor one of somebody whose calls are private', async (t) => {
  const b = new RecordingBench(document);
  b.port(1).lift();
  await settle();
  await b.port(1).key('112');
  await settle();
  b.line(5).emit('answered', 'voice');
  await settle();
  await dials(b, 4, '*5521');
  t.equal(matrix(b), undefined);
  t.match(b.audit, [{ who: 'person:chief', act: 'observing-refused', detail: '21: not-this-call' }]);
  const { b: c } = await talking({ people: [{ ...anna, observable: false }, chief] });
  await dials(c, 4, '*5521');
  t.equal(matrix(c), undefined);
});

t.test('there must be a call, and a code; from outside there is neither', async (t) => {
  const b = new RecordingBench(document);
  await dials(b, 4, '*5521');
  t.match(b.record, { q850: 41 }, 'nobody talks');
  t.match(b.context.dialPlan().classify('*5521', { kind: 'on-site', port: 4 }), { class: 'extension' });
  const off = new RecordingBench({ ...document, dialing: office.dialing });
  t.notMatch(off.context.dialPlan().classify('*5521', { kind: 'on-site', port: 4 }), { class: 'extension' });
  t.ok(validateConfig(document).ok);
  const clash = validateConfig({ ...document, dialing: { ...dialing, observeCode: '#31#' } });
  t.ok(!clash.ok && clash.issues.length > 0, 'a code that is taken is refused');
});
