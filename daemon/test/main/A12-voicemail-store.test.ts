import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { type Config, configSchema } from '../../src/config/schema.ts';
import { VoicemailStore } from '../../src/main/voicemail-store.ts';
import { toneLevelDbm0 } from '../../src/media/dsp/level.ts';
import { opusHere } from '../../src/media/recording/opus-library.ts';
import { RecordingWriter } from '../../src/media/recording/writer.ts';
import type { VoiceMessage } from '../../src/service/voicemail/shelf.ts';

const secret = Buffer.alloc(32, 7);
const DAY = 86_400_000;

/** A store over a real folder, and somebody who leaves messages in it as the recorder does. */
class Box {
  readonly clock = new FakeClock();
  readonly data: string;
  readonly log: string[] = [];
  config: Config;
  store: VoicemailStore;

  constructor(data: string, voicemail: object = {}, mailbox: object = {}) {
    this.data = data;
    this.config = configSchema.parse({
      version: 1,
      voicemail: { minFreeMegabytes: 1, ...voicemail },
      people: [
        {
          ...{ id: 'anna', name: 'Anna', classOfService: 'office' },
          voicemail: { enabled: true, ...mailbox },
        },
      ],
    });
    this.store = this.open();
  }

  open(): VoicemailStore {
    const { clock, data, log } = this;
    return new VoicemailStore(data, {
      ...{ clock, secret },
      config: () => this.config,
      log: (message) => void log.push(message),
    });
  }

  get files(): string[] {
    return readdirSync(join(this.data, 'voicemail', 'anna')).sort();
  }

  /** Writes a second of a tone where a message is to lie. */
  write(id: string, hz = 700, close = true): number {
    const { format } = this.config.voicemail;
    const writer = new RecordingWriter({
      ...{ id, format, alone: true, minFreeBytes: 0 },
      ...this.store.place('anna', id, format),
    });
    const samples = new Int16Array(16_000);
    for (let i = 0; i < 8000; i++)
      samples[2 * i] = Math.round(8000 * Math.sin((2 * Math.PI * hz * i) / 8000));
    writer.write(samples, 0);
    return close ? writer.close().bytes : 0;
  }

  message(id: string, bytes: number): VoiceMessage {
    const { format } = this.config.voicemail;
    return { ...{ id, box: 'anna', at: this.clock.wall(), ms: 1000, bytes, format, callId: `call-${id}` } };
  }

  async leave(id: string, hz?: number): Promise<boolean> {
    return this.store.keep(this.message(id, this.write(id, hz)));
  }
}

const heard = (sound: Int16Array | undefined, hz: number): number =>
  sound ? toneLevelDbm0(sound.subarray(2000, 6000), hz) : Number.NEGATIVE_INFINITY;

for (const format of ['wav', 'opus'] as const)
  for (const encrypt of [false, true])
    t.test(
      `messages as ${format}${encrypt ? ', encrypted' : ''}: left, heard, marked, kept over a restart`,
      async (t) => {
        if (format === 'opus' && !opusHere()) {
          t.pass('libopus is not on this machine');
          return;
        }
        const b = new Box(t.testdir(), { format, encrypt });
        const told: string[] = [];
        b.store.on('changed', (box) => told.push(box));
        t.equal(await b.leave('one', 700), true);
        t.equal(await b.leave('two', 1200), true);
        t.same(told, ['anna', 'anna']);
        const sound = await b.store.sound('anna', 'two');
        t.ok(Math.abs(sound!.length - 8000) <= 160, `${sound!.length} samples`);
        t.ok(heard(sound, 1200) > -12 && heard(sound, 700) < -40);
        const disk = readFileSync(
          join(b.data, 'voicemail', 'anna', b.files.find((name) => /^one\.(?!json)/.test(name))!),
        );
        const head = format === 'wav' ? 'RIFF' : 'OggS';
        t.equal(disk.toString('latin1', 0, 4), encrypt ? 'LGSE' : head);
        const bytes = await b.store.bytes('anna', 'one');
        t.equal(bytes?.toString('latin1', 0, 4), head, 'for a letter it is plain');
        if (format === 'wav') {
          t.equal(bytes?.readUInt16LE(22), 1);
          t.equal(bytes?.readUInt32LE(40), bytes!.length - 44, 'the header tells the length');
        }
        // Both at once, as two visitors of the page might: neither is lost.
        const marked = [
          b.store.mark('anna', 'one', { heard: true }),
          b.store.mark('anna', 'one', { saved: true }),
        ];
        t.same(await Promise.all(marked), [true, true]);
        t.equal(await b.store.mark('anna', 'nine', { heard: true }), false);
        b.store.close();
        const again = b.open();
        t.match(again.list('anna'), [{ id: 'one', heardAt: b.clock.wall(), saved: true }, { id: 'two' }]);
        t.equal(again.list('anna')[1]?.heardAt, undefined);
        t.ok(heard(await again.sound('anna', 'one'), 700) > -12);
        t.equal(again.remove('anna', 'one'), true);
        t.equal(again.remove('anna', 'one'), false);
        t.equal(b.files.filter((name) => name.startsWith('one')).length, 0);
        t.equal(
          statSync(join(b.data, 'voicemail', 'anna', 'two.json')).mode & 0o077,
          0,
          "nobody else's to read",
        );
        again.close();
      },
    );

