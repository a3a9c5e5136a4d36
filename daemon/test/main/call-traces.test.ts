import { join } from 'node:path';
import t, { type Test } from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { type Config, configSchema } from '../../src/config/schema.ts';
import { CallTraces } from '../../src/main/call-traces.ts';
import type { CallRecord, CallRecorder, LegRecord } from '../../src/records/call-record.ts';
import { TraceStore } from '../../src/records/trace-store.ts';
import type { CaptureSettings } from '../../src/sipd/trace/hep.ts';
import type { TraceEntry, TraceQuery } from '../../src/sipd/trace/ring.ts';

const silent: CallRecorder = { begin() {}, update() {}, end() {}, saveDialog() {}, forgetDialog() {} };

/** The keeper of traces with an engine whose memory the test writes. */
function bench(t: Test, options: { engine?: boolean; config?: object } = {}) {
  const clock = new FakeClock();
  const config: Config = configSchema.parse({
    version: 1,
    accessNumbers: [{ id: 'a', name: 'A', code: '77', trunkNumbers: [] }],
    devices: [{ id: 'desk', name: 'Desk', user: 'ivan', classOfService: 'office' }],
    trunks: [{ id: 'alpha', name: 'Alpha', server: 'op.example:5070', user: 'office' }],
    ...options.config,
  });
  const records = new Map<string, CallRecord>();
  const said: TraceEntry[] = [];
  const asked: TraceQuery[] = [];
  const store = new TraceStore({
    path: join(t.testdir(), 'traces.sqlite'),
    keepCalls: () => config.records.traceCalls,
    keepDays: () => 0,
    wall: () => clock.wall(),
  });
  const captured: (CaptureSettings | undefined)[] = [];
  const sipd = {
    capture: (settings: CaptureSettings | undefined) => void captured.push(settings),
    async trace(query: string | TraceQuery = {}) {
      if (typeof query === 'string') return [];
      asked.push(query);
      if (query.account !== undefined) return said.filter((e) => e.text.includes(query.account!));
      return said.filter((e) => query.callIds?.includes(e.callId));
    },
  };
  const traces = new CallTraces({
    clock,
    sipd: options.engine === false ? undefined : sipd,
    store,
    config: () => config,
    record: (id) => records.get(id),
  });
  const recorder = traces.following({
    ...silent,
    begin: (r) => void records.set(r.id, r),
    update: (r) => void records.set(r.id, r),
    end: (r) => void records.set(r.id, r),
  });
  t.teardown(() => traces.close());
  let serial = 0;
  const says = (callId: string, text: string, direction: 'in' | 'out' = 'out'): void => {
    const at = clock.wall();
    const where = { proto: 'udp', local: '192.0.2.1:5060', remote: '198.51.100.7:5060' };
    said.push({ id: `e${serial++}`, at, direction, callId, text: `${text}\r\n\r\n`, ...where });
  };
  return { clock, config, captured, records, said, asked, store, traces, recorder, says };
}

const leg = (sipCallId: string | undefined, direction: LegRecord['direction'] = 'outgoing'): LegRecord => ({
  id: `leg-${sipCallId}`,
  kind: sipCallId ? 'sip' : 'fxs',
  place: sipCallId ? `trunk:${sipCallId}` : 'port:1',
  direction,
  startedAt: 0,
  ...(sipCallId ? { sipCallId } : {}),
});

const call = (id: string, callIds: string[], more: Partial<CallRecord> = {}): CallRecord => ({
  id,
  state: 'active',
  direction: 'outgoing',
  service: 'plain',
  startedAt: Date.UTC(2026, 0, 15, 9),
  legs: [leg(undefined, 'incoming'), ...callIds.map((callId) => leg(callId))],
  events: [],
  ...more,
});

/** Lets the rounds that are due, and what they wait for, run their course. */
async function settle(
  { clock, traces }: { clock: FakeClock; traces: CallTraces },
  ms: number,
): Promise<void> {
  for (let passed = 0; passed < ms; passed += 500) {
    clock.advance(500);
    await traces.idle();
  }
}

