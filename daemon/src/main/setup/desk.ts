import type {
  LineProof,
  SetupAccess,
  SetupChange,
  SetupView,
  TestCallOrder,
} from '../../api/setup-contract.ts';
import type { Config } from '../../config/schema.ts';
import type { ConfigStore } from '../../config/store.ts';
import type { CallRecord } from '../../records/call-record.ts';
import type { TestCalls } from '../../service/test-call.ts';
import { SetupStore } from './store.ts';

interface Parts {
  data: string;
  store: Pick<ConfigStore, 'config' | 'change'>;
  records: { get(id: string): CallRecord | undefined };
  testCalls: Pick<TestCalls, 'start'>;
  warn(message: string): void;
}

/** The first-run wizard's back end (V04). */
export class SetupDesk implements SetupAccess {
  readonly #parts: Parts;
  readonly #store: SetupStore;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#store = new SetupStore(parts.data, () => parts.store.config, parts.warn);
  }

  view(): SetupView {
    return this.#store.view();
  }

  change(change: SetupChange): Promise<SetupView> {
    return this.#store.change(change);
  }

  testCall(order: TestCallOrder): ReturnType<SetupAccess['testCall']> {
    return this.#parts.testCalls.start(order);
  }

  async prove(number: number, callId: string, by: string): Promise<LineProof> {
    const { store, records } = this.#parts;
    const port = line(store.config, number);
    if (!port) return 'no-line';
    if (port.role !== 'city-line' || port.outsidePrefix !== '') return 'not-city';
    const record = records.get(callId);
    if (!record) return 'no-call';
    const leg = record.legs.find(({ place }) => place === `line:${number}`);
    if (!leg) return 'not-over-it';
    if (leg.answeredAt === undefined) return 'nobody';
    await store.change((draft) => {
      const found = line(draft, number);
      if (found) found.proven = true;
    }, by);
    return 'proven';
  }
}

const line = (config: Config, number: number) =>
  config.ports.find(
    (port): port is Extract<Config['ports'][number], { kind: 'fxo' }> =>
      port.kind === 'fxo' && port.number === number,
  );
