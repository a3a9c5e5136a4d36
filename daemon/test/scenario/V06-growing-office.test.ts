import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import type { ConfigEdit, TrunkTemplate } from '../../src/api/contract.ts';
import { operatorCall, pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';

/** Trunks that the office grows by in one stroke. */
const MORE = 12;

t.test(
  'the office grows in the middle of a call: trunks, numbers, sockets and people, all live (V06)',
  async (t) => {
    const accounts = Object.fromEntries(
      Array.from({ length: MORE + 1 }, (_, i) => [`line${i}`, `secret${i}`]),
    );
    const operator = await startOperator(t);
    const second = await startOperator(t, { accounts });
    const box = await startBox(t, {
      edit: (office) => {
        pointTrunk(office, 'alpha', operator);
        office.trunks = [office.trunks[0]];
        office.routes = office.routes.filter((route: { id: string }) => route.id !== 'beta-out');
        office.ports = office.ports.filter((port: { number: number }) => port.number !== 4);
      },
    });
    await box.dial(1, '88121234567');
    const far = await operatorCall(operator, 'answered');
    void box.telephone(1).speak({ tone: 1000, level: -10 });
    await toneAtOperator(operator, far.id, 1000);
    operator.gap(far.id);
    const unharmed = async (what: string): Promise<void> => {
      await wait(150);
      const gap = operator.gap(far.id);
      t.ok(gap < 60, `${what}: longest gap in RTP ${gap.toFixed(0)} ms`);
    };

    const templates = await box.api.get<TrunkTemplate[]>('/api/v1/trunk-templates');
    const generic = templates.find((template) => template.id === 'generic-register')!;
    const trunk = (i: number): ConfigEdit => ({
      op: 'put',
      path: `/trunks/line${i}`,
      value: {
        ...generic.trunk,
        id: `line${i}`,
        name: `Line ${i}`,
        server: `127.0.0.1:${second.port}`,
        user: `line${i}`,
        password: `secret${i}`,
        optionsSeconds: 0,
      },
    });

    await box.change(
      trunk(0),
      {
        op: 'put',
        path: '/ports/4',
        value: { kind: 'fxs', number: 4, name: 'New room', extension: '44', classOfService: 'inside' },
      },
      {
        op: 'put',
        path: '/people/vera',
        value: {
          id: 'vera',
          name: 'Vera',
          extension: '45',
          ports: [4],
          classOfService: 'staff',
          forwarding: {},
        },
      },
      {
        op: 'put',
        path: '/destinations/new-room',
        value: { id: 'new-room', name: 'New room', steps: [{ targets: ['person:vera'], seconds: 20 }] },
      },
      {
        op: 'put',
        path: '/incomingNumbers/new',
        value: { id: 'new', number: '+74957770000', trunk: 'line0', destination: 'new-room' },
      },
    );
    await until(
      'the new trunk is registered',
      async () => (await box.live()).trunks.some((k) => k.id === 'line0' && k.state === 'registered'),
      5000,
    );
    await unharmed('one of each added');

    const id = await second.call({ to: 'line0', number: '+74957770000' });
    await until('the new telephone rings', () => box.telephone(4).ringing, 4000);
    box.telephone(4).lift();
    await until(
      'the new line, number, person and socket talk',
      () => second.calls().find((call) => call.id === id)?.state === 'answered',
      4000,
    );
    await unharmed('a call on what was added');
    await second.hangUp(id);

    await box.change(...Array.from({ length: MORE }, (_, i) => trunk(i + 1)));
    await until(
      `${MORE} trunks more are registered`,
      async () => (await box.live()).trunks.filter((k) => k.state === 'registered').length === MORE + 1,
      6000,
    );
    await unharmed('many added');
    await box.change(
      ...Array.from({ length: MORE }, (_, i): ConfigEdit => ({ op: 'remove', path: `/trunks/line${i + 1}` })),
    );
    await until(
      'their bindings are taken back',
      () =>
        second
          .registrations()
          .map((r) => r.user)
          .join() === 'line0',
      5000,
    );
    await unharmed('many removed');
    t.match(
      (await box.live()).calls.find((call) => call.called.number === '+78121234567'),
      { state: 'talking' },
    );
    box.telephone(1).hangup();
    t.match(await operatorCall(operator, 'ended'), { endedBy: 'box' });
  },
);
