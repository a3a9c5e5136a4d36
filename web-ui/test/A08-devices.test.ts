import { readFileSync } from 'node:fs';
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
import { builtPage, openOffice, playMorning } from './office.ts';

/** Pictures for whoever wants to look: `PICTURES=folder`. */
const pictures = process.env.PICTURES;

t.test('IP telephones and a PBX on the page: now, in the settings, in both languages (A08)', async (t) => {
  const folder = t.testdir();
  const webRoot = builtPage();
  const browser = await launchBrowser();
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
  const form = page.locator('[role=dialog] .item-form');
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

  const setup = page.locator('.card', { has: page.locator('#setup-device') });
  t.match(
    await setup.locator('[data-part="settings"]').innerText(),
    /Сервер SIP[\s\S]*Порт\s+5060[\s\S]*Имя пользователя\s+vera[\s\S]*Срок регистрации\s+600 с/,
  );
  await setup.locator('details summary').click();
  t.match(
    await setup.locator('[data-part="vendor"]').innerText(),
    /account\.1\.password\s+пароль устройства/,
  );
  await setup.locator('[data-action="make-link"]').click();
  const link = setup.locator('[data-part="link"]');
  t.match(await link.innerText(), /Действует до \d\d:\d\d, один раз[\s\S]*опцию DHCP 66/);
  const address = await link.locator('code').first().innerText();
  t.match(await (await fetch(address)).text(), /^account\.1\.user_name = vera$/m, 'as the telephone does');
  t.equal((await fetch(address)).status, 404, 'once');
  t.notMatch(await page.locator('main').innerText(), /long enough/, 'the password is not on the page');
  t.same(await axeViolations(page), []);
  if (pictures) await page.screenshot({ path: `${pictures}/setup-ru.png`, fullPage: true });
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
  const words = await english.page.locator('[role=dialog] .item-form').innerText();
  t.match(words, /Numbers behind the PBX[\s\S]*Lines of the same PBX/);
  if (pictures) await english.page.screenshot({ path: `${pictures}/form-en.png`, fullPage: true });
  await english.page.keyboard.press('Escape');
  await english.page.locator('#setup-model').selectOption({ label: 'Fanvil X3S, X3SP, X3SG, X3U' });
  const inEnglish = english.page.locator('.card', { has: english.page.locator('#setup-device') });
  await inEnglish.locator('[data-action="make-link"]').click();
  await inEnglish.locator('[data-part="link"]').waitFor();
  t.match(
    await inEnglish.innerText(),
    /What to enter[\s\S]*SIP server[\s\S]*not tried with the device[\s\S]*DHCP option 66/,
  );
  t.equal(await overflowsSideways(english.page), false, 'long addresses do not widen the page');
  if (pictures) await english.page.screenshot({ path: `${pictures}/setup-en.png`, fullPage: true });
  t.match(await english.page.locator('.tabs').innerText(), /Trunks/);
  t.same(english.errors, []);
});
