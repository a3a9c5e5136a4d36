/** Lock-outs lifted by one click, sessions ended, a certificate that does not fit, the audit log; and what an installer has of it. */
import t from 'tap';
import { ask, goodPassword, labelCode } from '../../daemon/test/api/kit.ts';
import { axeViolations, claimBox, goTo, launchBrowser, openPage, overflowsSideways } from './browser.ts';
import { builtPage, openOffice, playMorning } from './office.ts';
import { playTrouble } from './trouble.ts';

const installersPassword = 'a password of his own';

t.test('security for the admin, and the box for an installer', async (t) => {
  const folder = t.testdir();
  const webRoot = builtPage();
  const browser = await launchBrowser();
  t.teardown(() => browser.close());
  const office = await openOffice({ folder: `${folder}/data`, webRoot });
  t.teardown(() => office.server.close());
  playMorning(office);
  const { lifted } = playTrouble(office);
  const { page, errors } = await openPage(browser, office.origin);
  const look = async (what: string): Promise<void> => {
    t.same(await axeViolations(page), [], `${what}: axe`);
    t.equal(await overflowsSideways(page), false, `${what}: width`);
    t.notMatch(await page.locator('.shell').innerText(), /\b(undefined|NaN|null)\b|\[object|\{\w+\}/, what);
  };
  await claimBox(page, labelCode, goodPassword);
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  const made = await ask(office, '/api/v1/accounts/petr', {
    ...{ method: 'PUT', cookie },
    body: { role: 'installer', enabled: true, password: installersPassword },
  });
  t.equal(made.status, 201, made.text);
  await ask(office, '/api/v1/login', { body: { account: 'petr', password: installersPassword } });

  await goTo(page, '/box');
  await page.locator('.tabs a[href="/box/security"]').click();
  await page.locator('[data-lock="pin:port:1"]').waitFor();
  await page.locator('[data-audit="access-refused"]').waitFor();
  await page.locator('[data-fingerprint]').waitFor();
  await look('security');
  await page.locator('[data-lock="pin:port:1"] button').click();
  await page.locator('[data-lock="pin:port:1"]').waitFor({ state: 'detached' });
  t.same(lifted, ['pin:port:1']);
  await page.locator('[data-session="petr"] button').click();
  await page.locator('[data-session="petr"]').waitFor({ state: 'detached' });
  t.equal(
    await page.locator('[data-session="admin"] button').count(),
    0,
    'nobody ends the session that he is in',
  );

  await page.getByRole('button', { name: 'Загрузить свой сертификат' }).click();
  await page.getByLabel('Сертификат и промежуточные (PEM)').fill('x');
  await page.getByLabel('Ключ (PEM)').fill('y');
  await page.getByRole('button', { name: 'Проверить и включить' }).click();
  await page.getByRole('alert').filter({ hasText: 'Ключ не от этого сертификата' }).waitFor();
  await look('a certificate that does not fit');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Выйти' }).click();

  await page.locator('#login-account').fill('petr');
  await page.locator('#login-password').fill(installersPassword);
  await page.keyboard.press('Enter');
  await page.locator('nav.places').waitFor();
  t.same(
    await page.locator('nav.places a').evaluateAll((links) => links.map((link) => link.getAttribute('href'))),
    ['/', '/calls', '/box', '/account'],
  );
  await goTo(page, '/box');
  const tabs = await page
    .locator('.tabs a')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  for (const part of ['ports', 'trunks', 'diagnosis', 'wiring', 'security'])
    t.ok(tabs.includes(`/box/${part}`), part);
  for (const part of ['recording', 'messages', 'accounts']) t.notOk(tabs.includes(`/box/${part}`), part);
  await page.locator('.tabs a[href="/box/security"]').click();
  await page.locator('[data-session="petr"]').waitFor();
  t.equal(await page.locator('[data-session="admin"]').count(), 0, 'others’ sessions are not his');
  t.equal(await page.locator('[data-audit]').count(), 0, 'nor is the audit log');
  await look('security for an installer');
  await goTo(page, '/');
  await page.locator('[data-port="1"]').waitFor();
  await look('now for an installer');
  t.same(errors, []);
});
