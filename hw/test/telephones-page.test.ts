import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import t from 'tap';
import { buildPage } from '../simulator/build-page.ts';
import { startControl } from '../simulator/control/server.ts';
import { patient } from '../simulator/office/patience.ts';
import { type Simulator, startSimulator } from '../simulator/simulator.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
let simulator: Simulator;
let address: string;

t.before(async () => {
  const page = t.testdir();
  await buildPage(page);
  simulator = await startSimulator({ pty: false });
  const control = await startControl(simulator, { page });
  address = control.address;
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
  });
  t.teardown(async () => {
    await browser.close();
    await control.close();
    await simulator.stop();
  });
});

/** Opens the page; whatever goes wrong in it fails the test. */
async function open(locale: string, width = 1280): Promise<Page> {
  const context = await browser.newContext({ locale, viewport: { width, height: 900 } });
  const page = await context.newPage();
  page.on('pageerror', (error) => t.fail(`page: ${error.message}`));
  page.setDefaultTimeout(patient(5000));
  await page.goto(`http://${address}/`);
  return page;
}

t.test('a telephone is lifted, hears dial tone, dials, talks, and hangs up', async (t) => {
  const page = await open('ru-RU');
  const phone = page.getByLabel('гнездо 1', { exact: true });
  const line = simulator.line(5);
  const tone = line.next('dial-tone');
  await phone.getByRole('button', { name: 'Снять трубку' }).click();
  await phone.getByText('трубка снята').waitFor();
  await tone;
  await page.getByText('дала гудок').first().waitFor();
  t.match(await phone.locator('.meter').textContent(), /V [\d.]+ mA/);
  const answered = line.next('answered');
  for (const key of '103') await phone.getByRole('button', { name: key, exact: true }).click();
  t.equal((await answered).digits, '103', 'no key is lost, however fast');
  await page.getByLabel('гнездо 5', { exact: true }).getByText('разговор').waitFor();
  await phone.getByRole('button', { name: 'Тон 1 кГц' }).click();
  t.ok((await line.waitForTone(1000, -12)) > -12, 'the tone is heard in the city');
  await phone.getByRole('button', { name: 'Замолчать' }).click();
  await phone.getByRole('button', { name: 'Говорить в микрофон' }).click();
  await phone.getByRole('button', { name: 'Микрофон включён' }).waitFor();
  const spoken = await line.hear(1500);
  t.ok(spoken > -60, `the fake microphone's beeps reach the line: ${spoken.toFixed(1)} dBm0`);
  await phone.getByRole('button', { name: 'Положить' }).click();
  await phone.getByText('трубка лежит').waitFor();
  await page.context().close();
});

t.test('a city line is rung from outside; the joined telephone rings and shows who it is', async (t) => {
  const page = await open('en-US');
  simulator.line(5).options.ringCadence = [300, 1500];
  const line = page.getByLabel('socket 5', { exact: true });
  await line.getByText('idle').waitFor();
  await line.getByRole('textbox').fill('4957771122');
  await line.getByRole('button', { name: 'Ring', exact: true }).click();
  const phone = page.getByLabel('socket 1', { exact: true });
  await phone.getByText('4957771122').waitFor();
  await phone.getByRole('button', { name: 'Answer' }).click();
  await line.getByText('talking').waitFor();
  await line.getByRole('button', { name: 'Far end hangs up' }).click();
  await phone.getByRole('button', { name: 'Hang up' }).click();
  await line.getByText('idle').waitFor();
  await page.context().close();
});

t.test('the PBX sends its burst, and faults are switched', async (t) => {
  const page = await open('en-US');
  const pbx = page.getByLabel('socket 3', { exact: true });
  const dialed = simulator.pbxTrunk(3).next('dialed');
  await pbx.getByRole('textbox').fill('77012345678');
  await pbx.getByRole('button', { name: 'Dial this burst' }).click();
  t.equal((await dialed).count, 11);
  await pbx.getByRole('button', { name: 'Hang up' }).click();
  await page.getByText('Faults: Cable').click();
  await page.getByLabel('Mute').check();
  await page.getByRole('button', { name: 'Reset the card' }).click();
  await page.getByText('card was reset').first().waitFor();
  t.equal(simulator.cable.faults.mute, true);
  await page.getByLabel('Mute').uncheck();
  const line = page.getByLabel('socket 6', { exact: true });
  await line.getByText('Faults').click();
  await line.getByLabel('wire is cut').check();
  await line.getByText('dead').waitFor();
  t.equal(simulator.line(6).dead, true);
  await line.getByLabel('wire is cut').uncheck();
  await page.context().close();
});

t.test('both languages, light and dark, wide and narrow: no barrier that axe can find', async (t) => {
  for (const [locale, width, scheme] of [
    ['ru-RU', 1280, 'light'],
    ['en-US', 360, 'dark'],
  ] as const) {
    const page = await open(locale, width);
    await page.emulateMedia({ colorScheme: scheme });
    await page.locator('.place').first().waitFor();
    t.equal(await page.evaluate('document.documentElement.lang'), locale.slice(0, 2));
    const wide = await page.evaluate('document.documentElement.scrollWidth > window.innerWidth');
    t.equal(wide, false, `${width} px: nothing sticks out`);
    await page.evaluate(axe);
    const found = (await page.evaluate('axe.run()')) as {
      violations: { id: string; nodes: { html: string }[] }[];
    };
    t.strictSame(
      found.violations.map((v) => `${v.id}: ${v.nodes[0]?.html}`),
      [],
      `${locale} ${scheme}`,
    );
    await page.context().close();
  }
  const page = await open('ru-RU');
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'The office: telephones and lines' }).waitFor();
  await page.context().close();
});
