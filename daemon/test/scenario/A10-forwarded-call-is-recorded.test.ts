import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { AuditPage } from '../../src/api/contract.ts';
import { operatorCall, pointTrunk, startBox, startOperator, toneAtOperator } from '../kit/box.ts';
import { loudest, recorded } from '../media/support/recorded.ts';

t.test(
  'a city line forwarded to a mobile is recorded, each side in its channel, encrypted; who listens is in the log',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        pointTrunk(office, 'alpha', operator);
        Object.assign(office.people[0], { forwarding: { always: 'mobile' } });
        office.destinations[0].steps = [{ targets: ['person:anna'], seconds: 60, pressOne: false }];
        office.recording = { people: ['anna'], encrypt: true, minFreeMegabytes: 1 };
      },
    });
    const line = box.line(5);
    const picked = line.next('picked-up', 12_000);
    line.ringIn({ number: '4957654321' });
    const far = await operatorCall(operator, 'answered', 12_000);
    await picked;
    void line.speak({ tone: 1400, level: -13 });
    operator.play(far.id, { type: 'tone', frequency: 700, dbm0: -10 });
    await line.waitForTone(700, -20, 8000);
    await toneAtOperator(operator, far.id, 1400, -13, 3);
    line.hush();
    await operator.hangUp(far.id);
    const record = await box.record(
      (one) => one.state === 'ended' && one.recordings?.[0]?.seconds !== undefined,
      8000,
    );
    t.match(record, {
      destination: 'reception',
      legs: [{ place: 'line:5' }, { place: 'trunk:alpha' }],
      recordings: [{ by: 'rule' }],
    });

    const { file } = record.recordings![0]!;
    const folder = join(box.data, 'recordings');
    t.same(readdirSync(folder), [`${file}.sealed`]);
    const disk = readFileSync(join(folder, `${file}.sealed`));
    t.notOk(disk.includes('RIFF') || disk.includes('WAVE'), 'nothing of it is in the clear on the disk');
    const path = `/api/v1/calls/${record.id}/recordings/${file}`;
    const { data } = await box.api.download(`${path}?download`);
    const plain = join(t.testdir(), file);
    writeFileSync(plain, data);
    const { left, right } = recorded(plain);
    t.ok(loudest(left, 1400) > -18, `the line on the left: ${loudest(left, 1400).toFixed(1)} dBm0`);
    t.ok(loudest(right, 700) > -13, `the mobile on the right: ${loudest(right, 700).toFixed(1)} dBm0`);
    t.ok(loudest(right, 1400) < -25, 'what comes back of it is the hybrid');
    const part = await box.api.range(path, 'bytes=100-199');
    t.equal(part.status, 206);
    t.same(part.data, data.subarray(100, 200), 'a part of it, for a player');
    const { entries } = await box.api.get<AuditPage>(`/api/v1/audit?call=${record.id}`);
    t.match(
      entries.map(({ who, act, detail }) => ({ who, act, detail })),
      [
        { who: 'admin', act: 'recording-heard', detail: file },
        { who: 'admin', act: 'recording-downloaded', detail: file },
      ],
    );
  },
);
