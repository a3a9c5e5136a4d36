import t from 'tap';
import {
  dbm0OfPower,
  LevelMeter,
  levelDbm0,
  SILENCE_DBM0,
  toneLevelDbm0,
} from '../../../src/media/dsp/level.ts';
import { inFrames, Signal } from './signal.ts';

const near = (a: number, b: number, by: number): boolean => Math.abs(a - b) <= by;

t.test('a full-scale sine is +3.14 dBm0', async (t) => {
  const pcm = Int16Array.from({ length: 8000 }, (_, i) =>
    Math.round(32767 * Math.sin((2 * Math.PI * 1000 * i) / 8000)),
  );
  t.ok(near(levelDbm0(pcm), 3.14, 0.01));
  t.ok(near(toneLevelDbm0(pcm, 1000), 3.14, 0.01));
});

t.test('a tone is measured among others', async (t) => {
  const pcm = new Signal(200).sine(1000, -10).sine(425, -3).noise(-30).pcm();
  t.ok(near(toneLevelDbm0(pcm, 1000), -10, 0.2), String(toneLevelDbm0(pcm, 1000)));
  t.ok(toneLevelDbm0(pcm, 1500) < -40, 'what is not there is not measured');
  t.ok(near(toneLevelDbm0(pcm, 1000, 400, 1200), -10, 0.3), 'in part of it');
});

t.test('silence and nothing have a level too', async (t) => {
  t.equal(levelDbm0(new Int16Array(80)), SILENCE_DBM0);
  t.equal(levelDbm0(new Int16Array(0)), SILENCE_DBM0);
  t.equal(toneLevelDbm0(new Int16Array(1), 1000), SILENCE_DBM0);
  t.equal(dbm0OfPower(Number.NaN), SILENCE_DBM0);
});

t.test('the meter follows and forgets', async (t) => {
  const meter = new LevelMeter(125);
  inFrames(new Signal(1500).sine(700, -12).pcm(), (f) => meter.process(f));
  t.ok(near(meter.dbm0, -12, 0.1));
  t.ok(meter.peak > 5000);
  inFrames(new Int16Array(8000), (f) => meter.process(f));
  t.ok(meter.dbm0 < -45);
  meter.reset();
  t.equal(meter.dbm0, SILENCE_DBM0);
  t.equal(meter.peak, 0);
});
