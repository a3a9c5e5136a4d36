import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { CodedError } from '../../src/base/error.ts';
import { TRIAL_MS } from '../../src/health/update.ts';
import { type Bundle, bundle, pieces, type UpdateBench, updateBench } from '../kit/update-bench.ts';

type Tap = { teardown(fn: () => unknown): void; testdir(): string };

async function bench(t: Tap): Promise<UpdateBench> {
  const made = await updateBench(t.testdir());
  t.teardown(() => made.close());
  return made;
}

/** Somebody uploads a bundle; resolves once it is installed or refused. */
async function upload(at: UpdateBench, of: Bundle = {}): Promise<boolean> {
  const file = bundle(of);
  const taken = await at.desk.take(pieces(file), file.length, 'admin');
  await at.settle();
  return taken;
}

/** A bundle is installed and somebody starts it. */
async function restarted(at: UpdateBench, of: Bundle = {}): Promise<void> {
  await upload(at, of);
  at.desk.restart('now');
  await at.settle();
}

async function pass(at: UpdateBench, ms: number): Promise<void> {
  // Second by second: what a look begins is over before the next.
  for (let done = 0; done < ms; done += 1000) {
    at.clock.advance(1000);
    await at.settle();
  }
}

const alarmIds = (at: UpdateBench): string[] => at.alarms.list().map(({ id }) => id);

t.test('a good update is installed, started when somebody says so, kept once it serves', async (t) => {
  const at = await bench(t);
  t.same(at.desk.view(), { version: '1.0.0', slot: 'A', phase: 'idle' });
  t.equal(await upload(at), true);
  t.match(at.desk.view(), { phase: 'installed', to: '1.1.0', version: '1.0.0' });
  t.equal(at.next, 'A', 'nothing is switched before somebody says so');
  t.same(alarmIds(at), ['update-waits']);
  t.equal(at.desk.restart('now'), 'begun');
  await at.settle();
  t.equal(at.desk.view().phase, 'restarting');
  t.equal(at.next, 'B');
  t.ok(at.restartAsked());

  await at.boot('B');
  t.match(at.desk.view(), { phase: 'trial', to: '1.1.0', version: '1.1.0', slot: 'B' });
  t.notOk(at.restartAsked(), 'the order is not carried out twice');
  await pass(at, 1000);
  t.equal(at.verdict(), 'good');
  await pass(at, 3000);
  t.equal(at.desk.view().phase, 'trial', 'not kept before it is read back');
  at.confirm();
  await pass(at, 1000);
  t.match(at.desk.view(), { phase: 'idle', kept: { version: '1.1.0', at: at.clock.wall() } });
  t.same(alarmIds(at), []);
  await at.boot('B');
  t.match(at.desk.view(), { phase: 'idle', kept: { version: '1.1.0' } }, 'a later start is no trial');
});

t.test('what must not be taken is refused with its reason, and leaves nothing behind', async (t) => {
  const at = await bench(t);
  for (const [of, said] of [
    [{ signed: false }, /не подписан/],
    [{ compatible: 'linegate-rpi4' }, /другой модели/],
    [{ version: '0.8.9' }, /запрещён/],
    [{ damaged: true }, /повреждён/],
  ] as const) {
    t.equal(await upload(at, of), true);
    const view = at.desk.view();
    t.equal(view.phase, 'idle');
    t.match(view.refused?.ru, said);
    t.ok(view.refused?.en);
    t.notOk(existsSync(join(at.run, '../data/update/bundle.raucb')));
    t.equal(at.desk.restart('now'), 'nothing-installed');
  }
  await at.desk.take(pieces(Buffer.from('no bundle at all')), undefined, 'admin');
  await at.settle();
  t.match(at.desk.view().refused?.en, /no update/);
  t.equal(await upload(at, { version: '0.9.0' }), true);
  t.match(at.desk.view(), { phase: 'installed', to: '0.9.0' }, 'somebody may go back, as far as is allowed');
});

