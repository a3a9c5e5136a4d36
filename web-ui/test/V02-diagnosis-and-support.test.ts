/** What is wrong, a check with its progress, a word explained, the wires, and the file for support; desk in Russian, telephone in English. */
import t from 'tap';
import { goodPassword, labelCode } from '../../daemon/test/api/kit.ts';
import {
  axeViolations,
  claimBox,
  goTo,
  launchBrowser,
  openPage,
  overflowsSideways,
  type PageOptions,
} from './browser.ts';
import { builtPage, openOffice, playMorning } from './office.ts';
import { playTrouble } from './trouble.ts';

const variants: readonly (PageOptions & { language: 'ru' | 'en' })[] = [
  { language: 'ru' },
  { language: 'en', colorScheme: 'dark', width: 360, height: 740 },
];

for (const variant of variants) {
  const { language } = variant;
  const ru = language === 'ru';
  t.test(`diagnosis, wires and support, ${language}`, async (t) => {
    const folder = t.testdir();
    const webRoot = builtPage();
    const browser = await launchBrowser();
    t.teardown(() => browser.close());
    const office = await openOffice({ folder: `${folder}/data`, webRoot });
    t.teardown(() => office.server.close());
    playMorning(office);
    const { finishCheck, finishBundle } = playTrouble(office);
    const { page, errors } = await openPage(browser, office.origin, variant);
    const look = async (what: string): Promise<void> => {
      t.same(await axeViolations(page), [], `${what}: axe`);
      t.equal(await overflowsSideways(page), false, `${what}: width`);
      t.notMatch(await page.locator('.shell').innerText(), /\b(undefined|NaN|null)\b|\[object|\{\w+\}/, what);
    };
    await claimBox(page, labelCode, goodPassword);
    await goTo(page, '/box');
    await page.locator('.tabs a[href="/box/diagnosis"]').click();
    const refused = page.locator('[data-finding="trunk/refused"]');
    await refused.waitFor();
    t.match(
      await refused.innerText(),
      ru ? /Не работает[\s\S]*Что делать/ : /Does not work[\s\S]*What to do/,
    );
    await refused.locator('summary').click();
    t.match(await refused.innerText(), /403 Forbidden/);
    await look('diagnosis');

    await page.locator('[data-run=diagnosis]').focus();
    await page.keyboard.press('Tab');
    await page.getByRole('tooltip').waitFor();
    t.match(
      await page.getByRole('tooltip').innerText(),
      ru ? /Справочная/ : /directory/,
      'a word says what it means',
    );
    await look('a word explained');

    await page.locator('[data-run=diagnosis]').click();
    await page.locator('[data-step=servers][data-state=running]').waitFor();
    await look('a check that runs');
    finishCheck();
    await page.locator('[data-step=servers][data-state=done]').waitFor();
    await page.locator('[data-finding="net/shared-address"]').waitFor({ state: 'detached' });

    await page.locator('[data-make=support]').click();
    await page.locator('[data-step=names]').nth(1).waitFor();
    finishBundle();
    const take = page.locator('[data-take=support]');
    await take.waitFor();
    t.equal(await take.getAttribute('href'), '/api/v1/support-bundle/file');
    await look('a bundle that is ready');

    await page.locator('[data-finding="port/trouble"] a[href="/box/wiring"]').click();
    await page.locator('.drawing svg').nth(5).waitFor();
    t.match(
      await page.locator('.drawing svg').first().getAttribute('aria-label'),
      ru ? /городской вход/ : /line input/,
    );
    await look('wires');
    t.same(errors, []);
  });
}
