import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SetupChange, type SetupView, setupChange, setupSteps } from '../../api/setup-contract.ts';
import { codeOf, messageOf } from '../../base/error.ts';
import { writeAtomic } from '../../config/atomic-file.ts';
import type { Config } from '../../config/schema.ts';

/** Nothing secret is kept in a draft: whoever goes on types it again. */
const secretKey = /password|passphrase|secret|token|^pin$|privatekey/i;

/**
 * Where the first-run wizard stands: `DATA/setup.json`, written whole and to the disk before it is confirmed (ruling 34),
 * so that neither a closed tab nor a power cut loses what was done.
 */
export class SetupStore {
  readonly #path: string;
  readonly #warn: (message: string) => void;
  readonly #config: () => Config;
  #view: SetupView | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(data: string, config: () => Config, warn: (message: string) => void) {
    this.#path = join(data, 'setup.json');
    this.#config = config;
    this.#warn = warn;
  }

  /** Read when it is first asked for. */
  view(): SetupView {
    this.#view ??= this.#read() ?? beginning(this.#config());
    return this.#view;
  }

  async change({ state, at, steps, drafts }: SetupChange): Promise<SetupView> {
    // One after the other: each builds on what was written before it.
    const turn = this.#writing
      .catch(() => {})
      .then(async () => {
        const before = this.view();
        const next: SetupView = {
          state: state ?? before.state,
          at: at ?? before.at,
          steps: { ...before.steps, ...steps },
          drafts: merged(before.drafts, drafts),
        };
        await writeAtomic(this.#path, `${JSON.stringify(next)}\n`);
        this.#view = next;
      });
    this.#writing = turn;
    await turn;
    return this.view();
  }

  #read(): SetupView | undefined {
    try {
      const read = setupChange.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
      const { state = 'put-off', at = 'place', steps = {}, drafts } = read;
      return { state, at, steps: { ...left(), ...steps }, drafts: merged({}, drafts) };
    } catch (error) {
      if (codeOf(error) !== 'ENOENT')
        this.#warn(`where the set-up stood cannot be read, and it begins anew: ${messageOf(error)}`);
      return undefined;
    }
  }
}

const left = (): SetupView['steps'] =>
  Object.fromEntries(setupSteps.map((step) => [step, 'left'])) as SetupView['steps'];

/** A box that serves an office already, from before there was a wizard or from a file, is not interrupted by one. */
function beginning({ ports, people, trunks, routes, devices }: Config): SetupView {
  const empty = [ports, people, trunks, routes, devices].every((list) => list.length === 0);
  return {
    state: empty ? 'open' : 'put-off',
    at: 'place',
    // Nobody gets here before the box was claimed.
    steps: { ...left(), password: 'done' },
    drafts: {},
  };
}

function merged(before: SetupView['drafts'], change: SetupChange['drafts']): SetupView['drafts'] {
  const drafts = { ...before };
  for (const step of setupSteps) {
    const draft = change?.[step];
    if (draft === null) delete drafts[step];
    else if (draft !== undefined) drafts[step] = withoutSecrets(draft) as Record<string, unknown>;
  }
  return drafts;
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !secretKey.test(key) && key !== '__proto__');
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutSecrets(inner)]));
}
