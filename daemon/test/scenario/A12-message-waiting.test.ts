import t from 'tap';
import { startBox, until } from '../kit/box.ts';
import { hearCadence } from '../kit/ears.ts';

t.test('a message lights the lamp of an analog telephone and breaks its dial tone', async (t) => {
  const box = await startBox(t, {
    edit: (office) => {
      const [port] = office.ports;
      Object.assign(port, { messageWaiting: 'both', messageWaitingAlert: 'polarity' });
    },
  });
  const phone = box.telephone(1);
  const set = (fresh: number) => box.api.put('/api/v1/messages/21', { fresh, old: 0 });

  let lit = phone.next('lamp', 8000);
  await set(2);
  t.match(await lit, { on: true, messages: 2 }, 'read by the telephone from what it heard');
  t.notOk(phone.ringing, 'and it did not ring for it');
  await until('polarity is as it was', () => !phone.reversed || undefined, 4000);
  t.match(
    (await box.live()).ports.find(({ number }) => number === 1),
    { state: 'idle' },
    'for the page it rests',
  );

  phone.lift();
  await phone.waitForTone(425, -20, 8000);
  const { onMs, offMs } = await hearCadence(phone);
  t.ok(onMs > 50 && onMs < 600 && offMs > 20 && offMs < 200, `broken dial tone: ${onMs}/${offMs} ms`);
  // It is told while the handset is lifted: the lamp is switched when the line is free.
  await set(0);
  lit = phone.next('lamp', 8000);
  phone.hangup();
  t.match(await lit, { on: false });
});
