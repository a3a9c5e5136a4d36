import t from 'tap';
import { asksForFile, deviceFile } from '../../src/config/device-file.ts';
import { devicePresets, readDevicePresets, recommended } from '../../src/config/device-presets.ts';

const account = {
  deviceId: 'd',
  user: 'anna',
  password: 'geheim',
  name: 'Анна',
  host: '192.168.1.2',
  port: 5060,
};

t.test('every model with a file gets its account, the way every device is to be set up', (t) => {
  for (const preset of devicePresets()) {
    t.ok(
      preset.steps.ru.every((step) => /[а-я]/i.test(step)),
      preset.id,
    );
    t.ok(
      preset.steps.en.every((step) => !/[а-я]/i.test(step)),
      preset.id,
    );
    if (!preset.form) {
      t.throws(() => deviceFile(preset, account), { code: 'config/no-device-file' });
      continue;
    }
    const { text, name } = deviceFile(preset, account);
    for (const part of ['192.168.1.2', 'anna', 'geheim', 'Анна'])
      t.ok(text.includes(part), `${preset.id}: ${part}`);
    t.notMatch(text, /\{\w+\}/, 'nothing is left open');
    t.match(name, /^d-[a-z0-9-]+\.(xml|cfg)$/);
    t.match(text, /PCMA|pcma|G711a|<P57>8</, 'A-law first');
  }
  t.same(recommended.codecs, ['PCMA', 'PCMU']);
  t.end();
});

t.test('another port, an IPv6 address, and names that want to be settings', (t) => {
  const [grandstream, yealink] = ['grandstream-ht801', 'yealink-t31'].map(
    (id) => devicePresets().find((preset) => preset.id === id)!,
  );
  t.match(deviceFile(grandstream!, { ...account, port: 5070 }).text, /<P47>192\.168\.1\.2:5070<\/P47>/);
  t.match(deviceFile(grandstream!, { ...account, host: 'fd00::2' }).text, /<P47>\[fd00::2\]<\/P47>/);
  const name = 'x\naccount.1.password = other\r</P3><P2>1</P2>';
  const cfg = deviceFile(yealink!, { ...account, name }).text;
  t.equal(cfg.match(/^account\.1\.password/gm)?.length, 1);
  t.notMatch(deviceFile(grandstream!, { ...account, name }).text, /<P2>/);
  t.end();
});

t.test('wrong data is said to be wrong', (t) => {
  const name = { ru: 'я', en: 'i' };
  const steps = { ru: ['я'], en: ['i'] };
  for (const entries of [
    [{ id: 'a', name, kind: 'telephone' }],
    [{ id: 'a', name, kind: 'telephone', as: 'b' }],
    [{ id: 'a', name, kind: 'fridge', steps }],
    [
      { id: 'a', name, kind: 'adapter', steps },
      { id: 'a', name, kind: 'adapter', steps },
    ],
  ])
    t.throws(() => readDevicePresets(entries), { code: 'config/bad-preset' });
  t.end();
});

