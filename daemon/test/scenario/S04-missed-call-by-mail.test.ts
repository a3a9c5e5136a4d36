import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { MailTestResult, MailView } from '../../src/api/voicemail-contract.ts';
import { pointTrunk, startBox, startOperator, until } from '../kit/box.ts';
import { SmtpStub } from '../kit/smtp.ts';

const password = 'geheim-Wort-17';

/** The settings, those given at first, and the history of them: the password's own places. */
const settings = /^(?:config|first-config|\d{8})\.json$/;

/** Files below a folder with the password in them, but for the settings. */
function filesWith(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) return filesWith(path);
    if (settings.test(name)) return [];
    return stat?.isFile() && readFileSync(path, 'latin1').includes(password) ? [name] : [];
  });
}

t.test(
  'nobody answers, and who was called reads of it; a wrong password is told in plain words and found nowhere',
  async (t) => {
    const server = await SmtpStub.start(t, { password: 'another' });
    const operator = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        pointTrunk(office, 'alpha', operator);
        Object.assign(office.people[0], {
          email: 'anna@example.com',
          missedCalls: 'outside',
          forwarding: {},
        });
        delete office.people[0].mobile;
        office.mail = {
          ...{ host: '127.0.0.1', port: server.port, security: 'starttls', verify: false },
          ...{ user: 'office@example.com', password },
        };
        office.destinations.push({
          id: 'anna',
          name: 'Anna',
          steps: [{ targets: ['person:anna'], seconds: 30 }],
        });
        office.incomingNumbers.push({ id: 'anna', number: '+74951110099', destination: 'anna' });
      },
    });
    const tried = await box.api.post<MailTestResult>('/api/v1/mail/test', { to: 'admin@example.com' });
    t.match(tried, { ok: false, said: { ru: /имя или пароль/, en: /user name or password/ } });
    t.notOk(JSON.stringify(tried).includes(password), 'the server has told it back, the box does not');

    const { host, port } = box.sip;
    const caller = await operator.call({
      to: `${host}:${port}`,
      number: '+74951110099',
      caller: '+79031112233',
    });
    await until('it rings', () => box.telephone(1).ringing || undefined, 8000);
    await operator.hangUp(caller);
    t.match(await box.record(({ state, direction }) => state === 'ended' && direction === 'incoming'), {
      callerNumber: '+79031112233',
    });
    await until(
      'the alarm that letters do not go out',
      async () => (await box.live()).alarms.find(({ id }) => id === 'mail-failing'),
      8000,
    );
    t.match(await box.api.get<MailView>('/api/v1/mail'), { ready: true, waiting: 1 });
    t.notOk(JSON.stringify(await box.api.get('/api/v1/config')).includes(password));
    t.same(filesWith(box.data), [], 'nor is it in any file but those of the settings');

    // The admin puts the password right, and the letter goes out at once.
    await box.change({ op: 'put', path: '/mail/password', value: 'another' });
    const letter = await until('the letter', () => server.letters[0], 8000);
    t.match(letter, { subject: 'Пропущенный вызов: +79031112233', text: /Вам звонили, никто не ответил/ });
    t.equal(server.encrypted, 1, 'it came by STARTTLS');
    await until(
      'the alarm is over',
      async () => !(await box.live()).alarms.some(({ id }) => id === 'mail-failing') || undefined,
      8000,
    );
  },
);
