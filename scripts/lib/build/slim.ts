/**
 * Leaves out of the bundles what their packages carry for everybody and these programs never use: what is not
 * there need not be read and compiled at each start, nor kept in memory (ruling 31).
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** The kinds of content that the box and the simulator send or take, of 2500 that mime-db knows. */
const contents =
  /^(text\/(css|csv|html|javascript|plain|markdown)|application\/(gzip|javascript|json|manifest\+json|octet-stream|pdf|vnd\.tcpdump\.pcap|wasm|x-www-form-urlencoded|zip)|audio\/(mpeg|ogg|wav|wave|x-wav)|font\/woff2?|image\/(gif|jpeg|png|svg\+xml|vnd\.microsoft\.icon|webp|x-icon)|multipart\/form-data)$/;

export const slim: Plugin = {
  name: 'slim',
  setup(build) {
    build.onResolve({ filter: /^iconv-lite$/ }, () => ({
      path: join(import.meta.dirname, 'text-decoder.cjs'),
    }));
    // Only for what makes speech sound better, which nobody asks of the decoder: 9 MB.
    build.onResolve({ filter: /^@wasm-audio-decoders\/opus-ml$/ }, ({ path }) => ({ path, external: true }));
    build.onLoad({ filter: /[\\/]mime-db[\\/]db\.json$/ }, async ({ path }) => {
      const all = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
      const kept = Object.entries(all).filter(([type]) => contents.test(type));
      return { contents: JSON.stringify(Object.fromEntries(kept)), loader: 'json' };
    });
  },
};
