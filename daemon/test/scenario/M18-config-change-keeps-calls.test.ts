import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import type { ConfigView } from '../../src/api/contract.ts';
import {
  type Box,
  operatorCall,
  pointTrunk,
  startBox,
  startOperator,
  toneAtOperator,
  until,
} from '../kit/box.ts';

const portIs = (box: Box, number: number, state: string): Promise<unknown> =>
  until(
    `port ${number} is ${state}`,
    async () => (await box.live()).ports.some((port) => port.number === number && port.state === state),
    4000,
  );

t.test('the configuration changes in the middle of a call, which does not notice (M18, V06)', async (t) => {
  const operator = await startOperator(t);
  const other = await startOperator(t);
  const box = await startBox(t, {
    edit: (office) => {
      pointTrunk(office, 'alpha', operator);
      office.trunks = [office.trunks[0]];
      office.routes = office.routes.filter((route: { id: string }) => route.id !== 'beta-out');
    },
  });
  const [desk, store, hall] = [box.telephone(1), box.telephone(2), box.telephone(4)];
  await box.dial(1, '88121234567');
  const far = await operatorCall(operator, 'answered');
  void desk.speak({ tone: 1000, level: -10 });
  await toneAtOperator(operator, far.id, 1000);
  const lost = operator.calls()[0]!.rtp.lost;
  operator.gap(far.id);
  /** The sound goes on, without a gap of 60 ms. */
  const unharmed = async (t: { ok(ok: boolean, what: string): void }, what: string): Promise<void> => {
    await wait(200);
    const gap = operator.gap(far.id);
    t.ok(gap < 60, `${what}: longest gap in RTP ${gap.toFixed(0)} ms`);
    await toneAtOperator(operator, far.id, 1000);
  };

  await t.test('a socket is renamed: seen at once', async (t) => {
    await box.change({ op: 'put', path: '/ports/1/name', value: 'Director' });
    t.equal((await box.live()).ports.find((port) => port.number === 1)?.name, 'Director');
    await unharmed(t, 'renamed');
  });

  await t.test('a new employee in one form: the extension rings at once', async (t) => {
    const outcome = await box.change({
      op: 'put',
      path: '/people/boris',
      value: {
        id: 'boris',
        name: 'Boris',
        extension: '33',
        ports: [2],
        mobile: '+79161112233',
        classOfService: 'staff',
        forwarding: {},
      },
    });
    t.match(outcome.changes, [{ path: /people/, said: { ru: /\S/ } }], 'the answer says what has changed');
    await unharmed(t, 'employee added');
    await box.dial(4, '33');
    await until('Boris rings', () => store.ringing, 4000);
    hall.hangup();
    await portIs(box, 4, 'idle');
  });

  await t.test('a trunk and a route are added: the next call takes them', async (t) => {
    await box.change(
      {
        op: 'put',
        path: '/trunks/gamma',
        value: { id: 'gamma', name: 'Gamma', mode: 'static', server: `127.0.0.1:${other.port}` },
      },
      {
        op: 'put',
        path: '/routes/gamma-out',
        value: {
          id: 'gamma-out',
          name: 'Gamma',
          prefixes: ['7813'],
          via: { kind: 'trunk', trunk: 'gamma' },
          prices: [{ prefix: '', perMinute: 0.5 }],
        },
      },
      { op: 'put', path: '/ports/2/classOfService', value: 'staff' },
    );
    await unharmed(t, 'trunk added');
    await box.dial(2, '88131234567');
    await operatorCall(other, 'answered');
    store.hangup();
    await operatorCall(other, 'ended');
    await portIs(box, 2, 'idle');
  });

  await t.test('a bad change is refused with the place and the reason; the old one stays', async (t) => {
    const before = await box.api.get<ConfigView>('/api/v1/config');
    await t.rejects(box.change({ op: 'put', path: '/people/boris/classOfService', value: 'nobody' }), {
      message: /422.*config\/invalid.*\/people\/boris\/classOfService/s,
    });
    await t.rejects(box.change({ op: 'put', path: '/trunks/gamma/noAnswerMs', value: 5 }), {
      message: /\/trunks\/gamma\/noAnswerMs/,
    });
    t.same(await box.api.get<ConfigView>('/api/v1/config'), before);
    await unharmed(t, 'refused');
  });

  await t.test('undo: the trunk is gone again, and the one before it too', async (t) => {
    await box.api.post('/api/v1/config/undo', {});
    t.notOk((await box.live()).trunks.some((trunk) => trunk.id === 'gamma'));
    await box.api.post('/api/v1/config/undo', {});
    t.notMatch(JSON.stringify((await box.api.get<ConfigView>('/api/v1/config')).config), /Boris/);
    await unharmed(t, 'undone');
  });

  await t.test("the call's own trunk moves to another server: the call stays where it is", async (t) => {
    await box.change({ op: 'put', path: '/trunks/alpha/server', value: `127.0.0.1:${other.port}` });
    await unharmed(t, 'trunk moved');
    t.match(
      (await box.live()).calls.find((call) => call.called.number === '+78121234567'),
      { state: 'talking' },
    );
    t.equal(operator.calls()[0]!.rtp.lost, lost, 'no packet was lost all the while');
    desk.hangup();
    t.match(await operatorCall(operator, 'ended'), { endedBy: 'box', reason: /cause=16/ });
    t.match(await box.record((record) => record.dialed === '88121234567' && record.state === 'ended'), {
      releasedBy: 'caller',
      q850: 16,
    });
  });
});
