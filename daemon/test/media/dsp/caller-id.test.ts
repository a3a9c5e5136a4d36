import t from 'tap';
import {
  buildMdmf,
  buildSdmf,
  buildWaiting,
  type CallerIdScheme,
  isCallerId,
  MESSAGE_TYPES,
  parseCallerId,
} from '../../../src/media/dsp/caller-id.ts';
import { buildDtmfCallerId, parseDtmfCallerId } from '../../../src/media/dsp/caller-id-dtmf.ts';
import { displayName, nameBytes } from '../../../src/media/dsp/caller-id-name.ts';
import { CallerIdReceiver, type HeardCallerId } from '../../../src/media/dsp/caller-id-receiver.ts';
import { CallerIdSender } from '../../../src/media/dsp/caller-id-sender.ts';
import { BELL202, V23 } from '../../../src/media/dsp/fsk.ts';
import { FskMessageFinder } from '../../../src/media/dsp/fsk-message.ts';
import { FskModulator } from '../../../src/media/dsp/fsk-modulator.ts';
import { PCMA } from '../../../src/media/dsp/g711.ts';
import { levelDbm0, toneLevelDbm0 } from '../../../src/media/dsp/level.ts';
import { inFrames, randomOf, Signal } from './signal.ts';

const TIME = new Date(2026, 0, 15, 9, 5);
const SCHEMES: CallerIdScheme[] = ['fsk-v23', 'fsk-bell202', 'dtmf'];

t.test('messages byte for byte', async (t) => {
  // Worked by hand from EN 300 659-3: type, length, parameters, two's complement of the sum.
  const mdmf = [
    0x80,
    0x14,
    0x01,
    0x08,
    ...ascii('01150905'),
    0x02,
    0x04,
    ...ascii('1234'),
    0x07,
    0x02,
    ...ascii('Li'),
  ];
  t.same(
    [...buildMdmf({ number: '1234', name: 'Ли', time: TIME })],
    checked([...mdmf.map((b, i) => (i === 1 ? mdmf.length - 2 : b))]),
  );
  t.same([...buildSdmf({ number: '5551212', time: TIME })], checked([0x04, 15, ...ascii('011509055551212')]));
  t.same([...buildSdmf({ absence: 'private', time: TIME })], checked([0x04, 9, ...ascii('01150905P')]));
  t.same([...buildMdmf({ absence: 'unavailable' })], checked([0x80, 6, 0x04, 1, 0x4f, 0x08, 1, 0x4f]));
});

t.test('what is built is read back', async (t) => {
  const time = { month: 1, day: 15, hour: 9, minute: 5 };
  t.same(parseCallerId(buildMdmf({ number: '+78121234567', name: 'Anna', time: TIME })), {
    number: '78121234567',
    name: 'Anna',
    time,
  });
  t.same(
    parseCallerId(buildMdmf({ number: '78121234567', absence: 'private' })),
    { absence: 'private' },
    'withheld is not sent',
  );
  t.same(parseCallerId(buildMdmf({ name: 'X' })), { absence: 'unavailable', name: 'X' });
  t.same(parseCallerId(buildSdmf({ number: '1234', time: TIME })), { number: '1234', time });
  t.throws(() => buildMdmf({ number: '12a' }), { code: 'media/caller-id' });
});

t.test('spoilt messages are refused, whatever byte is wrong or missing', async (t) => {
  const good = buildMdmf({ number: '84951234567', time: TIME });
  for (let i = 0; i < good.length; i++) {
    const bad = good.slice();
    bad[i] = bad[i]! ^ 0x10;
    t.throws(() => parseCallerId(bad), { code: 'media/caller-id' }, `byte ${i}`);
    t.throws(() => parseCallerId(good.subarray(0, i)), { code: 'media/caller-id' }, `cut to ${i}`);
  }
});

const SURE = new Float64Array(8).fill(2);

t.test('a message is found after seizure and noise that looks like beginnings', async (t) => {
  const finder = new FskMessageFinder(MESSAGE_TYPES, isCallerId);
  const noise = [0x55, 0x55, 0x80, 0xff, 0x04, 0x03, 0x55, 0x80];
  const sent = buildMdmf({ number: '112233' });
  const found = [...noise, ...sent].flatMap((b) => finder.push(b, SURE) ?? []);
  t.same(found, [sent]);
});

