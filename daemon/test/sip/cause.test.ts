import t from 'tap';
import {
  causeToStatus,
  failureCause,
  parseReason,
  reasonHeader,
  refusalStatus,
  statusToCause,
} from '../../src/sip/cause.ts';

t.test('RFC 3398 both ways, for what calls commonly end with', async (t) => {
  for (const [status, q850] of [
    [404, 1],
    [486, 17],
    [480, 18],
    [603, 21],
    [484, 28],
    [503, 41],
    [408, 102],
    [488, 88],
    [600, 17],
    [599, 41],
    [499, 127],
  ] as const) {
    t.equal(statusToCause(status), q850, `${status}`);
  }
  for (const [q850, status] of [
    [17, 486],
    [1, 404],
    [21, 403],
    [28, 484],
    [34, 480],
    [88, 488],
    [99, 480],
  ] as const) {
    t.equal(causeToStatus(q850), status, `cause ${q850}`);
  }
});

t.test('no failure of ours takes the box out of an operator’s routing (ruling 15)', async (t) => {
  for (let q850 = 1; q850 <= 127; q850++) t.not(causeToStatus(q850), 503, `cause ${q850}`);
  const told = (sip: number): number => refusalStatus(failureCause(sip, '', { alerted: true }));
  for (const sip of [404, 410, 480, 484, 486, 603]) t.equal(told(sip), sip, `${sip} is of the called`);
  t.equal(told(407), 403, 'what one operator asks of us is not asked of the other');
  t.equal(told(503), 480);
  t.equal(told(600), 486);
  t.equal(refusalStatus({ q850: 34, text: '', by: 'local' }), 480);
});

t.test('Reason headers, alone, among others, and broken', async (t) => {
  t.same(parseReason(reasonHeader(16)), { q850: 16, text: 'Normal call clearing' });
  t.same(parseReason('SIP;cause=200;text="Call completed elsewhere", Q.850 ; cause=26'), { q850: 26 });
  t.same(parseReason('q.850;text="a, b";cause=34'), { q850: 34, text: 'a, b' });
  t.same(parseReason('Q.850;cause=0'), {});
  t.same(parseReason('SIP;cause=200;text="ACK timeout"'), { text: 'ACK timeout' });
  t.same(parseReason(undefined), {});
  t.match(reasonHeader(16, 'a"b\\c\r\nd'), /^Q\.850;cause=16;text="abcd"$/);
});

t.test('which failures go on to the next route (C08, ruling 15)', async (t) => {
  const next = (status: number, reason?: string, alerted = false) =>
    failureCause(status, '', { alerted, reason }).final === undefined;
  for (const status of [408, 500, 502, 503, 504, 403, 488, 480, 302])
    t.ok(next(status), `${status} before any 18x`);
  for (const status of [486, 600, 603, 604, 606, 404, 410, 484]) t.notOk(next(status), `${status} is final`);
  for (const status of [408, 480, 503])
    t.notOk(next(status, undefined, true), `${status} after 18x is final`);
  t.notOk(next(503, 'Q.850;cause=17'), 'busy said in a Reason stands over the status');
  t.notOk(next(480, 'Q.850;cause=20'));
  t.ok(next(404, 'Q.850;cause=3'), 'no route to destination: by the route, not the number');
  t.ok(next(486, 'Q.850;cause=34'), 'all circuits busy is not the called being busy');
  t.notOk(next(603, 'Q.850;cause=34'), 'a global failure stays one');
  t.same(failureCause(486, 'Busy Here', { alerted: true }), {
    q850: 17,
    sip: 486,
    text: '486 Busy Here',
    by: 'remote',
    final: true,
  });
});
