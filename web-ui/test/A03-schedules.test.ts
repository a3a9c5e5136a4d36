import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import t from 'tap';
import { ScheduleDesk } from '../../daemon/src/main/schedule-desk.ts';
import { goodPassword, labelCode } from '../../daemon/test/api/kit.ts';
import { axeViolations, claimBox, goTo, launchBrowser, openPage, overflowsSideways } from './browser.ts';
import { builtPage, openOffice } from './office.ts';

const table = resolve(import.meta.dirname, '../../daemon/src/schedule/data/production-calendar-ru.csv');

const schedule = {
  id: 'office',
  name: 'Офис',
  weekly: [
    { days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' },
    { days: [1, 2, 3, 4, 5], from: '13:00', to: '14:00', mode: 'перерыв' },
  ],
  dates: [{ name: 'День рождения фирмы', from: '2026-06-01', hours: [{ from: '10:00', to: '15:00' }] }],
};

t.test('schedules on the page: the form in both languages, day and night, the calendar', async (t) => {
  const folder = t.testdir();
  const webRoot = builtPage();
  const browser = await launchBrowser();
  t.teardown(() => browser.close());
  const office = await openOffice({ folder: `${folder}/data`, webRoot });
  t.teardown(() => office.server.close());
  await office.store.change((draft) => {
    draft.schedules.push(schedule as unknown as (typeof draft.schedules)[number]);
  }, 'test');
  const desk = new ScheduleDesk({
    ...{ clock: office.deps.clock, config: () => office.store.config, normalise: (number) => number },
    ...{ alarms: { set: () => {} }, store: { read: () => [], write: async () => {} } },
  });
  t.teardown(() => desk.close());
  office.deps.schedules = desk;
  const { page, errors } = await openPage(browser, office.origin);
  await claimBox(page, labelCode, goodPassword);
  const form = page.locator('[role=dialog] .item-form');
  const look = async (what: string): Promise<void> => {
    t.same(await axeViolations(page), [], `${what}: axe`);
    t.notOk(await overflowsSideways(page), `${what}: width`);
    if (process.env.SHOTS)
      await page.screenshot({ path: `${process.env.SHOTS}/schedules-${what}.png`, fullPage: true });
  };

  for (const [language, words] of [
    [
      'ru',
      /Часы недели[\s\S]*Режим[\s\S]*Особые дни[\s\S]*День рождения фирмы|Часы недели[\s\S]*Особые дни[\s\S]*производственный календарь/,
    ],
    ['en', /Weekly hours[\s\S]*Mode[\s\S]*Special days[\s\S]*production calendar/],
  ] as const) {
    await page.evaluate(`localStorage.setItem('linegate-language', '${language}')`);
    await page.reload();
    await goTo(page, '/in');
    const item = page.locator('[data-item="schedules/office"]');
    await item.waitFor();
    t.match(await item.innerText(), /09:00–18:00/);
    await item.click();
    await form.waitFor();
    t.match(await form.innerText(), words, language);
    t.equal(await form.locator('[data-field="/weekly/1/mode"] input').inputValue(), 'перерыв');
    t.equal(await form.locator('[data-field="/dates/0/from"] input').inputValue(), '2026-06-01');
    if (language === 'ru') await look('form');
    else t.notOk(await overflowsSideways(page));
    await page.keyboard.press('Escape');
    await form.waitFor({ state: 'detached' });
  }

  office.live.put({
    what: 'schedules',
    id: 'office',
    value: {
      ...{ id: 'office', title: 'Офис', mode: 'open', name: { ru: 'открыто', en: 'open' } },
      why: { ru: 'понедельник, 09:00–18:00', en: 'Monday, 09:00–18:00' },
      next: {
        ...{ at: Date.now() + 3_600_000, mode: 'closed', name: { ru: 'закрыто', en: 'closed' } },
        why: { ru: 'понедельник, вне рабочих часов', en: 'Monday, outside the hours' },
      },
    },
  });
  const now = page.locator('[data-schedule="office"]');
  await now.getByText('open: Monday, 09:00–18:00').waitFor();
  const asked = page.waitForResponse((response) => response.url().endsWith('/override'));
  await now.getByRole('button', { name: 'Close' }).click();
  t.equal((await asked).status(), 200);
  t.match(desk.live(), [{ mode: 'closed', override: { by: 'admin' } }]);

  const file = page.getByLabel('File of the calendar');
  await file.setInputFiles({
    name: 'bad.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('Год;Месяц\n2026;1'),
  });
  await page.getByText('This is no production calendar').waitFor();
  await look('bad-calendar');
  const years = readFileSync(table, 'utf8').replace('2026,', '2026 ,');
  await file.setInputFiles({ name: 'table.csv', mimeType: 'text/csv', buffer: Buffer.from(years) });
  // Whether its years are still to come depends on today's date: either it was taken, or the page says why not.
  await page
    .getByText('The calendar was uploaded')
    .or(page.getByText('nor any later year'))
    .first()
    .waitFor();
  t.same(
    errors.filter((error) => !/422/.test(error)),
    [],
  );
});
