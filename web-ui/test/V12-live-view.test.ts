import t from 'tap';
import { goodPassword, labelCode } from '../../daemon/test/api/kit.ts';
import { patient } from '../../hw/simulator/office/patience.ts';
import { firstViewBytes } from '../build.ts';
import { claimBox, launchBrowser, openPage, signIn } from './browser.ts';
import { builtPage, openOffice, playMorning } from './office.ts';

t.test('the page shows sockets, calls, lines and alarms live, and says when it is stale', async (t) => {
  const folder = t.testdir();
  const webRoot = builtPage();
  const browser = await launchBrowser();
  t.teardown(() => browser.close());
  const bytes = firstViewBytes(webRoot);
  t.ok(bytes < 350_000, `the first view is small (${bytes} bytes gzipped)`);
  let office = await openOffice({ folder: `${folder}/data`, webRoot });
  t.teardown(() => office.server.close());
  playMorning(office);
  const { page, errors } = await openPage(browser, office.origin);
  await claimBox(page, labelCode, goodPassword);

  t.test(
    'the faceplate has the sockets in order, with what is plugged in and its state in words',
    async (t) => {
      const numbers = await page
        .locator('[data-port]')
        .evaluateAll((all) => all.map((s) => s.getAttribute('data-port')));
      t.same(numbers, ['1', '2', '3', '4', '5', '6']);
      t.match(
        await page.locator('[data-port="1"]').innerText(),
        /Приёмная[\s\S]*101[\s\S]*разговор[\s\S]*2:/,
      );
      t.match(await page.locator('[data-port="5"]').innerText(), /не работает/);
      await page.locator('[data-port="5"] button').click();
      t.match(
        await page.locator('[data-detail="5"]').innerText(),
        /В линии нет напряжения\. Проверьте провод/,
      );
      await page.locator('[data-port="1"] button').click();
      t.match(
        await page.locator('[data-detail="1"]').innerText(),
        /Анна Крылова[\s\S]*9 В[\s\S]*24 мА[\s\S]*обратная[\s\S]*линия 14 дБ, подавитель ещё 38 дБ/,
      );
      await page.getByRole('button', { name: 'Позвонить 3 секунды' }).click();
      await page.getByText('Звонит 3 секунды.').waitFor();
    },
  );

  t.test('what happens at a socket is on the page within a second', async (t) => {
    const began = Date.now();
    office.socket(3, { state: 'off-hook', callId: 'c3' });
    await page.locator('[data-port="3"][data-state="off-hook"]').waitFor();
    t.ok(Date.now() - began < patient(1000), `${Date.now() - began} ms`);
    t.match(await page.locator('[data-port="3"]').innerText(), /трубка снята/);
  });

  t.test('a call is a bar that grows, turns green at the answer, and goes with its price', async (t) => {
    const row = page.locator('[data-call="c2"]');
    t.match(await row.innerText(), /\+7 903 111-22-33[\s\S]*Борис Ильин[\s\S]*вызов/);
    t.equal(await row.locator('.bar.tone-talk').count(), 0);
    const call = office.live.snapshot().calls.find((c) => c.id === 'c2');
    if (!call) throw new Error('no such call');
    office.live.put({
      what: 'calls',
      id: 'c2',
      value: { ...call, state: 'talking', answeredAt: Date.now(), price: 1.2 },
    });
    await row.locator('.bar.tone-talk').waitFor({ state: 'attached' });
    t.match(await row.innerText(), /разговор[\s\S]*1,20\s₽/);
    const clock = row.locator('time');
    const first = await clock.innerText();
    await clock.filter({ hasNotText: first }).waitFor();
    page.once('dialog', (dialog) => void dialog.accept());
    await row.getByRole('button').click();
    office.live.put({ what: 'calls', id: 'c2', value: null });
    await row.waitFor({ state: 'detached' });
    t.same(office.released, ['c2']);
  });

  t.test('an alarm comes with its cure and is counted beside the place; all clear says so', async (t) => {
    t.match(
      await page.locator('[data-alarm="trunk-bell"]').innerText(),
      /не принял пароль[\s\S]*Проверьте пароль/,
    );
    t.match(await page.locator('nav.places a[href="/"] .count').innerText(), /1/);
    t.match(await page.locator('[data-trunk="bell"]').innerText(), /оператор отказал/);
    office.live.put({ what: 'alarms', id: 'trunk-bell', value: null });
    await page.getByText('Всё в порядке').waitFor();
    t.equal(await page.locator('nav.places .count').count(), 0);
  });

  t.test('a box that is gone is said within 3 s, and the page mends itself', async (t) => {
    const { port } = office;
    const { passwordHash } = office.store.config.admin;
    const gone = Date.now();
    await office.server.close();
    await page.locator('[data-freshness=stale]').waitFor();
    const after = Date.now() - gone;
    t.ok(after < 3000, `said after ${after} ms`);
    t.match(await page.locator('.stale-notice').innerText(), /Показано то, что было в \d\d:\d\d:\d\d/);
    t.equal(await page.locator('[data-port]').count(), 6, 'what was known stays in sight');
    office = await openOffice({ folder: `${folder}/data`, webRoot, port });
    t.equal(office.store.config.admin.passwordHash, passwordHash);
    playMorning(office);
    // A restart signs everybody out: the page comes back by asking for the password.
    await signIn(page, goodPassword);
    await page.locator('[data-port="2"][data-state="ringing"]').waitFor();
    t.equal(await page.locator('.stale-notice').count(), 0);
  });

  t.same(errors, []);
});
