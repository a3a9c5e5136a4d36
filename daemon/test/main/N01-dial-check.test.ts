import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { configSchema, tollClasses } from '../../src/config/schema.ts';
import { DialPlans } from '../../src/main/dial-plans.ts';
import { office } from '../kit/office.ts';

const free = () => ({ usable: true });

t.test('"what if I dial" knows 112 from a telephone, and knows none from outside (ruling 3)', async (t) => {
  const plans = new DialPlans(configSchema.parse(office), new FakeClock(), free);
  const inside = plans.check({ number: '112', from: { kind: 'port', port: 2 } });
  t.match(inside, { class: 'emergency', steps: [{ via: { kind: 'line', ports: [5, 6] }, number: '112' }] });
  for (const number of ['112', '101', '03']) {
    const outside = plans.check({ number, from: { kind: 'outside', pin: 'pin-sales' } });
    t.match(outside, { class: 'invalid', steps: [], refusal: { reason: 'invalid' } }, number);
  }
  t.match(
    plans.check({ number: '8 (812) 123-45-67', from: { kind: 'outside', pin: 'pin-sales' } }),
    { class: 'national', steps: [{ via: { kind: 'trunk', trunk: 'alpha' } }, {}] },
    'the same look from outside finds what a PIN opens',
  );
});

t.test('a box as it comes calls neither abroad nor paid numbers, whatever its trunk could', async (t) => {
  const config = configSchema.parse({
    version: 1,
    dialing: { areaCodes: ['495', '499'] },
    trunks: [{ id: 'acme', name: 'Acme', server: 'sip.example', user: 'office' }],
    routes: [{ id: 'all', name: 'All', classes: [...tollClasses], via: { kind: 'trunk', trunk: 'acme' } }],
    ports: [{ kind: 'fxs', number: 1, classOfService: 'office' }],
  });
  const plans = new DialPlans(config, new FakeClock(), free);
  const reason = (number: string) => {
    const answer = plans.check({ number, from: { kind: 'port', port: 1 } });
    return 'error' in answer ? 'error' : answer.refusal?.reason;
  };
  for (const number of ['810442079460000', '81037410123456', '+18005551234', '8 7212 123456'])
    t.equal(reason(number), 'class', number);
  for (const number of ['88091234567', '88031234567', '8108821612345678', '8108811234567890', '89541234567'])
    t.equal(reason(number), 'blocked', number);
  t.equal(reason('84951234567'), undefined, 'the town is open');
});
