/** A DNS server in miniature (RFC 1035, 2782, 3403), for tests that want to see what is asked and when. */
import { createSocket, type Socket } from 'node:dgram';

const TYPES = { A: 1, AAAA: 28, SRV: 33, NAPTR: 35 } as const;
type Type = keyof typeof TYPES;

/** One record. `data` as in a zone file: `192.0.2.1`, `10 60 5060 host.test`, `10 100 s SIP+D2U _sip._udp.test`. */
export interface RecordOf {
  name: string;
  type: Type;
  data: string;
  /** Seconds; 60 by default. */
  ttl?: number;
}

export class FakeDns {
  /** What was asked, `TYPE name`, in order, repetitions included. */
  readonly asked: string[] = [];
  /** Nothing is answered; or all is answered SERVFAIL. */
  mood: 'well' | 'silent' | 'failing' = 'well';
  /** `TYPE name` that get no answer, or SERVFAIL. */
  readonly silent = new Set<string>();
  readonly failing = new Set<string>();
  /** `address:port` as a resolver takes it. */
  readonly address: string;
  #records: RecordOf[] = [];

  private constructor(socket: Socket) {
    this.address = `127.0.0.1:${socket.address().port}`;
    socket.on('message', (bytes, from) => {
      const answer = this.#answer(bytes);
      if (answer) socket.send(answer, from.port, from.address);
    });
  }

  static async start(t: { teardown(fn: () => unknown): void }, records: RecordOf[] = []): Promise<FakeDns> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const server = new FakeDns(socket);
    server.set(records);
    t.teardown(() => socket.close());
    return server;
  }

  /** The whole zone anew. */
  set(records: RecordOf[]): void {
    this.#records = records;
  }

  /** How often a question was asked. */
  count(question: string): number {
    return this.asked.filter((asked) => asked === question).length;
  }

  #answer(query: Buffer): Buffer | undefined {
    let at = 12;
    const labels: string[] = [];
    for (let n = query[at]!; n > 0; n = query[at]!) {
      labels.push(query.toString('latin1', at + 1, at + 1 + n));
      at += 1 + n;
    }
    const end = at + 5;
    const name = labels.join('.').toLowerCase();
    const type = (Object.keys(TYPES) as Type[]).find((key) => TYPES[key] === query.readUInt16BE(at + 1));
    const question = `${type} ${name}`;
    this.asked.push(question);
    if (this.mood === 'silent' || this.silent.has(question)) return undefined;
    const failed = this.mood === 'failing' || this.failing.has(question);
    const found = failed ? [] : this.#records.filter((r) => r.name === name && r.type === type);
    const exists = this.#records.some((r) => r.name === name || r.name.endsWith(`.${name}`));
    const head = Buffer.alloc(12);
    query.copy(head, 0, 0, 2);
    // Response, recursion desired and available; SERVFAIL 2, NXDOMAIN 3.
    head.writeUInt16BE(0x8180 | (failed ? 2 : exists ? 0 : 3), 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(found.length, 6);
    return Buffer.concat([head, query.subarray(12, end), ...found.map(encode)]);
  }
}

function encode(record: RecordOf): Buffer {
  const data = encodeData(record);
  const head = Buffer.alloc(12);
  // The name: a pointer to the question's.
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(TYPES[record.type], 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(record.ttl ?? 60, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function encodeData({ type, data }: RecordOf): Buffer {
  if (type === 'A') return Buffer.from(data.split('.').map(Number));
  if (type === 'AAAA') {
    const [front = '', back] = data.split('::');
    const groups = (text: string): string[] => text.split(':').filter((group) => group !== '');
    const [head, tail] = [groups(front), groups(back ?? '')];
    const all = [...head, ...Array(8 - head.length - tail.length).fill('0'), ...tail];
    return Buffer.concat(all.map((group) => numbers(Number.parseInt(group, 16))));
  }
  const fields = data.split(' ');
  if (type === 'SRV') return Buffer.concat([numbers(...fields.slice(0, 3).map(Number)), dnsName(fields[3]!)]);
  const [order, preference, flags = '', service = '', replacement = ''] = fields;
  const strings = [flags, service, ''].map((text) => Buffer.from([text.length, ...Buffer.from(text)]));
  return Buffer.concat([numbers(Number(order), Number(preference)), ...strings, dnsName(replacement)]);
}

function numbers(...values: number[]): Buffer {
  const out = Buffer.alloc(2 * values.length);
  for (const [i, value] of values.entries()) out.writeUInt16BE(value, 2 * i);
  return out;
}

function dnsName(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '');
  return Buffer.concat([...labels.map((l) => Buffer.from([l.length, ...Buffer.from(l)])), Buffer.from([0])]);
}
