import t from 'tap';
import { ask, claimed, startApi } from './kit.ts';

const device = {
  id: 'desk',
  name: 'Desk <1> & "co"',
  user: 'desk',
  password: 'pass&word<7>',
  classOfService: 'office',
  preset: 'yealink-t31',
};
const document = {
  version: 1,
  devices: [device, { ...device, id: 'pbx', user: 'pbx', mode: 'static', address: '192.0.2.9', kind: 'pbx' }],
};

t.test('the models the box knows, with what to do in both languages', async (t) => {
  const at = await startApi({ config: document });
  t.teardown(() => at.server.close());
  const cookie = await claimed(at);
  t.equal((await ask(at, '/api/v1/device-presets')).status, 401);
  const { json } = await ask(at, '/api/v1/device-presets', { cookie });
  for (const id of [
    'grandstream-ht801',
    'cisco-spa112',
    'yealink-t46',
    'fanvil-x3',
    'snom-d7xx',
    'eltex-tau',
  ]) {
    const preset = json.find((entry: { id: string }) => entry.id === id);
    t.ok(preset?.steps.ru.length > 0 && preset?.steps.en.length === preset?.steps.ru.length, id);
    t.equal(preset?.hasFile, !id.startsWith('eltex'), id);
    t.notOk('form' in preset, 'the vendor form stays inside');
  }
});

t.test(
  'a file for each model: server, account, codecs; for the admin alone, and kept by nobody',
  async (t) => {
    const at = await startApi({ config: document });
    t.teardown(() => at.server.close());
    const cookie = await claimed(at);
    t.equal((await ask(at, '/api/v1/devices/desk/file')).status, 401);
    const own = await ask(at, '/api/v1/devices/desk/file', { cookie });
    t.equal(own.status, 200);
    t.match(own.headers, {
      'cache-control': 'no-store',
      'content-disposition': /^attachment; filename="?desk-yealink-t31\.cfg"?$/,
    });
    t.match(own.text, /^#!version:1\.0\.0\.1\n/);
    t.match(own.text, /^account\.1\.password = pass&word<7>$/m);
    t.match(own.text, /^account\.1\.sip_server\.1\.address = 127\.0\.0\.1$/m);
    t.match(own.text, /^account\.1\.codec\.pcma\.priority = 1$/m);
    for (const [preset, open, password] of [
      ['grandstream-ht802', '<gs_provision version="1">', '<P34>pass&amp;word&lt;7&gt;</P34>'],
      ['cisco-ata191', '<flat-profile>', '<Password_1_>pass&amp;word&lt;7&gt;</Password_1_>'],
      ['fanvil-x3', '<sysConf>', '<RegisterPswd>pass&amp;word&lt;7&gt;</RegisterPswd>'],
      [
        'snom-d7xx',
        '<phone-settings e="2">',
        '<user_pass idx="1" perm="">pass&amp;word&lt;7&gt;</user_pass>',
      ],
    ] as const) {
      const { status, text, headers } = await ask(at, `/api/v1/devices/desk/file?preset=${preset}`, {
        cookie,
      });
      t.equal(status, 200, preset);
      t.ok(text.includes(open) && text.includes(password), preset);
      t.ok(text.includes('Desk &lt;1&gt; &amp; &quot;co&quot;'), 'names cannot break the file');
      t.equal(headers['cache-control'], 'no-store');
    }
    for (const path of ['desk/file?preset=eltex-tau', 'desk/file?preset=nothing', 'pbx/file', 'nobody/file'])
      t.equal((await ask(at, `/api/v1/devices/${path}`, { cookie })).status, 404, path);
    t.notOk(at.log.join('\n').includes('pass&word'), 'nothing of it is in the log');
  },
);
