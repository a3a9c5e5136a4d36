import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import t from 'tap';
import { FakeClock, systemClock } from '../../src/base/clock.ts';
import { CodedError } from '../../src/base/error.ts';
import { espeak, type Synthesiser } from '../../src/main/espeak.ts';
import { Speech, type SpeechParts } from '../../src/main/speech.ts';
import { SpokenTexts } from '../../src/main/spoken-texts.ts';
import { activeLevelDbm0, PROMPT_LEVEL_DBM0 } from '../../src/media/sound/loudness.ts';
import { settle } from '../kit/fake-ports.ts';
import { wavFile } from '../kit/wav.ts';

/** Half a second of a tone, as a program would give it. */
const beep = wavFile(
  Int16Array.from({ length: 11_025 }, (_, i) =>
    Math.round(9000 * Math.sin((2 * Math.PI * 500 * i) / 22_050)),
  ),
  22_050,
);

class Alarms {
  readonly raised: string[] = [];
  readonly standing = new Set<string>();
  raise = ({ id }: { id: string }): void => {
    if (!this.standing.has(id)) this.raised.push(id);
    this.standing.add(id);
  };
  clear = (id: string): void => void this.standing.delete(id);
}

function bench(folder: string, synthesise: Synthesiser, more: Partial<SpeechParts> = {}) {
  const clock = new FakeClock();
  const alarms = new Alarms();
  const language = (): 'ru' => 'ru';
  const speech = new Speech({ folder, clock, alarms, language, log: () => {}, synthesise, ...more });
  return { clock, alarms, speech };
}

const samplesOf = (source: Awaited<ReturnType<Speech['speak']>>): Int16Array | undefined =>
  source?.type === 'pcm' ? source.samples : undefined;

t.test('a text is spoken once, at the level of prompts, and is there after a restart', async (t) => {
  const folder = t.testdir();
  const asked: string[] = [];
  const synthesise: Synthesiser = async (text, language) => {
    asked.push(`${language} ${text}`);
    return beep;
  };
  const { speech } = bench(folder, synthesise);
  const [first, second] = await Promise.all([speech.speak('Добрый день'), speech.speak('Добрый день')]);
  t.same(asked, ['ru Добрый день']);
  const samples = samplesOf(first)!;
  t.equal(samples, samplesOf(second));
  t.ok(Math.abs(samples.length - 4000) < 3, 'at 8 kHz');
  t.ok(Math.abs(activeLevelDbm0(samples) - PROMPT_LEVEL_DBM0) < 0.3);
  await speech.speak('Hello');
  await speech.speak('7', 'en');
  t.same(
    asked.slice(1),
    ['en Hello', 'en 7'],
    'letters tell the language, and where there are none the call',
  );
  const again = bench(folder, async () => Promise.reject(new Error('must not be asked')));
  t.ok(samplesOf(await again.speech.speak('Добрый день')));
  await speech.speak('Позвоните на +7 916 123-45-67');
  t.equal(readdirSync(folder).length, 3, "somebody's number is not kept on disk");
});

t.test('hostile texts reach the program as words only', async (t) => {
  const asked: string[] = [];
  const { speech } = bench(t.testdir(), async (text) => {
    asked.push(text);
    return beep;
  });
  await speech.speak('--voices\u0000\n-w /etc/passwd [[aI]] <break/> $(id) `id` | cat \u202e\ud800', 'en');
  t.equal(asked[0], '--voices -w /etc/passwd aI break/ $(id) `id` cat');
  await speech.speak('ы'.repeat(100_000));
  t.equal(asked[1]?.length, 600);
  t.equal(await speech.speak(' \n\t'), undefined);
  t.equal(asked.length, 2);
});

t.test('a program that hangs or is missing holds up no call, and one alarm says so', async (t) => {
  let hang = true;
  const { speech, clock, alarms } = bench(t.testdir(), () =>
    hang ? new Promise(() => {}) : Promise.resolve(beep),
  );
  const late = speech.speak('Раз');
  await settle();
  clock.advance(3000);
  t.equal(await late, undefined, 'after three seconds the call goes on');
  hang = false;
  t.same(alarms.raised, []);

  let missing = true;
  let tries = 0;
  const other = bench(t.testdir(), async () => {
    tries++;
    if (missing) throw new CodedError('main/no-voice', 'not there');
    return beep;
  });
  t.equal(await other.speech.speak('Раз'), undefined);
  t.equal(await other.speech.speak('Два'), undefined);
  t.equal(tries, 1, 'it is not looked for at every text');
  t.same(other.alarms.raised, ['no-speech']);
  missing = false;
  other.clock.advance(60_000);
  t.ok(await other.speech.speak('Раз'));
  t.equal(other.alarms.standing.size, 0, 'the alarm goes by itself');
});

