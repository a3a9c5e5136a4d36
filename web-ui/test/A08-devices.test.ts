import { readFileSync } from 'node:fs';
import t from 'tap';
import { goodPassword, labelCode } from '../../daemon/test/api/kit.ts';
import { buildWebUi } from '../build.ts';
import { claimBox, goTo, launchBrowser, openPage, signIn } from './browser.ts';
import { openOffice, playMorning } from './office.ts';

/** Pictures for whoever wants to look: `PICTURES=folder`. */
const pictures = process.env.PICTURES;

t.test('IP telephones and a PBX on the page: now, in the settings, in both languages (A08)', async (t) => {
  const folder = t.testdir();
  const webRoot = `${folder}/page`;
  const [, browser] = await Promise.all([buildWebUi({ outdir: webRoot }), launchBrowser()]);
  t.teardown(() => browser.close());
  const office = await openOffice({ folder: `${folder}/data`, webRoot });
  t.teardown(() => office.server.close());
  playMorning(office);
  const { page, errors } = await openPage(browser, office.origin);
  await claimBox(page, labelCode, goodPassword);
  const desk = page.locator('[data-device="boris-desk"]');
  t.match(await desk.innerText(), /Стол Бориса 102[\s\S]*На связи[\s\S]*IP-телефон · Борис Ильин · 1 вызов/);
  const pbx = page.locator('[data-device="old-pbx"]');
  t.match(await pbx.innerText(), /Не отвечает[\s\S]*офисная АТС[\s\S]*Проверьте питание/);
  await desk.locator('summary').first().click();
  t.match(await desk.innerText(), /udp\/192\.168\.1\.31:5060 · Desk Phone 3/);
  if (pictures) await page.screenshot({ path: `${pictures}/now-ru.png`, fullPage: true });

  const live = office.live.snapshot().devices.find((d) => d.id === 'old-pbx')!;
  office.live.put({
    what: 'devices',
    id: 'old-pbx',
    value: { ...live, state: 'ready', said: { ru: 'На связи', en: 'Ready' } },
  });
  await page.locator('[data-device="old-pbx"][data-state="ready"]').waitFor();

  await goTo(page, '/box');
  await page.locator('.tabs a[href="/box/devices"]').click();
  t.match(
    await page.locator('[data-item="devices/boris-desk"]').innerText(),
    /Стол Бориса[\s\S]*102[\s\S]*На связи[\s\S]*Борис Ильин · boris/,
  );
  t.match(
    await page.locator('[data-item="devices/old-pbx"]').innerText(),
    /2XX · linegate @ 192\.168\.1\.60/,
  );
  if (pictures) await page.screenshot({ path: `${pictures}/list-ru.png`, fullPage: true });

  await page.locator('[data-add="devices"]').first().click();
  const form = page.locator('dialog .item-form');
  await form.locator('[data-field="/name"] input').fill('Стол Веры');
  await form.locator('[data-field="/user"] input').fill('vera');
  await form.locator('[data-field="/password"] input').fill('short');
  await form.locator('[data-field="/classOfService"] select').selectOption('office');
  if (pictures) await page.screenshot({ path: `${pictures}/form-ru.png`, fullPage: true });
  await form.getByRole('button', { name: 'Сохранить' }).click();
  t.match(await form.locator('[data-field="/password"] .error').innerText(), /пароль от 8 знаков/);
  await form.locator('[data-field="/password"] input').fill('long enough');
  await form.getByRole('button', { name: 'Сохранить' }).click();
  await form.waitFor({ state: 'detached' });
  t.match(office.store.config.devices.at(-1), { user: 'vera', mode: 'registers', password: 'long enough' });

  await page.locator('#setup-device').selectOption({ label: 'Стол Веры' });
  await page.locator('#setup-model').selectOption({ label: 'Yealink T31' });
  const downloading = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Скачать его настройки' }).click();
  const download = await downloading;
  t.match(download.suggestedFilename(), /-yealink-t31\.cfg$/);
  t.match(readFileSync((await download.path())!, 'utf8'), /^account\.1\.password = long enough$/m);
  t.same(errors, []);

  const english = await openPage(browser, office.origin, { language: 'en' });
  await signIn(english.page, goodPassword);
  t.match(
    await english.page.locator('[data-device="boris-desk"]').innerText(),
    /Registered[\s\S]*IP telephone/,
  );
  await goTo(english.page, '/box');
  await english.page.locator('.tabs a[href="/box/devices"]').click();
  await english.page.locator('[data-item="devices/old-pbx"]').click();
  const words = await english.page.locator('dialog .item-form').innerText();
  t.match(words, /Numbers behind the PBX[\s\S]*Lines of the same PBX/);
  if (pictures) await english.page.screenshot({ path: `${pictures}/form-en.png`, fullPage: true });
  t.same(english.errors, []);
});
