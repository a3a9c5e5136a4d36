import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import t from 'tap';
import { menuOf, readConfigIn, readDefconfig } from '../../../scripts/lib/buildroot/kconfig.ts';
import { closure, installedFaults, type Lock } from '../../../scripts/lib/buildroot/lock.ts';
import { treeFaults } from '../../../scripts/lib/buildroot/tree.ts';

const project = resolve(import.meta.dirname, '../../..');
const tree = join(project, 'buildroot');

t.test('the tree is in order', async (t) => {
  t.same(treeFaults(tree), []);
});

t.test('each fault is found', async (t) => {
  /** A copy of the tree with one file changed. */
  const faults = (file: string, change: (text: string) => string): string[] => {
    const copy = join(t.testdir({}), 'buildroot');
    cpSync(tree, copy, { recursive: true, filter: (path) => !path.startsWith(join(tree, 'dl')) });
    cpSync(join(project, 'LICENSE'), join(copy, '../LICENSE'));
    const before = readFileSync(join(copy, file), 'utf8');
    const after = change(before);
    t.not(after, before, `${file} was changed`);
    writeFileSync(join(copy, file), after);
    return treeFaults(copy, project);
  };
  const qemu = 'configs/linegate_qemu_aarch64_defconfig';
  const node = 'package/linegate-node/linegate-node';
  const cases: [file: string, change: (text: string) => string, told: RegExp][] = [
    ['external.desc', (text) => text.replace('LINEGATE', 'OTHER'), /does not name/],
    [
      'Config.in',
      (text) => text.replace(/.*linegate-node.*\n/, ''),
      /linegate-node\/Config.in: is not sourced/,
    ],
    [
      'Config.in',
      (text) => `${text}source "$BR2_EXTERNAL_LINEGATE_PATH/package/x/Config.in"\n`,
      /there is no/,
    ],
    ['package/linegate/Config.in', (text) => text.replace('\tbool', '\tboolean'), /is no Kconfig/],
    ['package/linegate/Config.in', (text) => text.replace('_LINEGATE\n', '_LINEGATE_NODE\n'), /made in/],
    [`${node}.hash`, (text) => text.replace('a06d', 'x06d'), /is no hash/],
    [`${node}.mk`, (text) => text.replace('24.12.0', '24.12.1'), /has none of node-v24\.12\.1/],
    [`${node}.mk`, (text) => text.replace(/.*_LICENSE = .*\n/, ''), /has no LINEGATE_NODE_LICENSE/],
    [`${node}.mk`, (text) => text.replace(/.*generic-package.*\n/, ''), /without its eval/],
    [
      'package/linegate/linegate.hash',
      (text) => text.replace(/[0-9a-f]{64}/, '0'.repeat(64)),
      /not that of the licence/,
    ],
    [
      qemu,
      (text) => text.replace('PACKAGE_LINEGATE=', 'PACKAGE_LINEGATES='),
      /there is no BR2_PACKAGE_LINEGATES/,
    ],
    [
      qemu,
      (text) => text.replace('BR2_PACKAGE_RAUC=y\n', 'BR2_PACKAGE_RAUC=y\nBR2_PACKAGE_RAUC=y\n'),
      /set twice/,
    ],
    [
      qemu,
      (text) => text.replace('/post-build.sh', '/post-bild.sh'),
      /ROOTFS_POST_BUILD_SCRIPT: there is no/,
    ],
    [qemu, (text) => `${text}BR2_LINUX_KERNEL_LZ4=y\n`, /stands too late/],
    [qemu, (text) => `${text}BR2_NOBODY_KNOWS=y\n`, /in no known menu/],
    ['board/rpi4/board.env', (text) => text.replace('linegate-rpi4', 'linegate-rk3568'), /is called as/],
    ['board/rpi4/board.env', (text) => text.replace('=64', '=48'), /KERNEL_MB is not 64/],
    [
      'board/qemu-aarch64/linux.fragment',
      (text) => text.replace(' virtio_blk', ''),
      /nothing stands for virtio_blk/,
    ],
    [
      'board/common/units.txt',
      (text) => text.replace('enable linegate.service\n', ''),
      /whether linegate\.service/,
    ],
    ['board/common/units.txt', (text) => `${text}enable linegate-x.service\n`, /no linegate-x\.service/],
    ['board/common/post-image.sh', (text) => `${text}if true\n`, /post-image\.sh: /],
  ];
  for (const [file, change, told] of cases) {
    const found = faults(file, change);
    t.ok(
      found.some((fault) => told.test(fault)),
      `${told}: ${found.join('; ')}`,
    );
  }
});

