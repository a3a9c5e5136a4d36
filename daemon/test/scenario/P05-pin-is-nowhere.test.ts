import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { operatorCall, pointTrunk, startBox, startOperator, until } from '../kit/box.ts';
import { hearsSpeech } from '../kit/ears.ts';
import { officePins } from '../kit/office.ts';

const right = officePins['pin-sales'];
const wrong = '864209';
/** Made on the page while the box runs. */
const fresh = '731946';

/** Every file below a folder, with its bytes as Latin-1, so that nothing hides in an encoding. */
function artefacts(folder: string): { file: string; text: string }[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((file) => statSync(file).isFile())
    .map((file) => ({ file, text: readFileSync(file, 'latin1') }));
}

t.test('the digits of a PIN are in no file, no log line and no answer of the page (P05)', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, { edit: (office) => pointTrunk(office, 'alpha', operator) });
  const { api } = box;
  await api.post('/api/v1/pins', {
    id: 'guest',
    name: 'Guest',
    pin: fresh,
    enabled: true,
    classOfService: 'staff',
    outside: false,
  });

  // A right PIN behind the access number, a wrong one before it, and one that a class asks for afterwards.
  const phone = box.telephone(4);
  await box.dial(4, `77${wrong}`);
  await hearsSpeech(phone);
  await phone.dial(`${right}88121234567`);
  await operatorCall(operator, 'answered', 6000);
  phone.hangup();
  await box.ended();
  await box.portsIdle();
  await box.dial(4, '88127654321');
  await hearsSpeech(phone);
  await phone.dial(fresh);
  const second = await until(
    'the call with the new PIN',
    () => operator.calls().find((call) => call.number === '+78127654321'),
    5000,
  );
  t.equal(second.number, '+78127654321');
  phone.hangup();
  const record = await box.record((r) => r.calledNumber === '+78127654321' && r.state === 'ended');
  t.match(record, { pinId: 'guest', service: 'plain' });

  const answers = await Promise.all(
    [
      '/api/v1/calls',
      `/api/v1/calls/${record.id}`,
      '/api/v1/config',
      '/api/v1/config/history',
      '/api/v1/pins',
      '/api/v1/live/snapshot',
      '/api/v1/session',
    ].map(async (path) => ({ file: path, text: JSON.stringify(await api.get(path)) })),
  );
  const running = artefacts(box.data);
  await box.daemon.stop();
  const places = [
    ...answers,
    ...running,
    ...artefacts(box.data),
    { file: 'the log', text: box.daemon.errors() },
    { file: 'what the operator got', text: JSON.stringify(operator.calls()) },
  ];
  const names = places.map((place) => place.file);
  for (const expected of [/records\.sqlite$/, /config/, /history/, /device-key$/]) {
    t.ok(
      names.some((name) => expected.test(name)),
      `looked into ${expected}`,
    );
  }
  for (const pin of [right, wrong, fresh]) {
    const found = places.filter((place) => place.text.includes(pin)).map((place) => place.file);
    t.same(found, [], `${places.length} places without ${pin.slice(0, 2)}....`);
  }
  t.ok(
    places.some((place) => place.text.includes('88121234567')),
    'and what was dialed openly is found by the same look',
  );
});
