import t from 'tap';
import { pointTrunk, startOperator, until } from '../kit/box.ts';
import { linkIs, officesOf, twoOffices } from '../kit/two-offices.ts';

t.test(
  'an extension of another office: over TLS, heard both ways, for nothing; by the city when it is away',
  async (t) => {
    const operator = await startOperator(t);
    const { msk, spb } = await twoOffices(t, { msk: (office) => pointTrunk(office, 'alpha', operator) });
    await Promise.all([linkIs(msk, 'up'), linkIs(spb, 'up')]);

    await msk.dial(1, '61');
    const there = spb.telephone(1);
    await until('the telephone in Petersburg rings', () => there.ringing, 8000);
    there.lift();
    const here = msk.telephone(1);
    void here.speak({ tone: 1000 });
    t.pass(`Petersburg hears ${(await there.waitForTone(1000, -22, 10_000)).toFixed(1)} dBm0`);
    void there.speak({ tone: 1400 });
    t.pass(`Moscow hears ${(await here.waitForTone(1400, -22, 10_000)).toFixed(1)} dBm0`);
    t.equal((await officesOf(msk)).offices[0]?.calls, 1);
    t.same(operator.calls(), [], 'no trunk was used');
    const going = (await msk.live()).calls[0]!;
    const trace = JSON.stringify(await msk.api.get(`/api/v1/calls/${going.id}/trace`));
    t.match(trace, /SIP\/2\.0\/TLS/);
    t.match(trace, /m=audio \d+ RTP\/SAVP/, 'and what is said is encrypted, too');
    here.hangup();

    const out = await msk.ended();
    t.match(out, { direction: 'internal', calledNumber: '61', price: 0 });
    t.same(
      out.legs.map(({ place }) => place),
      ['port:1', 'office:spb'],
    );
    const into = await spb.ended();
    t.match(into, { direction: 'internal', service: 'office', callerNumber: '21', callerName: 'Anna' });
    t.same(
      into.legs.map(({ place }) => place),
      ['office:msk', 'port:1'],
    );
    there.hangup();

    await spb.daemon.stop();
    await msk.dial(1, '61');
    const around = await until(
      "Petersburg's city number is called",
      () => operator.calls().find(({ state }) => state === 'answered'),
      10_000,
    );
    t.equal(around.number, '+78123200000');
    here.hangup();
    const paid = await msk.record(({ trunkId, state }) => trunkId === 'alpha' && state === 'ended');
    t.match(paid, { dialed: '61', price: 1.5 });
    t.ok(paid.events.some(({ what, detail }) => what === 'office-unreachable' && /^spb/.test(detail ?? '')));
  },
);
