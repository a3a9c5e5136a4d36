import { randomBytes } from 'node:crypto';
import type { Clock, Timer } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { RingBuffer } from '../base/ring-buffer.ts';
import type { LiveChange, LiveMessage } from './contract.ts';
import type { LiveModel } from './deps.ts';

type Patch = Extract<LiveMessage, { type: 'patch' }>;

/** Changes gathered into one message: 20 a second are smooth to the eye. */
const batchMs = 50;
/** A page may have been away for so many patches and still be resumed. */
const remembered = 512;
const beatMs = 1000;
/** After the last page has gone, changes are followed on for as long as one that lost its connection takes to come back. */
const lingerMs = 60_000;

/**
 * Numbers the changes of the live model and turns them into messages, once for all pages. Of several
 * changes of one thing within a batch only the last one goes out. While no page is there the model is not
 * followed: a box without a page spends nothing on pictures of every call.
 */
export class LiveHub {
  readonly events = new Emitter<{ message: [message: LiveMessage] }>();
  readonly #model: LiveModel;
  readonly #clock: Clock;
  readonly #isWatched: () => boolean;
  readonly #timer: Timer;
  #epoch = newEpoch();
  #unfollow: (() => void) | undefined;
  #watchedAt = 0;
  #seq = 0;
  #batch = new Map<string, LiveChange>();
  #batchTimer: Timer | undefined;
  #patches = new RingBuffer<Patch>(remembered);

  /** `isWatched`: whether any page is connected. */
  constructor(model: LiveModel, clock: Clock, isWatched: () => boolean) {
    this.#model = model;
    this.#clock = clock;
    this.#isWatched = isWatched;
    this.#timer = clock.every(beatMs, () => this.#beat());
  }

  /** Names a run of patches without a gap; a page of another one gets a snapshot. */
  get epoch(): string {
    return this.#epoch;
  }

  /** The present state, with the number from which patches go on. */
  snapshot(): LiveMessage {
    this.#follow();
    this.#flush();
    const state = this.#model.snapshot();
    return { type: 'snapshot', epoch: this.epoch, seq: this.#seq, at: this.#clock.wall(), state };
  }

  /** What a page missed that was at `since`, or undefined if that is not known any more. */
  missed(epoch: string, since: number): LiveMessage[] | undefined {
    this.#follow();
    this.#flush();
    if (epoch !== this.epoch || !Number.isInteger(since) || since > this.#seq) return undefined;
    const patches = this.#patches.toArray();
    const oldest = patches[0]?.seq ?? this.#seq + 1;
    if (since < oldest - 1) return undefined;
    const at = this.#clock.wall();
    return [{ type: 'resumed', epoch, seq: since, at }, ...patches.filter((p) => p.seq > since)];
  }

  close(): void {
    this.#timer.cancel();
    this.#rest();
    this.events.off();
  }

  #follow(): void {
    this.#watchedAt = this.#clock.now();
    this.#unfollow ??= this.#model.events.on('changed', (change) => this.#take(change));
  }

  /** Stops following. What happens from now on is not known, so a new epoch begins. */
  #rest(): void {
    this.#unfollow?.();
    this.#unfollow = undefined;
    this.#batchTimer?.cancel();
    this.#batchTimer = undefined;
    this.#batch.clear();
    this.#patches = new RingBuffer<Patch>(remembered);
    this.#epoch = newEpoch();
  }

  #take(change: LiveChange): void {
    const key = 'id' in change ? `${change.what}/${change.id}` : change.what;
    // Deleted first, so that the batch keeps the order of the last changes.
    this.#batch.delete(key);
    this.#batch.set(key, change);
    this.#batchTimer ??= this.#clock.after(batchMs, () => this.#flush());
  }

  #flush(): void {
    this.#batchTimer?.cancel();
    this.#batchTimer = undefined;
    if (this.#batch.size === 0) return;
    const patch: Patch = {
      type: 'patch',
      seq: ++this.#seq,
      at: this.#clock.wall(),
      changes: [...this.#batch.values()],
    };
    this.#batch.clear();
    this.#patches.push(patch);
    this.events.emit('message', patch);
  }

  #beat(): void {
    const now = this.#clock.now();
    if (this.#isWatched()) {
      this.#watchedAt = now;
      this.events.emit('message', { type: 'beat', seq: this.#seq, at: this.#clock.wall() });
    } else if (this.#unfollow && now - this.#watchedAt > lingerMs) {
      this.#rest();
    }
  }
}

const newEpoch = (): string => randomBytes(9).toString('base64url');
