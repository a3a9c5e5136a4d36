import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import t from 'tap';
import { configSchema } from '../../src/config/schema.ts';
import { wantedLines } from '../../src/main/network-desk.ts';

const helper = resolve(
  import.meta.dirname,
  '../../../buildroot/board/common/rootfs-overlay/usr/lib/linegate/network',
);

/** What the helper makes of a file of the daemon. */
function carriedOut(folder: string) {
  const { status } = spawnSync(helper, { env: { ...process.env, LINEGATE_ROOT: folder } });
  const text = (path: string): string | undefined =>
    existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'utf8') : undefined;
  return {
    status,
    result: text('run/linegate-network/result')?.trim(),
    wire: text('run/systemd/network/10-linegate.network'),
    device: text('run/systemd/network/10-linegate.netdev'),
    vlan: text('run/systemd/network/11-linegate.network'),
    time: text('run/systemd/timesyncd.conf.d/linegate.conf'),
  };
}

const network = (over: object) => wantedLines(configSchema.shape.network.parse(over));
const lain = (text: string) => ({ data: { linegate: { 'network.wanted': text } } });
const fixed = { mode: 'static', address: '192.168.1.10/24', gateway: '192.168.1.1' };

t.test('what the daemon writes is carried out', async (t) => {
  const made = carriedOut(
    t.testdir(lain(network({ ...fixed, dns: ['9.9.9.9'], timeServers: ['ntp.example.com', '192.168.1.1'] }))),
  );
  t.match(made, { status: 0, result: 'ok', device: undefined, vlan: undefined });
  t.match(made.wire, /DHCP=no\nAddress=192\.168\.1\.10\/24\nGateway=192\.168\.1\.1\nDNS=9\.9\.9\.9\n/);
  t.equal(made.time, '[Time]\nNTP=ntp.example.com 192.168.1.1\n');
  const given = carriedOut(t.testdir(lain(network({}))));
  t.match(given.wire, /^\[Match\]\nName=en\* eth\*\n\n\[Network\]\nDHCP=yes\n/);
  t.equal(given.time, undefined);
  const apart = carriedOut(t.testdir(lain(network({ ...fixed, vlan: 20 }))));
  t.match(apart.device, /Kind=vlan\n\n\[VLAN\]\nId=20\n/);
  t.notMatch(apart.wire, /Address=/);
  t.match(apart.vlan, /Name=office[\s\S]*Address=192\.168\.1\.10\/24/);
  t.equal(carriedOut(t.testdir({ data: { linegate: {} } })).status, 0, 'without a file all stays');
});

t.test('whatever is not as it has to be is refused as a whole', async (t) => {
  const good = network(fixed);
  const bad: [why: string, text: string][] = [
    ['mode', good.replace('mode=static', 'mode=off')],
    ['address', good.replace('192.168.1.10/24', '192.168.1.10/24;reboot')],
    ['address', good.replace('192.168.1.10/24', '')],
    ['gateway', good.replace('gateway=192.168.1.1', 'gateway=$(reboot)')],
    ['dns', good.replace('dns=192.168.1.1', 'dns=192.168.1.1\tx')],
    ['name', good.replace('name=', 'name=../x')],
    ['ntp', good.replace('ntp=', 'ntp=-x')],
    ['vlan', good.replace('vlan=', 'vlan=0')],
    ['file', `${good}[Network]\n`],
    ['vlan', good.replace('vlan=\n', 'dns=1.1.1.1\n')],
    ['file', 'x'.repeat(5000)],
  ];
  for (const [why, text] of bad) {
    const { status, result, wire } = carriedOut(t.testdir(lain(text)));
    t.equal(status, 1);
    // A key that stands twice is named by whichever of the two is looked at first.
    t.match(result, why === 'vlan' && text.includes('1.1.1.1') ? /^refused / : `refused ${why}`);
    t.equal(wire, undefined, 'nothing of it is carried out');
  }
});
