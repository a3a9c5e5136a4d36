/**
 * UDPTL, the datagrams of T.38 (clause 9.1, annex A): a sequence number, the newest IFP packet, and either the IFP
 * packets before it once more (redundancy) or sums of several of them (forward error correction).
 */

/** One IFP packet with its place in the row. */
export interface Ifp {
  /** 0 to 65535. */
  sequence: number;
  data: Uint8Array;
}

/** Forward error correction: `entries` sums, of which each covers `span` packets that lie `entries.length` apart. */
export interface ForwardCorrection {
  span: number;
  entries: Uint8Array[];
}

export interface UdptlDatagram {
  sequence: number;
  primary: Uint8Array;
  /** Earlier packets, the newest first: sequence - 1, sequence - 2... */
  secondaries: Uint8Array[];
  correction?: ForwardCorrection;
}

/** Longest IFP packet that is taken; ECM frames are 260 octets, and nobody puts more than a few into one. */
const MAX_IFP = 1400;
/** Earlier packets in one datagram that are looked at; more than that is an attack or a mistake. */
const MAX_SECONDARIES = 16;
/** Bits of the choice between the two kinds of repair, in the top bit of its octet. */
const CHOICE_FEC = 0x80;

class Reader {
  readonly #data: Uint8Array;
  at = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  get left(): number {
    return this.#data.length - this.at;
  }

  octet(): number {
    return this.#data[this.at++] ?? -1;
  }

  /** A length determinant of PER (X.691 10.9); -1 for one that is cut off or in fragments, which no fax needs. */
  length(): number {
    const first = this.octet();
    if (first < 0x80) return first;
    if (first >= 0xc0) return -1;
    const second = this.octet();
    return second < 0 ? -1 : ((first & 0x3f) << 8) | second;
  }

  /** An open type: its octets, not copied. */
  open(): Uint8Array | undefined {
    const length = this.length();
    if (length < 0 || length > MAX_IFP || length > this.left) return undefined;
    this.at += length;
    return this.#data.subarray(this.at - length, this.at);
  }
}

/**
 * Reads a datagram; undefined for anything that is none, down to the last octet: stray packets of RTP come to the same
 * port. What it returns refers to `data`.
 */
export function readUdptl(data: Uint8Array): UdptlDatagram | undefined {
  if (data.length < 5) return undefined;
  const reader = new Reader(data);
  const sequence = (reader.octet() << 8) | reader.octet();
  const primary = reader.open();
  if (!primary || primary.length === 0) return undefined;
  const choice = reader.octet();
  if (choice !== 0 && choice !== CHOICE_FEC) return undefined;
  if (choice === 0) {
    const count = reader.length();
    if (count < 0 || count > MAX_SECONDARIES) return undefined;
    const secondaries: Uint8Array[] = [];
    for (let i = 0; i < count; i++) {
      const packet = reader.open();
      if (!packet) return undefined;
      secondaries.push(packet);
    }
    return reader.left === 0 ? { sequence, primary, secondaries } : undefined;
  }
  // fec-npackets is an INTEGER without bounds: its length, then its value.
  if (reader.octet() !== 1) return undefined;
  const span = reader.octet();
  const count = reader.length();
  if (span < 0 || span > MAX_SECONDARIES || count < 0 || count > MAX_SECONDARIES) return undefined;
  const entries: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const entry = reader.open();
    if (!entry) return undefined;
    entries.push(entry);
  }
  if (reader.left !== 0) return undefined;
  return { sequence, primary, secondaries: [], correction: { span, entries } };
}

function putLength(out: number[], length: number): void {
  if (length < 0x80) out.push(length);
  else out.push(0x80 | (length >> 8), length & 0xff);
}

function openTypeBytes(data: Uint8Array): number {
  return data.length + (data.length < 0x80 ? 1 : 2);
}

