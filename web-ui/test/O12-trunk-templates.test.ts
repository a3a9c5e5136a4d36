import { mkdirSync } from 'node:fs';
import t from 'tap';
import { goodPassword, labelCode } from '../../daemon/test/api/kit.ts';
import { axeViolations, claimBox, goTo, launchBrowser, openPage, overflowsSideways } from './browser.ts';
import { builtPage, openOffice } from './office.ts';

t.test('a new trunk begins with its operator, and only the contract is asked for', async (t) => {
  const folder = t.testdir();
  const webRoot = builtPage();
  const browser = await launchBrowser();
  t.teardown(() => browser.close());
  const pictures = process.env.PICTURES;
  if (pictures) mkdirSync(pictures, { recursive: true });

  for (const [language, words] of [
    [
      'ru',
      {
        multifon: 'МегаФон, МультиФон-Бизнес',
        given: 'Остальное уже заполнено',
        verify: /Сверьте с договором/,
      },
    ],
    [
      'en',
      {
        multifon: 'MegaFon MultiFon Business',
        given: 'The rest is filled in already',
        verify: /Compare with the contract/,
      },
    ],
  ] as const) {
    t.test(language, async (t) => {
      const office = await openOffice({ folder: `${folder}/data-${language}`, webRoot });
      t.teardown(() => office.server.close());
      const { page, errors } = await openPage(browser, office.origin, { language });
      const picture = async (name: string): Promise<void> => {
        if (pictures) await page.screenshot({ path: `${pictures}/trunk-${name}-${language}.png` });
      };
      await claimBox(page, labelCode, goodPassword);
      await goTo(page, '/box');
      await page.locator('.tabs a[href="/box/trunks"]').click();
      const add = page.locator('[data-add="trunks"]').first();
      await add.click();
      await page.locator('[data-template="zadarma"]').waitFor();
      await picture('list');
      t.same(await axeViolations(page), [], 'axe: the list');
      t.ok((await page.locator('[data-template]').count()) >= 15);
      await page.locator('#trunk-find').fill('multifon');
      await page.locator('[data-template="zadarma"]').waitFor({ state: 'detached' });
      t.ok(
        await page.locator('[data-template="generic-register"]').isVisible(),
        'the general one is always there',
      );
      await page.locator('[data-template="multifon"]').click();

      const form = page.locator('[role=dialog] .item-form[data-section="trunks"]');
      await form.waitFor();
      t.equal(await page.locator('.sheet-title').innerText(), words.multifon);
      await picture('form');
      t.same(await axeViolations(page), [], 'axe: the form');
      t.equal(await overflowsSideways(page), false);
      const shown = await form
        .locator('[data-field]:visible')
        .evaluateAll((nodes) => nodes.map((node) => node.getAttribute('data-field')));
      t.same(shown, ['/name', '/user', '/password', '/callerNumber'], 'nothing but the contract is asked');
      t.match(await form.locator('.given-fields summary').first().innerText(), words.given);
      await form.locator('[data-field="/user"] input').fill('79261234567');
      await form.locator('[data-field="/password"] input').fill('from-the-sms');
      await form.locator('button[type="submit"]').click();
      await form.waitFor({ state: 'detached' });
      const made = office.store.config.trunks.at(-1);
      t.match(made, {
        name: words.multifon,
        server: 'multifon.ru',
        outboundProxy: 'sbc.megafon.ru:5060',
        user: '79261234567',
        password: 'from-the-sms',
        numberFormat: 'e164',
        fromUser: 'account',
        mode: 'register',
      });

      await add.click();
      await page.locator('[data-template="rostelecom"]').click();
      await form.waitFor();
      t.match(await form.locator('.lead').first().innerText(), words.verify, 'what is not sure is said');
      t.ok(
        await form.locator('[data-field="/outboundProxy"] input').isVisible(),
        'what is asked is not folded away',
      );
      await picture('verify');
      t.same(errors, []);
    });
  }
});
