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
import { listed, run } from './run.ts';

/** Which units are started and which never: `enable NAME`, `mask NAME`; Buildroot takes the same list. */
const unitList = join(import.meta.dirname, '../../buildroot/board/common/units.txt');
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
  for (const verb of ['enable', 'mask'])
    run('systemctl', [`--root=${root}`, verb, '--quiet', ...units(verb)]);
  run('systemctl', [`--root=${root}`, 'set-default', '--quiet', 'multi-user.target']);
}

const units = (verb: string): string[] =>
  listed(readFileSync(unitList, 'utf8'))
    .map((line) => line.split(/\s+/))
    .flatMap(([word, name]) => (word === verb && name !== undefined ? [name] : []));

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
