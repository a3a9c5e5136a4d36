import { writeFileSync } from 'node:fs';
import t from 'tap';
import { wavHead } from '../../daemon/src/media/recording/wav.ts';
import { goodPassword, labelCode } from '../../daemon/test/api/kit.ts';
import { axeViolations, claimBox, goTo, launchBrowser, openPage, overflowsSideways } from './browser.ts';
import { builtPage, morningRecords, openOffice, playMorning } from './office.ts';

t.test('a recording is heard and deleted, a call is joined, and music is put in', async (t) => {
  const folder = t.testdir();
  const webRoot = builtPage();
  const browser = await launchBrowser();
  t.teardown(() => browser.close());
  const office = await openOffice({ folder: `${folder}/data`, webRoot });
  t.teardown(() => office.server.close());
  playMorning(office);
  const file = `${folder}/r1-1.wav`;
  writeFileSync(file, Buffer.concat([wavHead(64_000), Buffer.alloc(64_000)]));
  const asked: unknown[] = [];
  const { deps } = office;
  const removed: string[] = [];
  Object.assign(deps.recordings, {
    begin: (id: string) => asked.push(id) > 0,
    find: (name: string) => (removed.includes(name) ? undefined : { path: file }),
    remove: (name: string) => removed.push(name) > 0,
  });
  Object.assign(deps.observations, {
    begin: (id: string, order: object) => {
      asked.push({ id, ...order });
      return asked.length > 2 ? 'busy' : undefined;
    },
  });
  let music: Buffer | undefined;
  Object.defineProperty(deps.music, 'own', { get: () => music && { bytes: music.length } });
  Object.assign(deps.music, { replace: async (given: Buffer) => void (music = given) });
  const [first] = morningRecords(Date.now());
  if (!first) throw new Error('no record');
  const at = first.startedAt + 12_000;
  office.records[0] = {
    ...first,
    recordings: [{ file: 'r1-1.wav', at, seconds: 2, bytes: 64_044, failed: 'disk-full' }],
  };
  office.records.push({
    ...first,
    id: 'r9',
    state: 'active',
    startedAt: Date.now() - 9000,
    answeredAt: Date.now() - 8000,
  });
  const { page, errors } = await openPage(browser, office.origin);
  await claimBox(page, labelCode, goodPassword);

  await goTo(page, '/calls');
  await page.locator('[data-record="r1"] a').click();
  const entry = page.locator('[data-recording="r1-1.wav"]');
  await entry.waitFor();
  t.match(await entry.innerText(), /0:02 · 0,1 МБ · прервана: на диске нет места/);
  const seconds = await page.evaluate<number>(`new Promise((resolve) => {
    const player = document.querySelector('audio');
    player.onloadedmetadata = () => resolve(player.duration);
    player.onerror = () => resolve(-1);
    player.preload = 'metadata';
    player.load();
  })`);
  t.equal(seconds, 2, 'the browser can play it');
  if (process.env.SHOTS)
    await page.screenshot({ path: `${process.env.SHOTS}/recording.png`, fullPage: true });
  t.same(await axeViolations(page), []);
  page.on('dialog', (dialog) => void dialog.accept());
  await entry.getByRole('button', { name: 'Удалить запись' }).click();
  await entry.getByText('Файла больше нет').waitFor();
  t.same(removed, ['r1-1.wav']);

  await goTo(page, '/calls');
  await page.locator('[data-record="r9"] a').click();
  await page.getByRole('button', { name: 'Записать этот разговор' }).click();
  await page.getByLabel('Как', { exact: true }).selectOption('whisper');
  await page.getByLabel('На какой телефон позвонить').fill('101');
  await page.getByRole('button', { name: 'Подключиться' }).click();
  await page.getByRole('button', { name: 'Отключиться' }).waitFor();
  t.match(asked, ['r9', { id: 'r9', mode: 'whisper', extension: '101', by: 'admin' }]);
  await page.getByRole('button', { name: 'Подключиться' }).click();
  await page.getByText('уже подключён другой телефон').waitFor();
  t.notOk(await overflowsSideways(page));
  t.same(await axeViolations(page), []);
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/observe.png`, fullPage: true });

  await goTo(page, '/box');
  await page.getByRole('link', { name: 'Запись и музыка' }).click();
  await page.getByText('Сейчас звучит мелодия устройства').waitFor();
  await page.getByLabel('Своя музыка').setInputFiles(file);
  await page.getByText('Сейчас звучит ваша музыка').waitFor();
  t.equal(music?.length, 64_044);
  await page.getByText('Записывать разговоры').first().waitFor();
  t.same(await axeViolations(page), []);
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/music.png`, fullPage: true });
  t.same(
    errors.filter((error) => !/409/.test(error)),
    [],
  );
});
