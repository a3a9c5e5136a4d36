/** SIPp (Debian: sip-tester) as the two operators of a transit call. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Loopback addresses of their own, so that the box tells its trunks apart by source (127.0.0.0/8 is all ours). */
export const callerAddress = '127.0.0.2';
export const calleeAddress = '127.0.0.3';
/** SIPp takes no port 0. Ports on these addresses are free but for another bench running at once. */
export const sippPort = 5070;

const scenario = (steps: string): string =>
  `<?xml version="1.0" encoding="ISO-8859-1"?>\n<scenario name="bench">\n${steps}\n</scenario>\n`;
const send = (text: string, attributes = ''): string => `<send ${attributes}><![CDATA[\n${text}\n]]></send>`;

const sdp = `v=0
o=sipp 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15`;

const contact = 'Contact: <sip:sipp@[local_ip]:[local_port]>';

function callerScenario(number: string, holdMs: number): string {
  const request = (method: string, to: string, cseq: string, rest: string): string =>
    `${method} sip:${number}@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: <sip:+79031112233@[local_ip]>;tag=[pid]-[call_number]
To: <sip:${number}@[remote_ip]>${to}
Call-ID: [call_id]
CSeq: ${cseq} ${method}
Max-Forwards: 70
${rest}`;
  const body = `Content-Type: application/sdp\nContent-Length: [len]\n\n${sdp}\n`;
  return scenario(
    [
      send(request('INVITE', '', '1', `${contact}\n${body}`), 'retrans="500" start_rtd="1"'),
      '<recv response="100" optional="true"/>',
      '<recv response="180" optional="true"/>',
      '<recv response="183" optional="true"/>',
      '<recv response="200" rrs="true" rtd="1"/>',
      send(request('ACK', '[peer_tag_param]', '1', 'Content-Length: 0\n')),
      `<pause milliseconds="${holdMs}"/>`,
      send(request('BYE', '[peer_tag_param]', '2', 'Content-Length: 0\n'), 'retrans="500"'),
      '<recv response="200"/>',
    ].join('\n'),
  );
}

function calleeScenario(): string {
  const response = (status: string, tag: string, rest: string): string =>
    `SIP/2.0 ${status}\n[last_Via:]\n[last_From:]\n[last_To:]${tag}\n[last_Call-ID:]\n[last_CSeq:]\n${contact}\n${rest}`;
  const tag = ';tag=[pid]-[call_number]';
  const none = 'Content-Length: 0\n';
  const body = `Content-Type: application/sdp\nContent-Length: [len]\n\n${sdp}\n`;
  return scenario(
    [
      '<recv request="INVITE"/>',
      send(response('180 Ringing', tag, none)),
      send(response('200 OK', tag, body), 'retrans="500"'),
      '<recv request="ACK"/>',
      '<recv request="BYE"/>',
      send(response('200 OK', '', none)),
    ].join('\n'),
  );
}

function sipp(folder: string, name: string, xml: string, args: string[]): ChildProcess {
  const file = join(folder, `${name}.xml`);
  writeFileSync(file, xml);
  // The console goes nowhere; what counts stands in the statistics file.
  return spawn('sipp', ['-sf', file, '-p', String(sippPort), '-nostdin', ...args], {
    cwd: folder,
    stdio: 'ignore',
  });
}

/** An operator that rings at once, answers at once, and waits for the end. */
export async function startCallee(
  folder: string,
  address: string = calleeAddress,
): Promise<{ stop(): Promise<void> }> {
  const child = sipp(folder, 'callee', calleeScenario(), ['-i', address, '-aa']);
  const ended = once(child, 'exit');
  // A SIPp that cannot bind ends at once.
  const early = await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 500))]);
  if (early) throw new Error(`sipp cannot listen on ${address}:${sippPort}`);
  return {
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** How a run of calls went. */
export interface CallsRun {
  succeeded: number;
  failed: number;
  /** SIP messages that had to be sent again: the box was late. */
  repeated: number;
  /** From the first call to the end of the last, s. */
  seconds: number;
  /** From INVITE to 200 of each call that was answered, ms; empty unless asked for. */
  setupMs: number[];
}

/** A rate is kept up if the calls took no longer than this over their time; the second is SIPp's own start and end. */
const LATENESS = 1.05;

/** Whether a run that was due in so many seconds went as its rate asked: nothing failed, nothing was put off. */
export const keptUp = (run: CallsRun, dueSeconds: number): boolean =>
  run.failed === 0 && run.seconds <= dueSeconds * LATENESS + 1;

export interface CallsOptions {
  folder: string;
  /** SIP address of the box. */
  box: string;
  number: string;
  /** Calls a second. */
  rate: number;
  calls: number;
  holdMs: number;
  /** Address that the calls come from. */
  from?: string;
  /** Whether the set-up time of each call is wanted. */
  setup?: boolean;
}

/** Makes `calls` calls at a steady rate; each must be answered, held and ended as written. */
export async function makeCalls(options: CallsOptions): Promise<CallsRun> {
  const { folder, box, number, rate, calls, holdMs } = options;
  const statistics = join(folder, 'caller.csv');
  const limit = Math.ceil(calls / rate + 40);
  const began = performance.now();
  const child = sipp(folder, 'caller', callerScenario(number, holdMs), [
    ...[box, '-i', options.from ?? callerAddress, '-r', String(rate), '-m', String(calls), '-l', '2000'],
    ...['-timeout', `${limit}s`, '-recv_timeout', '10000', '-trace_stat', '-stf', statistics, '-fd', '1'],
    ...(options.setup ? ['-trace_rtt', '-rtt_freq', '1'] : []),
  ]);
  await once(child, 'exit');
  const seconds = (performance.now() - began) / 1000;
  const [head = '', ...rows] = readFileSync(statistics, 'latin1').trim().split('\n');
  const names = head.split(';');
  const last = rows.at(-1)?.split(';') ?? [];
  const figure = (name: string): number => Number(last[names.indexOf(name)] ?? Number.NaN);
  return {
    succeeded: figure('SuccessfulCall(C)'),
    failed: figure('FailedCall(C)') + Math.max(0, calls - figure('TotalCallCreated')),
    repeated: figure('Retransmissions(C)'),
    seconds,
    setupMs: options.setup ? takeSetupTimes(folder) : [],
  };
}

/** Reads and removes what SIPp's -trace_rtt left: a line `date;ms;number of the timer` for each call. */
function takeSetupTimes(folder: string): number[] {
  const name = readdirSync(folder).find((file) => /^caller_\d+_rtt\.csv$/.test(file));
  if (name === undefined) return [];
  const file = join(folder, name);
  const lines = readFileSync(file, 'latin1').trim().split('\n').slice(1);
  rmSync(file);
  return lines.map((line) => Number(line.split(';')[1])).filter((ms) => Number.isFinite(ms));
}