t.test('lines of Kconfig and of defconfigs', async (t) => {
  const config = readConfigIn(
    'config BR2_A\n\tbool "a"\n\tdepends on BR2_B && \\\n\t\t!BR2_C\n\tselect BR2_D # runtime\n\thelp\n\t  Any words.\n\nsource "x"\n',
  );
  t.same(config, { symbols: ['BR2_A'], used: ['BR2_B', 'BR2_C', 'BR2_D'], sourced: ['x'], faults: [] });
  t.match(readConfigIn('config A\n\tbool "a\n').faults, [/quotation mark/]);
  t.match(readConfigIn('config A \n').faults, [/white space/]);
  t.same(readDefconfig('BR2_A=y\n# BR2_B is not set\nBR2_C="d e"\nBR2_F=3\n'), [
    { symbol: 'BR2_A', value: 'y' },
    { symbol: 'BR2_B', value: undefined },
    { symbol: 'BR2_C', value: 'd e' },
    { symbol: 'BR2_F', value: '3' },
  ]);
  t.throws(() => readDefconfig('# a comment\n'), /is no line of a defconfig/);
  t.throws(() => readDefconfig('BR2_A=n\n'), /is no line/);
  t.ok(menuOf('BR2_aarch64') < menuOf('BR2_PACKAGE_RAUC'));
});

