import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { PhonebookDesk } from '../../daemon/src/main/phonebook-desk.ts';
import { goodPassword, labelCode } from '../../daemon/test/api/kit.ts';
import { callAt, eventDesk, until } from '../../daemon/test/programs/kit.ts';
import { axeViolations, claimBox, goTo, launchBrowser, openPage, overflowsSideways } from './browser.ts';
import { builtPage, openOffice, playMorning } from './office.ts';

t.test(
  'an admin makes a token, connects a program, fills the phonebook and reads what the API is (O10, O11)',
  async (t) => {
    const folder = t.testdir();
    const webRoot = builtPage();
    const browser = await launchBrowser();
    t.teardown(() => browser.close());
    const office = await openOffice({ folder: `${folder}/data`, webRoot });
    t.teardown(() => office.server.close());
    playMorning(office);
    const { deps } = office;
    const book = new PhonebookDesk(`${folder}/data`, {
      ...{ clock: deps.clock, config: () => deps.config.current().config, warn: () => {} },
    });
    t.teardown(() => book.close());
    deps.phonebook = book;
    const taken: string[] = [];
    const crm = createServer((request, response) => {
      taken.push(String(request.headers['webhook-signature']));
      request.resume().on('end', () => response.writeHead(200).end());
    });
    await new Promise<void>((done) => crm.listen(0, '127.0.0.1', done));
    t.teardown(() => crm.close());
    const url = `http://127.0.0.1:${(crm.address() as AddressInfo).port}/hook`;
    const events = eventDesk(t, `${folder}/data`);
    const follow = (): void => {
      events.config = deps.config.current().config;
      events.desk.apply();
    };
    deps.webhooks = events.desk.webhooks;
    office.store.events.on('changed', follow);

    const { page, errors } = await openPage(browser, office.origin, {
      ...(process.env.WIDTH ? { width: Number(process.env.WIDTH) } : {}),
      ...(process.env.LANGUAGE === 'en' ? { language: 'en' as const } : {}),
    });
    const look = async (what: string): Promise<void> => {
      if (process.env.SHOTS)
        await page.screenshot({ path: `${process.env.SHOTS}/${what}.png`, fullPage: true });
      t.same(await axeViolations(page), [], `${what}: axe`);
      t.equal(await overflowsSideways(page), false, `${what}: width`);
      t.notMatch(await page.locator('main').innerText(), /\b(undefined|NaN|null)\b|\[object/, what);
    };
    await claimBox(page, labelCode, goodPassword);

    await goTo(page, '/box');
    await page.locator('.tabs a[href="/box/accounts"]').click();
    await page.locator('[data-add=tokens]').click();
    await page.locator('#token-name').fill('1С');
    await page.locator('[id="scope-calls:read"]').check();
    await page.locator('[id="scope-calls:originate"]').check();
    await look('token-form');
    await page.keyboard.press('Enter');
    const token = await page.locator('#token-made').inputValue();
    t.match(token, /^lg_[\w-]{43}$/);
    await look('token-made');
    await page.keyboard.press('Escape');
    await page.locator('[data-token="1С"]').waitFor();
    t.notOk((await page.locator('body').innerText()).includes(token), 'it is shown once');
    const asked = await fetch(`${office.origin}/api/v1/calls`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    t.equal(asked.status, 200);
    await look('tokens');

    await page.locator('.tabs a[href="/box/programs"]').click();
    await page.locator('[data-add=webhooks]').click();
    await page.locator('#program-name').fill('CRM');
    await page.locator('#program-url').fill(url);
    t.match(await page.locator('#program-secret').inputValue(), /^whsec_/);
    await look('program-form');
    await page.locator('[role=dialog] button[type=submit]').click();
    const program = page.locator('[data-webhook="program-1"]');
    await program.waitFor();
    await program.locator('button').nth(0).click();
    await program.locator('.state.tone-talk').waitFor();
    t.match(taken, [/^v1,/]);
    for (const moment of ['begun', 'ringing', 'answered', 'ended'] as const) events.desk.note(callAt(moment));
    await until(() => taken.length === 4);
    await look('programs');
    await program.locator('button').nth(1).click();
    await page.locator('[data-delivery="3"]').waitFor();
    await look('program-log');
    await page.locator('[data-delivery="2"] button').click();
    await until(() => taken.length === 5);
    await page.keyboard.press('Escape');

    await goTo(page, '/people');
    await page.locator('.tabs a[href="/people/phonebook"]').click();
    await page.locator('[data-import=contacts]').waitFor();
    await look('phonebook-empty');
    await page.locator('[data-import=contacts]').click();
    const file = (text: string) => ({ name: 'book.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
    await page.locator('#phonebook-file').setInputFiles(file('Имя;Телефон\nАнна;нет\n'));
    await page.locator('[data-line="2"]').waitFor();
    await look('phonebook-bad-row');
    const rows =
      'Имя;Компания;Телефон;Метки\nАнна Ёлкина;ООО «Лес»;8 916 111-22-33;vip\nБорис;;8 495 123-45-67;\n';
    await page.locator('#phonebook-file').setInputFiles(file(rows));
    await page.locator('[data-take=contacts]').click();
    await page.locator('[data-take=contacts]').waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await page.locator('[data-contact="Борис"]').waitFor();
    await look('phonebook');
    await page.locator('#phonebook-search').fill('елк');
    await page.locator('[data-contact="Борис"]').waitFor({ state: 'detached' });
    t.match(page.url(), /search=/, 'what is searched for stands in the address');
    await page.locator('[data-contact="Анна Ёлкина"]').click();
    await page.locator('#contact-company').fill('ООО «Бор»');
    await look('contact');
    await page.locator('[role=dialog] button[type=submit]').click();
    await page.locator('[data-contact="Анна Ёлкина"]', { hasText: 'Бор' }).waitFor();

    // The address that the API itself has for its description.
    await page.goto(`${office.origin}/api/v1/docs`);
    await page.locator('#api-filter').fill('click');
    const call = page.locator('[data-operation="POST /calls"]');
    await call.click();
    await page.getByText('calls:originate').first().waitFor();
    await look('api-docs');
    t.same(errors, []);
  },
);
