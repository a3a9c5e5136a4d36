import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import t from 'tap';
import type { LiveState } from '../../src/api/contract.ts';
import { Metrics } from '../../src/main/metrics.ts';
import { makeWorld } from '../api/kit.ts';
import { callAt } from '../programs/kit.ts';

function metrics(t: { testdir(): string; teardown(fn: () => void): void }): Metrics {
  const made = new Metrics({
    ...{ data: t.testdir(), backlog: () => ({ pending: 3, dead: 1 }), letters: () => 2 },
  });
  t.teardown(() => made.close());
  return made;
}

const state = (): LiveState => {
  const { live } = makeWorld();
  const port = { kind: 'fxs', role: 'telephone', name: '"Приёмная"\\', state: 'idle', since: 1 } as const;
  live.put({ what: 'ports', id: '1', value: { ...port, number: 1 } });
  live.put({ what: 'ports', id: '2', value: { ...port, number: 2 } });
  const said = { ru: 'а', en: 'a' };
  const trunk = { name: 'A', since: 1, said, calls: 2, maxCalls: 4, latencyMs: 20 };
  live.put({ what: 'trunks', id: 'acme', value: { ...trunk, id: 'acme', state: 'registered' } });
  return live.snapshot();
};

t.test('figures come in the text format of Prometheus, each with its help and type', async (t) => {
  const made = metrics(t);
  const rtp = { sent: 100, received: 90, lost: 10, jitterMs: 5 };
  const call = callAt('ended');
  made.note(callAt('answered'));
  made.note(call);
  made.note({ ...call, legs: call.legs.map((leg, i) => (i === 0 ? { ...leg, rtp } : leg)) });
  made.note({ ...call, legs: call.legs.map((leg, i) => (i === 0 ? { ...leg, rtp } : leg)) });
  made.note(callAt('lost', 'call-2'));
  const text = await made.text(state());
  for (const line of [
    'linegate_calls_total{direction="incoming",outcome="answered"} 1',
    'linegate_calls_total{direction="incoming",outcome="missed"} 1',
    'linegate_ports{kind="fxs",state="idle"} 2',
    'linegate_trunk_up{trunk="acme"} 1',
    'linegate_trunk_latency_seconds{trunk="acme"} 0.02',
    'linegate_rtp_packets_total{way="lost"} 10',
    'linegate_rtp_jitter_seconds_sum 0.005',
    'linegate_rtp_jitter_seconds_count 1',
    'linegate_webhook_events{state="pending"} 3',
    'linegate_mail_waiting 2',
    'linegate_card_up 1',
  ])
    t.ok(text.split('\n').includes(line), line);
  const seen = new Set<string>();
  let of = '';
  for (const line of text.trimEnd().split('\n')) {
    const help = /^# HELP (\w+) \S.*\.$/.exec(line);
    if (help) {
      of = help[1]!;
      t.notOk(seen.has(of), `${of} once`);
      seen.add(of);
      continue;
    }
    if (line.startsWith('# TYPE ')) t.match(line, new RegExp(`^# TYPE ${of} (?:gauge|counter|summary)$`));
    else
      t.match(
        line,
        new RegExp(`^${of}(?:_sum|_count)?(?:\\{\\w+="[^"]*"(?:,\\w+="[^"]*")*\\})? -?\\d[\\d.e+-]*$`),
      );
  }
});

t.test('each query of the dashboard asks for a figure that there is', async (t) => {
  const text = await metrics(t).text(state());
  const names = new Set([...text.matchAll(/^# (?:HELP|TYPE) (\w+)/gm)].map(([, name]) => name!));
  for (const [, name = ''] of text.matchAll(/^(\w+)/gm)) names.add(name);
  const file = resolve(import.meta.dirname, '../../../docs/grafana/linegate.json');
  const { panels } = JSON.parse(readFileSync(file, 'utf8')) as { panels: { targets: { expr: string }[] }[] };
  t.ok(panels.length > 10);
  const asked = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  for (const expr of asked) {
    const found = expr.match(/\blinegate_\w+/g) ?? [];
    t.ok(found.length > 0, expr);
    for (const name of found) t.ok(names.has(name), `${name} of ${expr}`);
  }
});
