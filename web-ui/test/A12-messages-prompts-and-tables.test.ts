import { writeFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import type { Logger } from '../../daemon/src/log/logger.ts';
import { SoundDesk } from '../../daemon/src/main/sound-desk.ts';
import { VoicemailDesk } from '../../daemon/src/main/voicemail-desk.ts';
import { VoicemailStore } from '../../daemon/src/main/voicemail-store.ts';
import { goodPassword, labelCode } from '../../daemon/test/api/kit.ts';
import { wavFile } from '../../daemon/test/kit/wav.ts';
import { axeViolations, claimBox, goTo, launchBrowser, openPage, overflowsSideways } from './browser.ts';
import { builtPage, type Office, openOffice, playMorning } from './office.ts';

const tone = (seconds: number): Buffer =>
  wavFile(
    Int16Array.from({ length: seconds * 8000 }, (_, i) =>
      Math.round(3000 * Math.sin((2 * Math.PI * 440 * i) / 8000)),
    ),
  );

/** The real mailboxes and recordings behind the page. */
async function services(office: Office, data: string) {
  const { clock } = office.deps;
  const config = () => office.store.config;
  await office.store.change((draft) => {
    draft.people[0]!.voicemail.enabled = true;
    draft.people[1]!.voicemail.enabled = true;
    draft.prompts.push({ id: 'hello', name: 'Приветствие', text: '' });
    draft.callerLists.push({
      ...{ id: 'spam', name: 'Назойливые', action: 'refuse' as const, numbers: ['+74950000000'] },
    } as (typeof draft.callerLists)[number]);
  }, 'test');
  const voicemail = new VoicemailStore(data, { clock, config, secret: Buffer.alloc(32), log: () => {} });
  t.teardown(() => voicemail.close());
  voicemail.on('changed', (box) => office.live.put({ what: 'voicemail', id: box, value: null }));
  office.deps.voicemail = new VoicemailDesk(voicemail, config);
  const sounds = new SoundDesk({
    ...{ data, clock, config, log: { info: () => {} } as unknown as Logger },
    ...{ alarms: { raise: () => {}, clear: () => {} }, synthesise: async () => tone(1) },
  });
  t.teardown(() => sounds.close());
  Object.assign(office.deps.prompts, {
    list: () => sounds.list(),
    file: (id) => sounds.file(id),
    replace: (id, file) => sounds.replace(id, file),
    remove: (id) => sounds.remove(id),
  } satisfies typeof office.deps.prompts);
  const leave = async (id: string, from: { number?: string; name?: string }): Promise<void> => {
    const sound = tone(1);
    writeFileSync(voicemail.place('anna', id, 'wav').file, sound);
    const at = Date.now() - 600_000;
    await voicemail.keep({
      ...{ id, box: 'anna', at, ms: 1000, bytes: sound.length, format: 'wav', callId: 'r1' },
      ...from,
    });
  };
  return { voicemail, leave };
}

const folder = t.testdir();
const webRoot = builtPage();
const browser = await launchBrowser();
t.teardown(() => browser.close());
const office = await openOffice({ folder: `${folder}/data`, webRoot });
t.teardown(() => office.server.close());
playMorning(office);
const { voicemail, leave } = await services(office, `${folder}/services`);
const { page, errors } = await openPage(browser, office.origin, { language: 'ru' });
await claimBox(page, labelCode, goodPassword);

/** Looks at the page as it is in one language, on a desk in the light or on a telephone in the dark. */
async function check(t: Test, what: string): Promise<void> {
  t.same(await axeViolations(page), [], `${what}: axe`);
  t.notOk(await overflowsSideways(page), `${what}: width`);
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${what}.png`, fullPage: true });
}

async function asTelephoneInEnglish(): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.getByRole('button', { name: 'Eng' }).click();
}

async function asDeskInRussian(): Promise<void> {
  await page.getByRole('button', { name: 'Рус' }).click();
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1280, height: 900 });
}

const file = (name: string, mimeType: string, buffer: Buffer) => ({ name, mimeType, buffer });

/** Takes a table into a list's sheet. */
async function table(text: string): Promise<void> {
  await page.locator('#table-file').setInputFiles(file('table.csv', 'text/csv', Buffer.from(text)));
}

t.test(
  'a message comes while the page is open, is played, is heard then, and is deleted; by keyboard too',
  async (t) => {
    await goTo(page, '/calls');
    await page.locator('nav.tabs').getByRole('link', { name: 'Сообщения' }).click();
    await page.getByText('Пусто: Анна Крылова, Борис Ильин.').waitFor();
    await leave('m1', { number: '+79031112233' });
    await leave('m2', { name: 'Мария', number: '102' });
    await page.locator('nav.tabs .count', { hasText: '2' }).waitFor();
    const first = page.locator('[data-message="m1"]');
    t.match(await first.innerText(), /новое[\s\S]*\+7 903 111-22-33[\s\S]*0:01/);
    t.equal(await first.locator('a.number').getAttribute('href'), 'tel:+79031112233');
    await check(t, 'messages-desk-ru');
    await asTelephoneInEnglish();
    await first.getByText('new', { exact: true }).waitFor();
    await check(t, 'messages-telephone-en');
    await asDeskInRussian();

    await page.evaluate(`document.querySelector('[data-message="m1"] audio').play()`);
    await page.locator('[data-message="m1"][data-heard=true]').waitFor();
    t.ok(voicemail.list('anna')[0]?.heardAt, 'the box knows it too');
    await page.locator('nav.tabs .count', { hasText: '1' }).waitFor();

    await page.locator('[data-message="m2"]').getByRole('button', { name: 'Отметить прослушанным' }).click();
    await page.locator('nav.tabs .count').waitFor({ state: 'detached' });
    await page.locator('[data-message="m2"]').getByRole('button', { name: 'Отметить новым' }).click();
    await page.locator('[data-message="m2"][data-heard=false]').waitFor();

    page.once('dialog', (dialog) => void dialog.dismiss());
    await first.getByRole('button', { name: 'Удалить' }).click();
    t.equal(voicemail.list('anna').length, 2, 'nothing is deleted without a yes');
    page.once('dialog', (dialog) => void dialog.accept());
    await first.getByRole('button', { name: 'Удалить' }).focus();
    await page.keyboard.press('Enter');
    await first.waitFor({ state: 'detached' });
    t.match(voicemail.list('anna'), [{ id: 'm2' }]);

    await page.getByRole('link', { name: 'О звонке' }).click();
    await page.locator('.path').waitFor();
    t.same(errors, []);
  },
);

t.test(
  'a recording is put in, its length is shown, it is replaced and deleted; what is no sound is refused in words',
  async (t) => {
    await asTelephoneInEnglish();
    await goTo(page, '/in');
    const prompt = page.locator('[data-prompt="hello"]');
    await prompt.getByText('Neither sound nor text').waitFor();
    await page.getByLabel('Upload a file').setInputFiles(file('hello.wav', 'audio/wav', tone(2)));
    await prompt.getByText('Done: “Приветствие”, 0:02.').waitFor();
    await prompt.getByText('0:02 · uploaded').waitFor();
    const seconds = await page.evaluate<number>(`new Promise((resolve) => {
    const player = document.querySelector('[data-prompt="hello"] audio');
    player.onloadedmetadata = () => resolve(player.duration);
    player.onerror = () => resolve(-1);
    player.preload = 'metadata';
    player.load();
  })`);
    t.equal(seconds, 2, 'the browser can play it');
    await page
      .getByLabel('Replace by a file')
      .setInputFiles(file('no.mp3', 'audio/mpeg', Buffer.from('no sound')));
    await prompt.getByText('This is no sound file. WAV, MP3 and Ogg (Opus or Vorbis) will do.').waitFor();
    await prompt.getByText('0:02 · uploaded').waitFor();
    await page.getByLabel('Replace by a file').setInputFiles(file('again.wav', '', tone(3)));
    await prompt.getByText('0:03 · uploaded').waitFor();
    await page.evaluate(`{
      const given = new DataTransfer();
      given.items.add(new File([new Uint8Array(31 * 1024 * 1024)], 'huge.wav', { type: 'audio/wav' }));
      const input = document.querySelector('#prompt-hello');
      input.files = given.files;
      input.dispatchEvent(new Event('change', { bubbles: true }));
    }`);
    await prompt.getByText('The file is larger than 30 MB.').waitFor();

    const wire = await page.context().newCDPSession(page);
    const slow = (uploadThroughput: number) =>
      wire.send('Network.emulateNetworkConditions', {
        ...{ offline: false, latency: 0, downloadThroughput: -1, uploadThroughput },
      });
    await slow(20_000);
    await page.getByLabel('Replace by a file').setInputFiles(file('long.wav', 'audio/wav', tone(20)));
    await prompt.getByText(/Uploading “Приветствие”: [1-9]\d? %/).waitFor();
    await slow(-1);
    await prompt.getByText('0:20 · uploaded').waitFor();

    const rung: string[] = [];
    Object.assign(office.deps.promptRecorder, {
      begin: (id: string, extension: string) => {
        rung.push(`${id} at ${extension}`);
        Object.defineProperty(office.deps.promptRecorder, 'running', {
          get: () => (rung.length === 1 ? { id, extension } : undefined),
        });
      },
    });
    await prompt.getByText('Record at a telephone').click();
    await prompt.getByLabel('Extension of the telephone').fill('101');
    await prompt.getByRole('button', { name: 'Ring it' }).click();
    await prompt.getByText('Being recorded at telephone 101').waitFor();
    t.same(rung, ['hello at 101']);
    await check(t, 'prompts-telephone-en');
    rung.push('it has ended');
    await prompt.getByText('Being recorded at telephone 101').waitFor({ state: 'detached' });

    page.once('dialog', (dialog) => void dialog.accept());
    await prompt.getByRole('button', { name: 'Delete the sound' }).click();
    await prompt.getByText('Neither sound nor text').waitFor();
    t.same(errors, []);
  },
);

t.test('a table of people is checked, its bad row is told by line, and a good one is taken', async (t) => {
  const dialog = page.locator('[role=dialog]');
  await goTo(page, '/people');
  await page.locator('[data-table="people"]').focus();
  await page.keyboard.press('Enter');
  await table('имя;внутренний\nПётр Чайкин;103\n;104\n');
  await dialog.getByText('Line 3 There is no name.').waitFor();
  t.equal(await dialog.locator('.primary').count(), 0, 'half a table is not offered');
  await check(t, 'table-telephone-en');
  await page.keyboard.press('Escape');
  await asDeskInRussian();
  await page.locator('[data-table="people"]').click();
  await table('имя;внутренний\nПётр Чайкин;103\n;104\n');
  await dialog.getByText('Строка 3 Нет имени.').waitFor();
  await check(t, 'table-desk-ru');
  await table('имя;внутренний\nПётр Чайкин;103\nАнна Крылова;101\n');
  await dialog.getByText('строк: 2 · добавятся: 1 · изменятся: 1').waitFor();
  t.equal(office.store.config.people.length, 2, 'looked at, not taken');
  await dialog.locator('.primary').click();
  await dialog.getByText('Загружено.').waitFor();
  t.match(office.store.config.people, [
    { classOfService: 'chief' },
    {},
    { name: 'Пётр Чайкин', extension: '103' },
  ]);
  await page.keyboard.press('Escape');
  await page.locator('[data-item^="people/"]', { hasText: 'Пётр Чайкин' }).waitFor();
});

t.test('tables of callers and of speed dials are taken, each where its list is', async (t) => {
  const dialog = page.locator('[role=dialog]');
  await goTo(page, '/in');
  await page.locator('[data-table="callers"]').click();
  await dialog.getByLabel('Какой список').selectOption('spam');
  await table('номер\n+74951110000\n+74951110001\n');
  await dialog.getByText('номеров в списке станет: 2').waitFor();
  await dialog.locator('.primary').click();
  await dialog.getByText('Загружено.').waitFor();
  t.same(office.store.config.callerLists[0]?.numbers, ['+74951110000', '+74951110001']);
  await page.keyboard.press('Escape');
  await goTo(page, '/out');
  await page.locator('[data-table="speed-dials"]').click();
  await table('код;номер;название\n51;+74951110000;Склад\n');
  await dialog.locator('.primary').click();
  await page.locator('[data-item^="speedDials/"]', { hasText: 'Склад' }).waitFor();
  t.same(errors, []);
});
