import t from 'tap';
import { deviceFile } from '../../src/config/device-file.ts';
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
