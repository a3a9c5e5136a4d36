import t from 'tap';
import { goodPassword, labelCode } from '../../daemon/test/api/kit.ts';
import { claimBox, goTo, launchBrowser, openPage } from './browser.ts';
import { builtPage, morningRecords, openOffice, playMorning } from './office.ts';

t.test('what happened to that call, and what would happen to another', async (t) => {
  const folder = t.testdir();
  const webRoot = builtPage();
  const browser = await launchBrowser();
  t.teardown(() => browser.close());
  const office = await openOffice({ folder: `${folder}/data`, webRoot });
  t.teardown(() => office.server.close());
  playMorning(office);
  const { page, errors } = await openPage(browser, office.origin);
  await claimBox(page, labelCode, goodPassword);
  const rows = page.locator('[data-record]');

  t.test('calls are found by a number in any writing, by name, and by how they ended', async (t) => {
    await goTo(page, '/calls');
    await rows.nth(3).waitFor();
    t.match(
      await rows.first().innerText(),
      /Анна Крылова, 101[\s\S]*\+7 812 123-45-67[\s\S]*состоялся[\s\S]*3:08[\s\S]*4,80\s₽/,
    );
    const search = page.getByRole('searchbox');
    for (const writing of ['8 (812) 123-45-67', '+78121234567', '812 123']) {
      await search.fill(writing);
      await rows.nth(1).waitFor({ state: 'detached' });
      await rows.first().waitFor();
      t.equal(await rows.getAttribute('data-record'), 'r1', writing);
    }
    await search.fill('никого такого');
    await page.getByText('Таких звонков нет').waitFor();
    await page.getByRole('button', { name: 'Показать все' }).click();
    await rows.nth(3).waitFor();
    await page.getByRole('button', { name: 'Пропущены' }).click();
    await rows.nth(1).waitFor({ state: 'detached' });
    await rows.first().waitFor();
    t.match(await rows.innerText(), /звонивший не дождался ответа/);
    await page.getByRole('button', { name: 'Все', exact: true }).click();
    await rows.nth(3).waitFor();
  });

  t.test('a new record comes into the list by itself', async (t) => {
    const [first] = morningRecords(Date.now());
    if (!first) throw new Error('no record');
    office.records.push({ ...first, id: 'r9', startedAt: Date.now(), calledNumber: '+74997770011' });
    office.live.put({ what: 'records', id: 'r9', value: null });
    await page.locator('[data-record="r9"]').waitFor();
    t.equal(await rows.first().getAttribute('data-record'), 'r9');
  });

  t.test('a call opens as a path: who was tried, how long, why it moved on', async (t) => {
    await page.locator('[data-record="r1"] a').click();
    const path = page.locator('.path');
    await path.waitFor();
    const text = await path.innerText();
    t.match(text, /Пробуем: Оператор Б[\s\S]*временный сбой у оператора · через 2.3 с · пошли дальше/);
    t.match(text, /Ответ: Оператор А[\s\S]*Поставлен на удержание[\s\S]*вызываемый · закончен как обычно/);
    t.notMatch(text, /503|Q\.850|SIP/, 'protocol words stay under technical details');
    await page.getByText('Технические подробности').click();
    t.match(await page.locator('.technical').innerText(), /503[\s\S]*second@box/);
    await page.goBack();
    await rows.first().waitFor();
  });

  t.test('"what would happen if I dial" answers with ways, prices and reasons, or why not', async (t) => {
    await goTo(page, '/out');
    const ask = async (number: string, from: string): Promise<string> => {
      await page.locator('#check-number').fill(number);
      await page.locator('#check-from').selectOption(from);
      const answered = page.waitForResponse((r) => r.url().endsWith('/api/v1/dial-check'));
      await page.getByRole('button', { name: 'Проверить' }).click();
      await answered;
      return page.locator('[data-answer]').innerText();
    };
    const good = await ask('8 812 123-45-67', 'port:1');
    t.match(good, /Вызов пойдёт: \+7 812 123-45-67/);
    t.match(good, /Межгород через А[\s\S]*1,20\s₽\/мин[\s\S]*Городская линия[\s\S]*3,50\s₽\/мин/);
    const needsPin = await ask('8 812 123-45-67', 'port:2');
    t.match(needsPin, /ПИН|PIN/i, 'a class that needs a PIN says so');
    t.equal(await page.locator('[data-answer]').getAttribute('data-answer'), 'refused');
    office.pins.push({
      id: 'p1',
      name: 'Борис',
      length: 6,
      enabled: true,
      classOfService: 'chief',
      outside: true,
      followOn: true,
      transfer: true,
    });
    office.live.put({ what: 'config', id: 'x', value: null });
    await page.locator('#check-pin option[value="p1"]').waitFor({ state: 'attached' });
    await page.locator('#check-pin').selectOption('p1');
    t.match(await ask('8 812 123-45-67', 'port:2'), /Вызов пойдёт/);
    t.match(await ask('8-10-49-30-123456', 'port:1'), /нельзя|не разреш|запрещ|Класс/i);
    await page.locator('#check-at').fill('2026-03-02T08:30');
    const asked = page.waitForRequest((r) => r.url().endsWith('/api/v1/dial-check'));
    await page.getByRole('button', { name: 'Проверить' }).click();
    // The office is in Moscow (UTC+3), wherever the browser may be.
    t.equal((await asked).postDataJSON().at, Date.UTC(2026, 2, 2, 5, 30));
    await page.getByRole('button', { name: 'Eng' }).click();
    t.match(await page.locator('[data-answer]').innerText(), /class|allow/i, 'the same answer in English');
  });

  t.same(errors, []);
});
