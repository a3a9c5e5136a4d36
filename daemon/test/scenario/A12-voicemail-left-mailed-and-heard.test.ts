import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { MailboxView } from '../../src/api/voicemail-contract.ts';
import { toneLevelDbm0 } from '../../src/media/dsp/level.ts';
import { pointTrunk, startBox, startOperator, until } from '../kit/box.ts';
import { devicePassword, withTelephone } from '../kit/devices.ts';
import { hearCadence, hearsSpeech } from '../kit/ears.ts';
import { SmtpStub } from '../kit/smtp.ts';
import { RawPhone } from '../peers/raw-phone.ts';

/** Bytes of a second of a message. */
const SECOND = 16_000;

t.test(
  'a message left from outside: broken dial tone, Messages-Waiting, a letter with the sound; heard, it is told no more',
  async (t) => {
    const server = await SmtpStub.start(t);
    const operator = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        withTelephone(office);
        pointTrunk(office, 'alpha', operator);
        const [anna] = office.people;
        Object.assign(anna, {
          devices: ['ivan-desk'],
          email: 'anna@example.com',
          voicemail: { enabled: true },
        });
        office.people = [anna];
        Object.assign(office.ports[0], { messageWaiting: 'both' });
        office.mail = { host: '127.0.0.1', port: server.port, security: 'none', from: 'office@example.com' };
        office.voicemail = { minFreeMegabytes: 1 };
        office.destinations.push({
          id: 'mailbox',
          name: 'Mailbox',
          steps: [{ targets: ['voicemail:anna'], seconds: 20 }],
        });
        office.incomingNumbers.push({ id: 'vm', number: '+74951110099', destination: 'mailbox' });
      },
    });
    const phone = await RawPhone.open(t, `${box.sip.host}:${box.sip.port}`, 'udp', '127.0.0.9');
    const account = { user: 'ivan', password: devicePassword };
    const contact = `<sip:ivan@${phone.host}:${phone.port}>`;
    await phone.signed('REGISTER', `sip:${box.sip.host}:${box.sip.port}`, account, {
      ...{ Contact: contact, Expires: '600', 'Call-ID': 'vm-register' },
    });
    await phone.signed('SUBSCRIBE', `sip:ivan@${box.sip.host}:${box.sip.port}`, account, {
      ...{ Contact: contact, Event: 'message-summary', Expires: '600', 'Call-ID': 'vm-subscribe' },
    });
    const told = async (line: RegExp): Promise<void> => {
      const notify = await phone.wait((m) => m.startLine.startsWith('NOTIFY') && line.test(m.text));
      phone.respond(notify, '200 OK');
    };
    await told(/^Voice-Message: 0\/0/m);

    let changes = 0;
    const leave = await box.api.follow(({ what, id }) => {
      if (what === 'voicemail' && id === 'anna') changes++;
    });
    t.teardown(leave);

    const { host, port } = box.sip;
    const caller = await operator.call({
      to: `${host}:${port}`,
      number: '+74951110099',
      caller: '+79031112233',
    });
    const report = () => operator.calls().find(({ id }) => id === caller);
    await until('the greeting is heard', () => (report()?.rtp.levelDbm0 ?? -99) > -35 || undefined, 8000);
    await operator.digits(caller, '#');
    const folder = join(box.data, 'voicemail', 'anna');
    const part = await until(
      'the message is recorded',
      () => {
        try {
          return readdirSync(folder).find((name) => name.endsWith('.part'));
        } catch {
          return undefined;
        }
      },
      8000,
    );
    operator.play(caller, { type: 'tone', frequency: 700, dbm0: -10 });
    const bytes = (): number => statSync(join(folder, part)).size;
    const from = bytes();
    await until('two seconds are recorded', () => bytes() > from + 2 * SECOND || undefined, 8000);
    await operator.hangUp(caller);

    await told(/^Messages-Waiting: yes[\s\S]*^Voice-Message: 1\/0/m);
    const letter = await until('the letter', () => server.letters[0], 8000);
    t.match(letter, { subject: 'Голосовое сообщение: +79031112233', text: /Запись приложена/ });
    const [sound] = letter.attachments;
    t.match(sound, { contentType: 'audio/wav', filename: /^voicemail-.*\.wav$/ });
    t.equal(sound!.content.readUInt16LE(22), 1, 'one channel');
    const samples = new Int16Array((sound!.content.length - 44) >> 1);
    for (let i = 0; i < samples.length; i++) samples[i] = sound!.content.readInt16LE(44 + 2 * i);
    const middle = samples.subarray(samples.length >> 1, (samples.length >> 1) + 4000);
    t.ok(toneLevelDbm0(middle, 700) > -13, `the caller's tone is in it: ${toneLevelDbm0(middle, 700)} dBm0`);
    t.match(await box.record(({ servedBy }) => servedBy === 'voicemail:anna'), {
      state: 'ended',
      callerNumber: '+79031112233',
    });
    t.match(await box.api.get<MailboxView[]>('/api/v1/voicemail'), [{ id: 'anna', fresh: 1, old: 0 }]);
    await until('the open page is told of it', () => changes > 0 || undefined, 4000);
    const before = changes;

    const desk = box.telephone(1);
    desk.lift();
    await desk.waitForTone(425, -20, 8000);
    const broken = await hearCadence(desk);
    t.ok(broken.offMs > 20 && broken.offMs < 300, `broken dial tone: ${broken.onMs}/${broken.offMs} ms`);
    await desk.dial('*98');
    await hearsSpeech(desk, 8000);
    await desk.dial('#');
    await desk.waitForTone(700, -16, 8000);
    t.pass('the owner hears the message');
    await told(/^Messages-Waiting: no[\s\S]*^Voice-Message: 0\/1/m);
    await desk.dial('3');
    await told(/^Voice-Message: 0\/0/m);
    desk.hangup();
    await until('and of what was done by telephone', () => changes > before || undefined, 4000);
    await until('the folder is empty', () => readdirSync(folder).length === 0 || undefined, 4000);
  },
);
