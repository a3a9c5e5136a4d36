import type { ApiDeps } from '../api/deps.ts';
import type { DeviceKey } from '../config/device-key.ts';
import type { Records } from '../records/records.ts';
import type { ServiceContext } from '../service/context.ts';
import { MessageLamps } from '../service/message-lamps.ts';
import type { MessageWaiting } from '../service/message-waiting.ts';
import type { Services } from '../service/services.ts';
import { VoicemailLamps } from '../service/voicemail/lamps.ts';
import { MailDesk } from './mail-desk.ts';
import { VoicemailDesk } from './voicemail-desk.ts';
import { VoicemailStore } from './voicemail-store.ts';

/** Messages that callers leave, the lamps that tell of them, and letters: wired. */
export class Messaging {
  /** What the page is given of it. */
  readonly api: Pick<ApiDeps, 'voicemail' | 'mail'>;
  readonly mail: MailDesk;
  readonly #store: VoicemailStore;
  readonly #lamps: MessageLamps;
  readonly #counts: VoicemailLamps;

  /** The context is given what it needs of it: `voicemail`. */
  constructor(
    data: string,
    context: ServiceContext,
    parts: { messages: MessageWaiting; key: DeviceKey; records: Pick<Records, 'get'> },
  ) {
    const { clock, config, calls, alarms, log } = context;
    const { messages, key, records } = parts;
    this.#store = new VoicemailStore(data, {
      ...{ clock, config },
      secret: key.bytes,
      log: (message) => log('info', () => message),
    });
    context.voicemail = this.#store;
    this.#counts = new VoicemailLamps({ config, shelf: this.#store, messages });
    this.#lamps = new MessageLamps({ config, messages, fxs: (number) => context.ports.fxs(number) });
    this.mail = new MailDesk(data, {
      ...{ clock, config, calls, alarms, log },
      store: this.#store,
      record: (id) => records.get(id),
    });
    this.api = { voicemail: new VoicemailDesk(this.#store, config), mail: this.mail };
  }

  /** What is left there is told by mail. */
  follow({ voicemail }: Services): void {
    if (voicemail) this.mail.follow(voicemail);
  }

  /** Calls `fn` whenever the messages of a mailbox are others, by telephone or on the page. */
  watch(fn: (box: string) => void): void {
    this.#store.on('changed', fn);
  }

  /** The configuration has changed. */
  apply(): void {
    this.#counts.apply();
    this.#lamps.apply();
    this.mail.apply();
  }

  close(): void {
    this.mail.close();
    this.#lamps.close();
    this.#counts.close();
    this.#store.close();
  }
}
