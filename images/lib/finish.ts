import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from './run.ts';

/** Units that the system starts. */
const ENABLED = [
  'linegate.service',
  'linegate-confirm.service',
  'linegate-first-boot.service',
  'nftables.service',
  'systemd-networkd.service',
  'systemd-resolved.service',
  'systemd-timesyncd.service',
];
/** Units that Debian would start and a box has no use for; each costs time at the start. */
const MASKED = [
  'getty@tty1.service',
  'serial-getty@ttyAMA0.service',
  'console-getty.service',
  'systemd-logind.service',
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'dpkg-db-backup.timer',
  'e2scrub_all.timer',
  'e2scrub_reap.service',
  'fstrim.timer',
  'rauc-mark-good.service',
  'systemd-networkd-wait-online.service',
  'systemd-pstore.service',
  'systemd-binfmt.service',
  'systemd-update-utmp.service',
  'systemd-update-utmp-runlevel.service',
  'systemd-hwdb-update.service',
  'systemd-firstboot.service',
  'systemd-machine-id-commit.service',
  'ldconfig.service',
  'dev-hugepages.mount',
  'dev-mqueue.mount',
  'sys-kernel-debug.mount',
  'sys-kernel-tracing.mount',
];
/** Of Debian's packages, what nothing on the box reads. */
const UNUSED = [
  'var/lib/dpkg',
  'var/cache',
  'usr/share/perl5',
  'usr/share/perl',
  'usr/lib/aarch64-linux-gnu/perl',
  'usr/lib/aarch64-linux-gnu/perl-base',
  'usr/share/pixmaps',
  'usr/lib/udev/hwdb.d',
];

/** What Debian's scripts would have done to an unpacked tree, and what makes it ours. `version`: of the system, as told to RAUC. */
export function finish(root: string, version: string): void {
  const at = (path: string): string => join(root, path);
  accounts(root);
  link('mawk', at('usr/bin/awk'));
  // An empty one is made anew at each start, until the first has put its own into the boot state.
  write(at('etc/machine-id'), '');
  const release = `NAME=Linegate\nID=linegate\nVERSION_ID=${version}\nPRETTY_NAME="Linegate ${version}"\n`;
  write(at('usr/lib/os-release'), release);
  link('../usr/lib/os-release', at('etc/os-release'));
  link('../run/systemd/resolve/stub-resolv.conf', at('etc/resolv.conf'));
  link('../usr/share/zoneinfo/Etc/UTC', at('etc/localtime'));
  pam(root);
  for (const path of ['data', 'boot', 'run/rauc', 'var/lib/linegate'])
    mkdirSync(at(path), { recursive: true });
  for (const path of UNUSED) rmSync(at(path), { recursive: true, force: true });
  run('systemctl', [`--root=${root}`, 'enable', '--quiet', ...ENABLED]);
  run('systemctl', [`--root=${root}`, 'mask', '--quiet', ...MASKED]);
  run('systemctl', [`--root=${root}`, 'set-default', '--quiet', 'multi-user.target']);
}

/** Accounts of base-passwd and of the packages; nobody has a password, so that nobody can log in. */
function accounts(root: string): void {
  const at = (path: string): string => join(root, path);
  cpSync(at('usr/share/base-passwd/passwd.master'), at('etc/passwd'));
  cpSync(at('usr/share/base-passwd/group.master'), at('etc/group'));
  if (!readFileSync(at('etc/passwd'), 'utf8').includes('messagebus:')) {
    appendFileSync(at('etc/passwd'), 'messagebus:x:100:102::/nonexistent:/usr/sbin/nologin\n');
    appendFileSync(at('etc/group'), 'messagebus:x:102:\n');
  }
  run('systemd-sysusers', [`--root=${root}`]);
  const names = readFileSync(at('etc/passwd'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(':')[0]);
  writeFileSync(at('etc/shadow'), names.map((name) => `${name}:*:19000:0:99999:7:::\n`).join(''));
  chmodSync(at('etc/shadow'), 0o640);
}

/** pam-auth-update is Perl; what it writes for a system without logins is short. */
function pam(root: string): void {
  for (const kind of ['account', 'auth', 'password', 'session', 'session-noninteractive']) {
    const word = kind.startsWith('session') ? 'session' : kind;
    write(join(root, 'etc/pam.d', `common-${kind}`), `${word} required pam_permit.so\n`);
  }
}

function write(path: string, text: string): void {
  rmSync(path, { force: true });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function link(to: string, path: string): void {
  if (existsSync(path)) rmSync(path);
  rmSync(path, { force: true });
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(to, path);
}
