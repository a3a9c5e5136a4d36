import type { EventView, FromPage, OfficeView, ToPage } from '../control/contract.ts';
import { Store } from './store.ts';

/** Last state of the office; undefined until the first. */
export const office = new Store<OfficeView | undefined>(undefined);
export const events = new Store<EventView[]>([]);
export const connected = new Store(false);
/** Device whose ears the page has. */
export const listening = new Store<string | null>(null);
/** What was refused last, for the foot of the page. */
export const refusal = new Store('');

/** Lines of the log that are kept. */
const KEPT = 40;
const RETRY_MS = 1000;

let socket: WebSocket | undefined;
let next = 1;
const waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
let onSound: (samples: Int16Array) => void = () => undefined;

/** Tells where the sound of the listened device goes. */
export function soundTo(fn: (samples: Int16Array) => void): void {
  onSound = fn;
}

function take(message: ToPage): void {
  if ('state' in message) office.value = message.state;
  else if ('event' in message) events.value = [message.event, ...events.value].slice(0, KEPT);
  else if ('reply' in message) {
    const wait = waiting.get(message.reply);
    waiting.delete(message.reply);
    if (message.error === undefined) wait?.resolve();
    else wait?.reject(new Error(message.error));
  }
}

/** Connects, and again whenever the connection is lost. */
export function connect(): void {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  socket = new WebSocket(`${scheme}://${location.host}/live`);
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => {
    connected.value = true;
    if (listening.value) send({ listen: listening.value });
  };
  socket.onmessage = ({ data }) => {
    if (typeof data === 'string') take(JSON.parse(data) as ToPage);
    else onSound(new Int16Array(data as ArrayBuffer));
  };
  socket.onclose = () => {
    connected.value = false;
    for (const wait of waiting.values()) wait.reject(new Error('connection lost'));
    waiting.clear();
    setTimeout(connect, RETRY_MS);
  };
}

function send(message: FromPage): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

/** Sends microphone samples. */
export function sendSound(samples: Int16Array): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(samples.buffer as ArrayBuffer);
}

function ask(message: { device: string; action: string } | { fault: string }, body: Record<string, unknown>) {
  const id = next++;
  return new Promise<void>((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    send({ id, ...message, body });
  }).then(
    () => {
      refusal.value = '';
    },
    (error: Error) => {
      refusal.value = error.message;
    },
  );
}

/** Has a device do something; what is refused stands at the foot of the page. */
export const act = (device: string, action: string, body: Record<string, unknown> = {}): Promise<void> =>
  ask({ device, action }, body);

export const fault = (name: string, body: Record<string, unknown> = {}): Promise<void> =>
  ask({ fault: name }, body);

/** Takes the ears of a device, or of none. */
export function listenTo(device: string | null): void {
  listening.value = device;
  send({ listen: device });
}

/** Gives the microphone to a device, or to none. */
export const talkAs = (device: string | null): void => send({ talk: device });