t.test(
  'calls go before texts that are only to be ready; what a call needs is not spoken twice',
  async (t) => {
    const asked: string[] = [];
    const waiting: (() => void)[] = [];
    const { speech } = bench(t.testdir(), (text) => {
      asked.push(text);
      return new Promise((resolve) => waiting.push(() => resolve(beep)));
    });
    speech.warm(['раз', 'два', 'три', 'четыре', ' ']);
    const needed = [speech.speak('срочно'), speech.speak('четыре')];
    for (let i = 0; i < 5; i++) {
      await settle();
      waiting.shift()?.();
    }
    await Promise.all(needed);
    t.same(asked, ['раз', 'срочно', 'четыре', 'два', 'три']);
    speech.warm(['раз', 'два']);
    await settle();
    t.equal(asked.length, 5, 'what is there already is not spoken again');
  },
);

t.test('what is kept has bounds, and the longest unused goes first', async (t) => {
  const folder = t.testdir();
  const texts = new SpokenTexts(folder, { disk: 5000, memory: 2500 });
  const sound = (n: number): Int16Array => new Int16Array(1000).fill(n * 1000);
  for (const n of [1, 2, 3, 4]) texts.keep(`key${n}`, sound(n), true);
  t.equal(readdirSync(folder).length, 4);
  const fresh = new SpokenTexts(folder, { disk: 5000, memory: 2500 });
  t.ok(fresh.find('key1'), 'used');
  fresh.keep('key5', sound(5), true);
  fresh.keep('key6', sound(6), true);
  const left = readdirSync(folder).sort();
  t.ok(left.length <= 5, left.join());
  t.ok(existsSync(join(folder, 'key6.al')), 'the newest is there');
  const passing = new SpokenTexts(join(folder, 'never'), { memory: 2500 });
  for (const n of [1, 2, 3]) passing.keep(`key${n}`, sound(n), false);
  t.equal(passing.find('key1'), undefined);
  t.ok(passing.find('key3'));
  t.equal(existsSync(join(folder, 'never')), false);
  writeFileSync(join(folder, 'empty.al'), '');
  t.equal(fresh.find('empty'), undefined, 'nothing is left of it after a power cut');
});

t.test('a data folder that cannot be written does not silence the box', async (t) => {
  const folder = t.testdir({ speech: 'a file in the way' });
  const { speech } = bench(join(folder, 'speech'), async () => beep);
  t.ok(await speech.speak('Раз'));
});

t.test('espeak-ng of the system speaks Russian and English, and takes no options from a text', async (t) => {
  const { speech } = bench(t.testdir(), espeak(), { clock: systemClock() });
  t.teardown(() => speech.close());
  // On a machine that does ten things at once it may be late for a call; it is there a little later.
  const spoken = async (text: string, language?: 'ru' | 'en'): Promise<Int16Array> => {
    for (;;) {
      const samples = samplesOf(await speech.speak(text, language));
      if (samples) return samples;
      await setTimeout(50);
    }
  };
  const russian = await spoken('Добрый день. Вы позвонили в компанию «Ромашка».');
  t.ok(russian.length > 8000 && russian.length < 80_000, `${russian.length}`);
  t.ok(Math.abs(activeLevelDbm0(russian) - PROMPT_LEVEL_DBM0) < 1.5, `${activeLevelDbm0(russian)}`);
  const [twelve, ofEnglish] = [await spoken('12', 'ru'), await spoken('12', 'en')];
  t.notOk(Buffer.from(twelve.buffer).equals(Buffer.from(ofEnglish.buffer)), 'each in its own language');
  const folder = t.testdir({ made: {} });
  await spoken(`-w ${join(folder, 'made/own.wav')}`, 'en');
  await spoken('--version', 'en');
  t.same(readdirSync(join(folder, 'made')), []);
});

t.test('a program that runs for ever is killed, and one that is not there is told apart', async (t) => {
  const folder = t.testdir();
  const endless = join(folder, 'endless');
  writeFileSync(endless, '#!/bin/sh\nexec yes\n');
  chmodSync(endless, 0o700);
  const given = await espeak(endless)('text', 'ru');
  t.equal(given.length, 44 + 60 * 22_050 * 2, 'no more than a minute of sound is taken from it');
  await t.rejects(espeak(join(folder, 'none'))('text', 'ru'), { code: 'main/no-voice' });
  const failing = join(folder, 'failing');
  writeFileSync(failing, '#!/bin/sh\nexit 3\n');
  chmodSync(failing, 0o700);
  await t.rejects(espeak(failing)('text', 'ru'), { code: 'main/voice' });
  t.ok(execFileSync('espeak-ng', ['--version']).length > 0);
});
