import { spawn } from 'node:child_process';
import { socketAddress } from '../session/socket-address.ts';
import {
  ATTRIBUTES_AT,
  type Attribute,
  errnoOf,
  forAttributes,
  NetfilterSocket,
  type NetlinkMessage,
  NLM_F_ACK,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  NLMSG_ERROR,
  text,
} from './netlink.ts';

/** Our table's name; nothing else of the machine's rules is ever touched. */
export const TABLE = 'linegate_relay';

/** linux/netfilter/nfnetlink.h and nf_tables.h. */
const BATCH_BEGIN = 16;
const BATCH_END = 17;
const SUBSYSTEM = 10;
const DEL_TABLE = (SUBSYSTEM << 8) | 2;
const NEW_ELEMENTS = (SUBSYSTEM << 8) | 12;
const GET_ELEMENTS = (SUBSYSTEM << 8) | 13;
const DEL_ELEMENTS = (SUBSYSTEM << 8) | 14;
const NFPROTO_UNSPEC = 0;
const NFPROTO_IPV4 = 2;
/** NFTA_SET_ELEM_LIST_TABLE, _SET, _ELEMENTS. */
const [LIST_TABLE, LIST_SET, LIST_ELEMENTS] = [1, 2, 3];
/** NFTA_LIST_ELEM; NFTA_SET_ELEM_KEY, _DATA, _EXPR, _EXPRESSIONS; NFTA_DATA_VALUE. */
const [LIST_ELEMENT, ELEMENT_KEY, ELEMENT_DATA, ELEMENT_EXPR, ELEMENT_EXPRESSIONS, DATA_VALUE] = [
  1, 1, 2, 7, 11, 1,
];
/** NFTA_EXPR_DATA; NFTA_COUNTER_PACKETS. */
const [EXPR_DATA, COUNTER_PACKETS] = [2, 2];

/**
 * The table. A packet of a relayed stream is let past connection tracking (ruling 24: relayed without state, so that
 * there is nothing to delete when a call leaves this path), gets its new destination before the kernel routes it and
 * its new source when it leaves. Each of the four rewrites asks for the packet as it is at that moment. Elements of the
 * second and third map count, so that it is seen whether packets come, and whether they get through the forwarding.
 */
const RULES = `
table ip ${TABLE}
delete table ip ${TABLE}
table ip ${TABLE} {
  map to_address { type ipv4_addr . inet_service . ipv4_addr . inet_service : ipv4_addr; }
  map to_port { type ipv4_addr . inet_service . ipv4_addr . inet_service : inet_service; counter; }
  map as_address { type ipv4_addr . inet_service . ipv4_addr . inet_service : ipv4_addr; counter; }
  map as_port { type ipv4_addr . inet_service . ipv4_addr . inet_service : inet_service; }
  chain relayed {
    notrack
    ip daddr set ip saddr . udp sport . ip daddr . udp dport map @to_address
    udp dport set ip saddr . udp sport . ip daddr . udp dport map @to_port
  }
  chain arriving {
    type filter hook prerouting priority raw; policy accept;
    ip saddr . udp sport . ip daddr . udp dport @to_address jump relayed
  }
  chain leaving {
    type filter hook postrouting priority 300; policy accept;
    ip saddr set ip saddr . udp sport . ip daddr . udp dport map @as_address
    udp sport set ip saddr . udp sport . ip daddr . udp dport map @as_port
  }
}
`;

/** An IPv4 address and a UDP port. */
export interface Place {
  address: string;
  port: number;
}

/** One direction of a call: what `from` sends to our `at` goes to `to`, and seems to come from our `as`. */
export interface Flow {
  from: Place;
  at: Place;
  as: Place;
  to: Place;
}

/** Packets of one flow since it was added. */
export interface FlowCount {
  arrived: number;
  left: number;
}

/** A packet relay in the kernel. */
export interface RelayTable {
  /** Both directions of a call at one instant. False: refused, and nothing is changed. */
  add(flows: readonly Flow[]): boolean;
  remove(flows: readonly Flow[]): void;
  /** Counts of flows that are there, in their order. */
  counts(flows: readonly Flow[]): FlowCount[];
  /** Takes the table away. */
  close(): void;
}

/** An element of one of the maps. */
interface Element {
  map: string;
  key: Buffer;
  data: Buffer;
}

/** The bytes of an address and a port as keys have them: each padded to four. */
function bytesOf({ address, port }: Place): Buffer {
  const name = socketAddress(address, port);
  if (name?.length !== 16) throw new Error(`not IPv4: ${address}`);
  return Buffer.from([...name.subarray(4, 8), ...name.subarray(2, 4), 0, 0]);
}

const keyOf = (source: Place, target: Place): Buffer => Buffer.concat([bytesOf(source), bytesOf(target)]);
const addressBytes = (place: Place): Buffer => bytesOf(place).subarray(0, 4);
const portBytes = (place: Place): Buffer => bytesOf(place).subarray(4, 6);

/** The element whose key a packet has between the rewrites: arrived, redirected, leaving, leaving under our address. */
function elementsOf({ from, at, as, to }: Flow): Element[] {
  const halfway = { address: to.address, port: at.port };
  const half = { address: as.address, port: from.port };
  return [
    { map: 'to_address', key: keyOf(from, at), data: addressBytes(to) },
    { map: 'to_port', key: keyOf(from, halfway), data: portBytes(to) },
    { map: 'as_address', key: keyOf(from, to), data: addressBytes(as) },
    { map: 'as_port', key: keyOf(half, to), data: portBytes(as) },
  ];
}