t.test('a few doubtful bits are mended; where there are two ways, nothing is guessed', async (t) => {
  const sent = buildMdmf({ number: '84951234567', time: TIME });
  const spoilt = (turned: [byte: number, bit: number, sure: number][], doubted = turned) => {
    const finder = new FskMessageFinder(MESSAGE_TYPES, isCallerId);
    sent.forEach((byte, i) => {
      const sure = SURE.slice();
      for (const [at, bit, value] of doubted) if (at === i) sure[bit] = value;
      const wrong = turned.filter(([at]) => at === i).reduce((b, [, bit]) => b ^ (1 << bit), byte);
      t.equal(finder.push(wrong, sure), undefined);
    });
    return finder.end();
  };
  t.same(spoilt([[15, 2, 0.1]]), sent, 'one bit');
  t.same(
    spoilt([
      [15, 2, 0.1],
      [20, 0, 0.2],
    ]),
    sent,
    'two',
  );
  t.same(spoilt([[0, 7, 0.1]]), sent, 'the type');
  t.same(spoilt([[1, 0, 0.1]]), sent, 'the length');
  t.equal(spoilt([[15, 2, 0.9]]), undefined, 'a bit that was sure stays');
  // A 4 that came as 6, and a 2 hardly surer: taking 2 from either mends the sum.
  t.equal(
    spoilt(
      [[14, 1, 0.1]],
      [
        [15, 1, 0.1],
        [19, 1, 0.11],
      ],
    ),
    undefined,
    'two ways',
  );
});

t.test('names are shown as telephones can', async (t) => {
  t.equal(displayName('Юлия Щукина-Ъ'), 'Iuliia Shchukin');
  t.equal(displayName('«Рога и копыта»'), 'Roga i kopyta');
  t.equal(displayName('日本'), '');
  t.same(nameBytes('Ёж №1', 'cp1251'), [0xa8, 0xe6, 0x20, 0xb9, 0x31]);
  t.same(nameBytes('Анна', 'none'), []);
  const name = 'Юлия Щукина';
  t.equal(parseCallerId(buildMdmf({ number: '1', name, letters: 'cp1251' })).name, name);
  t.equal(parseCallerId(buildMdmf({ number: '1', name })).name, 'Iuliia Shchukin');
});

t.test('messages about the lamp', async (t) => {
  t.same([...buildWaiting({ waiting: true }, 'sdmf')], checked([0x06, 3, 0x42, 0x42, 0x42]));
  t.same([...buildWaiting({ waiting: false }, 'sdmf')], checked([0x06, 3, 0x6f, 0x6f, 0x6f]));
  t.same(
    [...buildWaiting({ waiting: true, count: 2 })],
    checked([0x82, 9, 0x0b, 1, 0xff, 0x13, 1, 2, 0x11, 1, 0x81]),
  );
  t.same(parseCallerId(buildWaiting({ waiting: true, count: 2 })), { waiting: { on: true, count: 2 } });
  t.same(parseCallerId(buildWaiting({ waiting: false }, 'sdmf')), { waiting: { on: false } });
});

t.test('DTMF strings', async (t) => {
  t.equal(buildDtmfCallerId({ number: '+7(495)'.replace(/[()]/g, '') }), 'A7495C');
  t.equal(buildDtmfCallerId({ number: '123' }, { start: 'D', end: '#' }), 'D123#');
  t.equal(buildDtmfCallerId({ number: '123', absence: 'private' }), 'B10C');
  t.equal(buildDtmfCallerId({}), 'B00C');
  t.same(parseDtmfCallerId('A84951234567C'), { number: '84951234567' });
  t.same(parseDtmfCallerId('D1234567#'), { number: '1234567' });
  t.same(parseDtmfCallerId('B10C'), { absence: 'private' });
  t.same(parseDtmfCallerId('B00C'), { absence: 'unavailable' });
  t.same(parseDtmfCallerId('D1#'), { absence: 'private' });
  t.same(parseDtmfCallerId('D2#'), { absence: 'unavailable' });
  t.same(parseDtmfCallerId('D3C'), { absence: 'unavailable' });
  t.same(parseDtmfCallerId('A88121234567D4951112233C'), { number: '88121234567' }, 'redirected');
  t.same(parseDtmfCallerId('A88121234567#'), { number: '88121234567' });
  for (const other of ['', '123', 'A1', 'AC', '*21#']) t.equal(parseDtmfCallerId(other), undefined, other);
});