t.test('one at a time; one that is broken off leaves room for the next', async (t) => {
  const at = await bench(t);
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  async function* slow(): AsyncGenerator<Uint8Array> {
    yield bundle();
    await held;
    throw new Error('the browser went away');
  }
  const first = at.desk.take(slow(), bundle().length * 2, 'admin');
  await new Promise((resolve) => setImmediate(resolve));
  t.match(at.desk.view(), { phase: 'receiving' });
  t.equal(await at.desk.take(pieces(bundle()), 10, 'admin'), false);
  t.equal(at.desk.look(), 'no-address');
  release();
  await t.rejects(first, { message: 'the browser went away' });
  t.equal(at.desk.view().phase, 'idle');
  await t.rejects(at.desk.take(pieces(bundle()), 1e15, 'admin'), { code: 'update/no-room' });
  t.equal(await upload(at), true);
  t.equal(at.desk.view().phase, 'installed');
  t.equal(await upload(at, { version: '1.2.0' }), true, 'another one takes the place of what is installed');
  t.match(at.desk.view(), { phase: 'installed', to: '1.2.0' });
});

t.test('nobody is cut off: not by the restart, not by going back', async (t) => {
  const at = await bench(t);
  await upload(at);
  at.busy = true;
  t.equal(at.desk.restart('now'), 'in-use');
  t.equal(at.next, 'A');
  at.busy = false;
  t.equal(at.desk.restart('now'), 'begun');
  await at.settle();
  await at.boot('B');
  at.serving.card = false;
  at.busy = true;
  await pass(at, TRIAL_MS + 5000);
  t.equal(at.verdict(), 'wait', 'given up, but somebody speaks');
  at.busy = false;
  await pass(at, 2000);
  t.equal(at.verdict(), 'bad card');
});

t.test('what served before has to serve after it; else the old system says why', async (t) => {
  for (const [failing, change, words] of [
    ['card', (at: UpdateBench) => (at.serving.card = false), /плату линий/],
    ['trunks', (at: UpdateBench) => (at.serving.trunks = ['beta']), /оператору/],
    ['page', (at: UpdateBench) => (at.serving.page = false), /не открывалась/],
  ] as const) {
    await t.test(failing, async (t) => {
      const at = await bench(t);
      await restarted(at);
      await at.boot('B');
      change(at);
      await pass(at, TRIAL_MS - 1000);
      t.equal(at.verdict(), '', 'it is given time');
      await pass(at, 2000);
      t.equal(at.verdict(), `bad ${failing}`);
      at.serving = { card: true, trunks: ['alpha'], page: true };
      await at.boot('A');
      const view = at.desk.view();
      t.match(view, { phase: 'idle', version: '1.0.0', takenBack: { version: '1.1.0' } });
      t.match(view.takenBack?.said.ru, words);
      t.same(alarmIds(at), ['update-taken-back']);
      at.desk.seen();
      t.same(alarmIds(at), [], 'somebody has read it');
      await at.boot('A');
      t.same(alarmIds(at), [], 'for good');
      t.ok(at.desk.view().takenBack, 'the page goes on saying it');
    });
  }
});

t.test('a system that does not start leaves no word, and the old one knows', async (t) => {
  const at = await bench(t);
  await restarted(at);
  await at.boot('A');
  t.match(at.desk.view().takenBack, { version: '1.1.0', said: { en: /did not start/ } });
  t.equal(at.desk.restart('now'), 'nothing-installed');
});

t.test('a daemon that is started anew during the trial goes on with it', async (t) => {
  const at = await bench(t);
  await restarted(at);
  await at.boot('B');
  at.serving.card = false;
  await pass(at, 5000);
  await at.boot('B');
  t.equal(at.desk.view().phase, 'trial');
  at.serving.card = true;
  await pass(at, 1000);
  t.equal(at.verdict(), 'good');
});

t.test('a bootloader that would not switch is told, and the trial forgotten', async (t) => {
  const at = await bench(t);
  await upload(at);
  at.activates = false;
  t.equal(at.desk.restart('now'), 'begun');
  await at.settle();
  t.match(at.desk.view(), { phase: 'installed', refused: { en: /switched/ } });
  t.notOk(at.restartAsked());
  await at.boot('A');
  t.notOk(at.desk.view().takenBack);
  t.match(at.desk.view(), { phase: 'installed', to: '1.1.0' }, 'what is installed is known after a restart');
});

