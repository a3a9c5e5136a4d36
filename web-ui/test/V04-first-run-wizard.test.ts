import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import type { ConfigView, SetupView } from '../../daemon/src/api/contract.ts';
import { adminPassword, type Box, startBox, startOperator, until } from '../../daemon/test/kit/box.ts';
import {
  axeViolations,
  claimBox,
  launchBrowser,
  type OpenPage,
  openPage,
  overflowsSideways,
  signIn,
} from './browser.ts';

const pictures = process.env.LINEGATE_PICTURES;

/** A box as it comes from the factory, with an office plugged into it. */
const factoryBox = (t: Parameters<typeof startBox>[0]): Promise<Box> =>
  startBox(t, {
    claim: false,
    edit: (document) => {
      for (const key of Object.keys(document))
        if (key !== 'version' && key !== 'dialing') delete document[key];
      document.pins = [];
    },
  });

const stepIs = (page: Page, step: string): Promise<void> =>
  page.locator(`.setup-step[data-step="${step}"]`).waitFor();

/** What axe, the width, and a person looking at pictures have to say of a step. */
async function look(t: Test, { page }: OpenPage, name: string): Promise<void> {
  t.same(await axeViolations(page), [], `axe: ${name}`);
  t.equal(await overflowsSideways(page), false, `${name} fits`);
  if (pictures) await page.screenshot({ path: `${pictures}/wizard-${name}.png`, fullPage: true });
}

