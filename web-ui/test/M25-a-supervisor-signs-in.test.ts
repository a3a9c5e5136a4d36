import t from 'tap';
import type { CallRecord } from '../../daemon/src/api/contract.ts';
import { goodPassword, labelCode } from '../../daemon/test/api/kit.ts';
import { answered } from '../../daemon/test/api/roles-kit.ts';
import { axeViolations, claimBox, goTo, launchBrowser, openPage, overflowsSideways } from './browser.ts';
import { builtPage, openOffice, playMorning } from './office.ts';

const first = 'a first password';
const own = 'a password of her own';

t.test('the admin makes an account; the supervisor signs in and sees only what is hers', async (t) => {
  const folder = t.testdir();
  const webRoot = builtPage();
  const browser = await launchBrowser();
  t.teardown(() => browser.close());
  const office = await openOffice({ folder: `${folder}/data`, webRoot });
  t.teardown(() => office.server.close());
  playMorning(office);
  await office.store.change((draft) => {
    const group = (id: string, name: string, person: string) =>
      ({ id, name, members: [{ target: `person:${person}` }] }) as unknown as (typeof draft.groups)[number];
    draft.groups = [group('sales', 'Отдел продаж', 'anna'), group('repairs', 'Ремонт', 'boris')];
  }, 'admin');
  const call = (id: string, person: string, port: number, group: string): CallRecord =>
    answered(id, person, port, [`group ${group}`], { startedAt: Date.now() - 60_000 });
  office.records = [call('hers', 'anna', 1, 'sales'), call('theirs', 'boris', 2, 'repairs')];

  const { page, errors, context } = await openPage(browser, office.origin);
  const look = async (what: string): Promise<void> => {
    if (process.env.SHOTS)
      await page.screenshot({ path: `${process.env.SHOTS}/${what}.png`, fullPage: true });
    t.same(await axeViolations(page), [], `${what}: axe`);
    t.equal(await overflowsSideways(page), false, `${what}: width`);
    t.notMatch(await page.locator('body').innerText(), /\b(undefined|NaN|null)\b|\[object|\{\w+\}/, what);
  };
  await claimBox(page, labelCode, goodPassword);
  await goTo(page, '/box');
  await page.locator('.tabs a[href="/box/accounts"]').click();
  await page.locator('[data-add=accounts]').click();
  await page.locator('#account-name').fill('Vera');
  await page.locator('#account-groups-sales').check();
  await page.locator('#account-password').fill(first);
  await look('account-form');
  await page.keyboard.press('Enter');
  await page.locator('[data-item="accounts/vera"]').waitFor();
  t.match(await page.locator('[data-item="accounts/vera"]').innerText(), /Супервизор[\s\S]*Отдел продаж/);
  await look('accounts');
  await page.getByRole('button', { name: 'Выйти' }).click();

  await page.locator('#login-account').fill('vera');
  t.equal(await page.locator('.notice').count(), 0, 'signing out is not called a session that has ended');
  await page.locator('#login-password').fill('wrong');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: 'Имя или пароль не подошли' }).waitFor();
  await look('door');
  await page.locator('#login-password').fill(first);
  await page.keyboard.press('Enter');
  // The place that was open is not hers.
  await page.getByRole('heading', { name: 'Такой страницы нет' }).waitFor();
  const places = page.locator('nav.places a');
  t.same(await places.evaluateAll((all) => all.map((a) => a.getAttribute('href'))), [
    '/',
    '/calls',
    '/account',
  ]);

  await goTo(page, '/');
  await page.getByText('Сейчас никто из ваших не разговаривает').waitFor();
  t.equal(await page.locator('[data-alarm]').count(), 0);
  t.equal(await page.locator('[data-port]').count(), 0);
  await look('supervisor-now');
  await goTo(page, '/calls');
  await page.locator('[data-record="hers"] a').click();
  await page.locator('[data-recording="hers.wav"]').waitFor();
  t.equal(await page.getByRole('button', { name: 'Удалить запись' }).count(), 0);
  await look('supervisor-call');
  await goTo(page, '/calls');
  await page.locator('[data-record="hers"]').waitFor();
  t.equal(await page.locator('[data-record="theirs"]').count(), 0);
  await page.goto(`${office.origin}/calls/theirs`);
  await page.getByText('Вашей учётной записи это недоступно').waitFor();

  await goTo(page, '/account');
  await page.locator('#password-current').fill(first);
  await page.locator('#password-next').fill(own);
  await page.getByRole('button', { name: 'Сменить пароль' }).click();
  await page.getByText('Пароль сменён').waitFor();
  await page.setViewportSize({ width: 390, height: 800 });
  await page.getByRole('button', { name: 'Eng' }).click();
  await page.getByRole('heading', { name: 'Account', exact: true }).waitFor();
  await look('supervisor-account');

  // The admin switches the account off: the page is closed at once.
  await office.store.change((draft) => void (draft.accounts[0]!.enabled = false), 'admin');
  await page.locator('.notice').filter({ hasText: 'your access was changed' }).waitFor();
  t.same(errors, [], 'nothing went wrong in the page');
  await context.close();
});
