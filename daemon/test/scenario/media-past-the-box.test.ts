import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { toneLevelDbm0 } from '../../src/media/dsp/level.ts';
import { operatorCall, pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';
import { recorded } from '../media/support/recorded.ts';

t.setTimeout(240_000);

const NUMBER = '+74951110009';

t.test(
  'a forwarded call goes past the box, through it while it is recorded, and past it again',
  async (t) => {
    const operator = await startOperator(t, { followsSource: false });
    const box = await startBox(t, {
      edit: (office) => {
        pointTrunk(office, 'alpha', operator, { directMedia: true });
        office.recording = { calls: 'none', minFreeMegabytes: 1 };
        office.destinations = [
          {
            id: 'far',
            name: 'Far',
            classOfService: 'staff',
            steps: [{ targets: ['number:+79161112233'], seconds: 30, pressOne: false }],
          },
          ...(office.destinations ?? []),
        ];
        office.incomingNumbers = [
          { id: 'far', number: NUMBER, trunk: 'alpha', destination: 'far' },
          ...(office.incomingNumbers ?? []),
        ];
      },
    });
    const near = await operator.call({ to: `${box.sip.host}:${box.sip.port}`, number: NUMBER });
    const far = await operatorCall(operator, 'answered');
    operator.play(near, { type: 'tone', frequency: 1000, dbm0: -10 });
    operator.play(far.id, { type: 'tone', frequency: 1400, dbm0: -10 });
    const both = () => [near, far.id].map((id) => operator.calls().find((call) => call.id === id)!.rtp);
    /** Who the packets of each come from. */
    const direct = (): boolean => {
      const [a, b] = both();
      return a!.from === b!.port && b!.from === a!.port;
    };
    const heard = async (): Promise<void> => {
      await toneAtOperator(operator, near, 1400);
      await toneAtOperator(operator, far.id, 1000);
    };
    const lost = (): number[] => both().map((rtp) => rtp.lost);

    await until('packets go past the box', () => direct() || undefined, 8000);
    await heard();
    t.same(lost(), [0, 0], 'not one packet was lost on the way there');
    const call = await until(
      'told so',
      async () => {
        const [one] = (await box.live()).calls;
        return one;
      },
      4000,
    );

    await box.api.post(`/api/v1/calls/${call.id}/record`, {});
    await until(
      'packets come to the box',
      () => both().every(({ from }, i) => from !== both()[1 - i]!.port) || undefined,
      8000,
    );
    t.same(lost(), [0, 0], 'nor on the way back');
    await until('both are told of it', () => operator.level(near, 1400) < -20 || undefined, 8000);
    await heard();
    await box.api.delete(`/api/v1/calls/${call.id}/record`);
    await until('past the box again', () => direct() || undefined, 8000);
    await heard();
    t.same(lost(), [0, 0]);
    await operator.hangUp(near);

    const record = await box.record(
      ({ id, state, recordings }) =>
        id === call.id && state !== 'active' && recordings?.[0]?.seconds !== undefined,
    );
    t.strictSame(
      record.events.map(({ what }) => what).filter((what) => what.startsWith('media')),
      ['media-direct', 'media-direct', 'media-back', 'media-back', 'media-direct', 'media-direct'],
      'the record tells all of it',
    );
    const entry = record.recordings![0]!;
    const { data } = await box.api.download(`/api/v1/calls/${record.id}/recordings/${entry.file}?download`);
    const file = join(t.testdir(), entry.file);
    writeFileSync(file, data);
    const { left, right } = recorded(file);
    const loudest = (side: Int16Array, hz: number): number => {
      let most = Number.NEGATIVE_INFINITY;
      for (let at = 0; at + 1600 <= side.length; at += 800)
        most = Math.max(most, toneLevelDbm0(side.subarray(at, at + 1600), hz));
      return most;
    };
    t.ok(Math.abs(loudest(left, 1000) + 10) < 1.5, 'the caller is on the left of the file');
    t.ok(Math.abs(loudest(right, 1400) + 10) < 1.5, 'the called on the right');
  },
);
