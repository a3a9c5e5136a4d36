import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { type Config, configSchema } from '../../src/config/schema.ts';
import type { MailFault } from '../../src/mail/fault.ts';
import type { Envelope } from '../../src/mail/letter.ts';
import { Outbox } from '../../src/mail/outbox.ts';
import { Spool } from '../../src/mail/spool.ts';

const MINUTE = 60_000;
const fault = (kind: MailFault['kind'], more: Partial<MailFault> = {}): MailFault => ({
  ...{ kind, permanent: false, server: true, detail: 'so it is' },
  ...more,
});

/** Waits for what the file system does, which no clock of ours has a say in. */
async function until(what: string, done: () => boolean): Promise<void> {
  for (let i = 0; !done(); i++) {
    if (i > 60_000) throw new Error(`not ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** An outbox over a real folder, with a server that says what the test wants. */
class Post {
  readonly clock = new FakeClock();
  readonly alarms = new Map<string, { ru: string; en: string }>();
  readonly log: string[] = [];
  readonly sent: Envelope[] = [];
  readonly data: string;
  readonly files = new Map<string, Buffer>();
  answer: (envelope: Envelope) => MailFault | undefined = () => undefined;
  config: Config['mail'] = configSchema.parse({
    version: 1,
    mail: { host: 'mail.example.com', user: 'office@example.com', password: 'geheim' },
  }).mail;
  /** How often a letter was tried. */
  tries = 0;
  outbox: Outbox;

  constructor(data: string) {
    this.data = data;
    this.outbox = this.open();
  }

  open(): Outbox {
    return new Outbox({
      clock: this.clock,
      spool: new Spool(this.data),
      mailer: {
        send: async (envelope) => {
          this.tries++;
          const failed = this.answer(envelope);
          if (!failed) this.sent.push(envelope);
          return failed;
        },
      },
      settings: () => this.config,
      open: async (from) => this.files.get(from),
      alarms: {
        raise: ({ id, said }) => void this.alarms.set(id, said),
        clear: (id) => void this.alarms.delete(id),
      },
      log: (_level, message) => void this.log.push(message()),
    });
  }

  /** Lets time go by, and what is due then come to its end. */
  async after(ms: number, tries: number): Promise<void> {
    const before = this.tries;
    this.clock.advance(ms);
    await until(`${tries} tries`, () => this.tries === before + tries);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }

  get onDisk(): number {
    return readdirSync(join(this.data, 'mail')).length;
  }
}

const letter = { kind: 'note', to: 'anna@example.com', subject: 'Note', text: 'Call back.\n' };

t.test('a letter is on the disk before it is said to be posted, and no more once it was sent', async (t) => {
  const post = new Post(t.testdir());
  const done: string[] = [];
  post.outbox.on('sent', ({ about }) => done.push(about ?? ''));
  const id = await post.outbox.post({ ...letter, about: 'voicemail:anna/1' });
  t.type(id, 'string');
  t.equal(post.onDisk, 1);
  t.equal(post.tries, 0);
  await post.after(0, 1);
  t.match(post.sent, [
    { to: 'anna@example.com', from: 'office@example.com', messageId: `<${id}@example.com>` },
  ]);
  t.same(done, ['voicemail:anna/1']);
  t.equal(post.onDisk, 0);
  t.equal(post.outbox.waiting, 0);
});

t.test(
  'while the server cannot be used all wait together, longer each time, and one alarm says so',
  async (t) => {
    const post = new Post(t.testdir());
    post.answer = () => fault('refused');
    await post.outbox.post(letter);
    await post.outbox.post(letter);
    await post.after(0, 1);
    for (const [i, minutes] of [1, 2, 5, 10, 20, 30, 60, 60].entries()) {
      post.clock.advance(minutes * MINUTE - 1);
      await new Promise((resolve) => setTimeout(resolve, 2));
      t.equal(post.tries, i + 1, `nothing before ${minutes} min`);
      await post.after(1, 1);
      t.equal(post.alarms.has('mail-failing'), i >= 1);
    }
    t.match(post.alarms.get('mail-failing'), { ru: /ждут: 2/, en: /2 waiting/ });
    post.answer = () => undefined;
    await post.after(60 * MINUTE, 2);
    t.equal(post.sent.length, 2);
    t.equal(post.alarms.size, 0, 'and it is over');
  },
);

t.test('a wrong password is told at once, and put right it is tried at once', async (t) => {
  const post = new Post(t.testdir());
  post.answer = () => fault('login');
  await post.outbox.post(letter);
  await post.after(0, 1);
  t.match(post.alarms.get('mail-failing'), { ru: /имя или пароль/, en: /user name or password/ });
  post.answer = () => undefined;
  post.outbox.apply();
  await post.after(0, 1);
  t.equal(post.sent.length, 1);
  t.equal(post.alarms.size, 0);
});

t.test(
  'one reader who is refused for now keeps nobody else waiting; one refused for good is dropped',
  async (t) => {
    const post = new Post(t.testdir());
    const dropped: string[] = [];
    post.outbox.on('dropped', ({ to }, why) => dropped.push(`${to} ${why}`));
    post.answer = ({ to }) =>
      to === 'grey@example.com'
        ? fault('later', { server: false })
        : to === 'gone@example.com'
          ? fault('recipient', { server: false, permanent: true })
          : undefined;
    for (const to of ['grey@example.com', 'gone@example.com', 'anna@example.com'])
      await post.outbox.post({ ...letter, to });
    await post.after(0, 3);
    t.same(
      post.sent.map(({ to }) => to),
      ['anna@example.com'],
    );
    t.same(dropped, ['gone@example.com refused']);
    t.match(post.alarms.get('mail-dropped'), { ru: /gone@example\.com/, en: /reader's address/ });
    t.equal(post.outbox.waiting, 1);
    post.answer = () => undefined;
    await post.after(MINUTE, 1);
    t.match(post.sent[1], { to: 'grey@example.com' });
    post.clock.advance(25 * 60 * MINUTE);
    t.notOk(post.alarms.has('mail-dropped'), 'a day later it is no news');
  },
);

t.test('what waits survives a restart, and what nobody can read is no obstacle', async (t) => {
  const data = t.testdir();
  const before = new Post(data);
  before.config = { ...before.config, host: 'elsewhere' };
  before.answer = () => fault('later', { server: false });
  const id = await before.outbox.post(letter);
  await before.after(0, 1);
  const written = (): { tries: number } =>
    JSON.parse(readFileSync(join(data, 'mail', `${id}.json`), 'utf8')) as { tries: number };
  await until('written', () => before.onDisk === 1 && written().tries === 1);
  before.outbox.close();
  writeFileSync(join(data, 'mail', 'torn.json'), '{"id":"torn","kind":');
  writeFileSync(join(data, 'mail', 'half.json.0a1b.tmp'), '{');
  const after = new Post(data);
  t.equal(after.outbox.waiting, 1);
  t.equal(after.onDisk, 1, 'what is torn is gone');
  await after.after(MINUTE, 1);
  t.equal(after.sent[0]?.messageId, `<${id}@example.com>`, 'under the name that it had');
});

t.test('after four days it is dropped, and so are the oldest of too many', async (t) => {
  const post = new Post(t.testdir());
  const dropped: string[] = [];
  post.outbox.on('dropped', (_letter, why) => dropped.push(why));
  post.answer = () => fault('timeout');
  await post.outbox.post(letter);
  await post.after(0, 1);
  for (let hour = 0; hour < 1000 && post.outbox.waiting > 0; hour++) {
    post.clock.advance(60 * MINUTE);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await until('dropped', () => dropped.length === 1);
  t.same(dropped, ['too-old']);
  for (let i = 0; i < 501; i++) await post.outbox.post({ ...letter, subject: String(i) });
  t.same(dropped, ['too-old', 'too-many']);
  t.equal(post.outbox.waiting, 500);
  t.equal(post.onDisk, 500);
  post.outbox.close();
});

t.test(
  'an attachment that is gone is left out, and the letter says so; without a server nothing is posted',
  async (t) => {
    const post = new Post(t.testdir());
    const attachments = [{ name: 'one.wav', type: 'audio/wav', from: 'voicemail:anna/1' }];
    post.files.set('voicemail:anna/1', Buffer.from('sound'));
    await post.outbox.post({ ...letter, attachments, without: 'It is gone.' });
    await post.after(0, 1);
    t.match(post.sent[0], { text: letter.text, enclosures: [{ name: 'one.wav' }] });
    post.files.clear();
    await post.outbox.post({ ...letter, attachments, without: 'It is gone.' });
    await post.after(0, 1);
    t.match(post.sent[1], { text: /It is gone\./, enclosures: [] });
    post.config = { ...post.config, host: '' };
    t.equal(await post.outbox.post(letter), undefined);
    t.equal(post.onDisk, 0);
    t.equal(post.outbox.ready, false);
  },
);

t.test('neither the log nor an alarm has a password in it', async (t) => {
  const post = new Post(t.testdir());
  post.answer = () => fault('login', { detail: '535 refused' });
  await post.outbox.post(letter);
  await post.after(0, 1);
  t.notMatch(JSON.stringify([post.log, [...post.alarms.values()]]), /geheim/);
  post.outbox.close();
});
