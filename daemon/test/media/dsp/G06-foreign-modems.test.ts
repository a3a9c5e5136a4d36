import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { buildMdmf } from '../../../src/media/dsp/caller-id.ts';
import { CallerIdReceiver, type HeardCallerId } from '../../../src/media/dsp/caller-id-receiver.ts';
import { CallerIdSender } from '../../../src/media/dsp/caller-id-sender.ts';
import { wavFile } from '../../kit/wav.ts';
import { inFrames } from './signal.ts';

const TIME = new Date(2026, 0, 15, 9, 5);
const has = (tool: string): boolean => spawnSync('which', [tool]).status === 0;
const missing = ['minimodem', 'multimon-ng', 'sox'].filter((tool) => !has(tool));
const skip = missing.length === 0 ? false : `${missing.join(', ')} not installed`;
const tones = { 'fsk-v23': ['1300', '2100'], 'fsk-bell202': ['1200', '2200'] } as const;
const number = '84951234567';

for (const scheme of ['fsk-v23', 'fsk-bell202'] as const) {
  const [mark, space] = tones[scheme];

  t.test(`minimodem reads the bytes that we send: ${scheme}`, { skip }, async (t) => {
    const file = join(t.testdir(), 'ours.wav');
    writeFileSync(file, wavFile(play(scheme)));
    const read = run('minimodem', ['--rx', '-q', '-8', '-M', mark, '-S', space, '-f', file, '1200']);
    const message = Buffer.from(buildMdmf({ number, name: 'Anna', time: TIME }));
    t.ok(read.includes(message), `the message in ${read.length} bytes`);
  });

  t.test(`what minimodem sends is read: ${scheme}`, { skip }, async (t) => {
    const [file, slow] = [join(t.testdir(), 'theirs.wav'), join(t.testdir(), 'slow.wav')];
    const message = Buffer.from(buildMdmf({ number, name: 'Boris', time: TIME }));
    const bytes = Buffer.concat([Buffer.alloc(30, 0x55), message]);
    // It makes bits of whole samples: at 48 kHz they are 1200 in a second.
    const args = ['--tx', '-q', '-8', '-R', '48000', '-M', mark, '-S', space, '-f', file, '1200'];
    run('minimodem', args, bytes);
    run('sox', [file, '-r', '8000', slow, 'gain', '-14']);
    const heard = receive(pcmOf(readFileSync(slow)));
    t.match(heard, [{ way: scheme, info: { number, name: 'Boris' } }]);
    t.equal(heard[0]?.raw, message.toString('hex').replace(/..(?=.)/g, '$& '), 'the raw bytes are told');
  });
}

t.test('multimon-ng reads a Bell 202 message with its number', { skip }, async (t) => {
  const text = multimon(t.testdir(), 'CLIPFSK', play('fsk-bell202'));
  t.match(text, /84951234567/);
});

t.test('multimon-ng reads the digits of DTMF caller ID', { skip }, async (t) => {
  const digits = multimon(t.testdir(), 'DTMF', play('dtmf')).match(/DTMF: ./g);
  t.equal(digits?.map((one) => one.at(-1)).join(''), `A${number}C`);
});

function play(scheme: 'fsk-v23' | 'fsk-bell202' | 'dtmf'): Int16Array {
  const sender = new CallerIdSender({ scheme }, { number, name: 'Анна', time: TIME });
  const pcm = new Int16Array(scheme === 'dtmf' ? 19_000 : 12_000);
  sender.process(pcm.subarray(1600));
  return pcm;
}

function receive(pcm: Int16Array): HeardCallerId[] {
  const heard: HeardCallerId[] = [];
  const receiver = new CallerIdReceiver({ begun: () => {}, heard: (one) => heard.push(one) });
  inFrames(pcm, (frame) => receiver.process(frame));
  inFrames(new Int16Array(8000), (frame) => receiver.process(frame));
  return heard;
}

/** multimon-ng wants 22.05 kHz. */
function multimon(folder: string, demodulator: string, pcm: Int16Array): string {
  const [from, to] = [join(folder, 'from.wav'), join(folder, 'to.raw')];
  writeFileSync(from, wavFile(pcm));
  run('sox', [from, '-t', 'raw', '-r', '22050', '-e', 'signed', '-b', '16', '-c', '1', to]);
  return run('multimon-ng', ['-q', '-t', 'raw', '-a', demodulator, to]).toString('latin1');
}

function run(tool: string, args: string[], input?: Buffer): Buffer {
  const { stdout, stderr, error } = spawnSync(tool, args, { timeout: 10_000, ...(input ? { input } : {}) });
  if (error) throw error;
  return stdout.length > 0 ? stdout : stderr;
}

function pcmOf(file: Buffer): Int16Array {
  const at = file.indexOf('data') + 8;
  return new Int16Array(
    file.buffer.slice(file.byteOffset + at, file.byteOffset + at + ((file.length - at) & ~1)),
  );
}
