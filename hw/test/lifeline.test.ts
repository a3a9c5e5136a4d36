import t from 'tap';
import { DEMO_OFFICE } from '../simulator/office/layout.ts';
import { openOffice } from './office.ts';

t.jobs = 3;

const office = (t: Parameters<typeof openOffice>[0]) => openOffice(t, { layout: DEMO_OFFICE });

t.test(
  'the box dead: the telephone is on the city line; a call begun so is never cut',
  { buffered: true },
  async (t) => {
    const { simulator, host } = await office(t);
    const [phone, line] = [simulator.telephone(1), simulator.line(5)];
    t.equal((await host.told('lifeline', 1)).engaged, true, 'joined after boot');
    t.equal((await host.told('lifeline', 5)).engaged, true);
    phone.lift();
    await line.next('dial-tone');
    await phone.waitForTone(425, -12);
    const dialed = line.next('dialed');
    void phone.dial('112');
    t.equal((await dialed).digits, '112');
    await line.next('answered');

    t.equal(await host.command({ type: 'lifeline', engaged: false }), 'ack');
    t.equal(await host.command({ type: 'seize', port: 5 }), 'lifeline');
    t.equal(await host.command({ type: 'ring', port: 1, cadence: [100, 100] }), 'lifeline');
    void line.speak({ tone: 900, level: -10 });
    await phone.hear(2500);
    t.ok((await phone.hear(200, 900)) > -11, 'still talking 2.5 s after the box wanted the pair back');
    t.equal(simulator.card.relay.engaged(1), true);

    const hung = simulator.time.ms;
    phone.hangup();
    t.equal((await host.told('lifeline', 1, 5000)).engaged, false);
    t.ok(simulator.time.ms - hung >= 2000, `parted ${simulator.time.ms - hung} ms after hang-up`);
    await host.told('on-hook', 1);
    t.match(await host.told('line-state', 5, 2000, (m) => m.state === 'idle'), { volts: 60 });
    phone.lift();
    await host.told('off-hook', 1);
    t.equal(line.lineState, 'idle', "the telephone is the box's again");
  },
);

t.test(
  'ringing on the joined pair keeps it joined, and rings the telephone',
  { buffered: true },
  async (t) => {
    const { simulator, host } = await office(t);
    const [phone, line] = [simulator.telephone(1), simulator.line(5)];
    line.options.ringCadence = [800, 700];
    line.ringIn({ number: '5551234' }, 3);
    await phone.next('ringing');
    await host.command({ type: 'lifeline', engaged: false });
    const gaveUp = await line.next('abandoned', 8000);
    t.equal(simulator.card.relay.engaged(5), true, 'joined through the pauses of the ringing');
    t.equal(phone.bursts, 3);
    t.equal((await host.told('lifeline', 5, 5000, (m) => m.engaged === false)).port, 5);
    t.ok(simulator.time.ms - gaveUp.at >= 1200);
  },
);

t.test(
  'link loss joins the pair at once, and a lifted telephone keeps its city line',
  { buffered: true },
  async (t) => {
    const { simulator, host } = await office(t);
    await host.command({ type: 'lifeline', engaged: false });
    await host.told('lifeline', 5, 5000, (m) => m.engaged === false);
    const [phone, line] = [simulator.telephone(1), simulator.line(5)];
    phone.lift();
    await host.told('off-hook', 1);
    await host.causes({ type: 'seize', port: 5 }, line.next('dial-tone'));
    await phone.hear(500);
    host.keepAlive(false);
    await phone.waitForTone(425, -12, 3000);
    t.equal(line.state().seized, true, 'the exchange never saw it let go');
    t.equal(simulator.card.relay.engaged(5), true);
  },
);
