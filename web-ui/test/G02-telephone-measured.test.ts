import t from 'tap';
import { lineTestResult } from '../../daemon/src/main/line-figures.ts';
import { leftOffHookWords } from '../../daemon/src/main/port-trouble.ts';
import { goodPassword, labelCode } from '../../daemon/test/api/kit.ts';
import { russia } from '../../daemon/test/media/support/engine.ts';
import { claimBox, launchBrowser, openPage, signIn } from './browser.ts';
import { builtPage, openOffice, playMorning } from './office.ts';

const worn = { 'feed-voltage': 48, 'foreign-voltage': 0, insulation: 35, 'ringer-load': 1.2 };
const line = { 'line-voltage': 60.5, 'loop-current': 15.2 };

t.test(
  'a socket measured: every figure with what is usual, in both languages, also on a telephone',
  async (t) => {
    const folder = t.testdir();
    const webRoot = builtPage();
    const browser = await launchBrowser();
    t.teardown(() => browser.close());
    const office = await openOffice({ folder: `${folder}/data`, webRoot });
    t.teardown(() => office.server.close());
    playMorning(office);
    const { said: reason, cure } = leftOffHookWords(2, 'Бухгалтерия');
    office.socket(2, { state: 'off-hook', reason, cure });

    for (const [language, width, words] of [
      [
        'ru',
        1280,
        ['Измерить провод', /35 кОм[\s\S]*обычно от 150 кОм\. Провод сыреет/, /Трубка плохо лежит/],
      ],
      [
        'en',
        400,
        ['Measure the wire', /35 kΩ[\s\S]*usual: 150 kΩ and more\. The wire is damp/, /off the hook/],
      ],
    ] as const) {
      const { page, errors } = await openPage(browser, office.origin, { language, width });
      if (language === 'ru') await claimBox(page, labelCode, goodPassword);
      else await signIn(page, goodPassword);
      await page.route('**/api/v1/ports/*/test', (route) => {
        const telephone = route.request().url().includes('/2/');
        const result = telephone
          ? lineTestResult('fxs', worn, russia)
          : lineTestResult('fxo', line, russia, 24);
        return route.fulfill({ json: result });
      });
      await page.locator('[data-port="2"] button').click();
      const detail = page.locator('[data-detail="2"]');
      t.match(await detail.innerText(), words[2]);
      await page.getByRole('button', { name: words[0] }).click();
      await page.locator('.line-figures').waitFor();
      t.match(await detail.innerText(), words[1]);
      const shots = process.env.SHOTS;
      if (shots) await page.screenshot({ path: `${shots}/measured-${language}.png`, fullPage: true });
      await page.locator('[data-port="4"] button').click();
      await page.locator('[data-detail="4"] .actions button').first().click();
      await page.locator('.line-figures').waitFor();
      t.match(await page.locator('[data-detail="4"]').innerText(), /15[.,]2[\s\S]*24 (дБ|dB)/);
      const wide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      t.ok(wide <= 0, 'nothing sticks out');
      t.equal(await page.locator('.notice.good').count(), 0, 'what is doubtful is not shown as good');
      if (shots) await page.screenshot({ path: `${shots}/measured-line-${language}.png`, fullPage: true });
      t.strictSame(errors, []);
    }
  },
);
