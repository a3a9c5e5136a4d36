import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle, ownSigner, type Signer } from './bundle.ts';
import { disk } from './disk.ts';
import { type Spoil, system, treeVersion } from './system.ts';

/** What a build gives. */
export interface Image {
  version: string;
  /** The disk with slot B empty, and the same compressed. */
  disk: string;
  compressed: string;
  /** The same system as an update. */
  update: string;
}

/** Builds the image for the emulated board; what is there already is not made again. */
export async function buildImage(options: { version?: string; signer?: Signer } = {}): Promise<Image> {
  const { version, signer, made } = await buildSystem(options);
  const whole = await disk(made);
  return {
    version,
    disk: join(whole, 'linegate.img'),
    compressed: join(whole, 'linegate.img.zst'),
    update: join(await bundle(made, version, signer), 'update.raucb'),
  };
}

/** The same system as an update only, whole or broken for the boot test. */
export async function buildUpdate(options: Parts & { spoil?: Spoil; board?: string }): Promise<string> {
  const { version, signer, made } = await buildSystem(options);
  return join(await bundle(made, version, signer, options.board), 'update.raucb');
}

interface Parts {
  version?: string;
  signer?: Signer;
  /** Whose updates the system takes, a certificate; the signer's own unless said. */
  keyring?: string;
}

async function buildSystem(
  options: Parts & { spoil?: Spoil },
): Promise<{ version: string; signer: Signer; made: string }> {
  if (process.getuid?.() !== 0)
    throw new Error('the image is made as root: its files belong to several users');
  const version = options.version ?? treeVersion();
  const signer = options.signer ?? ownSigner();
  const keyring = readFileSync(options.keyring ?? signer.certificate, 'utf8');
  return { version, signer, made: await system(version, keyring, options.spoil) };
}

if (import.meta.filename === process.argv[1]) {
  const { values } = parseArgs({
    options: { version: { type: 'string' }, key: { type: 'string' }, certificate: { type: 'string' } },
  });
  const { version, key, certificate } = values;
  if ((key === undefined) !== (certificate === undefined))
    throw new Error('--key and --certificate go together');
  const image = await buildImage({
    ...(version === undefined ? {} : { version }),
    ...(key === undefined || certificate === undefined ? {} : { signer: { key, certificate } }),
  });
  const megabytes = (file: string): number => Math.round((statSync(file).blocks * 512) / 1e5) / 10;
  console.log(
    JSON.stringify({ ...image, imageMb: megabytes(image.compressed), updateMb: megabytes(image.update) }),
  );
}
