import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import t from 'tap';
import { raucUpdater, runningSystem } from '../../src/main/rauc.ts';
import { offerIn, webSource } from '../../src/main/update-source.ts';

t.test('the image says who it is; what is no image of ours is not updated', async (t) => {
  const root = t.testdir();
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  t.equal(runningSystem(root), undefined);
  write('proc/cmdline', 'console=ttyAMA0 root=PARTLABEL=rootfs-b rauc.slot=B ro\n');
  write('etc/os-release', 'NAME=Linegate\nVERSION_ID=1.2.0+abc\n');
  t.equal(runningSystem(root), undefined);
  write('etc/rauc/system.conf', '[system]\ncompatible=linegate-rpi4\nbootloader=uboot\n');
  const system = { slot: 'B', version: '1.2.0+abc', compatible: 'linegate-rpi4' };
  t.same(runningSystem(root), { ...system, lowest: '0.0.0' });
  write('usr/lib/linegate/lowest-version', '1.0.0\n');
  t.same(runningSystem(root), { ...system, lowest: '1.0.0' });
});

/** A program that answers each verb as RAUC 1.8 was seen to. */
function program(t: { testdir(): string }, verbs: Record<string, string>): string {
  const path = join(t.testdir(), 'rauc');
  const cases = Object.entries(verbs).map(([verb, script]) => `${verb})\n${script}\n;;`);
  writeFileSync(path, `#!/bin/sh\ncase "$1 $2" in\n${cases.join('\n')}\nesac\n`);
  chmodSync(path, 0o755);
  return path;
}

t.test('what RAUC says of a bundle', async (t) => {
  const facts = (script: string) => raucUpdater([program(t, { '"info "*': script })]).facts('/x.raucb');
  t.same(await facts(`echo '{"compatible":"linegate-rpi4","version":"1.1.0","images":[]}'`), {
    compatible: 'linegate-rpi4',
    version: '1.1.0',
  });
  const refused = (words: string) => facts(`echo "${words}" >&2; exit 1`);
  await t.rejects(refused('signature verification failed: Verify error: self-signed certificate'), {
    code: 'update/unsigned',
  });
  await t.rejects(refused('signature verification failed: error:02000068:rsa routines::bad signature'), {
    code: 'update/unsigned',
  });
  await t.rejects(refused('Invalid bundle format: Signature size (9) exceeds bundle size'), {
    code: 'update/broken',
  });
  await t.rejects(facts('echo nothing of the kind'), { code: 'update/broken' });
});

t.test('its progress is told, and its failure', async (t) => {
  const percents: number[] = [];
  const good = program(t, {
    '"install "*': 'echo "  0% Installing"; echo " 40% Checking"; echo "100% done."',
  });
  await raucUpdater([good]).install('/x.raucb', (percent) => percents.push(percent));
  t.same(percents, [0, 40, 100]);
  const bad = program(t, { '"install "*': 'echo "LastError: Failed updating slot kernel.1" >&2; exit 1' });
  await t.rejects(
    raucUpdater([bad]).install('/x.raucb', () => {}),
    { code: 'update/broken', message: /kernel\.1/ },
  );
});

t.test('the bootloader is asked again after it was told', async (t) => {
  const status = (primary: string): string =>
    `echo '{"booted":"A","boot_primary":"${primary}","slots":[{"kernel.1":{"bootname":null}},{"rootfs.0":{"bootname":"A"}},{"rootfs.1":{"bootname":"B"}}]}'`;
  const updater = (primary: string, mark = ':') =>
    raucUpdater([
      program(t, { '"status mark-active"': mark, '"status --output-format=json"': status(primary) }),
    ]);
  await updater('rootfs.1').activate('B');
  await t.rejects(updater('rootfs.0').activate('B'), { code: 'update/not-activated' });
  await t.rejects(updater('rootfs.1', 'exit 1').activate('B'), { code: 'update/not-activated' });
});

t.test('the list of versions', async (t) => {
  const list = 'https://updates.test/dir/list.json';
  const of = (versions: unknown): string => JSON.stringify({ linegate: { versions } });
  t.same(offerIn(of({ rpi4: { version: '1.1.0', url: 'a.raucb' } }), list, 'rpi4'), {
    version: '1.1.0',
    url: 'https://updates.test/dir/a.raucb',
  });
  t.equal(offerIn(of({ rpi4: { version: '1.1.0', url: 'a' } }), list, 'toString'), undefined);
  for (const bad of [
    '<html>',
    '{}',
    of({ rpi4: { version: 1 } }),
    of({ rpi4: { version: '1', url: 'file:///etc' } }),
  ])
    t.throws(() => offerIn(bad, list, 'rpi4'), { code: 'update/no-list' }, bad);
});

t.test('lists and files are fetched, over a redirection too', async (t) => {
  const file = Buffer.alloc(300_000, 7);
  const server = createServer((request, response) => {
    const versions = { rpi4: { version: '1.1.0', url: 'moved.raucb' } };
    if (request.url === '/list.json') return void response.end(JSON.stringify({ linegate: { versions } }));
    if (request.url === '/moved.raucb')
      return void response.writeHead(302, { location: '/real.raucb' }).end();
    if (request.url === '/real.raucb') return void response.end(file);
    if (request.url === '/endless.json') return void response.end('x'.repeat(300_000));
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const offer = await webSource.offer(`${base}/list.json`, 'rpi4');
  t.match(offer, { version: '1.1.0', url: `${base}/moved.raucb` });
  const { content, size } = await webSource.open(offer!.url);
  t.equal(size, file.length);
  const got: Uint8Array[] = [];
  for await (const chunk of content) got.push(chunk);
  t.ok(Buffer.concat(got).equals(file));
  await t.rejects(webSource.open(`${base}/gone`), { code: 'update/unreachable' });
  await t.rejects(webSource.offer(`${base}/endless.json`, 'rpi4'), { code: 'update/no-list' });
  await t.rejects(webSource.offer('http://127.0.0.1:1/x', 'rpi4'), { code: 'update/unreachable' });
});