t.test(
  'every way that was tried is in a trace, from the engine while it remembers and then from the disk',
  async (t) => {
    const box = bench(t);
    const { clock, recorder, traces, says, said } = box;
    const record = call('r', ['first', 'second']);
    recorder.begin(record);
    says('first', 'INVITE sip:1@op SIP/2.0');
    says('other', 'INVITE sip:2@op SIP/2.0');
    clock.advance(1);
    says('first', 'SIP/2.0 503 Service Unavailable\r\nCSeq: 1 INVITE', 'in');
    says('second', 'INVITE sip:1@op SIP/2.0');
    const live = await traces.call('r');
    t.match(
      live!.messages.map((m) => `${m.place} ${m.summary}`),
      ['trunk:first INVITE', 'trunk:first 503 Service Unavailable', 'trunk:second INVITE'],
      'a call in progress',
    );
    Object.assign(record, { state: 'ended', q850: 41 });
    recorder.end(record);
    says('second', 'SIP/2.0 480 Temporarily Unavailable\r\nCSeq: 1 INVITE', 'in');
    await settle(box, 7000);
    said.length = 0;
    t.equal((await traces.call('r'))!.messages.length, 4, 'the engine has forgotten it, the disk has not');
    t.equal(await traces.call('nobody'), undefined);
  },
);

t.test('a long call keeps how it began, whatever comes between', async (t) => {
  const box = bench(t);
  const { clock, recorder, traces, says, said } = box;
  const record = call('r', ['c']);
  recorder.begin(record);
  says('c', 'INVITE sip:1@op SIP/2.0');
  recorder.update({ ...record, answeredAt: clock.wall() });
  await settle(box, 7000);
  said.length = 0;
  says('c', 'BYE sip:1@op SIP/2.0');
  recorder.end({ ...record, answeredAt: clock.wall(), state: 'ended', q850: 16 });
  await settle(box, 7000);
  said.length = 0;
  t.same(
    (await traces.call('r'))!.messages.map((m) => m.summary),
    ['INVITE', 'BYE'],
  );
});

t.test('a storm of calls is remembered by a part of it, those that went wrong first', async (t) => {
  const box = bench(t);
  const { recorder, traces, says, store, asked } = box;
  for (let i = 0; i < 1000; i++) {
    says(`c${i}`, 'INVITE sip:1@op SIP/2.0');
    const good = i % 100 !== 0;
    recorder.end(
      call(`r${i}`, [`c${i}`], { state: 'ended', q850: good ? 16 : 41, ...(good ? { answeredAt: 1 } : {}) }),
    );
  }
  t.equal(traces.skipped, 500, 'what waits is bounded');
  await settle(box, 6500);
  t.ok(store.size >= 10 && store.size <= 30, `${store.size} put away in the first rounds`);
  for (let i = 0; i < 1000; i += 100) t.ok(store.get(`r${i}`), `r${i}, which failed, is among them`);
  t.ok(Math.max(...asked.map((q) => q.callIds!.length)) <= 10, 'a round is bounded');
});

t.test(
  'a PIN dialed behind an access number stays out, a telephone number of the same digits does not',
  async (t) => {
    const { recorder, traces, says } = bench(t);
    recorder.begin(call('r', ['out'], { legs: [leg('in', 'incoming'), leg('out')] }));
    says('in', 'INVITE sip:77135790%2388121234567@box SIP/2.0\r\nTo: <sip:77135790%2388121234567@box>', 'in');
    says('out', 'INVITE sip:77135790@op SIP/2.0');
    const texts = (await traces.call('r'))!.messages.map((m) => m.text);
    t.match(texts[0], /^INVITE sip:77\*\*\*@box SIP\/2\.0\r\nTo: <sip:77\*\*\*@box>/);
    t.match(texts[1], 'sip:77135790@op');
    t.notMatch((await traces.callPcap('r'))!.data.toString('latin1'), '135790%23');
  },
);

