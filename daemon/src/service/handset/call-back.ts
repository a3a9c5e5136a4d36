import type { Timer } from '../../base/clock.ts';
import type { ServiceContext } from '../context.ts';
import { partyOfDevice, partyOfPort, rightsAt, targetOfExtension } from '../directory.ts';
import type { CodeOutcome, CodeUse, FeatureCodes } from '../feature-codes.ts';
import { inUse, placesOf } from '../in-use.ts';
import type { Originate, Originated } from '../originate.ts';
import type { HandsetMemory } from './memory.ts';
import { confirmed, refused } from './outcome.ts';
import { type Here, placeOf } from './owner.ts';
import { readOut, withNumber, words } from './words.ts';

/** Somebody who wants to be called when somebody else of the office is free. */
interface Request {
  readonly at: Here;
  readonly extension: string;
  readonly expires: Timer;
  /** Nobody answered: free is only who has been seen to use the telephone since. */
  unseen: boolean;
  going?: Originated;
}

/** ETSI EN 300 357 (CCBS) and EN 301 134 (CCNR): how long a request stands, ms. */
const busyMs = 45 * 60_000;
const noAnswerMs = 180 * 60_000;
/** Requests of one telephone at a time (EN 300 357: one to five). */
const most = 5;
/** A handset that was just put down is let lie for a moment, ms (EN 300 357: destination B idle guard). */
const guardMs = 5000;
/** How long the one who asked is rung, s (EN 300 357: CCBS-T4, 10 to 20 s). */
const ringSeconds = 20;

/**
 * Call back when free, inside the office: after busy as soon as the other hangs up, after no answer once the other has
 * used the telephone again. The one who asked is rung first, and only with his handset lifted the other.
 */
export class CallBacks {
  readonly #context: ServiceContext;
  readonly #originate: Originate;
  readonly #memory: HandsetMemory;
  #requests: Request[] = [];
  #look: Timer | undefined;
  /** Ends the listening to handsets, which is only done while somebody waits. */
  #off: (() => void)[] = [];

  constructor(
    context: ServiceContext,
    codes: FeatureCodes,
    parts: { originate: Originate; memory: HandsetMemory },
  ) {
    this.#context = context;
    this.#originate = parts.originate;
    this.#memory = parts.memory;
    codes.register('callBack', async (use) => this.#ask(use));
    codes.register('callBackOff', async ({ origin }) => {
      const own = this.#of(placeOf(origin));
      for (const request of own) this.#drop(request);
      return own.length > 0 ? confirmed('call back cancelled', words.callBackOff) : refused(words.noCallBack);
    });
    codes.register('callBackCheck', async ({ origin }) => {
      const own = this.#of(placeOf(origin));
      const said = own.map(({ extension }) => withNumber(words.callBackWaits, readOut(extension)));
      return { kind: 'state', on: own.length > 0, words: own.length > 0 ? said : [words.noCallBack] };
    });
  }

  #of(place: string): Request[] {
    return this.#requests.filter(({ at }) => placeOf(at) === place);
  }

  #ask({ origin, held }: CodeUse): CodeOutcome {
    if (held) return refused(words.whileHeld);
    const place = placeOf(origin);
    const last = this.#memory.unreachedFrom(place);
    const { config, clock } = this.#context;
    const target = last && targetOfExtension(config(), last.dialed);
    // Only of telephones of ours can it be seen when they are free.
    const known = target?.kind === 'person' || target?.kind === 'port' || target?.kind === 'device';
    if (!last || !known) return refused(words.nobodyToCallBack);
    const own = this.#of(place);
    const said = confirmed(`call back from ${last.dialed}`, words.willCallBack);
    if (own.some(({ extension }) => extension === last.dialed)) return said;
    if (own.length >= most) return refused(words.tooMany);
    const request: Request = {
      at: origin,
      extension: last.dialed,
      unseen: !last.busy,
      expires: clock.after(last.busy ? busyMs : noAnswerMs, () => this.#drop(request)),
    };
    this.#requests.push(request);
    this.#listen();
    this.#soon();
    return said;
  }

  #drop(request: Request): void {
    this.#requests = this.#requests.filter((one) => one !== request);
    request.expires.cancel();
    const { going } = request;
    delete request.going;
    going?.cancel();
    this.#listen();
  }

  /** Follows calls and the handsets that are waited for; nothing while nobody waits. */
  #listen(): void {
    for (const off of this.#off) off();
    this.#off = [];
    if (this.#requests.length === 0) {
      this.#look?.cancel();
      this.#look = undefined;
      return;
    }
    const { calls, ports } = this.#context;
    const look = (): void => this.#soon();
    this.#off.push(calls.on('changed', look));
    const places = this.#requests.flatMap((request) => [placeOf(request.at), ...this.#placesOf(request)]);
    for (const place of new Set(places)) {
      const port = place.startsWith('port:') ? ports.fxs(Number(place.slice(5))) : undefined;
      if (port) this.#off.push(port.on('hungUp', look), port.on('seized', look));
    }
  }

  #placesOf({ extension }: Request): string[] {
    return placesOf(targetOfExtension(this.#context.config(), extension)).filter(
      (place) => !place.startsWith('+'),
    );
  }

  /** Notes who uses the telephone, and looks again after the guard time. */
  #soon(): void {
    for (const request of this.#requests)
      if (request.unseen && this.#placesOf(request).some((place) => inUse(place, this.#context)))
        request.unseen = false;
    this.#look?.cancel();
    this.#look = this.#context.clock.after(guardMs, () => this.#try());
  }

  /** Calls those whose turn it is: of several who wait for one, who asked first. */
  #try(): void {
    const wanted = new Set(this.#requests.flatMap(({ going, extension }) => (going ? [extension] : [])));
    for (const request of this.#requests) {
      if (request.going || request.unseen || wanted.has(request.extension)) continue;
      if (![placeOf(request.at), ...this.#placesOf(request)].every((place) => this.#free(place))) continue;
      wanted.add(request.extension);
      this.#call(request);
    }
  }

  #free(place: string): boolean {
    const port = place.startsWith('port:') ? this.#context.ports.fxs(Number(place.slice(5))) : undefined;
    return !inUse(place, this.#context) && !port?.ringing;
  }

  #call(request: Request): void {
    const { at, extension } = request;
    const config = this.#context.config();
    const caller = at.device === undefined ? partyOfPort(config, at.port) : partyOfDevice(config, at.device);
    const target = targetOfExtension(config, extension);
    const name = target?.kind === 'person' ? { name: target.person.name } : {};
    const going = this.#originate.start({
      first: placeOf(at),
      dialed: extension,
      rights: rightsAt(config, at),
      caller,
      at,
      shown: { number: extension, ...name },
      ring: 'recall',
      seconds: ringSeconds,
      service: 'call-back',
    });
    request.going = going;
    void going.outcome.then((outcome) => {
      if (request.going !== going) return;
      delete request.going;
      // Somebody was faster: the request stands, and waits for the telephone to be used and free again.
      if (outcome.kind === 'second-failed' && outcome.cause.q850 === 17) {
        request.unseen = !this.#placesOf(request).some((place) => inUse(place, this.#context));
        this.#soon();
      } else this.#drop(request);
    });
  }
}
