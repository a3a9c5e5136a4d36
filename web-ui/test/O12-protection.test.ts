/** Bans and leniencies on the page, in both languages: seen, understood, lifted by one click. */
import { mkdirSync } from 'node:fs';
import t from 'tap';
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
import { builtPage, openOffice } from './office.ts';

/** Where to leave pictures, if anyone wants to look at them. */
const pictures = process.env.LINEGATE_PICTURES;

t.test('who is banned and who needs forgiveness', async (t) => {
  const folder = t.testdir();
  const webRoot = builtPage();
  const browser = await launchBrowser();
  t.teardown(() => browser.close());
  const office = await openOffice({ folder: `${folder}/data`, webRoot });
  t.teardown(() => office.server.close());
  const now = Date.now();
  office.protection.bans = [
    {
      ...{
        source: '203.0.113.66',
        reason: 'digest',
        since: now - 120_000,
        until: now + 3_480_000,
        times: 2,
        dropped: 1204,
      },
      said: { ru: 'подбирает пароль', en: 'guesses passwords' },
    },
    {
      ...{
        source: '2001:db8:0:7::/64',
        reason: 'scanner',
        since: now - 5000,
        until: now + 595_000,
        times: 1,
        dropped: 0,
      },
      said: { ru: 'назвался программой-сканером', en: 'says it is a scanner' },
    },
  ];
  office.protection.leanings = [
    {
      ...{ peer: '198.51.100.7', trunk: 'Оператор А', what: 'display-name', forgiven: 0, refused: 12 },
      said: { ru: 'имя без кавычек', en: 'a name without its quotes' },
    },
  ];
  office.protection.figures = { shed: 40, dropped: 1300, malformed: 25, strangers: 311 };
  const shoot = async (
    page: { screenshot(o: { path: string; fullPage: boolean }): Promise<unknown> },
    name: string,
  ) => {
    if (!pictures) return;
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
  };

  const { page, errors } = await openPage(browser, office.origin);
  await claimBox(page, labelCode, goodPassword);
  await goTo(page, '/box');
  await page.locator('.tabs a[href="/box/protection"]').click();
  const ban = page.locator('[data-ban="203.0.113.66"]');
  await ban.waitFor();
  t.match(
    await ban.innerText(),
    /подбирает пароль[\s\S]*осталось[\s\S]*уже 2-й раз[\s\S]*отброшено пакетов: 1204/,
  );
  const leaning = page.locator('[data-leaning="display-name"]');
  t.match(await leaning.innerText(), /Оператор А: имя без кавычек[\s\S]*отказано 12/);
  t.match(await page.locator('.facts').last().innerText(), /спокойно[\s\S]*311[\s\S]*25[\s\S]*1300[\s\S]*40/);
  await shoot(page, 'protection-ru');
  t.same(await axeViolations(page), []);
  t.equal(await overflowsSideways(page), false);
  await page.getByRole('button', { name: 'Снять блокировку с 203.0.113.66' }).click();
  await ban.waitFor({ state: 'detached' });
  t.same(
    office.protection.bans.map((b) => b.source),
    ['2001:db8:0:7::/64'],
  );

  const english = await openPage(browser, office.origin, { language: 'en', width: 360 });
  await signIn(english.page, goodPassword);
  await goTo(english.page, '/box');
  await english.page.locator('.tabs a[href="/box/protection"]').click();
  await english.page.locator('[data-ban="2001:db8:0:7::/64"]').waitFor();
  const text = await english.page.locator('.shell').innerText();
  t.match(
    text,
    /says it is a scanner[\s\S]*Who breaks the rules of SIP[\s\S]*a name without its quotes[\s\S]*Against the rules/,
  );
  t.notMatch(text, /\b(undefined|NaN|null)\b|\{\w+\}/);
  await shoot(english.page, 'protection-en-360');
  t.same(await axeViolations(english.page), []);
  t.equal(await overflowsSideways(english.page), false);

  office.protection.available = false;
  await page.reload();
  await page.getByText('SIP обслуживает внешний движок').waitFor();
  t.same([...errors, ...english.errors], []);
});
