import t from 'tap';
import { defaultFxsOptions } from '../../src/port/options.ts';
import { heard, simulatedOffice } from './simulated-office.ts';

// The FXS side of the port contract against the simulated card over a real pty, with real audio.
t.test('telephones and a PBX on FXS ports', async (t) => {
  t.jobs = 4;
  const office = await simulatedOffice(
    t,
    {
      sockets: [
        { port: 1, kind: 'fxs', device: 'telephone' },
        { port: 2, kind: 'fxs', device: 'telephone' },
        { port: 3, kind: 'fxs', device: 'pbx-trunk' },
        { port: 4, kind: 'fxs', device: 'telephone' },
      ],
    },
    [
      { kind: 'fxs', ...defaultFxsOptions(1) },
      { kind: 'fxs', ...defaultFxsOptions(2), ringCadence: [600, 2400] },
      {
        kind: 'fxs',
        ...defaultFxsOptions(3),
        farEnd: 'pbx',
        pulseDialing: false,
        polarityOnAnswer: true,
        currentBreakMs: 300,
      },
      { kind: 'fxs', ...defaultFxsOptions(4) },
    ],
  );
  const { simulator } = office;

  await Promise.all([
    t.test('lifted, dialed by tones and by pulses, flashed, hung up', { buffered: true }, async (t) => {
      const port = office.fxs(1);
      const phone = simulator.telephone(1);
      const said: string[] = [];
      port.on('digit', (key) => said.push(key));
      port.on('flashed', () => said.push('flash'));
      const seized = heard(port, 'seized');
      phone.lift();
      await seized;
      const tones = heard(port, 'digit', (key) => key === '#');
      await phone.dial('8#');
      await tones;
      const pulses = heard(port, 'digit', (key) => key === '0');
      await phone.pulse('30', { interDigitMs: 400 });
      await pulses;
      const flashed = heard(port, 'flashed');
      await phone.flash(180);
      await flashed;
      const gone = heard(port, 'hungUp');
      phone.hangup();
      await gone;
      t.strictSame(said, ['8', '#', '3', '0', 'flash'], 'each digit once');
      t.equal(port.offHook, false);
    }),

    t.test('rings with the cadence, shows who calls, is answered', { buffered: true }, async (t) => {
      const port = office.fxs(2);
      const phone = simulator.telephone(2);
      // A machine too slow to keep the card's time spoils the data it is in: then it is rung again.
      let slips: number;
      let shown: object | undefined;
      do {
        slips = simulator.slips;
        port.stopRinging();
        const data = phone.next('caller-id', 2800).catch(() => undefined);
        port.ring({ number: '88121234567' });
        shown = await data;
      } while (!shown && simulator.slips > slips);
      t.match(shown, { number: '88121234567' });
      const answered = heard(port, 'answered');
      phone.lift();
      await answered;
      const gone = heard(port, 'hungUp');
      phone.hangup();
      await gone;
    }),

    t.test(
      'a PBX sends its burst 300 ms after seizing; answer by polarity, release by current',
      async (t) => {
        const port = office.fxs(3);
        const pbx = simulator.pbxTrunk(3);
        const burst = '77' + '12345678' + '88121234567';
        let digits = '';
        port.on('digit', (key) => {
          digits += key;
        });
        const all = heard(port, 'digit', () => digits.length === burst.length);
        await pbx.seizeAndDial({ digits: burst, delayMs: 300, onMs: 70, offMs: 70 });
        await all;
        t.equal(digits, burst);
        const billing = pbx.answered(10_000);
        port.answerSignal(true);
        await billing;
        t.equal(pbx.billing, true);
        const released = pbx.next('released-by-line', 10_000);
        const gone = heard(port, 'hungUp');
        port.currentBreak();
        await released;
        await gone;
        t.equal(pbx.billing, false);
        t.equal(port.offHook, false);
      },
    ),

    t.test('a stuck hook: seized, and never rung', { buffered: true }, async (t) => {
      const port = office.fxs(4);
      const phone = simulator.telephone(4);
      const seized = heard(port, 'seized');
      phone.stuckHook = true;
      await seized;
      port.ring({ number: '101' });
      t.equal(port.ringing, false);
      const gone = heard(port, 'hungUp');
      phone.stuckHook = false;
      await gone;
      const rings = phone.next('ringing', 10_000);
      port.ring({ number: '101' });
      await rings;
      port.stopRinging();
      t.equal(port.ringing, false);
    }),
  ]);
});
