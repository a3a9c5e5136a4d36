/**
 * The golden frames, their bytes laid out by hand from frame.md: `bytes` is type, seq and payload in
 * hexadecimal with the CRC left out, `frame` what it means. Nothing here may import a codec.
 */
export interface Golden {
  name: string;
  bytes: string;
  frame: Record<string, unknown>;
  /** Coding of the session, where the meaning depends on it. */
  coding?: 'linear' | 'alaw';
}

const text = (s: string) => Buffer.from(s, 'utf8').toString('hex');
const command = (seq: number, c: Record<string, unknown>) => ({ type: 'command', seq, command: c });
const told = (seq: number, i: Record<string, unknown>) => ({ type: 'indication', seq, indication: i });

/** 80 samples as hexadecimal, each made by `sample` and written little-endian in two bytes. */
function linear(sample: (i: number) => number): string {
  let hex = '';
  for (let i = 0; i < 80; i++) {
    const v = sample(i) & 0xffff;
    hex += (v & 0xff).toString(16).padStart(2, '0') + (v >> 8).toString(16).padStart(2, '0');
  }
  return hex;
}
const silence = linear(() => 0);
const ramp = linear((i) => i * 257 - 10000);
const loud = linear((i) => (i % 2 ? 32767 : -32768));
/** 80 bytes 0xd5: A-law's positive zero. */
const alawSilence = 'd5'.repeat(80);
const alawCount = Array.from({ length: 80 }, (_, i) => (i + 1).toString(16).padStart(2, '0')).join('');
const sixteen = Array.from({ length: 16 }, (_, p) => linear((i) => (p + 1) * 256 + i + 1));

