import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freeUdpPort, type Peer, startPeer, whenBound } from './process.ts';

/** One message of SIPp's trace. */
export interface SippMessage {
  direction: 'sent' | 'received';
  /** Request line or status line. */
  startLine: string;
  text: string;
  /** First value of a header; undefined if absent. */
  header(name: string): string | undefined;
  body: string;
}

export interface SippOptions {
  /** Steps of the scenario, that is, what stands inside `<scenario>`. */
  scenario: string;
  /** How many calls make a whole run. */
  calls?: number;
  /** Who is called, `host:port`; left out for a scenario that waits for calls. */
  remote?: string;
  /** Calls per second, for a scenario that calls. */
  rate?: number;
  /** Our own address and port; a free port is taken. */
  host?: string;
  port?: number;
  transport?: 'udp' | 'tcp';
  /** RTP is sent back to where it comes from. */
  echo?: boolean;
  mediaPort?: number;
  /** Seconds after which the run is a failure. */
  timeoutSeconds?: number;
  args?: readonly string[];
}

export interface Sipp {
  readonly peer: Peer;
  readonly host: string;
  readonly port: number;
  /** Waits for the end; rejects, with SIPp's own words, unless every call went as written. */
  done(): Promise<void>;
  /** What was said so far. */
  messages(): Promise<SippMessage[]>;
}

interface Test {
  testdir(): string;
  teardown(fn: () => unknown): void;
}

let runs = 0;

/** Starts SIPp with a scenario, as caller (with `remote`) or as callee, and waits until it listens. */
export async function startSipp(t: Test, folder: string, options: SippOptions): Promise<Sipp> {
  const host = options.host ?? '127.0.0.1';
  const port = options.port ?? (await freeUdpPort(host));
  const base = join(folder, `sipp-${++runs}`);
  await writeFile(
    `${base}.xml`,
    `<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="test">\n${options.scenario}\n</scenario>\n`,
  );
  const tcp = options.transport === 'tcp';
  const args = [
    ...(options.remote === undefined ? [] : [options.remote]),
    ...['-sf', `${base}.xml`, '-i', host, '-p', String(port), '-m', String(options.calls ?? 1), '-nostdin'],
    ...['-t', tcp ? 't1' : 'u1', '-timeout', `${options.timeoutSeconds ?? 12}s`, '-timeout_error'],
    ...['-trace_msg', '-message_file', `${base}.msg`, '-trace_err', '-error_file', `${base}.err`],
    ...(options.mediaPort === undefined ? [] : ['-mp', String(options.mediaPort)]),
    ...(options.echo ? ['-rtp_echo'] : []),
    ...(options.remote === undefined ? [] : ['-r', String(options.rate ?? 10)]),
    ...(options.args ?? []),
  ];
  const peer = startPeer(t, 'sipp', args, { cwd: folder });
  const bound = whenBound(tcp ? 'tcp' : 'udp', port);
  bound.catch(() => {});
  await Promise.race([bound, peer.exited]);
  return {
    peer,
    host,
    port,
    async done() {
      const code = await peer.exited;
      if (code === 0) return;
      const errors = await readFile(`${base}.err`, 'latin1').catch(() => '');
      throw new Error(`sipp ended with ${code}\n${errors.slice(-3000) || peer.output().slice(-3000)}`);
    },
    messages: async () => parseTrace(await readFile(`${base}.msg`, 'latin1').catch(() => '')),
  };
}

/** Reads SIPp's message trace. */
export function parseTrace(trace: string): SippMessage[] {
  // `----- <time>\nUDP message sent (123 bytes):\n\nINVITE sip:...`
  const out: SippMessage[] = [];
  for (const block of trace.split(/^-{20,}[^\n]*\n/m)) {
    const match = /^[A-Z]+ message (sent|received)[^\n]*\n\n?([\s\S]*)$/.exec(block);
    if (!match) continue;
    const text = (match[2] ?? '').replace(/\r\n/g, '\n');
    const blank = text.indexOf('\n\n');
    const head = (blank < 0 ? text : text.slice(0, blank)).split('\n');
    out.push({
      direction: match[1] as 'sent' | 'received',
      startLine: head[0] ?? '',
      text,
      header: (name) =>
        head
          .find((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))
          ?.slice(name.length + 1)
          .trim(),
      body: blank < 0 ? '' : text.slice(blank + 2),
    });
  }
  return out;
}

/** Headers that every response repeats. */
const LAST = '[last_Via:]\n[last_From:]\n[last_To:]';

const step = (tag: string, text: string, attributes = ''): string =>
  `  <${tag}${attributes}><![CDATA[\n${text}\n\n]]></${tag}>`;

/** Answers the request received last; `to`: added to To, which carries our tag once there is a dialog. */
export function respond(
  status: string,
  options: { tag?: boolean; headers?: string; sdp?: string; attributes?: string } = {},
): string {
  const tag = options.tag === false ? '' : ';tag=[pid]sipp[call_number]';
  const body =
    options.sdp === undefined
      ? 'Content-Length: 0'
      : `Content-Type: application/sdp\nContent-Length: [len]\n\n${options.sdp}`;
  const headers = options.headers ? `${options.headers}\n` : '';
  return step(
    'send',
    `SIP/2.0 ${status}\n${LAST}${tag}\n[last_Call-ID:]\n[last_CSeq:]\nContact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>\n${headers}${body}`,
    options.attributes ?? '',
  );
}

/** Answers an in-dialog request, whose To has its tag already. */
export const respondInDialog = (status: string, options: { headers?: string; sdp?: string } = {}): string =>
  respond(status, { ...options, tag: false });

/** Waits for a request. */
export const expectRequest = (method: string, attributes = '', actions = ''): string =>
  actions
    ? `  <recv request="${method}" ${attributes}><action>${actions}</action></recv>`
    : `  <recv request="${method}" ${attributes}/>`;

/** Waits for a response. */
export const expectResponse = (status: number, attributes = ''): string =>
  `  <recv response="${status}" ${attributes}/>`;

export const pause = (ms: number): string => `  <pause milliseconds="${ms}"/>`;

/** A request as SIPp sends it. */
export const request = (text: string, attributes = ''): string => step('send', text, attributes);

/** SDP of a SIPp peer: A-law and events. */
export const sippSdp = (options: { direction?: string; version?: number; port?: string } = {}): string =>
  [
    'v=0',
    `o=sipp 1 ${options.version ?? 1} IN IP[local_ip_type] [local_ip]`,
    's=-',
    'c=IN IP[media_ip_type] [media_ip]',
    't=0 0',
    `m=audio ${options.port ?? '[media_port]'} RTP/AVP 8 101`,
    'a=rtpmap:8 PCMA/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=fmtp:101 0-15',
    `a=${options.direction ?? 'sendrecv'}`,
  ].join('\n');
