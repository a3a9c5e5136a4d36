import t from 'tap';
import { validateConfig } from '../../src/config/validate.ts';
import { compileDialPlan } from '../../src/dialplan/plan.ts';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench } from '../kit/services.ts';

const telephone = {
  ...{
    id: 'desk',
    name: 'Desk',
    user: 'ivan',
    password: 'long enough',
    extension: '31',
    classOfService: 'staff',
  },
};

const bench = (ports: Record<number, object> = {}, more: object = {}): Bench =>
  new Bench(
    { ...office, ports: office.ports.map((port) => ({ ...port, ...ports[port.number] })), ...more },
    officePins,
  );

async function dials(b: Bench, keys: string, port = 1): Promise<void> {
  b.port(port).lift();
  await settle();
  await b.port(port).key(keys);
  await settle();
}

t.test('a code before a number is no part of it, and the plan knows when there is more to come', (t) => {
  const plan = compileDialPlan(bench().config);
  const read = (dialed: string, whole = false) => {
    const {
      class: kind,
      e164,
      shortCode,
      target,
      completeness,
      presentation,
    } = plan.classify(dialed, { whole });
    return [kind, e164 ?? shortCode ?? target, completeness, presentation];
  };
  t.same(read('#31#88121234567'), ['national', '+78121234567', 'complete', 'hidden']);
  t.same(read('*31#12'), [...read('12').slice(0, 3), 'shown'], 'as without it');
  t.same(read('#31#112'), ['emergency', '112', 'complete', 'hidden']);
  t.same(read('#3'), ['invalid', undefined, 'partial', undefined]);
  t.same(read('#31#'), ['feature', 'hidden', 'may-continue', undefined]);
  t.same(read('*31#', true), ['feature', 'shown', 'complete', undefined]);
  t.equal(read('#31#*31#12')[0], 'invalid', 'one code a call');
  const none = compileDialPlan(bench({}, { dialing: { ...office.dialing, hideCode: '' } }).config);
  t.equal(none.classify('#31#12').presentation, undefined);
  const said = plan.plan({
    dialed: '#31#88121234567',
    origin: { kind: 'on-site' },
    classOfService: 'staff',
    now: 0,
  });
  t.match(said.explanation, [{}, { ru: 'Номер звонящего не показывается.' }]);
  t.end();
});

t.test(
  'hidden for one call by code, shown for one where it is hidden always; 112 hides nobody',
  async (t) => {
    const open = bench();
    await dials(open, '#31#88121234567');
    t.match(open.trunkCalls[0]?.request, { number: '+78121234567', caller: { absence: 'private' } });
    t.match(open.record, { dialed: '#31#88121234567', callerAbsence: 'private' });
    const usual = bench();
    await dials(usual, '88121234567');
    t.equal(usual.trunkCalls[0]?.request.caller.absence, undefined);

    const closed = bench({ 1: { hideNumber: true } });
    await dials(closed, '88121234567');
    t.equal(closed.trunkCalls[0]?.request.caller.absence, 'private');
    const once = bench({ 1: { hideNumber: true } });
    await dials(once, '*31#88121234567');
    t.match(once.trunkCalls[0]?.request.caller, { number: '21', absence: undefined });

    for (const digits of ['112', '#31#112']) {
      const b = bench({ 1: { hideNumber: true } });
      await dials(b, digits);
      t.equal(b.line(5).dialed, '112', digits);
      t.match(b.record, { service: 'emergency', callerAbsence: undefined }, 'ruling 6');
    }
  },
);

t.test('alone it is for all calls: the setting is stored, and the caller hears a confirmation', async (t) => {
  const b = bench();
  await dials(b, '#31#');
  t.same(b.hidden, [], 'a number may follow');
  b.clock.advance(5000);
  await settle();
  t.match(b.hidden, [{ origin: { port: 1 }, hidden: true }]);
  t.equal(b.hears(1), '425/100-100', 'the tone of confirmation');
  t.equal(b.trunkCalls.length, 0);

  const sip = bench({}, { devices: [telephone] });
  const leg = new FakeLeg('incoming', 'device:desk');
  leg.state = 'trying';
  sip.services.deviceCall(leg, { deviceId: 'desk', calledNumber: '*31#', caller: {}, full: false });
  await settle();
  t.equal(leg.state, 'answered');
  t.match(sip.hidden, [{ origin: { device: 'desk' }, hidden: false }]);
  sip.clock.advance(2000);
  await settle();
  t.match(leg.releasedWith, { q850: 16 });
});

t.test('a code that hides another number, or is keyed in calls too, is refused', (t) => {
  const issues = (dialing: object, more: object = {}): [string, string, string][] => {
    const result = validateConfig({ ...office, dialing: { ...office.dialing, ...dialing }, ...more });
    return result.ok ? [] : result.issues.map(({ path, said }) => [path, said.ru, said.en]);
  };
  t.same(issues({}), []);
  t.match(issues({ showCode: '#31#' }), [
    ['/dialing/showCode', /занят: код «скрыть номер»/, /to hide the number/],
  ]);
  t.match(issues({ hideCode: '*2' }), [['/dialing/hideCode', /в разговоре/, /keyed during calls/]]);
  t.match(issues({ hideCode: '#5' }, { speedDials: [{ id: 's', name: 'Mum', code: '#51', number: '12' }] }), [
    ['/dialing/hideCode', /#5 не даёт набрать #51/, /keeps #51 \(Mum\)/],
  ]);
  t.match(issues({ hideCode: '31' })[0]?.[0], '/dialing/hideCode', 'digits alone are a number');
  t.end();
});
