import { readdirSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { LiveState } from '../api/contract.ts';
import type { CallRecord } from '../records/call-record.ts';

type Labels = Record<string, string>;
type Value = [labels: Labels, value: number];

interface Parts {
  /** Folder of the box's data, whose disk is told of. */
  data: string;
  /** Events that wait for programs, and that were given up. */
  backlog(): { pending: number; dead: number };
  /** Letters that wait. */
  letters(): number;
}

/** Calls whose figures of RTP have been counted; they come a moment after the end. */
const remembered = 256;

/**
 * Figures for Prometheus, in its text format 0.0.4. Written by hand: the format is a few lines, and a library for it
 * would stay in memory for good. Counters begin at the start of the daemon; nothing is worked out until it is asked for.
 */
export class Metrics {
  readonly #parts: Parts;
  readonly #calls = new Map<string, number>();
  readonly #seconds = new Map<string, number>();
  readonly #over = new Set<string>();
  readonly #counted = new Set<string>();
  readonly #rtp = { sent: 0, received: 0, lost: 0, jitterMs: 0, legs: 0 };
  #lag: IntervalHistogram | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A call's record has been written. */
  note(record: CallRecord): void {
    if (record.state === 'active') return;
    const { id, direction, legs, talkMs = 0 } = record;
    if (!this.#over.has(id)) {
      remember(this.#over, id);
      const key = `${direction} ${outcomeOf(record)}`;
      this.#calls.set(key, (this.#calls.get(key) ?? 0) + 1);
      this.#seconds.set(direction, (this.#seconds.get(direction) ?? 0) + talkMs / 1000);
    }
    for (const { id: leg, rtp } of legs) {
      const key = `${id} ${leg}`;
      if (!rtp || this.#counted.has(key)) continue;
      remember(this.#counted, key);
      this.#rtp.sent += rtp.sent;
      this.#rtp.received += rtp.received;
      this.#rtp.lost += rtp.lost;
      this.#rtp.jitterMs += rtp.jitterMs;
      this.#rtp.legs++;
    }
  }

  /** All figures, with what is the case now. */
  async text(state: LiveState): Promise<string> {
    const page = new Page();
    this.#office(page, state);
    this.#countedSoFar(page);
    await this.#machine(page, state);
    return page.text;
  }

  close(): void {
    this.#lag?.disable();
  }

  #office(page: Page, { ports, calls, trunks, devices, queues, alarms, card }: LiveState): void {
    const by = <T>(list: readonly T[], labels: (one: T) => Labels): Value[] => {
      const counts = new Map<string, Value>();
      for (const one of list) {
        const made = labels(one);
        const key = JSON.stringify(made);
        counts.set(key, [made, (counts.get(key)?.[1] ?? 0) + 1]);
      }
      return [...counts.values()];
    };
    page.gauge('linegate_calls_active', 'Calls in progress.', [[{}, calls.length]]);
    page.gauge(
      'linegate_ports',
      'Sockets by kind and state.',
      by(ports, ({ kind, state }) => ({ kind, state })),
    );
    page.gauge(
      'linegate_trunk_up',
      'Whether a trunk takes calls.',
      trunks
        .filter(({ state }) => state !== 'disabled')
        .map(({ id, state }) => [{ trunk: id }, Number(state === 'registered' || state === 'ready')]),
    );
    page.gauge(
      'linegate_trunk_calls',
      'Calls in progress on a trunk.',
      trunks.map(({ id, calls: now }) => [{ trunk: id }, now]),
    );
    page.gauge(
      'linegate_trunk_latency_seconds',
      'Round trip of the last exchange with an operator.',
      trunks.flatMap(({ id, latencyMs }): Value[] =>
        latencyMs === undefined ? [] : [[{ trunk: id }, latencyMs / 1000]],
      ),
    );
    page.gauge(
      'linegate_devices',
      'SIP devices by state.',
      by(devices, ({ state }) => ({ state })),
    );
    page.gauge(
      'linegate_queue_waiting',
      'Callers that wait in a queue.',
      queues.map(({ id, waiting }) => [{ queue: id }, waiting.length]),
    );
    page.gauge(
      'linegate_queue_agents',
      'Agents of a queue that are on line.',
      queues.map(({ id, onLine }) => [{ queue: id }, onLine]),
    );
    page.gauge(
      'linegate_alarms',
      'Alarms that stand.',
      (['critical', 'warning', 'info'] as const).map((severity) => [
        { severity },
        alarms.filter((one) => one.severity === severity).length,
      ]),
    );
    page.gauge('linegate_card_up', 'Whether the line card is there.', [[{}, Number(card.up)]]);
    page.counter('linegate_card_checksum_errors_total', 'Broken frames on the link to the line card.', [
      [{}, card.checksumErrors ?? 0],
    ]);
    page.counter('linegate_card_retries_total', 'Commands said to the line card again.', [
      [{}, card.retries ?? 0],
    ]);
    page.counter('linegate_card_resets_total', 'Times the link to the line card was begun anew.', [
      [{}, card.resets ?? 0],
    ]);
  }

  #countedSoFar(page: Page): void {
    const { sent, received, lost, jitterMs, legs } = this.#rtp;
    page.counter(
      'linegate_calls_total',
      'Calls that are over, by direction and outcome.',
      [...this.#calls].map(([key, n]) => {
        const [direction = '', outcome = ''] = key.split(' ');
        return [{ direction, outcome }, n];
      }),
    );
    page.counter(
      'linegate_talk_seconds_total',
      'Time talked in calls that are over.',
      [...this.#seconds].map(([direction, n]) => [{ direction }, Math.round(n)]),
    );
    page.counter('linegate_rtp_packets_total', 'RTP packets of calls that are over.', [
      [{ way: 'sent' }, sent],
      [{ way: 'received' }, received],
      [{ way: 'lost' }, lost],
    ]);
    page.summary(
      'linegate_rtp_jitter_seconds',
      'Jitter of RTP at the end of each leg.',
      jitterMs / 1000,
      legs,
    );
    const { pending, dead } = this.#parts.backlog();
    page.gauge('linegate_webhook_events', 'Events that wait for programs, and that were given up.', [
      [{ state: 'pending' }, pending],
      [{ state: 'dead' }, dead],
    ]);
    page.gauge('linegate_mail_waiting', 'Letters that wait.', [[{}, this.#parts.letters()]]);
  }

  async #machine(page: Page, { box, health }: LiveState): Promise<void> {
    page.gauge('linegate_info', 'Always 1; the version is in the label.', [[{ version: box.version }, 1]]);
    page.gauge('linegate_start_time_seconds', 'When the daemon started, Unix time.', [
      [{}, box.startedAt / 1000],
    ]);
    page.gauge('linegate_healthy', 'Whether all parts of the daemon move.', [[{}, Number(health.ok)]]);
    const { rss, heapUsed } = process.memoryUsage();
    page.gauge('linegate_memory_bytes', 'Memory of the daemon.', [
      [{ kind: 'resident' }, rss],
      [{ kind: 'heap' }, heapUsed],
    ]);
    const { user, system } = process.cpuUsage();
    page.counter('linegate_cpu_seconds_total', 'Processor time of the daemon.', [
      [{}, (user + system) / 1e6],
    ]);
    // Whoever has never asked does not pay for the watching.
    this.#lag ??= watched();
    page.gauge('linegate_event_loop_lag_seconds', 'How late the main thread was since it was last asked.', [
      [{ quantile: '0.5' }, this.#lag.percentile(50) / 1e9],
      [{ quantile: '0.99' }, this.#lag.percentile(99) / 1e9],
      [{ quantile: '1' }, this.#lag.max / 1e9],
    ]);
    this.#lag.reset();
    const disk = await statfs(this.#parts.data).catch(() => undefined);
    page.gauge(
      'linegate_disk_bytes',
      'The disk with the data of the box.',
      disk
        ? [
            [{ kind: 'size' }, disk.bsize * disk.blocks],
            [{ kind: 'free' }, disk.bsize * disk.bavail],
          ]
        : [],
    );
    page.gauge('linegate_temperature_celsius', 'What the board’s sensors say.', temperatures());
  }
}

function watched(): IntervalHistogram {
  const histogram = monitorEventLoopDelay({ resolution: 20 });
  histogram.enable();
  return histogram;
}

function remember(set: Set<string>, key: string): void {
  set.add(key);
  const [oldest] = set;
  if (set.size > remembered && oldest !== undefined) set.delete(oldest);
}

function outcomeOf({ state, answeredAt, direction }: CallRecord): string {
  if (state === 'interrupted') return 'interrupted';
  if (answeredAt !== undefined) return 'answered';
  return direction === 'incoming' ? 'missed' : 'failed';
}

/** Linux: thousandths of a degree (Documentation/driver-api/thermal/sysfs-api.rst). */
function temperatures(folder = '/sys/class/thermal'): Value[] {
  try {
    return readdirSync(folder).flatMap((name): Value[] => {
      if (!name.startsWith('thermal_zone')) return [];
      const sensor = readFileSync(`${folder}/${name}/type`, 'utf8').trim();
      const value = Number(readFileSync(`${folder}/${name}/temp`, 'utf8'));
      return Number.isFinite(value) ? [[{ sensor }, value / 1000]] : [];
    });
  } catch {
    return [];
  }
}

/** The text format of Prometheus: names, help, types and values, a line each. */
class Page {
  text = '';

  gauge(name: string, help: string, values: readonly Value[]): void {
    this.#write(name, help, 'gauge', values);
  }

  counter(name: string, help: string, values: readonly Value[]): void {
    this.#write(name, help, 'counter', values);
  }

  summary(name: string, help: string, sum: number, count: number): void {
    this.text += `# HELP ${name} ${help}\n# TYPE ${name} summary\n${name}_sum ${sum}\n${name}_count ${count}\n`;
  }

  #write(name: string, help: string, type: string, values: readonly Value[]): void {
    this.text += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
    for (const [labels, value] of values) {
      const written = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`);
      this.text += `${name}${written.length > 0 ? `{${written.join(',')}}` : ''} ${value}\n`;
    }
  }
}

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
