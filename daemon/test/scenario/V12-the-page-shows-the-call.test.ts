import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import t from 'tap';
import { startControl } from '../../../hw/simulator/control/server.ts';
import { claimBox, goTo, launchBrowser, openPage } from '../../../web-ui/test/browser.ts';
import { adminPassword, type Box, operatorCall, pointTrunk, startBox, startOperator } from '../kit/box.ts';

let browser: Browser;
t.before(async () => {
  browser = await launchBrowser();
  t.teardown(() => browser.close());
});

/** What a person reads, in each language. */
const words = {
  ru: {
    telephone: 'гнездо 2',
    lift: 'Снять трубку',
    hangUp: 'Положить',
    talking: 'разговор',
    number: '+7 812 123-45-67',
    price: /1,50\s?₽/,
  },
  en: {
    telephone: 'socket 2',
    lift: 'Lift',
    hangUp: 'Hang up',
    talking: 'talking',
    number: '+7 812 123-45-67',
    price: /1\.50/,
  },
} as const;

/** The simulator's page of telephones, for a box that runs. */
async function officePage(
  box: Box,
  language: 'ru' | 'en',
  t: { teardown(fn: () => unknown): void },
): Promise<Page> {
  const control = await startControl(box.simulator, {
    page: join(import.meta.dirname, '../../../hw/dist/page'),
  });
  t.teardown(() => control.close());
  const context = await browser.newContext({ locale: language === 'ru' ? 'ru-RU' : 'en-US' });
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  await page.goto(`http://${control.address}/`);
  return page;
}

for (const language of ['ru', 'en'] as const) {
  const said = words[language];
  t.test(`first visit, a call from the page of telephones, its record and price (${language})`, async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, { claim: false, edit: (office) => pointTrunk(office, 'alpha', operator) });
    const { page, context, errors } = await openPage(browser, `http://${box.http}/`, { language });
    await claimBox(page, box.claimCode, adminPassword);
    await page.locator('[data-port="2"][data-state=idle]').waitFor();

    const office = await officePage(box, language, t);
    const phone = office.getByLabel(said.telephone, { exact: true });
    await phone.getByRole('button', { name: said.lift }).click();
    await page.locator('[data-port="2"]:not([data-state=idle])').waitFor();
    await box.telephone(2).waitForTone(425, -20, 3000);
    t.pass('dial tone is heard at the telephone that the page lifted');
    for (const key of '7713579088121234567') {
      await phone.getByRole('button', { name: key, exact: true }).click();
    }
    const far = await operatorCall(operator, 'answered', 12_000);
    t.equal(far.number, '+78121234567');

    const call = page.locator('[data-call]');
    await call.getByText(said.talking).waitFor();
    t.match(await call.innerText(), said.number, 'the number is written as people write it');
    await page.locator('[data-port="2"][data-state=talking]').waitFor();
    operator.play(far.id, { type: 'tone', frequency: 1000, dbm0: -10 });
    await box.telephone(2).waitForTone(1000, -12, 4000);

    await phone.getByRole('button', { name: said.hangUp }).click();
    await call.waitFor({ state: 'detached' });
    await goTo(page, '/calls');
    const record = page.locator('[data-record]').first();
    await record.waitFor();
    t.match(await record.innerText(), said.number);
    t.match(await record.innerText(), said.price);
    await record.click();
    await page.getByText(said.number).first().waitFor();
    t.notMatch(await page.content(), '135790', 'the PIN is not on the page');
    t.same(errors, []);
    await context.close();
    await office.context().close();
  });
}
