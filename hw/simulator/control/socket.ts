import type { WebSocket } from 'ws';
import type { Simulator } from '../simulator.ts';
import { act, BadRequest, type Body, fault } from './actions.ts';
import type { ToPage } from './contract.ts';

/** How often the whole state is sent, ms. Events come at once. */
const STATE_MS = 200;
/** Microphone audio waiting to be said, in samples; more is a stalled page and is dropped. */
const MICROPHONE = 4000;

/**
 * One page, both ways. To the page: `{state}`, `{event}`, `{reply, error?}` as text, and what the listened
 * device hears as binary, 16-bit samples. From the page: `{id, device, action, body}`, `{id, fault,
 * body}`, `{listen: device | null}`, `{talk: device | null}`; binary is the microphone, said by the `talk` device.
 */
export function serveSocket(simulator: Simulator, socket: WebSocket): void {
  let unlisten: (() => void) | undefined;
  let talker: string | undefined;
  let spoken = new Int16Array(0);
  let saying = false;
  const send = (message: ToPage) => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  };
  const state = () => send({ state: simulator.state() });
  const timer = setInterval(state, STATE_MS);
  const off = simulator.onEvent((event) => send({ event }));
  state();

  const listen = (id: unknown) => {
    unlisten?.();
    unlisten = undefined;
    const device = typeof id === 'string' ? simulator.devices.get(id) : undefined;
    unlisten = device?.heard.tap((block) => {
      if (socket.readyState !== socket.OPEN || socket.bufferedAmount > 65536) return;
      socket.send(Buffer.from(block.slice().buffer));
    });
  };

  const say = async () => {
    const device = talker === undefined ? undefined : simulator.devices.get(talker);
    if (!device || saying) return;
    saying = true;
    // One piece after the other, as they come; a gap is silence.
    while (spoken.length > 0 && talker === device.id) {
      const samples = spoken;
      spoken = new Int16Array(0);
      await device.speak({ samples });
    }
    saying = false;
  };

  const request = async (message: Body) => {
    const { device, action } = message;
    const id = Number(message.id);
    const body = (message.body ?? {}) as Body;
    try {
      if (typeof message.fault === 'string') fault(simulator, message.fault, body);
      else if (typeof device === 'string' && typeof action === 'string')
        await act(simulator, device, action, body);
      else throw new BadRequest('neither device and action nor fault');
      send({ reply: id });
    } catch (error) {
      send({ reply: id, error: error instanceof Error ? error.message : String(error) });
    }
  };

  socket.on('message', (data, binary) => {
    if (binary) {
      const bytes = data as Buffer;
      if (spoken.length > MICROPHONE) return;
      const more = new Int16Array(spoken.length + (bytes.length >> 1));
      more.set(spoken);
      for (let i = 0; i < bytes.length >> 1; i++) more[spoken.length + i] = bytes.readInt16LE(i * 2);
      spoken = more;
      void say();
      return;
    }
    let message: Body;
    try {
      message = JSON.parse(String(data)) as Body;
    } catch {
      send({ error: 'not JSON' });
      return;
    }
    if ('listen' in message) listen(message.listen);
    else if ('talk' in message) {
      talker = typeof message.talk === 'string' ? message.talk : undefined;
      spoken = new Int16Array(0);
    } else void request(message);
  });
  socket.on('close', () => {
    clearInterval(timer);
    off();
    unlisten?.();
  });
  socket.on('error', () => undefined);
}
