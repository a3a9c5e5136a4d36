import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { step } from './cache.ts';
import { run } from './run.ts';

/** What RAUC calls the kind of board; an update for another one is refused. */
export const BOARD = 'linegate-qemu-arm64';

/** Whose signature updates carry: a key and its certificate, PEM files. */
export interface Signer {
  key: string;
  certificate: string;
}

/** The signer of whoever builds at this machine, made at first use; a release is built with `--key` and `--certificate`. */
export function ownSigner(name = 'signing'): Signer {
  const folder = join(process.env.XDG_DATA_HOME ?? join(homedir(), '.local/share'), 'linegate', name);
  const signer = { key: join(folder, 'key.pem'), certificate: join(folder, 'certificate.pem') };
  if (!existsSync(signer.certificate)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const subject = ['-subj', '/O=Linegate/CN=Linegate updates, made here'];
    run('openssl', [
      'req',
      '-x509',
      '-newkey',
      'rsa:3072',
      '-nodes',
      '-days',
      '7300',
      '-keyout',
      signer.key,
      '-out',
      signer.certificate,
      ...subject,
    ]);
  }
  return signer;
}

/** An update: `update.raucb`, signed, with the system's both files under dm-verity. */
export function bundle(system: string, version: string, signer: Signer, board = BOARD): Promise<string> {
  const words = [system, version, board, readFileSync(signer.certificate, 'utf8')];
  return step('bundle', { words, files: [join(import.meta.dirname, 'bundle.ts')] }, (folder) => {
    const content = join(folder, 'content');
    mkdirSync(content);
    for (const name of ['rootfs.squashfs', 'kernel.ext4'])
      run('cp', ['--sparse=always', join(system, name), content]);
    writeFileSync(join(content, 'manifest.raucm'), manifest(version, board));
    run('rauc', [
      'bundle',
      `--cert=${signer.certificate}`,
      `--key=${signer.key}`,
      content,
      join(folder, 'update.raucb'),
    ]);
    rmSync(content, { recursive: true });
  });
}

const manifest = (version: string, board: string): string => `[update]
compatible=${board}
version=${version}

[bundle]
format=verity

[image.rootfs]
filename=rootfs.squashfs

[image.kernel]
filename=kernel.ext4
`;
