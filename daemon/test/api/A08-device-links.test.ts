import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { ask, claimed, startApi } from './kit.ts';

const device = {
  ...{ id: 'desk', name: 'Desk', user: 'desk', password: 'pass&word<7>', classOfService: 'office' },
  preset: 'yealink-t31',
};
const config = {
  version: 1,
  devices: [
    device,
    { ...device, id: 'safe', user: 'safe', srtp: 'required', preset: 'grandstream-ht801' },
    { ...device, id: 'pbx', user: 'pbx', mode: 'static', address: '192.0.2.9', kind: 'pbx' },
  ],
};

t.test(
  'a link is made by the admin, gives the file once to whoever has it, and shows up nowhere',
  async (t) => {
    const clock = new FakeClock();
    const at = await startApi({ config, clock });
    t.teardown(() => at.server.close());
    const cookie = await claimed(at);
    t.equal((await ask(at, '/api/v1/devices/desk/link', { body: {} })).status, 401);
    const made = await ask(at, '/api/v1/devices/desk/link', { cookie, body: {} });
    t.equal(made.status, 201);
    t.match(made.json.url, /^http:\/\/127\.0\.0\.1:\d+\/provision\/[\w-]{43}\/desk-yealink-t31\.cfg$/);
    t.equal(made.json.expiresAt, clock.wall() + 15 * 60_000);
    const folder = new URL(made.json.folder).pathname;
    t.equal((await ask(at, `${folder}y000000000052.cfg`)).status, 404, 'a file of all its kind');
    t.equal(
      (await ask(at, `${folder}805ec0ffee00.cfg`, { method: 'HEAD' })).status,
      200,
      'asked first whether it is there',
    );
    const fetched = await ask(at, `${folder}805ec0ffee00.cfg`);
    t.equal(fetched.status, 200, 'the telephone names it by its MAC address, and is not signed in');
    t.equal(fetched.headers['cache-control'], 'no-store');
    t.match(fetched.text, /^account\.1\.password = pass&word<7>$/m);
    t.equal((await ask(at, new URL(made.json.url).pathname)).status, 404, 'once');
    t.match(at.log.join('\n'), /info the settings of device desk were fetched by .*127\.0\.0\.1/);
    for (const secret of ['pass&word', folder.split('/')[2]!]) {
      t.notOk(at.log.join('\n').includes(secret), 'not in the log');
      for (const path of ['device-presets', 'devices/desk/setup', 'config'])
        t.notOk((await ask(at, `/api/v1/${path}`, { cookie })).text.includes(secret), path);
    }
  },
);

t.test('a link ends by itself, with the next one, with its device, and outside of the office', async (t) => {
  const clock = new FakeClock();
  const at = await startApi({ config, clock });
  t.teardown(() => at.server.close());
  const cookie = await claimed(at);
  const link = async (): Promise<string> => {
    const { json } = await ask(at, '/api/v1/devices/desk/link', { cookie, body: { preset: 'snom-d7xx' } });
    return new URL(json.url).pathname;
  };
  const [first, second] = [await link(), await link()];
  t.equal((await ask(at, first)).status, 404, 'there is a newer one');
  at.onLan = false;
  t.equal((await ask(at, second)).status, 403, 'not from elsewhere');
  at.onLan = true;
  clock.advance(15 * 60_000);
  t.equal((await ask(at, second)).status, 404, 'too late');
  const third = await link();
  at.config.devices = at.config.devices.filter(({ id }) => id !== 'desk');
  t.equal((await ask(at, third)).status, 404);
  for (const path of ['nobody/link', 'pbx/link'])
    t.equal(
      (await ask(at, `/api/v1/devices/${path}`, { cookie, body: { preset: 'snom-d7xx' } })).status,
      404,
      path,
    );
  const byHand = await ask(at, '/api/v1/devices/safe/link', { cookie, body: { preset: 'eltex-vp' } });
  t.equal(byHand.status, 404, 'a model without a file has no link');
});

t.test(
  "what is entered at a device, in both languages and by the vendor's names, without the password",
  async (t) => {
    const at = await startApi({ config });
    t.teardown(() => at.server.close());
    const cookie = await claimed(at);
    t.equal((await ask(at, '/api/v1/devices/desk/setup')).status, 401);
    const { json } = await ask(at, '/api/v1/devices/desk/setup', { cookie });
    const row = (name: string) => json.settings.find((s: { name: { en: string } }) => s.name.en === name);
    t.match(row('SIP server (registrar)'), {
      name: { ru: 'Сервер SIP (регистратор)' },
      value: { ru: '127.0.0.1' },
    });
    t.match(
      [row('Port').value.en, row('Transport').value.en, row('User name').value.en],
      ['5060', 'UDP', 'desk'],
    );
    t.match(row('Encryption of speech (SRTP, SDES)').value, { ru: 'выключить', en: 'off' });
    t.match(row('Password').value.ru, /указан в настройках/);
    t.same(
      json.vendor.find((v: { name: string }) => v.name === 'account.1.password'),
      { name: 'account.1.password' },
    );
    t.equal(json.encryptByHand, false);

    const safe = (await ask(at, '/api/v1/devices/safe/setup', { cookie })).json;
    const said = safe.settings.map((s: { value: { en: string } }) => s.value.en);
    t.ok(said.includes('TLS') && said.includes('5061') && said.includes('required'));
    const vendor = new Map(safe.vendor.map((v: { name: string; value?: string }) => [v.name, v.value]));
    t.same([vendor.get('P130'), vendor.get('P183'), vendor.get('P47')], ['2', '2', '127.0.0.1']);
    const fanvil = await ask(at, '/api/v1/devices/safe/setup?preset=fanvil-x3', { cookie });
    t.equal(fanvil.json.encryptByHand, true);
    t.equal((await ask(at, '/api/v1/devices/pbx/setup?preset=fanvil-x3', { cookie })).status, 404);
  },
);
