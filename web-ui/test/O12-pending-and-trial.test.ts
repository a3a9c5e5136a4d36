import { readFileSync } from 'node:fs';
import t from 'tap';
import type { ConfigView } from '../../daemon/src/api/contract.ts';
import { adminPassword, startBox, until } from '../../daemon/test/kit/box.ts';
import { axeViolations, launchBrowser, openPage, overflowsSideways, signIn } from './browser.ts';

const pictures = process.env.LINEGATE_PICTURES;

t.test('changes wait, are applied as one during a call, and are taken back as one', async (t) => {
  const browser = await launchBrowser();
  t.teardown(() => browser.close());
  const box = await startBox(t);
  const { page, errors } = await openPage(browser, `http://${box.http}/box/site`, { language: 'ru' });
  await signIn(page, adminPassword);
  const config = async (): Promise<ConfigView> => await box.api.get<ConfigView>('/api/v1/config');
  const look = async (name: string): Promise<void> => {
    t.same(await axeViolations(page), [], `axe: ${name}`);
    t.equal(await overflowsSideways(page), false, `${name} fits`);
    if (pictures) await page.screenshot({ path: `${pictures}/pending-${name}.png`, fullPage: true });
  };
  const first = await config();

  await t.test('what is typed is judged at its field, before anything is sent', async (t) => {
    await page.goto(`http://${box.http}/box/ports`);
    await page.locator('[data-item="ports/2"]').click();
    const field = page.locator('[role=dialog] [data-field="/extension"]');
    await field.locator('input').fill('1 2');
    await field.locator('.error').waitFor();
    t.match(await field.locator('.error').innerText(), /\S/, 'with the reason');
    t.equal((await config()).revision, first.revision);
    await field.locator('input').fill('12');
    await field.locator('.error').waitFor({ state: 'detached' });
  });

  await t.test('two changes wait in a list that outlasts the tab', async (t) => {
    await page.locator('[role=dialog] [data-field="/name"] input').fill('Склад');
    await page.locator('[role=dialog] [data-wait]').click();
    await page.locator('[data-pending="1"]').waitFor();
    await page.goto(`http://${box.http}/box/site`);
    await page.locator('[data-section=site] [data-field="/name"] input').fill('Новая Ромашка');
    await page.locator('[data-section=site] [data-wait]').click();
    await page.locator('[data-pending="2"]').waitFor();
    t.equal((await config()).revision, first.revision, 'nothing is applied');
    await page.reload();
    await page.locator('[data-pending="2"]').click();
    const sheet = page.locator('[role=dialog]');
    await sheet.locator('[data-edit="/ports/2"]').waitFor();
    t.match(await sheet.innerText(), /было\s*Store\s*станет\s*Склад/, 'each with what was and what will be');
    t.match(await sheet.innerText(), /станет\s*Новая Ромашка/);
    await look('list');
  });

  await t.test('applied as one, while people talk', async (t) => {
    await box.dial(1, '14');
    const hall = box.telephone(4);
    await hall.next('ringing', 8000);
    hall.lift();
    const talking = async (): Promise<string | undefined> =>
      (await box.live()).calls.find(({ state }) => state === 'talking')?.id;
    const call = await until('they talk', talking, 5000);
    await page.locator('[data-apply]').click();
    await page.locator('[data-apply]').waitFor({ state: 'detached' });
    const { config: now, revision } = await config();
    t.equal(revision, first.revision + 1, 'one revision');
    t.equal(now.site.name, 'Новая Ромашка');
    t.match(
      now.ports.find(({ number }) => number === 2),
      { name: 'Склад' },
    );
    void box.telephone(1).speak({ tone: 1000, level: -10 });
    await hall.waitForTone(1000, -25, 8000);
    t.equal(await talking(), call, 'nobody was cut off');

    await page.locator('.toast').getByRole('button', { name: 'Отменить' }).click();
    await until('taken back', async () => (await config()).revision > revision || undefined, 5000);
    const back = (await config()).config;
    t.same([back.site.name, back.ports], [first.config.site.name, first.config.ports], 'both at once');
    t.equal(await talking(), call);
    box.telephone(1).hangup();
    hall.hangup();
  });
  t.same(errors, []);
});

t.test('what could cut the page off holds only if it is confirmed at the new address', async (t) => {
  const browser = await launchBrowser();
  t.teardown(() => browser.close());
  const box = await startBox(t, { https: true });
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'ru-RU' });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  await page.goto(`http://${box.http}/box/security`);
  await signIn(page, adminPassword);
  const httpsOnly = (): boolean => {
    // Over plain HTTP the box may answer with the way to HTTPS by now: its own file tells what holds.
    return JSON.parse(readFileSync(`${box.data}/config.json`, 'utf8')).page?.httpsOnly === true;
  };
  const turnOn = async (): Promise<void> => {
    await page.locator('[data-section=page] [data-field="/httpsOnly"] input').check({ force: true });
    await page.locator('[data-section=page] button[type=submit]').click();
    await page.locator('[data-trial]').waitFor();
  };
  await turnOn();
  t.match(await page.locator('[data-trial]').innerText(), /через \d+ с устройство вернёт как было/);
  t.same(await axeViolations(page), [], 'axe: on trial');
  if (pictures) await page.screenshot({ path: `${pictures}/trial.png` });
  t.equal(httpsOnly(), true, 'it is in force');
  const link = await page.locator('[data-trial] a').getAttribute('href');
  t.match(link, /^https:\/\/127\.0\.0\.1:\d+\/#confirm=[0-9a-f]{32}$/);

  const there = await context.newPage();
  await there.goto(link!);
  await there.getByText('Изменение подтверждено и останется.').waitFor();
  t.equal(httpsOnly(), true);
  t.notMatch(there.url(), /confirm/, 'the key is not left in the address');
});
