import type { Clock } from '../../base/clock.ts';
import type { SipMessage } from '../message/message.ts';
import type { Leg } from './leg.ts';
import { delayOf } from './session-timer.ts';

/** All dialogs, by the control protocol's name and by their own three-part identifier. */
export class Legs {
  readonly #byName = new Map<string, Leg>();
  readonly #byTags = new Map<string, Leg>();

  /** Makes a leg known by name; one of the same name (a refused try) is replaced. */
  add(leg: Leg): void {
    this.#byName.set(leg.id, leg);
  }

  /** Makes a leg known by its tags, once the remote one is known; a leg may have several. */
  index(leg: Leg, remoteTag: string = leg.remoteTag): void {
    this.#byTags.set(key(leg.callId, leg.localTag, remoteTag), leg);
  }

  byName(id: string): Leg | undefined {
    return this.#byName.get(id);
  }

  /** The leg that a request with a To tag belongs to (RFC 3261 12.2.2). */
  byRequest(request: SipMessage): Leg | undefined {
    return this.#byTags.get(key(request.callId, request.toTag, request.fromTag));
  }

  remove(leg: Leg): void {
    leg.state = 'ended';
    leg.awaitingAck?.repeater.stop();
    leg.awaitingAck = undefined;
    for (const cseq of [...leg.unacked.keys()]) leg.acknowledged(cseq);
    for (const done of leg.atEnd.splice(0)) done();
    leg.unkeep?.();
    leg.unkeep = undefined;
    leg.session?.stop();
    leg.expiry?.cancel();
    leg.expiry = undefined;
    leg.afterAck?.gone();
    leg.afterAck = undefined;
    if (this.#byName.get(leg.id) === leg) this.#byName.delete(leg.id);
    const k = key(leg.callId, leg.localTag, leg.remoteTag);
    if (this.#byTags.get(k) === leg) this.#byTags.delete(k);
    this.dropEarly(leg);
  }

  /** Forgets the early dialogs of forks that were not chosen. */
  dropEarly(leg: Leg): void {
    for (const tag of leg.early.keys()) {
      if (tag === leg.remoteTag && leg.state !== 'ended') continue;
      const k = key(leg.callId, leg.localTag, tag);
      if (this.#byTags.get(k) === leg) this.#byTags.delete(k);
    }
    leg.early.clear();
  }

  /**
   * A subscription has been granted `seconds` more; unless it is renewed it is forgotten `slackMs` after
   * them, so that one whose last NOTIFY never came does not stay (RFC 6665 4.1.2).
   */
  expect(leg: Leg, seconds: number, clock: Clock, slackMs: number): void {
    leg.expiry?.cancel();
    leg.expiry = clock.after(delayOf(seconds + slackMs / 1000), () => this.remove(leg));
  }

  values(): IterableIterator<Leg> {
    return this.#byName.values();
  }

  get size(): number {
    return this.#byName.size;
  }
}

function key(callId: string, localTag: string, remoteTag: string): string {
  return `${callId}|${localTag}|${remoteTag}`;
}
