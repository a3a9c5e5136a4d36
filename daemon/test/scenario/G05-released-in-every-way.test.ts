import t, { type Test } from 'tap';
import type { Layout } from '../../../hw/simulator/office/layout.ts';
import type { LineOptions } from '../../../hw/simulator/office/line.ts';
import { type Box, type OfficeDocument, startBox, until } from '../kit/box.ts';

t.setTimeout(240_000);
t.jobs = 2;

/** How one line's exchange tells that its caller has hung up, and what the box is to make of that. */
interface Way {
  line: LineOptions;
  /** Settings of the port. */
  port?: object;
  /** What the record says; missing: the line is held until the telephone is put down. */
  as?: string;
  /** The wire is cut, and nobody hangs up. */
  cut?: true;
}

/** As many telephones as lines: line n + i rings telephone i. */
function layoutOf(ways: readonly Way[]): Layout {
  const n = ways.length;
  return {
    sockets: [
      ...ways.map((_, i) => ({ port: i + 1, kind: 'fxs', device: 'telephone' }) as const),
      ...ways.map(({ line }, i) => ({ port: n + i + 1, kind: 'fxo', device: 'city-line', line }) as const),
    ],
  };
}

function officeOf(document: OfficeDocument, ways: readonly Way[], country: string): void {
  const n = ways.length;
  Object.assign(document.dialing, { country });
  document.ports = [
    ...ways.map((_, i) => ({ kind: 'fxs', number: i + 1, name: `Desk ${i + 1}`, classOfService: 'staff' })),
    ...ways.map(({ port }, i) => ({
      ...{ kind: 'fxo', number: n + i + 1, name: `City ${i + 1}`, incoming: `desk-${i + 1}` },
      // Nobody's number is waited for: the telephones ring at once.
      callerIdMode: 'off',
      ...port,
    })),
  ];
  document.destinations = ways.map((_, i) => ({
    id: `desk-${i + 1}`,
    name: `Desk ${i + 1}`,
    classOfService: 'staff',
    steps: [{ targets: [`port:${i + 1}`], seconds: 60 }],
  }));
  document.routes = document.routes.filter(({ via }: { via: { kind: string } }) => via.kind === 'trunk');
  document.people = [];
  document.incomingNumbers = [];
}

/** The line rings, its telephone is lifted, they talk. */
async function answered(box: Box, line: number, telephone: number): Promise<void> {
  const phone = box.telephone(telephone);
  const [ringing, picked] = [phone.next('ringing', 40_000), box.line(line).next('picked-up', 45_000)];
  box.line(line).ringIn();
  await ringing;
  phone.lift();
  await picked;
  await until(
    `line ${line} talks`,
    async () =>
      (await box.live()).calls.some(
        ({ caller, state }) => caller.place === `line:${line}` && state === 'talking',
      ) || undefined,
    8000,
  );
}

/** All ways at once, each on its line; `tone`: what the telephones then hear. */
async function letGo(t: Test, ways: readonly Way[], country: string, tone: number): Promise<void> {
  const n = ways.length;
  const box = await startBox(t, {
    layout: layoutOf(ways),
    edit: (office) => officeOf(office, ways, country),
  });
  await Promise.all(
    ways.map(async ({ as, cut }, i) => {
      const [phone, line] = [box.telephone(i + 1), box.line(n + i + 1)];
      const place = `line:${n + i + 1}`;
      const what = `${country}, ${as ?? 'held'}${cut ? ' (cut)' : ''}`;
      await answered(box, n + i + 1, i + 1);
      const released = as === undefined ? undefined : line.next('released', 60_000);
      if (cut) line.dead = true;
      else line.hangup();
      if (as === undefined) return;
      await released;
      await phone.waitForTone(tone, -30, 30_000);
      const record = await box.record(
        (r) => r.state === 'ended' && r.legs.some((leg) => leg.place === place),
      );
      t.match(record, { releasedBy: 'caller', causeText: as, q850: cut ? 27 : 16 }, what);
      const leg = record.legs.find((one) => one.place === place);
      t.equal(leg?.lineRelease?.as, as, `${what}: with its evidence`);
      phone.hangup();
    }),
  );
  for (const [i, { as }] of ways.entries()) {
    if (as !== undefined) continue;
    const place = `line:${n + i + 1}`;
    const { calls } = await box.live();
    t.match(
      calls,
      [{ state: 'talking' }],
      'a line that says nothing is held: silence is no release as shipped',
    );
    const freed = box.line(n + i + 1).next('released', 30_000);
    box.telephone(i + 1).hangup();
    await freed;
    const record = await box.record((r) => r.state === 'ended' && r.legs.some((leg) => leg.place === place));
    t.match(record, { releasedBy: 'called', q850: 16 });
    t.equal(record.legs.find((one) => one.place === place)?.lineRelease, undefined);
  }
  t.equal((await box.live()).calls.length, 0, 'nothing hangs');
}

t.test(
  'a city line is let go whatever its exchange says of it, and the record says by what (C01)',
  async (t) => {
    await letGo(
      t,
      [
        { line: { release: 'sit' }, as: 'sit' },
        { line: { release: 'congestion' }, as: 'congestion-tone' },
        { line: { release: 'busy', toneHz: 460, busyCadence: [360, 360] }, as: 'busy-tone' },
        { line: { release: 'dial' }, as: 'dial-tone' },
        { line: { release: 'none' }, port: { releaseBySilenceSeconds: 4 }, as: 'silence' },
        { line: { release: 'none' } },
        { line: {}, as: 'no-line', cut: true },
      ],
      'ru',
      425,
    );
  },
);

t.test('the same with the tones of North America', async (t) => {
  await letGo(
    t,
    [
      { line: { tones: 'us', release: 'busy' }, as: 'busy-tone' },
      { line: { tones: 'us', release: 'congestion' }, as: 'congestion-tone' },
      { line: { tones: 'us', release: 'sit' }, as: 'sit' },
      { line: { tones: 'us', release: 'dial' }, as: 'dial-tone' },
    ],
    'us',
    480,
  );
});
