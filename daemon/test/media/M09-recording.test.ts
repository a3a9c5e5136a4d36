import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import type { RecordingFormat, RecordingOutcome } from '../../src/media/api.ts';
import { DtmfDetector } from '../../src/media/dsp/dtmf-detector.ts';
import { toneLevelDbm0 } from '../../src/media/dsp/level.ts';
import { opusHere } from '../../src/media/recording/opus-library.ts';
import { Recording } from '../../src/media/recording/recording.ts';
import { type FromRecorder, RemoteRecorder, serveRecorder } from '../../src/media/recording/remote.ts';
import { repairRecordings } from '../../src/media/recording/repair.ts';
import { RecordingWriter } from '../../src/media/recording/writer.ts';
import { recorderThread } from '../../src/worker/recorder-thread.ts';
import { engine, event, toward } from './support/engine.ts';
import { LineDouble } from './support/line-double.ts';
import { recorded } from './support/recorded.ts';
import { RtpPeer, sine } from './support/rtp-peer.ts';

const workerUrl = new URL('../../src/worker/recorder-worker.ts', import.meta.url);
const formats: RecordingFormat[] = opusHere() ? ['wav', 'opus'] : ['wav'];
if (formats.length < 2) t.comment('libopus.so.0 is not here: Opus is not tested');

/** The level in the better part of half a second: on a busy machine packets come late, and leave holes. */
function best(side: Int16Array, from: number, hz: number): number {
  const levels = [0, 0.1, 0.2, 0.3, 0.4].map((d) =>
    toneLevelDbm0(side.subarray(8000 * (from + d), 8000 * (from + d + 0.1)), hz),
  );
  return levels.sort((a, b) => a - b)[3]!;
}

