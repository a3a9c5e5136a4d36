/** RFC 3398: the whole of both tables, and where ruling 15 departs from them. */
import t from 'tap';
import { causeToStatus, failureCause, statusToCause } from '../../src/sip/cause.ts';

t.test('RFC 3398 8.2.6.1: SIP status to Q.850 cause', async (t) => {
  const table: Record<number, number> = {
    400: 41,
    401: 21,
    402: 21,
    403: 21,
    404: 1,
    405: 63,
    406: 79,
    407: 21,
    408: 102,
    410: 22,
    413: 127,
    414: 127,
    415: 79,
    416: 127,
    420: 127,
    421: 127,
    423: 127,
    480: 18,
    481: 41,
    482: 25,
    483: 25,
    484: 28,
    485: 1,
    486: 17,
    500: 41,
    501: 79,
    502: 38,
    503: 41,
    504: 102,
    505: 127,
    513: 127,
    600: 17,
    603: 21,
    604: 1,
  }; // prettier-ignore
  for (const [status, cause] of Object.entries(table)) t.equal(statusToCause(Number(status)), cause, status);
  t.equal(statusToCause(487), 16, 'no cause of its own there: whoever cancelled has cleared');
  for (const status of [488, 606])
    t.equal(statusToCause(status), 88, `${status}: by its Warning; what it says`);
});

t.test('RFC 3398 7.2.4.1: Q.850 cause to SIP status', async (t) => {
  const table: Record<number, number> = {
    1: 404,
    2: 404,
    3: 404,
    17: 486,
    19: 480,
    20: 480,
    21: 403,
    22: 410,
    23: 410,
    26: 404,
    27: 502,
    28: 484,
    29: 501,
    31: 480,
    55: 403,
    57: 403,
    65: 488,
    70: 488,
    79: 501,
    87: 403,
    102: 504,
    111: 500,
    127: 500,
  }; // prettier-ignore
  for (const [cause, status] of Object.entries(table)) t.equal(causeToStatus(Number(cause)), status, cause);
});

t.test(
  'RFC 3398 7.2.4.1: causes that would say 503 or 408 do not take the box out of an operator’s routing',
  async (t) => {
    for (const cause of [34, 38, 41, 42, 47]) t.equal(causeToStatus(cause), 480, `${cause}: 503 there`);
    for (const cause of [58, 88]) t.equal(causeToStatus(cause), 488, `${cause}: 503 there`);
    t.equal(causeToStatus(18), 480, '408 there, which reads as a dead box');
    t.equal(causeToStatus(99), 480, 'one that is not listed: 500 there');
  },
);

t.test('RFC 3398 8.1, RFC 3261 8.1.3.2: an unknown status is the x00 of its class', async (t) => {
  t.equal(statusToCause(499), statusToCause(413));
  t.equal(statusToCause(599), statusToCause(500));
  t.equal(statusToCause(699), statusToCause(603));
  t.equal(statusToCause(302), 23);
});

t.test('RFC 3398 8.2.6.1, RFC 3261 20.43: 488 and 606 go by their Warning', async (t) => {
  const cause = (status: number, warning: string, reason?: string) =>
    failureCause(status, 'Not Acceptable', { alerted: false, warning, reason }).q850;
  t.equal(cause(488, '305 op.example "Incompatible media format"'), 65);
  t.equal(cause(606, '304 op.example "Media type not available"'), 65);
  t.equal(cause(488, '399 op "words, and more", 370 op "Insufficient bandwidth"'), 58);
  t.equal(cause(488, '301 op "Incompatible network address formats"'), 88);
  t.equal(cause(488, '3050 op "x"'), 88);
  t.equal(cause(486, '370 op "Insufficient bandwidth"'), 17, 'no other status');
  t.equal(cause(488, '370 op "x"', 'Q.850;cause=79'), 79, 'a Reason stands over it');
});
