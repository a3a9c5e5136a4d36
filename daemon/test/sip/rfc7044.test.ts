/** RFC 7044: History-Info is read where calls come in, and goes on with those that we forward. */
import t from 'tap';
import { readDiversions } from '../../src/sip/diversion.ts';
import { bench, forwarded, incoming } from './bench.ts';

const read = (historyInfo: string, diversion?: string, privacy?: string) =>
  readDiversions({ diversion, historyInfo, privacy }, 'e164');

const HISTORY =
  '<sip:74957770001@op>;index=1, <sip:74957770002@op;cause=486>;index=1.1;mp=1, <sip:74951112244@us;cause=302>;index=1.1.1;mp=1.1';

t.test('RFC 7044 5, RFC 4458 2, RFC 7544 7: who diverted, by mp and cause', (t) => {
  t.same(read(HISTORY), [
    { number: '+74957770001', reason: 'user-busy', times: 1 },
    { number: '+74957770002', reason: 'unconditional', times: 1 },
  ]);
  t.same(
    read('<sip:1@op>;index=1,<sip:2@op;cause=408>;index=1.1'),
    [{ number: '1', reason: 'no-answer', times: 1 }],
    'without mp the order tells',
  );
  t.same(read('<sip:1@op>;index=1,<sip:2@op>;index=1.1;rc=1'), [], 'what was only routed was not diverted');
  t.same(read('<sip:1@op>;index=x,<sip:2@op;cause=999>;index=1.1;mp=1'), []);
  t.end();
});

t.test('RFC 7044 10.1.2: privacy of one entry, and of all', (t) => {
  const one = '<sip:1@op?Privacy=history>;index=1, <sip:2@op;cause=302>;index=1.1;mp=1';
  t.same(read(one), [{ hidden: true, reason: 'unconditional', times: 1 }]);
  t.same(
    read(HISTORY, undefined, 'history').map(({ hidden }) => hidden),
    [true, true],
  );
  t.end();
});

t.test('RFC 7544 6: of the two headers the one that tells of more', (t) => {
  t.equal(read(HISTORY, '<sip:3@op>').length, 2);
  t.same(
    read(HISTORY, '<sip:3@op>;counter=2').map(({ number }) => number),
    ['3'],
  );
  t.end();
});

const trunk = { numberFormat: 'e164', forwardedCaller: 'original', forwardedHeader: 'history-info' } as const;
const target = 'sip:78121234567@127.0.0.1:\\d+;cause=408';

t.test('RFC 7044 10.3: forwarded on, our entry stands behind those that came', async (t) => {
  const b = await bench(t, trunk);
  const { leg } = await incoming(b, { extra: `History-Info: ${HISTORY}\r\n` });
  const { invite } = await forwarded(b, leg);
  const value = invite.headers['history-info']!;
  t.equal(value.slice(0, HISTORY.length), HISTORY);
  t.match(value.slice(HISTORY.length), new RegExp(`^, <${target}>;index=1\\.1\\.1\\.1;mp=1\\.1\\.1$`));
});

t.test('RFC 7044 10.1.2: who asked not to be named is not named onward', async (t) => {
  const b = await bench(t, trunk);
  const { leg } = await incoming(b, {
    extra:
      'History-Info: <sip:74957770001@op?Privacy=history>;index=1, <sip:74951112244@us;cause=302>;index=1.1;mp=1\r\n',
  });
  const { invite } = await forwarded(b, leg);
  t.match(
    invite.headers['history-info'],
    /^<sip:anonymous@anonymous\.invalid>;index=1, <sip:74951112244@us;cause=302>;index=1\.1;mp=1, /,
  );
  t.notMatch(invite.text, '74957770001');
});

t.test('RFC 7544 7: Diversion that came becomes History-Info where that is wanted', async (t) => {
  const b = await bench(t, { ...trunk, forwardedHeader: 'both' });
  const { leg } = await incoming(b, { extra: 'Diversion: <sip:74957770001@op>;reason=user-busy\r\n' });
  const { invite } = await forwarded(b, leg);
  t.match(
    invite.headers['history-info'],
    new RegExp(
      '^<sip:74957770001@127.0.0.1>;index=1, <sip:74951112244@127.0.0.1;cause=486>;index=1\\.1;mp=1, ' +
        `<${target}>;index=1\\.1\\.1;mp=1\\.1$`,
    ),
  );
  t.match(invite.headers.diversion, /^<sip:74951112244@.*, <sip:74957770001@/);
});
