/** RFC 5806: Diversion is read where calls come in, and goes on with those that we forward. */
import t from 'tap';
import { readDiversions, timesOf } from '../../src/sip/diversion.ts';
import { bench, forwarded, incoming } from './bench.ts';
import { next } from './kit.ts';

const read = (diversion: string) =>
  readDiversions({ diversion, historyInfo: undefined, privacy: undefined }, 'e164');

t.test('RFC 5806 4: the last to divert stands first; reason, counter and privacy', (t) => {
  t.same(
    read(
      '"Anna" <sip:74951112255@op>;reason=user-busy;counter=2, <tel:+7-812-111-22-66>;reason="no-answer";privacy=off',
    ),
    [
      { number: '+78121112266', reason: 'no-answer', times: 1 },
      { number: '+74951112255', reason: 'user-busy', times: 2 },
    ],
  );
  t.same(read('<sip:84951112255@op>;privacy=full;reason=unconditional'), [
    { hidden: true, reason: 'unconditional', times: 1 },
  ]);
  t.same(read('<sip:anonymous@anonymous.invalid>;reason=away'), [{ hidden: true, reason: 'away', times: 1 }]);
  t.same(read('sip:101@pbx;reason=x-made-up;counter=-3'), [{ number: '101', reason: 'unknown', times: 1 }]);
  t.same(read('rubbish, <>, ;'), []);
  t.equal(timesOf(read(Array(100).fill('<sip:1@a>;counter=9').join(','))), 180, 'so many and no more');
  t.end();
});

const CAME = 'Diversion: <sip:74957770001@other>;reason=user-busy;counter=1;privacy=off\r\n';

t.test('RFC 5806 4: on an incoming call, with who did and why', async (t) => {
  const b = await bench(t, { numberFormat: 'e164' });
  const arrived = next(b.gateway, 'incoming');
  await incoming(b, { extra: CAME });
  t.same((await arrived)[1].diversions, [{ number: '+74957770001', reason: 'user-busy', times: 1 }]);
  const plain = next(b.gateway, 'incoming');
  await incoming(b);
  t.notOk('diversions' in (await plain)[1]);
});

t.test(
  'RFC 5806 4: forwarded on, ours stands above those that came, each written as this trunk wants',
  async (t) => {
    const b = await bench(t, { numberFormat: 'e164', forwardedCaller: 'original' });
    const { leg } = await incoming(b, {
      extra: `${CAME}Diversion: <sip:74957770002@other>;reason=no-answer;privacy=full\r\n`,
    });
    const { invite } = await forwarded(b, leg);
    t.equal(
      invite.headers.diversion,
      '<sip:74951112244@127.0.0.1>;reason=no-answer;counter=1, ' +
        '<sip:74957770001@127.0.0.1>;reason=user-busy;counter=1, ' +
        '<sip:anonymous@anonymous.invalid>;reason=no-answer;counter=1;privacy=full',
    );
  },
);

t.test('ruling 14: where our own number is shown, nobody is told of the others', async (t) => {
  const b = await bench(t, { numberFormat: 'e164' });
  const { leg } = await incoming(b, { extra: CAME });
  const { invite } = await forwarded(b, leg);
  t.equal(invite.headers.diversion, undefined);
});

t.test('what is no forwarding carries nothing on', async (t) => {
  const b = await bench(t, { numberFormat: 'e164', forwardedCaller: 'original' });
  const { leg } = await incoming(b, { extra: CAME });
  const { invite } = await forwarded(b, leg, { divertedFrom: undefined as never });
  t.equal(invite.headers.diversion, undefined);
});

t.test('a call that was diverted five times is forwarded no more', async (t) => {
  const b = await bench(t, { numberFormat: 'e164', forwardedCaller: 'original' });
  const four = await incoming(b, { extra: 'Diversion: <sip:1@a>;counter=4;reason=unknown\r\n' });
  const { invite } = await forwarded(b, four.leg);
  t.match(invite.headers.diversion, /counter=4$/);
  const five = await incoming(b, { extra: 'Diversion: <sip:1@a>;counter=4, <sip:2@a>\r\n' });
  const made = b.gateway.call({
    trunkId: 'acme',
    number: '+78121234567',
    caller: {},
    divertedFrom: '+74951112244',
  });
  if (!('start' in made)) return t.fail(made.text);
  made.follows?.(five.leg);
  const released = next(made, 'released');
  made.start();
  t.match((await released)[0], { q850: 25, sip: 483, by: 'local' });
});