/** Writes a datagram with redundancy, or with forward error correction where that is given. */
export function writeUdptl(datagram: UdptlDatagram): Buffer {
  const { sequence, primary, secondaries, correction } = datagram;
  const out: number[] = [(sequence >> 8) & 0xff, sequence & 0xff];
  const open = (data: Uint8Array): void => {
    putLength(out, data.length);
    for (const octet of data) out.push(octet);
  };
  open(primary);
  if (correction) {
    out.push(CHOICE_FEC, 1, correction.span);
    putLength(out, correction.entries.length);
    for (const entry of correction.entries) open(entry);
  } else {
    out.push(0);
    putLength(out, secondaries.length);
    for (const packet of secondaries) open(packet);
  }
  return Buffer.from(out);
}

/** What follows from offer and answer for what we send. */
export interface UdptlSending {
  /** Earlier packets in each datagram; 0: none (`t38UDPNoEC`). */
  redundancy: number;
  /** Largest datagram that the peer takes (T38FaxMaxDatagram), octets. */
  maxDatagram: number;
}

/** Writes one row of IFP packets as datagrams. */
export class UdptlSender {
  #sending: UdptlSending;
  #sequence = 0;
  /** Newest first. */
  readonly #earlier: Uint8Array[] = [];
  #sent = 0;

  constructor(sending: UdptlSending) {
    this.#sending = sending;
  }

  /** Terms that a later offer and answer have changed; the row goes on. */
  set terms(sending: UdptlSending) {
    this.#sending = sending;
  }

  get packetsSent(): number {
    return this.#sent;
  }

