import t from 'tap';
import { goodPassword, labelCode } from '../../daemon/test/api/kit.ts';
import { axeViolations, claimBox, launchBrowser, openPage, overflowsSideways } from './browser.ts';
import { builtPage, openOffice, playMorning } from './office.ts';
import { saidInCall } from './sip-said.ts';

t.test('the ladder in English, dark, 360 px wide: nothing overflows, everything is reachable', async (t) => {
  const folder = t.testdir();
  const webRoot = builtPage();
  const browser = await launchBrowser();
  t.teardown(() => browser.close());
  const office = await openOffice({ folder: `${folder}/data`, webRoot });
  t.teardown(() => office.server.close());
  playMorning(office);
  office.traces.set('r1', saidInCall(office.records[0]!));
  const { page, errors } = await openPage(browser, office.origin, {
    language: 'en',
    colorScheme: 'dark',
    width: 360,
  });
  await claimBox(page, labelCode, goodPassword);
  await page.goto(`${office.origin}/calls/r1`);
  await page.locator('.trace > summary').click();
  await page.locator('button.rung').nth(5).click();
  await page.locator('.sip-message').waitFor();
  t.same(await axeViolations(page), []);
  t.equal(await overflowsSideways(page), false);
  const box = await page.locator('button.rung').first().boundingBox();
  t.ok(box!.height >= 44, `a finger finds a rung (${box!.height} px)`);
  t.match(await page.locator('.trace').innerText(), /SIP messages[\s\S]*Press a message to read it/);
  t.same(errors, []);
});
