import type { ApiDeps } from '../api/deps.ts';
import type { AlarmBoard } from '../health/alarm-board.ts';
import type { CallRecord } from '../records/call-record.ts';
import type { Records } from '../records/records.ts';
import { ClickToCall } from '../service/click-to-call.ts';
import type { ServiceContext } from '../service/context.ts';
import type { Services } from '../service/services.ts';
import { EventDesk } from './event-desk.ts';
import { hookAddress } from './hook-address.ts';
import { Metrics } from './metrics.ts';
import { PhonebookDesk } from './phonebook-desk.ts';
import { TokenStore, tokenFile } from './token-store.ts';
import { webhookPost } from './webhook-post.ts';

/** What the office's own programs are given: tokens and events, wired. */
export class Programs {
  /** What the API is given of it. */
  readonly api: Pick<ApiDeps, 'tokens' | 'events' | 'webhooks' | 'click' | 'phonebook' | 'metrics'>;
  readonly #tokens: TokenStore;
  readonly #events: EventDesk;
  readonly #phonebook: PhonebookDesk;
  readonly click: ClickToCall;
  readonly #metrics: Metrics;

  constructor(
    data: string,
    parts: {
      context: ServiceContext;
      services: Services;
      records: Records;
      alarms: AlarmBoard;
      letters(): number;
      /** With the simulator in place of a card the office and its programs are on this very machine. */
      simulated: boolean;
    },
  ) {
    const { context, services, records, alarms, letters, simulated } = parts;
    const { clock, config, calls, log } = context;
    this.#tokens = new TokenStore(clock, tokenFile(data), (message) => log('warn', () => message));
    this.#events = new EventDesk(data, {
      ...{ clock, config, calls, alarms, log },
      record: (id) => records.get(id),
      asked: () => this.#tokens.list().some(({ scopes }) => scopes.includes('events:read')),
      post: webhookPost({
        ...{ clock, hosts: () => config().hooks.hosts },
        ...(simulated ? { choose: thisMachineToo } : {}),
      }),
    });
    const warn = (message: string): void => log('warn', () => message);
    this.#phonebook = new PhonebookDesk(data, { clock, config, warn });
    this.#metrics = new Metrics({
      ...{ data, letters },
      backlog: () => this.#events.backlog,
    });
    context.callerName = (number) => this.#phonebook.nameOf(number);
    if (services.voicemail) this.#events.follow(services.voicemail);
    this.click = new ClickToCall(context, services.originate);
    this.api = {
      tokens: this.#tokens,
      events: this.#events.access,
      webhooks: this.#events.webhooks,
      phonebook: this.#phonebook,
      metrics: this.#metrics,
      click: this.click,
    };
  }

  get phonebook(): PhonebookDesk {
    return this.#phonebook;
  }

  /** A call's record has been written. */
  note(record: CallRecord): void {
    this.#events.note(record);
    this.#metrics.note(record);
  }

  /** The configuration has changed. */
  apply(): void {
    this.#events.apply();
  }

  async close(): Promise<void> {
    await this.#events.close();
    this.#metrics.close();
    this.#phonebook.close();
    await this.#tokens.close();
  }
}

const thisMachineToo: typeof hookAddress = (host, addresses, allowed, own) =>
  addresses.find((address) => address === '127.0.0.1') ?? hookAddress(host, addresses, allowed, own);