  /** The datagram for the next IFP packet, with as many earlier ones as the peer's limit leaves room for. */
  next(ifp: Uint8Array): Buffer {
    const { redundancy, maxDatagram } = this.#sending;
    let bytes = 2 + openTypeBytes(ifp) + 2;
    const secondaries: Uint8Array[] = [];
    for (const packet of this.#earlier.slice(0, redundancy)) {
      bytes += openTypeBytes(packet);
      if (bytes > maxDatagram) break;
      secondaries.push(packet);
    }
    const datagram = writeUdptl({ sequence: this.#sequence, primary: ifp, secondaries });
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#sent++;
    this.#earlier.unshift(Uint8Array.from(ifp));
    if (this.#earlier.length > MAX_SECONDARIES) this.#earlier.pop();
    return datagram;
  }
}

/** How far ahead a sequence number may jump; more is another sender or no UDPTL at all. */
const MAX_JUMP = 2000;
/** Jumps beyond it, each next to the last, that are believed: the peer's gateway began anew. */
const RESTART_PROOF = 3;
/** Packets that are remembered for sums that cover them; 16 entries of span 16 reach no further. */
const MEMORY = 256;

/**
 * Puts the packets of the peer in a row again: each once, in order, those that were lost taken from the repair that
 * later datagrams carry. What nothing can repair is left out; the gap shows in the numbers.
 */
export class UdptlReceiver {
  #expected: number | undefined;
  #received = 0;
  #repaired = 0;
  #lost = 0;
  #strange = { next: -1, count: 0 };
  readonly #memory = new Map<number, Uint8Array>();

  /** Datagrams taken; packets that a repair has brought; packets that nothing brought. */
  get counts(): { received: number; repaired: number; lost: number } {
    return { received: this.#received, repaired: this.#repaired, lost: this.#lost };
  }

  /**
   * Whether a datagram with this number belongs to the row. What is far off does not, until three in a row say that the
   * row has begun anew.
   */
  plausible(sequence: number): boolean {
    const expected = this.#expected;
    if (expected === undefined) return true;
    const ahead = signed(sequence - expected);
    if (ahead >= -MAX_JUMP && ahead <= MAX_JUMP) return true;
    this.#strange =
      sequence === this.#strange.next
        ? { next: (sequence + 1) & 0xffff, count: this.#strange.count + 1 }
        : { next: (sequence + 1) & 0xffff, count: 1 };
    if (this.#strange.count < RESTART_PROOF) return false;
    this.#expected = undefined;
    this.#memory.clear();
    return true;
  }

  /** What a datagram brings that has not come yet, in order. */
  receive(datagram: UdptlDatagram): Ifp[] {
    const { sequence, primary, secondaries, correction } = datagram;
    if (!this.plausible(sequence)) return [];
    this.#received++;
    // The first that comes may not be the first that was sent; what it repeats belongs to the row, too.
    const expected = this.#expected ?? (sequence - secondaries.length) & 0xffff;
    const gap = signed(sequence - expected);
    this.#remember(sequence, primary);
    secondaries.forEach((packet, i) => {
      // An empty one stands for a packet that the sender has not kept.
      if (packet.length > 0) this.#remember((sequence - 1 - i) & 0xffff, packet);
    });
    if (correction) this.#correct(sequence, correction);
    // Late, or a second time: what it carried came by its successors, or is past.
    if (gap < 0) return [];
    const row: Ifp[] = [];
    // Of a jump that is long beyond repair, only what memory can hold is looked for.
    for (let back = Math.min(gap, MEMORY); back > 0; back--) {
      const number = (sequence - back) & 0xffff;
      const data = this.#memory.get(number);
      if (data) {
        this.#repaired++;
        row.push({ sequence: number, data });
      }
    }
    this.#lost += gap - row.length;
    row.push({ sequence, data: primary });
    this.#expected = (sequence + 1) & 0xffff;
    return row;
  }

  #remember(sequence: number, data: Uint8Array): void {
    if (this.#memory.has(sequence)) return;
    this.#memory.set(sequence, Uint8Array.from(data));
    if (this.#memory.size > MEMORY) this.#memory.delete(this.#memory.keys().next().value!);
  }

  /** Sum `m` of a datagram covers the packets sequence + m - k * count, for k from 1 to span (T.38 annex C). */
  #correct(sequence: number, { span, entries }: ForwardCorrection): void {
    const count = entries.length;
    // One repair may be what another needed.
    for (let again = true; again; ) {
      again = false;
      for (let m = 0; m < count; m++) {
        const missing: number[] = [];
        const sum = Uint8Array.from(entries[m]!);
        for (let k = 1; k <= span; k++) {
          const number = (sequence + m - k * count) & 0xffff;
          const known = this.#memory.get(number);
          if (known) for (let i = 0; i < Math.min(known.length, sum.length); i++) sum[i]! ^= known[i]!;
          else missing.push(number);
        }
        const [only, ...more] = missing;
        if (only === undefined || more.length > 0) continue;
        const length = ifpLength(sum);
        if (length === undefined) continue;
        this.#remember(only, sum.subarray(0, length));
        again = true;
      }
    }
  }
}

function signed(difference: number): number {
  const d = difference & 0xffff;
  return d >= 0x8000 ? d - 0x10000 : d;
}

/**
 * Length of the IFP packet at the beginning of `data` (T.38 clause 7, the grammar of 1998): a sum is as long as the
 * longest packet in it, and what it gives back ends in zeros. Undefined for what is none.
 */
export function ifpLength(data: Uint8Array): number | undefined {
  const head = data[0];
  if (head === undefined) return undefined;
  const hasData = (head & 0x80) !== 0;
  const isData = (head & 0x40) !== 0;
  // An indicator of the extension (numbers above 15) and a data type of the extension take a second octet.
  let at = (head & 0x20) !== 0 ? 2 : 1;
  if (at > data.length || (hasData && !isData)) return undefined;
  if (!hasData) return at;
  const fields = data[at++];
  if (fields === undefined || fields === 0 || fields >= 0x80) return undefined;
  for (let i = 0; i < fields; i++) {
    const field = data[at++];
    if (field === undefined) return undefined;
    if ((field & 0x80) === 0) continue;
    const high = data[at++];
    const low = data[at++];
    if (high === undefined || low === undefined) return undefined;
    // OCTET STRING (SIZE (1..65535)): one less is written.
    at += ((high << 8) | low) + 1;
    if (at > data.length) return undefined;
  }
  return at;
}
