/** Updates at the page, of a box whose updater is a small script: what RAUC itself does is proved in the booted image. */
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { adminPassword, type Box, startBox, until } from '../../daemon/test/kit/box.ts';
import {
  axeViolations,
  launchBrowser,
  openPage,
  overflowsSideways,
  type PageOptions,
  signIn,
} from './browser.ts';

const pictures = process.env.LINEGATE_PICTURES;

/** RAUC's verbs over files: a bundle is JSON, writing it waits for `go`, and the other half is whatever was installed. */
const updater = `#!/bin/sh
here=$(dirname "$0")
case "$1 $2" in
"info "*)
  grep -q '"signed":true' "$3" || { echo "signature verification failed: no signer" >&2; exit 1; }
  cat "$3" ;;
"install "*)
  echo " 40% Copying image"
  while [ ! -e "$here/go" ]; do sleep 0.05; done
  echo "100% Installing done." ;;
"status mark-active") ;;
"status --output-format=json")
  echo '{"boot_primary":"other","slots":[{"other":{"bootname":"'"$(cat "$here/other")"'"}}]}' ;;
esac
`;

t.test('updates at the page', async (t) => {
  const folder = t.testdir();
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const has = (path: string): boolean => existsSync(join(folder, path));
  /** What the image would say of itself. */
  const system = (slot: 'A' | 'B', version: string): void => {
    write('system/proc/cmdline', `rauc.slot=${slot}\n`);
    write('system/etc/os-release', `VERSION_ID=${version}\n`);
    write('system/etc/rauc/system.conf', 'compatible=linegate-test\n');
    write('other', slot === 'A' ? 'B' : 'A');
  };
  const bundle = (version: string, signed = true) => ({
    name: `linegate-${version}.raucb`,
    mimeType: '',
    buffer: Buffer.from(JSON.stringify({ compatible: 'linegate-test', version, signed })),
  });
  system('A', '1.0.0');
  write('rauc', updater);
  chmodSync(join(folder, 'rauc'), 0o755);
  mkdirSync(join(folder, 'run'));
  const box: Box = await startBox(t, {
    env: {
      LINEGATE_SYSTEM: join(folder, 'system'),
      LINEGATE_RAUC: join(folder, 'rauc'),
      RUNTIME_DIRECTORY: join(folder, 'run'),
    },
  });
  /** The box starts again, into one of its halves. */
  const boot = async (slot: 'A' | 'B', version: string): Promise<void> => {
    await box.daemon.stop();
    rmSync(join(folder, 'run/kept'), { force: true });
    system(slot, version);
    await box.restart();
  };
  const browser = await launchBrowser();
  t.teardown(() => browser.close());
  const open = async (options: PageOptions) => {
    const opened = await openPage(browser, `http://${box.http}/box/update`, options);
    await signIn(opened.page, adminPassword);
    const { page } = opened;
    const look = async (name: string): Promise<void> => {
      t.same(await axeViolations(page), [], `${name}: axe`);
      t.equal(await overflowsSideways(page), false, `${name}: width`);
      t.notMatch(await page.locator('.shell').innerText(), /\b(undefined|NaN|null)\b|\[object|\{\w+\}/, name);
      if (pictures) await page.screenshot({ path: `${pictures}/update-${name}.png`, fullPage: true });
    };
    const phase = (name: string) => page.locator(`[data-update=${name}]`).waitFor();
    const choose = (file: ReturnType<typeof bundle>) =>
      page.locator('.box-part input[type=file]').first().setInputFiles(file);
    return { ...opened, look, phase, choose };
  };

  const desk = await open({ language: 'ru' });
  const { page } = desk;
  await desk.phase('idle');
  t.match(await page.locator('[data-update]').innerText(), /1\.0\.0/);

  await desk.choose(bundle('1.1.0', false));
  await page.locator('[data-refused]').waitFor();
  t.match(await page.locator('[data-refused]').innerText(), /не подписан изготовителем/);
  await desk.look('refused');

  await desk.choose(bundle('1.1.0'));
  await desk.phase('installing');
  await page.locator('[role=progressbar][aria-valuenow="40"]').waitFor();
  t.match(await page.locator('[data-update]').innerText(), /Устанавливается версия 1\.1\.0/);
  await desk.look('installing');
  write('go', '');
  await page.locator('[data-installed]').waitFor();
  await page.locator('[data-restart=tonight]').click();
  await page.locator('[data-installed]', { hasText: 'Перезапустится ночью' }).waitFor();
  await desk.look('installed');
  await page.locator('[data-restart=tonight]').click();
  await page.locator('[data-installed]', { hasText: 'Сейчас разговоры не прерываются' }).waitFor();

  box.telephone(1).lift();
  await until(
    'somebody has lifted',
    async () =>
      (await box.live()).ports.some(({ number, state }) => number === 1 && state !== 'idle') || undefined,
    5000,
  );
  await page.locator('[data-restart=now]').click();
  await page.locator('.box-part [role=alert]', { hasText: 'Сейчас идут разговоры' }).waitFor();
  t.notOk(has('run/restart'), 'nobody is cut off');
  box.telephone(1).hangup();
  await until(
    'nobody speaks',
    async () =>
      (await box.live()).ports.every(({ number, state }) => number !== 1 || state === 'idle') || undefined,
    8000,
  );
  await page.locator('[data-restart=now]').click();
  await desk.phase('restarting');
  await until('the box is asked to restart', () => has('run/restart') || undefined, 8000);

  await boot('B', '1.1.0');
  await until('the new system serves', () => has('run/verdict') || undefined, 20_000);
  await page.goto(`http://${box.http}/box/update`);
  await signIn(page, adminPassword);
  await desk.phase('trial');
  t.match(await page.locator('[data-update]').innerText(), /1\.1\.0 проверяется/);
  write('run/kept', '');
  await desk.phase('idle');
  t.match(await page.locator('[data-update]').innerText(), /Последнее обновление\s*версия 1\.1\.0/);

  const phone = await open({ language: 'en', colorScheme: 'dark', width: 360, height: 740 });
  await phone.choose(bundle('1.2.0'));
  await phone.page.locator('[data-installed]').waitFor();
  await phone.look('installed-en');
  await phone.page.locator('[data-restart=now]').click();
  await until('the box is asked to restart', () => has('run/restart') || undefined, 8000);
  // The new system never came up: the bootloader is back at this one.
  await boot('B', '1.1.0');
  await phone.page.goto(`http://${box.http}/box/update`);
  await signIn(phone.page, adminPassword);
  const back = phone.page.locator('[data-taken-back]');
  await back.waitFor();
  t.match(await back.innerText(), /Version 1\.2\.0 was taken back[\s\S]*did not start/);
  await phone.look('taken-back-en');
  await back.locator('button').click();
  await back.waitFor({ state: 'detached' });
  t.same([...desk.errors, ...phone.errors], []);
});
