import { createInterface } from 'node:readline';
import type { CallRecord } from '../../../daemon/src/records/call-record.ts';
import type { Figure } from '../bench.ts';
import { type BoxClient, OfficeClient, OperatorClient, until } from '../clients.ts';
import type { Running } from '../processes.ts';
import { Bench, telephoneOffice } from './box.ts';
import { cpuSeconds, load, quantile, raisedPriority, round, rssMb, sleep } from './usage.ts';

const ports = 16;
/** After the start, until memory is taken as idle. */
const settleMs = 5000;
/** Over which CPU shares are taken. */
const shareMs = 10_000;
/** Telephones that dial at a time: few enough that the machine is idle for each. */
const dialing = 4;
const rounds = 25;
/** Length of a key and of the pause after it. */
const keyMs = 50;
/** A complete long-distance number; its last digits move, so that the operator's calls can be told apart. */
const numberOf = (n: number): string => `8812123${String(5000 + n)}`;

/** Calls from simulated telephones to a simulated operator: memory, CPU time, post-dial delay. */
export async function measureAnalogCalls(emit: (figure: Figure) => void): Promise<void> {
  const bench = new Bench();
  try {
    const simulator = await bench.card(ports);
    const operator = await bench.operator(200);
    const args = bench.daemonArguments(telephoneOffice(ports, operator.ready.sip!));
    const daemon = await bench.daemon(args);
    const pid = daemon.process.pid!;
    const office = new OfficeClient(simulator.ready.http!);
    const phones = (await office.devices()).map((device) => device.id);

    await sleep(settleMs);
    const rssIdle = await median(() => rssMb(pid), 5);
    emit({
      metric: 'main.rssMbIdle',
      value: round(rssIdle),
      unit: 'MB',
      n: 5,
      note: `daemon process with its threads, ${ports} ports on-hook, ${settleMs / 1000} s after ready`,
    });
    const idle = await share(pid);

    const box = await bench.signIn(daemon, args);
    const priority = raisedPriority(pid);
    await measureDelay(emit, { office, operator, box, phones }, priority.note);
    priority.restore();

    await Promise.all(phones.map((phone, i) => dial(office, phone, numberOf(i))));
    const far = new OperatorClient(operator.ready.http!);
    const answered = async (): Promise<boolean> =>
      (await far.calls()).filter((call) => call.state === 'answered').length === ports;
    await until(`${ports} calls answered`, answered, 10_000);
    await Promise.all(phones.map((phone) => office.do(phone, 'speak', { freq: 1000, level: -15 })));
    await sleep(2000);
    const busy = await share(pid);
    const rssCalls = await median(() => rssMb(pid), 5);
    emit({
      metric: 'main.cpuPercentPerAnalogCall',
      value: round((busy - idle) / ports, 2),
      unit: '%',
      n: ports,
      note: `of one core; ${round(busy)} % with ${ports} calls, ${round(idle)} % idle; ${load()}`,
    });
    emit({
      metric: 'main.rssMb16Calls',
      value: round(rssCalls),
      unit: 'MB',
      n: 5,
      note: `${ports} calls with audio both ways, after ${dialing * rounds + ports} calls in all`,
    });
    await Promise.all(phones.map((phone) => office.do(phone, 'hangup')));
  } finally {
    await bench.close();
  }
}

/** Share of one core that the process takes, percent. */
async function share(pid: number): Promise<number> {
  const [cpu, at] = [cpuSeconds(pid), performance.now()];
  await sleep(shareMs);
  return ((cpuSeconds(pid) - cpu) / (performance.now() - at)) * 1e5;
}

async function median(measure: () => number, n: number): Promise<number> {
  const values: number[] = [];
  for (let i = 0; i < n; i++) {
    values.push(measure());
    await sleep(300);
  }
  return quantile(values, 0.5);
}

async function dial(office: OfficeClient, phone: string, number: string): Promise<void> {
  await office.do(phone, 'lift');
  await office.waitForTone(phone, 425, 5000);
  await office.do(phone, 'dial', { digits: number, onMs: keyMs, offMs: keyMs });
}

interface Parts {
  office: OfficeClient;
  operator: Running;
  box: BoxClient;
  phones: readonly string[];
}

/** Ruling 32: from the last digit in call control to the INVITE; handset to operator beside it. */
async function measureDelay(emit: (figure: Figure) => void, parts: Parts, how: string): Promise<void> {
  const { office, operator, box, phones } = parts;
  const arrived = new Map<string, number>();
  createInterface({ input: operator.process.stdout! }).on('line', (line) => {
    const said = JSON.parse(line) as { event?: string; call?: { number: string; state: string } };
    if (said.event !== 'call' || said.call?.state !== 'ringing') return;
    const number = said.call.number;
    if (!arrived.has(number)) arrived.set(number, performance.now());
  });
  const handset: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await Promise.all(
      Array.from({ length: dialing }, async (_, i) => {
        const n = round * dialing + i;
        const phone = phones[n % phones.length]!;
        await sleep(i * 40);
        await dial(office, phone, numberOf(n));
        // The order is answered when the pause after the last key is over too.
        const keyed = performance.now() - keyMs;
        const number = numberOf(n).replace(/^8/, '+7');
        await until(`an INVITE for ${number}`, () => arrived.get(number), 3000);
        handset.push(arrived.get(number)! - keyed);
        await office.do(phone, 'hangup');
      }),
    );
    await sleep(200);
  }
  await sleep(1000);
  const { calls } = await box.get<{ calls: CallRecord[] }>(`/api/v1/calls?limit=${rounds * dialing}`);
  const delays = calls.flatMap((call) => call.postDialDelayMs ?? []);
  const figure = (metric: string, value: number, n: number, note: string): void =>
    emit({ metric, value: Math.round(value * 100) / 100, unit: 'ms', n, note });
  const what = `last digit in call control to INVITE on the wire${how}; ${load()}`;
  figure('main.postDialDelayMsP50', quantile(delays, 0.5), delays.length, what);
  figure('main.postDialDelayMsP99', quantile(delays, 0.99), delays.length, what);
  const heard = 'end of the last key at the handset to the INVITE at the operator';
  figure('main.handsetToInviteMsP50', quantile(handset, 0.5), handset.length, heard);
  figure('main.handsetToInviteMsP99', quantile(handset, 0.99), handset.length, heard);
}
