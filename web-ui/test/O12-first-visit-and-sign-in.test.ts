import t from 'tap';
import { goodPassword, labelCode } from '../../daemon/test/api/kit.ts';
import { claimBox, goTo, launchBrowser, openPage, signIn } from './browser.ts';
import { builtPage, openOffice } from './office.ts';

t.test('from the carton to the first place, and back in', async (t) => {
  const folder = t.testdir();
  const webRoot = builtPage();
  const browser = await launchBrowser();
  t.teardown(() => browser.close());
  const office = await openOffice({ folder: `${folder}/data`, webRoot, empty: true });
  t.teardown(() => office.server.close());

  t.test('the first visit asks for the code from the label, in Russian first', async (t) => {
    const { page, errors, context } = await openPage(browser, office.origin);
    await page.getByRole('heading', { name: 'Первый вход' }).waitFor();
    t.equal(await page.locator('html').getAttribute('lang'), 'ru');
    await page.locator('#claim-code').fill('0000-0000');
    await page.locator('#claim-password').fill(goodPassword);
    await page.locator('#claim-again').fill('something else');
    await page.getByText('Пароли не совпадают.').waitFor();
    await page.locator('#claim-again').fill(goodPassword);
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'Код не подошёл' }).waitFor();
    t.equal(await page.locator('#claim-code').getAttribute('aria-invalid'), 'true');
    await page.getByRole('button', { name: 'Eng' }).click();
    await page.getByRole('heading', { name: 'First visit' }).waitFor();
    t.match(await page.getByRole('alert').filter({ hasText: 'Wrong code' }).innerText(), /label/);
    await claimBox(page, labelCode, goodPassword);
    t.equal(office.store.config.site.language, 'en', 'the language of the first visit is that of the box');
    t.match(
      await page.locator('main').innerText(),
      /As soon as somebody lifts a handset/,
      'empty places teach',
    );
    t.match(await page.locator('main').innerText(), /Connect a trunk/);
    t.same(errors, []);
    await context.close();
  });

  t.test('a wrong password is told from a right one; signing out closes the page', async (t) => {
    const { page, context } = await openPage(browser, `${office.origin}/calls`);
    await page.locator('#login-password').fill('not the password');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'Wrong password' }).waitFor();
    await signIn(page, goodPassword);
    await page.getByRole('heading', { name: 'Calls', exact: true }).waitFor();
    t.match(page.url(), /\/calls$/, 'at the place that was asked for');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.locator('#login-password').waitFor();
    await page.reload();
    await page.locator('#login-password').waitFor();
    await context.close();
  });

  t.test('who is away for long is signed out, and told why', async (t) => {
    const impatient = await openOffice({ folder: `${folder}/other`, webRoot, idleMs: 1500 });
    t.teardown(() => impatient.server.close());
    const { page, context } = await openPage(browser, impatient.origin, { language: 'en' });
    await claimBox(page, labelCode, goodPassword);
    await goTo(page, '/people');
    await page.getByText('You have been away for long').waitFor();
    t.equal(await page.locator('.shell').count(), 0);
    await context.close();
  });
});
