import t from 'tap';
import { pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';
import { wavFile } from '../kit/wav.ts';

/** Twenty seconds of 700 Hz: whoever presses a key in the middle of it cuts it off. */
const sound = Int16Array.from({ length: 20 * 8000 }, (_, i) =>
  Math.round(10_000 * Math.sin((2 * Math.PI * 700 * i) / 8000)),
);

const choices = [
  { keys: '1', next: 'desk' },
  { keys: '2', next: 'store' },
  { keys: '4', next: 'hall' },
];

t.test(
  'a caller hears the recording of the menu, and 2 rings the right telephone: as RFC 4733, as INFO, as tones',
  async (t) => {
    const operator = await startOperator(t);
    const old = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        pointTrunk(office, 'alpha', operator);
        pointTrunk(office, 'beta', old, { dtmf: 'inband' });
        office.prompts = [{ id: 'menu', name: 'Menu' }];
        office.flows = [
          {
            id: 'main',
            name: 'Main',
            nodes: [
              {
                id: 'menu',
                does: {
                  kind: 'menu',
                  say: 'prompt:menu',
                  choices,
                  sayWrong: 'prompt:menu',
                  otherwise: 'store',
                },
              },
              { id: 'desk', does: { kind: 'transfer', to: 'port:1', otherwise: 'end' } },
              { id: 'store', does: { kind: 'transfer', to: 'port:2', otherwise: 'end' } },
              { id: 'hall', does: { kind: 'transfer', to: 'port:4', otherwise: 'end' } },
              { id: 'end', does: { kind: 'end' } },
            ],
          },
        ];
        office.destinations[0].steps = [{ targets: ['flow:main'], seconds: 60 }];
        office.incomingNumbers.push({ id: 'old', number: '+74951110001', destination: 'reception' });
      },
    });
    const put = await box.api.upload('/api/v1/prompts/menu/sound', wavFile(sound), 'audio/wav');
    t.equal(put.status, 200);
    const { host, port } = box.sip;
    const [desk, store, hall] = [1, 2, 4].map((number) => box.telephone(number));
    const ways = [
      { key: '2', rings: store!, from: operator, press: (id: string) => operator.digits(id, '2') },
      { key: '1', rings: desk!, from: operator, press: (id: string) => operator.info(id, '1') },
      {
        key: '4',
        rings: hall!,
        from: old,
        press: async (id: string) => old.play(id, { type: 'key', key: '4', dbm0: -10 }),
      },
    ];
    let since = 0;
    for (const { key, rings, from, press } of ways) {
      const number = from === old ? '+74951110001' : '+74951110000';
      const id = await from.call({ to: `${host}:${port}`, number });
      const level = await toneAtOperator(from, id, 700, -21, 3);
      t.pass(`the menu is heard at ${level.toFixed(1)} dBm0`);
      const others = [desk!, store!, hall!].filter((phone) => phone !== rings && !phone.ringing);
      await press(id);
      await until(`the telephone of ${key} rings`, () => rings.ringing || undefined, 6000);
      await toneAtOperator(from, id, 425, -13, 6);
      await until('the menu is cut off', () => from.level(id, 700) < -40 || undefined, 5000);
      t.notOk(
        others.some(({ ringing }) => ringing),
        'nobody else rings',
      );
      if (rings === store) {
        store.lift();
        from.play(id, { type: 'tone', frequency: 1400, dbm0: -10 });
        await store.waitForTone(1400, -13, 5000);
        t.pass('the store hears the caller');
        store.hangup();
      } else await from.hangUp(id);
      const record = await box.record(({ state, startedAt }) => state === 'ended' && startedAt > since, 8000);
      since = record.startedAt;
      t.same(
        record.events.flatMap(({ what, detail }) =>
          /flow-node|keyed/.test(what) ? `${what} ${detail}` : [],
        ),
        [
          'flow-node menu',
          `keyed ${key}`,
          `flow-node ${rings === store ? 'store' : rings === desk ? 'desk' : 'hall'}`,
        ],
      );
    }

    // Three keys that lead nowhere.
    const id = await operator.call({ to: `${host}:${port}`, number: '+74951110000' });
    await toneAtOperator(operator, id, 700, -21, 3);
    for (let n = 1; n <= 3; n++) {
      await operator.digits(id, '9');
      await until(
        `the ${n}. is noted`,
        async () => {
          const wrong = (await box.records(1))[0]?.events.filter(({ what }) => what === 'wrong-key') ?? [];
          return wrong.length === n || undefined;
        },
        6000,
      );
      if (n < 3) t.equal(store!.ringing, false, `not after ${n}`);
    }
    await until('the fallback rings', () => store!.ringing || undefined, 8000);
    await operator.hangUp(id);
    const record = await box.ended(8000);
    t.match(record, { servedBy: 'flow:main', releasedBy: 'caller' });
    t.notOk(record.answeredAt);
    const said = await box.api.post<{ path: { node: string }[] }>('/api/v1/flows/simulate', {
      flow: 'main',
      keys: ['9', '9', '9'],
    });
    t.same(
      [...new Set(said.path.map(({ node }) => node))].slice(0, 2),
      record.events.filter(({ what }) => what === 'flow-node').map(({ detail }) => detail),
      'the simulator says the same',
    );
  },
);
