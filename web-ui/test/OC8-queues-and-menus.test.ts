import t from 'tap';
import { systemClock } from '../../daemon/src/base/clock.ts';
import { FlowDesk } from '../../daemon/src/main/flow-desk.ts';
import { QueueDesk } from '../../daemon/src/main/queue-desk.ts';
import { OfficeHours } from '../../daemon/src/service/office-hours.ts';
import { goodPassword, labelCode } from '../../daemon/test/api/kit.ts';
import { members, QueueBench, queueOffice } from '../../daemon/test/kit/queues.ts';
import { axeViolations, claimBox, goTo, launchBrowser, openPage, overflowsSideways } from './browser.ts';
import { builtPage, type Office, openOffice, playMorning } from './office.ts';

/** Queues of the real services over fakes, behind the page: what is done on the page is done to calls. */
function queuesBehind(office: Office, data: string): QueueBench {
  const b = new QueueBench(
    queueOffice(
      {
        ...{ name: 'Продажи', members: members('anna', 'boris'), strategy: 'in-turn', ringSeconds: 120 },
        ...{ callback: { classOfService: 'staff', costCentre: 'sales' }, missesToPause: 0 },
      },
      { id: 'second', name: 'Сервис', members: members('vera'), wrapUpSeconds: 0, ringSeconds: 120 },
    ),
  );
  // The bench's time stands still unless told; for the page it is now.
  const clock = { ...systemClock({ unref: true }), now: () => b.clock.now() };
  const desk = new QueueDesk(b.services.queues, {
    ...{ data, clock, config: () => b.config, warn: (message) => t.fail(message) },
  });
  Object.assign(office.deps.queues, {
    view: () => desk.view(),
    setMode: desk.setMode.bind(desk),
    move: desk.move.bind(desk),
    cancel: desk.cancel.bind(desk),
  });
  const tell = (what: 'queue' | 'agent', id: string): void =>
    office.live.put(
      what === 'queue'
        ? { what: 'queues', id, value: desk.queue(id) ?? null }
        : { what: 'agents', id, value: desk.agent(id) ?? null },
    );
  b.services.queues.events.on('changed', tell);
  for (const { id } of desk.view().queues) tell('queue', id);
  for (const { id } of desk.view().agents) tell('agent', id);
  return b;
}

const menu = {
  ...{ id: 'main', name: 'Главное меню', enabled: true },
  nodes: [
    {
      id: 'hello',
      does: { kind: 'caller', ways: [{ numbers: ['+7916*'], next: 'sales' }], otherwise: 'menu' },
    },
    {
      id: 'menu',
      does: {
        ...{ kind: 'menu', say: 'Продажи — 1, сервис — 2.', otherwise: 'bye' },
        choices: [
          { keys: '1', next: 'sales' },
          { keys: '2', next: 'bye' },
        ],
      },
    },
    { id: 'sales', does: { kind: 'transfer', to: 'person:anna', otherwise: 'bye' } },
    { id: 'bye', does: { kind: 'end', say: 'До свидания.' } },
  ],
};

const fingerprint = Array.from({ length: 32 }, (_, i) => (i + 16).toString(16).toUpperCase()).join(':');

