import t from 'tap';
import type { Envelope } from '../../src/mail/letter.ts';
import { MailDesk } from '../../src/main/mail-desk.ts';
import { VoicemailStore } from '../../src/main/voicemail-store.ts';
import type { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office } from '../kit/office.ts';
import { VoicemailBench } from '../kit/voicemail.ts';

const number = '+74951110099';
const mail = { host: 'mail.example.com', user: 'office@example.com', password: 'geheim' };

/** The office of the tests with mail, where a number outside rings whatever is said. */
const document = (targets: string[], more: object = {}): object => ({
  ...office,
  site: { ...office.site, name: 'Ромашка' },
  mail,
  people: [
    {
      ...office.people[0],
      forwarding: {},
      mobile: undefined,
      ...{ email: 'anna@example.com', missedCalls: 'outside', language: 'en' },
    },
    {
      ...{ id: 'boris', name: 'Борис', extension: '22', ports: [2], classOfService: 'staff' },
      ...{ email: 'boris@example.com', missedCalls: 'all' },
    },
  ],
  destinations: [
    {
      id: 'there',
      name: 'There',
      classOfService: 'staff',
      steps: targets.map((one) => ({ targets: [one], seconds: 20 })),
    },
  ],
  incomingNumbers: [{ id: 'n', number, trunk: 'alpha', destination: 'there' }],
  ports: office.ports.map((port) => (port.number === 5 ? { ...port, incoming: 'there' } : port)),
  ...more,
});

/** A bench whose letters are read as they leave. */
class Post extends VoicemailBench {
  readonly letters: Envelope[] = [];
  readonly desk: MailDesk;
  readonly store: VoicemailStore;

  constructor(data: string, config: object) {
    super(config);
    const { clock, calls } = this.context;
    this.store = new VoicemailStore(data, {
      ...{ clock, secret: Buffer.alloc(32) },
      config: () => this.config,
      log: () => {},
    });
    this.desk = new MailDesk(data, {
      ...{ clock, calls, store: this.store },
      config: () => this.config,
      alarms: { raise: ({ id }) => void this.alarms.add(id), clear: (id) => void this.alarms.delete(id) },
      record: (id) => this.records.get(id),
      log: () => {},
      mailer: {
        send: async (envelope) => {
          this.letters.push(envelope);
          return undefined;
        },
      },
    });
  }

