import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import t from 'tap';
import { Authority } from '../peers/authority.ts';
import { type Any, client, QUICK, SECRET, startEngine, until, within } from './kit.ts';

const authority = new Authority(t.testdir());
const issued = authority.issue({ names: 'IP:127.0.0.1' });

/** A telephone that connects by TLS, and answers 200 to whatever comes by that connection. */
async function telephone(t: Any, port: number): Promise<{ socket: TLSSocket; asked: string[] }> {
  const socket = connect({ host: '127.0.0.1', port, ca: authority.cert });
  socket.on('error', () => {});
  t.teardown(() => socket.destroy());
  await once(socket, 'secureConnect');
  // In TLS 1.3 the server is last to know that the connection stands: a ping and its pong (RFC 5626 4.4.1).
  socket.write('\r\n\r\n');
  await once(socket, 'data');
  const asked: string[] = [];
  socket.setEncoding('latin1').on('data', (text: string) => {
    const [line = '', ...rest] = text.split('\r\n');
    if (line.startsWith('SIP/2.0') || line === '') return;
    asked.push(line);
    const kept = rest.filter((header) => /^(Via|From|Call-ID|CSeq):/i.test(header));
    const to = rest.find((header) => /^To:/i.test(header));
    socket.write(`SIP/2.0 200 OK\r\n${kept.join('\r\n')}\r\n${to};tag=phone\r\nContent-Length: 0\r\n\r\n`);
  });
  return { socket, asked };
}

t.test(
  'RFC 5626 5.3: who has connected by TLS is asked by that connection; one who is checked by a profile is not',
  async (t) => {
    const engine = await startEngine({
      listen: [{ transport: 'tls', host: '127.0.0.1', port: 0 }],
      control: { host: '127.0.0.1', port: 0, secret: SECRET },
      timers: QUICK,
      tls: issued,
      tlsProfiles: { operator: { ca: authority.cert, name: '127.0.0.1', verify: true } },
    });
    const srf = await client(engine);
    t.teardown(async () => {
      srf.disconnect();
      await engine.close();
    });
    const phone = await telephone(t, engine.sip[0]!.port);
    const { localPort } = phone.socket;
    const ask = async (more = ''): Promise<number> => {
      const proxy = `sip:127.0.0.1:${localPort};transport=tls${more}`;
      const uri = `sip:phone@127.0.0.1:${localPort}`;
      const req = await srf.request(uri, { method: 'OPTIONS', proxy });
      const response: Any = await within(new Promise((done) => req.on('response', done)), 6000, 'response');
      return response.status;
    };
    t.equal(await ask(), 200);
    t.match(phone.asked, [/^OPTIONS sip:phone@127\.0\.0\.1/]);
    // Nobody listens there: a connection of its own, which is what a profile asks for, does not come about.
    t.equal(await ask(';tls-profile=operator'), 503);
    t.equal(phone.asked.length, 1);
    phone.socket.destroy();
    await until(() => engine.stats().connections === 0, 4000, 'the engine hears of it');
    t.equal(await ask(), 503, 'it is gone, and cannot be connected to');
  },
);