t.test('what a crash has left unfinished is no message and leaves no file', async (t) => {
  const b = new Box(t.testdir());
  await b.leave('whole');
  b.write('half', 700, false);
  b.write('unkept');
  const folder = join(b.data, 'voicemail', 'anna');
  writeFileSync(join(folder, 'soundless.json'), JSON.stringify(b.message('soundless', 1)));
  writeFileSync(join(folder, 'torn.json'), '{"id":"to');
  writeFileSync(join(folder, 'whole.json.00ff.tmp'), '{');
  t.ok(existsSync(join(folder, 'half.wav.part')));
  t.equal(b.store.list('anna').length, 1, 'while it was written it was not seen either');
  b.store.close();
  const again = b.open();
  t.same(
    again.list('anna').map(({ id }) => id),
    ['whole'],
  );
  t.same(b.files, ['whole.json', 'whole.wav']);
  again.close();
});

t.test('the greeting survives a restart, a change of format, and is taken away', async (t) => {
  const b = new Box(t.testdir());
  t.equal(await b.store.greeting('anna'), undefined);
  b.write('first', 700);
  t.equal(b.store.keepGreeting('anna', 'first'), true);
  b.store.close();
  b.store = b.open();
  t.ok(heard(await b.store.greeting('anna'), 700) > -12);
  b.config.voicemail.encrypt = true;
  b.write('second', 1200);
  t.equal(b.store.keepGreeting('anna', 'second'), true);
  t.ok(heard(await b.store.greeting('anna'), 1200) > -12);
  t.same(b.files, ['greeting.wav.sealed'], 'one greeting, no other');
  t.equal(b.store.removeGreeting('anna'), true);
  t.equal(await b.store.greeting('anna'), undefined);
  b.store.close();
});

t.test(
  'a mailbox is full at its limit, the disk at its own; age deletes what nobody has saved',
  async (t) => {
    const b = new Box(t.testdir(), {}, { keepDays: 10, maxMegabytes: 1 });
    t.equal(b.store.room('anna'), 'free');
    await b.leave('old');
    await b.leave('kept');
    await b.store.mark('anna', 'kept', { saved: true });
    await b.store.keep({ ...b.message('long', 990_000), bytes: 990_000 });
    t.equal(b.store.list('anna').length, 2, 'nothing is a message without its sound');
    b.write('long');
    await b.store.keep({ ...b.message('long', 990_000), bytes: 990_000 });
    t.equal(b.store.room('anna'), 'box-full');
    b.config.voicemail.minFreeMegabytes = 1_000_000_000;
    b.store.remove('anna', 'long');
    t.equal(b.store.room('anna'), 'disk-full');
    b.clock.advance(9 * DAY);
    t.equal(b.store.list('anna').length, 2);
    b.clock.advance(2 * DAY);
    t.same(
      b.store.list('anna').map(({ id }) => id),
      ['kept'],
    );
    t.same(b.files, ['kept.json', 'kept.wav']);
    b.store.close();
  },
);

t.test('no name leads out of its folder', async (t) => {
  const b = new Box(t.testdir());
  await b.leave('one');
  t.equal(b.store.find('anna', '../anna/one'), undefined);
  t.equal(b.store.find('..', 'one'), undefined);
  t.equal(await b.store.sound('anna', '../../device-key'), undefined);
  t.ok(b.store.find('anna', 'one'));
  b.store.close();
});
