import t from 'tap';
import { pointTrunk, startBox } from '../kit/box.ts';
import { AUDIO, describe, tagOf } from '../sip/bench.ts';
import { udpPeer } from '../sipd/peer.ts';

const UUI = '56a390f3d2b7310023a2;encoding=hex';

t.test(
  'who diverted a call before us is told onward and stands in the record; a circle is not gone round',
  async (t) => {
    const [alpha, beta] = await Promise.all([udpPeer(t, '127.0.0.41'), udpPeer(t, '127.0.0.42')]);
    const at = (port: number, host: string) => ({ host, port });
    const box = await startBox(t, {
      edit: (office) => {
        pointTrunk(office, 'alpha', at(alpha.port, '127.0.0.41'));
        pointTrunk(office, 'beta', at(beta.port, '127.0.0.42'), {
          forwardedCaller: 'original',
          forwardedHeader: 'both',
        });
        office.routes = office.routes.filter(({ id }: { id: string }) => id !== 'alpha-out');
        office.destinations[0].steps = [{ targets: ['number:+79160000001'], seconds: 30, pressOne: false }];
      },
    });
    const to = `${box.sip.host}:${box.sip.port}`;
    const ids = { callId: 'forwarded', fromTag: 'f' };
    const invite = (callId: string, diversion: string): void => {
      const text = alpha.request('127.0.0.1:9', 'INVITE', {
        uri: `sip:84951110000@${to}`,
        ...ids,
        callId,
        body: describe(AUDIO).replaceAll('127.0.0.1', '127.0.0.41'),
        extra: `Diversion: ${diversion}\r\nUser-to-User: ${UUI}\r\n`,
      });
      alpha.send(to, text.replace('From: <sip:peer@', 'From: <sip:+79161234567@'));
    };
    invite('forwarded', '<sip:+74957770001@alpha>;reason=user-busy;counter=2;privacy=off');
    const passed = await beta.expect('INVITE', 8000);
    t.match(passed.headers, {
      from: /^<sip:\+79161234567@/,
      diversion:
        /^<sip:\+74951110000@127\.0\.0\.42>;reason=unknown;counter=1, <sip:\+74957770001@127\.0\.0\.42>;reason=user-busy;counter=2$/,
      'history-info': /^<sip:\+74957770001@\S+>;index=1, <sip:\+74951110000@\S+;cause=486>;index=1\.1;mp=1, /,
      'user-to-user': UUI,
    });
    beta.reply(passed, 200, { body: describe(AUDIO).replaceAll('127.0.0.1', '127.0.0.42') });
    await beta.expect('ACK', 5000);
    const ok = await alpha.response(200, 5000);
    const dialog = { ...ids, toTag: tagOf(ok.headers.to!) };
    alpha.request(to, 'ACK', { ...dialog, cseq: 1 });
    alpha.request(to, 'BYE', { ...dialog, cseq: 2 });
    await alpha.response(200, 5000);
    beta.reply(await beta.expect('BYE', 5000), 200);
    const record = await box.ended();
    t.match(record, {
      callerNumber: '+79161234567',
      diversions: [{ number: '+74957770001', reason: 'user-busy', times: 2 }],
    });

    invite('circle', '<sip:+74957770001@alpha>;reason=unconditional;counter=5');
    t.equal((await alpha.response(483, 8000)).headers['call-id'], 'circle');
    t.equal(beta.count('INVITE'), 1, 'and nobody is called');
  },
);
