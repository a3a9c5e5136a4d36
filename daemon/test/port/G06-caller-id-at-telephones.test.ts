import t from 'tap';
import type { Telephone } from '../../../hw/simulator/office/telephone.ts';
import type { CallerIdInfo } from '../../src/media/api.ts';
import type { Fxs } from '../../src/port/fxs.ts';
import { type CallerIdSending, defaultFxsOptions, type FxsOptions } from '../../src/port/options.ts';
import { heard, simulatedOffice } from './simulated-office.ts';

// What simulated telephones, which have decoders of their own, make of what the ports send over a real pty.

const usual = defaultFxsOptions(1).callerId as CallerIdSending;
const number = '88121234567';

interface Case {
  options: Partial<FxsOptions>;
  run(t: Tap, port: Fxs, phone: Telephone): Promise<void>;
}

const cases: Record<string, Case> = {
  'Bell 202 in the single format': {
    options: { callerId: { ...usual, scheme: 'fsk-bell202', format: 'sdmf' } },
    async run(t, port, phone) {
      t.match(await shown(port, phone, { number }), { number });
    },
  },
  'V.23 before the ring': {
    options: { callerId: { ...usual, when: 'before-ring' } },
    async run(t, port, phone) {
      const turned = phone.next('polarity', 3000);
      const seen = phone.next('caller-id', 6000).then(() => phone.bursts);
      t.match(await shown(port, phone, { absence: 'private' }), { absence: 'private' });
      t.match(await turned, { reversed: true });
      t.equal(await seen, 0, 'known before it rings');
      if (!phone.ringing) await phone.next('ringing', 6000);
    },
  },
  'DTMF, number not available': {
    options: { callerId: { ...usual, scheme: 'dtmf' } },
    async run(t, port, phone) {
      t.match(await shown(port, phone, {}), { absence: 'unavailable', scheme: 'dtmf' });
    },
  },
  'the lamp, behind a reversal of polarity': {
    options: { lamp: { scheme: 'fsk-v23', format: 'mdmf', alert: 'polarity' } },
    async run(t, port, phone) {
      t.match(await lit(port, phone, 3), { on: true, messages: 3 });
      t.match(await lit(port, phone, 0), { on: false });
      t.equal(phone.bursts, 0);
    },
  },
  'the lamp, behind a ring pulse, in the single format': {
    options: { lamp: { scheme: 'fsk-bell202', format: 'sdmf', alert: 'ring-pulse' } },
    async run(t, port, phone) {
      t.match(await lit(port, phone, 1), { on: true });
      t.ok(phone.bursts >= 1);
    },
  },
  'call waiting with the number': {
    options: {
      callWaiting: {
        tone: { frequencies: [425], levelDbm0: -13, cadence: [200, 0], repeat: 1 },
        pauseMs: 5000,
      },
    },
    async run(t, port, phone) {
      phone.typeTwo = true;
      const seized = heard(port, 'seized');
      phone.lift();
      await seized;
      const digits: string[] = [];
      port.on('digit', (key) => digits.push(key));
      const alerted = phone.next('call-waiting-alert', 4000);
      const shown = phone.next('call-waiting-id', 6000);
      port.callWaiting({ number, name: 'Борис' });
      await phone.waitForTone(425, -20, 2000);
      await alerted;
      t.match(await shown, { number, name: 'Boris', scheme: 'fsk-v23' });
      t.same(digits, [], 'the telephone’s answer is no digit');
      port.callWaitingOver();
    },
  },
  'call waiting at a telephone that cannot show it': {
    options: {
      callWaiting: {
        tone: { frequencies: [425], levelDbm0: -13, cadence: [200, 0], repeat: 1 },
        pauseMs: 1000,
      },
    },
    async run(t, port, phone) {
      const seized = heard(port, 'seized');
      phone.lift();
      await seized;
      port.callWaiting({ number });
      await phone.waitForTone(2130, -42, 3000);
      await phone.waitForTone(425, -20, 4000);
      t.pass('the tone comes again');
      port.callWaitingOver();
      const key = heard(port, 'digit');
      await phone.dial('5');
      t.same(await key, ['5']);
    },
  },
  'a telephone with АОН that asks': {
    options: { aonReply: true },
    async run(t, port, phone) {
      port.ring({ number });
      await phone.next('ringing', 4000);
      const answered = heard(port, 'answered');
      phone.lift();
      await answered;
      t.same(await phone.askCaller(), { number: '1234567', category: '1' });
    },
  },
};

type Tap = typeof t;

/** Switches the lamp, again if the machine has spoilt the data. */
async function lit(port: Fxs, phone: Telephone, count: number): Promise<object | undefined> {
  for (let n = 0; n < 3; n++) {
    const seen = phone.next('lamp', 4000).catch(() => undefined);
    port.messageWaiting(count > 0, count);
    const found = await seen;
    if (found) return found;
    // Told otherwise in between, so that it is sent once more.
    port.messageWaiting(count === 0, 0);
    await phone.next('lamp', 3000).catch(() => undefined);
  }
  return undefined;
}

/** Rings, again if a machine too slow to keep the card's time has spoilt the data. */
async function shown(port: Fxs, phone: Telephone, caller: CallerIdInfo): Promise<object | undefined> {
  for (let n = 0; n < 3; n++) {
    port.stopRinging();
    const data = phone.next('caller-id', 4500).catch(() => undefined);
    port.ring(caller);
    const found = await data;
    if (found) return found;
  }
  return undefined;
}

const entries = Object.entries(cases);

// Four at a time: all of it is in real time.
for (let from = 0; from < entries.length; from += 4) {
  const group = entries.slice(from, from + 4);
  t.test(`telephones show what they are sent, from ${group[0]![0]} on`, async (t) => {
    t.jobs = 4;
    const office = await simulatedOffice(
      t,
      { sockets: group.map((_, i) => ({ port: i + 1, kind: 'fxs', device: 'telephone' })) },
      group.map(([, { options }], i) => ({ kind: 'fxs', ...defaultFxsOptions(i + 1), ...options })),
    );
    await Promise.all(
      group.map(([name, one], i) =>
        t.test(name, { buffered: true }, async (t) => {
          await one.run(t as Tap, office.fxs(i + 1), office.simulator.telephone(i + 1));
        }),
      ),
    );
  });
}