export const goldens: Golden[] = [
  {
    name: 'hello, both codings, no limit',
    bytes: `01 00 01 01 03 00000000 78563412 08 ${text('linegate')}`,
    frame: {
      type: 'hello',
      protocolMin: 1,
      protocolMax: 1,
      codings: ['linear', 'alaw'],
      bandwidth: 0,
      session: 0x12345678,
      name: 'linegate',
    },
  },
  {
    name: 'hello, A-law only, 115200 baud, empty name',
    bytes: '01 00 01 03 02 00c20100 ffffffff 00',
    frame: {
      type: 'hello',
      protocolMin: 1,
      protocolMax: 3,
      codings: ['alaw'],
      bandwidth: 115200,
      session: 0xffffffff,
      name: '',
    },
  },
  {
    name: 'hello with bytes of a later version after its end',
    bytes: '01 00 01 02 01 c0c62d00 01000000 02 c3bc aabbcc',
    frame: {
      type: 'hello',
      protocolMin: 1,
      protocolMax: 2,
      codings: ['linear'],
      bandwidth: 3000000,
      session: 1,
      name: 'ü',
    },
  },
  {
    name: 'welcome, two ports joined by a relay',
    bytes: `02 00 01 01 01 01 00000000 78563412 efbeadde 00000000 a000 02 ${text('B2')} 03 ${text('A-7')} 05 ${text('1.0.0')} 02 010102 020201`,
    frame: {
      type: 'welcome',
      protocol: 1,
      cardMin: 1,
      cardMax: 1,
      coding: 'linear',
      bandwidth: 0,
      session: 0x12345678,
      bootId: 0xdeadbeef,
      clock: 0,
      playoutLead: 160,
      board: 'B2',
      serial: 'A-7',
      firmware: '1.0.0',
      ports: [
        { port: 1, kind: 'fxs', lifelinePeer: 2 },
        { port: 2, kind: 'fxo', lifelinePeer: 1 },
      ],
    },
  },
  {
    name: 'welcome of a slow card, A-law, eight ports',
    bytes: `02 00 01 01 02 02 00100e00 01000000 02000000 ffffffff 4001 02 ${text('B8')} 00 00 08 010105 020106 030100 040100 050201 060202 070200 080200`,
    frame: {
      type: 'welcome',
      protocol: 1,
      cardMin: 1,
      cardMax: 2,
      coding: 'alaw',
      bandwidth: 921600,
      session: 1,
      bootId: 2,
      clock: 0xffffffff,
      playoutLead: 320,
      board: 'B8',
      serial: '',
      firmware: '',
      ports: [
        { port: 1, kind: 'fxs', lifelinePeer: 5 },
        { port: 2, kind: 'fxs', lifelinePeer: 6 },
        { port: 3, kind: 'fxs' },
        { port: 4, kind: 'fxs' },
        { port: 5, kind: 'fxo', lifelinePeer: 1 },
        { port: 6, kind: 'fxo', lifelinePeer: 2 },
        { port: 7, kind: 'fxo' },
        { port: 8, kind: 'fxo' },
      ],
    },
  },
  {
    name: 'welcome unasked after boot, session 0',
    bytes: `02 00 01 01 01 01 00000000 00000000 07000000 401f0000 a000 02 ${text('B2')} 00 00 02 010100 020200`,
    frame: {
      type: 'welcome',
      protocol: 1,
      cardMin: 1,
      cardMax: 1,
      coding: 'linear',
      bandwidth: 0,
      session: 0,
      bootId: 7,
      clock: 8000,
      playoutLead: 160,
      board: 'B2',
      serial: '',
      firmware: '',
      ports: [
        { port: 1, kind: 'fxs' },
        { port: 2, kind: 'fxo' },
      ],
    },
  },
  {
    name: 'welcome of a card that speaks no common version',
    bytes: '02 00 00 02 04 00 00000000 78563412 09000000 00000000 0000 00 00 00 00',
    frame: {
      type: 'welcome',
      protocol: 0,
      cardMin: 2,
      cardMax: 4,
      session: 0x12345678,
      bandwidth: 0,
      bootId: 9,
      clock: 0,
      playoutLead: 0,
      board: '',
      serial: '',
      firmware: '',
      ports: [],
    },
  },
  {
    name: 'keepalive of the host',
    bytes: '03 00 78563412',
    frame: { type: 'keepalive', session: 0x12345678 },
  },
  {
    name: 'keepalive of the card',
    bytes: '04 00 78563412 efbeadde 40420f00 e8030000 02000000 01000000 00000080',
    frame: {
      type: 'card-keepalive',
      session: 0x12345678,
      bootId: 0xdeadbeef,
      clock: 1000000,
      framesReceived: 1000,
      checksumErrors: 2,
      audioLost: 1,
      audioLate: 0x80000000,
    },
  },
  { name: 'ack', bytes: '11 00', frame: { type: 'ack', seq: 0 } },
  { name: 'ack, last number', bytes: '11 ff', frame: { type: 'ack', seq: 255 } },
  { name: 'nack, busy', bytes: '12 07 06', frame: { type: 'nack', seq: 7, reason: 'busy' } },
  { name: 'nack, no session', bytes: '12 00 09', frame: { type: 'nack', seq: 0, reason: 'no-session' } },
  { name: 'acknowledged indication', bytes: '21 80', frame: { type: 'indication-ack', seq: 128 } },

  {
    name: 'configure without hook timing',
    bytes: `10 00 01 05 02 ${text('ru')} 0000 e2ff 00`,
    frame: command(0, { type: 'configure', port: 5, country: 'ru', rxGainDb: 0, txGainDb: -3 }),
  },
  {
    name: 'configure with hook timing, gains in tenths',
    bytes: `10 01 01 01 02 ${text('ru')} 0f00 6aff 01 01 1400 6e00 fa00 7800 8403`,
    frame: command(1, {
      type: 'configure',
      port: 1,
      country: 'ru',
      rxGainDb: 1.5,
      txGainDb: -15,
      hook: {
        pulseDialing: true,
        pulseBreakMin: 20,
        pulseBreakMax: 110,
        interDigit: 250,
        flashMin: 120,
        flashMax: 900,
      },
    }),
  },
  {
    name: 'configure, pulses off, so a short flash is allowed',
    bytes: `10 02 01 10 04 ${text('etsi')} 9600 0000 01 00 1400 6e00 fa00 5000 5802`,
    frame: command(2, {
      type: 'configure',
      port: 16,
      country: 'etsi',
      rxGainDb: 15,
      txGainDb: 0,
      hook: {
        pulseDialing: false,
        pulseBreakMin: 20,
        pulseBreakMax: 110,
        interDigit: 250,
        flashMin: 80,
        flashMax: 600,
      },
    }),
  },
  { name: 'audio on', bytes: '10 03 02 01 01', frame: command(3, { type: 'audio', port: 1, on: true }) },
  { name: 'audio off', bytes: '10 04 02 10 00', frame: command(4, { type: 'audio', port: 16, on: false }) },
  {
    name: 'ring, 1 s on and 4 s off',
    bytes: '10 05 03 01 02 e803 a00f',
    frame: command(5, { type: 'ring', port: 1, cadence: [1000, 4000] }),
  },
  {
    name: 'ring, distinctive, four times',
    bytes: '10 06 03 04 04 9001 c800 9001 a00f',
    frame: command(6, { type: 'ring', port: 4, cadence: [400, 200, 400, 4000] }),
  },
  { name: 'ring-stop', bytes: '10 07 04 04', frame: command(7, { type: 'ring-stop', port: 4 }) },
  {
    name: 'polarity reversed',
    bytes: '10 08 05 03 01',
    frame: command(8, { type: 'polarity', port: 3, reversed: true }),
  },
  {
    name: 'current break of 500 ms',
    bytes: '10 09 06 03 f401',
    frame: command(9, { type: 'current-break', port: 3, ms: 500 }),
  },
  { name: 'seize', bytes: '10 0a 07 05', frame: command(10, { type: 'seize', port: 5 }) },
  { name: 'release', bytes: '10 0b 08 05', frame: command(11, { type: 'release', port: 5 }) },
  { name: 'flash', bytes: '10 0c 09 07 6400', frame: command(12, { type: 'flash', port: 7, ms: 100 }) },
  {
    name: 'pulse-dial',
    bytes: `10 fe 0a 06 3c00 2800 2003 04 ${text('8900')}`,
    frame: command(254, {
      type: 'pulse-dial',
      port: 6,
      digits: '8900',
      breakMs: 60,
      makeMs: 40,
      interDigitMs: 800,
    }),
  },
  {
    name: 'lifeline let go, of the whole card',
    bytes: '10 ff 0b 00 00',
    frame: command(255, { type: 'lifeline', engaged: false }),
  },
  {
    name: 'lifeline joined',
    bytes: '10 00 0b 00 01',
    frame: command(0, { type: 'lifeline', engaged: true }),
  },

  {
    name: 'off-hook at clock 0',
    bytes: '20 00 00000000 01 01',
    frame: told(0, { type: 'off-hook', port: 1, at: 0 }),
  },
  {
    name: 'on-hook just before the clock wraps',
    bytes: '20 01 ffffffff 02 10',
    frame: told(1, { type: 'on-hook', port: 16, at: 0xffffffff }),
  },
  {
    name: 'hook flash of 180 ms',
    bytes: '20 02 10270000 03 02 b400',
    frame: told(2, { type: 'flash', port: 2, at: 10000, ms: 180 }),
  },
  {
    name: 'pulse digit 0',
    bytes: '20 03 11270000 04 02 30',
    frame: told(3, { type: 'pulse-digit', port: 2, at: 10001, digit: '0' }),
  },
  {
    name: 'pulse digit 9',
    bytes: '20 04 12270000 04 02 39',
    frame: told(4, { type: 'pulse-digit', port: 2, at: 10002, digit: '9' }),
  },
  {
    name: 'ring phase began',
    bytes: '20 05 00010000 05 01 01',
    frame: told(5, { type: 'ring-phase', port: 1, at: 256, on: true }),
  },
  {
    name: 'city line rings',
    bytes: '20 06 00000100 06 05 01',
    frame: told(6, { type: 'ring', port: 5, at: 65536, on: true }),
  },
  {
    name: 'ring burst ended',
    bytes: '20 07 00000001 06 05 00',
    frame: told(7, { type: 'ring', port: 5, at: 0x1000000, on: false }),
  },
  {
    name: 'polarity of a city line turned',
    bytes: '20 08 01020304 07 05 01',
    frame: told(8, { type: 'polarity', port: 5, at: 0x04030201, reversed: true }),
  },
  {
    name: 'loop break of 500 ms',
    bytes: '20 09 01000000 08 05 f401',
    frame: told(9, { type: 'loop-break', port: 5, at: 1, ms: 500 }),
  },
  {
    name: 'line dead',
    bytes: '20 0a 02000000 09 08 00 0000',
    frame: told(10, { type: 'line-state', port: 8, at: 2, state: 'dead', volts: 0 }),
  },
  {
    name: 'line idle, 60.5 V',
    bytes: '20 0b 03000000 09 05 01 5d02',
    frame: told(11, { type: 'line-state', port: 5, at: 3, state: 'idle', volts: 60.5 }),
  },
  {
    name: 'line in use, 8.3 V',
    bytes: '20 0c 04000000 09 06 02 5300',
    frame: told(12, { type: 'line-state', port: 6, at: 4, state: 'in-use', volts: 8.3 }),
  },
  {
    name: 'loop current of 23.4 mA',
    bytes: '20 0d 05000000 0a 05 ea00',
    frame: told(13, { type: 'loop-current', port: 5, at: 5, milliamps: 23.4 }),
  },
  {
    name: 'pulses sent',
    bytes: '20 0e 06000000 0b 06',
    frame: told(14, { type: 'pulses-sent', port: 6, at: 6 }),
  },
  {
    name: 'foreign voltage on an FXS port',
    bytes: '20 0f 07000000 0c 04 01 5802',
    frame: told(15, { type: 'foreign-voltage', port: 4, at: 7, present: true, volts: 60 }),
  },
  {
    name: 'lifeline relay parted',
    bytes: '20 10 08000000 0d 01 00',
    frame: told(16, { type: 'lifeline', port: 1, at: 8, engaged: false }),
  },

  {
    name: 'audio frame without ports',
    bytes: '30 00 00000000 0000',
    coding: 'linear',
    frame: { type: 'audio', seq: 0, timestamp: 0, channels: [] },
  },
  {
    name: 'audio, one port, linear silence',
    bytes: `30 01 50000000 0100 ${silence}`,
    coding: 'linear',
    frame: { type: 'audio', seq: 1, timestamp: 80, channels: [{ port: 1, data: silence }] },
  },
  {
    name: 'audio, ports 3 and 16, linear, runs longer than 254 bytes without a zero',
    bytes: `30 02 a1b2c3d4 0480 ${ramp} ${loud}`,
    coding: 'linear',
    frame: {
      type: 'audio',
      seq: 2,
      timestamp: 0xd4c3b2a1,
      channels: [
        { port: 3, data: ramp },
        { port: 16, data: loud },
      ],
    },
  },
  {
    name: 'audio, two ports, A-law',
    bytes: `30 ff f0ffffff 0300 ${alawSilence} ${alawCount}`,
    coding: 'alaw',
    frame: {
      type: 'audio',
      seq: 255,
      timestamp: 0xfffffff0,
      channels: [
        { port: 1, data: alawSilence },
        { port: 2, data: alawCount },
      ],
    },
  },
  {
    name: 'audio, sixteen ports, linear: the longest frame',
    bytes: `30 03 00000001 ffff ${sixteen.join('')}`,
    coding: 'linear',
    frame: {
      type: 'audio',
      seq: 3,
      timestamp: 0x1000000,
      channels: sixteen.map((data, i) => ({ port: i + 1, data })),
    },
  },
];

