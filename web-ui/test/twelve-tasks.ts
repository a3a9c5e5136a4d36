import { writeFileSync } from 'node:fs';
import type { Locator } from 'playwright-core';
import type { Test } from 'tap';
import { ScheduleDesk } from '../../daemon/src/main/schedule-desk.ts';
import { wavHead } from '../../daemon/src/media/recording/wav.ts';
import { goodPassword, labelCode } from '../../daemon/test/api/kit.ts';
import {
  axeViolations,
  claimBox,
  goTo,
  launchBrowser,
  openPage,
  overflowsSideways,
  type PageOptions,
} from './browser.ts';
import { builtPage, morningRecords, type Office, openOffice, playMorning } from './office.ts';

const words = {
  ru: {
    save: 'Сохранить',
    add: /Добавить/,
    close: 'Закрыть',
    undo: 'Отменить',
    missed: 'Пропущены',
    ask: 'Проверить',
  },
  en: { save: 'Save', add: /Add/, close: 'Close', undo: 'Undo', missed: 'Missed', ask: 'Check' },
} as const;

const schedule = {
  id: 'office',
  name: 'Офис',
  weekly: [{ days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' }],
};

/** What the office has besides an ordinary morning: a recording, a lost call, a schedule, somebody shut out. */
async function furnish(office: Office, folder: string): Promise<ScheduleDesk> {
  playMorning(office);
  const [first] = morningRecords(Date.now());
  if (!first) throw new Error('no record');
  const file = `${folder}/r1-1.wav`;
  writeFileSync(file, Buffer.concat([wavHead(64_000), Buffer.alloc(64_000)]));
  const recording = { file: 'r1-1.wav', at: first.startedAt + 12_000, seconds: 2, bytes: 64_044 };
  office.records[0] = { ...first, recordings: [recording] };
  Object.assign(office.deps.recordings, { find: () => ({ path: file }) });
  await office.store.change((draft) => {
    draft.schedules.push(schedule as unknown as (typeof draft.schedules)[number]);
  }, 'test');
  const desk = new ScheduleDesk({
    ...{ clock: office.deps.clock, config: () => office.store.config, normalise: (number) => number },
    ...{ alarms: { set: () => {} }, store: { read: () => [], write: async () => {} } },
  });
  office.deps.schedules = desk;
  const open = { mode: 'open', name: { ru: 'открыто', en: 'open' } };
  office.live.put({
    what: 'schedules',
    id: 'office',
    value: { id: 'office', title: 'Офис', ...open, why: { ru: 'понедельник', en: 'Monday' } },
  });
  office.protection.bans = [
    {
      ...{ source: '203.0.113.66', reason: 'digest', since: Date.now() - 120_000, times: 1, dropped: 12 },
      ...{ until: Date.now() + 3_480_000, said: { ru: 'подбирает пароль', en: 'guesses passwords' } },
    },
  ];
  return desk;
}

/**
 * The twelve things that an admin does most (O12), each to its end, in one language, width and colour scheme; and after
 * each what it looks like then: no fault of accessibility, nothing wider than the window.
 */
export async function doTwelveTasks(
  t: Test,
  { language, ...rest }: PageOptions & { language: 'ru' | 'en' },
): Promise<void> {
  const say = words[language];
  const folder = t.testdir();
  const browser = await launchBrowser();
  t.teardown(() => browser.close());
  const office = await openOffice({ folder: `${folder}/data`, webRoot: builtPage() });
  t.teardown(() => office.server.close());
  const desk = await furnish(office, folder);
  t.teardown(() => desk.close());
  const { page, errors } = await openPage(browser, office.origin, { language, ...rest });
  await claimBox(page, labelCode, goodPassword);
  const form = page.locator('[role=dialog] .item-form');
  const config = () => office.store.config;
  const field = (path: string, control = 'input'): Locator =>
    form.locator(`[data-field="${path}"] ${control}`);
  const begin = async (what: string): Promise<void> => {
    await page.locator(`[data-add="${what}"]`).first().click();
    await form.waitFor();
  };
  const open = async (item: string): Promise<void> => {
    await page.locator(`[data-item="${item}"]`).click();
    await form.waitFor();
  };
  const save = async (): Promise<void> => {
    await form.getByRole('button', { name: say.save }).click();
    await form.waitFor({ state: 'detached' });
  };
  const task = (name: string, work: (t: Test) => Promise<void>): Promise<unknown> =>
    t.test(name, async (t) => {
      await work(t);
      t.same(await axeViolations(page), [], 'axe');
      t.equal(await overflowsSideways(page), false, 'width');
    });

  await task('1. a new employee, with a telephone', async (t) => {
    await goTo(page, '/people');
    await begin('people');
    await field('/name').fill('Вера Новикова');
    await field('/extension').fill('103');
    await field('/ports', 'select').selectOption('3');
    await field('/classOfService', 'select').selectOption('office');
    await save();
    await page.locator('[data-item="people/vera-novikova"]').waitFor();
    t.match(config().people.at(-1), { name: 'Вера Новикова', extension: '103', ports: [3] });
  });

  await task('2. her calls go on to her mobile', async (t) => {
    await open('people/vera-novikova');
    await field('/mobile').fill('+79165554433');
    await form.locator('[data-field="/forwarding/busy"]').getByRole('button', { name: say.add }).click();
    await field('/forwarding/busy', 'select').first().selectOption('mobile');
    await save();
    t.match(config().people.at(-1), { mobile: '+79165554433', forwarding: { busy: [{ to: 'mobile' }] } });
  });

  await task('3. a group, and a number that rings it', async (t) => {
    await begin('groups');
    await field('/name').fill('Продажи');
    await form.locator('[data-field="/members"]').getByRole('button', { name: say.add }).click();
    await field('/members/0/target', 'select').selectOption('person:boris');
    await save();
    const group = config().groups.at(-1);
    t.match(group, { name: 'Продажи', members: [{ target: 'person:boris' }] });
    await goTo(page, '/in');
    await open('destinations/reception');
    await form.locator('[data-field="/steps/0/targets"] select').selectOption(`group:${group?.id}`);
    await save();
    t.ok(config().destinations[0]?.steps[0]?.targets.includes(`group:${group?.id}`));
  });

  await task('4. a holiday of the office', async (t) => {
    await open('schedules/office');
    await form.locator('[data-field="/dates"]').getByRole('button', { name: say.add }).click();
    await field('/dates/0/name').fill('День рождения фирмы');
    await field('/dates/0/from').fill('2026-12-11');
    await save();
    t.match(config().schedules[0]?.dates, [{ name: 'День рождения фирмы', from: '2026-12-11' }]);
  });

  await task('5. night by hand', async (t) => {
    const asked = page.waitForResponse((response) => response.url().endsWith('/override'));
    await page.locator('[data-schedule="office"]').getByRole('button', { name: say.close }).click();
    t.equal((await asked).status(), 200);
    t.match(desk.live(), [{ mode: 'closed', override: { by: 'admin' } }]);
  });

  await task('6. a PIN for long distance', async (t) => {
    await goTo(page, '/people');
    await begin('pins');
    await form.locator('#pin-name').fill('Борис Ильин');
    await form.locator('#pin-digits').fill('481516');
    await save();
    await page.locator('[data-item^="pins/"]').waitFor();
    t.equal([...office.pinDigits.values()].at(-1), '481516');
    t.notOk((await page.content()).includes('481516'));
  });

  await task('7. an operator by its template', async (t) => {
    await goTo(page, '/box');
    await page.locator('a[href="/box/trunks"]').first().click();
    await page.locator('[data-add="trunks"]').first().click();
    await page.locator('[data-template="zadarma"]').click();
    await form.waitFor();
    await field('/user').first().fill('123456');
    await field('/password').first().fill('from-the-contract');
    await save();
    t.match(config().trunks.at(-1), { user: '123456', password: 'from-the-contract' });
  });

  await task('8. a lost call', async (t) => {
    await goTo(page, '/calls');
    await page.getByText(say.missed, { exact: false }).first().click();
    const lost = page.locator('[data-outcome="missed"]');
    await lost.first().waitFor();
    await page.locator('[data-outcome="answered"]').first().waitFor({ state: 'detached' });
    t.ok((await lost.count()) > 0);
  });

  await task('9. a recording is heard', async (t) => {
    await page.goto(`${office.origin}/calls/r1`);
    await page.locator('[data-recording="r1-1.wav"]').waitFor();
    const seconds = await page.evaluate<number>(`new Promise((resolve) => {
      const player = document.querySelector('audio');
      player.onloadedmetadata = () => resolve(player.duration);
      player.onerror = () => resolve(-1);
      player.load();
    })`);
    t.ok(Math.abs(seconds - 2) < 0.05, `${seconds} s`);
  });

  await task('10. what happens if I dial', async (t) => {
    await goTo(page, '/out');
    await page.locator('#check-number').fill('8 812 123-45-67');
    await page.locator('#check-from').selectOption('port:1');
    await page.getByRole('button', { name: say.ask, exact: true }).first().click();
    const answer = page.locator('[data-answer]');
    await answer.waitFor();
    t.match(await answer.innerText(), /\+7 812 123-45-67/);
  });

  await task('11. somebody is let in again', async (t) => {
    await page.goto(`${office.origin}/box/protection`);
    const ban = page.locator('[data-ban="203.0.113.66"]');
    await ban.getByRole('button').click();
    await ban.waitFor({ state: 'detached' });
    t.same(office.protection.bans, []);
  });

  await task('12. a change is taken back', async (t) => {
    await goTo(page, '/people');
    await open('people/vera-novikova');
    await field('/name').fill('Вера Петрова');
    await save();
    t.equal(config().people.at(-1)?.name, 'Вера Петрова');
    await page.locator('.toast').getByRole('button', { name: say.undo }).click();
    await page.locator('[data-item="people/vera-novikova"]').getByText('Вера Новикова').waitFor();
    t.equal(config().people.at(-1)?.name, 'Вера Новикова');
  });

  t.same(errors, [], 'nothing went wrong in the page');
}
