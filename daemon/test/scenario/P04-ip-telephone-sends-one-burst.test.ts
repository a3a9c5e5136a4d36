import t from 'tap';
import type { TraceView } from '../../src/api/contract.ts';
import { operatorCall, pointTrunk, startBox, startOperator, toneAtOperator } from '../kit/box.ts';
import { ivansTelephone, withTelephone } from '../kit/devices.ts';
import { officePins } from '../kit/office.ts';

const pin = officePins['pin-sales'];

t.test(
  'access number, PIN and destination come in one INVITE and are served; the PIN is nowhere (P04, P05)',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        withTelephone(office);
        pointTrunk(office, 'alpha', operator);
      },
    });
    const ivan = await ivansTelephone(t, box);
    await ivan.command('dial', `sip:77${pin}88121234567@${box.sip.host}:${box.sip.port}`);
    const far = await operatorCall(operator, 'answered', 8000);
    t.equal(far.number, '+78121234567');
    await toneAtOperator(operator, far.id, 440);
    const live = JSON.stringify(await box.live());
    await ivan.command('hangup');
    const record = await box.ended();
    t.match(record, {
      service: 'access',
      pinId: 'pin-sales',
      dialed: '88121234567',
      calledNumber: '+78121234567',
    });

    const view = await box.api.get<TraceView>(`/api/v1/calls/${record.id}/trace`);
    t.match(
      view.messages.find((m) => m.place === 'device:ivan-desk' && m.method === 'INVITE')?.text,
      /^INVITE sip:77\*\*\*@/,
      'the trace says that something was dialed behind the access number, and not what',
    );
    const told = live + JSON.stringify([await box.records(), view]) + box.daemon.errors();
    t.notOk(told.includes(pin), 'neither the page nor the log has it');
    t.notOk(
      (await box.api.download(`/api/v1/calls/${record.id}/trace.pcap`)).data.includes(pin),
      'nor the file',
    );

    const device = await box.api.get<TraceView>('/api/v1/devices/ivan-desk/trace');
    const said = device.messages.map((m) => `${m.direction} ${m.summary}`);
    t.same(
      [...new Set(said)].slice(0, 3),
      ['in REGISTER', 'out 401 Unauthorized', 'out 200 OK'],
      'how it registered',
    );
    t.notMatch(
      JSON.stringify(device),
      /(?:nonce|response)=\\"(?!\*)/,
      'without what its password could be guessed from',
    );
  },
);
