import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { pointTrunk, startBox, until } from '../kit/box.ts';
import { freeTcpPort } from '../peers/process.ts';
import { expectRequest, respond, respondInDialog, sippSdp, startSipp } from '../peers/sipp.ts';

t.test(
  'a trunk over TCP: registers, calls, hears its echo, and finds the operator again (G01)',
  async (t) => {
    const port = await freeTcpPort();
    const box = await startBox(t, {
      edit: (office) => {
        pointTrunk(
          office,
          'alpha',
          { host: '127.0.0.1', port },
          {
            transport: 'tcp',
            mode: 'register',
            user: 'office',
            password: 'keen-owl',
            registerSeconds: 60,
          },
        );
      },
    });
    const folder = join(box.data, 'sipp');
    mkdirSync(folder);
    const down = await until(
      'nobody listens, and the page says so',
      async () =>
        (await box.live()).trunks.find((trunk) => trunk.id === 'alpha' && trunk.state === 'unreachable'),
      6000,
    );
    t.match(down, { said: { en: /\S/, ru: /\S/ }, cure: { en: /Internet/ } });
    const sipp = await startSipp(t, folder, {
      port,
      transport: 'tcp',
      calls: 2,
      echo: true,
      scenario: [
        expectRequest('REGISTER', 'optional="true" next="10"'),
        expectRequest('INVITE'),
        respond('180 Ringing'),
        respond('200 OK', { sdp: sippSdp() }),
        expectRequest('ACK'),
        expectRequest('BYE'),
        respondInDialog('200 OK'),
        '  <nop next="99"/>',
        '  <label id="10"/>',
        respond('200 OK', { headers: 'Expires: 60' }),
        '  <label id="99"/>',
      ].join('\n'),
      timeoutSeconds: 30,
    });
    await until(
      'registered',
      async () =>
        (await box.live()).trunks.some((trunk) => trunk.id === 'alpha' && trunk.state === 'registered'),
      10_000,
    );
    const phone = box.telephone(1);
    await box.dial(1, '88121234567');
    await until('polarity reversed', () => phone.reversed, 4000);
    void phone.speak({ tone: 1000, level: -10 });
    // SIPp sends back what it hears: the tone has gone both ways.
    await phone.waitForTone(1000, -13, 4000);
    phone.hush();
    phone.hangup();
    await sipp.done();
    const messages = await sipp.messages();
    const invite = messages.find((message) => message.startLine.startsWith('INVITE'));
    t.match(invite?.header('Via'), /^SIP\/2\.0\/TCP /);
    t.match(invite?.header('Contact'), /;transport=tcp/);
    t.match(await box.ended(), { trunkId: 'alpha', answerSource: 'sip', releasedBy: 'caller', q850: 16 });
  },
);
