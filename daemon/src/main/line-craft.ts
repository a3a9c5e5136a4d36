import type { LineCraft } from '../api/deps.ts';
import type { VerdictRequest, VerdictResult } from '../api/line-contract.ts';
import type { Config, FxoPortConfig } from '../config/schema.ts';
import type { Records } from '../records/records.ts';
import type { LearnOrder, LearnView, LineLearning } from '../service/learning/line-learning.ts';
import { againstWrong } from '../service/learning/verdicts.ts';

/** How many calls back the line's own tones are looked for. */
const LOOKED_BACK = 200;

/** Learning of lines, and the admin's word on what they were thought to have said, for the page. */
export class LineBench implements LineCraft {
  readonly #learning: LineLearning;
  readonly #records: Pick<Records, 'get' | 'list' | 'update'>;
  readonly #config: () => Config;

  constructor(
    learning: LineLearning,
    records: Pick<Records, 'get' | 'list' | 'update'>,
    config: () => Config,
  ) {
    this.#learning = learning;
    this.#records = records;
    this.#config = config;
  }

  learn(port: number, order: LearnOrder): Promise<LearnView | undefined> {
    return this.#learning.start(port, order);
  }

  learnt(port: number): LearnView | undefined {
    return this.#learning.view(port);
  }

  stopLearning(port: number): boolean {
    return this.#learning.cancel(port);
  }

  judge(callId: string, { leg, about, verdict }: VerdictRequest): VerdictResult | undefined {
    const record = this.#records.get(callId);
    const entry = record?.legs.find(({ id }) => id === leg);
    const account = about === 'answer' ? entry?.lineAnswer : entry?.lineRelease;
    // While the call lasts its own keeper would write over what is said here.
    if (!record || !entry || !account || record.state === 'active') return undefined;
    account.verdict = verdict;
    this.#records.update(record);
    const port = this.#line(entry.place);
    if (verdict === 'right' || !port) return { record, proposals: [] };
    return { record, proposals: againstWrong(port, account, about, this.#ownHz(entry.place)) };
  }

  /** Mean frequency of the tones by which this line was rightly released, as the admin said. */
  #ownHz(place: string): number | undefined {
    const heard = this.#records
      .list({ place, limit: LOOKED_BACK })
      .calls.flatMap(({ legs }) => legs)
      .flatMap(({ place: at, lineRelease }) =>
        at === place && lineRelease?.verdict === 'right' && lineRelease.tone && lineRelease.as !== 'sit'
          ? [lineRelease.tone.frequencyHz]
          : [],
      );
    return heard.length ? heard.reduce((sum, hz) => sum + hz, 0) / heard.length : undefined;
  }

  #line(place: string): FxoPortConfig | undefined {
    const number = Number(/^line:(\d+)$/.exec(place)?.[1]);
    return this.#config().ports.find(
      (port): port is FxoPortConfig => port.kind === 'fxo' && port.number === number,
    );
  }
}
