import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { MailView, VoiceMessageView } from '../../src/api/voicemail-contract.ts';
import { pointTrunk, startBox, startOperator, until } from '../kit/box.ts';
import { refusal, SmtpStub } from '../kit/smtp.ts';

t.test(
  'kill -9 in mid-message loses that message and nothing else: not the one before, not the letter that waits',
  async (t) => {
    const server = await SmtpStub.start(t);
    server.manners.letter = () => refusal(451, 'not now');
    const operator = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        pointTrunk(office, 'alpha', operator);
        Object.assign(office.people[0], {
          email: 'anna@example.com',
          language: 'en',
          voicemail: { enabled: true, greeting: 'Да' },
        });
        office.mail = { host: '127.0.0.1', port: server.port, security: 'none', from: 'office@example.com' };
        office.voicemail = { minFreeMegabytes: 1, encrypt: true };
        office.destinations.push({
          id: 'mailbox',
          name: 'Mailbox',
          steps: [{ targets: ['voicemail:anna'], seconds: 20 }],
        });
        office.incomingNumbers.push({ id: 'vm', number: '+74951110099', destination: 'mailbox' });
      },
    });
    const folder = join(box.data, 'voicemail', 'anna');
    const names = (): string[] => {
      try {
        return readdirSync(folder);
      } catch {
        return [];
      }
    };
    /** Somebody calls and speaks until so many bytes are written, and goes on. */
    const speaks = async (bytes: number): Promise<string> => {
      const { host, port } = box.sip;
      const id = await operator.call({
        to: `${host}:${port}`,
        number: '+74951110099',
        sound: { type: 'tone', frequency: 700, dbm0: -10 },
      });
      const part = await until('recorded', () => names().find((name) => name.endsWith('.part')), 12_000);
      await until('enough', () => statSync(join(folder, part)).size > bytes || undefined, 8000);
      return id;
    };
    await operator.hangUp(await speaks(36_000));
    const messages = (): Promise<VoiceMessageView[]> => box.api.get('/api/v1/voicemail/anna');
    await until('a message', async () => (await messages()).length === 1 || undefined, 8000);
    await until('its letter was refused', () => server.visits > 0 || undefined, 8000);
    const [first] = await messages();

    await speaks(8000);
    box.daemon.process.kill('SIGKILL');
    await box.daemon.ended;
    t.ok(
      names().some((name) => name.endsWith('.part')),
      'half a message is on the disk',
    );
    delete server.manners.letter;
    await box.restart();
    t.same(await messages(), [first], 'the one before is there, and nothing else');
    t.same(names().sort(), [`${first?.id}.json`, `${first?.id}.wav.sealed`], 'nor is there half a file');
    const { data } = await box.api.download(`/api/v1/voicemail/anna/${first?.id}/sound`);
    t.equal(data.toString('latin1', 0, 4), 'RIFF', 'it can be heard');
    const { waiting } = await box.api.get<MailView>('/api/v1/mail');
    t.ok(waiting === 1 || server.letters.length === 1, 'its letter waits, or has gone out meanwhile');
  },
);
