import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { RequestHandler, Response } from 'express';

const compress = promisify(gzip);

/** What the build of the page wrote where the number of the answer goes (web-ui/build.ts). */
const noncePlaceholder = '__nonce__';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
};

interface File {
  body: Buffer;
  /** The body compressed, in a thread of its own and not before it is asked for: the start is not to wait for it. */
  gzip: (() => Promise<Buffer>) | undefined;
  type: string;
  etag: string;
  /** Its name carries a hash of what is in it, so it never changes. */
  immutable: boolean;
}

/**
 * Serves the built page from memory: it is small, and a file that is not in the list read at start cannot be
 * asked for. Paths of the page's own places get index.html.
 */
export function staticFiles(root: string): RequestHandler {
  const files = load(root);
  return (request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next();
    const isPlace = extname(request.path) === '' && !/^\/api(\/|$)/i.test(request.path);
    const wantsPage = isPlace && request.accepts('html') !== false;
    const page = files.get('/index.html');
    const file = files.get(request.path) ?? (wantsPage ? page : undefined);
    if (!file) return next();
    if (file === page) return answerPage(page.body, response);
    response.setHeader('Cache-Control', file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
    response.setHeader('ETag', file.etag);
    response.setHeader('Vary', 'Accept-Encoding');
    if (request.headers['if-none-match'] === file.etag) return void response.status(304).end();
    response.setHeader('Content-Type', file.type);
    const zipped = file.gzip && request.acceptsEncodings('gzip') === 'gzip' ? file.gzip : undefined;
    if (!zipped) return void response.end(file.body);
    zipped().then((body) => {
      response.setHeader('Content-Encoding', 'gzip');
      response.end(body);
    }, next);
  };
}

/**
 * The page itself, with a number in it that this answer's policy lets styles in by: the library of the page makes
 * style elements in the browser. Never kept by the browser, as a number serves once.
 */
function answerPage(body: Buffer, response: Response): void {
  const nonce = randomBytes(18).toString('base64');
  const policy = String(response.getHeader('Content-Security-Policy') ?? '');
  response.setHeader(
    'Content-Security-Policy',
    policy.replace("style-src 'self'", `style-src 'self' 'nonce-${nonce}'`),
  );
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.end(body.toString('utf8').replaceAll(noncePlaceholder, nonce));
}

function load(root: string): Map<string, File> {
  const files = new Map<string, File>();
  let names: string[] = [];
  try {
    names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  } catch {
    // No page was built; the API alone still works, and a place of the page answers 404.
  }
  for (const name of names) {
    const type = types[extname(name)];
    if (!type) continue;
    const body = readFileSync(join(root, name));
    let compressed: Promise<Buffer> | undefined;
    const zipped = (): Promise<Buffer> => (compressed ??= compress(body, { level: 9 }));
    files.set(`/${name.replaceAll('\\', '/')}`, {
      body,
      gzip: extname(name) === '.png' || body.length < 512 ? undefined : zipped,
      type,
      etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
      immutable: /^assets\/.+-[\w-]{8}\.\w+$/.test(name.replaceAll('\\', '/')),
    });
  }
  return files;
}
