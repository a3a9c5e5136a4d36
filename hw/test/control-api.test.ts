import t, { type Test } from 'tap';
import { WebSocket } from 'ws';
import { startControl } from '../simulator/control/server.ts';
import { patient } from '../simulator/office/patience.ts';
import { startSimulator } from '../simulator/simulator.ts';

/** Fields that the tests look at; which are there depends on the request. */
interface Reply {
  id: string;
  type: string;
  actions: string[];
  offHook: boolean;
  digits: string;
  dbm0: number;
  error: string;
  volts: number;
  sockets: { foreignVolts: number }[];
}

async function api(t: Test) {
  const simulator = await startSimulator({ pty: false });
  const control = await startControl(simulator);
  t.teardown(async () => {
    await control.close();
    await simulator.stop();
  });
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`http://${control.address}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Reply };
  };
  return {
    simulator,
    address: control.address,
    get: (path: string) => call('GET', path),
    post: (path: string, body: unknown = {}) => call('POST', path, body),
  };
}

t.test('devices are listed with what they can do', async (t) => {
  const { get } = await api(t);
  const body = (await get('/devices')).body as unknown as Reply[];
  t.same(
    body.map((d) => d.id),
    ['phone-1', 'phone-2', 'pbx-3', 'phone-4', 'city-5', 'city-6', 'pbx-ext-7', 'city-8'],
  );
  t.ok(body[2]!.actions.includes('burst'));
  t.ok(body[4]!.actions.includes('ring'));
});

t.test('a call over the lifeline, by HTTP alone, with levels measured', async (t) => {
  const { get, post } = await api(t);
  const tone = get('/devices/city-5/wait?type=dial-tone');
  t.same((await post('/devices/phone-1/lift')).body, { ok: true });
  t.equal((await tone).body.type, 'dial-tone');
  t.match((await get('/devices/phone-1')).body, { offHook: true, kind: 'telephone', port: 1 });
  const answered = get('/devices/city-5/wait?type=answered');
  await post('/devices/phone-1/dial', { digits: '103', onMs: 60, offMs: 60 });
  t.equal((await answered).body.digits, '103');
  await post('/devices/city-5/speak', { freq: 1000, level: -12 });
  await post('/devices/phone-1/speak', { freq: 600, level: -14 });
  const [down, up] = await Promise.all([
    get('/devices/phone-1/hear?freq=1000&ms=400'),
    get('/devices/city-5/hear?freq=600&ms=400'),
  ]);
  t.ok(Math.abs(down.body.dbm0 - -12) < 1, `telephone hears ${down.body.dbm0}`);
  t.ok(Math.abs(up.body.dbm0 - -14) < 1, `city hears ${up.body.dbm0}`);
  await post('/devices/phone-1/hush');
  await post('/devices/phone-1/hangup');
  t.equal((await get('/devices/phone-1')).body.offHook, false);
});

t.test('what cannot be done is refused with a reason', async (t) => {
  const { get, post } = await api(t);
  const unknown = await post('/devices/phone-9/lift');
  t.equal(unknown.status, 400);
  t.match(unknown.body.error, /no device 'phone-9'; there are phone-1/);
  t.match((await post('/devices/phone-1/ring')).body.error, /phone-1 cannot 'ring'; it can/);
  t.equal((await post('/devices/phone-1/constructor')).status, 400);
  t.match((await post('/devices/phone-1/dial', { digits: 'x' })).body.error, /'digits' must be/);
  t.match((await post('/devices/phone-1/speak', { freq: 'high' })).body.error, /'freq' must be a number/);
  t.equal((await get('/devices/phone-1/hear?ms=1')).status, 400);
  t.equal((await post('/faults/fire')).status, 400);
  await post('/devices/city-6/ring', { number: '123' });
  const busy = await post('/devices/city-6/ring', { number: '123' });
  t.equal(busy.status, 409);
  t.match(busy.body.error, /city-6 is ringing/);
  const late = await get('/devices/phone-2/wait?type=ringing&timeoutMs=50');
  t.equal(late.status, 408);
});

t.test('faults are switched', async (t) => {
  const { simulator, get, post } = await api(t);
  await post('/faults/link', { drop: 0.5, mute: true });
  t.match(simulator.cable.faults, { drop: 0.5, mute: true, corrupt: 0 });
  await post('/faults/foreign-voltage', { port: 2, volts: 55 });
  t.equal((await get('/state')).body.sockets[1]?.foreignVolts, 55);
  await post('/devices/phone-4/stuck-hook', { on: true });
  t.match((await get('/devices/phone-4')).body, { stuckHook: true, offHook: false });
  await post('/devices/city-5/dead', { on: true });
  await simulator.time.sleep(20);
  t.equal((await get('/devices/city-5')).body.volts, 0);
  const boots = simulator.card.counters.boots;
  await post('/faults/reset');
  t.equal(simulator.card.counters.boots, boots + 1);
});

t.test('the socket brings state, events and sound, and takes actions and a microphone', async (t) => {
  const { simulator, address } = await api(t);
  const socket = new WebSocket(`ws://${address}/live`);
  const texts: Record<string, unknown>[] = [];
  let sound = 0;
  const waits = new Set<() => void>();
  socket.on('message', (data, binary) => {
    if (binary) sound += (data as Buffer).length;
    else texts.push(JSON.parse(String(data)));
    for (const wait of [...waits]) wait();
  });
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('nothing came')), patient(3000));
      const look = () => {
        if (!condition()) return;
        clearTimeout(timer);
        waits.delete(look);
        resolve();
      };
      waits.add(look);
      look();
    });
  await new Promise((resolve) => socket.once('open', resolve));
  await until(() => texts.some((m) => 'state' in m));
  socket.send(JSON.stringify({ listen: 'phone-1' }));
  socket.send(JSON.stringify({ id: 1, device: 'phone-1', action: 'lift' }));
  await until(() => texts.some((m) => m.reply === 1));
  await until(() => texts.some((m) => (m.event as { type?: string })?.type === 'dial-tone'));
  await until(() => sound >= 1600);
  socket.send(JSON.stringify({ id: 2, device: 'phone-1', action: 'fly' }));
  await until(() => texts.some((m) => m.reply === 2 && /cannot 'fly'/.test(String(m.error))));
  socket.send(JSON.stringify({ talk: 'phone-1' }));
  const voice = Int16Array.from({ length: 2400 }, (_, i) => 7000 * Math.sin((2 * Math.PI * 1100 * i) / 8000));
  const heard = simulator.line(5).waitForTone(1100, -20);
  socket.send(Buffer.from(voice.buffer));
  t.ok((await heard) > -20, 'the microphone reaches the city line');
  socket.close();
});

t.test('a recording can be had as WAV', async (t) => {
  const { simulator, address } = await api(t);
  await simulator.time.sleep(200);
  const response = await fetch(`http://${address}/devices/phone-2/recording?ms=100`);
  const bytes = Buffer.from(await response.arrayBuffer());
  t.equal(bytes.toString('latin1', 0, 4), 'RIFF');
  t.equal(bytes.length, 44 + 1600);
});
