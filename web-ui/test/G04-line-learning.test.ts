/** Learning a line, and judging a release, on the page in both languages. */
import { mkdirSync } from 'node:fs';
import t from 'tap';
import type { LearnView } from '../../daemon/src/api/line-contract.ts';
import { goodPassword, labelCode } from '../../daemon/test/api/kit.ts';
import {
  axeViolations,
  claimBox,
  goTo,
  launchBrowser,
  openPage,
  overflowsSideways,
  signIn,
} from './browser.ts';
import { builtPage, openOffice, playMorning } from './office.ts';

/** Where to leave pictures, if anyone wants to look at them. */
const pictures = process.env.LINEGATE_PICTURES;

const done = (port: number): LearnView => ({
  ...{ port, kind: 'lines', other: 5, state: 'done', startedAt: Date.now() },
  steps: ['on-hook', 'dial-tone', 'calling'],
  found: {
    [port]: {
      ...{ onHookVolts: 60, loopMilliamps: 24.3, turnsAtSeizure: false, tonesTaken: true, idleAfterMs: 1200 },
      dialTone: { tone: 'dial', frequencyHz: 441.2, levelDbm0: -12, afterMs: 640 },
      answerPolarityMs: 80,
      lossDb: 4.5,
      release: {
        ...{ breakMs: 500, breakAfterMs: 900 },
        tone: {
          ...{ tone: 'busy', frequencyHz: 441, levelDbm0: -12, onMs: 350, offMs: 360, afterMs: 1900 },
        },
      },
    },
  },
  proposals: [
    {
      ...{ path: `/ports/${port}/toneFrequencyHz`, value: 441 },
      why: { ru: 'Гудки этой линии — 441 Гц.', en: 'The tones of this line are at 441 Hz.' },
    },
    {
      ...{ path: `/ports/${port}/answerByVoice`, value: false, now: true },
      why: { ru: 'Переполюсовка точна.', en: 'Polarity is certain.' },
    },
  ],
});

t.test('a line is learnt and a release judged', async (t) => {
  const folder = t.testdir();
  const webRoot = builtPage();
  const browser = await launchBrowser();
  t.teardown(() => browser.close());
  const office = await openOffice({ folder: `${folder}/data`, webRoot });
  t.teardown(() => office.server.close());
  playMorning(office);
  const record = office.records[0]!;
  const cycle = { onMs: 350, offMs: 360, frequencyHz: 425.3, levelDbm0: -17, purity: 0.97 };
  record.legs.push({
    ...{ id: 'line', kind: 'fxo', place: 'line:4', direction: 'outgoing', startedAt: record.startedAt },
    lineAnswer: { ...{ as: 'voice', doubts: ['guessed'], polarityTurns: 0, sinceDialedMs: 7400 } },
    lineRelease: {
      ...{ as: 'busy-tone', doubts: ['voice-just-before'], polarityTurns: 0, milliamps: 24 },
      voiceBeforeMs: 1800,
      tone: { frequencyHz: 425.3, levelDbm0: -17, count: 4, cycles: [cycle, cycle, cycle, cycle] },
    },
  });

  for (const [language, width, words] of [
    [
      'ru',
      1280,
      {
        open: 'Изучить линию',
        start: 'Начать',
        running: /Идёт изучение[\s\S]*Напряжение свободной линии/,
        found:
          /60 В[\s\S]*441,2 Гц, через 0,64 с[\s\S]*переполюсовка[\s\S]*ток пропадает на 500 мс; короткие гудки/,
        proposal: /441[\s\S]*Гудки этой линии[\s\S]*да → нет/,
        why: /Занято: 425 Гц, 0,35\/0,36 с, 4 цикла, −17 дБм0 сомнительно/,
        wrong: 'Ошибка',
        said: 'Вы сказали: ошибка',
      },
    ],
    [
      'en',
      400,
      {
        open: 'Learn the line',
        start: 'Begin',
        running: /Measuring[\s\S]*Voltage of the idle line/,
        found:
          /60 V[\s\S]*441.2 Hz, after 0.64 s[\s\S]*polarity turns[\s\S]*current away for 500 ms; busy tone/,
        proposal: /441[\s\S]*The tones of this line[\s\S]*yes → no/,
        why: /Busy: 425 Hz, 0.35\/0.36 s, 4 cycles, −17 dBm0 doubtful/,
        wrong: 'Wrong',
        said: 'You said: wrong',
      },
    ],
  ] as const) {
    office.learnt.clear();
    delete record.legs.at(-1)!.lineRelease!.verdict;
    const { page, errors } = await openPage(browser, office.origin, { language, width });
    if (language === 'ru') await claimBox(page, labelCode, goodPassword);
    else await signIn(page, goodPassword);
    const shoot = async (name: string): Promise<void> => {
      if (!pictures) return;
      mkdirSync(pictures, { recursive: true });
      await page.screenshot({ path: `${pictures}/${name}-${language}.png`, fullPage: true });
    };
    await page.locator('[data-port="4"] button').click();
    const learning = page.locator('[data-learning="4"]');
    await learning.getByText(words.open).click();
    await learning.getByRole('button', { name: words.start }).click();
    await page.locator('.learn-steps').waitFor();
    t.match(await learning.innerText(), words.running);
    office.learnt.set(4, done(4));
    await learning.locator('[data-proposal]').first().waitFor();
    t.match(await learning.innerText(), words.found);
    t.match(await learning.innerText(), words.proposal);
    await shoot('line-learnt');
    t.same(await axeViolations(page), []);
    t.equal(await overflowsSideways(page), false);

    await goTo(page, '/calls');
    await page.locator(`[data-record="${record.id}"] a`).click();
    const account = page.locator('[data-account="release"]');
    await account.waitFor();
    t.match((await account.innerText()).replace(/\s+/g, ' '), words.why);
    await shoot('why-released');
    t.same(await axeViolations(page), []);
    t.equal(await overflowsSideways(page), false);
    await account.getByRole('button', { name: words.wrong }).click();
    await account.getByText(words.said).waitFor();
    await page.locator('[data-proposal]').waitFor();
    t.match(office.verdicts.at(-1), { leg: 'line', about: 'release', verdict: 'wrong' });
    t.notMatch(await page.locator('.call-detail').innerText(), /\b(undefined|NaN|null)\b|\{\w+\}/);
    t.strictSame(errors, []);
  }
});
