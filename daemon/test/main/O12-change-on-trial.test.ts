import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { type ConfigStore, openConfigStore } from '../../src/config/store.ts';
import { hasNeighbour, NetworkDesk, wantedLines } from '../../src/main/network-desk.ts';
import { TrialDesk, trialMs } from '../../src/main/trial-desk.ts';

interface Box {
  store: ConfigStore;
  trial: TrialDesk;
  clock: FakeClock;
}

const fixed = { mode: 'static', address: '192.168.1.10/24', gateway: '192.168.1.1' };
const moved = { mode: 'static', address: '192.168.1.20/24', gateway: '192.168.1.1' };
const oldWay = { local: '192.168.1.10', secure: false };
const newWay = { local: '::ffff:192.168.1.20', secure: false };

/** Opens the settings of a folder; again for the same one is a restart. The clock of a restarted machine begins anew. */
async function open(
  t: Test,
  folder: string,
  parts: { managed?: boolean; clock?: FakeClock } = {},
): Promise<Box> {
  const { managed = true, clock = new FakeClock() } = parts;
  const initial = { version: 1, network: fixed };
  const store = await openConfigStore({ directory: folder, wall: () => clock.wall(), initial });
  const trial = new TrialDesk({
    ...{ store, folder, clock, managed, securePort: () => 443, warn: (text: string) => t.comment(text) },
    config: store as unknown as ConstructorParameters<typeof TrialDesk>[0]['config'],
  });
  await trial.resume();
  return { store, trial, clock };
}

const change = ({ store, trial }: Box, over: object, by = 'admin') =>
  trial.apply({ ...store.config, ...over }, { expected: store.revision, by });
const address = ({ store }: Box): string | undefined => store.config.network.address;
/** Lets what a timer began come to the disk. */
const settled = async ({ store, trial }: Box, done: () => boolean): Promise<void> => {
  // Each turn of the store's queue; what the timer began stands in it before us.
  for (let turns = 0; turns < 1000 && !done(); turns++)
    await store.change(() => {}, 'nobody').then(() => new Promise((resolve) => setImmediate(resolve)));
  void trial;
};
const file = (folder: string): string => join(folder, 'trial.json');

t.test('a new address is taken back after a minute without a confirmation', async (t) => {
  const folder = t.testdir();
  const box = await open(t, folder);
  t.equal((await change(box, { network: moved })).ok, true);
  t.equal(address(box), '192.168.1.20/24', 'in force at once');
  t.match(box.trial.view(), { leftMs: trialMs, by: 'admin', address: '192.168.1.20' });
  t.match(JSON.parse(readFileSync(file(folder), 'utf8')), { by: 'admin', before: { network: fixed } });
  await box.store.change((draft) => void (draft.site.name = 'Meanwhile'), 'account:vera');
  box.clock.advance(trialMs - 1);
  t.equal(address(box), '192.168.1.20/24');
  t.equal(box.trial.view()?.leftMs, 1);
  box.clock.advance(1);
  await settled(box, () => !existsSync(file(folder)));
  t.equal(address(box), '192.168.1.10/24');
  t.equal(box.store.config.site.name, 'Meanwhile', 'nothing else goes with it');
  t.equal(box.trial.view(), undefined);
  t.equal(box.store.history()[0]?.by, 'trial');
  t.notOk(existsSync(file(folder)));
});

t.test('it stays if it is confirmed with the key and by the new way', async (t) => {
  const folder = t.testdir();
  const box = await open(t, folder);
  await change(box, { network: moved });
  const key = box.trial.started('admin')?.key ?? '';
  t.match(key, /^[0-9a-f]{32}$/);
  t.equal(box.trial.started('account:vera'), undefined, 'the key is for whoever made the change');
  t.equal(await box.trial.confirm('0'.repeat(32), newWay), 'wrong');
  t.equal(await box.trial.confirm(key, oldWay), 'elsewhere');
  t.equal(await box.trial.confirm(key, newWay), 'confirmed');
  t.equal(await box.trial.confirm(key, newWay), 'wrong', 'once');
  box.clock.advance(2 * trialMs);
  await settled(box, () => false);
  t.equal(address(box), '192.168.1.20/24');
  t.notOk(existsSync(file(folder)));
  t.equal(address(await open(t, folder)), '192.168.1.20/24', 'over a restart');
});

t.test('HTTPS only is confirmed over HTTPS; what cuts nobody off is on no trial', async (t) => {
  const box = await open(t, t.testdir());
  const page = { ...box.store.config.page, httpsOnly: true };
  t.same(box.trial.cuts({ ...box.store.config, page }), ['/page/httpsOnly']);
  await change(box, { page });
  t.match(box.trial.view(), { securePort: 443 });
  const key = box.trial.started('admin')?.key ?? '';
  t.equal(await box.trial.confirm(key, oldWay), 'elsewhere');
  t.match(await change(box, { network: moved }), { ok: false, reason: 'trial' }, 'one at a time');
  t.equal((await change(box, { site: { ...box.store.config.site, name: 'X' } })).ok, true);
  t.equal(await box.trial.confirm(key, { ...oldWay, secure: true }), 'confirmed');
  t.equal((await change(box, { network: { ...fixed, timeServers: ['ntp.example.com'] } })).ok, true);
  t.equal(box.trial.view(), undefined, 'time servers cut nobody off');
  const undone = await box.trial.undo(undefined, 'admin');
  t.equal(undone.ok, true);
  t.equal(box.trial.view(), undefined);
});