t.test('the vendored packages are those of package-lock.json', async (t) => {
  const lock = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')) as Lock;
  const arm = { os: 'linux', cpu: 'arm64', libc: 'glibc' };
  const wanted = closure(lock, ['serialport', 'koffi', 'libsql'], arm);
  for (const path of [
    'serialport',
    '@serialport/bindings-cpp',
    '@koromix/koffi-linux-arm64',
    '@libsql/linux-arm64-gnu',
  ])
    t.match(wanted.get(`node_modules/${path}`)?.integrity, /^sha512-/, path);
  for (const path of wanted.keys()) t.notMatch(path, /win32|darwin|x64/);
  t.same(installedFaults({ packages: Object.fromEntries(wanted) }, wanted), []);
  const [[path, locked] = ['', undefined]] = [...wanted];
  const other = {
    packages: {
      ...Object.fromEntries(wanted),
      [path]: { ...locked, integrity: 'sha512-other' },
      x: { version: '1' },
    },
  };
  t.match(installedFaults(other as Lock, wanted), [/is another than package-lock/, /x is nobody's/]);
  t.throws(() => closure(lock, ['no-such-package'], arm), /lacks no-such-package/);

  const nested: Lock = {
    packages: {
      'node_modules/a': { version: '1', integrity: 'i', dependencies: { b: '2' } },
      'node_modules/a/node_modules/b': { version: '2', integrity: 'i', dependencies: { c: '1' } },
      'node_modules/b': { version: '1', integrity: 'i' },
      'node_modules/c': { version: '1', integrity: 'i', optionalDependencies: { d: '1' } },
      'node_modules/d': { version: '1', integrity: 'i', os: ['win32'] },
    },
  };
  t.same(
    [...closure(nested, ['a'], arm).keys()],
    ['node_modules/a', 'node_modules/a/node_modules/b', 'node_modules/c'],
  );
});

interface Partition {
  name: string;
  uuid: string;
  type: string;
  sectors: number;
}

/** A GUID as it lies on the disk: its first three fields with the lowest byte first (UEFI 2.10 appendix A). */
function guid(bytes: Buffer): string {
  const hex = (from: number, to: number, turned: boolean): string => {
    const part = Buffer.from(bytes.subarray(from, to));
    return (turned ? part.reverse() : part).toString('hex');
  };
  return [hex(0, 4, true), hex(4, 6, true), hex(6, 8, true), hex(8, 10, false), hex(10, 16, false)].join('-');
}

/** The GUID partition table of a disk image (UEFI 2.10 section 5.3). */
function table(disk: string): { id: string; partitions: Partition[] } {
  const head = execFileSync('head', ['-c', String(34 * 512), disk]);
  const partitions: Partition[] = [];
  for (let at = 1024; at < head.length; at += 128) {
    const entry = head.subarray(at, at + 128);
    const name = entry.toString('utf16le', 56).replace(/\0.*/s, '');
    if (name === '') continue;
    const sectors = Number(entry.readBigUInt64LE(40) - entry.readBigUInt64LE(32)) + 1;
    partitions.push({ name, type: guid(entry.subarray(0, 16)), uuid: guid(entry.subarray(16, 32)), sectors });
  }
  return { id: guid(head.subarray(512 + 56, 512 + 72)), partitions };
}

t.test('Buildroot makes the same disk and the same update as images/build', async (t) => {
  const tools = ['genimage', 'mkimage', 'mkenvimage', 'mke2fs', 'mcopy', 'mkdosfs', 'zstd', 'dtc', 'rauc'];
  const missing = tools.filter((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0);
  if (missing.length > 0) {
    t.comment(`not run, for want of ${missing.join(', ')}: scripts/setup --for image brings them`);
    return;
  }
  const folder = t.testdir({});
  const key = join(folder, 'key.pem');
  const certificate = join(folder, 'certificate.pem');
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      key,
      '-out',
      certificate,
      '-subj',
      '/CN=test',
    ],
    { stdio: 'ignore' },
  );
  const tables = new Map<string, ReturnType<typeof table>>();
  for (const board of readdirSync(join(tree, 'board')).filter((name) => name !== 'common')) {
    // Stand-ins for what Buildroot would have compiled.
    const images = join(folder, board);
    mkdirSync(join(images, 'rpi-firmware'), { recursive: true });
    for (const name of ['Image', 'rootfs.squashfs', 'u-boot.bin', 'u-boot-rockchip.bin'])
      writeFileSync(join(images, name), `${name} of ${board}`.padEnd(8192));
    for (const name of ['start4.elf', 'fixup4.dat']) writeFileSync(join(images, 'rpi-firmware', name), name);
    const base = '/dts-v1/; / { gpio3: gpio { }; uart7: uart { }; };';
    for (const name of ['bcm2711-rpi-4-b.dtb', 'bcm2711-rpi-cm4-io.dtb', 'rk3568-radxa-e25.dtb'])
      spawnSync('dtc', ['-q', '-@', '-I', 'dts', '-O', 'dtb', '-o', join(images, name)], { input: base });
    const made = spawnSync(join(tree, 'board/common/post-image.sh'), [images, join(tree, 'board', board)], {
      encoding: 'utf8',
      env: {
        ...process.env,
        LINEGATE_KEY: key,
        LINEGATE_COMPRESS: 'no',
        LINEGATE_CERTIFICATE: certificate,
        LINEGATE_VERSION_TEXT: '1.2.3',
      },
    });
    t.equal(made.status, 0, `${board}: ${made.stderr}`);
    const disk = join(images, 'linegate.img');
    tables.set(board, table(disk));
    const info = execFileSync('rauc', ['info', `--keyring=${certificate}`, join(images, 'update.raucb')], {
      encoding: 'utf8',
    });
    const compatible = /^COMPATIBLE=(.+)$/m.exec(
      readFileSync(join(tree, 'board', board, 'board.env'), 'utf8'),
    )?.[1];
    t.match(info, new RegExp(`Compatible:\\s+'${compatible}'`));
    t.match(info, /\[rootfs\].*\[kernel\]/s, 'both parts of a slot');
    const first = spawnSync('mdir', ['-b', '-i', `${disk}@@${board === 'rk3568' ? 16 : 1}M`], {
      encoding: 'utf8',
    });
    t.match(first.stdout, /boot\.scr/, `${board}: the boot script`);
    if (board === 'rpi4') t.match(first.stdout, /config\.txt.*start4\.elf|start4\.elf.*config\.txt/s);
    rmSync(images, { recursive: true });
  }
  // The emulated board's is images/boot/genimage.cfg itself.
  const expected = readFileSync(join(project, 'images/boot/genimage.cfg'), 'utf8');
  for (const [board, { id, partitions }] of tables) {
    t.ok(expected.includes(id), `${board}: ${id}`);
    const names = partitions.map(({ name }) => name);
    t.same(names, ['boot', 'bootstate', 'kernel-a', 'rootfs-a', 'kernel-b', 'rootfs-b', 'data'], board);
    for (const { name, uuid, type, sectors } of partitions) {
      const block = new RegExp(`partition ${name} \\{([^}]*)\\}`).exec(expected)?.[1] ?? '';
      t.ok(block.includes(uuid) && block.includes(type), `${board}: ${name}`);
      const same = tables.get('qemu-aarch64')?.partitions.find((other) => other.name === name);
      t.equal(sectors, same?.sectors, `${board}: size of ${name}`);
    }
  }
});

t.test('both recipes agree on the boot state and the update', async (t) => {
  const post = readFileSync(join(tree, 'board/common/post-image.sh'), 'utf8');
  const state = /input: '(BOOT_ORDER.*?)'/.exec(
    readFileSync(join(project, 'images/lib/disk.ts'), 'utf8'),
  )?.[1];
  t.ok(state && post.includes(`printf '${state}'`), String(state));
  const bundle = readFileSync(join(project, 'images/lib/bundle.ts'), 'utf8');
  const board = /BOARD = '(.+)'/.exec(bundle)?.[1];
  t.match(readFileSync(join(tree, 'board/qemu-aarch64/board.env'), 'utf8'), `COMPATIBLE=${board}\n`);
  t.match(
    readFileSync(join(project, 'images/rootfs-overlay/etc/rauc/system.conf'), 'utf8'),
    `compatible=${board}\n`,
  );
  for (const line of ['format=verity', 'filename=rootfs.squashfs', 'filename=kernel.ext4'])
    for (const [name, text] of Object.entries({ post, bundle }))
      t.ok(text.includes(line), `${name}: ${line}`);
});
