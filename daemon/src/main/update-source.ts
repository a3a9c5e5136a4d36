import { CodedError, messageOf } from '../base/error.ts';
import { isRecord } from '../config/issue.ts';

/** What the list of versions offers for a kind of board. */
export interface Offer {
  version: string;
  url: string;
}

/** Where the box looks for updates. What comes from there is not trusted: only the bundle's own signature is. */
export interface UpdateSource {
  /** @throws CodedError `update/unreachable`, `update/no-list` */
  offer(list: string, compatible: string): Promise<Offer | undefined>;
  /** @throws CodedError `update/unreachable` */
  open(url: string): Promise<{ content: AsyncIterable<Uint8Array>; size: number | undefined }>;
}

/** A list has a line a board; what is longer is none. */
const mostListBytes = 256 * 1024;
const listPatienceMs = 30_000;
/** A bundle over a slow line: 100 MB at half a megabit a second. */
const bundlePatienceMs = 30 * 60_000;

/** Asks by HTTP. `{"linegate": {"versions": {"BOARD": {"version": "1.2.0", "url": "FILE"}}}}`; see docs/updates.md. */
export const webSource: UpdateSource = {
  async offer(list, compatible) {
    const { content } = await get(list, listPatienceMs);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of content) {
      size += chunk.length;
      if (size > mostListBytes) throw new CodedError('update/no-list', `${list} is too long`);
      chunks.push(chunk);
    }
    return offerIn(Buffer.concat(chunks).toString('utf8'), list, compatible);
  },
  open: (url) => get(url, bundlePatienceMs),
};

/** @throws CodedError `update/no-list` */
export function offerIn(text: string, list: string, compatible: string): Offer | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new CodedError('update/no-list', `${list} is no JSON`);
  }
  const linegate = isRecord(document) ? document.linegate : undefined;
  const versions = isRecord(linegate) ? linegate.versions : undefined;
  if (!isRecord(versions)) throw new CodedError('update/no-list', `${list} has no versions`);
  const offer = Object.hasOwn(versions, compatible) ? versions[compatible] : undefined;
  if (!isRecord(offer)) return undefined;
  const { version, url } = offer;
  if (typeof version !== 'string' || typeof url !== 'string')
    throw new CodedError('update/no-list', `${list} says no version and url`);
  const target = URL.canParse(url, list) ? new URL(url, list) : undefined;
  if (target?.protocol !== 'http:' && target?.protocol !== 'https:')
    throw new CodedError('update/no-list', `${list} leads nowhere`);
  return { version, url: target.href };
}

async function get(
  url: string,
  patienceMs: number,
): Promise<{ content: AsyncIterable<Uint8Array>; size: number | undefined }> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(patienceMs) });
    if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
    const size = Number(response.headers.get('content-length') ?? Number.NaN);
    return { content: response.body, size: Number.isFinite(size) ? size : undefined };
  } catch (error) {
    throw new CodedError('update/unreachable', `${url}: ${messageOf(error)}`, { cause: error });
  }
}
