import t from 'tap';
import { Operator } from '../../../scripts/lib/operator.ts';
import { engine as mediaEngine } from '../media/support/engine.ts';
import { Baresip } from '../peers/baresip.ts';
import { makeLeg, next, ready, sipAddress, startEngine, startGateway, trunkConfig, until } from './kit.ts';

const normal = { q850: 16, text: '', by: 'local' as const };

t.test('we call baresip: it echoes a tone through us to another operator, and sends digits', async (t) => {
  const engine = await startEngine(t);
  const media = mediaEngine(t);
  const phone = await Baresip.start(t, { user: '+78121234567', audio: 'echo' });
  const far = await Operator.start({ usual: { status: 200, ringMs: 0 } });
  t.teardown(() => far.close());
  const { gateway } = await startGateway(
    t,
    engine,
    [
      trunkConfig({ server: `127.0.0.1:${phone.port}` }),
      trunkConfig({ id: 'far', server: `127.0.0.1:${far.port}` }),
    ],
    { media },
  );
  const legs = [await makeLeg(gateway), await makeLeg(gateway, { trunkId: 'far' })] as const;
  const answered = legs.map((leg) => next(leg, 'answered'));
  for (const leg of legs) leg.start();
  await Promise.all(answered);
  await phone.event('CALL_ESTABLISHED');
  await media.connect(legs[0].endpoint!, legs[1].endpoint!);
  const id = far.calls()[0]!.id;
  far.play(id, { type: 'tone', frequency: 1000, dbm0: -10 });
  await until(() => Math.abs(far.level(id, 1000) + 10) < 1, 8000);
  t.pass('1 kHz at -10 dBm0 came back from baresip at that level');
  const keys: string[] = [];
  legs[0].on('digit', (key) => keys.push(key));
  for (const key of ['4', '2', '#']) await phone.command('sndcode', key);
  await until(() => keys.length === 3);
  t.equal(keys.join(''), '42#', 'each digit once');
  await legs[0].hold(true);
  await legs[0].hold(false);
  const released = next(legs[0], 'released');
  await phone.command('hangup');
  t.match((await released)[0], { by: 'remote' });
  legs[1].release(normal);
});

t.test('baresip calls us over the trunk: its tone, in mu-law, is heard by an A-law operator', async (t) => {
  const engine = await startEngine(t);
  const media = mediaEngine(t);
  const phone = await Baresip.start(t, {
    user: 'caller',
    audio: 'sine:440',
    codecs: ['PCMU'],
  });
  const far = await Operator.start({ usual: { status: 200, ringMs: 0 } });
  t.teardown(() => far.close());
  const { gateway } = await startGateway(
    t,
    engine,
    [
      trunkConfig({ server: `127.0.0.1:${phone.port}` }),
      trunkConfig({ id: 'far', server: `127.0.0.1:${far.port}` }),
    ],
    { media },
  );
  await ready(gateway, 'untried');
  const arrived = next(gateway, 'incoming');
  await phone.command('dial', `sip:+74951112233@${sipAddress(engine)}`);
  const [leg] = await arrived;
  leg.alert();
  const out = await makeLeg(gateway, { trunkId: 'far' });
  const answered = next(out, 'answered');
  out.start();
  await answered;
  await leg.answer();
  await media.connect(leg.endpoint!, out.endpoint!);
  const id = far.calls()[0]!.id;
  await until(() => Math.abs(far.level(id, 440) + 10) < 1, 8000);
  t.ok(
    far.level(id, 440) > far.level(id, 1000) + 30,
    'the 440 Hz of baresip, in mu-law, arrives clean in A-law',
  );
  const released = next(leg, 'released');
  await phone.command('hangup');
  t.match((await released)[0], { q850: 16, by: 'remote' });
  out.release(normal);
});