t.test('a call without end, or of huge messages, is kept in part', async (t) => {
  const { recorder, traces, says } = bench(t);
  recorder.begin(call('long', ['c']));
  for (let i = 0; i < 1000; i++) says('c', `UPDATE sip:1@op SIP/2.0\r\nCSeq: ${i} UPDATE`);
  t.equal((await traces.call('long'))!.messages.length, 600);
  recorder.begin(call('huge', ['h']));
  for (let i = 0; i < 30; i++) says('h', `INFO sip:1@op SIP/2.0\r\nX: ${'x'.repeat(60_000)}`);
  t.equal((await traces.call('huge'))!.messages.length, 16, 'a million characters');
});

t.test('files have names that tell them apart', async (t) => {
  const { recorder, traces, says } = bench(t, { config: { site: { timeZone: 'Asia/Vladivostok' } } });
  recorder.begin(call('r', ['c'], { calledNumber: '+78121234567' }));
  says('c', 'INVITE sip:1@op SIP/2.0');
  says('reg', 'REGISTER sip:op.example SIP/2.0\r\nFrom: <sip:office@op.example>;tag=1');
  t.equal(
    (await traces.callPcap('r'))!.name,
    'linegate-2026-01-15-19-00-00-78121234567.pcap',
    "by the office's clock",
  );
  t.match((await traces.peerPcap('trunks', 'alpha'))!.name, /^linegate-2026-.*-alpha\.pcap$/);
  t.match((await traces.peer('trunks', 'alpha'))!.messages, [{ method: 'REGISTER', place: 'trunk:alpha' }]);
  says('phone', 'REGISTER sip:box SIP/2.0\r\nFrom: <sip:ivan@192.0.2.1>;tag=1');
  t.match((await traces.peer('devices', 'desk'))!.messages, [{ callId: 'phone', place: 'device:desk' }]);
  t.equal(await traces.peer('devices', 'alpha'), undefined);
  t.equal(await traces.peer('trunks', 'nobody'), undefined);
  t.equal(await traces.peerPcap('trunks', 'nobody'), undefined);
});

t.test('told to keep nothing, nothing is written; with another engine nothing is known', async (t) => {
  const off = bench(t, { config: { records: { traceCalls: 0 } } });
  off.says('c', 'INVITE sip:1@op SIP/2.0');
  off.recorder.end(call('r', ['c'], { state: 'ended' }));
  await settle(off, 7000);
  t.equal(off.store.size, 0);
  t.equal(
    (await off.traces.call('r'))!.messages.length,
    1,
    'what the engine remembers is shown all the same',
  );
  const foreign = bench(t, { engine: false });
  foreign.recorder.end(call('r', ['c'], { state: 'ended' }));
  foreign.records.set('r', call('r', ['c']));
  t.same(await foreign.traces.call('r'), { available: false, messages: [] });
  t.same(await foreign.traces.peer('trunks', 'alpha'), { available: false, messages: [] });
});

t.test('what waits when the box stops is put away', async (t) => {
  const { recorder, traces, says, store } = bench(t);
  const put: string[] = [];
  store.put = (rows) => void put.push(...rows.map((row) => row.recordId));
  says('c', 'INVITE sip:1@op SIP/2.0');
  recorder.end(call('r', ['c'], { state: 'ended' }));
  await traces.close();
  t.same(put, ['r']);
});

t.test('a collector gets a copy only where one is set, and hears of new access numbers', async (t) => {
  const { config, traces, captured } = bench(t);
  t.same(captured, [], 'off at first');
  config.sip.collector = 'homer.example';
  traces.apply();
  traces.apply();
  config.accessNumbers[0]!.trunkNumbers.push('+74951112233');
  traces.apply();
  delete config.sip.collector;
  traces.apply();
  const to = { host: 'homer.example', port: 9060, agentId: 1 };
  t.same(captured, [
    { ...to, accessNumbers: ['77'] },
    { ...to, accessNumbers: ['77', '+74951112233'] },
    undefined,
  ]);
});