/** Commands whose frame is whole but which the card refuses; `bytes` as above. */
export const refusedCommands: { name: string; bytes: string; seq: number; nack: string }[] = [
  { name: 'command of no meaning', bytes: '10 00 63 01', seq: 0, nack: 'unknown-command' },
  { name: 'command without a port', bytes: '10 01 07', seq: 1, nack: 'malformed' },
  { name: 'seize with a byte too many', bytes: '10 02 07 05 00', seq: 2, nack: 'malformed' },
  { name: 'audio, bool 2', bytes: '10 03 02 01 02', seq: 3, nack: 'malformed' },
  { name: 'ring with one time only', bytes: '10 04 03 01 01 e803', seq: 4, nack: 'out-of-range' },
  { name: 'ring, list shorter than its count', bytes: '10 05 03 01 02 e803', seq: 5, nack: 'malformed' },
  { name: 'ring of 19 ms', bytes: '10 06 03 01 02 1300 a00f', seq: 6, nack: 'out-of-range' },
  { name: 'current break of 0 ms', bytes: '10 07 06 01 0000', seq: 7, nack: 'out-of-range' },
  {
    name: 'pulse-dial of a letter',
    bytes: '10 08 0a 05 3c00 2800 2003 01 41',
    seq: 8,
    nack: 'out-of-range',
  },
  {
    name: 'pulse-dial, string longer than the payload',
    bytes: '10 09 0a 05 3c00 2800 2003 05 31',
    seq: 9,
    nack: 'malformed',
  },
  {
    name: 'flash window inside the pulse window',
    bytes: `10 0a 01 01 02 ${text('ru')} 0000 0000 01 01 1400 6e00 fa00 5000 8403`,
    seq: 10,
    nack: 'out-of-range',
  },
  {
    name: 'gain of 15.1 dB',
    bytes: `10 0b 01 01 02 ${text('ru')} 9700 0000 00`,
    seq: 11,
    nack: 'out-of-range',
  },
];

