import t from 'tap';
import { cannedSpeech } from '../../../hw/simulator/sound/speech.ts';
import { startBox, until } from '../kit/box.ts';

t.setTimeout(240_000);

t.test(
  'speech, hold music, a ringback while put through, keys and a steady note end no call; congestion does (C01)',
  async (t) => {
    const box = await startBox(t);
    const line = box.line(5);
    // Nothing but what is heard could release it.
    Object.assign(line.options, {
      release: 'none',
      rules: [{ pattern: '2\\d{6}', result: 'answer', ringMs: 200 }],
    });
    const answered = line.next('answered', 10_000);
    await box.dial(1, '2345678');
    await answered;
    const talking = async () => (await box.live()).calls[0]?.state === 'talking' || undefined;
    await until('it talks', talking, 5000);
    const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

    await line.speak({ samples: cannedSpeech(2500, -8) });
    t.ok(await talking(), 'speech');
    // The notes of a melody on and around 425 Hz, not in the tone's own beat.
    const notes: [number, number][] = [
      ...([
        [440, 300],
        [392, 300],
        [440, 150],
        [415, 450],
        [430, 300],
        [466, 220],
      ] as [number, number][]),
    ];
    for (const [tone, ms] of [...notes, ...notes]) await line.speak({ tone, level: -14, ms });
    t.ok(await talking(), 'music on hold');
    line.sound('ringback');
    await pause(2500);
    t.ok(await talking(), 'a PBX that puts through');
    await line.dial('159#');
    t.ok(await talking(), 'keys of the other side');
    await line.speak({ tone: 425, level: -12, ms: 3500 });
    t.ok(await talking(), 'a steady note shorter than 5 s');
    const released = line.next('released', 8000);
    line.sound('congestion');
    await released;
    const record = await box.ended();
    t.match(
      record.legs.find(({ place }) => place === 'line:5'),
      { causeText: 'congestion-tone', lineRelease: { as: 'congestion-tone', tone: { count: Number } } },
    );
    box.telephone(1).hangup();
  },
);
