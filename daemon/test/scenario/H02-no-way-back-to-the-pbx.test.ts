import t from 'tap';
import { pointTrunk, startBox, startOperator } from '../kit/box.ts';
import { withPbx } from '../kit/devices.ts';
import { RawPhone } from '../peers/raw-phone.ts';

const host = '127.0.0.7';
/** The box's own extension of the same PBX, on wire B. */
const line = 7;

const sdp = [
  ...['v=0', 'o=- 1 1 IN IP4 127.0.0.7', 's=-', 'c=IN IP4 127.0.0.7', 't=0 0', 'm=audio 40000 RTP/AVP 8', ''],
].join('\r\n');

/** An INVITE of the PBX, by its SIP side. */
function call(pbx: RawPhone, number: string, more: Record<string, string> = {}) {
  return pbx.request(
    'INVITE',
    `sip:${number}@127.0.0.1`,
    '205',
    {
      'Call-ID': `pbx-${number}-${more['Max-Forwards'] ?? ''}`,
      Contact: `<sip:205@${host}:${pbx.port}>`,
      'Content-Type': 'application/sdp',
      ...more,
    },
    sdp,
  );
}

t.test(
  'a call from the PBX does not come back to it, by SIP or by wire, and no circle lasts (H02)',
  async (t) => {
    const operator = await startOperator(t, { usual: { status: 486, ringMs: 0 } });
    const box = await startBox(t, {
      edit: (office) => {
        withPbx(office, { mode: 'static', address: host, lines: [line] });
        office.ports.push({
          kind: 'fxo',
          number: line,
          name: 'PBX',
          role: 'pbx-extension',
          outsidePrefix: '9',
        });
        // Long distance would go out by the PBX first, and by the operator if that cannot be.
        office.routes.unshift({
          id: 'by-pbx',
          name: 'By the PBX',
          priority: 1,
          via: { kind: 'line', ports: [line] },
        });
        pointTrunk(office, 'alpha', operator);
        office.routes = office.routes.filter((route: { id: string }) => route.id !== 'beta-out');
      },
    });
    const pbx = await RawPhone.open(t, `${box.sip.host}:${box.sip.port}`, 'udp', host);
    const back = await call(pbx, '245');
    t.match([back.status, back.header('Reason')], [483, /^Q\.850;cause=25/]);
    t.match(await box.ended(), { calledNumber: '245', q850: 25, legs: [{ place: 'device:pbx' }] });
    t.notOk(
      pbx.messages.some((message) => message.startLine.startsWith('INVITE')),
      'nothing came back',
    );

    t.equal((await call(pbx, '88121234567', { 'Max-Forwards': '9' })).status, 486);
    const record = await box.record((r) => r.calledNumber === '+78121234567' && r.state === 'ended');
    t.same(
      record.legs.map((leg) => leg.place),
      ['device:pbx', 'trunk:alpha'],
      'the operator and not the line of the same PBX',
    );
    const out = operator.calls().at(-1);
    t.match(operator.header(out!.id, 'max-forwards'), '8', 'RFC 7332: a hop less');
    t.equal((await call(pbx, '88121234567', { 'Max-Forwards': '0' })).status, 483, 'no hop left');
  },
);

t.test(
  'a number behind the PBX is reached by its analog side where SIP does not get there (H02)',
  async (t) => {
    const box = await startBox(t, {
      edit: (office) => {
        // Nobody listens at the address.
        withPbx(office, { mode: 'static', address: `${host}:9`, lines: [line] });
        office.ports.push({
          kind: 'fxo',
          number: line,
          name: 'PBX',
          role: 'pbx-extension',
          outsidePrefix: '9',
        });
      },
    });
    const dialed = box.line(line).next('dialed', 20_000);
    await box.dial(1, '245');
    t.match(await dialed, { digits: '245' }, 'as an extension, without the prefix for outside');
    const [call] = (await box.live()).calls;
    t.same(
      call?.legs.map((leg) => leg.place),
      ['port:1', 'device:pbx', `line:${line}`],
    );
    box.telephone(1).hangup();
    t.match(await box.ended(), { calledNumber: '245', direction: 'internal' });
  },
);
