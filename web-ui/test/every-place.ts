import type { Test } from 'tap';
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
import { builtPage, type Office, openOffice, playMorning } from './office.ts';

/**
 * Visits every place and looks at each: no serious fault of accessibility, no sideways scrolling of the whole
 * page, no word left unfilled, no error in the console.
 */
export async function visitEveryPlace(t: Test, variant: PageOptions): Promise<void> {
  const folder = t.testdir();
  const webRoot = builtPage();
  const browser = await launchBrowser();
  t.teardown(() => browser.close());
  const office = await openOffice({ folder: `${folder}/data`, webRoot });
  t.teardown(() => office.server.close());
  playMorning(office);
  const lockedUntil = Date.now() + 600_000;
  office.pins.push({
    ...{
      id: 'p',
      name: 'Анна',
      length: 6,
      enabled: true,
      classOfService: 'chief',
      outside: true,
      followOn: true,
      transfer: true,
      lockedUntil,
    },
  });
  const { page, errors } = await openPage(browser, office.origin, variant);
  const check = async (what: string): Promise<void> => {
    t.same(await axeViolations(page), [], `${what}: axe`);
    t.equal(await overflowsSideways(page), false, `${what}: width`);
    const text = await page.locator('.shell, .door-card').first().innerText();
    t.notMatch(text, /\b(undefined|NaN|null)\b|\[object|\{\w+\}/, `${what}: nothing unfilled`);
  };
  await page.locator('.door-card').waitFor();
  await check('door');
  await claimBox(page, labelCode, goodPassword);
  await page.locator('[data-port="5"] button').click();
  await check('now');
  playQueue(office);
  await page.locator('a[href="/queues"]').click();
  await page.locator('[data-agent="boris"]').waitFor();
  await check('queues');
  for (const place of ['/calls', '/people', '/in', '/out', '/box']) {
    await goTo(page, place);
    await page.locator('.card, .call-list').first().waitFor();
    await page.locator('.waiting').first().waitFor({ state: 'detached' });
    await check(place);
    if (place === '/calls') {
      await page.locator('[data-record="r1"] a').click();
      await page.locator('.path').waitFor();
      await check('one call');
      await goTo(page, '/calls');
      await page.locator('.tabs a[href="/calls/messages"]').click();
      await page.locator('.empty').waitFor();
      await check('no messages');
    }
    if (place === '/out') {
      await page.locator('[data-item="routes/main"]').click();
      await page.locator('[role=dialog] .item-form').waitFor();
      await check('form of a route');
      await page.keyboard.press('Escape');
    }
  }
  await page.locator('.tabs a[href="/box/trunks"]').click();
  await page.locator('[data-item="trunks/acme"]').click();
  await page.locator('[role=dialog] .technical-fields summary').first().click();
  await check('form of a trunk');
  t.same(errors, [], 'nothing went wrong in the page');
}

/** A queue with somebody on the line, for whom an agent is rung, and a callback behind. */
function playQueue({ live }: Office, now = Date.now()): void {
  const common = { priority: 5, rung: [] };
  live.put({
    what: 'queues',
    id: 'sales',
    value: {
      ...{ id: 'sales', name: 'Продажи', onLine: 1 },
      waiting: [
        {
          ...{ ...common, id: 'w1', kind: 'call', position: 1, priority: 1, since: now - 75_000 },
          ...{ number: '+79031112233', name: 'ООО «Лютик»', callId: 'c2', rung: ['boris'] },
        },
        {
          ...{ ...common, id: 'w2', kind: 'callback', position: 2, since: now - 600_000 },
          ...{ number: '+79161234567', attempts: 1, notBefore: now + 600_000 },
        },
      ],
      today: {
        ...{ came: 14, answered: 11, inTime: 10, abandoned: 1, passedOn: 1, callbacks: 2, calledBack: 1 },
        ...{ thresholdSeconds: 20, serviceLevel: 10 / 13, averageWaitMs: 14_000, longestWaitMs: 95_000 },
        averageHandlingMs: 184_000,
      },
    },
  });
  const agent = { queues: ['sales'], since: now - 300_000 };
  const today = { answered: 6, missed: 1, talkMs: 1_080_000 };
  live.put({
    what: 'agents',
    id: 'anna',
    value: { ...agent, id: 'anna', name: 'Анна Крылова', mode: 'pause', state: 'pause', today },
  });
  live.put({
    what: 'agents',
    id: 'boris',
    value: { ...agent, id: 'boris', name: 'Борис Ильин', mode: 'on', state: 'rung', queue: 'sales', today },
  });
}
