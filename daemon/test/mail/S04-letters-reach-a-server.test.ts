import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import t from 'tap';
import { configSchema } from '../../src/config/schema.ts';
import { wordsOf } from '../../src/mail/fault.ts';
import type { Envelope } from '../../src/mail/letter.ts';
import { type MailSettings, SmtpMailer } from '../../src/mail/smtp.ts';
import { refusal, SmtpStub } from '../kit/smtp.ts';

const password = 'geheim-пароль-17';

const settings = (port: number, more: Partial<MailSettings> = {}): MailSettings => ({
  ...configSchema.parse({ version: 1 }).mail,
  host: '127.0.0.1',
  port,
  security: 'none',
  user: 'office@example.com',
  password,
  ...more,
});

const envelope: Envelope = {
  from: 'office@example.com',
  to: 'anna@example.com',
  subject: 'Голосовое сообщение: Иван',
  text: 'Вам оставлено голосовое сообщение.\n',
  messageId: '<one@example.com>',
  at: Date.UTC(2026, 0, 2, 3, 4, 5),
  enclosures: [{ name: 'voicemail.wav', type: 'audio/wav', data: Buffer.from('RIFFsound') }],
};

const mailer = new SmtpMailer();

t.test('a letter arrives whole: words of both alphabets, the sound, and who it is from', async (t) => {
  const server = await SmtpStub.start(t, { password });
  t.equal(await mailer.send(envelope, settings(server.port)), undefined);
  const [letter] = server.letters;
  t.match(letter, {
    subject: envelope.subject,
    text: envelope.text,
    messageId: '<one@example.com>',
    date: new Date(envelope.at),
  });
  t.equal(letter?.from?.value[0]?.address, 'office@example.com');
  t.equal(letter?.headers.get('auto-submitted'), 'auto-generated');
  t.match(letter?.attachments, [{ filename: 'voicemail.wav', contentType: 'audio/wav' }]);
  t.equal(letter?.attachments[0]?.content.toString(), 'RIFFsound');
});

t.test('STARTTLS is insisted on, and so is a certificate that can be trusted', async (t) => {
  const server = await SmtpStub.start(t, { password });
  const own = { security: 'starttls', verify: false } as const;
  t.equal(await mailer.send(envelope, settings(server.port, own)), undefined);
  t.equal(server.encrypted, 1, 'it came encrypted');
  t.match(await mailer.send(envelope, settings(server.port, { security: 'starttls' })), {
    kind: 'certificate',
    server: true,
    permanent: false,
  });
  const plain = await SmtpStub.start(t, {}, { disabledCommands: ['STARTTLS'] });
  t.match(await mailer.send(envelope, settings(plain.port, own)), { kind: 'encryption', server: true });
  t.equal(plain.letters.length, 0, 'nothing goes out in the clear');
});

t.test('a password that is refused: told in plain words, and in none of them the password', async (t) => {
  const server = await SmtpStub.start(t, { password: 'another' });
  const fault = await mailer.send(envelope, settings(server.port));
  t.match(fault, { kind: 'login', server: true, permanent: false, detail: /authentication failed/ });
  t.notMatch(JSON.stringify(fault), new RegExp(password));
  t.notMatch(JSON.stringify(fault), new RegExp(Buffer.from(password).toString('base64')));
  t.match(wordsOf(fault!), { said: { ru: /имя или пароль/, en: /user name or password/ } });
});

t.test('what is refused for good, and what only for now', async (t) => {
  const server = await SmtpStub.start(t);
  const send = () => mailer.send(envelope, settings(server.port));
  server.manners.recipient = () => refusal(550, '5.1.1 no such user');
  t.match(await send(), { kind: 'recipient', permanent: true, server: false, detail: /no such user/ });
  server.manners.recipient = () => refusal(450, '4.2.0 greylisted');
  t.match(await send(), { kind: 'later', permanent: false, server: false });
  delete server.manners.recipient;
  server.manners.letter = () => refusal(552, '5.3.4 too large');
  t.match(await send(), { kind: 'letter', permanent: true, server: false });
  server.manners.letter = () => refusal(451, '4.3.0 try again');
  t.match(await send(), { kind: 'later', permanent: false, server: false });
  t.equal(server.letters.length, 0);
});

t.test('a server that hangs, one that is not there, and one that has no name', async (t) => {
  const silent = createServer();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  t.teardown(() => silent.close());
  const { port } = silent.address() as AddressInfo;
  const hurried = new SmtpMailer({ connectMs: 5000, greetingMs: 50, silenceMs: 5000 });
  t.match(await hurried.send(envelope, settings(port)), { kind: 'timeout', server: true });
  const server = await SmtpStub.start(t, { hangs: true });
  const tired = new SmtpMailer({ connectMs: 5000, greetingMs: 5000, silenceMs: 300 });
  t.match(
    await tired.send(envelope, settings(server.port)),
    { kind: 'timeout', server: true },
    'in the middle',
  );
  const there = server.port;
  await server.stop();
  t.match(await mailer.send(envelope, settings(there)), { kind: 'refused', server: true });
  t.match(await mailer.send(envelope, settings(25, { host: 'nowhere.invalid' })), {
    kind: 'no-such-server',
    server: true,
  });
});

t.test('a server that takes passwords only over an encrypted line says so', async (t) => {
  const server = await SmtpStub.start(t, { password }, { allowInsecureAuth: false });
  t.match(await mailer.send(envelope, settings(server.port)), { kind: 'encryption', server: true });
});
