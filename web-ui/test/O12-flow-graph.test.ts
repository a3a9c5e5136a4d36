import t from 'tap';
import type { ConfigView } from '../../daemon/src/api/contract.ts';
import { adminPassword, startBox, until } from '../../daemon/test/kit/box.ts';
import { axeViolations, launchBrowser, openPage, overflowsSideways, signIn } from './browser.ts';

const pictures = process.env.LINEGATE_PICTURES;

const menu = {
  ...{ id: 'main', name: 'Главное меню', extension: '90' },
  nodes: [
    {
      id: 'hello',
      does: { kind: 'caller', ways: [{ numbers: ['+7916*'], next: 'desk' }], otherwise: 'menu' },
    },
    {
      id: 'menu',
      does: {
        ...{ kind: 'menu', say: 'Продажи — 1, до свидания — 2.', otherwise: 'bye' },
        choices: [
          { keys: '1', next: 'desk' },
          { keys: '2', next: 'bye' },
        ],
      },
    },
    { id: 'desk', does: { kind: 'transfer', to: 'port:1', otherwise: 'bye' } },
    { id: 'bye', does: { kind: 'end', say: 'До свидания.' } },
  ],
};

t.test('a menu is a graph: looked at, tried out, changed and stored', async (t) => {
  const browser = await launchBrowser();
  t.teardown(() => browser.close());
  const box = await startBox(t, {
    edit: (document) => {
      document.flows = [menu];
    },
  });
  const open = await openPage(browser, `http://${box.http}/in`, { language: 'ru' });
  const { page, errors } = open;
  const look = async (name: string): Promise<void> => {
    t.same(await axeViolations(page), [], `axe: ${name}`);
    t.equal(await overflowsSideways(page), false, `${name} fits`);
    if (pictures) await page.screenshot({ path: `${pictures}/flow-${name}.png`, fullPage: true });
  };
  await signIn(page, adminPassword);
  await page.locator('.flow-graphs a').click();
  const node = (id: string) => page.locator(`[data-node="${id}"]`);

  await t.test('every step is in the picture, below those that lead to it, and in the list', async (t) => {
    for (const { id } of menu.nodes) await node(id).waitFor();
    const y = async (id: string): Promise<number> => (await node(id).boundingBox())?.y ?? Number.NaN;
    t.ok((await y('hello')) < (await y('menu')), 'as a call goes, from above downwards');
    t.ok((await y('menu')) < (await y('desk')));
    t.ok((await y('desk')) < (await y('bye')));
    t.match(await node('hello').innerText(), /hello\s*начало/);
    const edges = page.locator('.react-flow__edge');
    t.equal(await edges.count(), 5, 'several keys to one step are one arrow');
    const listed = page.locator('.flow-list > li', { has: page.locator('[data-choose=menu]') });
    t.match(await listed.innerText(), /1\s*→\s*ведёт в\s*desk[\s\S]*2\s*→\s*ведёт в\s*bye/);
    await look('whole');
  });

  await t.test('a trial lights the way of a caller', async (t) => {
    await page.locator('#flow-keys').fill('2');
    await page.locator('#flow-caller').fill('+7 495 123-45-67');
    await page.locator('[data-try-flow]').click();
    await page.locator('.answer[data-ending]').waitFor();
    const went = (): Promise<(string | null)[]> =>
      page.locator('.flow-node.went').evaluateAll((all) => all.map((one) => one.getAttribute('data-node')));
    t.same((await went()).sort(), ['bye', 'hello', 'menu']);
    t.equal(await page.locator('.react-flow__edge.lit').count(), 2);
    await look('tried');
    await page.locator('#flow-caller').fill('+7 916 123-45-67');
    await page.locator('[data-try-flow]').click();
    await page.locator('.flow-node.went[data-node=desk]').waitFor();
    t.notOk((await went()).includes('menu'), 'whom it knows it asks nothing');
  });

  await t.test(
    'a step is added between two, called otherwise, and stored; telephones hear of it',
    async (t) => {
      await node('menu').click();
      await page.locator('[data-step-form=menu]').waitFor();
      await page.locator('#flow-add-way').click();
      await page.getByRole('option', { name: /новая клавиша 3/ }).click();
      await page.locator('#flow-add-kind').click();
      await page
        .getByRole('option', { name: 'Закончить' })
        .or(page.getByRole('option').last())
        .first()
        .click();
      await page.locator('[data-add-step]').click();
      const made = page.locator('.flow-node.chosen');
      await made.waitFor();
      const id = await made.getAttribute('data-node');
      await page.locator(`[data-step-form="${id}"]`).waitFor();
      await page.locator('[data-field="/nodes/4/id"] input').fill('third');
      await node('third').waitFor();
      await page.locator('[data-choose=menu]').click();
      t.match(
        await page.locator('.flow-list > li', { has: page.locator('[data-choose=menu]') }).innerText(),
        /3\s*→\s*ведёт в\s*third/,
        'what led to it has learnt its new name',
      );
      await page.locator('[data-save-flow]').click();
      const config = await until(
        'the step is stored',
        async () => {
          const view = await box.api.get<ConfigView>('/api/v1/config');
          return view.config.flows[0]?.nodes.length === 5 ? view.config : undefined;
        },
        5000,
      );
      await page.locator('[data-save-flow]:disabled').waitFor();
      t.match(config.flows[0]?.nodes[1]?.does, { choices: [{}, {}, { keys: '3', next: 'third' }] });
      t.match(config.flows[0]?.nodes[4], { id: 'third' });
    },
  );

  await t.test('what is wrong is marked at its step, and cannot be stored', async (t) => {
    await page.locator('[data-choose=menu]').click();
    await page.locator('[data-remove-step]').click();
    await page.locator('.flow-node.wrong[data-node=hello]').waitFor();
    t.match(await page.locator('.flow-list').innerText(), /есть ошибка/);
    await page.locator('[data-save-flow]').click();
    await page.getByRole('alert').first().waitFor();
    t.equal(
      (await box.api.get<ConfigView>('/api/v1/config')).config.flows[0]?.nodes.length,
      5,
      'nothing stored',
    );
    await page.locator('[data-cancel-flow]').click();
    await page.locator('.flow-node.wrong').waitFor({ state: 'detached' });
  });
  t.same(errors, []);

  const telephone = await openPage(browser, `http://${box.http}/in/flows/main`, {
    ...{ language: 'en', colorScheme: 'dark', width: 390, height: 800 },
  });
  await signIn(telephone.page, adminPassword);
  await telephone.page.locator('[data-node=third]').waitFor();
  t.same(await axeViolations(telephone.page), [], 'axe: on a telephone, dark');
  t.equal(await overflowsSideways(telephone.page), false);
  if (pictures) await telephone.page.screenshot({ path: `${pictures}/flow-telephone.png`, fullPage: true });
  t.same(telephone.errors, []);
});
