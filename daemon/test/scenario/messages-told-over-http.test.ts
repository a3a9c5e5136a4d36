import t from 'tap';
import { startBox, until } from '../kit/box.ts';
import { devicePassword, withTelephone } from '../kit/devices.ts';
import { RawPhone } from '../peers/raw-phone.ts';

t.test(
  'a count told over HTTP lights the lamp of an IP telephone and breaks the dial tone of a socket',
  async (t) => {
    const box = await startBox(t, { edit: withTelephone });
    const phone = await RawPhone.open(t, `${box.sip.host}:${box.sip.port}`, 'udp', '127.0.0.9');
    const account = { user: 'ivan', password: devicePassword };
    const contact = `<sip:ivan@${phone.host}:${phone.port}>`;
    const uri = `sip:ivan@${box.sip.host}:${box.sip.port}`;
    const registered = await phone.signed('REGISTER', `sip:${box.sip.host}:${box.sip.port}`, account, {
      ...{ Contact: contact, Expires: '600', 'Call-ID': 'lamp-register' },
    });
    t.equal(registered.status, 200);
    const subscribed = await phone.signed('SUBSCRIBE', uri, account, {
      ...{ Contact: contact, Event: 'message-summary', Expires: '600', 'Call-ID': 'lamp-subscribe' },
    });
    t.ok(subscribed.status === 200 || subscribed.status === 202, 'subscribed');
    const told = async (line: RegExp): Promise<void> => {
      const notify = await phone.wait((m) => m.startLine.startsWith('NOTIFY') && line.test(m.text));
      phone.respond(notify, '200 OK');
    };
    await told(/^Voice-Message: 0\/0/m);
    await box.api.put('/api/v1/messages/31', { fresh: 2, old: 1 });
    await told(/^Messages-Waiting: yes[\s\S]*^Voice-Message: 2\/1/m);
    await box.api.put('/api/v1/messages/ivan', { fresh: 0, old: 3 });
    await told(/^Messages-Waiting: no[\s\S]*^Voice-Message: 0\/3/m);

    const desk = box.telephone(1);
    const broken = async (): Promise<boolean> => {
      desk.lift();
      await desk.waitForTone(425, -20, 8000);
      const levels: number[] = [];
      await until(
        'a second of it is heard',
        () => {
          levels.push(desk.level(40, 425));
          return levels.length >= 50 || undefined;
        },
        4000,
      );
      desk.hangup();
      await box.portsIdle();
      return Math.min(...levels) < -45;
    };
    t.equal(await broken(), false, 'continuous as ever');
    await box.api.put('/api/v1/messages/21', { fresh: 1, old: 0 });
    t.equal(await broken(), true, 'Anna has a message');
  },
);
