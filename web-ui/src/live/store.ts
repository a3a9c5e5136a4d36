import { batch, signal } from '@preact/signals';
import type { LiveMessage, LiveState } from '../../../daemon/src/api/contract.ts';
import { useCurrency } from '../format/money.ts';
import { useTimeZone } from '../format/time.ts';
import { applyChanges } from './apply.ts';

/** Silence after which the page says that what it shows is old, ms: two beats missed, and said within 3 s. */
const staleAfterMs = 2400;

/** Undefined until the first snapshot. Kept when the connection is lost: old, and marked so. */
export const live = signal<LiveState | undefined>(undefined);
/** `waiting`: nothing heard yet; `stale`: two beats missed. */
export const freshness = signal<'waiting' | 'live' | 'stale'>('waiting');
/** When the box was last heard, by this browser's clock. */
export const heardAt = signal(0);
/** The box's clock in steps of half a second. */
export const boxNow = signal(Date.now());
/** Counts up when a call record was written, or the configuration changed, on whatever page. */
export const recordsVersion = signal(0);
export const configVersion = signal(0);
/** Counts up when the messages of any mailbox are others. */
export const voicemailVersion = signal(0);

let socket: WebSocket | undefined;
let resume: { epoch: string; seq: number } | undefined;
let clockOffset = 0;
let attempts = 0;
let wanted = false;
let retryTimer: ReturnType<typeof setTimeout> | undefined;
let tickTimer: ReturnType<typeof setInterval> | undefined;
let onEnded: () => void = () => {};
let activeSince = 0;
let activeTold = 0;

/** Connects, and stays connected until {@link disconnect}. `ended` is called when the session is over. */
export function connect(ended: () => void): void {
  onEnded = ended;
  if (wanted) return;
  wanted = true;
  open();
  tickTimer = setInterval(tick, 200);
  for (const event of ['pointerdown', 'keydown'] as const) addEventListener(event, noteActive);
  addEventListener('online', retryNow);
}

export function disconnect(): void {
  wanted = false;
  clearTimeout(retryTimer);
  clearInterval(tickTimer);
  for (const event of ['pointerdown', 'keydown'] as const) removeEventListener(event, noteActive);
  removeEventListener('online', retryNow);
  socket?.close();
  socket = undefined;
  resume = undefined;
  live.value = undefined;
  freshness.value = 'waiting';
}

/** Tries at once instead of waiting for the next attempt. */
export function retryNow(): void {
  if (!wanted || socket) return;
  clearTimeout(retryTimer);
  open();
}

function open(): void {
  const query = resume ? `?epoch=${resume.epoch}&since=${resume.seq}` : '';
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const ws = new WebSocket(`${scheme}://${location.host}/api/v1/live${query}`);
  socket = ws;
  ws.onmessage = (event) => {
    if (socket === ws) take(JSON.parse(String(event.data)) as LiveMessage);
  };
  ws.onclose = (event) => {
    if (socket !== ws) return;
    socket = undefined;
    if (!wanted) return;
    if (event.code === 4401) return onEnded();
    // A refused handshake shows no status to the page; asking for the session tells a dead box from a dead session.
    if (attempts > 0)
      void fetch('/api/v1/session').then(
        async (r) => ((await r.json()).signedIn ? undefined : onEnded()),
        () => {},
      );
    // Quick at first: a restart of the daemon takes about two seconds.
    retryTimer = setTimeout(open, Math.min(5000, 250 * 2 ** attempts++));
  };
}

function take(message: LiveMessage): void {
  attempts = 0;
  batch(() => {
    clockOffset = message.at - Date.now();
    heardAt.value = Date.now();
    freshness.value = 'live';
    if (message.type === 'snapshot') {
      useTimeZone(message.state.box.timeZone);
      useCurrency(message.state.box.currency);
      live.value = message.state;
      resume = { epoch: message.epoch, seq: message.seq };
      recordsVersion.value++;
      configVersion.value++;
      voicemailVersion.value++;
    } else if (message.type === 'patch' && live.value && resume) {
      // A gap cannot happen on one connection; if it does, a fresh start is the cure.
      if (message.seq > resume.seq + 1) return restart();
      if (message.seq <= resume.seq) return;
      resume.seq = message.seq;
      live.value = applyChanges(live.value, message.changes);
      if (message.changes.some((c) => c.what === 'records' || c.what === 'calls')) recordsVersion.value++;
      if (message.changes.some((c) => c.what === 'config')) configVersion.value++;
      if (message.changes.some((c) => c.what === 'voicemail')) voicemailVersion.value++;
    }
  });
}

function restart(): void {
  resume = undefined;
  socket?.close();
}

function tick(): void {
  if (freshness.value === 'live' && Date.now() - heardAt.value > staleAfterMs) {
    freshness.value = 'stale';
    // A connection that is dead without a word (cable pulled) is given up, so that trying again can begin.
    const dead = socket;
    socket = undefined;
    dead?.close();
    retryNow();
  }
  // While stale the clock stands: what is shown is of that moment.
  if (freshness.value === 'live') boxNow.value = Math.floor((Date.now() + clockOffset) / 500) * 500;
  if (activeSince > activeTold && Date.now() - activeTold > 60_000 && socket?.readyState === WebSocket.OPEN) {
    activeTold = Date.now();
    socket.send('{"type":"active"}');
  }
}

function noteActive(): void {
  activeSince = Date.now();
}