/** The longest silence, s. */
function quiet(side: Int16Array): number {
  let longest = 0;
  let run = 0;
  for (const sample of side) {
    run = Math.abs(sample) < 16 ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest / 8000;
}

for (const format of formats) {
  t.test(
    `two trunks that were relayed are recorded as ${format}, each in its channel, and relayed again`,
    async (t) => {
      const a = await new RtpPeer().open();
      const b = await new RtpPeer().open();
      const media = engine(t, {}, undefined, recorderThread(workerUrl));
      t.teardown(() => a.close());
      t.teardown(() => b.close());
      const [ea, eb] = [await media.openRtp('127.0.0.1'), await media.openRtp('127.0.0.1')];
      a.remotePort = ea.port;
      b.remotePort = eb.port;
      await media.setRtp(ea.endpoint, toward(a));
      await media.setRtp(eb.endpoint, toward(b));
      await media.connect(ea.endpoint, eb.endpoint);
      a.talk(sine(1000, -10));
      b.talk(sine(425, -13));
      await b.more(10);
      const file = join(t.testdir(), `one.${format}`);
      const began = Date.now();
      await media.record(ea.endpoint, { id: 'one', file, format, minFreeBytes: 0 });
      await pause(800);
      await media.muteRecording('one', true);
      await pause(600);
      await media.muteRecording('one', false);
      const unmuted = (Date.now() - began) / 1000;
      await pause(800);
      const over = event((fn: (id: string, outcome: RecordingOutcome) => void) => media.on('recording', fn));
      const lasted = (Date.now() - began) / 1000;
      await media.stopRecording('one');
      const [, outcome] = await over;
      t.match(outcome, { kept: true, gapMs: 0, failed: undefined });
      const { left, right, seconds } = recorded(file);
      t.ok(Math.abs(seconds - lasted) < 0.2, `${seconds} s of ${lasted} s`);
      t.ok(Math.abs(outcome.durationMs / 1000 - seconds) < 0.02, 'as long as is told');
      for (const from of [0.25, unmuted + 0.25]) {
        t.ok(Math.abs(best(left, from, 1000) + 10) < 1, 'what it says is on the left');
        t.ok(Math.abs(best(right, from, 425) + 13) < 1, 'what it hears is on the right');
        t.ok(best(left, from, 425) < -45, 'nothing of one side is on the other');
        t.ok(best(right, from, 1000) < -45);
      }
      // Where in the file that is depends on how late the machine was; how long it is does not.
      for (const side of [left, right])
        t.ok(quiet(side) > 0.4, `muted for 0.6 s, ${quiet(side)} s of it silent`);
      const count = b.seen.length;
      await b.more(20);
      t.ok(b.seen.length > count, 'the call goes on');
      const ssrcs = new Set(b.seen.map(({ ssrc }) => ssrc));
      t.equal(ssrcs.size, 1, 'of one source throughout');
      const numbers = b.seen.map(({ sequence }) => sequence);
      t.ok(
        numbers.every((n, i) => i === 0 || ((n - numbers[i - 1]!) & 0xffff) === 1),
        'without a hole',
      );
    },
  );
}

t.test(
  'a line is recorded across hold and another party, with a caller on the right where asked',
  async (t) => {
    const line = new LineDouble();
    t.teardown(() => line.stop());
    const media = engine(t, {}, line, recorderThread(workerUrl));
    const file = join(t.testdir(), 'line.wav');
    line.run(
      new Map([
        [1, sine(1000, -10)],
        [2, sine(600, -10)],
        [3, sine(700, -10)],
      ]),
    );
    await media.connect('line:1', 'line:2');
    await media.record('line:1', { id: 'line', file, format: 'wav', mirrored: true, minFreeBytes: 0 });
    await pause(500);
    await media.disconnect('line:1');
    await pause(500);
    await media.moveRecording('line', 'line:2', false);
    await media.connect('line:2', 'line:3');
    await pause(500);
    const over = event((fn: (id: string, outcome: RecordingOutcome) => void) => media.on('recording', fn));
    await media.stopRecording('line');
    await over;
    const { left, right, seconds } = recorded(file);
    t.ok(Math.abs(seconds - 1.5) < 0.3, `${seconds} s`);
    const at = (side: Int16Array, from: number, hz: number): number =>
      toneLevelDbm0(side.subarray(8000 * from, 8000 * (from + 0.2)), hz);
    t.ok(at(right, 0.15, 1000) > -12 && at(left, 0.15, 600) > -12, 'first party');
    t.ok(at(left, 0.7, 600) < -45, 'held');
    t.ok(at(left, seconds - 0.3, 600) > -12 && at(right, seconds - 0.3, 700) > -12, 'the next one');
  },
);

t.test('sides are kept to the clock, whatever comes late, not at all, or at once', (t) => {
  const pieces: Int16Array[] = [];
  let now = 0;
  const recording = new Recording('x', { audio: (_, piece) => pieces.push(piece), close: () => {} }, 0);
  const frame = new Int16Array(80).fill(1000);
  for (; now < 1000; now += 10) {
    recording.said(frame, now + 10);
    if (now % 100 === 0) recording.flush(now);
  }
  // The thread is away for five seconds, then the card's frames come all at once; the other side begins.
  now += 5000;
  for (let i = 0; i < 40; i++) recording.said(frame, now);
  for (const end = now + 1000; now < end; now += 10) {
    recording.said(frame, now + 10);
    recording.heard(frame, now + 10);
    if (now % 100 === 0) recording.flush(now);
  }
  recording.close(now);
  const all = pieces.flatMap((piece) => [...piece]);
  t.equal(all.length, now * 16, 'as long as the time');
  const sideAt = (ms: number, side: 0 | 1): number => all[ms * 16 + side]!;
  t.equal(sideAt(500, 0), 1000);
  t.equal(sideAt(500, 1), 0);
  t.equal(sideAt(4000, 0), 0);
  t.equal(sideAt(now - 200, 0), 1000);
  t.equal(sideAt(now - 200, 1), 1000, 'each in its time');
  t.end();
});

t.test(
  'a disk that is slow costs a marked gap and no memory; one that has too little left ends the file',
  async (t) => {
    const folder = t.testdir();
    // A thread that answers only when it is let.
    const held: (() => void)[] = [];
    const recorder = new RemoteRecorder(({ message }) => {
      const take = serveRecorder((answer: FromRecorder) => message(answer));
      return { post: (messages) => void held.push(() => messages.forEach(take)) };
    });
    let outcome: RecordingOutcome | undefined;
    recorder.open({ id: 'slow', file: join(folder, 'slow.wav'), format: 'wav', minFreeBytes: 0 }, (o) => {
      outcome = o;
    });
    for (let i = 0; i < 300; i++) recorder.audio('slow', new Int16Array(1600).fill(7));
    await pause(0);
    t.equal(held.length, 1, 'one message, with ten seconds');
    for (const go of held.splice(0)) go();
    recorder.audio('slow', new Int16Array(1600).fill(7));
    recorder.close('slow');
    await pause(0);
    for (const go of held.splice(0)) go();
    t.same(outcome, { durationMs: 30_100, bytes: 44 + 30_100 * 32, gapMs: 20_000, kept: true });
    t.equal(recorded(join(folder, 'slow.wav')).seconds, 30.1);

    const full = new RecordingWriter({
      id: 'f',
      file: join(folder, 'full.wav'),
      format: 'wav',
      minFreeBytes: Number.MAX_SAFE_INTEGER,
    });
    t.throws(() => full.write(new Int16Array(1600), 0), { code: 'ENOSPC' });
    t.equal(recorder.busy, false);
  },
);

t.test(
  'a disk that fills under a recording leaves a file that plays, and the engine knows why',
  async (t) => {
    const folder = t.testdir();
    const program = join(import.meta.dirname, 'support', 'full-disk-recorder.ts');
    const script = `unset NODE_OPTIONS; trap '' XFSZ; ulimit -S -f 256; exec "$0" --import=tsx "$1" "$2"`;
    const child = spawn('bash', ['-c', script, process.execPath, program, folder], {
      env: { ...process.env, TSX_DISABLE_CACHE: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.teardown(() => child.kill('SIGKILL'));
    let told = '';
    for await (const data of child.stdout) told += data;
    const outcome = JSON.parse(told) as RecordingOutcome;
    t.match(outcome, { failed: 'disk-full', kept: true });
    const { seconds, left } = recorded(join(folder, 'a.wav'));
    t.ok(seconds > 6 && seconds < 8.2, `${seconds} s of 256 kB`);
    t.equal(left[1000], 1234);
    t.same(readdirSync(folder), ['a.wav']);
  },
);

for (const format of formats) {
  t.test(`${format}: what a crash leaves plays after the repair`, (t) => {
    const folder = t.testdir();
    const writer = new RecordingWriter({
      id: 'c',
      file: join(folder, `c.${format}`),
      format,
      minFreeBytes: 0,
    });
    const tone = sine(1000, -10);
    let n = 0;
    for (let i = 0; i < 60; i++)
      writer.write(
        Int16Array.from({ length: 1600 }, (_, k) => (k % 2 ? 0 : tone(n++))),
        0,
      );
    const part = join(folder, `c.${format}.part`);
    writeFileSync(part, Buffer.concat([readFileSync(part), Buffer.from([1, 2, 3])]));
    writeFileSync(join(folder, `empty.${format}.part`), '');
    t.same(repairRecordings(folder, new Uint8Array(32)), [`c.${format}`]);
    t.same(readdirSync(folder), [`c.${format}`]);
    const { left, seconds } = recorded(join(folder, `c.${format}`));
    t.ok(seconds > 4, `${seconds} s of 6 s`);
    t.ok(Math.abs(toneLevelDbm0(left.subarray(8000, 16_000), 1000) + 10) < 1);
    t.notOk(existsSync(part));
    truncateSync(join(folder, `c.${format}`), 20);
    t.end();
  });
}

t.test('a DTMF decoder finds nothing in what was muted, and all of what was not', (t) => {
  const pieces: Int16Array[] = [];
  const recording = new Recording('p', { audio: (_, piece) => pieces.push(piece), close: () => {} }, 0);
  let now = 0;
  const dial = (low: number, high: number): void => {
    const [a, b] = [sine(low, -8), sine(high, -6)];
    for (let n = 0; n < 20; n++, now += 10) {
      const frame = Int16Array.from({ length: 80 }, (_, i) => (n < 10 ? a(n * 80 + i) + b(n * 80 + i) : 0));
      recording.said(frame, now + 10);
      recording.heard(frame, now + 10);
      recording.flush(now);
    }
  };
  dial(770, 1336);
  recording.muted = true;
  dial(697, 1209);
  dial(852, 1477);
  recording.muted = false;
  dial(770, 1336);
  recording.close(now);
  const all = pieces.flatMap((piece) => [...piece]);
  for (const side of [0, 1]) {
    const found: string[] = [];
    const detector = new DtmfDetector((event) => {
      if (event.kind === 'end') found.push(event.digit);
    });
    const samples = Int16Array.from({ length: all.length / 2 }, (_, i) => all[2 * i + side]!);
    for (let at = 0; at + 80 <= samples.length; at += 80) detector.process(samples.subarray(at, at + 80));
    t.same(found, ['5', '5']);
  }
  t.end();
});