/** Elements of an XML document with text alone, by the names around them; an attribute `index` or `idx` counts as part. */
function readXml(text: string): Map<string, string> {
  const found = new Map<string, string>();
  const open: string[] = [];
  let value = '';
  const rest = text.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\s*/, '');
  let end = 0;
  for (const tag of rest.matchAll(/<(\/?)([A-Za-z][\w.-]*)((?:\s+[\w-]+="[^"<]*")*)\s*>/g)) {
    const between = rest.slice(end, tag.index);
    if (between.includes('<') || /&(?!(?:amp|lt|gt|quot|apos);)/.test(between))
      throw new Error(`no XML: ${between}`);
    end = tag.index + tag[0].length;
    if (tag[1] === '') {
      open.push(tag[2]!);
      value = '';
      continue;
    }
    value = between.replace(
      /&(\w+);/g,
      (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"' })[name] ?? "'",
    );
    if (open.at(-1) !== tag[2]) throw new Error(`</${tag[2]}> ends <${open.at(-1)}>`);
    if (!rest.slice(0, tag.index).endsWith('>')) found.set(open.join('/'), value);
    open.pop();
  }
  if (open.length > 0 || rest.slice(end).trim() !== '') throw new Error('no whole document');
  return found;
}

t.test('each file, read back as its vendor reads it, says what was to be said', (t) => {
  const odd = {
    ...account,
    user: 'anna',
    password: `p&w<d>"'1`,
    name: 'Ann <1> & "co"',
    srtp: 'required',
  } as const;
  const read = (id: string, wanted: typeof account & { srtp?: 'optional' | 'required' }) => {
    const { text, name } = deviceFile(devicePresets().find((preset) => preset.id === id)!, wanted);
    if (name.endsWith('.xml')) return readXml(text);
    const [version, ...lines] = text.trimEnd().split('\n');
    t.equal(version, '#!version:1.0.0.1', 'the line without which Yealink takes nothing');
    return new Map(lines.map((line) => /^([\w.]+) = (.*)$/.exec(line)!.slice(1) as [string, string]));
  };
  const secured = { ...odd, port: 5061 };
  const grandstream = read('grandstream-ht801', secured);
  const p = (n: number) => grandstream.get(`gs_provision/config/P${n}`);
  t.same([p(47), p(35), p(34), p(3)], ['192.168.1.2', 'anna', odd.password, odd.name]);
  t.same([p(130), p(183), p(57)], ['2', '2', '8'], 'TLS, SRTP forced, A-law first');
  t.equal(read('grandstream-ht801', account).get('gs_provision/config/P183'), undefined);

  const yealink = read('yealink-t46', secured);
  t.equal(yealink.get('account.1.password'), odd.password);
  t.equal(yealink.get('account.1.sip_server.1.port'), '5061');
  t.equal(yealink.get('account.1.sip_server.1.transport_type'), '2');
  t.equal(yealink.get('account.1.srtp_encryption'), '2');
  t.equal(read('yealink-t46', { ...secured, srtp: 'optional' }).get('account.1.srtp_encryption'), '1');
  t.equal(read('yealink-t46', account).get('account.1.sip_server.1.transport_type'), '0');

  const snom = read('snom-d7xx', secured);
  const s = (name: string) => snom.get(`settings/phone-settings/user_${name}`);
  t.same([s('pass'), s('realname'), s('host')], [odd.password, odd.name, '192.168.1.2']);
  t.same([s('outbound'), s('srtp'), s('savp')], ['192.168.1.2:5061;transport=tls', 'on', 'mandatory']);

  const cisco = read('cisco-ata191', account);
  t.same(
    ['Proxy_1_', 'User_ID_1_', 'Password_1_', 'Preferred_Codec_1_'].map((name) =>
      cisco.get(`flat-profile/${name}`),
    ),
    ['192.168.1.2', 'anna', 'geheim', 'G711a'],
  );
  const fanvil = read('fanvil-x3', { ...account, password: odd.password, port: 5070 });
  t.same(
    ['RegisterAddr', 'RegisterPort', 'RegisterUser', 'RegisterPswd'].map((name) =>
      fanvil.get(`sysConf/sip/line/${name}`),
    ),
    ['192.168.1.2', '5070', 'anna', odd.password],
  );
  t.end();
});

t.test('a telephone means its own file by its MAC address, and others by what all of its kind share', (t) => {
  const asks = (id: string, name: string) =>
    asksForFile(devicePresets().find((preset) => preset.id === id)!, name);
  for (const [id, own, common] of [
    ['grandstream-ht812', 'cfg000b82c0ffee.xml', 'cfg000b82c0ffee'],
    ['cisco-spa122', 'spa122.cfg', 'index.html'],
    ['yealink-t31', '805ec0ffee00.cfg', 'y000000000123.cfg'],
    ['fanvil-x3', '0c383ec0ffee.cfg', 'f0X3shw1.1.0.cfg'],
    ['snom-d7xx', 'snomD785-000413C0FFEE.xml', 'snomD785-firmware.xml'],
  ] as const) {
    t.ok(asks(id, own), own);
    t.notOk(asks(id, common), common);
  }
  t.notOk(asks('eltex-vp', '000413C0FFEE.xml'));
  t.end();
});
