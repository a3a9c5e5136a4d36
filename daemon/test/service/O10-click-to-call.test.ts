import t from 'tap';
import { ClickToCall } from '../../src/service/click-to-call.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench } from '../kit/services.ts';

function desk(edit: (document: typeof office) => void = () => {}) {
  const document = structuredClone(office);
  edit(document);
  const b = new Bench(document, officePins);
  return { b, click: new ClickToCall(b.context, b.services.originate) };
}

t.test('the person’s telephone rings in a way of its own, and lifting it dials (O10)', async (t) => {
  const { b, click } = desk();
  const started = click.start({ from: 'person:anna', to: '8 (812) 123-45-67' });
  t.ok('callId' in started && b.context.calls.get(started.callId));
  t.ok(b.port(1).ringing);
  t.equal(b.port(1).ringsAs, 'recall');
  t.equal(b.trunkCalls.length, 0, 'nobody is called before somebody is there');
  b.port(1).lift();
  await settle();
  t.match(b.trunkCalls[0]?.request, { number: '+78121234567' });
  b.trunkLeg.answer();
  await settle();
  t.match(b.record, { service: 'click-to-call', calledBy: 'anna', calledNumber: '+78121234567' });
  t.match(b.record, { costCentre: 'works' }, 'the person pays');
  b.port(1).hangUp();
  await settle();
  t.equal(b.record.state, 'ended');
});

t.test('any writing of a number, and extensions; a telephone by its socket', async (t) => {
  for (const to of ['+7 812 123-45-67', '88121234567', '8.812.1234567']) {
    const { b, click } = desk();
    click.start({ from: 'port:1', to });
    b.port(1).lift();
    await settle();
    t.match(b.trunkCalls[0]?.request, { number: '+78121234567' }, to);
  }
  const { b, click } = desk();
  click.start({ from: 'port:1', to: '12' });
  b.port(1).lift();
  await settle();
  t.ok(b.port(2).ringing);
});

t.test('what the person may not dial is refused with the reason, before anything rings', async (t) => {
  const { b, click } = desk();
  const abroad = click.start({ from: 'person:anna', to: '+44 20 7946 0000' });
  t.match(abroad, { refusal: 'not-allowed', said: { ru: String, en: String } });
  t.match(click.start({ from: 'port:2', to: '88121234567' }), { refusal: 'not-allowed' });
  for (const emergency of ['112', '01', '103'])
    t.match(click.start({ from: 'person:anna', to: emergency }), { refusal: 'not-allowed' }, emergency);
  t.notOk(b.port(1).ringing || b.port(2).ringing);
  t.notOk(b.line(5).dialed ?? b.line(6).dialed, 'no line was seized');
  t.equal(b.context.calls.size, 0);
});

t.test('who is there no telephone of, and what is no number', async (t) => {
  const { click } = desk((document) => {
    Object.assign(document.people[0]!, { ports: [], devices: [], mobile: undefined });
  });
  for (const from of [
    'person:anna',
    'person:nobody',
    'port:3',
    'port:5',
    'port:99',
    'device:x',
    'group:x',
    'port:x',
    '',
  ])
    t.same(click.start({ from, to: '12' }), { refusal: 'no-telephone' }, from);
  for (const to of ['', 'anna', '*21*5#', '+', '12;34', '1'.repeat(40)])
    t.same(click.start({ from: 'port:1', to }), { refusal: 'bad-number' }, to);
});

t.test('nobody lifts, or the telephone is busy: it is over, and nobody else was called', async (t) => {
  const { b, click } = desk((document) => {
    Object.assign(document.people[0]!, { forwarding: {}, mobile: undefined });
  });
  click.start({ from: 'person:anna', to: '88121234567' });
  b.clock.advance(31_000);
  await settle();
  t.match(b.record, { state: 'ended', service: 'click-to-call' });
  t.equal(b.context.calls.size, 0);
  t.equal(b.trunkCalls.length, 0);
});
