import type { LiveMessage, LiveState } from '../../../daemon/src/api/contract.ts';
import { setCurrency } from '../format/money.ts';
import { setTimeZone } from '../format/time.ts';
import { changed, forget } from '../query.ts';
import { Store } from '../store.ts';
import { applyChanges } from './apply.ts';

/** Silence after which the page says that what it shows is old, ms: two beats missed, and said within 3 s. */
const staleAfterMs = 2400;

/** Undefined until the first snapshot. Kept when the connection is lost: old, and marked so. */
export const live = new Store<LiveState | undefined>(undefined);
/** `waiting`: nothing heard yet; `stale`: two beats missed. */
export const freshness = new Store<'waiting' | 'live' | 'stale'>('waiting');
/** When the box was last heard, by this browser's clock. */
export const heardAt = new Store(0);
/** The box's clock in steps of half a second. */
export const boxNow = new Store(Date.now());

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
  told = undefined;
  live.value = undefined;
  forget();
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

/** The state with all that has been told; shown with the next picture that the browser draws. */
let told: LiveState | undefined;
let showing = false;

function take(message: LiveMessage): void {
  attempts = 0;
  clockOffset = message.at - Date.now();
  heardAt.value = Date.now();
  freshness.value = 'live';
  if (message.type === 'snapshot') {
    setTimeZone(message.state.box.timeZone);
    setCurrency(message.state.box.currency);
    resume = { epoch: message.epoch, seq: message.seq };
    show(message.state);
    for (const source of ['records', 'config', 'voicemail'] as const) changed(source);
  } else if (message.type === 'patch' && told && resume) {
    // A gap cannot happen on one connection; if it does, a fresh start is the cure.
    if (message.seq > resume.seq + 1) {
      restart();
      return;
    }
    if (message.seq <= resume.seq) return;
    resume.seq = message.seq;
    show(applyChanges(told, message.changes));
    for (const { what } of message.changes) {
      if (what === 'records' || what === 'calls') changed('records');
      else if (what === 'config' || what === 'voicemail') changed(what);
    }
  }
}

/** However many events come, the page is drawn once for each picture of the screen. */
function show(state: LiveState): void {
  told = state;
  if (showing) return;
  showing = true;
  const draw = (): void => {
    if (!showing) return;
    showing = false;
    live.value = told;
  };
  // A page in the background draws no pictures, but what it holds is to be right when it comes back.
  requestAnimationFrame(draw);
  setTimeout(draw, 100);
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
