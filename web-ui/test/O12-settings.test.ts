import t from 'tap';
import { goodPassword, labelCode } from '../../daemon/test/api/kit.ts';
import { claimBox, goTo, launchBrowser, openPage } from './browser.ts';
import { builtPage, openOffice, playMorning } from './office.ts';

t.test('settings: what an admin does in a week', async (t) => {
  const folder = t.testdir();
  const webRoot = builtPage();
  const browser = await launchBrowser();
  t.teardown(() => browser.close());
  const office = await openOffice({ folder: `${folder}/data`, webRoot });
  t.teardown(() => office.server.close());
  playMorning(office);
  const { page, errors } = await openPage(browser, office.origin);
  await claimBox(page, labelCode, goodPassword);
  const form = page.locator('[role=dialog] .item-form');
  const save = form.getByRole('button', { name: 'Сохранить' });

  t.test('a new employee is one form; a mistake is shown at its field, and nothing is stored', async (t) => {
    await goTo(page, '/people');
    await page.locator('[data-add="people"]').click();
    await form.getByLabel('Имя').or(form.getByLabel('Название')).first().fill('Вера Новикова');
    await form.locator('[data-field="/extension"] input').fill('103');
    await form.locator('[data-field="/mobile"] input').fill('не номер');
    await form.locator('[data-field="/ports"] select').selectOption('3');
    await form.locator('[data-field="/classOfService"] select').selectOption('office');
    t.match(await form.locator('.scope').innerText(), /со следующего вызова; идущие разговоры не прервутся/);
    const revision = office.store.revision;
    await save.click();
    await form.locator('[data-field="/mobile"] .error').waitFor();
    t.match(await form.locator('[data-field="/mobile"] .error').innerText(), /\+7/);
    t.equal(await form.locator('[data-field="/mobile"] input').getAttribute('aria-invalid'), 'true');
    t.equal(office.store.revision, revision);
    await form.locator('[data-field="/mobile"] input').fill('+79165554433');
    await save.click();
    await page.locator('[data-item="people/vera-novikova"]').waitFor();
    t.match(office.store.config.people.at(-1), { id: 'vera-novikova', ports: [3], mobile: '+79165554433' });
    t.match(
      await page.locator('[data-item="people/vera-novikova"]').innerText(),
      /103[\s\S]*мобильный \+7 916 555-44-33/,
    );
  });

  t.test('one click takes the change back; history tells of both', async (t) => {
    await page.locator('.toast').getByRole('button', { name: 'Отменить' }).click();
    await page.locator('[data-item="people/vera-novikova"]').waitFor({ state: 'detached' });
    t.equal(office.store.config.people.length, 2);
    await goTo(page, '/box');
    await page.getByRole('link', { name: 'Изменения' }).click();
    await page.locator('[data-revision]').first().waitFor();
    t.match(await page.locator('.history').innerText(), /Вера Новикова[\s\S]*администратор/);
  });

  t.test('a trunk keeps its password unless another is typed, and says that it restarts', async (t) => {
    await page.getByRole('link', { name: 'Линии операторов' }).click();
    await page.locator('[data-item="trunks/acme"]').click();
    const password = form.locator('[data-field="/password"] input');
    t.equal(await password.inputValue(), '');
    t.match(await password.getAttribute('placeholder'), /не показывается/);
    t.equal(await save.isDisabled(), true, 'there is nothing to save yet');
    await form.locator('[data-field="/server"] input').fill('sip2.operator-a.example');
    t.match(await form.locator('.scope').innerText(), /подключится заново/);
    await save.click();
    await form.waitFor({ state: 'detached' });
    t.match(office.store.config.trunks[0], { server: 'sip2.operator-a.example', password: 'trunk-secret' });
    await page.locator('[data-item="trunks/acme"]').click();
    await password.fill('typed-anew');
    await save.click();
    await form.waitFor({ state: 'detached' });
    t.equal(office.store.config.trunks[0]?.password, 'typed-anew');
    t.notMatch(await page.content(), /typed-anew|trunk-secret/);
  });

  t.test('a free socket of the card is set up from its own button', async (t) => {
    await page.getByRole('link', { name: 'Гнёзда' }).click();
    await page.getByRole('button', { name: 'Настроить гнездо 6' }).click();
    await form.locator('[data-field="/name"] input').fill('Склад');
    await save.click();
    await page.locator('[data-item="ports/6"]').waitFor();
    t.match(office.store.config.ports.at(-1), { number: 6, kind: 'fxs', name: 'Склад' });
  });

  t.test(
    'two admins at once: changes elsewhere do not matter, one of the same item is not written over',
    async (t) => {
      const other = async (change: (draft: (typeof office.store)['config']) => void): Promise<void> => {
        const seen = page.waitForResponse((r) => r.url().endsWith('/api/v1/config'));
        await office.store.change(change, 'admin');
        await (await seen).finished();
      };
      const name = form.locator('[data-field="/name"] input');
      await page.locator('[data-item="ports/1"]').click();
      await name.fill('Ресепшен');
      await other((draft) => {
        draft.site.name = 'Ромашка 2';
      });
      await save.click();
      await form.waitFor({ state: 'detached' });
      const stored = () => office.store.config.ports.find((p) => p.number === 1);
      t.equal(stored()?.name, 'Ресепшен');
      t.equal(office.store.config.site.name, 'Ромашка 2');

      await page.locator('[data-item="ports/1"]').filter({ hasText: 'Ресепшен' }).click();
      await name.fill('Приёмная 2');
      await other((draft) => {
        const port = draft.ports.find((p) => p.number === 1);
        if (port) port.name = 'Директор';
      });
      await save.click();
      await form.getByRole('alert').filter({ hasText: 'Настройки тем временем изменились' }).waitFor();
      t.equal(stored()?.name, 'Директор');
      t.equal(await name.inputValue(), 'Приёмная 2', 'what was typed is still there');
      await page.keyboard.press('Escape');
      await form.waitFor({ state: 'detached' });
    },
  );

  t.test('who is rung is chosen from people, sockets and numbers', async (t) => {
    await goTo(page, '/in');
    await page.locator('[data-item="destinations/reception"]').click();
    const targets = form.locator('[data-field="/steps/0/targets"]');
    await targets.locator('select').selectOption('person:boris');
    await targets.locator('select').selectOption('number');
    await targets.getByLabel('Внешний номер').fill('8 916 000-11-22');
    await page.keyboard.press('Enter');
    t.match(
      await targets.locator('.chips').innerText(),
      /Анна Крылова[\s\S]*Борис Ильин[\s\S]*\+7 916 000-11-22/,
    );
    await targets.getByRole('button', { name: /Убрать: Бухгалтерия|Убрать: Гнездо 2/ }).click();
    await save.click();
    await form.waitFor({ state: 'detached' });
    t.same(office.store.config.destinations[0]?.steps[0]?.targets, [
      'person:anna',
      'person:boris',
      'number:+79160001122',
    ]);
  });

  t.test('forwarding is chosen in words: nobody has to know how a target is written', async (t) => {
    await goTo(page, '/people');
    await page.locator('[data-item="people/anna"]').click();
    const always = form.locator('[data-field="/forwarding/always"]');
    await always.getByRole('button', { name: 'Добавить' }).click();
    t.match(await always.locator('option').allInnerTexts(), ['не задано', 'свой мобильный']);
    await always.locator('select').selectOption('number');
    await always.getByLabel('Внешний номер').fill('8 916 000-11-22');
    await page.keyboard.press('Enter');
    const busy = form.locator('[data-field="/forwarding/busy"]');
    await busy.getByRole('button', { name: 'Добавить' }).click();
    await busy.locator('select').selectOption('person:boris');
    await save.click();
    await form.waitFor({ state: 'detached' });
    t.match(office.store.config.people[0]?.forwarding, {
      always: [{ to: 'number:+79160001122', seconds: 30 }],
      busy: [{ to: 'person:boris' }],
    });
    const row = page.locator('[data-item="people/anna"]');
    await row.filter({ hasText: 'все звонки → +7 916 000-11-22' }).click();
    await always.getByRole('button', { name: /Убрать/ }).click();
    await save.click();
    await form.waitFor({ state: 'detached' });
    await row.filter({ hasText: 'когда занято → Борис Ильин' }).waitFor();
  });

  t.test('what no operator could have is refused at its field, and lines are no telephones', async (t) => {
    await page.goto(`${office.origin}/box/trunks`);
    await page.locator('[data-item="trunks/acme"]').click();
    await form.locator('[data-field="/server"] input').fill('http://sip.example.com/ <b>');
    await save.click();
    t.match(await form.locator('[data-field="/server"] .error').innerText(), /sip\.example\.ru/);
    await page.keyboard.press('Escape');
    await form.waitFor({ state: 'detached' });
    await goTo(page, '/people');
    await page.locator('[data-item="people/anna"]').click();
    const ports = form.locator('[data-field="/ports"]');
    t.equal(await ports.locator('option[value="2"]').count(), 1);
    t.equal(await ports.locator('option[value="4"]').count(), 0, 'a city line cannot be rung');
    await page.keyboard.press('Escape');
    await form.waitFor({ state: 'detached' });
  });

  t.test('what is in use cannot be deleted, and it is said by whom', async (t) => {
    await goTo(page, '/out');
    await page.locator('[data-item="classesOfService/office"]').click();
    page.once('dialog', (question) => void question.accept());
    await form.getByRole('button', { name: 'Удалить' }).click();
    const said = form.getByRole('alert');
    await said.waitFor();
    t.match(await said.innerText(), /этим пользуются:.*Борис Ильин/);
    await page.keyboard.press('Escape');
    await form.waitFor({ state: 'detached' });
  });

  t.test('a PIN is drawn by lot, stored, and its digits are never seen again', async (t) => {
    await goTo(page, '/people');
    await page.locator('[data-add="pins"]').click();
    await form.locator('#pin-name').fill('Борис Ильин');
    await form.getByRole('button', { name: 'Придумать' }).click();
    const digits = await form.locator('#pin-digits').inputValue();
    t.match(digits, /^\d{6}$/);
    await form.locator('#pin-outside').check();
    await form.getByRole('button', { name: 'Придумать' }).click();
    const longer = await form.locator('#pin-digits').inputValue();
    t.match(longer, /^\d{8}$/, 'one for use from outside is longer');
    await save.click();
    await page.locator('[data-item^="pins/"]').waitFor();
    t.equal([...office.pinDigits.values()].at(-1), longer);
    t.notOk((await page.content()).includes(longer));
    t.match(await page.locator('[data-item^="pins/"]').innerText(), /••••••••/);
  });

  t.test('Escape closes a form, and the focus is where it was', async (t) => {
    const opener = page.locator('[data-item="people/anna"]');
    await opener.focus();
    await page.keyboard.press('Enter');
    await form.waitFor();
    await page.keyboard.press('Escape');
    await form.waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.activeElement?.getAttribute('data-item') === 'people/anna');
    t.pass('the focus is back');
  });

  t.same(errors, []);
});
