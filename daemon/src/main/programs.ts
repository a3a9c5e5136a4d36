import type { ApiDeps } from '../api/deps.ts';
import type { ServiceContext } from '../service/context.ts';
import { TokenStore, tokenFile } from './token-store.ts';

/** What the office's own programs are given: tokens, wired. */
export class Programs {
  /** What the API is given of it. */
  readonly api: Pick<ApiDeps, 'tokens'>;
  readonly #tokens: TokenStore;

  constructor(data: string, { context }: { context: ServiceContext }) {
    const { clock, log } = context;
    this.#tokens = new TokenStore(clock, tokenFile(data), (message) => log('warn', () => message));
    this.api = { tokens: this.#tokens };
  }

  async close(): Promise<void> {
    await this.#tokens.close();
  }
}
