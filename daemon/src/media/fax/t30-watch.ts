import type { FaxProgress } from '../api.ts';

/**
 * T.30 as it passes in IFP packets: what the record tells of a fax. The octets are those of T.38, first bit on the line
 * first, so that the codes are as the tables of T.30 print them; their first bit says who sends, and is left out.
 */
const DCS = 0x41;
const EOM = 0x71;
const MPS = 0x72;
const EOP = 0x74;
const PRI_EOM = 0x79;
const PRI_MPS = 0x7a;
const PRI_EOP = 0x7c;
const PPS = 0x7d;
const MCF = 0x31;
const RTN = 0x32;
const RTP = 0x33;
const DCN = 0x5f;
const SENDER_BIT = 0x80;

/** T.38 7.2: IFP data packets, V.21 among the data types, and the kinds of HDLC field. */
const DATA_PACKET = 0x40;
const HAS_DATA = 0x80;
const V21_DATA = 0;
const HDLC_DATA = 0;
const FCS_OK = 2;
const FCS_BAD = 3;
const FCS_OK_END = 4;
const FCS_BAD_END = 5;
/** T.30 frames are a few dozen octets. */
const MAX_FRAME = 300;

/** Bits 11 to 14 of DCS (T.30 table 2), in bit/s. */
const RATES: Readonly<Record<number, number>> = {
  0: 2400,
  4: 4800,
  8: 9600,
  12: 7200,
  1: 14_400,
  5: 12_000,
  9: 9600,
  13: 7200,
};

/** Follows the V.21 frames of both directions. */
export class T30Watch {
  readonly #onChange: (progress: FaxProgress) => void;
  readonly #frames: Record<'in' | 'out', number[]> = { in: [], out: [] };
  #progress: FaxProgress = { pages: 0, complete: false, over: false };
  /** A page's end was said and waits for its answer; `last`: no page follows. */
  #pending: { last: boolean } | undefined;

  /** `onChange` is told of every change. */
  constructor(onChange: (progress: FaxProgress) => void) {
    this.#onChange = onChange;
  }

  get progress(): Readonly<FaxProgress> {
    return this.#progress;
  }

  /** Takes an IFP packet; `way` tells the directions apart. */
  packet(way: 'in' | 'out', ifp: Uint8Array): void {
    const head = ifp[0] ?? 0;
    if ((head & (DATA_PACKET | HAS_DATA)) !== (DATA_PACKET | HAS_DATA)) return;
    if ((head & 0x20) !== 0 || ((head >> 1) & 0x0f) !== V21_DATA) return;
    let at = 2;
    for (let fields = ifp[1] ?? 0; fields > 0 && at < ifp.length; fields--) {
      const field = ifp[at++]!;
      let data: Uint8Array | undefined;
      if ((field & 0x80) !== 0) {
        const length = (((ifp[at] ?? 0) << 8) | (ifp[at + 1] ?? 0)) + 1;
        data = ifp.subarray(at + 2, at + 2 + length);
        at += 2 + length;
      }
      this.#field(way, (field >> 4) & 7, data);
    }
  }

  #field(way: 'in' | 'out', type: number, data: Uint8Array | undefined): void {
    const frame = this.#frames[way];
    if (type === HDLC_DATA && data && frame.length + data.length <= MAX_FRAME) frame.push(...data);
    if (type === FCS_OK || type === FCS_OK_END) this.#frame(frame);
    if (type >= FCS_OK && type <= FCS_BAD_END) frame.length = 0;
    if (type === FCS_BAD) frame.length = 0;
  }

  /** Address FF, control, then the facsimile control field (T.30 5.3.6). */
  #frame(frame: readonly number[]): void {
    if (frame.length < 3 || frame[0] !== 0xff) return;
    const code = frame[2]! & ~SENDER_BIT;
    switch (code) {
      case DCS:
        this.#agreed(frame.slice(3));
        break;
      case EOM:
      case MPS:
      case PRI_EOM:
      case PRI_MPS:
        this.#pending = { last: false };
        break;
      case EOP:
      case PRI_EOP:
        this.#pending = { last: true };
        break;
      case PPS: {
        // T.30 annex A: what follows the partial page; null: more of the same page.
        const next = (frame[3] ?? 0) & ~SENDER_BIT;
        this.#pending = next === 0 ? undefined : { last: next === EOP || next === PRI_EOP };
        break;
      }
      case MCF:
      case RTP:
        if (!this.#pending) break;
        this.#change({ pages: this.#progress.pages + 1, complete: this.#pending.last });
        this.#pending = undefined;
        break;
      case RTN:
        this.#pending = undefined;
        break;
      case DCN:
        if (!this.#progress.over) this.#change({ over: true });
        break;
    }
  }

  #agreed(fields: readonly number[]): void {
    const bitRate = RATES[((fields[1] ?? 0) >> 2) & 0x0f];
    const errorCorrection = ((fields[3] ?? 0) & 0x20) !== 0;
    // Another document in the same call begins with another DCS.
    this.#change({ errorCorrection, over: false, ...(bitRate === undefined ? {} : { bitRate }) });
  }

  #change(change: Partial<FaxProgress>): void {
    this.#progress = { ...this.#progress, ...change };
    this.#onChange(this.#progress);
  }
}
