import t from 'tap';
import type { Line, LineOptions } from '../../../hw/simulator/office/line.ts';
import type { CallerIdMessage } from '../../../hw/simulator/sound/caller-id.ts';
import { toneLevel } from '../../../hw/simulator/sound/level.ts';
import type { CallerIdInfo } from '../../src/media/api.ts';
import type { CallerLearning } from '../../src/port/caller-learning.ts';
import type { Fxo } from '../../src/port/fxo.ts';
import { type AonRequest, defaultFxoOptions } from '../../src/port/options.ts';
import { heard, simulatedOffice } from './simulated-office.ts';

// What an exchange sends in every scheme, on simulated lines over a real pty, into the automatic choice.

interface Case {
  line: LineOptions;
  caller: CallerIdMessage;
  learnt: Partial<CallerLearning>;
  aon?: boolean;
}

const number = '88121234567';
const cases: Record<string, Case> = {
  'FSK V.23 after the first ring': {
    line: { callerIdScheme: 'fsk-v23' },
    caller: { number, name: 'PETROV' },
    learnt: { way: 'fsk-v23', moment: 'between-rings' },
  },
  'Bell 202 in the single format, weak': {
    line: { callerIdScheme: 'fsk-bell202', callerIdSingle: true, callerIdLevel: -35 },
    caller: { number },
    learnt: { way: 'fsk-bell202', moment: 'between-rings' },
  },
  'FSK that begins as late as it may': {
    line: { callerIdScheme: 'fsk-v23', callerIdDelayMs: 1700 },
    caller: { number },
    learnt: { way: 'fsk-v23', moment: 'between-rings' },
  },
  'FSK before the ring, behind a reversal of polarity': {
    line: { callerIdScheme: 'fsk-v23', callerIdWhen: 'before' },
    caller: { absence: 'unavailable' },
    learnt: { way: 'fsk-v23', moment: 'before-ring' },
  },
  'DTMF before the ring': {
    line: { callerIdScheme: 'dtmf' },
    caller: { number },
    learnt: { way: 'dtmf', moment: 'before-ring' },
  },
  'DTMF between the rings, number withheld': {
    line: { callerIdScheme: 'dtmf', callerIdWhen: 'after', callerIdDelayMs: 200 },
    caller: { absence: 'private' },
    learnt: { way: 'dtmf', moment: 'between-rings' },
  },
  'classic АОН': {
    line: { callerIdScheme: 'aon', polarityOnAnswer: false },
    caller: { number: '2345677', category: '3' },
    learnt: { way: 'aon', moment: 'on-request' },
    aon: true,
  },
  'none at all': { line: {}, caller: {}, learnt: { without: 1 } },
};

const aon: AonRequest = {
  delayMs: 250,
  toneMs: 100,
  levelDbm0: -6,
  requests: 2,
  ringback: { frequencies: [425], levelDbm0: -10, cadence: [1000, 4000] },
};

const callerId = { mode: 'auto', early: true, waitMs: 3000 } as const;
const entries = Object.entries(cases);

// Four at a time: each line has the decoders of every scheme, and all of it is in real time.
for (let from = 0; from < entries.length; from += 4) {
  const group = entries.slice(from, from + 4);
  t.test(`caller ID of every kind, from ${group[0]![0]} on`, async (t) => {
    t.jobs = 4;
    const office = await simulatedOffice(
      t,
      {
        sockets: group.map(([, { line }], i) => ({ port: i + 1, kind: 'fxo', device: 'city-line', line })),
      },
      group.map(([, one], i) => ({
        kind: 'fxo',
        ...defaultFxoOptions(i + 1),
        idleGuardMs: 100,
        callerId: one.aon ? { ...callerId, waitMs: 1500, aon } : callerId,
      })),
    );
    await Promise.all(
      group.map(([name, one], i) =>
        t.test(name, { buffered: true }, async (t) => {
          const port = office.fxo(i + 1);
          const line = office.simulator.line(i + 1);
          const nobody = Object.keys(one.caller).length === 0;
          let caller: CallerIdInfo | undefined;
          // A machine too slow to keep the card's time spoils the data it is in: then it is rung again.
          for (let slips = -1, n = 0; n < 3 && !caller && office.simulator.slips > slips; n++) {
            slips = office.simulator.slips;
            if (n > 0) await giveUp(port, line);
            const told = heard(port, 'caller');
            line.ringIn(one.caller);
            [caller] = await told;
            if (nobody) break;
          }
          if (nobody) t.equal(caller, undefined);
          else t.match(caller, one.caller);
          t.match(port.learning, one.learnt);
          t.equal(port.ringing, true, 'for call control it rings');
          if (one.aon) {
            t.equal(line.lineState, 'talking');
            const ringback = await line.heard.next(900);
            t.ok(toneLevel(ringback, 425) > -25, 'the caller hears ringback from us');
            await port.answer();
          } else {
            t.equal(line.lineState, 'ringing');
            const picked = line.next('picked-up', 4000);
            await port.answer();
            await picked;
          }
          port.release();
        }),
      ),
    );
  });
}

/** The caller gives up, and the line rests. */
async function giveUp(port: Fxo, line: Line): Promise<void> {
  if (line.lineState === 'talking') {
    const released = line.next('released', 4000);
    port.release();
    await released;
    return;
  }
  const stopped = heard(port, 'ringingStopped');
  line.abandon();
  await stopped;
}
