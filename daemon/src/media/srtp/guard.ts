import type { SrtpKey, SrtpParameters } from '../api.ts';
import { type SrtpDirection, type SrtpHandle, type SrtpLibrary, srtpLibrary } from './library.ts';
import { SUITES } from './suites.ts';

/** Packets that may wait in the kernel's queue, or be on their way through a relay, while the next are written. */
const BUFFERS = 8;
/** The longest packet that is protected or opened: an Ethernet frame's worth. */
const MAX_BYTES = 1500;
/** What SRTP adds at most: tag of 16, index of 4 for RTCP. */
const MAX_TRAILER = 24;

/** Length of the packet in hand, as the library reads and writes it; used up within one call. */
const length = new Int32Array(1);

/** Room for packets written in turn; views of it are kept, so that equal lengths cost no new one. */
class Room {
  readonly #slab = Buffer.alloc(BUFFERS * (MAX_BYTES + MAX_TRAILER));
  readonly #whole: Buffer[] = [];
  readonly #views: Buffer[] = [];
  #next = 0;

  constructor() {
    const bytes = MAX_BYTES + MAX_TRAILER;
    for (let i = 0; i < BUFFERS; i++) this.#whole.push(this.#slab.subarray(i * bytes, (i + 1) * bytes));
    this.#views.push(...this.#whole);
  }

  /** The room for the next packet, whole. */
  take(): Buffer {
    this.#next = (this.#next + 1) % BUFFERS;
    return this.#whole[this.#next]!;
  }

  /** The packet written there last. */
  written(bytes: number): Buffer {
    const view = this.#views[this.#next]!;
    if (view.length === bytes) return view;
    const fresh = this.#whole[this.#next]!.subarray(0, bytes);
    this.#views[this.#next] = fresh;
    return fresh;
  }
}

/** One direction of a session: the library's context of one master key. */
class Context {
  readonly key: SrtpKey;
  readonly #library: SrtpLibrary;
  /** Undefined once it is given back. */
  #handle: SrtpHandle | undefined;
  readonly #room = new Room();
  readonly #mki: Buffer;
  readonly #aead: boolean;
  readonly #rtpTag: number;
  readonly #rtcpTag: number;

  constructor(library: SrtpLibrary, direction: SrtpDirection, key: SrtpKey) {
    const shape = SUITES[key.suite];
    this.#library = library;
    this.key = key;
    this.#handle = library.open(direction, key.suite, Buffer.from(key.key, 'base64'));
    this.#mki = Buffer.from(key.mki ?? '', 'hex');
    this.#aead = shape.aead;
    this.#rtpTag = shape.rtpTagBytes;
    this.#rtcpTag = shape.rtcpTagBytes;
  }

  protect(data: Uint8Array, rtcp: boolean): Buffer | undefined {
    if (this.#handle === undefined || data.length > MAX_BYTES) return undefined;
    const packet = this.#room.take();
    packet.set(data);
    length[0] = data.length;
    const { protect, protectRtcp } = this.#library;
    const status = rtcp ? protectRtcp(this.#handle, packet, length) : protect(this.#handle, packet, length);
    return status === 0 ? this.#room.written(length[0]!) : undefined;
  }

  unprotect(data: Buffer, rtcp: boolean): Buffer | undefined {
    if (this.#handle === undefined || data.length > MAX_BYTES) return undefined;
    const packet = this.#room.take();
    packet.set(data);
    length[0] = data.length;
    if (this.#mki.length > 0 && !this.#cutMki(packet, data.length, rtcp)) return undefined;
    const { unprotect, unprotectRtcp } = this.#library;
    const status = rtcp
      ? unprotectRtcp(this.#handle, packet, length)
      : unprotect(this.#handle, packet, length);
    return status === 0 ? this.#room.written(length[0]!) : undefined;
  }

  close(): void {
    if (this.#handle === undefined) return;
    this.#library.close(this.#handle);
    this.#handle = undefined;
  }

  /**
   * Takes the peer's master key identifier out: before the tag (RFC 3711 3.1), or at the end (RFC 7714 8.2). It is not
   * authenticated, and there is one key it may name.
   */
  #cutMki(packet: Buffer, bytes: number, rtcp: boolean): boolean {
    const after = this.#aead ? 0 : rtcp ? this.#rtcpTag : this.#rtpTag;
    const at = bytes - after - this.#mki.length;
    if (at < 0 || !this.#mki.equals(packet.subarray(at, at + this.#mki.length))) return false;
    packet.copyWithin(at, at + this.#mki.length, bytes);
    length[0] = bytes - this.#mki.length;
    return true;
  }
}

/**
 * SRTP of one session, both ways (RFC 3711). A context lives as long as its key: what is negotiated again with the same
 * key goes on with its rollover counter and its replay window, and a new key begins with both at zero (RFC 4568 7.1.4).
 */
export class SrtpGuard {
  #out: Context;
  #in: Context;

  /** @throws CodedError `media/no-srtp`, `media/srtp` */
  constructor(parameters: SrtpParameters, library: SrtpLibrary = srtpLibrary()) {
    this.#out = new Context(library, 'outbound', parameters.send);
    try {
      this.#in = new Context(library, 'inbound', parameters.receive);
    } catch (error) {
      this.#out.close();
      throw error;
    }
  }

  /** Takes what was negotiated now. @throws CodedError `media/srtp`; the keys are then the old ones */
  set(parameters: SrtpParameters, library: SrtpLibrary = srtpLibrary()): void {
    const { send, receive } = parameters;
    const out = same(send, this.#out.key) ? undefined : new Context(library, 'outbound', send);
    if (!same(receive, this.#in.key)) {
      let fresh: Context;
      try {
        fresh = new Context(library, 'inbound', receive);
      } catch (error) {
        out?.close();
        throw error;
      }
      this.#in.close();
      this.#in = fresh;
    }
    if (out) {
      this.#out.close();
      this.#out = out;
    }
  }

  /** The packet as it is to be sent, in memory that stays as it is for the next seven; undefined if it may not be. */
  protect(data: Uint8Array, rtcp = false): Buffer | undefined {
    return this.#out.protect(data, rtcp);
  }

  /** The packet as it was before it was protected; undefined if it is not authentic, or came before. */
  unprotect(data: Buffer, rtcp = false): Buffer | undefined {
    return this.#in.unprotect(data, rtcp);
  }

  /** Gives the keys back; nothing is protected or opened any more. */
  close(): void {
    this.#out.close();
    this.#in.close();
  }
}

const same = (a: SrtpKey, b: SrtpKey): boolean => a.suite === b.suite && a.key === b.key && a.mki === b.mki;