  /** The letters that have left once `count` were posted. */
  async posted(count: number): Promise<Envelope[]> {
    for (let i = 0; this.letters.length < count; i++) {
      if (i > 60_000) throw new Error(`${this.letters.length} letters, not ${count}`);
      this.clock.advance(1);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return this.letters.splice(0);
  }
}

t.test(
  'who was called and not reached gets a letter, in the own language; who was not called gets none',
  async (t) => {
    const b = new Post(t.testdir(), document(['person:anna', 'person:boris']));
    const leg = await b.outside(number);
    t.ok(b.port(1).ringing);
    b.clock.advance(5000);
    leg.farReleases(16);
    await settle();
    const [letter] = await b.posted(1);
    t.match(letter, {
      to: 'anna@example.com',
      from: 'office@example.com',
      subject: 'Missed call: +79031112233',
    });
    t.match(letter?.text, /From: \+79031112233[\s\S]*Number called: \+74951110099[\s\S]*Ромашка/);
    const second = await b.outside(number, '+79031112244');
    b.clock.advance(20_000);
    await settle();
    t.ok(b.port(2).ringing, 'the second step');
    second.farReleases(16);
    await settle();
    const both = await b.posted(2);
    t.same(both.map(({ to }) => to).sort(), ['anna@example.com', 'boris@example.com']);
    const [ours] = both.filter(({ to }) => to === 'boris@example.com');
    t.match(ours, { subject: 'Пропущенный вызов: +79031112244', text: /Вам звонили, никто не ответил\./ });
  },
);

t.test(
  'a call that was taken, one from inside where only those from outside count, and one to another',
  async (t) => {
    const b = new Post(t.testdir(), document(['person:anna', 'person:boris']));
    await b.outside(number);
    b.port(1).lift();
    await settle();
    b.port(1).hangUp();
    await settle();
    b.port(4).lift();
    await settle();
    await b.port(4).key('21');
    b.clock.advance(3000);
    await settle();
    t.ok(b.port(1).ringing);
    b.port(4).hangUp();
    await settle();
    b.port(4).lift();
    await settle();
    await b.port(4).key('22');
    b.clock.advance(3000);
    await settle();
    t.ok(b.port(2).ringing);
    b.port(4).hangUp();
    await settle();
    t.same(
      (await b.posted(1)).map(({ to }) => to),
      ['boris@example.com'],
      'only who wants to hear of calls inside, too',
    );
  },
);

t.test('a group has missed a call that none of it took, and its members have not', async (t) => {
  const group = {
    ...{ id: 'sales', name: 'Продажи', email: 'sales@example.com', missedCalls: 'outside' },
    members: [{ target: 'person:anna' }, { target: 'person:boris' }],
  };
  const b = new Post(t.testdir(), document(['group:sales'], { groups: [group] }));
  const leg = await b.outside(number);
  t.ok(b.port(1).ringing && b.port(2).ringing);
  leg.farReleases(16);
  await settle();
  t.match(await b.posted(1), [
    { to: 'sales@example.com', subject: 'Пропущенный вызов (Продажи): +79031112233' },
  ]);
});

t.test(
  'a message is mailed instead, with its sound or without, and deleted where that is wanted',
  async (t) => {
    const settings = { enabled: true, deleteAfterMail: true };
    const config = document(['voicemail:anna']) as { people: object[] };
    const people = [{ ...config.people[0], voicemail: settings }, config.people[1]];
    const b = new Post(t.testdir(), { ...config, people });
    b.desk.follow(b.services.voicemail!);
    const opened: string[] = [];
    const removed: string[] = [];
    b.store.bytes = async (box, id) => {
      opened.push(`${box}/${id}`);
      return Buffer.from('RIFF');
    };
    b.store.remove = (box, id) => removed.push(`${box}/${id}`) > 0;
    const leg = await b.outside(number);
    const id = b.taking!;
    leg.farReleases(16);
    b.media.recordingOver(id, { durationMs: 65_000, sounded: true });
    await settle();
    const [letter] = await b.posted(1);
    t.match(letter, {
      to: 'anna@example.com',
      subject: 'Voice message: +79031112233',
      text: /Length: 1:05[\s\S]*The recording is attached\./,
      enclosures: [{ name: /^voicemail-.*\.wav$/, type: 'audio/wav' }],
    });
    t.same(opened, [`anna/${id}`]);
    t.same(removed, [`anna/${id}`]);
    t.equal(b.letters.length, 0, 'and no letter about a missed call');
    b.config.people[0]!.voicemail.mail = 'notice';
    const again = await b.outside(number);
    again.farReleases(16);
    b.media.recordingOver(b.taking!, { durationMs: 5000, sounded: true });
    await settle();
    t.match(await b.posted(1), [{ text: /To listen to it, dial \*98/, enclosures: [] }]);
    t.equal(removed.length, 1, 'what was not sent is kept');
  },
);

t.test('whoever is forwarded to the mailbox: a message, or a missed call, and never both', async (t) => {
  const config = document(['person:anna']) as { people: object[] };
  const anna = {
    ...config.people[0],
    forwarding: { noAnswer: 'voicemail:anna', noAnswerSeconds: 10 },
    voicemail: { enabled: true },
  };
  const b = new Post(t.testdir(), { ...config, people: [anna, config.people[1]] });
  b.desk.follow(b.services.voicemail!);
  b.store.bytes = async () => Buffer.from('RIFF');
  // The recorder takes its time to close the file; the test says when it has.
  b.media.stopRecording = async () => {};
  const waits = async (): Promise<FakeLeg> => {
    const leg = await b.outside(number);
    b.clock.advance(10_000);
    await settle();
    return leg;
  };
  const leg = await waits();
  const id = b.taking!;
  leg.farReleases(16);
  await settle();
  t.equal(b.letters.length, 0, 'the call is over, and it is not known yet whether there is a message');
  b.media.recordingOver(id, { durationMs: 5000, sounded: true });
  await settle();
  t.match(await b.posted(1), [{ subject: 'Voice message: +79031112233' }]);
  // Steps are written together after a while.
  b.clock.advance(200);
  t.match(b.record.events.at(-1), { what: 'voicemail-left', detail: id }, 'the record tells of it');
  const silent = await waits();
  silent.farReleases(16);
  b.media.recordingOver(b.taking!, { durationMs: 700, sounded: false });
  await settle();
  t.match(await b.posted(1), [{ subject: 'Missed call: +79031112233' }], 'who has said nothing has called');
});

t.test('a note of whoever took a call, with its caller', async (t) => {
  const b = new Post(t.testdir(), document(['person:anna']));
  const leg = await b.outside(number);
  leg.farReleases(16);
  await settle();
  await b.posted(1);
  t.equal(
    await b.desk.note('anna', { text: 'Please call back.', from: 'Olga', callId: b.record.id }),
    'posted',
  );
  t.match(await b.posted(1), [
    {
      subject: 'Note: +79031112233',
      text: /Please call back\.[\s\S]*Caller: \+79031112233[\s\S]*Taken by: Olga/,
    },
  ]);
  t.equal(await b.desk.note('nobody', { text: 'x' }), undefined);
  t.equal(await b.desk.note('anna', { text: 'x', callId: 'none' }), undefined);
  b.config.mail.host = '';
  t.equal(await b.desk.note('anna', { text: 'x' }), 'not-posted');
});
