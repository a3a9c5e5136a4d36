import type { CallsPage, LiveState } from '../../../daemon/src/api/contract.ts';
import type { Figure } from '../bench.ts';
import { until } from '../clients.ts';
import { Bench, transitNumber, transitOffice } from './box.ts';
import { CapacityPeer, type PeerReport } from './capacity-peer.ts';
import type { StreamCount } from './capacity-stream.ts';
import { calleeAddress, callerAddress, sippPort } from './sipp.ts';
import { cpuSeconds, load, quantile, raisedPriority, round, rssMb, sleep } from './usage.ts';

/** A telephone of the office, from which 112 is called. */
const telephoneAddress = '127.0.0.4';

/** Calls are made one each so often, ms. */
const everyMs = 40;

/** Calls from trunk to trunk, all standing at once with speech both ways; one more; and 112 (M19, ruling 15). */
export async function measureCapacity(
  emit: (figure: Figure) => void,
  { calls, seconds }: { calls: number; seconds: number },
): Promise<void> {
  const bench = new Bench();
  const peers: CapacityPeer[] = [];
  try {
    await bench.card(2);
    const at = [callerAddress, calleeAddress, telephoneAddress] as const;
    for (const address of at) peers.push(await CapacityPeer.start(address, sippPort));
    const [caller, callee, telephone] = peers as [CapacityPeer, CapacityPeer, CapacityPeer];
    const args = bench.daemonArguments(fullOffice(calls));
    const daemon = await bench.daemon(args);
    const pid = daemon.process.pid!;
    const box = daemon.ready.sip!;
    const page = await bench.signIn(daemon, args);
    const [priority] = [pid, ...peers.map((peer) => peer.pid)].map(raisedPriority);
    const standing = async (): Promise<number> => (await page.snapshot<LiveState>()).calls.length;

    caller.send({ kind: 'call', number: transitNumber, count: calls, everyMs, box });
    await until(
      `${calls} calls are answered, or refused`,
      async () => {
        const { answered, refused } = await caller.report();
        return answered + refused.length >= calls || undefined;
      },
      calls * everyMs + 60_000,
    );
    // Jitter buffers settle.
    await sleep(3000);
    for (const peer of peers) peer.send({ kind: 'count' });
    const began = performance.now();
    const cpuBefore = cpuSeconds(pid);
    await sleep(seconds * 1000);
    const [a, b] = await Promise.all([caller.report(), callee.report()]);
    const cores = ((cpuSeconds(pid) - cpuBefore) / (performance.now() - began)) * 1000;
    const heard = total([...a.streams, ...b.streams]);
    const note = `${a.streams.length} calls of 2 legs with A-law both ways for ${seconds} s${priority?.note}; ${load()}`;
    const share = (part: number): number => round((100 * part) / Math.max(1, heard.received + part), 4);
    emit({
      metric: 'capacity.calls',
      value: a.streams.length,
      unit: '',
      n: calls,
      note: `asked for ${calls}; the page shows ${await standing()}`,
    });
    emit({
      metric: 'capacity.rtpLossOutPercent',
      value: share(heard.missing),
      unit: '%',
      n: heard.received,
      note: `packets of the box that did not come; ${note}`,
    });
    emit({
      metric: 'capacity.speechPercent',
      value: round((100 * heard.speech) / Math.max(1, heard.received), 2),
      unit: '%',
      n: heard.received,
      note: `packets with the far side's sound in them, of senders late by ${round(quantile([...a.lateMs, ...b.lateMs], 0.99))} ms in one of a hundred; ${note}`,
    });
    emit({
      metric: 'capacity.setupMsP50',
      value: round(quantile(a.setupMs, 0.5)),
      unit: 'ms',
      n: a.setupMs.length,
      note: `INVITE to 200 through both legs while calls pile up, one each ${everyMs} ms`,
    });
    emit({
      metric: 'capacity.setupMsP99',
      value: round(quantile(a.setupMs, 0.99)),
      unit: 'ms',
      n: a.setupMs.length,
      note: 'the same',
    });
    emit({
      metric: 'capacity.cores',
      value: round(cores, 2),
      unit: 'cores',
      n: 1,
      note: `CPU of the daemon; ${note}`,
    });
    emit({ metric: 'capacity.rssMb', value: round(rssMb(pid)), unit: 'MB', n: 1, note });

    caller.send({ kind: 'call', number: transitNumber, count: 1, everyMs, box });
    const before = a.refused.length;
    const refused = await until(
      'the next is refused',
      async () => (await caller.report()).refused[before],
      10_000,
    );
    emit({
      metric: 'capacity.nextRefused',
      value: refused.status === 503 && refused.retryAfter !== undefined ? 1 : 0,
      unit: '',
      n: 1,
      note: `${refused.status}, Retry-After: ${refused.retryAfter ?? 'none'} (ruling 15: 503 and Retry-After)`,
    });
    telephone.send({ kind: 'call', number: '112', count: 1, everyMs, box });
    const emergency = await until(
      '112 is answered',
      async (): Promise<PeerReport | undefined> => {
        const report = await telephone.report();
        return report.answered + report.refused.length > 0 ? report : undefined;
      },
      10_000,
    );
    emit({
      metric: 'capacity.emergencyAnswered',
      value: emergency.answered,
      unit: '',
      n: 1,
      note: `112 from a telephone of the full box, ${round(emergency.setupMs[0] ?? Number.NaN)} ms`,
    });
    for (const peer of [telephone, caller]) peer.send({ kind: 'end' });
    await until('all calls are over', async () => (await standing()) === 0 || undefined, 20_000);
    const { calls: records } = await page.get<CallsPage>(`/api/v1/calls?limit=${Math.min(calls, 200)}`);
    const legs = records.flatMap((record) => record.legs.flatMap(({ rtp }) => rtp ?? []));
    const [came, lost] = (['received', 'lost'] as const).map((key) =>
      legs.reduce((sum, rtp) => sum + rtp[key], 0),
    );
    const jitter = legs.map(({ jitterMs }) => jitterMs);
    emit({
      metric: 'capacity.rtpLossInPercent',
      value: round((100 * lost!) / Math.max(1, came! + lost!), 4),
      unit: '%',
      n: came!,
      note: `packets that the box missed, by the records of ${records.length} calls; jitter of what it was sent ${round(quantile(jitter, 0.5))} ms, an idle machine has some 1; ${load()}`,
    });
  } finally {
    for (const peer of peers) peer.stop();
    await bench.close();
  }
}

/** The office of the transit bench, as full as it is set to be with that many calls, and a telephone. */
function fullOffice(calls: number): object {
  const office = transitOffice(`${callerAddress}:${sippPort}`, `${calleeAddress}:${sippPort}`) as {
    trunks: object[];
  };
  return {
    ...office,
    // A call from trunk to trunk takes two.
    sip: { channels: 2 * calls },
    trunks: office.trunks.map((trunk) => ({ ...trunk, maxCalls: 2 * calls, emergencyShortCodes: true })),
    devices: [
      {
        ...{ id: 'desk', name: 'Desk', user: 'desk', mode: 'static', classOfService: 'everything' },
        address: `${telephoneAddress}:${sippPort}`,
      },
    ],
  };
}

function total(streams: readonly StreamCount[]): StreamCount {
  const sum = { received: 0, missing: 0, speech: 0 };
  for (const stream of streams)
    for (const key of Object.keys(sum) as (keyof StreamCount)[]) sum[key] += stream[key];
  return sum;
}