t.test(
  'taking back is such a change itself, and the admin may take it back before the minute is over',
  async (t) => {
    const box = await open(t, t.testdir());
    await change(box, { network: moved });
    t.equal(await box.trial.revert(), true);
    t.equal(address(box), '192.168.1.10/24');
    t.equal(await box.trial.revert(), false);
    await change(box, { network: moved });
    await box.trial.confirm(box.trial.started('admin')?.key ?? '', newWay);
    t.equal((await box.trial.undo(box.store.revision, 'admin')).ok, true);
    t.match(box.trial.view(), { address: '192.168.1.10' }, 'the old address has to be confirmed');
  },
);

t.test('where a system of its own sees to the network, its settings cut nobody off', async (t) => {
  const box = await open(t, t.testdir(), { managed: false });
  await change(box, { network: moved });
  t.equal(box.trial.view(), undefined);
});

t.test(
  'unconfirmed, no change outlives the minute, whatever stops and whatever the clocks say',
  async (t) => {
    let seed = 11;
    const below = (n: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((seed / 2 ** 31) * n);
    };
    const folder = t.testdir();
    let box = await open(t, folder);
    let lasting = address(box);
    let trialSince: number | undefined;
    for (let step = 0; step < 150; step++) {
      const { clock } = box;
      switch (below(4)) {
        case 0: {
          const wanted = `192.168.1.${20 + below(5)}/24`;
          const cuts = wanted !== address(box);
          const result = await change(box, { network: { ...moved, address: wanted } });
          if (cuts) t.equal(result.ok, trialSince === undefined, 'one at a time');
          if (result.ok && cuts) trialSince = clock.now();
          break;
        }
        case 1:
          if (trialSince !== undefined && below(2) === 0) {
            const local = address(box)?.split('/')[0] ?? '';
            const key = box.trial.started('admin')?.key ?? '';
            t.equal(await box.trial.confirm(key, { local, secure: false }), 'confirmed');
            [lasting, trialSince] = [address(box), undefined];
          }
          break;
        case 2: {
          clock.advance(1 + below(40_000));
          if (trialSince !== undefined && clock.now() - trialSince >= trialMs) {
            await settled(box, () => !existsSync(file(folder)));
            trialSince = undefined;
          }
          break;
        }
        default:
          // The power goes; the clock of the machine may begin anywhere.
          box.trial.close();
          box = await open(t, folder, { clock: new FakeClock(Date.UTC(2000 + below(40), 0, 1)) });
          trialSince = undefined;
      }
      if (trialSince === undefined) t.equal(address(box), lasting, `step ${step}`);
    }
  },
);

t.test('a crash between the note and the change leaves everything as it was', async (t) => {
  const folder = t.testdir();
  const box = await open(t, folder);
  // As if the power went right after the note: the change itself never came.
  const { apply } = box.store;
  box.store.apply = () => Promise.reject(new Error('gone'));
  await t.rejects(change(box, { network: moved }), /gone/);
  box.store.apply = apply;
  t.notOk(existsSync(file(folder)));
  t.equal(address(await open(t, folder)), '192.168.1.10/24');
});

t.test('the helper of an appliance gets plain lines, and only there', async (t) => {
  const folder = t.testdir({ helper: '', data: {}, settings: {}, result: 'refused gateway' });
  const data = join(folder, 'data');
  const { store, clock } = await open(t, join(folder, 'settings'));
  const config = () => store.config;
  const warn = (text: string): void => void t.fail(text);
  const files = { helper: join(folder, 'helper'), result: join(folder, 'result') };
  const desk = new NetworkDesk({ folder: data, clock, config, warn, files });
  await desk.apply();
  t.equal(
    readFileSync(join(data, 'network.wanted'), 'utf8'),
    'mode=static\naddress=192.168.1.10/24\ngateway=192.168.1.1\ndns=192.168.1.1\nvlan=\nname=\nntp=\n',
  );
  t.match(desk.view(), { managed: true, said: { en: /refused gateway/ } });
  const elsewhere = new NetworkDesk({
    folder,
    clock,
    config,
    warn,
    files: { helper: '/none', result: '/none' },
  });
  await elsewhere.apply();
  t.notOk(existsSync(join(folder, 'network.wanted')));
  t.match(elsewhere.view(), { managed: false });
  t.match(
    wantedLines({ ...store.config.network, mode: 'dhcp', vlan: 7, name: 'desk', timeServers: ['a', 'b'] }),
    /^mode=dhcp\naddress=\ngateway=\ndns=\nvlan=7\nname=desk\nntp=a b\n$/,
  );
});

t.test('a neighbour counts once it has answered', (t) => {
  const table = `IP address       HW type     Flags       HW address            Mask     Device
192.168.1.20     0x1         0x2         02:00:00:00:00:01     *        eth0
192.168.1.21     0x1         0x0         00:00:00:00:00:00     *        eth0
`;
  t.ok(hasNeighbour(table, '192.168.1.20'));
  t.notOk(hasNeighbour(table, '192.168.1.21'), 'it was asked and did not answer');
  t.notOk(hasNeighbour(table, '192.168.1.2'));
  t.end();
});