function listOf(map: string, elements: readonly (readonly Attribute[])[]): Attribute[] {
  return [
    [LIST_TABLE, text(TABLE)],
    [LIST_SET, text(map)],
    ...(elements.length > 0
      ? ([[LIST_ELEMENTS, elements.map((element): Attribute => [LIST_ELEMENT, element])]] as Attribute[])
      : []),
  ];
}

/** A batch: all of it happens at one instant, or nothing. */
function batchOf(messages: readonly NetlinkMessage[]): NetlinkMessage[] {
  const frame = { flags: NLM_F_REQUEST, family: NFPROTO_UNSPEC, resource: SUBSYSTEM };
  return [{ type: BATCH_BEGIN, ...frame }, ...messages, { type: BATCH_END, ...frame }];
}

class NetlinkTable implements RelayTable {
  readonly #socket: NetfilterSocket;

  constructor(socket: NetfilterSocket) {
    this.#socket = socket;
  }

  add(flows: readonly Flow[]): boolean {
    return this.#change(NEW_ELEMENTS, NLM_F_CREATE, flows);
  }

  remove(flows: readonly Flow[]): void {
    this.#change(DEL_ELEMENTS, 0, flows);
  }

  counts(flows: readonly Flow[]): FlowCount[] {
    const arrived = this.#counters('to_port');
    const left = this.#counters('as_address');
    return flows.map((flow) => {
      const [, inKey, outKey] = elementsOf(flow).map(({ key }) => key.toString('latin1'));
      return { arrived: arrived.get(inKey!) ?? 0, left: left.get(outKey!) ?? 0 };
    });
  }

  close(): void {
    this.#ask([
      {
        type: DEL_TABLE,
        flags: NLM_F_REQUEST | NLM_F_ACK,
        family: NFPROTO_IPV4,
        attributes: [[1, text(TABLE)]],
      },
    ]);
    this.#socket.close();
  }

  #change(type: number, flag: number, flows: readonly Flow[]): boolean {
    return this.#ask(
      flows.flatMap(elementsOf).map(({ map, key, data }) => {
        const element: Attribute[] = [[ELEMENT_KEY, [[DATA_VALUE, key]]]];
        if (type === NEW_ELEMENTS) element.push([ELEMENT_DATA, [[DATA_VALUE, data]]]);
        return {
          type,
          flags: NLM_F_REQUEST | NLM_F_ACK | flag,
          family: NFPROTO_IPV4,
          attributes: listOf(map, [element]),
        };
      }),
    );
  }

  /** True if the kernel took all of it. */
  #ask(messages: readonly NetlinkMessage[]): boolean {
    const answers = this.#socket.ask(batchOf(messages));
    const said = answers.filter(({ type }) => type === NLMSG_ERROR);
    return said.length >= messages.length && said.every((answer) => errnoOf(answer) === 0);
  }

  /** Packets by key of a map that counts. */
  #counters(map: string): Map<string, number> {
    const found = new Map<string, number>();
    const answers = this.#socket.ask([
      {
        type: GET_ELEMENTS,
        flags: NLM_F_REQUEST | NLM_F_DUMP,
        family: NFPROTO_IPV4,
        attributes: listOf(map, []),
      },
    ]);
    for (const { type, body } of answers) {
      if (type !== NEW_ELEMENTS) continue;
      forAttributes(body, ATTRIBUTES_AT, body.length, (kind, from, to) => {
        if (kind !== LIST_ELEMENTS) return;
        forAttributes(body, from, to, (_element, start, end) => {
          const [key, packets] = readElement(body, start, end);
          if (key !== '') found.set(key, packets);
        });
      });
    }
    return found;
  }
}

function readElement(body: Buffer, start: number, end: number): [key: string, packets: number] {
  let key = '';
  let packets = 0;
  const readCounter = (from: number, to: number): void =>
    forAttributes(body, from, to, (kind, at, stop) => {
      if (kind !== EXPR_DATA) return;
      forAttributes(body, at, stop, (field, value) => {
        if (field === COUNTER_PACKETS) packets = Number(body.readBigUInt64BE(value));
      });
    });
  forAttributes(body, start, end, (kind, from, to) => {
    if (kind === ELEMENT_KEY)
      forAttributes(body, from, to, (field, at, stop) => {
        if (field === DATA_VALUE) key = body.toString('latin1', at, stop);
      });
    else if (kind === ELEMENT_EXPR) readCounter(from, to);
    // Kernels that allow several expressions give a list of them.
    else if (kind === ELEMENT_EXPRESSIONS)
      forAttributes(body, from, to, (_entry, at, stop) => readCounter(at, stop));
  });
  return [key, packets];
}

/**
 * Makes the table anew, whatever an earlier run has left of it.
 * @throws Error with the reason where it cannot be: no `nft`, no right to it, no nf_tables in the kernel
 */
export async function openRelayTable(): Promise<RelayTable> {
  await nft(RULES);
  return new NetlinkTable(new NetfilterSocket());
}

/** Runs nft with rules at its input. @throws Error with what it said */
function nft(rules: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('nft', ['-f', '-'], { stdio: ['pipe', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (piece: string) => {
      said += piece;
    });
    child.on('error', (error) => reject(new Error(`nft: ${error.message}`)));
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`nft: ${said.trim().split('\n')[0] || `code ${code}`}`));
    });
    child.stdin.on('error', () => {});
    child.stdin.end(rules);
  });
}