t.test('the signal: level, frequencies, length', async (t) => {
  for (const [standard, mark, space] of [
    [V23, 1300, 2100],
    [BELL202, 1200, 2200],
  ] as const) {
    const modulator = new FskModulator(standard, -13.5);
    modulator.start(new Uint8Array(0), { seizureBits: 0, markBits: 240 });
    const pcm = new Int16Array(1600);
    modulator.process(pcm);
    t.ok(Math.abs(toneLevelDbm0(pcm, mark) + 13.5) < 0.1, 'mark');
    modulator.start(new Uint8Array(0), { seizureBits: 300, markBits: 0 });
    t.equal(modulator.process(new Int16Array(8000)), Math.ceil((304 * 8000) / 1200), 'seizure of 250 ms');
    modulator.start(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0), { seizureBits: 0, markBits: 0 });
    modulator.process(pcm, 533);
    t.ok(toneLevelDbm0(pcm, space, 0, 60) > toneLevelDbm0(pcm, mark, 0, 60) + 10, 'zeros are space');
    modulator.stop();
    t.equal(modulator.active, false);
  }
  const sender = new CallerIdSender(
    { scheme: 'fsk-v23' },
    { number: '84951234567', name: 'Иванов Пётр', time: TIME },
  );
  const pcm = new Int16Array(16_000);
  const length = sender.process(pcm);
  t.ok(length < 8 * 1100, `fits between two rings: ${length / 8} ms`);
  t.ok(Math.abs(levelDbm0(pcm, 0, length) + 13.5) < 0.1);
});

t.test('received whole over noise, A-law and a weak line, in any scheme', async (t) => {
  const random = randomOf(9);
  for (const scheme of SCHEMES) {
    for (const [snr, gain] of [
      [40, 1],
      [25, 0.1],
      [15, 1],
      [12, 0.5],
    ] as const) {
      for (let n = 0; n < 4; n++) {
        const number = `8${Math.floor(random() * 1e10)}`;
        const heard = receive(lineOf(scheme, { number, name: 'Анна' }, snr, gain, n));
        t.equal(heard.length, 1, `${scheme} at ${snr} dB: once`);
        t.equal(heard[0]?.info.number, number);
        t.equal(heard[0]?.way, scheme);
        if (scheme !== 'dtmf')
          t.match(heard[0]?.info, { name: 'Anna', time: { month: 1, day: 15, hour: 9, minute: 5 } });
      }
    }
    t.same(
      receive(lineOf(scheme, { absence: 'private' }, 30, 1, 1)).map((c) => c.info.absence),
      ['private'],
    );
  }
});

t.test('nothing is received where nothing was sent', async (t) => {
  t.same(receive(new Signal(8000, 3).noise(-20).pcm()), [], 'noise');
  t.same(receive(new Signal(3000, 3).sine(425, -10).pcm()), [], 'a tone');
  t.same(receive(new Signal(3000, 3).sine(25, -5, 0, 1000).noise(-50).pcm()), [], 'ringing');
});

t.test('that one begins is told early; one that breaks off is forgotten before the next', async (t) => {
  const whole = lineOf('fsk-v23', { number: '123' }, 60, 1, 1);
  const told: string[] = [];
  const receiver = new CallerIdReceiver({
    begun: () => told.push('begun'),
    heard: ({ info }) => told.push(info.number ?? ''),
  });
  const hear = (pcm: Int16Array): void => inFrames(pcm, (frame) => receiver.process(frame));
  // 190 ms before it, 250 ms of seizure; cut in the middle of that.
  hear(whole.subarray(0, 3000));
  t.same(told, ['begun']);
  hear(new Int16Array(4000));
  hear(whole.subarray(0, 1000));
  t.same(told, ['begun'], 'noise is no beginning');
  hear(whole.subarray(1000));
  hear(new Int16Array(4000));
  t.same(told, ['begun', 'begun', '123']);
});

function ascii(text: string): number[] {
  return [...text].map((c) => c.charCodeAt(0));
}

function checked(bytes: number[]): number[] {
  return [...bytes, -bytes.reduce((a, b) => a + b, 0) & 0xff];
}

/** A second of line noise around caller ID, through A-law. */
function lineOf(
  scheme: CallerIdScheme,
  data: { number?: string; name?: string; absence?: 'private' },
  snr: number,
  gain: number,
  seed: number,
): Int16Array {
  const sender = new CallerIdSender({ scheme }, { ...data, time: TIME });
  const level = (scheme === 'dtmf' ? -10 : -13.5) + 20 * Math.log10(gain);
  const noise = new Signal(3600, seed + 1).noise(level - snr);
  const part = new Int16Array(25_000);
  sender.process(part);
  const at = 1500 + seed * 7;
  for (let i = 0; i < part.length; i++) noise.samples[at + i]! += part[i]! * gain;
  const pcm = noise.pcm();
  const law = new Uint8Array(pcm.length);
  PCMA.encode(pcm, law);
  PCMA.decode(law, pcm);
  return pcm;
}

function receive(pcm: Int16Array): HeardCallerId[] {
  const heard: HeardCallerId[] = [];
  const receiver = new CallerIdReceiver({ begun: () => {}, heard: (one) => heard.push(one) });
  inFrames(pcm, (f) => receiver.process(f));
  inFrames(new Int16Array(4000), (f) => receiver.process(f));
  return heard;
}
