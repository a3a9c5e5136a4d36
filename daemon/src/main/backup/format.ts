import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import * as z from 'zod';
import { CodedError } from '../../base/error.ts';

/*
 * A backup: `linegate-backup`, a line with the SHA-256 of the header, the header as one line of JSON, then the parts
 * one after the other as the header lists them, and nothing more.
 */

const MAGIC = 'linegate-backup\n';
/** What this release writes, and the newest that it reads. */
export const formatVersion = 1;
/** Three hundred prompts take 50 kB. */
const HEADER_LIMIT = 1_000_000;

/** Files that a backup may hold; the name is also where they go. */
export const partName =
  /^(?:config\.json|secrets\.bin|phonebook\.json|hold-music\.wav|prompts\/[a-z0-9][a-z0-9-]{0,31}\.wav|rates\/[a-z0-9][a-z0-9-]{0,31}\.csv)$/;

const part = z.object({
  name: z.string().regex(partName),
  bytes: z.number().int().min(0).max(200_000_000),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Part = z.infer<typeof part>;

const header = z.object({
  format: z.number().int().min(1),
  madeAt: z.number().int().min(0),
  /** Release that made it. */
  version: z.string().max(64),
  /** Name of the office. */
  name: z.string().max(200),
  parts: z.array(part).min(1).max(2000),
});
export type Header = z.infer<typeof header>;

/** Header and where each part begins in the file. */
export interface Opened {
  header: Header;
  at: ReadonlyMap<string, Part & { from: number }>;
}

const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');

/** What stands before the parts. */
export function writtenHeader(content: Header): Buffer {
  const text = JSON.stringify(content);
  return Buffer.from(`${MAGIC}${sha256(text)}\n${text}\n`);
}

/** SHA-256 of a range of a file, hexadecimal. */
export async function hashOf(file: FileHandle, from: number, bytes: number): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of rangeOf(file, from, bytes)) hash.update(chunk);
  return hash.digest('hex');
}

/** A range of a file in pieces. */
export async function* rangeOf(file: FileHandle, from: number, bytes: number): AsyncGenerator<Buffer> {
  const piece = 256 * 1024;
  for (let done = 0; done < bytes; ) {
    const buffer = Buffer.alloc(Math.min(piece, bytes - done));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, from + done);
    if (bytesRead === 0) throw broken('the file is shorter than it says');
    yield buffer.subarray(0, bytesRead);
    done += bytesRead;
  }
}

/**
 * Reads a backup's header and checks every part of the file.
 * @throws CodedError `backup/foreign`, `backup/newer`, `backup/broken`
 */
export async function openBackup(path: string): Promise<Opened> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const { buffer } = await file.read(Buffer.alloc(Math.min(size, HEADER_LIMIT)), 0, undefined, 0);
    if (!buffer.subarray(0, MAGIC.length).equals(Buffer.from(MAGIC)))
      throw new CodedError('backup/foreign', 'this is no backup');
    const sumEnd = MAGIC.length + 64;
    const end = buffer.indexOf(0x0a, sumEnd + 1);
    if (buffer[sumEnd] !== 0x0a || end < 0) throw broken('the header is not whole');
    const text = buffer.subarray(sumEnd + 1, end);
    if (sha256(text) !== buffer.toString('latin1', MAGIC.length, sumEnd))
      throw broken('the header was changed');
    const read = readHeader(text.toString());
    const at = new Map<string, Part & { from: number }>();
    let from = end + 1;
    for (const one of read.parts) {
      if (at.has(one.name)) throw broken(`${one.name} is in it twice`);
      at.set(one.name, { ...one, from });
      from += one.bytes;
    }
    if (from !== size) throw broken('the file is not as long as it says');
    for (const { name, from: start, bytes, sha256: wanted } of at.values())
      if ((await hashOf(file, start, bytes)) !== wanted) throw broken(`${name} was changed`);
    return { header: read, at };
  } finally {
    await file.close();
  }
}

function readHeader(text: string): Header {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw broken('the header cannot be read');
  }
  const format = (value as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format > formatVersion)
    throw new CodedError('backup/newer', `the backup has format ${format}`);
  const read = header.safeParse(value);
  if (!read.success) throw broken('the header says what it cannot mean');
  return read.data;
}

export const broken = (why: string): CodedError => new CodedError('backup/broken', why);