t.test('at night: looks once, takes what is newer, starts it while nobody speaks', async (t) => {
  const at = await bench(t);
  const day = 20_000 * 1440;
  at.settings = {
    automatic: true,
    url: 'https://x.test/u.json',
    window: { from: 120, to: 300 },
    minute: day + 600,
  };
  at.offer = { version: '1.1.0', url: 'https://x.test/u.raucb' };
  await pass(at, 60_000);
  t.equal(at.asked, 0, 'not by day');
  at.settings.minute = day + 130;
  at.busy = true;
  await pass(at, 60_000);
  t.equal(at.fetched, 1);
  t.match(at.desk.view(), { phase: 'installed', to: '1.1.0', tonight: true });
  t.notOk(at.restartAsked(), 'somebody speaks');
  at.settings.minute = day + 301;
  at.busy = false;
  await pass(at, 60_000);
  t.notOk(at.restartAsked(), 'the night is over');
  at.settings.minute = day + 1440 + 120;
  await pass(at, 30_000);
  t.ok(at.restartAsked());
  t.equal(at.asked, 1);
});

t.test('what is not newer, was taken back or was refused is not fetched again', async (t) => {
  const at = await bench(t);
  const night = (n: number): void => {
    at.settings.minute = (20_000 + n) * 1440 + 130;
  };
  at.settings = { automatic: true, url: 'https://x.test/u.json', window: { from: 120, to: 300 }, minute: 0 };
  at.offer = { version: '1.0.0+other', url: 'https://x.test/u.raucb' };
  night(0);
  await pass(at, 120_000);
  t.equal(at.asked, 1, 'once a night');
  t.match(at.desk.view().looked, { said: { en: /newest/ } });
  at.offer = { version: '2.0.0', url: 'https://x.test/u.raucb' };
  at.offered = { version: '0.9.5' };
  night(1);
  await pass(at, 60_000);
  t.match(at.desk.view(), { phase: 'idle', refused: { en: /no newer/ } }, 'a list cannot lead back');
  at.offered = { version: '2.0.0', signed: false };
  night(2);
  await pass(at, 60_000);
  t.match(at.desk.view().refused?.en, /not signed/);
  at.offered = { version: '2.0.0', damaged: true };
  night(3);
  await pass(at, 60_000);
  const fetched = at.fetched;
  night(4);
  await pass(at, 60_000);
  t.equal(at.fetched, fetched, 'the same refused version is left alone');
  t.match(at.desk.view().looked?.said.en, /given up before/);

  at.offered = { version: '3.0.0' };
  at.offer = { version: '3.0.0', url: 'https://x.test/u.raucb' };
  night(5);
  await pass(at, 90_000);
  t.ok(at.restartAsked());
  await at.boot('A');
  t.match(at.desk.view().takenBack, { version: '3.0.0' });
  night(6);
  await pass(at, 60_000);
  t.match(at.desk.view().looked?.said.en, /given up before/);
  t.equal(at.desk.view().phase, 'idle');
});

t.test('an address that does not answer is asked again after a while', async (t) => {
  const at = await bench(t);
  at.settings = { automatic: true, url: 'https://x.test/u.json', window: { from: 0, to: 1439 }, minute: 130 };
  at.offer = new CodedError('update/unreachable', 'no route');
  await pass(at, 10 * 60_000);
  t.equal(at.asked, 1);
  t.match(at.desk.view().looked?.said.en, /does not answer/);
  await pass(at, 25 * 60_000);
  t.equal(at.asked, 2);
  at.offer = new CodedError('update/no-list', 'HTML');
  t.equal(at.desk.look(), 'begun', 'somebody at the page does not wait');
  await at.settle();
  t.match(at.desk.view().looked?.said.en, /no list of versions/);
});

t.test('somebody may have it done tonight, also where nothing is automatic', async (t) => {
  const at = await bench(t);
  await upload(at);
  t.notOk(at.desk.view().tonight);
  t.equal(at.desk.restart('tonight'), 'noted');
  t.equal(at.desk.view().tonight, true);
  await at.settle();
  await at.boot('A');
  t.equal(at.desk.view().tonight, true, 'remembered');
  t.equal(at.desk.restart('not-tonight'), 'noted');
  at.settings.minute = 150;
  await pass(at, 60_000);
  t.notOk(at.restartAsked());
  at.desk.restart('tonight');
  await pass(at, 60_000);
  t.ok(at.restartAsked());
  t.ok(readdirSync(join(at.run, '../data/update')).includes('trial.json'));
});