/** Frames with a right CRC that are to be dropped as malformed or of unknown type. */
export const dropped: { name: string; bytes: string; reason: string; coding?: 'linear' | 'alaw' }[] = [
  { name: 'type 0x7f', bytes: '7f 00 01', reason: 'unknown-type' },
  { name: 'type 0x00', bytes: '00 00', reason: 'unknown-type' },
  { name: 'hello cut short', bytes: '01 00 01 01 03 00000000', reason: 'malformed' },
  {
    name: 'hello whose name is longer than the frame',
    bytes: '01 00 01 01 03 00000000 01000000 09 61',
    reason: 'malformed',
  },
  {
    name: 'welcome with a port of no kind',
    bytes: '02 00 01 01 01 01 00000000 01000000 01000000 00000000 a000 00 00 00 02 010300 020200',
    reason: 'malformed',
  },
  {
    name: 'welcome with port 17',
    bytes: '02 00 01 01 01 01 00000000 01000000 01000000 00000000 a000 00 00 00 02 010100 110200',
    reason: 'malformed',
  },
  { name: 'keepalive of three bytes', bytes: '03 00 010000', reason: 'malformed' },
  { name: 'ack with a payload', bytes: '11 00 00', reason: 'malformed' },
  { name: 'nack of no reason', bytes: '12 00 00', reason: 'malformed' },
  { name: 'nack of a reason not in the table', bytes: '12 00 40', reason: 'malformed' },
  { name: 'indication of no meaning', bytes: '20 00 00000000 63 01', reason: 'malformed' },
  { name: 'indication, line in a fourth state', bytes: '20 00 00000000 09 05 03 0000', reason: 'malformed' },
  { name: 'indication, pulse digit colon', bytes: '20 00 00000000 04 01 3a', reason: 'malformed' },
  { name: 'indication of port 0', bytes: '20 00 00000000 01 00', reason: 'malformed' },
  {
    name: 'audio, 159 bytes for one port',
    bytes: `30 00 00000000 0100 ${silence.slice(2)}`,
    reason: 'malformed',
    coding: 'linear',
  },
  {
    name: 'audio, A-law sized frame in a linear session',
    bytes: `30 00 00000000 0100 ${alawSilence}`,
    reason: 'malformed',
    coding: 'linear',
  },
  {
    name: 'audio, one port said and two sent',
    bytes: `30 00 00000000 0100 ${alawSilence}${alawSilence}`,
    reason: 'malformed',
    coding: 'alaw',
  },
];
