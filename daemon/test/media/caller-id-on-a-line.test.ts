import t from 'tap';
import type { HeardCallerId } from '../../src/media/api.ts';
import { engine } from './support/engine.ts';
import { LineDouble } from './support/line-double.ts';

for (const scheme of ['fsk-v23', 'fsk-bell202', 'dtmf'] as const) {
  t.test(`caller ID played to a telephone by ${scheme} is read on a line`, async (t) => {
    const line = new LineDouble();
    const media = engine(t, { echoCanceller: false }, line);
    const read: [string, HeardCallerId][] = [];
    media.on('callerId', (endpoint, info) => read.push([endpoint, info]));
    await media.detect('line:9', { callerId: true });
    const time = new Date(2026, 0, 15, 9, 30);
    const ended = media.play('line:2', { type: 'caller-id', scheme, number: '88121234567', time });
    // What port 2 is sent comes out of port 9: a telephone line between them.
    let wire = new Int16Array(80);
    for (let i = 0; i < 400; i++) {
      const first = line.at;
      const frame = wire;
      line.frame(
        new Map([
          [2, () => 0],
          [9, (n: number) => frame[n - first] ?? 0],
        ]),
      );
      wire = line.played.get(2)!.at(-1)!.samples as Int16Array<ArrayBuffer>;
    }
    t.equal(await ended, true);
    t.match(read, [['line:9', { number: '88121234567', way: scheme }]], 'whole');
    t.equal(read.length, 1, 'once');
  });
}
