import type { Clock, Timer } from '../base/clock.ts';

/** How a key came: heard as tones, as RFC 4733 event, as INFO. */
export type KeySource = 'dtmf' | 'rfc4733' | 'info';

/** Who is believed where a peer tells a key in several ways: events say most, tones least. */
const RANK: Record<KeySource, number> = { dtmf: 0, info: 1, rfc4733: 2 };

/**
 * The same key told by another way comes within this time, ms: an INFO takes its way through proxies, tones wait in
 * the jitter buffer, an event is told at its end.
 */
const SAME_KEY_MS = 600;

/** The longest press that is still known by then, ms; one that is held for longer is no key. */
const LONGEST_MS = 20_000;

interface Told {
  readonly key: string;
  readonly source: KeySource;
  readonly at: number;
  /** The other ways that have told it again. */
  readonly repeated: Set<KeySource>;
}

/**
 * The one owner of the keys of a leg (C03). The best way that a peer has used owns them; what comes by a lesser one is
 * a repetition of what the owner has told, or is about to. Only where the owner says nothing within {@link SAME_KEY_MS}
 * has the peer changed its way, and the lesser one owns the keys from then on.
 */
export class KeyOwner {
  readonly #clock: Clock;
  readonly #onKey: (key: string) => void;
  #owner: KeySource | undefined;
  #told: Told[] = [];
  #doubted: { key: string; source: KeySource; timer: Timer }[] = [];

  constructor(clock: Clock, onKey: (key: string) => void) {
    this.#clock = clock;
    this.#onKey = onKey;
  }

  /** A key came by `source`; `lastedMs`: it has been pressed for so long already, as events and tones tell at its end. */
  heard(key: string, source: KeySource, lastedMs = 0): void {
    const now = this.#clock.now();
    this.#told = this.#told.filter(({ at }) => now - at < SAME_KEY_MS + LONGEST_MS);
    if (this.#repeats(key, source, now - lastedMs - SAME_KEY_MS)) return;
    if (this.#owner === undefined || RANK[source] >= RANK[this.#owner]) {
      this.#owner = source;
      this.#tell(key, source, this.#absorbed(key, source));
      return;
    }
    const timer = this.#clock.after(SAME_KEY_MS, () => {
      this.#doubted = this.#doubted.filter((other) => other.timer !== timer);
      this.#owner = source;
      this.#tell(key, source, []);
    });
    this.#doubted.push({ key, source, timer });
  }

  /** Nothing more is told. */
  stop(): void {
    for (const { timer } of this.#doubted) timer.cancel();
    this.#doubted = [];
  }

  /** Whether another way has told this press of the key since `from`; each press answers for one of each way. */
  #repeats(key: string, source: KeySource, from: number): boolean {
    const told = this.#told.find(
      (t) => t.key === key && t.at > from && t.source !== source && !t.repeated.has(source),
    );
    told?.repeated.add(source);
    return told !== undefined;
  }

  /** What was in doubt under this key is what its owner tells now: the ways that have told it. */
  #absorbed(key: string, source: KeySource): KeySource[] {
    const ways: KeySource[] = [];
    this.#doubted = this.#doubted.filter((other) => {
      if (other.key !== key || other.source === source || ways.includes(other.source)) return true;
      ways.push(other.source);
      other.timer.cancel();
      return false;
    });
    return ways;
  }

  #tell(key: string, source: KeySource, repeated: readonly KeySource[]): void {
    this.#told.push({ key, source, at: this.#clock.now(), repeated: new Set(repeated) });
    this.#onKey(key);
  }
}
