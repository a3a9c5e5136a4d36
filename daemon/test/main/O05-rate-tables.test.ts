import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { configSchema } from '../../src/config/schema.ts';
import { RateTables } from '../../src/main/rate-tables.ts';
import type { CallRecord, LegRecord } from '../../src/records/call-record.ts';
import { TrunkQuality } from '../../src/service/spend/trunk-quality.ts';
import { office } from '../kit/office.ts';

t.test(
  'a table in the folder is read at the start; one that is put is kept, told of row by row, and goes',
  async (t) => {
    const data = t.testdir();
    mkdirSync(join(data, 'rates'));
    writeFileSync(join(data, 'rates', 'acme.csv'), 'prefix;price\n7812;0,90\nx;1\n');
    writeFileSync(join(data, 'rates', 'My Table.csv'), 'prefix;price\n7;1\n');
    const said: string[] = [];
    let changes = 0;
    const open = (): RateTables =>
      new RateTables(
        data,
        (_level, message) => said.push(message),
        () => changes++,
      );
    const tables = open();
    t.match(tables.list(), [{ id: 'acme', rows: 1, bad: [{ line: 3 }] }]);
    t.match(said.join('\n'), /acme\.csv, line 3: "x" is no beginning of a number/);
    t.match(said.join('\n'), /My Table\.csv: the name of the file must be an id/);

    const put = await tables.put('beta', Buffer.from('код;цена\n44;5\n44;6\n'));
    t.match(put, { id: 'beta', rows: 1, bad: [{ line: 3, said: { ru: /уже есть в строке 2/ } }] });
    t.equal(changes, 1);
    t.equal(await tables.put('../beta', Buffer.from('prefix;price\n7;1')), undefined, 'no name of a table');
    t.match(await tables.put('beta', Buffer.from('nonsense')), { rows: 0, bad: [{ line: 1 }] });
    const moment = { today: '2026-01-15', day: 4, minute: 720 };
    t.equal(tables.tables.get('beta')?.find('442079460000', moment)?.perMinute, 5, 'what was there stays');
    t.equal(open().tables.get('beta')?.find('44', moment)?.perMinute, 5, 'over a restart');
    t.match(readFileSync(join(data, 'rates', 'beta.csv'), 'utf8'), /^код;цена/);
    t.ok(tables.remove('beta'));
    t.notOk(tables.remove('beta'));
    t.same(
      open()
        .list()
        .map(({ id }) => id),
      ['acme'],
    );
  },
);

t.test(
  'a trunk of which too few calls are answered, or that loses sound, is told of from ten calls on',
  async (t) => {
    const config = configSchema.parse({
      ...office,
      trunks: [
        { ...office.trunks[0], quality: { answered: 40 } },
        { ...office.trunks[1], quality: { loss: 2 } },
      ],
    });
    let wall = 10_000_000;
    const quality = new TrunkQuality(
      () => config,
      () => wall,
    );
    let calls = 0;
    const call = (trunk: string, leg: Partial<LegRecord>): void => {
      const one: LegRecord = {
        id: `leg-${calls++}`,
        kind: 'sip',
        place: `trunk:${trunk}`,
        direction: 'outgoing',
        startedAt: wall,
        endedAt: wall,
        ...leg,
      };
      quality.note({ service: 'plain', legs: [one] } as unknown as CallRecord);
    };
    for (let i = 0; i < 9; i++) call('alpha', i < 3 ? { answeredAt: wall } : { q850: 17 });
    t.equal(quality.poor().size, 0, 'nine say nothing yet');
    call('alpha', { q850: 34 });
    t.match(quality.poor().get('alpha'), { en: 'last, for only 30 % of the last calls were answered' });
    for (let i = 0; i < 10; i++)
      call('beta', { answeredAt: wall, rtp: { sent: 1000, received: 970, lost: 30, jitterMs: 1 } });
    t.match(quality.poor().get('beta'), { ru: 'в конце очереди: теряется 3,0 % звука' });
    for (let i = 0; i < 50; i++)
      call('alpha', { answeredAt: wall, rtp: { sent: 1000, received: 990, lost: 10, jitterMs: 1 } });
    t.notOk(quality.poor().has('alpha'), 'the last fifty count');
    wall += 3 * 3_600_000;
    t.equal(quality.poor().size, 0, 'what was hours ago is forgotten');
  },
);
