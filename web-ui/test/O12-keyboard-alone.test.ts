import t from 'tap';
import { goodPassword, labelCode } from '../../daemon/test/api/kit.ts';
import { claimBox, launchBrowser, openPage } from './browser.ts';
import { builtPage, openOffice, playMorning } from './office.ts';

t.test('by keyboard alone: skip link, places, and a form', async (t) => {
  const folder = t.testdir();
  const webRoot = builtPage();
  const browser = await launchBrowser();
  t.teardown(() => browser.close());
  const office = await openOffice({ folder: `${folder}/data`, webRoot });
  t.teardown(() => office.server.close());
  playMorning(office);
  const { page } = await openPage(browser, office.origin);
  await claimBox(page, labelCode, goodPassword);
  await page.reload();
  await page.locator('[data-freshness=live]').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const focused = (): Promise<string> =>
    page.evaluate('document.activeElement.id || document.activeElement.textContent');
  t.equal(await focused(), 'place', 'the skip link leads to the content');
  await page.keyboard.press('Tab');
  t.equal(await focused(), 'Настройки линии', 'next is what is wrong, with the way to set it right');
  await page.keyboard.press('Tab');
  t.match(await focused(), /1/, 'then comes the first socket');
  await page.keyboard.press('Enter');
  await page.locator('[data-detail="1"]').waitFor();
  t.match(await focused(), /Приёмная/, 'its details take the focus');
});