t.test('queues, menus and offices on the page, in both languages', async (t) => {
  const browser = await launchBrowser();
  // Before the folder is asked for: tap takes it away before what is torn down by later calls.
  t.teardown(() => browser.close());
  const folder = t.testdir({ queues: {} });
  const webRoot = builtPage();
  const office = await openOffice({ folder: `${folder}/data`, webRoot });
  t.teardown(() => office.server.close());
  playMorning(office);
  const { page, errors } = await openPage(browser, office.origin);
  await claimBox(page, labelCode, goodPassword);
  /** English is looked at in the dark. */
  const look = async (what: string): Promise<void> => {
    await page.emulateMedia({ colorScheme: what.endsWith('-en') ? 'dark' : 'light' });
    t.same(await axeViolations(page), [], `${what}: axe`);
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      t.notOk(await overflowsSideways(page), `${what}: ${width}`);
      if (process.env.SHOTS)
        await page.screenshot({ path: `${process.env.SHOTS}/${what}-${width}.png`, fullPage: true });
    }
    t.notMatch(await page.locator('.shell').innerText(), /\b(undefined|NaN|null)\b|\[object|\{\w+\}/, what);
  };
  const speak = async (language: 'ru' | 'en'): Promise<void> => {
    await page.getByRole('button', { name: language === 'ru' ? 'Рус' : 'Eng', exact: true }).click();
    await page.locator(`html[lang=${language}]`).waitFor({ state: 'attached' });
  };

  await t.test(
    'where there are no queues, the place says what they are and where they are made',
    async (t) => {
      t.equal(await page.locator('[data-queue-line]').count(), 0, 'Now is not burdened');
      await page.goto(`${office.origin}/queues`);
      await page.getByText('Очередей пока нет').waitFor();
      await page.getByRole('link', { name: 'Настроить очередь' }).click();
      await page.locator('[data-add="queues"]').waitFor();
      await goTo(page, '/');
    },
  );

  const b = queuesBehind(office, `${folder}/queues`);
  const { queues } = b.services;
  t.teardown(() => queues.close());
  const agent = (id: string, state: string) => page.locator(`[data-agent="${id}"][data-state="${state}"]`);
  const waiting = page.locator('[data-queue="sales"] [data-waiting]');

  await t.test('whom the page puts on pause is not rung by the next call', async (t) => {
    await page.locator('[data-queue-line="sales"]').waitFor();
    t.match(
      await page.locator('[data-queue-line="sales"]').innerText(),
      /Продажи\s*Никто не ждёт\s*на линии: 2/,
    );
    await page.getByRole('link', { name: 'Все очереди и сотрудники' }).click();
    const sales = page.locator('[data-queue="sales"]');
    await sales.getByText('Сегодня сюда ещё никто не звонил.').waitFor();
    await agent('anna', 'free').getByRole('button', { name: 'Пауза' }).click();
    await agent('anna', 'pause').waitFor();
    t.equal(queues.agent('anna').mode, 'pause');
    await b.call({ number: '+79030000001' });
    t.notOk(b.port(1).ringing);
    t.ok(b.port(2).ringing, 'the next in order');
    await agent('boris', 'rung').waitFor();
    await waiting.first().waitFor();
    t.match(await waiting.first().innerText(), /1\s*\+7 903 000-00-01\s*ждёт 0:0\d\s*звоним: Boris/);
    await b.pass(3000);
    await b.lift(2);
    await agent('boris', 'talking').waitFor();
    await waiting.first().waitFor({ state: 'detached' });
    await sales.getByText('100 % за 20 с').waitFor();
    t.match(await sales.innerText(), /Ответили\s*1 из 1\s*Не дождались\s*0\s*Ждали в среднем \(ASA\)\s*0:03/);
    t.match(await agent('boris', 'talking').innerText(), /разговор: Продажи/);
  });

  await t.test('a waiting caller shows up by itself, is moved up, and to another queue', async (t) => {
    const [first, second] = [
      await b.call({ number: '+79030000002' }),
      await b.call({ number: '+79030000003' }),
    ];
    await waiting.nth(1).waitFor();
    await look('queues-ru');
    const place = (at: number) => page.locator(`[data-queue="sales"] [data-position="${at}"]`);
    await place(2).getByRole('button', { name: 'Поставить раньше: +7 903 000-00-03' }).click();
    await place(1).getByText('+7 903 000-00-03').waitFor();
    t.match(
      await page.evaluate('document.activeElement.getAttribute("aria-label")'),
      /раньше: \+7 903 000-00-03/,
      'who works by keyboard goes on there',
    );
    await speak('en');
    t.notOk(b.port(3).ringing);
    await place(2).getByRole('button', { name: 'Move: +7 903 000-00-02' }).click();
    const sheet = page.locator('[role=dialog]');
    await sheet.getByLabel('Queue').selectOption({ label: 'Сервис' });
    t.match(await sheet.innerText(), /Place\s*1\s*to the end/);
    await look('move-en');
    await sheet.getByRole('button', { name: 'Move', exact: true }).click();
    await agent('vera', 'rung').waitFor();
    t.ok(b.port(3).ringing, 'the agent of the other queue is rung');
    await b.lift(3);
    t.equal(b.talksTo(3), first.endpoint);
    await waiting.nth(1).waitFor({ state: 'detached' });
    await agent('anna', 'pause').getByRole('button', { name: 'On line' }).click();
    await agent('anna', 'rung').waitFor();
    await b.lift(1);
    t.equal(b.talksTo(1), second.endpoint);
    await agent('anna', 'talking').waitFor();
  });

  await t.test('a callback stands in its place and is taken out', async (t) => {
    const caller = await b.call({ number: '+79030000004' });
    await b.key(caller, '1');
    const row = page.locator('[data-kind="callback"]');
    await row.waitFor();
    t.match(await row.innerText(), /\+7 903 000-00-04[\s\S]*callback/);
    await look('queues-en');
    page.once('dialog', (dialog) => void dialog.accept());
    await row.getByRole('button', { name: 'Do not call back: +7 903 000-00-04' }).click();
    await row.waitFor({ state: 'detached' });
    t.same(queues.book.list, []);
    await page.getByText('1 ordered, 0 reached').waitFor();
  });

  await t.test('what is refused is said', async (t) => {
    await b.call({ number: '+79030000005' });
    const row = waiting.filter({ hasText: '000-00-05' });
    await row.waitFor();
    office.deps.queues.move = () => 'not-waiting';
    await row.getByRole('button', { name: /^Move: / }).click();
    await page.locator('[role=dialog]').getByRole('button', { name: 'Move', exact: true }).click();
    t.match(await page.locator('.failure').innerText(), /\w/);
  });

  await office.store.change((draft) => {
    Object.assign(draft, {
      flows: [menu],
      queues: [{ ...draft.queues[0], id: 'sales', name: 'Продажи', members: [{ person: 'anna' }] }],
    });
    draft.people[0]!.voicemail.enabled = true;
  }, 'test');
  const { clock } = office.deps;
  const config = () => office.store.config;
  const hours = new OfficeHours({ clock, config, store: { read: () => [], write: async () => {} } });
  const flows = new FlowDesk({
    ...{
      clock,
      config,
      hours,
      alarms: { set: () => {} },
      normalise: (number) => number.replace(/[\s()-]/g, ''),
    },
    ...{ callbacks: () => undefined, log: () => {} },
  });
  Object.assign(office.deps.flows, { simulate: flows.simulate.bind(flows) });

  await t.test('a menu is tried out: what is heard and pressed, who is rung, how it ends', async (t) => {
    await speak('ru');
    await goTo(page, '/in');
    const box = page.locator('.flow-check');
    await box.waitFor();
    const check = async (): Promise<string> => {
      const asked = page.waitForResponse((response) => response.url().endsWith('/flows/simulate'));
      await box.locator('button[type=submit]').click();
      t.equal((await asked).status(), 200);
      await box.locator('[data-ending]').waitFor();
      return box.locator('[data-ending]').innerText();
    };
    await box.getByLabel('Что нажимают').fill('- 1');
    await box.getByLabel('Если звоним сотруднику').selectOption({ label: 'отвечают' });
    t.match(
      await check(),
      /Вызов принят[\s\S]*Продажи — 1, сервис — 2[\s\S]*Ничего не нажато[\s\S]*Нажато 1[\s\S]*Вызов: Анна Крылова — ответили/,
    );
    await box.getByLabel('Что нажимают').fill('один');
    await box.getByText('Нажимают только цифры').waitFor();
    t.equal(await box.getByLabel('Что нажимают').getAttribute('aria-invalid'), 'true');
    await box.getByLabel('Что нажимают').fill('');
    await box.getByText('Шаги этого меню').click();
    t.match(
      await box.locator('[data-step="menu"]').innerText(),
      /меню\s*Продажи — 1, сервис — 2\.\s*1\s*→[\s\S]*sales\s*2\s*→[\s\S]*bye\s*Иначе\s*→[\s\S]*bye/,
    );
    t.match(await box.locator('[data-step="hello"]').innerText(), /кто звонит\s*начало\s*\+7916\*/);
    await look('flow-ru');
    await speak('en');
    await box.getByLabel('Who calls').fill('+7 916 123-45-67');
    await box.getByLabel('Whoever is rung').selectOption({ label: 'is busy' });
    t.match(await check(), /The call has ended[\s\S]*Rung: Анна Крылова - busy/);
    await box.getByLabel('The number is withheld').check();
    await box.getByLabel('Keys pressed').fill('2');
    t.notMatch(await check(), /Rung/);
    await look('flow-en');
  });

  await t.test('another office is entered, and its extensions are targets like all others', async (t) => {
    await goTo(page, '/box');
    await page.locator('.tabs a[href="/box/trunks"]').click();
    await page.locator('[data-add="offices"]').click();
    const form = page.locator('[role=dialog] .item-form');
    const save = form.getByRole('button', { name: 'Save' });
    const typed = async (field: string, text: string): Promise<void> => {
      const input = form.locator(`[data-field="${field}"] input`);
      await input.fill(text);
      await input.press('Enter');
    };
    await form.locator('[data-field="/name"] input').fill('Питер');
    await form.locator('[data-field="/address"] input').fill('spb.example');
    await typed('/fingerprints', 'не отпечаток');
    await typed('/numbers', '5XX');
    await save.click();
    await form.locator('[data-field="/fingerprints"] .error').waitFor();
    t.same(office.store.config.offices, [], 'nothing is stored');
    await form.getByRole('button', { name: /не отпечаток/ }).click();
    await typed('/fingerprints', fingerprint);
    await look('office-en');
    await save.click();
    await page.locator('[data-item="offices/piter"]').waitFor();
    t.match(office.store.config.offices, [
      { id: 'piter', name: 'Питер', fingerprints: [fingerprint], numbers: ['5XX'] },
    ]);

    await goTo(page, '/in');
    await page.locator('[data-item="destinations/reception"]').click();
    const targets = form.locator('[data-field="/steps/0/targets"]');
    const choose = targets.locator('select');
    t.match(
      await choose.locator('option').allInnerTexts(),
      [
        ...['add one…', 'Борис Ильин', 'Главное меню', 'Продажи', 'Voicemail: Анна Крылова'],
        ...['Listening to voicemail'],
      ].map((name) => new RegExp(name.slice(0, 3))),
    );
    for (const label of ['Главное меню', 'Продажи', 'Voicemail: Анна Крылова', 'Listening to voicemail'])
      await choose.selectOption({ label });
    await choose.selectOption({ label: 'Питер: extension…' });
    await targets.getByLabel('Extension in that office').fill('505');
    await page.keyboard.press('Enter');
    await targets.getByText('505 (Питер)').waitFor();
    await save.click();
    await form.waitFor({ state: 'detached' });
    t.same(office.store.config.destinations[0]?.steps[0]?.targets, [
      ...['person:anna', 'port:2', 'flow:main', 'queue:sales', 'voicemail:anna', 'mailbox:any'],
      'office:piter/505',
    ]);
    t.match(await page.locator('[data-item="destinations/reception"]').innerText(), /505 \(Питер\)/);

    await page.locator('[data-item="flows/main"]').click();
    const action = form.locator('[data-field="/nodes/2/does"]');
    const to = action.locator('[data-field="/nodes/2/does/to"] select');
    t.equal(await to.locator('option:checked').innerText(), 'Анна Крылова', 'by name');
    await to.selectOption({ label: 'Питер: extension…' });
    await action.getByLabel('Extension in that office').fill('505');
    await page.keyboard.press('Enter');
    await to.locator('option:checked', { hasText: '505 (Питер)' }).waitFor({ state: 'attached' });
    await save.click();
    await form.waitFor({ state: 'detached' });
    t.match(office.store.config.flows[0]?.nodes[2]?.does, { kind: 'transfer', to: 'office:piter/505' });
    await page.locator('[data-item="flows/main"]').click();
    await action.getByRole('button', { name: 'voicemail' }).click();
    const mailbox = action.locator('[data-field="/nodes/2/does/mailbox"] select');
    await mailbox.selectOption({ label: 'Анна Крылова' });
    await action.locator('[data-field="/nodes/2/does/otherwise"] input').fill('bye');
    await save.click();
    await form.waitFor({ state: 'detached' });
    t.match(office.store.config.flows[0]?.nodes[2]?.does, { kind: 'voicemail', mailbox: 'anna' });

    await goTo(page, '/people');
    await page.locator('[data-item="queues/sales"]').click();
    await form.locator('[data-field="/whenFull"] select').selectOption({ label: 'Voicemail: Анна Крылова' });
    await save.click();
    await form.waitFor({ state: 'detached' });
    t.equal(office.store.config.queues[0]?.whenFull, 'voicemail:anna');
  });

  t.same(errors, [], 'nothing went wrong in the page');
});
