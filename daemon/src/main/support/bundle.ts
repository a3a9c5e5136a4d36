import { statfs } from 'node:fs/promises';
import { arch, cpus, freemem, loadavg, release, totalmem, uptime } from 'node:os';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { DiagnosisView, LiveState } from '../../api/contract.ts';
import type { TraceAccess } from '../../api/deps.ts';
import { redact } from '../../api/redact.ts';
import type { SupportOrder } from '../../api/support-contract.ts';
import type { TraceMessage, TraceView } from '../../api/trace-view.ts';
import type { Clock } from '../../base/clock.ts';
import type { Config } from '../../config/schema.ts';
import type { CallRecord } from '../../records/call-record.ts';
import { wentWrong } from '../trace-view.ts';
import { contents } from './contents.ts';
import { scrubber, secretsIn, textsIn, valueWithoutNumbers, withoutNumbers } from './scrub.ts';
import { type PackedFile, tar } from './tar.ts';

export interface BundleSources {
  clock: Clock;
  data: string;
  version: string;
  config(): Config;
  live(): LiveState;
  diagnosis(): Promise<DiagnosisView>;
  records(limit: number): readonly CallRecord[];
  traces: Pick<TraceAccess, 'call' | 'peer'>;
  log(): readonly string[];
  /** Secrets beside those of the configuration: the code of the label. */
  secrets(): readonly string[];
}

/** Bounds: what a person can send by mail, and what a small box can make beside its calls. */
const CALLS = 200;
const TRACED_CALLS = 10;
const LARGEST_FILE = 1024 * 1024;
const LARGEST = 8 * 1024 * 1024;

const zip = promisify(gzip);

/** Makes a bundle, step by step. @param progress hears of each step before it is made */
export async function makeBundle(
  sources: BundleSources,
  order: SupportOrder,
  progress: (step: 'state' | 'traces' | 'pack') => void,
): Promise<Buffer> {
  const { clock, config, live, diagnosis, records, log } = sources;
  const clean = cleaner(sources, order);
  progress('state');
  const calls = records(CALLS);
  const files: PackedFile[] = [
    file('README.txt', clean.text(readme(sources, order))),
    file('about.json', clean.json(await about(sources))),
    file('config.json', clean.json(redact(config()))),
    file('diagnosis.json', clean.json(await diagnosis())),
    file('live.json', clean.json(live())),
    file('calls.json', clean.json(calls.map(publicCall))),
    file('log.txt', clean.text(`${log().join('\n')}\n`)),
  ];
  progress('traces');
  let room = LARGEST - files.reduce((sum, { data }) => sum + data.length, 0);
  for await (const [name, trace] of tracesOf(sources, calls)) {
    if (!trace || trace.messages.length === 0) continue;
    const packed = file(`traces/${name}.txt`, clean.text(trace.messages.map(written).join('\n')));
    room -= packed.data.length;
    if (room < 0) break;
    files.push(packed);
  }
  progress('pack');
  return await zip(tar(files, clock.wall()));
}

function cleaner({ config, secrets }: BundleSources, { numbers }: SupportOrder) {
  const whole = config();
  const scrub = scrubber([
    ...secretsIn(whole, redact(whole)),
    ...textsIn([whole.admin, whole.accounts.map(({ passwordHash }) => passwordHash ?? '')]),
    ...whole.pins.map(({ hmac }) => hmac),
    ...secrets(),
  ]);
  const text = (value: string): string => scrub(numbers ? value : withoutNumbers(value));
  const json = (value: unknown): string =>
    `${scrub(JSON.stringify(numbers ? value : valueWithoutNumbers(value), undefined, 1))}\n`;
  return { text, json };
}

async function about({ clock, version, data }: BundleSources): Promise<object> {
  const room = await statfs(data).catch(() => undefined);
  const { rss, heapUsed, external } = process.memoryUsage();
  const { userCPUTime, systemCPUTime, maxRSS, majorPageFault } = process.resourceUsage();
  return {
    version,
    node: process.version,
    system: { release: release(), arch: arch(), processor: cpus()[0]?.model ?? '', cores: cpus().length },
    time: new Date(clock.wall()).toISOString(),
    upSeconds: { system: Math.round(uptime()), daemon: Math.round(process.uptime()) },
    load: loadavg(),
    memory: { total: totalmem(), free: freemem(), rss, heapUsed, external, maxRssKb: maxRSS },
    processor: { userMs: userCPUTime / 1000, systemMs: systemCPUTime / 1000, majorPageFault },
    ...(room ? { disk: { free: room.bavail * room.bsize, total: room.blocks * room.bsize } } : {}),
  };
}

/** A record without what says nothing of telephony and much of people. */
function publicCall({
  callerName,
  connectedName,
  recordings,
  answers,
  accounts,
  pinId,
  ...rest
}: CallRecord): object {
  return {
    ...rest,
    recorded: recordings?.length ?? 0,
    answers: answers?.length ?? 0,
    pin: pinId !== undefined,
  };
}

async function* tracesOf(
  { config, traces }: BundleSources,
  calls: readonly CallRecord[],
): AsyncGenerator<[name: string, trace: TraceView | undefined]> {
  for (const { id } of config().trunks) yield [`trunk-${id}`, await traces.peer('trunks', id)];
  for (const { id } of calls.filter(wentWrong).slice(0, TRACED_CALLS))
    yield [`call-${id.slice(0, 64)}`, await traces.call(id)];
}

function written({ at, direction, transport, local, remote, text }: TraceMessage): string {
  const way = direction === 'out' ? `${local} -> ${remote}` : `${remote} -> ${local}`;
  return `---- ${new Date(at).toISOString()} ${transport} ${way}\n${text.replaceAll('\r\n', '\n')}`;
}

function readme({ clock, version }: BundleSources, { numbers }: SupportOrder): string {
  const list = contents.map(({ name, said }) => `${name.padEnd(16)}${said.ru} / ${said.en}`);
  return [
    `Linegate ${version}, ${new Date(clock.wall()).toISOString()}`,
    numbers
      ? 'Номера телефонов целиком. / Telephone numbers are whole.'
      : 'От номеров телефонов оставлены две последние цифры. / Of telephone numbers the last two digits are left.',
    '',
    ...list,
    '',
  ].join('\n');
}

function file(name: string, text: string): PackedFile {
  const data = Buffer.from(text);
  // Of a log the end counts, of all else the beginning.
  const cut = name === 'log.txt' ? data.subarray(-LARGEST_FILE) : data.subarray(0, LARGEST_FILE);
  return { name, data: cut };
}