t.test(
  'a box from the factory is set up on a telephone, in Russian, and has called and been called',
  async (t) => {
    const browser = await launchBrowser();
    t.teardown(() => browser.close());
    const operator = await startOperator(t);
    const box = await factoryBox(t);
    const open = await openPage(browser, `http://${box.http}`, { language: 'ru', width: 390, height: 800 });
    let { page } = open;
    await claimBox(page, box.claimCode, adminPassword);
    await box.api.login(adminPassword);
    const config = async (): Promise<ConfigView['config']> =>
      (await box.api.get<ConfigView>('/api/v1/config')).config;
    const next = (): Promise<void> => page.locator('[data-next]').click();

    await t.test('place: the first sign-in leads to it', async (t) => {
      await stepIs(page, 'place');
      await page.locator('#setup-name').fill('Ромашка');
      await page.locator('#setup-codes').fill('8452');
      await page.locator('#setup-emergency').fill('+78452301234');
      t.match(await page.locator('.setup-step .notice').innerText(), /\+7 8452 12-34-56/, 'what it means');
      await look(t, open, 'place');
      await page.locator('[data-save]').click();
      await stepIs(page, 'password');
      t.match(await config(), {
        site: { name: 'Ромашка', language: 'ru', emergencyCaller: '+78452301234' },
        dialing: { areaCodes: ['8452'], localLength: 6 },
      });
      await next();
    });

    await t.test('sockets: each is seen live', async (t) => {
      await stepIs(page, 'sockets');
      await page.locator('[data-all]').click();
      const socket = (n: number) => page.locator(`[data-socket="${n}"]`);
      await socket(1).getByText('Снимите трубку телефона в гнезде 1').waitFor();
      await box.portsIdle();
      box.telephone(1).lift();
      await socket(1).getByText('Трубка снята: телефон здесь').waitFor();
      box.telephone(1).hangup();
      await socket(1).getByText('Телефон найден').waitFor();
      await socket(5)
        .getByText(/Напряжение \d\d В: это городская линия или внутренний порт/)
        .waitFor();
      await socket(8)
        .getByText(/Напряжения нет|В линии нет напряжения/)
        .waitFor();
      await look(t, open, 'sockets');
    });

    await t.test('the tab is closed; another one goes on where it was', async (t) => {
      await next();
      await stepIs(page, 'lines');
      const other = await open.context.newPage();
      await page.close();
      page = other;
      open.page = other;
      await page.goto(`http://${box.http}/`);
      await stepIs(page, 'lines');
      await look(t, open, 'lines');
      await page.locator('.setup-buttons').getByRole('button', { name: 'Пропустить' }).click();
    });

    await t.test('operator: a trunk, how it connects, and ways out', async (t) => {
      await stepIs(page, 'operator');
      await page.locator('[data-add="trunks"]').first().click();
      await page.locator('[data-template="generic-static"]').click();
      const form = page.locator('[role=dialog] .item-form[data-section="trunks"]');
      await form.locator('[data-field="/name"] input').fill('Оператор');
      await form.locator('[data-field="/server"] input').fill(`127.0.0.1:${operator.port}`);
      await form.locator('button[type="submit"]').click();
      await form.waitFor({ state: 'detached' });
      await page.locator('.setup-step').getByText('работает', { exact: true }).first().waitFor();
      await page.locator('[data-routes]').click();
      await page.getByText(/Маршруты наружу есть: \d/).waitFor();
      await look(t, open, 'operator');
      await next();
    });

    await t.test('people: typed, kept while typed, and rung', async (t) => {
      await stepIs(page, 'people');
      await page.locator('#person-name').fill('Анна');
      const draft = async (): Promise<SetupView['drafts']> =>
        (await box.api.get<SetupView>('/api/v1/setup')).drafts;
      await until(
        'the draft is kept',
        async () => (await draft()).people?.name === 'Анна' || undefined,
        5000,
      );
      await page.reload();
      await page.locator('#person-name').waitFor();
      t.equal(await page.locator('#person-name').inputValue(), 'Анна', 'a reload loses nothing');
      await page.locator('#person-socket').click();
      await page.getByRole('option', { name: /1/ }).first().click();
      await page.locator('#person-mobile').fill('8 916 123-45-67');
      await page.locator('[data-add-person]').click();
      await page.locator('[data-people]').getByText('Анна').waitFor();
      await page.locator('[data-save-rung]').click();
      await page.locator('[data-kept=true]').waitFor();
      const { people, destinations, ports } = await config();
      t.match(people, [{ name: 'Анна', ports: [1], mobile: '+79161234567', extension: '21' }]);
      t.ok(destinations[0]?.steps[0]?.targets.includes(`person:${people[0]?.id}`));
      t.match(
        ports.find(({ number }) => number === 5),
        { incoming: destinations[0]?.id },
      );
      await look(t, open, 'people');
      await next();
    });

    await t.test('a test call in each direction; the line is proven by it', async (t) => {
      await stepIs(page, 'test');
      await page.locator('#test-number').fill('8 916 123-45-67');
      await page.locator('#test-via').click();
      await page.getByRole('option', { name: /Оператор/ }).click();
      const ringing = box.telephone(1).next('ringing', 10_000);
      await page.locator('[data-test-call]').click();
      await ringing;
      box.telephone(1).lift();
      await page.getByText('Разговор идёт. Скажите что-нибудь в обе стороны').waitFor();
      t.match(operator.calls(), [{ number: '+79161234567' }], 'the operator was called');
      box.telephone(1).hangup();
      await page.getByText('Разговор состоялся и закончился.').waitFor();
      t.match(await box.ended(), { calledNumber: '+79161234567', legs: [{}, { place: /^trunk:/ }] });

      const rung = box.telephone(1).next('ringing', 10_000);
      box.line(5).ringIn({ number: '9161234567' });
      await rung;
      await page.getByText(/Вызов пришёл: /).waitFor();
      box.telephone(1).lift();
      await page.getByText(/Вызов пришёл и принят/).waitFor();
      box.telephone(1).hangup();
      await page.locator('[data-prove="5"]').click();
      await page.getByText('Линия 5 проверена звонком: это городская линия').waitFor();
      t.match(
        (await config()).ports.find(({ number }) => number === 5),
        { proven: true },
      );
      await look(t, open, 'test');
      await next();
    });

    await t.test('backup: a file that holds the settings, and no password', async (t) => {
      await stepIs(page, 'backup');
      await look(t, open, 'backup');
      const coming = page.waitForEvent('download');
      await page.locator('[data-backup]').click();
      const file = join(t.testdir(), 'backup');
      await (await coming).saveAs(file);
      t.ok(readFileSync(file).length > 500);
      t.match(await page.locator('.setup-undone').innerText(), /Изучение линий/, 'what was skipped is told');
      await next();
      await page.locator('[data-port="1"]').waitFor();
      t.equal((await box.api.get<SetupView>('/api/v1/setup')).state, 'finished');
      await page.goto(`http://${box.http}/`);
      await page.locator('[data-port="1"]').waitFor();
      t.same(open.errors, [], 'and never again does the page begin with it');

      const spare = await factoryBox(t);
      const second = await openPage(browser, `http://${spare.http}`, { language: 'en' });
      await claimBox(second.page, spare.claimCode, adminPassword);
      await stepIs(second.page, 'place');
      await second.page.locator('[data-restore]').click();
      await second.page.locator('input[type=file]').setInputFiles(file);
      const shown = second.page.locator('[data-restore-view]');
      t.match(await shown.innerText(), /Ромашка[\s\S]*sockets 8, people 1, trunks 1/);
      await look(t, second, 'restore-en');
      await spare.api.login(adminPassword);
      const people = async () => (await spare.api.get<ConfigView>('/api/v1/config')).config.people;
      t.same(await people(), [], 'looking changes nothing');
      await second.page.locator('[data-restore-now]').click();
      await second.page.locator('[data-restored]').waitFor();
      t.match(await people(), [{ name: 'Анна' }]);
      t.same(second.errors, []);
    });
  },
);

t.test('the wizard in English, dark, at a desk, can be put off and found again', async (t) => {
  const browser = await launchBrowser();
  t.teardown(() => browser.close());
  const box = await factoryBox(t);
  const open = await openPage(browser, `http://${box.http}`, { language: 'en', colorScheme: 'dark' });
  const { page } = open;
  await claimBox(page, box.claimCode, adminPassword);
  await stepIs(page, 'place');
  await look(t, open, 'place-en-dark');
  await page.getByRole('button', { name: 'Put it off' }).click();
  await page.locator('.wizard-hint a').click();
  for (const step of ['sockets', 'operator', 'people', 'test', 'backup']) {
    const name = { sockets: 'What', operator: 'Operator', people: 'People', test: 'Test', backup: 'Backup' }[
      step
    ];
    await page.locator('.setup-steps button', { hasText: name! }).click();
    await stepIs(page, step);
    await look(t, open, `${step}-en-dark`);
  }
  await page.goto(`http://${box.http}/`);
  await page.locator('.wizard-hint').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await signIn(page, adminPassword);
  t.same(open.errors, []);
});
