import t from 'tap';
import {
  buildDtmfCallerId,
  buildMdmf,
  buildSdmf,
  CallerIdAssembler,
  type CallerIdScheme,
  displayName,
  parseCallerId,
  parseDtmfCallerId,
  type ReceivedCallerId,
} from '../../../src/media/dsp/caller-id.ts';
import { CallerIdReceiver } from '../../../src/media/dsp/caller-id-receiver.ts';
import { CallerIdSender } from '../../../src/media/dsp/caller-id-sender.ts';
import { BELL202, V23 } from '../../../src/media/dsp/fsk.ts';
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

t.test('a message is found after seizure and noise that looks like beginnings', async (t) => {
  const assembler = new CallerIdAssembler();
  const noise = [0x55, 0x55, 0x80, 0xff, 0x04, 0x03, 0x55, 0x80];
  const found = [...noise, ...buildMdmf({ number: '112233' })].map((b) => assembler.push(b)).filter((m) => m);
  t.same(found, [{ number: '112233' }]);
});

t.test('names are shown as telephones can', async (t) => {
  t.equal(displayName('Юлия Щукина-Ъ'), 'Iuliia Shchukin');
  t.equal(displayName('«Рога и копыта»'), 'Roga i kopyta');
  t.equal(displayName('日本'), '');
});

t.test('DTMF strings', async (t) => {
  t.equal(buildDtmfCallerId({ number: '+7(495)'.replace(/[()]/g, '') }), 'A7495C');
  t.equal(buildDtmfCallerId({ number: '123' }, { start: 'D', end: '#' }), 'D123#');
  t.equal(buildDtmfCallerId({ number: '123', absence: 'private' }), 'B10C');
  t.equal(buildDtmfCallerId({}), 'B00C');
  t.same(parseDtmfCallerId('A84951234567C'), { number: '84951234567' });
  t.same(parseDtmfCallerId('D1234567#'), { number: '1234567' });
  t.same(parseDtmfCallerId('B10C'), { absence: 'private' });
  t.same(parseDtmfCallerId('D2#'), { absence: 'unavailable' });
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
  const sender = new CallerIdSender('fsk-v23', { number: '84951234567', name: 'Иванов Пётр', time: TIME });
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
      for (let n = 0; n < 8; n++) {
        const number = `8${Math.floor(random() * 1e10)}`;
        const heard = receive(lineOf(scheme, { number, name: 'Анна' }, snr, gain, n));
        t.equal(heard.length, 1, `${scheme} at ${snr} dB: once`);
        t.equal(heard[0]?.number, number);
        if (scheme !== 'dtmf')
          t.match(heard[0], { name: 'Anna', time: { month: 1, day: 15, hour: 9, minute: 5 } });
      }
    }
    t.same(
      receive(lineOf(scheme, { absence: 'private' }, 30, 1, 1)).map((c) => c.absence),
      ['private'],
    );
  }
});

t.test('nothing is received where nothing was sent', async (t) => {
  t.same(receive(new Signal(8000, 3).noise(-20).pcm()), [], 'noise');
  t.same(receive(new Signal(3000, 3).sine(425, -10).pcm()), [], 'a tone');
  t.same(receive(new Signal(3000, 3).sine(25, -5, 0, 1000).noise(-50).pcm()), [], 'ringing');
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
  const sender = new CallerIdSender(scheme, { ...data, time: TIME });
  const level = (scheme === 'dtmf' ? -10 : -13.5) + 20 * Math.log10(gain);
  const noise = new Signal(4500, seed + 1).noise(level - snr);
  const part = new Int16Array(28_000);
  sender.process(part);
  const at = 3000 + seed * 7;
  for (let i = 0; i < part.length; i++) noise.samples[at + i]! += part[i]! * gain;
  const pcm = noise.pcm();
  const law = new Uint8Array(pcm.length);
  PCMA.encode(pcm, law);
  PCMA.decode(law, pcm);
  return pcm;
}

function receive(pcm: Int16Array): ReceivedCallerId[] {
  const heard: ReceivedCallerId[] = [];
  const receiver = new CallerIdReceiver((info) => heard.push(info));
  inFrames(pcm, (f) => receiver.process(f));
  inFrames(new Int16Array(8000), (f) => receiver.process(f));
  return heard;
}
