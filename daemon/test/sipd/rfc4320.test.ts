/** RFC 4320: what a request other than INVITE is answered with, and when. */
import t from 'tap';
import { bench, request, respond } from './bench.ts';
import { until } from './kit.ts';

t.test(
  'RFC 4320 4.1: 100 when the sender repeats every T2 (3.5 s), not before, and again for each repetition',
  async (t) => {
    const b = await bench(t);
    const text = b.peer.request(b.to, 'OPTIONS', { callId: 'slow' });
    const options = await request(b.app, 'OPTIONS');
    b.peer.send(b.to, text);
    await until(() => b.engine.trace('OPTIONS').length >= 2, 1000, 'repetition');
    b.clock.advance(3499);
    t.equal(b.engine.trace('SIP/2.0 100').length, 0);
    b.clock.advance(1);
    t.equal((await b.peer.next((m) => m.status === 100)).headers.cseq, '1 OPTIONS');
    b.peer.send(b.to, text);
    await b.peer.next((m) => m.status === 100);
    respond(b.app, options, 200);
    t.equal((await b.peer.response()).status, 200);
  },
);

t.test('RFC 4320 4.1: an answer in time needs no 100', async (t) => {
  const b = await bench(t);
  b.peer.request(b.to, 'OPTIONS');
  respond(b.app, await request(b.app, 'OPTIONS'), 200);
  await b.peer.response(200);
  b.clock.advance(20_000);
  t.equal(b.engine.trace('SIP/2.0 100').length, 0);
});

t.test('RFC 4320 4.1: no other provisional response than 100', async (t) => {
  const b = await bench(t);
  b.peer.request(b.to, 'OPTIONS');
  const options = await request(b.app, 'OPTIONS');
  t.match(await b.app.reply(respond(b.app, options, 183)), ['NOK', /RFC 4320/]);
  respond(b.app, options, 200);
  t.equal((await b.peer.response()).status, 200);
});

t.test('RFC 4320 4.2: 408 is never sent; who waited that long has given up', async (t) => {
  const b = await bench(t);
  b.peer.request(b.to, 'OPTIONS', { callId: 'late' });
  const options = await request(b.app, 'OPTIONS');
  t.match(await b.app.reply(respond(b.app, options, 408)), ['NOK', /RFC 4320/]);
  b.peer.request(b.to, 'OPTIONS', { callId: 'next' });
  respond(b.app, await request(b.app, 'OPTIONS'), 200);
  t.match(await b.peer.response(), { status: 200, headers: { 'call-id': 'next' } });
});

t.test('RFC 4320 4.2: nor one that a proxy has received', async (t) => {
  const b = await bench(t);
  b.peer.request(b.to, 'OPTIONS', { callId: 'passed', cseq: 7 });
  const options = await request(b.app, 'OPTIONS');
  b.app.send(
    `proxy|${options.words[8]}||||serial|||sip:1@${b.peer.address}`,
    `OPTIONS sip:1@${b.peer.address} SIP/2.0\r\n\r\n`,
  );
  const passed = await b.peer.next((m) => m.method === 'OPTIONS');
  b.peer.reply(passed, 408);
  await until(() => b.engine.trace('SIP/2.0 408').length === 1, 1000, 'the 408');
  await b.app.next((f) => f.words[1] === 'response' && f.words[4] === 'done');
  t.equal(b.engine.trace('SIP/2.0 408').length, 1, 'it is not passed on');
});
