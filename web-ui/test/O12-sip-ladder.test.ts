import t from 'tap';
import { goodPassword, labelCode } from '../../daemon/test/api/kit.ts';
import { ladderOf } from '../src/view/trace/ladder-model.ts';
import { axeViolations, claimBox, goTo, launchBrowser, openPage } from './browser.ts';
import { builtPage, morningRecords, openOffice, playMorning } from './office.ts';
import { saidInCall, saidOnTrunk } from './sip-said.ts';

t.test('a ladder has who called at the left, the box, and everybody who was tried, in turn', async (t) => {
  const record = morningRecords(Date.now())[0]!;
  const said = saidInCall(record);
  const { lanes, box, rungs } = ladderOf(said.messages, record);
  t.same(
    lanes.map((lane) => lane.place),
    ['port:1', '', 'trunk:bell', 'trunk:acme'],
  );
  t.equal(box, 1);
  t.same(
    rungs.slice(0, 5).map((r) => [r.from, r.to, r.message?.summary ?? r.line?.event]),
    [
      [0, 1, 'dialed'],
      [1, 2, 'INVITE'],
      [1, 2, 'INVITE'],
      [2, 1, '100 Trying'],
      [2, 1, '503 Service Unavailable'],
    ],
  );
  t.equal(rungs[4]!.pauseMs !== undefined, true, 'a pause before it is marked');
  t.match(
    rungs.find((r) => r.line?.event === 'released'),
    { from: 1, to: 0 },
    'the far end hung up first',
  );
  t.ok(rungs.every((r, i) => i === 0 || r.at >= rungs[i - 1]!.at));

  const transit = {
    ...record,
    legs: [{ ...record.legs[1]!, direction: 'incoming' as const }, record.legs[1]!],
  };
  t.equal(ladderOf([], transit).lanes.length, 3, 'in and out by the same operator are two parties');
  t.same(
    ladderOf(saidOnTrunk(Date.now()).messages).lanes.map((lane) => lane.place),
    ['', 'trunk:acme'],
  );
});

t.test('what was said in SIP is drawn, read with keys alone, and downloaded', async (t) => {
  const folder = t.testdir();
  const webRoot = builtPage();
  const browser = await launchBrowser();
  t.teardown(() => browser.close());
  const office = await openOffice({ folder: `${folder}/data`, webRoot });
  t.teardown(() => office.server.close());
  playMorning(office);
  office.traces.set('r1', saidInCall(office.records[0]!));
  office.traces.set('acme', saidOnTrunk(Date.now()));
  const { page, errors } = await openPage(browser, office.origin);
  await claimBox(page, labelCode, goodPassword);

  await t.test('a call: ladder, message, table, file', async (t) => {
    await goTo(page, '/calls');
    await page.locator('[data-record="r1"] a').click();
    const trace = page.locator('.trace');
    await trace.getByText('Обмен сообщениями SIP').click();
    const ladder = trace.locator('.ladder');
    await ladder.waitFor();
    const heads = await ladder.locator('.ladder-names').innerText();
    t.match(heads, /Приёмная\s+Устройство\s+Оператор Б\s+Оператор А/);
    const rungs = ladder.locator('button.rung');
    t.equal(await rungs.count(), 15);
    t.match(
      await rungs.nth(1).innerText(),
      /1,306[\s\S]*от «Устройство» к «Оператор Б»:[\s\S]*INVITE[\s\S]*повтор/,
      'read aloud, a rung says who to whom, and that it is a repetition',
    );
    t.same(await axeViolations(page), []);

    await rungs.first().focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const text = ladder.locator('.sip-message');
    await text.waitFor();
    t.match(
      await text.innerText(),
      /UDP 203\.0\.113\.7:5060 → 192\.168\.1\.2:5060\s+SIP\/2\.0 503 Service Unavailable/,
    );
    t.equal(await rungs.nth(3).getAttribute('aria-expanded'), 'true');
    await page.keyboard.press('Enter');
    await text.waitFor({ state: 'detached' });

    await trace.getByRole('button', { name: 'Таблица' }).click();
    const rows = trace.locator('.trace-table tbody tr');
    await rows.first().waitFor();
    t.equal(await rows.count(), 17, 'with what happened on the telephone');
    t.match(await rows.nth(4).innerText(), /3,090\s+503 Service Unavailable\s+Оператор Б\s+Устройство/);
    t.same(await axeViolations(page), []);

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      trace.getByRole('link', { name: 'Скачать' }).click(),
    ]);
    t.equal(download.suggestedFilename(), 'linegate-r1.pcap');
  });

  await t.test("a trunk's last exchange is one click away from what is wrong with it", async (t) => {
    await goTo(page, '/');
    const trunk = page.locator('[data-trunk="acme"]');
    await trunk.locator('summary').first().click();
    await trunk.getByText('Последний обмен с оператором по SIP').click();
    await trunk.locator('button.rung').first().waitFor();
    const said = await trunk.locator('.rung-label').allInnerTexts();
    t.same(said, ['REGISTER', '401 Unauthorized', 'REGISTER', '200 OK', 'REGISTER', '403 Forbidden']);
  });

  await t.test('a call whose messages were not kept, and an engine that is not ours, say so', async (t) => {
    office.traces.set('r1', { available: true, messages: [] });
    await page.goto(`${office.origin}/calls/r1`);
    await page.locator('.trace > summary').click();
    await page.getByText('Сообщения этого вызова не сохранились.').waitFor();
    office.traces.set('r1', { available: false, messages: [] });
    await page.goto(`${office.origin}/calls/r1`);
    await page.locator('.trace > summary').click();
    await page.getByText('SIP обслуживает отдельная программа').waitFor();
    office.records[1]!.legs = [];
    await page.goto(`${office.origin}/calls/r2`);
    await page.locator('.path').waitFor();
    t.equal(await page.locator('.trace').count(), 0, 'nothing where no SIP was');
  });
  t.same(errors, []);
});
